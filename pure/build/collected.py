"""Decides whether collecting Django's static files would give what it gave before.

It would where all that it can depend on is as it was: what is installed, Python, the command, the variables, each file
of the application that was read, and the names of all others, since a name is enough for a finder to list a file and
for an import to find another module. A file that was never read may change, such as a template. What can be seen of
reading is seen twice: by the interpreter's audit events, which know of every place and of processes and connections,
and by the times of last access, which know of native code, too. Where collecting depends on what nobody can compare, it
isn't spared.

Left out on purpose: the times and sizes of files that aren't read (an upload has times of its own), the name of the
machine, the time of day and chance: what depends on these differs from build to build already. Files of the system
are those of the build image, which what is installed was made with, too. A failed look at a path elsewhere, like any
question whether there is one, isn't noted by the interpreter. Connections that native code makes by itself are seen
where they are a database's of Django.
"""

import hashlib
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.build.watched import FileSeen, FilesSeen, is_history, names_digest
from pure.outcome import Failure, Outcome, Success

_SCHEMA: Final = "2"
# Names of what differs from build to build by nature: the machine's, that of a plan's file, a shell's own.
_FLEETING: Final = frozenset({"CNB_BP_PLAN_PATH", "HOSTNAME", "OLDPWD", "PWD", "SHLVL", "_"})
# Reading these is no reason to look again: they are the build image's, or the kernel's.
_SYSTEM: Final = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr")
# Writing there leaves nothing in the image.
_NOWHERE: Final = ("/dev", "/proc")
_TEMPORARY: Final = ("/tmp", "/var/tmp")  # noqa: S108  (named, not used)


class CollectedBy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What static files were collected by, each as a digest."""

    environment: str
    runtime: str
    command: str
    variables: str


class CollectedRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a build collected, and from what."""

    schema: Literal["2"] = _SCHEMA
    by: CollectedBy
    names: str
    """A digest over the names of all that was in the application's folder."""
    reads: dict[str, str]
    """What each file held that was read."""
    files: dict[str, str]
    """What each file and folder holds that was made."""
    enabled: bool
    """Whether the project has static files at all."""
    folder: str
    """Where Django says that it put them."""


class CollectedBefore(msgspec.Struct, frozen=True, kw_only=True):
    """What an earlier build recorded, and how it is now."""

    record: CollectedRecord
    names: str
    reads: Mapping[str, str]
    archived: Mapping[str, str]
    """What the cache has of the files."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What the interpreter noted of a program (``shell/traced.py``); paths are real ones, of what is still there."""

    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    started: str = ""
    """A process that it started."""
    connected: str = ""
    """What it asked of the network."""
    native: str = ""
    """Native code that it loaded and that isn't Python's own."""


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """Where a program may read and write without consequences that this build doesn't know of."""

    app: str
    layers: str
    temporary: tuple[str, ...]


class Comparable(msgspec.Struct, frozen=True, kw_only=True):
    """What a later build can compare with: the names of all files, which of them were read, and which were made."""

    names: str
    reads: tuple[str, ...]
    made: tuple[str, ...]
    enabled: bool = True
    held: Mapping[str, str] = {}
    """What each of them holds, once that is known."""


class Collector(msgspec.Struct, frozen=True, kw_only=True):
    """What static files are to be collected by now."""

    environment: str
    runtime: str
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]


Unlike: TypeAlias = str
"""Why something has to be collected (again)."""


def digests_of(now: Collector) -> CollectedBy:
    """The digests of what static files are collected by; values of variables are secrets, and stand nowhere."""
    lasting = tuple(each for each in now.variables if each[0] not in _FLEETING)
    return CollectedBy(
        environment=now.environment,
        runtime=now.runtime,
        command=_digest(now.command),
        variables=_digest(lasting),
    )


def recorded(found: Comparable, now: Collector, folder: str) -> CollectedRecord:
    """What is kept for the next build."""
    return CollectedRecord(
        by=digests_of(now),
        names=found.names,
        reads={path: found.held.get(path, "") for path in found.reads},
        files={path: found.held.get(path, "") for path in found.made},
        enabled=found.enabled,
        folder=folder,
    )


def compare(before: CollectedBefore, by: CollectedBy) -> Unlike:
    """Why collecting might give something else than it did; empty if it can't."""
    record, old = before.record, before.record.by
    for was, now, because in (
        (old.environment, by.environment, "what is installed has changed"),
        (old.runtime, by.runtime, "Python has changed"),
        (old.command, by.command, "the command that collects them has changed"),
        (old.variables, by.variables, "a variable of the build has changed"),
    ):
        if was != now or not now:
            return because
    for path in sorted(record.reads):
        if record.reads[path] != before.reads.get(path):
            return f"{path} has changed"
    if record.names != before.names:
        return "files of the application were added, removed or renamed"
    if record.files != before.archived:
        return "what the cache has of them is damaged"
    return ""


def comparable(
    grounds: Grounds, folder: str | None, before: FilesSeen, after: FilesSeen, trace: Trace | None
) -> Comparable | Unlike:
    """What a later build has to compare with, or why it has to collect anew whatever has changed.

    ``folder`` is where the files were collected, if anything was: empty where Django doesn't say so.
    """
    if trace is None:
        return "what that reads could not be seen"
    made = _made(before.files, after.files)
    if because := _beyond(grounds, before, trace) or _elsewhere(grounds, folder, before, after, made):
        return because
    noted = {path for path, was in before.files.items() if _accessed(was, after.files.get(path))}
    told = {each.removeprefix(f"{grounds.app}/") for each in trace.reads if _below(each, (grounds.app,))}
    reads = {path for path in noted | told if path in before.files and _is_file(before.files[path])}
    if foreign := sorted(filter(is_history, noted | told)):
        return f"that reads {foreign[0]}"
    # What isn't text can't be recorded.
    if any(not _is_text(path) for path in (*reads, *made)):
        return "not every name of a file is text"
    return Comparable(
        names=names_digest(before.files),
        reads=tuple(sorted(reads)),
        made=tuple(sorted(made)),
        enabled=folder is not None,
    )


def _beyond(grounds: Grounds, before: FilesSeen, trace: Trace) -> Unlike:
    """What the interpreter noted that leads out of all that can be compared."""
    if trace.started:
        return f"that starts another program ({trace.started})"
    if trace.connected:
        return f"that reaches for the network or a database ({trace.connected})"
    temporary = (*_TEMPORARY, *grounds.temporary)
    known = (grounds.app, grounds.layers, *_SYSTEM, *temporary)
    if strange := [path for path in trace.reads if not _below(path, known)]:
        return f"that reads {strange[0]}"
    if strange := [path for path in trace.writes if not _below(path, (grounds.app, *_NOWHERE, *temporary))]:
        return f"that writes {strange[0]}"
    if trace.native and not before.notes:
        return f"{trace.native} may read files, and the filesystem doesn't note when it does"
    return ""


def _elsewhere(
    grounds: Grounds, folder: str | None, before: FilesSeen, after: FilesSeen, made: frozenset[str]
) -> Unlike:
    """What was made at another place than where static files are collected, or might have been there before."""
    inside = folder.removeprefix(f"{grounds.app}/") if folder and _below(folder, (grounds.app,)) else ""
    if folder is not None and (not inside or inside == folder):
        return f"{folder} isn't in the application's folder" if folder else "they don't go into a folder"
    # Whether a file that lies there is replaced is a question of times. What starts with a dot is never collected.
    lay = sorted(path for path in before.files if inside and path.startswith(f"{inside}/"))
    for path in lay:
        if _is_leaf(before.files[path]) and not path.rpartition("/")[2].startswith("."):
            return f"{path} lies where they go"
    gone = before.files.keys() - after.files.keys()
    for path in sorted(made | gone):
        above = inside == path or inside.startswith(f"{path}/")
        fresh = path in after.files and path not in before.files
        if not fresh or not (above or (inside and path.startswith(f"{inside}/"))):
            return f"that {'removes' if path in gone else 'writes'} {path}"
    return ""


def _made(before: Mapping[str, FileSeen], after: Mapping[str, FileSeen]) -> frozenset[str]:
    return frozenset(path for path, seen in after.items() if _other(before.get(path), seen))


def _other(was: FileSeen | None, seen: FileSeen) -> bool:
    if was is None or was.kind != seen.kind:
        return True
    return _is_leaf(seen) and was.version != seen.version


def _accessed(was: FileSeen, seen: FileSeen | None) -> bool:
    return _is_file(was) and seen is not None and was.accessed != seen.accessed


def _is_leaf(seen: FileSeen) -> bool:
    return not seen.kind.endswith("/") or seen.kind.startswith("->")


def _is_file(seen: FileSeen) -> bool:
    return seen.kind.isdigit()


def _below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _is_text(path: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in path)


def encode_record(record: CollectedRecord) -> bytes:
    """The record as it is kept; equal records give equal bytes."""
    return msgspec.json.encode(record, order="deterministic")


def decode_record(raw: bytes) -> Outcome[CollectedRecord, None]:
    """What was kept; any bytes give a record or a failure. No path in it leads out of the application's folder."""
    try:
        record = msgspec.json.decode(raw, type=CollectedRecord)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return Failure(None)
    paths = (*record.reads, *record.files)
    inside = all(path and {"", ".", ".."}.isdisjoint(path.split("/")) and "\0" not in path for path in paths)
    return Success(record) if inside else Failure(None)


def decode_trace(raw: bytes | None) -> Trace | None:
    """What was noted; ``None`` where that isn't whole."""
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=Trace)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _digest(value: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogateescape")).hexdigest()
