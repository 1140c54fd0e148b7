"""Finds in an image's own copy of the application which versions that asks for, and where.

The label says which files the build installed from; what these include is read too, and of a lock what it was made
from. Only where no label says it, whatever may declare something is looked at. What can't be read says nothing, nor
does what holds for another Python, or belongs to a group or extra that wasn't installed; words are shown without
credentials.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.image.manifest import Image, LayerOfImage, Owner
from pure.names import normalise_name
from pure.outcome import Failure
from pure.project.document import Document, table, words
from pure.project.groups import keyed_groups, listed_groups, with_included
from pure.project.locks.markers import Environment, holds, marker_environment
from pure.project.locks.pipfile import NO_CATEGORIES
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
    extras: tuple[str, ...] = ()
    """Those of the distribution that it wants."""


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
    of = _of(image)
    counting = None if guessed(image) else wanted(image, files)
    found: list[Demanded] = []
    for path in sorted(files):
        name = path.removeprefix(root)
        if not path.startswith(root) or (counting is not None and name not in counting):
            continue
        if name.endswith("pyproject.toml"):
            found += _pyproject(name, Document(raw=files[path]), of)
        elif name.endswith("Pipfile"):
            found += _pipfile(name, Document(raw=files[path]), of)
        elif _is_pips(name):
            found += _requirements(name, files[path], of)
    return tuple(dict.fromkeys(found))


def extras_wanted(image: Image, demanded: Iterable[Demanded]) -> dict[str, frozenset[str]]:
    """Which extras of distributions the application asks for, by their names; nothing where its demands are guessed."""
    found: dict[str, frozenset[str]] = {}
    for each in () if guessed(image) else demanded:
        if each.extras:
            found[each.name] = found.get(each.name, frozenset()).union(each.extras)
    return found


def _root(image: Image) -> str:
    return (image.env.get("CNB_APP_DIR") or _APP).strip("/")


def _is_pips(name: str) -> bool:
    return not name.endswith(_OTHERS)


def _included(file: str, raw: bytes) -> Iterator[str]:
    parsed = parse_requirements(raw, file=file)
    for each in () if isinstance(parsed, Failure) else parsed.unwrap().includes:
        if not each.remote:
            yield each.path


class _Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of all that is declared was installed; ``None`` where that isn't known."""

    environment: Environment | None = None
    groups: frozenset[str] | None = None
    extras: frozenset[str] | None = None

    def holds(self, marker: str) -> bool:
        """Whether a demand holds in the image, by its marker."""
        return not marker or self.environment is None or holds(marker, self.environment) is not False

    def has_extra(self, name: str) -> bool:
        """Whether an extra of the application's was installed."""
        return self.extras is None or normalise_name(name) in self.extras

    def chosen_groups(self, groups: Mapping[str, object]) -> Mapping[str, object]:
        """The dependency groups that were installed, with those that they include."""
        if self.groups is None:
            return groups
        return with_included(groups, self.groups)


def _of(image: Image) -> _Wanted:
    decisions = image.decisions
    if decisions is None:
        return _Wanted()
    python, manager = decisions.python.version, decisions.manager
    environment = marker_environment(python, image.arch) if python else None
    if manager is None or decisions.cut:
        return _Wanted(environment=environment)
    groups, extras = (frozenset(map(normalise_name, each)) for each in (manager.groups, manager.extras))
    return _Wanted(environment=environment, groups=groups, extras=extras)


def _requirements(file: str, raw: bytes, wanted: _Wanted) -> Iterator[Demanded]:
    parsed = parse_requirements(raw, file=file)
    for each in () if isinstance(parsed, Failure) else parsed.unwrap().lines:
        if each.name and wanted.holds(each.marker):
            # What follows are options of the installation, digests above all.
            asked = " ".join(each.text.partition(" --")[0].split())
            source = f"{file}, line {each.line}"
            yield Demanded(name=normalise_name(each.name), words=asked, source=source, extras=each.extras)


def _pyproject(file: str, document: Document, wanted: _Wanted) -> Iterator[Demanded]:
    loaded = document.toml
    if isinstance(loaded, Failure):
        return
    found = loaded.unwrap()
    project, tool = table(found.get("project")), table(found.get("tool"))
    poetry = table(tool.get("poetry"))
    yield from _listed(f"{file}, [project] dependencies", project.get("dependencies"), wanted)
    for extra, listed in table(project.get("optional-dependencies")).items():
        if wanted.has_extra(extra):
            yield from _listed(f"{file}, extra {extra}", listed, wanted)
    for groups in listed_groups(found):
        for group, listed in wanted.chosen_groups(groups).items():
            yield from _listed(f"{file}, group {group}", listed, wanted)
    brought = _brought(table(poetry.get("extras")), wanted)
    yield from _keyed(f"{file}, [tool.poetry.dependencies]", poetry.get("dependencies"), wanted, brought=brought)
    for groups in keyed_groups(found):
        for group, inner in wanted.chosen_groups(groups).items():
            yield from _keyed(f"{file}, group {group} of Poetry", inner, wanted)


def _brought(extras: Mapping[str, object], wanted: _Wanted) -> frozenset[str]:
    """The optional dependencies of Poetry's extras that were installed."""
    named = (name for extra, listed in extras.items() if wanted.has_extra(extra) for name in words(listed))
    return frozenset(normalise_name(one.name) for each in named if (one := requirement(each)) is not None)


def _pipfile(file: str, document: Document, wanted: _Wanted) -> Iterator[Demanded]:
    loaded = document.toml
    if isinstance(loaded, Failure):
        return
    found = loaded.unwrap()
    yield from _keyed(f"{file}, [packages]", found.get("packages"), wanted)
    for category, listed in found.items():
        if category not in NO_CATEGORIES and (wanted.groups is None or normalise_name(category) in wanted.groups):
            yield from _keyed(f"{file}, [{category}]", listed, wanted)


def _listed(source: str, listed: object, wanted: _Wanted) -> Iterator[Demanded]:
    for text in words(listed):
        if (one := requirement(text)) is not None and wanted.holds(str(one.marker or "")):
            extras = tuple(sorted(one.extras))
            yield Demanded(name=normalise_name(one.name), words=shown(text), source=source, extras=extras)


def _keyed(source: str, found: object, wanted: _Wanted, *, brought: frozenset[str] = frozenset()) -> Iterator[Demanded]:
    """The demands of a table by names; what is optional in it counts where an extra has brought it."""
    for name, value in table(found).items():
        more = table(value)
        version = value if isinstance(value, str) else more.get("version")
        asked = f" {version}" if isinstance(version, str) and version else ""
        marker = more.get("markers")
        left_out = more.get("optional") is True and wanted.extras is not None and normalise_name(name) not in brought
        if name == "python" or left_out or not wanted.holds(marker if isinstance(marker, str) else ""):
            continue
        extras = tuple(words(more.get("extras")))
        yield Demanded(name=normalise_name(name), words=shown(f"{name}{asked}"), source=source, extras=extras)
