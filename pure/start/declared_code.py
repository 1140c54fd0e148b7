"""Checks what a declared command serves against the code: connections that stay open, and what is put around it."""

import itertools
from collections.abc import Iterator, Mapping, Set
from typing import Final

from pure.start.code_facts import CodeFacts, Holder, Kind
from pure.start.frameworks import FRAMEWORKS
from pure.start.holding import TITLES, advice, servers_for
from pure.start.servers import usable
from pure.start.started import CommandTarget, Started

# Options by which a worker of gunicorn's answers more than one request at a time, or other files may say so.
_WORKERS: Final = ("-k", "--worker-class", "--threads", "-c", "--config")
_SEVERAL: Final = ("-w", "--workers")
# Servers that speak one interface, unless an option of these says more, and what they can't serve.
_SPEAKS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "gunicorn": ("WSGI", _WORKERS),
    "waitress": ("WSGI", ()),
    "uvicorn": ("ASGI", ("--interface",)),
    "daphne": ("ASGI", ()),
}
_MADE_FOR: Final[Mapping[str, Set[Kind]]] = {
    "ASGI": frozenset({
        "fastapi", "starlette", "litestar", "quart", "blacksheep", "fasthtml", "falcon_asgi", "asgi", "django_asgi",
    }),
    "WSGI": frozenset({"flask", "falcon", "pyramid", "bottle", "cherrypy", "wsgi", "django_wsgi"}),
}  # fmt: skip
_SOCKETIO: Final = ("flask-socketio", "python-socketio")


def held(each: Started, code: CodeFacts, installed: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with how gunicorn is told to serve connections that stay open."""
    told_elsewhere = any(name == "GUNICORN_CMD_ARGS" for name, _ in each.run.variables)
    if each.distribution != "gunicorn" or told_elsewhere or not code.holders or not each.targets:
        return
    holder = code.holders[0]
    servers = servers_for(holder, installed)
    server = next((one for one in servers if usable(one, installed, factory=False, programs=None)), None)
    if server is None or server.command[0] != "gunicorn":
        if not any(_given(each, option) for option in _WORKERS):
            yield f"can't be served as it is: {advice(holder, installed)}"
        return
    # Between the address and the target.
    options = " ".join((*server.command[3:-1], *server.args))
    what = f"{TITLES[holder.kind]} ({holder.place}) keeps connections open"
    if not any(_given(each, option) for option in _WORKERS):
        yield f"is served by workers that answer one request at a time, and {what}: add {options}"
    elif _several(each, holder):
        yield f"is served by several workers, and {what}, with each client at the worker that it began with: {options}"


def outer(each: Started, target: CommandTarget, code: CodeFacts) -> Iterator[tuple[bool, str]]:
    """What is put around the object that is served, and whether the served one can't do its work without."""
    for found in code.objects:
        if target.name and found.around == target.name and found.module == target.module and found.name != target.name:
            yield (
                found.kind in ("asgi", "wsgi"),
                f"serves {target.text}, and {found.place} puts {found.name} around it: write {found.target} instead",
            )
            return


def mismatched(each: Started, target: CommandTarget, code: CodeFacts) -> Iterator[str]:
    """What is served by a server that speaks another interface, so that every request fails."""
    speaks, others = _SPEAKS.get(each.distribution, ("", ()))
    told_elsewhere = any(name == "GUNICORN_CMD_ARGS" for name, _ in each.run.variables)
    if not speaks or told_elsewhere or any(_given(each, option) for option in others):
        return
    for found in code.objects:
        if (found.module, found.name) != (target.module, target.name):
            continue
        needs = next((interface for interface, kinds in _MADE_FOR.items() if found.kind in kinds), speaks)
        if needs != speaks:
            framework = FRAMEWORKS[found.kind]
            write = (
                "add --worker-class uvicorn_worker.UvicornWorker, and uvicorn-worker to the requirements"
                if each.distribution == "gunicorn"
                else f"start it by a server for {needs}, such as {framework.add}"
            )
            what = f"serves {target.text}, a {framework.title} object, by {each.distribution}"
            yield f"{what}, which speaks {speaks}: {write}"


def idle(path: str, code: CodeFacts) -> Iterator[str]:
    """What a file makes that nothing in it serves, so that running it comes to its end at once."""
    made = next((each for each in code.objects if each.place.path == path and path in code.idle), None)
    if made is not None:
        framework = FRAMEWORKS[made.kind]
        server = f": let a server serve {made.target}, such as {framework.add}" if framework.servers else ""
        what = f"it makes the {framework.title} object {made.name} and doesn't start it"
        yield f"it comes to its end at once: {what}{server}"


def _given(each: Started, option: str) -> bool:
    short = len(option) == len("-k")
    return any(
        word == option or word.startswith(f"{option}=") or (short and word.startswith(option))
        for word in each.run.texts
    )


def _several(each: Started, holder: Holder) -> bool:
    """Whether there are several workers, which Socket.IO's clients can't be given to in turn."""
    if holder.kind not in _SOCKETIO:
        return False
    words = each.run.texts
    values = [after for word, after in itertools.pairwise(words) if word in _SEVERAL]
    values += [word.partition("=")[2] for word in words if word.startswith("--workers=")]
    return any(value.isdecimal() and int(value[:4]) > 1 for value in values)
