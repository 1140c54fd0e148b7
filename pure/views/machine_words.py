"""Says what a machine lacks for local builds, and what to do about each thing."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from pure.lifecycle.prose import describe_lifecycle
from pure.machine.examination import Condition, Examined, Trait, can_build
from pure.report.prose.archives import fetch_failure_in_short
from pure.texts import whole_json
from pure.wording import size

# What each is called, what was found, and the cure: {subject} and {room} stand for what a verdict has.
_WORDS: Final[Mapping[Trait, tuple[str, str, tuple[str, ...]]]] = {
    "linux": ("system", "{subject}", ()),
    "other-system": (
        "system",
        "{subject}: local builds need Linux",
        ("Build in a virtual machine or a container with Linux, or by pack (docs/pack.md).",),
    ),
    "python": ("Python", "{subject}, which builds can use", ()),
    "python-not-packable": (
        "Python",
        "{subject}, without the wheel of pip that it makes environments by",
        (
            "On Debian and Ubuntu:  apt-get install python3-venv",
            "Or take Python from the catalogue:  lamina build APP --production-runtime",
        ),
    ),
    "namespaces": ("namespaces", "of users, mounts and processes can be made", ()),
    "namespaces-by-root": ("namespaces", "of mounts can be made, since this is root", ()),
    "namespaces-refused": ("namespaces", "", ()),
    "namespaces-untried": (
        "namespaces",
        "can't be tried: {subject}",
        ("That takes a folder to write to: see to the cache and the temporary files first, below.",),
    ),
    "paths": ("paths", "/layers, /workspace, /platform and /cnb can be put in place", ()),
    "paths-refused": (
        "paths",
        "/layers and /workspace are in place, but cannot be written (status {subject})",
        ("Look whether the cache folder lies on a file system that knows owners; another one:  --cache FOLDER",),
    ),
    "overlays": ("overlays", "folders can be mounted over others, so that lamina run copies nothing", ()),
    "no-overlays": (
        "overlays",
        "the kernel, or the cache folder's file system, refuses them: lamina run copies the application instead",
        ("Nothing has to be done. Faster is a cache folder on ext4 or XFS, and Linux 5.11 or newer.",),
    ),
    "cache-room": ("cache", "{room} free in {subject}", ()),
    "cache-short": (
        "cache",
        "only {room} free in {subject}",
        ("A large application needs more: free some, or give another folder:  --cache FOLDER",),
    ),
    "cache-full": (
        "cache",
        "only {room} free in {subject}",
        ("Free some, or give another folder:  --cache FOLDER",),
    ),
    "cache-refused": (
        "cache",
        "{subject}",
        ("Give a folder that this user may write to:  --cache FOLDER, or XDG_CACHE_HOME",),
    ),
    "temporary-room": ("temporary files", "{room} free in {subject}", ()),
    "temporary-short": (
        "temporary files",
        "only {room} free in {subject}",
        ("A large application needs more: free some, or name another folder in TMPDIR.",),
    ),
    "temporary-full": (
        "temporary files",
        "only {room} free in {subject}",
        ("Free some, or name another folder in TMPDIR.",),
    ),
    "temporary-refused": ("temporary files", "{subject}", ("Name a folder that this user may write to in TMPDIR.",)),
    "certificates-of-system": ("certificates", "the system's", ()),
    "certificates-named": ("certificates", "{subject}", ()),
    "certificates-refused": (
        "certificates",
        "{subject}",
        ("Correct the variable that names them, or leave it out to trust what the system trusts.",),
    ),
    "index-answers": ("index", "{subject} answers", ()),
    "index-asks-who": (
        "index",
        "{subject}: {failure}",
        (
            "Give user and password in its address, --env PIP_INDEX_URL, or a file of them, --env NETRC=FILE",
            "(which tools read, and this doesn't).",
        ),
    ),
    "index-distrusted": (
        "index",
        "{subject}: {failure}",
        ("Name the file with its authority's certificate:  --env PIP_CERT=/path/to/ca.pem",),
    ),
    "index-without-certificates": (
        "index",
        "{subject} can't be asked: {failure}",
        ("See to the certificates first, above.",),
    ),
    "index-without-proxy": (
        "index",
        "{subject}: {failure}",
        (
            "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names this proxy: look at its address and its password,",
            "or have the index asked without it:  NO_PROXY=HOST",
        ),
    ),
    "index-refuses": (
        "index",
        "{subject}: {failure}",
        ("Look at its address: it ends where the pages of distributions begin, mostly in /simple/.",),
    ),
    "index-silent": (
        "index",
        "{subject}: {failure}",
        (
            "Of this shell's variables only its proxies reach builds. Name those that say where an index is, here and",
            "to lamina build:  --env PIP_INDEX_URL",
            "Without any:  --env PIP_NO_INDEX=1 --env PIP_FIND_LINKS=FOLDER (docs/offline.md)",
        ),
    ),
    "named-index-silent": (
        "index",
        "{subject}: {failure}",
        (
            "Look at its address, and whether it is reached from here: through a proxy, HTTPS_PROXY names that.",
            "Without any:  --env PIP_NO_INDEX=1 --env PIP_FIND_LINKS=FOLDER (docs/offline.md)",
        ),
    ),
    "no-index-asked": ("index", "none is asked: PIP_NO_INDEX is set", ()),
    "git": ("git", "{subject}", ()),
    "no-git": (
        "git",
        "there is none: requirements that come from repositories can't be installed",
        ("Install git, if the application has any.",),
    ),
    "compiler": ("compiler", "{subject}", ()),
    "no-compiler": (
        "compiler",
        "there is none: distributions without a wheel for this machine can't be built",
        ("On Debian and Ubuntu:  apt-get install build-essential",),
    ),
    "engine": ("engine", "{subject}", ()),
    "engine-silent": (
        "engine",
        "{subject} is installed, but doesn't answer",
        ("Start its service, or let this user reach it. Builds don't need it.",),
    ),
    "no-engine": (
        "engine",
        "there is none: builds don't need one, but images can't be started as containers here",
        ("Install podman, Docker or skopeo, which take what --output writes.",),
    ),
}


class DoctorRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that local builds need, or are easier with: how it is, what was found, and the cure."""

    name: str
    condition: Condition
    found: str
    cure: tuple[str, ...] = ()


class DoctorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What ``lamina doctor --json`` prints; ``works`` says whether a local build can."""

    schema: int = 1
    works: bool
    rows: tuple[DoctorRow, ...]


def doctor_record(verdicts: tuple[Examined, ...], *, redact: Callable[[str], str] = str) -> DoctorRecord:
    """The verdicts in words, without credentials, which ``redact`` takes out."""
    rows = (msgspec.structs.replace(row, found=redact(row.found)) for row in map(_row, verdicts))
    return DoctorRecord(works=can_build(verdicts), rows=tuple(rows))


def encode_doctor(record: DoctorRecord) -> bytes:
    """The record as JSON."""
    return whole_json(record)


def doctor_lines(record: DoctorRecord) -> tuple[str, ...]:
    """The record as a table, each cure below what it is for."""
    lines: list[str] = []
    for row in record.rows:
        lines.append(f"{row.condition:<8} {row.name:<16} {row.found}")
        lines += (f"{'':<25} {line}" for line in row.cure)
    lacking = [row.name for row in record.rows if row.condition == "missing"]
    works = "Local builds work here" if record.works else f"No local build works here: {', '.join(lacking)}"
    return (*lines, "", works)


def _row(verdict: Examined) -> DoctorRow:
    name, found, cure = _WORDS[verdict.trait]
    if verdict.error is not None:
        message = describe_lifecycle(verdict.error)
        found = "; ".join((message.happened, *message.found))
        return DoctorRow(name=name, condition=verdict.condition, found=found, cure=message.do)
    why = fetch_failure_in_short(verdict.failure) if verdict.failure is not None else ""
    words = found.format(subject=verdict.subject, room=size(verdict.nbytes), failure=why)
    return DoctorRow(name=name, condition=verdict.condition, found=words, cure=cure)
