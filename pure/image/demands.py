"""Finds in an image's own copy of the application which versions that asks for, and where.

The label says which files the build installed from; what these include is read too, and of a lock what it was made
from. Only where no label says it, whatever may declare something is looked at. What can't be read says nothing, nor
does what holds for another Python; words are shown without credentials.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

import msgspec

from pure.image.manifest import Image, LayerOfImage, Owner
from pure.names import normalise_name
from pure.outcome import Failure
from pure.project.document import Document, table, words
from pure.project.locks.markers import Environment, holds, marker_environment
from pure.project.requirements.file import parse_requirements, shown
from pure.venv.headers import requirement

_APP: Final = "/workspace"
_FILES: Final = r"(?:requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|pyproject\.toml|Pipfile)"
# As deep as a project may lie below the application's root.
_FOLDERS: Final = r"(?:[^/]+/){0,3}"
_MOST_FILES: Final = 100
_PYPROJECT: Final = ("pyproject.toml",)
# Of locks what they were made from, which lies beside them.
_MADE_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "uv.lock": _PYPROJECT,
    "poetry.lock": _PYPROJECT,
    "pdm.lock": _PYPROJECT,
    "pylock.toml": _PYPROJECT,
    "Pipfile.lock": ("Pipfile",),
}
# What isn't of pip's format, whatever else it is.
_OTHERS: Final = (".toml", ".lock", "Pipfile")


class Demanded(msgspec.Struct, frozen=True, kw_only=True):
    """A demand of the application: what it asks of a distribution, and where that stands."""

    name: str
    """Normalised."""
    words: str
    source: str


def guessed(image: Image) -> bool:
    """Whether nothing says which files the build read."""
    return image.decisions is None


def where_declared(image: Image, names: Collection[str] = ()) -> tuple[tuple[LayerOfImage, re.Pattern[str]], ...]:
    """Which layers hold the application, with the paths of these files, or of any that may declare something."""
    files = f"(?:{'|'.join(map(re.escape, names))})" if names else f"{_FOLDERS}{_FILES}"
    pattern = re.compile(f"{re.escape(_root(image))}/{files}")
    return tuple((each, pattern) for each in image.layers if each.owner is Owner.APPLICATION)


def wanted(image: Image, files: Mapping[str, bytes]) -> frozenset[str]:
    """Which files of the application are to be read, by what was read until now: those of the label, what they include.

    Their names are relative to the application's root.
    """
    found: dict[str, None] = {}
    manager = image.decisions.manager if image.decisions else None
    for name in manager.source.split(", ") if manager else ():
        folder, slash, last = name.rpartition("/")
        kind = "pylock.toml" if last.startswith("pylock.") else last
        found |= dict.fromkeys(f"{folder}{slash}{each}" for each in _MADE_FROM.get(kind, (last,)))
    waiting = list(found)
    for name in waiting:
        raw = files.get(f"{_root(image)}/{name}")
        for each in _included(name, raw) if raw is not None and _is_pips(name) else ():
            # Strangers wrote them: nobody has more.
            if each not in found and len(found) < _MOST_FILES:
                found[each] = None
                waiting.append(each)
    return frozenset(found)


def demands(image: Image, files: Mapping[str, bytes]) -> tuple[Demanded, ...]:
    """What the application asks for, of the ``files`` found there, in their order; any bytes give a value."""
    root = f"{_root(image)}/"
    python = image.decisions.python.version if image.decisions else ""
    environment = marker_environment(python, image.arch) if python else None
    counting = None if guessed(image) else wanted(image, files)
    found: list[Demanded] = []
    for path in sorted(files):
        name = path.removeprefix(root)
        if not path.startswith(root) or (counting is not None and name not in counting):
            continue
        if name.endswith("pyproject.toml"):
            found += _pyproject(name, Document(raw=files[path]), environment)
        elif name.endswith("Pipfile"):
            found += _pipfile(name, Document(raw=files[path]), environment)
        elif _is_pips(name):
            found += _requirements(name, files[path], environment)
    return tuple(dict.fromkeys(found))


def _root(image: Image) -> str:
    return (image.env.get("CNB_APP_DIR") or _APP).strip("/")


def _is_pips(name: str) -> bool:
    return not name.endswith(_OTHERS)


def _included(file: str, raw: bytes) -> Iterator[str]:
    parsed = parse_requirements(raw, file=file)
    for each in () if isinstance(parsed, Failure) else parsed.unwrap().includes:
        if not each.remote:
            yield each.path


def _counts(marker: str, environment: Environment | None) -> bool:
    return not marker or environment is None or holds(marker, environment) is not False


def _requirements(file: str, raw: bytes, environment: Environment | None) -> Iterator[Demanded]:
    parsed = parse_requirements(raw, file=file)
    for each in () if isinstance(parsed, Failure) else parsed.unwrap().lines:
        if each.name and _counts(each.marker, environment):
            # What follows are options of the installation, digests above all.
            asked = " ".join(each.text.partition(" --")[0].split())
            yield Demanded(name=normalise_name(each.name), words=asked, source=f"{file}, line {each.line}")


def _pyproject(file: str, document: Document, environment: Environment | None) -> Iterator[Demanded]:
    loaded = document.toml
    if isinstance(loaded, Failure):
        return
    found = loaded.unwrap()
    project, poetry = table(found.get("project")), table(table(found.get("tool")).get("poetry"))
    yield from _listed(f"{file}, [project] dependencies", project.get("dependencies"), environment)
    for extra, listed in table(project.get("optional-dependencies")).items():
        yield from _listed(f"{file}, extra {extra}", listed, environment)
    for group, listed in table(found.get("dependency-groups")).items():
        yield from _listed(f"{file}, group {group}", listed, environment)
    yield from _keyed(f"{file}, [tool.poetry.dependencies]", poetry.get("dependencies"), environment)
    for group, inner in table(poetry.get("group")).items():
        yield from _keyed(f"{file}, group {group} of Poetry", table(inner).get("dependencies"), environment)


def _pipfile(file: str, document: Document, environment: Environment | None) -> Iterator[Demanded]:
    loaded = document.toml
    if not isinstance(loaded, Failure):
        yield from _keyed(f"{file}, [packages]", loaded.unwrap().get("packages"), environment)


def _listed(source: str, listed: object, environment: Environment | None) -> Iterator[Demanded]:
    for text in words(listed):
        if (one := requirement(text)) is not None and _counts(str(one.marker or ""), environment):
            yield Demanded(name=normalise_name(one.name), words=shown(text), source=source)


def _keyed(source: str, found: object, environment: Environment | None) -> Iterator[Demanded]:
    for name, value in table(found).items():
        version = value if isinstance(value, str) else table(value).get("version")
        asked = f" {version}" if isinstance(version, str) and version else ""
        marker = table(value).get("markers")
        if name != "python" and _counts(marker if isinstance(marker, str) else "", environment):
            yield Demanded(name=normalise_name(name), words=shown(f"{name}{asked}"), source=source)
