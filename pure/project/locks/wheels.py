"""Says which wheels a lock names of each distribution, and under which markers it is needed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from pure.hashes import Hash
from pure.project.document import at, table, words


class LockedWheels(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a distribution that an image needs."""

    name: str
    version: str
    # The names of its wheels' files.
    wheels: tuple[str, ...]
    # It is needed where any of them holds; everywhere, if there are none.
    markers: tuple[str, ...] = ()
    # The bytes of those files whose size it states.
    sizes: Mapping[str, int] = {}


def none(_document: object) -> tuple[LockedWheels, ...]:
    """Of a lock that names no files."""
    return ()


def uv(document: object) -> tuple[LockedWheels, ...]:
    """Of ``uv.lock``: what the project needs, without what only its groups and extras do."""
    packages = _tables(at(document, ("package",)))
    needed = _needed(packages)
    return tuple(
        _wheels(each, _tables(each.get("wheels")), markers=needed[_name(each)])
        for each in packages
        if _name(each) in needed
    )


def _needed(packages: tuple[Mapping[str, Any], ...]) -> dict[str, tuple[str, ...]]:
    """The distributions that the projects of an ``uv.lock`` need, each with the markers under which they do."""
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for each in packages:
        by_name.setdefault(_name(each), []).append(each)
    found: dict[str, list[str]] = {}
    always: set[str] = set()
    waiting = [(_name(each), "") for each in packages if _OWN & table(each.get("source")).keys()]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for package in by_name.get(name, ()):
            listed = at(package, ("optional-dependencies", extra)) if extra else package.get("dependencies")
            for edge in _tables(listed):
                target, marker = _name(edge), edge.get("marker")
                if isinstance(marker, str):
                    found.setdefault(target, []).append(marker)
                else:
                    always.add(target)
                for wanted in ("", *words(edge.get("extra"))):
                    if (target, wanted) not in seen:
                        seen.add((target, wanted))
                        waiting.append((target, wanted))
    return {name: () if name in always else tuple(found.get(name, ())) for name in (*found, *always)}


_OWN: Final = frozenset({"editable", "virtual", "directory"})


def poetry(document: object) -> tuple[LockedWheels, ...]:
    """Of ``poetry.lock``: the group ``main``, if the lock names groups."""
    files = table(at(document, ("metadata", "files")))
    return tuple(
        _wheels(each, _tables(each.get("files") or files.get(_name(each))), markers=_markers(each.get("markers")))
        for each in _tables(at(document, ("package",)))
        if "groups" not in each or "main" in words(each["groups"])
    )


def pdm(document: object) -> tuple[LockedWheels, ...]:
    """Of ``pdm.lock``: the group ``default``, if the lock names groups."""
    return tuple(
        _wheels(each, _tables(each.get("files")), markers=_markers(each.get("marker")))
        for each in _tables(at(document, ("package",)))
        if "groups" not in each or "default" in words(each["groups"])
    )


def pylock(document: object) -> tuple[LockedWheels, ...]:
    """Of a standard lock file."""
    return tuple(
        _wheels(each, _tables(each.get("wheels")), markers=_markers(each.get("marker")))
        for each in _tables(at(document, ("packages",)))
    )


def digests(document: object) -> dict[str, Hash]:
    """The digest that a lock states of each wheel, by the name of its file; none of those that it states several of."""
    older = table(at(document, ("metadata", "files"))).values()
    packages = (*_tables(at(document, ("package",))), *_tables(at(document, ("packages",))))
    listed = (each.get(word) for each in packages for word in ("files", "wheels"))
    found: dict[str, set[Hash]] = {}
    for each in (file for files in (*listed, *older) for file in _tables(files)):
        name, digest = _file_name(each), _digest(each)
        if name.endswith(".whl") and digest is not None:
            found.setdefault(name, set()).add(digest)
    return {name: next(iter(stated)) for name, stated in found.items() if len(stated) == 1}


def _digest(file: Mapping[str, Any]) -> Hash | None:
    several = table(file.get("hashes"))
    text = f"sha256:{several['sha256']}" if "sha256" in several else file.get("hash")
    match = _SHA256.fullmatch(text) if isinstance(text, str) else None
    return Hash(algorithm="sha256", digest=match[1]) if match else None


_SHA256: Final = re.compile(r"sha256:([0-9a-f]{64})")


def _file_name(file: Mapping[str, Any]) -> str:
    places = (file.get(word) for word in _PLACES)
    text = next((place for place in places if isinstance(place, str)), "")
    return text.partition("?")[0].partition("#")[0].rpartition("/")[2]


def _wheels(
    package: Mapping[str, Any], files: tuple[Mapping[str, Any], ...], *, markers: tuple[str, ...]
) -> LockedWheels:
    version = package.get("version")
    names = map(_file_name, files)
    wheels = {name: each.get("size") for name, each in zip(names, files, strict=True) if name.endswith(".whl")}
    return LockedWheels(
        name=_name(package),
        version=version if isinstance(version, str) else "",
        wheels=tuple(wheels),
        markers=markers,
        sizes={name: size for name, size in wheels.items() if type(size) is int and 0 < size < _LARGEST},
    )


# Nobody has a larger wheel, and whoever writes so means something else.
_LARGEST: Final = 1 << 40
# What locks call the place or the name of a file.
_PLACES: Final = ("name", "filename", "file", "url", "path")


def _markers(value: object) -> tuple[str, ...]:
    """A marker; Poetry has one for each group where they differ."""
    if isinstance(value, Mapping):
        value = value.get("main")
    return (value,) if isinstance(value, str) else ()


def _name(package: Mapping[str, Any]) -> str:
    name = package.get("name")
    return name if isinstance(name, str) else ""


def _tables(value: object) -> tuple[Mapping[str, Any], ...]:
    found: Iterable[object] = value if isinstance(value, list) else ()
    return tuple(each for each in found if isinstance(each, Mapping))
