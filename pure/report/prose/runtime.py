"""Says in words what went wrong with the Python runtime: the request, the catalogue, the archive, the bytecode."""

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias, assert_never

from pure.manager.table import PDM, PIPENV, POETRY, UV
from pure.message import Message
from pure.python.catalogue import CatalogueError, InvalidCatalogue, InvalidMirror, RepeatedRuntime
from pure.python.request import (
    ContradictingVariables,
    InvalidSpecifier,
    InvisibleCharacters,
    MajorOnly,
    NotUtf8,
    PrefixedVersion,
    PythonRequest,
    RangeRequest,
    RequestError,
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
    ResolutionError,
    ResolutionWarning,
    SpecifierUnsatisfied,
    UnavailableForTarget,
)
from pure.report.prose.archives import (
    compile_message,
    fetch_failure_in_short,
    fetch_message,
    pack_message,
    unpack_message,
)
from pure.runtime.endings import (
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
from pure.runtime.fetching import FetchError
from pure.source import Source

__all__ = ["RuntimeProblem", "describe_runtime", "describe_warning", "fetch_failure_in_short"]

RuntimeProblem: TypeAlias = (
    RequestError | CatalogueError | ResolutionError | FetchError | UnpackError | CompileError | PackError
)

_WRITE_IN_FILE = "Write one version on a line of its own, such as 3.13 (its newest patch release) or 3.13.1."
_WRITE_IN_VARIABLE = "Set it to a version such as 3.13 or 3.13.1, or to a range such as >=3.11,<3.14."
# The files that hold a version and nothing else.
_VERSION_FILES: Final = (".python-version", "runtime.txt")
# A lock repeats what stands elsewhere: where to change it, and what writes the lock.
_LOCKED_FROM: Final[Mapping[str, tuple[str, str]]] = {
    "Pipfile.lock": ("[requires] in the Pipfile", PIPENV.lock_command),
    "uv.lock": ("requires-python in pyproject.toml", UV.lock_command),
    "poetry.lock": ("the version of python in pyproject.toml", POETRY.lock_command),
    "pdm.lock": ("requires-python in pyproject.toml", PDM.lock_command),
}


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
            | ReleaseUnknown()
            | UnavailableForTarget()
            | SpecifierUnsatisfied()
        ):
            return _resolution(error)
        case FetchError():
            return fetch_message(error)
        case CorruptArchive() | NoRuntimeInArchive() | UnsafeArchive() | UnpackNoRoom() | UnpackFailed():
            return unpack_message(error)
        case CompilerFailed() | CompileNoRoom() | CompileNotWritable():
            return compile_message(error)
        case (
            InterpreterUnusable()
            | InterpreterUnsupported()
            | PipWheelMissing()
            | LibraryMissing()
            | PatchingFailed()
            | PackNoRoom()
            | PackFailed()
        ):
            return pack_message(error)
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
                do=("Save the file as UTF-8.", *((_WRITE_IN_FILE,) if file.endswith(_VERSION_FILES) else ())),
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
        case ReleaseUnknown(request=request, version=version, known=known):
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
            # Only Poetry's grammar makes a range of a bare version, and of 3.11 no other release than 3.11.0.
            bare = isinstance(request, RangeRequest) and request.specifiers == (f"=={request.text}",)
            exactly = (
                f"For Poetry, {request.text} means this one release; ~{request.text} means its patches as well.",
            )
            early = (f"Only pre-releases would: {_list(pre_releases)}. They are taken only if asked for exactly.",)
            return Message(
                happened=f"No Python satisfies {specifier}",
                found=(_asked(request),),
                means=(
                    f"The catalogue has versions of Python {_list(minors)}.",
                    *(early if pre_releases else ()),
                    *(exactly if bare else ()),
                ),
                do=("Widen the range.", *_change(request)),
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
    locked = _LOCKED_FROM.get(request.source.file or "")
    if locked is not None:
        return (f"Change {locked[0]}, then make the lock again:  {locked[1]}",)
    return (f"Change {request.source}.",)


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "nothing"


def _day(day: date) -> str:
    return day.isoformat()
