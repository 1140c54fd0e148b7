"""Says which distributions an environment holds, as their own records state.

Read from the ``*.dist-info`` directories (PyPA specification "Recording installed projects"). All paths of this module
are relative to the environment's root, with ``/`` between their parts: ``lib/python3.13/site-packages/flask/app.py``,
``bin/flask``. A RECORD is written by whoever built a distribution, so a path in it that leaves the environment, or that
names one of the environment's own files, is never taken over: it becomes a ``Problem``.
"""

import base64
import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from pure.names import normalise_name
from pure.venv.piece import parents
from pure.venv.resolved import Origin, parse_direct_url

_REQUESTED_ROW = "REQUESTED,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"  # the digest of no bytes
_KNOWN_FILES = ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL", "direct_url.json")
_DIST_INFO_FILE = re.compile(r"([^/]+\.dist-info)/([^/]+)")
_OWN_FILE = re.compile(
    r"bin|include|include/python3\.[0-9]+|pyvenv\.cfg|\.gitignore|CACHEDIR\.TAG|lib64|\.lamina/.+"
    r"|bin/(?:[Aa]ctivate(?:\..+)?|python(?:\d+(?:\.\d+t?)?)?|\U0001d70bthon)"  # CPython 3.14 adds the last one
)
_OPTIMISATIONS = ("", ".opt-1", ".opt-2")


class RecordEntry(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A row of a RECORD: the path in the environment, the digest as written (``sha256=…`` or empty), the size."""

    path: str
    hash: str = ""
    size: str = ""


class InstalledDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution on disk."""

    name: str
    version: str
    dist_info: str  # the path of its directory
    files: tuple[RecordEntry, ...] = ()  # sorted by path
    requested: bool = False
    direct_url: Origin | None = None  # the origin that pip noted for a direct reference
    damaged: bool = False  # its record cannot be trusted to name all its files

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of its files, those of its ``dist-info`` directory included."""
        return tuple(entry.path for entry in self.files)


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something in a ``dist-info`` directory that rules out changing the environment in place.

    ``outside`` is a path that leaves the environment or names one of its own files (given in ``path``);
    ``duplicate`` is a second distribution of one name.
    """

    dist_info: str
    kind: Literal["no_metadata", "no_record", "bad_record", "outside", "duplicate"]
    path: str = ""


class InstalledSet(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment of CPython ``python_minor`` (``3.13``) holds, sorted by name."""

    python_minor: str
    distributions: tuple[InstalledDistribution, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def site_packages(self) -> str:
        """The path of site-packages."""
        return f"lib/python{self.python_minor}/site-packages"

    @property
    def names(self) -> frozenset[str]:
        """The normalised names."""
        return frozenset(each.name for each in self.distributions)


class Overlap(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A file that the records of several distributions name; ``same`` if they all state the same digest for it."""

    path: str
    names: tuple[str, ...]
    same: bool = False


class RequestedChange(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A REQUESTED marker to write (an empty file) or to remove, and the RECORD to pass to ``record_with_requested``."""

    name: str
    requested: bool
    marker: str
    record: str


class Mismatch(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A difference between what was to be installed and what is: a version is ``None`` where there is none."""

    name: str
    wanted: str | None
    installed: str | None


def parse_installed(files: Mapping[str, bytes], *, python_minor: str, root: str = "") -> InstalledSet:
    """The distributions of an environment from the files of its ``dist-info`` directories.

    ``root`` is where the environment lies: a RECORD may name its files by absolute paths, as Poetry's do of what it
    installs editable. ``files`` maps paths relative to site-packages (``flask-3.1.0.dist-info/METADATA``) to contents;
    METADATA, RECORD, REQUESTED and direct_url.json are used, others are ignored. Any bytes give a value.
    """
    by_directory: dict[str, dict[str, bytes]] = {}
    for path, content in files.items():
        match = _DIST_INFO_FILE.fullmatch(path)
        if match:
            by_directory.setdefault(match[1], {})[match[2]] = content
    site_packages = InstalledSet(python_minor=python_minor).site_packages
    distributions: list[InstalledDistribution] = []
    problems: list[Problem] = []
    for directory, contents in sorted(by_directory.items()):
        found, trouble = _distribution(site_packages, root, directory, contents)
        problems += trouble
        if found is None:
            continue
        if any(each.name == found.name for each in distributions):
            problems.append(Problem(dist_info=found.dist_info, kind="duplicate"))
        distributions.append(found)
    return InstalledSet(
        python_minor=python_minor,
        distributions=tuple(sorted(distributions, key=lambda each: (each.name, each.dist_info))),
        problems=tuple(sorted(problems)),
    )


def removal(installed: InstalledSet, names: Iterable[str]) -> tuple[str, ...]:
    """The files to delete so that the named distributions are gone: never one that a remaining distribution owns.

    Bytecode files derived from their sources are among them whether they exist or not, so a missing file is no error.
    Delete these, then the directories of ``emptied_directories``.
    """
    unwanted = {normalise_name(name) for name in names}
    gone: set[str] = set()
    kept: set[str] = set()
    for distribution in installed.distributions:
        files = _owned(distribution, installed.python_minor)
        if distribution.name in unwanted:
            gone |= files
        else:
            kept |= files
    return tuple(sorted(gone - kept))


def emptied_directories(installed: InstalledSet, removed: Iterable[str]) -> tuple[str, ...]:
    """The directories to try to remove once the ``removed`` files are gone, deepest first; those not empty stay.

    The directories that every environment has (``bin``, site-packages, …) are never among them.
    """
    minor = installed.python_minor
    fixed = {"", "bin", "include", f"include/python{minor}", "lib", f"lib/python{minor}", installed.site_packages}
    found = {parent for path in removed for parent in parents(path)}
    return tuple(sorted(found - fixed, key=lambda path: (-path.count("/"), path)))


def overlaps(installed: InstalledSet, fresh: Iterable[str]) -> tuple[Overlap, ...]:
    """The files shared by a distribution of ``fresh`` (names just installed) with one that had been kept.

    If there is one, the kept distribution's file may have been overwritten: recreate the environment. Files that are
    the same in both, such as the empty ``__init__.py`` of a namespace, do no harm.
    """
    new = {normalise_name(name) for name in fresh}
    return tuple(
        each
        for each in shared_files(installed)
        if not each.same and not new.isdisjoint(each.names) and not new.issuperset(each.names)
    )


def shared_files(installed: InstalledSet) -> tuple[Overlap, ...]:
    """All files that more than one distribution owns."""
    owners: dict[str, set[str]] = {}
    digests: dict[str, set[str]] = {}
    for distribution in installed.distributions:
        for entry in distribution.files:
            owners.setdefault(entry.path, set()).add(distribution.name)
            digests.setdefault(entry.path, set()).add(entry.hash)
    return tuple(
        Overlap(path=path, names=tuple(sorted(names)), same=len(digests[path]) == 1 and "" not in digests[path])
        for path, names in sorted(owners.items())
        if len(names) > 1
    )


def strays(installed: InstalledSet, all_files: Iterable[str]) -> tuple[str, ...]:
    """The files on disk that belong to no distribution and not to the environment itself.

    ``all_files`` are paths relative to the environment's root, symbolic links not followed. Checkouts of editable VCS
    requirements (``src/``) are left out: they have no record.
    """
    owned = frozenset[str]().union(*(_owned(each, installed.python_minor) for each in installed.distributions))
    return tuple(
        sorted(
            path
            for path in set(all_files)
            if path not in owned and not path.startswith("src/") and not _OWN_FILE.fullmatch(path)
        )
    )


def missing_files(installed: InstalledSet, all_files: Iterable[str]) -> tuple[str, ...]:
    """The files that a RECORD names and that are not on disk; bytecode is not counted."""
    present = set(all_files)
    recorded = {path for each in installed.distributions for path in each.paths}
    return tuple(sorted(path for path in recorded - present if not path.endswith(".pyc")))


def requested_changes(installed: InstalledSet, wanted: Mapping[str, bool]) -> tuple[RequestedChange, ...]:
    """The REQUESTED markers to change; ``wanted`` maps normalised names to whether the user named them."""
    return tuple(
        RequestedChange(
            name=each.name,
            requested=wanted[each.name],
            marker=f"{each.dist_info}/REQUESTED",
            record=f"{each.dist_info}/RECORD",
        )
        for each in installed.distributions
        if each.name in wanted and wanted[each.name] != each.requested
    )


def record_with_requested(record: bytes, change: RequestedChange) -> bytes:
    """The bytes of a RECORD with the row of its REQUESTED marker added or taken out, as pip would have written it.

    pip sorts the rows; the new one is put before the first that sorts after it, with the line end of the others.
    """
    directory = change.marker.split("/")[-2]
    lines = record.splitlines(keepends=True)
    own = f"{directory}/REQUESTED,".encode()
    others = [line for line in lines if not line.startswith(own)]
    if not change.requested:
        return b"".join(others)
    end = b"\r\n" if any(line.endswith(b"\r\n") for line in lines) else b"\n"
    row = f"{directory}/{_REQUESTED_ROW}".encode() + end
    place = next((at for at, line in enumerate(others) if line.partition(b",")[0] > own[:-1]), len(others))
    return b"".join([*others[:place], row, *others[place:]])


def record_with_digest(record: bytes, path: str, data: bytes) -> bytes:
    """The bytes of a RECORD in which the row of ``path`` (as the RECORD has it) states digest and size of ``data``."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    own = f"{path},".encode()
    row = own + b"sha256=" + digest + b"," + str(len(data)).encode()
    lines = record.splitlines(keepends=True)
    return b"".join(row + line[len(line.rstrip(b"\r\n")) :] if line.startswith(own) else line for line in lines)


def is_bytecode(path: str) -> bool:
    """Whether a path is one of bytecode beside its source (PEP 3147); what else lies in such a folder is contents."""
    return path.endswith(".pyc") and "/__pycache__/" in path


def _owned(distribution: InstalledDistribution, python_minor: str) -> frozenset[str]:
    own = {f"{distribution.dist_info}/{name}" for name in _KNOWN_FILES}
    return frozenset(own.union(distribution.paths, *(_bytecode(path, python_minor) for path in distribution.paths)))


def _bytecode(path: str, python_minor: str) -> tuple[str, ...]:
    # PEP 3147 and PEP 488: d/m.py is compiled to d/__pycache__/m.cpython-313.opt-1.pyc
    if not path.endswith(".py"):
        return ()
    directory, _, name = path.rpartition("/")
    tag = f"cpython-{python_minor.replace('.', '')}"
    return tuple(f"{directory}/__pycache__/{name[:-3]}.{tag}{level}.pyc" for level in _OPTIMISATIONS)


def _distribution(
    site_packages: str, root: str, directory: str, contents: Mapping[str, bytes]
) -> tuple[InstalledDistribution | None, list[Problem]]:
    dist_info = f"{site_packages}/{directory}"
    name, version = _name_and_version(contents.get("METADATA", b""))
    if not name or not version:
        return None, [Problem(dist_info=dist_info, kind="no_metadata")]
    problems: list[Problem] = []
    entries: list[RecordEntry] = []
    if "RECORD" not in contents:
        problems.append(Problem(dist_info=dist_info, kind="no_record"))
    else:
        rows = _rows(contents["RECORD"])
        if rows is None:
            problems.append(Problem(dist_info=dist_info, kind="bad_record"))
        for path, digest, size in rows or ():
            inside = _inside(site_packages, path, root)
            if inside is None:
                problems.append(Problem(dist_info=dist_info, kind="outside", path=path))
            else:
                entries.append(RecordEntry(path=inside, hash=digest, size=size))
    raw_url = contents.get("direct_url.json")
    found = InstalledDistribution(
        name=normalise_name(name),
        version=version,
        dist_info=dist_info,
        files=tuple(sorted(set(entries))),
        requested="REQUESTED" in contents,
        direct_url=None if raw_url is None else parse_direct_url(raw_url),
        damaged=bool(problems),
    )
    return found, problems


def _name_and_version(metadata: bytes) -> tuple[str, str]:
    fields = {"name": "", "version": ""}
    for line in metadata.decode("utf-8", "replace").splitlines():
        if not line.strip():
            break  # the headers end at the first blank line
        key, _, value = line.partition(":")
        if not fields.get(key.lower(), "filled"):
            fields[key.lower()] = value.strip()
    return fields["name"], fields["version"]


def _rows(record: bytes) -> list[tuple[str, str, str]] | None:
    try:
        rows = [row for row in csv.reader(record.decode("utf-8").splitlines(keepends=True), strict=True) if row]
    except (csv.Error, UnicodeDecodeError):
        return None
    if not rows or any(len(row) != 3 or not row[0] for row in rows):
        return None
    return [(row[0], row[1], row[2]) for row in rows]


def _inside(site_packages: str, path: str, root: str) -> str | None:
    parts = site_packages.split("/")
    if root and path.startswith(f"{root}/"):
        path, parts = path.removeprefix(f"{root}/"), []
    if path.startswith("/") or "\0" in path or "\\" in path:
        return None
    for part in path.split("/"):
        if part in {"", "."}:
            continue
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            return None
    result = "/".join(parts)
    at_or_above = not result or f"{site_packages}/".startswith(f"{result}/")
    return None if at_or_above or _OWN_FILE.fullmatch(result) else result
