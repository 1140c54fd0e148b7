"""Finds the objects that servers and workers can start, and which of them are the outermost.

``application = ProxyFix(app)`` is what is to be served, ``app`` is inside it: whatever is called on a known application
and bound to another name is taken for what stands around it, but for what extends it from within
(``db = SQLAlchemy(app)``).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pure.start.calls import CALLS, CONVERTING
from pure.start.code_facts import AppObject, Kind, Place
from pure.start.code_module import Called, Module
from pure.start.import_roots import SOURCE_ROOT
from pure.start.names import Names
from pure.start.source_files import NAMES, stem

# What stands around something else is called like this, or bound to such a name.
_AROUND: Final = re.compile(
    r"(?:Middleware|App|Application|Fix|Wrap|Wrapper|Whitenoise|WhiteNoise|Cling|Gateway|Logger|[AW]SGI|[aw]sgi)\Z"
    r"|\A(?:Asgi|Wsgi|ASGI|WSGI)"
)
_BOUND: Final = re.compile(r"(?:\A|_)(?:app|application|asgi|wsgi|wrapped|outer)(?:_|\Z)")
# Neither is what serves, tests or adapts an application, whatever else its name says.
_OUTSIDE: Final = re.compile(r"Test|(?:Server|Client|Handler|Adapter|Mangum|Runner|Thread|Process|Celery)\Z")
# Extensions of these frameworks are made the same way; one that isn't called like an application isn't taken for one.
_EXTENDED: Final = frozenset({"flask", "quart"})
_INNER: Final[frozenset[Kind]] = frozenset(CALLS.values()) - {"celery", "marimo", "dash", "fastmcp", "mcp"}
# An application's own attributes that servers take as well.
_OWN: Final = (".wsgi_app", ".asgi_app", ".app", ".server", ".wsgi", ".asgi")
# What serves an application and doesn't come back.
_SERVING: Final = frozenset({
    "flask.Flask.run", "flask.app.Flask.run", "quart.Quart.run", "sanic.Sanic.run", "bottle.run", "bottle.Bottle.run",
    "aiohttp.web.run_app", "uvicorn.run", "waitress.serve", "flask_socketio.SocketIO.run", "hypercorn.run.run",
    "werkzeug.serving.run_simple", "eventlet.wsgi.server", "connexion.App.run", "connexion.FlaskApp.run",
})  # fmt: skip


class Inner(msgspec.Struct, frozen=True, kw_only=True):
    """A known application among the arguments of a call."""

    kind: Kind
    name: str
    """As the code has it."""
    targets: tuple[str, ...] = ()
    """``module:name`` of the object, and of what it is called here; none for one that has no name."""


def objects(
    modules: Mapping[str, tuple[Module, str]], names: Names
) -> tuple[tuple[AppObject, ...], tuple[AppObject, ...]]:
    """Every object that nothing else is put around, the best first; and what may be put around one of them."""
    found: list[AppObject] = []
    perhaps: list[AppObject] = []
    inside: set[str] = set()
    for module, root in modules.values():
        found += _of_module(module, root, names, inside, perhaps)
    return tuple(sorted((each for each in found if each.target not in inside), key=preference)), tuple(perhaps)


def _of_module(
    module: Module, root: str, names: Names, inside: set[str], perhaps: list[AppObject]
) -> Iterator[AppObject]:
    bound: dict[str, AppObject] = {}
    starts = _starts(module, names)
    for each in module.called:
        kind = names.kind_of(each.callee)
        converts = any(name in CONVERTING for name in names.origins(each.callee))
        inner = _inner(each, module, bound, names) if kind is None or converts else ()
        outer = inner[0] if inner and (converts or _is_around(each, inner[0], names)) else None
        if outer is None and inner and _may_be_around(each, inner[0], names):
            place = Place(path=module.path, line=each.line, root=root)
            target = next(iter(inner[0].targets), "")
            perhaps.append(
                AppObject(kind=inner[0].kind, module=module.name, name=each.name, place=place, around=target)
            )
        if outer is not None and (kind is None or outer.kind == f"django_{kind}"):
            kind = outer.kind
        if kind is None or each.name in module.mounted:
            continue
        if outer is not None:
            inside |= {target for every in inner for target in every.targets} - {f"{module.name}:{each.name}"}
        known = bound.get(each.name)
        if known is not None and not converts:
            # `app = Middleware(app)` leaves it the application that it was.
            continue
        bound[each.name] = AppObject(
            kind=kind,
            module=module.name,
            name=each.name,
            place=Place(path=module.path, line=each.line, root=root),
            around=outer.name if outer is not None and outer.name != each.name else "",
            starts=starts,
        )
    if module.path.rpartition("/")[2] in ("wsgi.py", "asgi.py"):
        bound |= dict(_handed_on(module, root, bound, names))
    yield from bound.values()
    for function in module.functions:
        # A server calls a factory without arguments; the application's own code may give it some.
        if function.needs:
            continue
        kinds = [kind for callee in function.returns if (kind := names.kind_of(callee))]
        if kinds and function.awaited:
            # A worker awaits what it is given by its own name, aiohttp's alone.
            if kinds[0] == "aiohttp":
                place = Place(path=module.path, line=function.line, root=root)
                yield AppObject(kind="aiohttp", module=module.name, name=function.name, place=place, starts=starts)
        elif kinds:
            place = Place(path=module.path, line=function.line, root=root)
            yield AppObject(
                kind=kinds[0], module=module.name, name=function.name, place=place, factory=True, starts=starts
            )


def _starts(module: Module, names: Names) -> str:
    """What a module calls on import that never returns."""
    return next((callee for callee in module.blocking if any(name in _SERVING for name in names.origins(callee))), "")


def _inner(each: Called, module: Module, bound: Mapping[str, AppObject], names: Names) -> tuple[Inner, ...]:
    """The known applications that a call is given, in order."""
    found: list[Inner] = []
    for given in each.around:
        if given.endswith("()"):
            kind = names.kind_of(given[:-2])
            if kind in _INNER:
                found.append(Inner(kind=kind, name=f"{given.rpartition('.')[2]}"))
            continue
        own = next((given.removesuffix(ending) for ending in _OWN if given.endswith(ending)), "")
        for name in (given, own):
            known = bound.get(name.removeprefix(f"{module.name}.")) if name else None
            if known is not None:
                found.append(Inner(kind=known.kind, name=known.name, targets=(known.target,)))
                break
            behind = names.object_of(name) if name else None
            kind = names.kind_of(behind[1].callee) if behind is not None else None
            if behind is not None and kind in _INNER:
                own_name = next((local.name for local in module.imported if local.target == name), "")
                targets = (f"{behind[0].name}:{behind[1].name}", f"{module.name}:{own_name}")
                found.append(Inner(kind=kind, name=name.rpartition(".")[2], targets=targets))
                break
    return tuple(each for each in found if each.kind in _INNER)


def _is_around(each: Called, inner: Inner, names: Names) -> bool:
    """Whether a call puts something around an application, rather than into it."""
    before, _, last = each.callee.rpartition(".")
    if _stands_elsewhere(each):
        return False
    origin = names.module(before)
    if origin is not None and last in origin.plain:
        return False
    if each.name == inner.name or _AROUND.search(last) or _BOUND.search(each.name):
        return "celery" not in each.name
    return inner.kind not in _EXTENDED and not _is_method(each) and not names.used(each.name)


def _may_be_around(each: Called, inner: Inner, names: Names) -> bool:
    """Whether a call of something unknown leaves open whether it extends an application or stands around it."""
    own = names.module(each.callee.rpartition(".")[0]) is not None
    unclear = inner.kind in _EXTENDED and not _is_method(each) and not names.used(each.name)
    return unclear and not own and not _stands_elsewhere(each)


def _stands_elsewhere(each: Called) -> bool:
    before, _, last = each.callee.rpartition(".")
    return bool(_OUTSIDE.search(last)) or any(name in before.lower() for name in ("flask", "flasgger", "celery"))


def _is_method(each: Called) -> bool:
    """Whether something that was made takes the application: ``Instrumentator().instrument(app)``."""
    *_, maker, last = ("", *each.callee.split("."))
    return maker[:1].isupper() and last[:1].islower()


def _handed_on(
    module: Module, root: str, bound: Mapping[str, AppObject], names: Names
) -> Iterator[tuple[str, AppObject]]:
    """``from shop import app as application`` in a file that exists to be served."""
    for each in module.imported:
        origin, _, name = each.target.rpartition(".")
        source = names.module(origin)
        callee = next((call.callee for call in source.called if call.name == name), None) if source else None
        kind = names.kind_of(callee) if callee else None
        if kind and each.name not in bound:
            place = Place(path=module.path, line=1, root=root)
            yield each.name, AppObject(kind=kind, module=module.name, name=each.name, place=place)


_OBJECTS: Final = ("app", "application", "api", "server", "demo", "create_app", "make_app", "get_app")


def preference(each: AppObject) -> tuple[int, bool, int, int, str, int]:
    """Which of several objects comes first: nearer to the root, ready made, by the file's name, by its own name."""
    depth, name, path = file_preference(each.place.path)
    own = _OBJECTS.index(each.name) if each.name in _OBJECTS else len(_OBJECTS)
    return depth, each.factory, name, own, path, each.place.line


def file_preference(path: str) -> tuple[int, int, str]:
    """Which of several files comes first: nearer to the root, then by its name."""
    inner = path.removeprefix(f"{SOURCE_ROOT}/")
    own = stem(path)
    if own in ("streamlit_app", "Home", "home"):
        return inner.count("/"), -1, path
    return inner.count("/"), NAMES.index(own) if own in NAMES else len(NAMES), path
