"""The words for the errors of the runtime, as a user reads them."""

from datetime import date
from typing import get_args

from pure.message import Message
from pure.python.catalogue import InvalidCatalogue, InvalidMirror, RepeatedRuntime
from pure.python.request import (
    ContradictingVariables,
    FoundVersion,
    InvalidSpecifier,
    InvisibleCharacters,
    MajorOnly,
    MinorRequest,
    NotUtf8,
    PatchRequest,
    PrefixedVersion,
    RangeRequest,
    SeveralVersions,
    SpecifierInFile,
    UnreadableVersion,
    Utf16File,
    WildcardVersion,
)
from pure.python.resolution import (
    EndOfLife,
    MinorEndOfLife,
    MinorTooOld,
    MinorUnknown,
    NearEndOfLife,
    NewerPatch,
    NothingForTarget,
    ReleaseUnknown,
    ResolutionWarning,
    SpecifierUnsatisfied,
    UnavailableForTarget,
)
from pure.report.prose.runtime import RuntimeProblem, describe_runtime, describe_warning
from pure.runtime.endings import (
    CompileNoRoom,
    CompileNotWritable,
    CompilerFailed,
    CorruptArchive,
    InterpreterUnsupported,
    InterpreterUnusable,
    LibraryMissing,
    NoRuntimeInArchive,
    PackFailed,
    PackNoRoom,
    PatchingFailed,
    PipWheelMissing,
    UnpackFailed,
    UnpackNoRoom,
    UnsafeArchive,
)
from pure.runtime.fetching import (
    AuthoritiesUnreadable,
    BodyTruncated,
    CertificateRejected,
    ConnectionFailed,
    DigestMismatch,
    DiskFull,
    FetchError,
    FetchFailure,
    HttpStatus,
    InvalidUrl,
    LocalFileUnreadable,
    NotWritable,
    ProxyFailed,
    TimedOut,
    TooManyRedirects,
)
from pure.runtime.pruning import UnsafeMember
from pure.source import Source
from pure.target import Distro, Target

from tests.places import GOLDENS

GOLDEN = GOLDENS / "errors_runtime.txt"
FILE = Source(file=".python-version", line=1)
VARIABLE = Source(variable="BP_PYTHON_VERSION")
TARGET = Target(os="linux", arch="arm64", distro=Distro(name="debian", version="12"))
MINORS = ("3.15", "3.14", "3.13", "3.12", "3.11")
ARCHIVE = "/tmp/cpython-3.13.1.tar.gz"
PYTHON = "/usr/bin/python3"


def minor(text: str, source: Source = FILE) -> MinorRequest:
    return MinorRequest(minor=text, text=text, source=source)


def patch(text: str) -> PatchRequest:
    return PatchRequest(version=text, text=text, source=FILE)


def span(text: str) -> RangeRequest:
    return RangeRequest(specifiers=(text,), text=text, source=VARIABLE)


FAILURES: tuple[FetchFailure, ...] = (
    ConnectionFailed(detail="Connection refused"),
    ProxyFailed(proxy="http://proxy:3128", detail="Name or service not known"),
    CertificateRejected(detail="self-signed certificate in certificate chain", authorities=None),
    AuthoritiesUnreadable(variable="SSL_CERT_FILE", file="/certs/ca.pem", detail="No such file or directory"),
    TimedOut(seconds=30.0, received=12_345_678),
    BodyTruncated(received=1_200, expected=23_456_789),
    HttpStatus(status=403, reason="Forbidden"),
    HttpStatus(status=404, reason="Not Found"),
    HttpStatus(status=503, reason="Service Unavailable", retry_after=10),
    TooManyRedirects(to="http://elsewhere/file.tar.gz"),
    DigestMismatch(expected="0" * 64, actual="f" * 64, size=512),
    DiskFull(path="/layers/lamina_python/file.tar.gz", written=4096),
    NotWritable(path="/layers/lamina_python/file.tar.gz", detail="Permission denied"),
    LocalFileUnreadable(path="/mnt/python/file.tar.gz", detail="No such file or directory"),
    InvalidUrl(detail="ftp: https:, http: or file: is needed"),
)
ERRORS: tuple[RuntimeProblem, ...] = (
    InvisibleCharacters(visible="3.13<U+200B>", source=FILE),
    InvisibleCharacters(visible="<U+00A0>3.13", source=VARIABLE),
    PrefixedVersion(visible="python-3.13", version="3.13", source=FILE),
    WildcardVersion(visible="3.13.*", known="3.13", source=FILE),
    WildcardVersion(visible="3.x", known="3", source=FILE),
    MajorOnly(visible="3", source=VARIABLE),
    SpecifierInFile(visible=">=3.12", source=FILE),
    InvalidSpecifier(visible="^3.12", source=VARIABLE),
    UnreadableVersion(visible="my-environment", source=FILE),
    SeveralVersions(
        file=".python-version", found=(FoundVersion(visible="3.13", line=1), FoundVersion(visible="3.12", line=2))
    ),
    NotUtf8(file=".python-version", line=1, visible="3.13 <0xE9>"),
    Utf16File(file=".python-version", visible="3.13"),
    ContradictingVariables(
        first="BP_PYTHON_VERSION", first_text="3.13", second="BP_CPYTHON_VERSION", second_text="3.12"
    ),
    InvalidCatalogue(
        origin="/mnt/catalogue.json", detail="Object missing required field `sha256` - at `$.runtimes[2]`"
    ),
    RepeatedRuntime(origin="/mnt/catalogue.json", version="3.13.1", target=TARGET),
    InvalidMirror(origin="$BP_PYTHON_MIRROR", visible="mirror.internal/python"),
    NothingForTarget(request=minor("3.13"), target=TARGET, known=("linux/amd64",)),
    MinorEndOfLife(request=minor("3.9"), minor="3.9", since=date(2025, 10, 31), minors=MINORS),
    MinorTooOld(request=minor("3.11", VARIABLE), minor="3.11", minors=("3.14", "3.13")),
    MinorUnknown(request=minor("3.16", Source(default="Lamina's default")), minor="3.16", minors=MINORS),
    ReleaseUnknown(request=patch("3.13.99"), version="3.13.99", known=("3.13.2", "3.13.1", "3.13.0")),
    UnavailableForTarget(
        request=patch("3.13.1"), wanted="3.13.1", target=TARGET, elsewhere=("linux/amd64",), known=("3.13.0",)
    ),
    SpecifierUnsatisfied(request=span(">=4"), specifier=">=4", minors=MINORS, pre_releases=()),
    SpecifierUnsatisfied(
        request=RangeRequest(specifiers=("==3.11",), text="3.11", source=Source(file="pyproject.toml", line=7)),
        specifier="==3.11",
        minors=MINORS,
        pre_releases=(),
    ),
    SpecifierUnsatisfied(
        request=RangeRequest(specifiers=("<3.9",), text="<3.9", source=Source(file="poetry.lock", line=70)),
        specifier="<3.9",
        minors=MINORS,
        pre_releases=(),
    ),
    MinorEndOfLife(
        request=minor("3.9", Source(file="Pipfile.lock", line=8)), minor="3.9", since=date(2025, 10, 31), minors=MINORS
    ),
    SpecifierUnsatisfied(request=span(">=3.16"), specifier=">=3.16", minors=MINORS, pre_releases=("3.16.0rc1",)),
    *(FetchError(url="https://mirror/file.tar.gz?token=***", failure=failure, attempts=1) for failure in FAILURES),
    FetchError(url="https://mirror/file.tar.gz", failure=FAILURES[0], attempts=5),
    CorruptArchive(archive=ARCHIVE, detail="Compressed file ended before the end-of-stream marker was reached"),
    NoRuntimeInArchive(archive=ARCHIVE),
    UnsafeArchive(
        archive=ARCHIVE, member=UnsafeMember(path="python/lib/x", reason="link outside", link="../../etc/passwd")
    ),
    UnsafeArchive(archive=ARCHIVE, member=UnsafeMember(path="/etc/passwd", reason="absolute path")),
    UnpackNoRoom(archive=ARCHIVE, target="/layers/lamina_python/python"),
    UnpackFailed(archive=ARCHIVE, path="/layers/lamina_python", detail="Permission denied"),
    CompilerFailed(python=PYTHON, ending="SIGKILL", output=""),
    CompilerFailed(python=PYTHON, ending="exit status 127", output="cannot execute: required file not found"),
    CompileNoRoom(path="/layers/lamina_python/venv/lib"),
    CompileNotWritable(path="/layers/lamina_python/venv/lib", detail="Permission denied"),
    InterpreterUnusable(python="/usr/bin/python4", detail="No such file or directory"),
    InterpreterUnsupported(python=PYTHON, reason="it is pypy, not CPython"),
    PipWheelMissing(python=PYTHON, searched=("/usr/lib/python3.13/ensurepip/_bundled",)),
    LibraryMissing(library="libpython3.13.so.1.0", needed_by=PYTHON),
    PatchingFailed(path=PYTHON, detail="patchelf is missing"),
    PackNoRoom(path="/home/me/.cache/lamina"),
    PackFailed(path="/home/me/.cache/lamina", detail="Permission denied"),
)
WARNINGS: tuple[ResolutionWarning, ...] = (
    EndOfLife(minor="3.9", since=date(2025, 10, 31)),
    NearEndOfLife(minor="3.11", until=date(2027, 10, 31)),
    NewerPatch(version="3.13.1", newest="3.13.9"),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def _all_words() -> str:
    errors = "\n".join(_shown(describe_runtime(error)) for error in ERRORS)
    return f"{errors}\n" + "".join(f"warning: {describe_warning(warning)}\n" for warning in WARNINGS)


def test_the_words_are_those_of_the_golden_file() -> None:
    assert _all_words() == GOLDEN.read_text()


def test_every_error_and_warning_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(RuntimeProblem))
    assert {type(failure) for failure in FAILURES} == set(get_args(FetchFailure))
    assert {type(warning) for warning in WARNINGS} == set(get_args(ResolutionWarning))


def test_every_message_says_what_to_do() -> None:
    assert all(describe_runtime(error).do for error in ERRORS)
