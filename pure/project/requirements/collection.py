"""Says which files a set of pip requirements consists of, or which of them must still be read to know.

The shell reads, this module asks: call ``collect`` with what has been read so far until it no longer answers
``MissingFiles``. A file may be reached as requirements and as constraints; the last ``-r`` or ``-c`` on the way counts,
as in pip. Cycles are fine.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.requirements.errors import IncludeMissing, RequirementsError, TooManyFiles
from pure.project.requirements.file import Include, RequirementLine, RequirementsFile, is_remote, parse_requirements
from pure.project.requirements.origin import written_for_something_else
from pure.project.requirements.systems import of_other_systems
from pure.urls import without_secrets

MOST_FILES: Final = 1000


class MissingFiles(msgspec.Struct, frozen=True, kw_only=True):
    """Files to read, by their paths relative to the project (or absolute), sorted."""

    paths: tuple[str, ...]
    # Those that were read, parsed.
    parsed: Mapping[str, RequirementsFile] = {}


class CollectedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the role it is used in."""

    kind: Literal["requirement", "constraint"]
    content: RequirementsFile


class RequirementsSet(msgspec.Struct, frozen=True, kw_only=True):
    """All files, in the order in which pip meets them; ``remote`` are the includes by URL, which nobody reads here."""

    files: tuple[CollectedFile, ...] = ()
    remote: tuple[Include, ...] = ()

    @property
    def requirements(self) -> tuple[RequirementLine, ...]:
        """The lines that install something: those of the files that are not constraints."""
        return tuple(line for each in self.files if each.kind == "requirement" for line in each.content.lines)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all files, without repetition."""
        return tuple(dict.fromkeys(each.content.file for each in self.files))


Collected: TypeAlias = MissingFiles | RequirementsSet


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A collection that isn't complete yet."""

    # Where it starts.
    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    # To be read next.
    paths: tuple[str, ...]
    read: Mapping[str, bytes | None] = {}
    parsed: Mapping[str, RequirementsFile] = {}

    def by_setting(self, path: str) -> bool:
        """Whether a setting names the file: then it may be one of the platform's. Files name the application's own."""
        return path in (*self.requirements, *self.constraints)


class Requirements(msgspec.Struct, frozen=True, kw_only=True):
    """A complete collection."""

    # ``None`` where a file that it starts from doesn't exist.
    found: Outcome[RequirementsSet, RequirementsError] | None
    # The contents of all files that were read for it.
    texts: Mapping[str, bytes]


def pending(*, requirements: tuple[str, ...], constraints: tuple[str, ...]) -> Pending:
    """The collection that starts at the given files, of which nothing was read yet."""
    return Pending(requirements=requirements, constraints=constraints, paths=requirements)


def advance(collection: Pending, more: Mapping[str, bytes | None]) -> Pending | Requirements:
    """The collection with the files that it asked for."""
    read = {**collection.read, **more}
    parsed = dict(collection.parsed)
    # What is read is looked at once, for what it names; only when nothing more is named, all is collected in its order.
    named = {path for path in collection.constraints if not is_remote(path)}
    for path, raw in more.items():
        found = Success(None) if raw is None else parse_requirements(raw, file=path)
        if isinstance(found, Success) and (content := found.unwrap()) is not None:
            parsed[path] = content
            named |= {include.path for include in content.includes if not include.remote}
    paths = tuple(sorted(named - read.keys()))
    if any(read[path] is None for path in collection.requirements):
        return Requirements(found=None, texts={})
    start, constraints = collection.requirements, collection.constraints
    texts = {path: raw for path, raw in read.items() if raw is not None}
    if len(read) + len(paths) > MOST_FILES:
        return Requirements(found=Failure(TooManyFiles(file=start[0], most=MOST_FILES)), texts=texts)
    if paths:
        return msgspec.structs.replace(collection, paths=paths, read=read, parsed=parsed)
    collected = collect(read, requirements=start, constraints=constraints, parsed=parsed)
    if isinstance(collected, Failure):
        return Requirements(found=collected, texts=texts)
    match collected.unwrap():
        case MissingFiles():
            raise AssertionError("all that is named was read")
        case RequirementsSet() as complete:
            return Requirements(found=Success(complete), texts=texts)


def collect(
    read: Mapping[str, bytes | None],
    *,
    requirements: tuple[str, ...] = ("requirements.txt",),
    constraints: tuple[str, ...] = (),
    parsed: Mapping[str, RequirementsFile] = {},
) -> Outcome[Collected, RequirementsError]:
    """The requirements that start at the given files, or the files still to be read.

    ``read`` maps paths to contents, ``None`` where there is no such file. ``constraints`` are those of settings
    (``PIP_CONSTRAINT``). ``parsed`` are the files that an earlier call parsed.
    """
    pending = [
        *(Include(kind="requirement", path=path, file="", line=0) for path in requirements),
        *(_constraint(path) for path in constraints),
    ]
    pending.reverse()
    known = dict(parsed)
    seen: dict[tuple[str, str], CollectedFile] = {}
    remote: list[Include] = []
    missing: set[str] = set()
    while pending:
        include = pending.pop()
        if include.remote:
            remote.append(include)
            continue
        key = (include.kind, include.path)
        if key in seen:
            continue
        if include.path not in read:
            missing.add(include.path)
            continue
        raw = read[include.path]
        if raw is None:
            return Failure(IncludeMissing(path=include.path, kind=include.kind, file=include.file, line=include.line))
        if include.path not in known:
            found = parse_requirements(raw, file=include.path)
            if isinstance(found, Failure):
                return found
            known[include.path] = found.unwrap()
        content = known[include.path]
        seen[key] = CollectedFile(kind=include.kind, content=content)
        pending += reversed(content.includes)
    if missing:
        return Success(MissingFiles(paths=tuple(sorted(missing)), parsed=known))
    foreign = written_for_something_else(each.content for each in seen.values())
    if foreign is not None:
        return Failure(foreign)
    collected = RequirementsSet(files=tuple(seen.values()), remote=tuple(remote))
    elsewhere = of_other_systems(collected.requirements)
    return Failure(elsewhere) if elsewhere else Success(collected)


def _constraint(path: str) -> Include:
    """A setting's constraints file, which may be a URL, as pip takes it."""
    if is_remote(path):
        return Include(kind="constraint", path=without_secrets(path), file="", line=0, remote=True)
    return Include(kind="constraint", path=path, file="", line=0)
