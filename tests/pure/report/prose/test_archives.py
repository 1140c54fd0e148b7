"""The words for a runtime that could not be fetched, unpacked, compiled or packed."""

from typing import get_args

import pytest
from pure.disk import DiskFull
from pure.message import Message
from pure.python.request import (
    MinorRequest,
    PatchRequest,
    RangeRequest,
)
from pure.report.prose.archives import describe_archive
from pure.runtime.endings import (
    ArchiveError,
    CompileNotWritable,
    CompilerFailed,
    CorruptArchive,
    DamagedBuildpack,
    InterpreterUnsupported,
    InterpreterUnusable,
    LibraryMissing,
    NoRuntimeInArchive,
    OtherArchive,
    OversizedArchive,
    PackFailed,
    PatchingFailed,
    PipWheelMissing,
    UnpackFailed,
    UnsafeArchive,
)
from pure.runtime.fetching import (
    AuthoritiesUnreadable,
    BodyTruncated,
    CertificateRejected,
    ConnectionFailed,
    DigestMismatch,
    FetchError,
    FetchFailure,
    HttpStatus,
    InvalidUrl,
    LocalFileUnreadable,
    NotStored,
    ProxyFailed,
    TimedOut,
    TooManyRedirects,
    TooSlow,
)
from pure.runtime.pruning import UnsafeMember
from pure.source import Source
from pure.target import Distro, Target

from tests.golden import check_golden

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


NO_ROOM = "No space left on device"
FAILURES: tuple[FetchFailure, ...] = (
    ConnectionFailed(detail="Connection refused"),
    ProxyFailed(proxy="http://proxy:3128", detail="Name or service not known"),
    CertificateRejected(detail="self-signed certificate in certificate chain", authorities=None),
    AuthoritiesUnreadable(variable="SSL_CERT_FILE", file="/certs/ca.pem", detail="No such file or directory"),
    TimedOut(seconds=30.0, received=12_345_678),
    TooSlow(seconds=600.0, received=1_200_000, expected=28_400_000),
    BodyTruncated(received=1_200, expected=23_456_789),
    HttpStatus(status=403, reason="Forbidden"),
    HttpStatus(status=404, reason="Not Found"),
    HttpStatus(status=503, reason="Service Unavailable", retry_after=10),
    TooManyRedirects(to="http://elsewhere/file.tar.gz"),
    DigestMismatch(expected="0" * 64, actual="f" * 64, size=512),
    DiskFull(task="download", path="/layers/lamina_python/file.tar.gz", detail=NO_ROOM),
    NotStored(path="/layers/lamina_python/file.tar.gz", detail="Permission denied"),
    LocalFileUnreadable(path="/mnt/python/file.tar.gz", detail="No such file or directory"),
    InvalidUrl(detail="ftp: https:, http: or file: is needed"),
)
ERRORS: tuple[ArchiveError, ...] = (
    *(FetchError(url="https://mirror/file.tar.gz?token=***", failure=failure, attempts=1) for failure in FAILURES),
    FetchError(url="https://mirror/file.tar.gz", failure=FAILURES[0], attempts=5),
    FetchError(
        url="https://mirror/file.tar.gz",
        failure=HttpStatus(status=404, reason="Not Found"),
        attempts=1,
        instead_of="https://host/releases/20261021/file.tar.gz",
    ),
    CorruptArchive(archive=ARCHIVE, detail="Compressed file ended before the end-of-stream marker was reached"),
    NoRuntimeInArchive(archive=ARCHIVE),
    NoRuntimeInArchive(archive=ARCHIVE, instead="cpython-3.13/bin/python3"),
    OtherArchive(archive=ARCHIVE, kind="compressed by zstd"),
    DamagedBuildpack(path="/cnb/buildpacks/lamina_python/1/runtime/bin/python3", detail="No such file or directory"),
    OversizedArchive(archive=ARCHIVE, what="folders in each other", most=40),
    UnsafeArchive(
        archive=ARCHIVE, member=UnsafeMember(path="python/lib/x", reason="link outside", link="../../etc/passwd")
    ),
    UnsafeArchive(archive=ARCHIVE, member=UnsafeMember(path="/etc/passwd", reason="absolute path")),
    DiskFull(task="unpack", path="/layers/lamina_python/python", detail=NO_ROOM),
    UnpackFailed(archive=ARCHIVE, path="/layers/lamina_python", detail="Permission denied"),
    CompilerFailed(python=PYTHON, ending="SIGKILL", output=""),
    CompilerFailed(python=PYTHON, ending="exit status 127", output="cannot execute: required file not found"),
    DiskFull(task="compile", path="/layers/lamina_python/venv/lib", detail=NO_ROOM),
    CompileNotWritable(path="/layers/lamina_python/venv/lib", detail="Permission denied"),
    InterpreterUnusable(python="/usr/bin/python4", detail="No such file or directory"),
    InterpreterUnsupported(python=PYTHON, reason="it is pypy, not CPython"),
    PipWheelMissing(python=PYTHON, searched=("/usr/lib/python3.13/ensurepip/_bundled",)),
    LibraryMissing(library="libpython3.13.so.1.0", needed_by=PYTHON),
    PatchingFailed(path=PYTHON, detail="patchelf is missing"),
    DiskFull(task="pack", path="/home/me/.cache/lamina", detail=NO_ROOM),
    PackFailed(path="/home/me/.cache/lamina", detail="Permission denied"),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_archives", "\n".join(_shown(describe_archive(error)) for error in ERRORS))


def test_every_error_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(ArchiveError))
    assert {type(failure) for failure in FAILURES} == set(get_args(FetchFailure))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_message_says_what_to_do(error: ArchiveError) -> None:
    assert describe_archive(error).do
