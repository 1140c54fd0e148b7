"""Finds in an image's own copy of the application which versions that asks for, and where.

Whatever installed them, the declarations lie there: pip's files, ``pyproject.toml``, ``Pipfile``. What can't be read
says nothing; words are shown without credentials.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pure.image.manifest import Image, LayerOfImage, Owner
from pure.names import normalise_name
from pure.outcome import Failure
from pure.project.document import Document, table, words
from pure.project.requirements.file import parse_requirements, shown
from pure.venv.headers import requirement

_APP: Final = "/workspace"
_FILES: Final = r"(?:requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)|pyproject\.toml|Pipfile)"
# As deep as a project may lie below the application's root.
_FOLDERS: Final = r"(?:[^/]+/){0,3}"


class Demanded(msgspec.Struct, frozen=True, kw_only=True):
    """A demand of the application: what it asks of a distribution, and where that stands."""

    name: str
    """Normalised."""
    words: str
    source: str


def where_declared(image: Image) -> tuple[tuple[LayerOfImage, re.Pattern[str]], ...]:
    """Which layers hold the application, with the paths of the files that may declare something."""
    pattern = re.compile(rf"{re.escape(_root(image))}/{_FOLDERS}{_FILES}")
    return tuple((each, pattern) for each in image.layers if each.owner is Owner.APPLICATION)


def demands(image: Image, files: Mapping[str, bytes]) -> tuple[Demanded, ...]:
    """What the application asks for, of the ``files`` found there, in their order; any bytes give a value."""
    root = f"{_root(image)}/"
    found: list[Demanded] = []
    for path in sorted(files):
        if not path.startswith(root):
            continue
        name = path.removeprefix(root)
        if name.endswith("pyproject.toml"):
            found += _pyproject(name, Document(raw=files[path]))
        elif name.endswith("Pipfile"):
            found += _pipfile(name, Document(raw=files[path]))
        else:
            found += _requirements(name, files[path])
    return tuple(dict.fromkeys(found))


def _root(image: Image) -> str:
    return (image.env.get("CNB_APP_DIR") or _APP).strip("/")


def _requirements(file: str, raw: bytes) -> Iterator[Demanded]:
    parsed = parse_requirements(raw, file=file)
    for each in () if isinstance(parsed, Failure) else parsed.unwrap().lines:
        if each.name:
            # What follows are options of the installation, digests above all.
            asked = " ".join(each.text.partition(" --")[0].split())
            yield Demanded(name=normalise_name(each.name), words=asked, source=f"{file}, line {each.line}")


def _pyproject(file: str, document: Document) -> Iterator[Demanded]:
    loaded = document.toml
    if isinstance(loaded, Failure):
        return
    found = loaded.unwrap()
    project, poetry = table(found.get("project")), table(table(found.get("tool")).get("poetry"))
    yield from _listed(f"{file}, [project] dependencies", project.get("dependencies"))
    for extra, listed in table(project.get("optional-dependencies")).items():
        yield from _listed(f"{file}, extra {extra}", listed)
    for group, listed in table(found.get("dependency-groups")).items():
        yield from _listed(f"{file}, group {group}", listed)
    yield from _keyed(f"{file}, [tool.poetry.dependencies]", poetry.get("dependencies"))
    for group, inner in table(poetry.get("group")).items():
        yield from _keyed(f"{file}, group {group} of Poetry", table(inner).get("dependencies"))


def _pipfile(file: str, document: Document) -> Iterator[Demanded]:
    loaded = document.toml
    if not isinstance(loaded, Failure):
        yield from _keyed(f"{file}, [packages]", loaded.unwrap().get("packages"))


def _listed(source: str, listed: object) -> Iterator[Demanded]:
    for text in words(listed):
        if (one := requirement(text)) is not None:
            yield Demanded(name=normalise_name(one.name), words=shown(text), source=source)


def _keyed(source: str, found: object) -> Iterator[Demanded]:
    for name, value in table(found).items():
        version = value if isinstance(value, str) else table(value).get("version")
        asked = f" {version}" if isinstance(version, str) and version else ""
        if name != "python":
            yield Demanded(name=normalise_name(name), words=shown(f"{name}{asked}"), source=source)
