"""Says in words what is wrong with a catalogue of runtimes, or why it has none that fits."""

from collections.abc import Mapping
from datetime import date
from typing import Final, assert_never

from pure.manager.table import PDM, PIPENV, POETRY, UV
from pure.message import Message
from pure.python.catalogue import InvalidCatalogue, InvalidMirror, RepeatedRuntime
from pure.python.choice import NotCarried
from pure.python.offer import CatalogueProblem, CatalogueUnreachable, NothingReplaces
from pure.python.request import (
    PythonRequest,
    RangeRequest,
)
from pure.python.resolution import (
    Beyond,
    EndOfLife,
    MinorEndOfLife,
    MinorTooOld,
    MinorUnknown,
    NearEndOfLife,
    NewerPatch,
    NothingForTarget,
    PreReleasesOnly,
    ReleaseUnknown,
    ResolutionError,
    ResolutionWarning,
    SpecifierUnsatisfied,
    UnavailableForTarget,
)

# A lock repeats what stands elsewhere: where to change it, and what writes the lock.
_LOCKED_FROM: Final[Mapping[str, tuple[str, str]]] = {
    "Pipfile.lock": ("[requires] in the Pipfile", PIPENV.lock_command),
    "uv.lock": ("requires-python in pyproject.toml", UV.lock_command),
    "poetry.lock": ("the version of python in pyproject.toml", POETRY.lock_command),
    "pdm.lock": ("requires-python in pyproject.toml", PDM.lock_command),
}


def describe_catalogue(error: CatalogueProblem | ResolutionError | NotCarried) -> Message:
    """The message for a catalogue that cannot be used, or that has nothing that is asked for."""
    if isinstance(error, NotCarried):
        return Message(
            happened="This buildpack does not carry the Python that is asked for",
            found=(_asked(error.request),),
            means=(
                f"It was packaged for builds without a network; there are: {_list(error.known)}.",
                "Others are looked for only where a mirror, a catalogue or a mapped archive of the platform has them.",
            ),
            do=(
                f"Ask for a version that it carries. {_change(error.request)[0]}",
                "Or have it packaged with another one:  make package PACKAGE_ARGS='--offline --python 3.13'",
            ),
        )
    if isinstance(error, ResolutionError):
        return _resolution(error)
    return _catalogue(error)


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


def _catalogue(error: CatalogueProblem) -> Message:
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
        case CatalogueUnreachable(variable=variable, place=place, detail=detail):
            return Message(
                happened=f"The catalogue that ${variable} names cannot be read",
                found=(f"{place}: {detail}",),
                do=("Give the absolute path of a catalogue file that the build's container can read.",),
            )
        case NothingReplaces(variable=variable, needed=needed):
            return Message(
                happened=f"${variable} is set, and ${needed} is not",
                means=("Without a catalogue of your own there would be no Python to choose from.",),
                do=(f"Set {needed} to the path of your catalogue, or remove {variable}.",),
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
        case MinorUnknown(request=request, minor=minor, minors=minors, beyond=beyond):
            return Message(
                happened=f"There is no Python {minor} in the catalogue",
                found=(_asked(request),),
                means=("It does not exist, or is newer than the catalogue.", *_until(beyond)),
                do=(f"Ask for one of: {_list(minors)}.", *_change(request), *_newer(beyond)),
            )
        case ReleaseUnknown(request=request, version=version, known=known, beyond=beyond):
            minor = version.rpartition(".")[0]
            return Message(
                happened=f"There is no Python {version} in the catalogue",
                found=(_asked(request),),
                means=(f"Of Python {minor} it has: {_list(known)}.", *_until(beyond)),
                do=(
                    f"Ask for {minor} to get its newest patch release, or for one of these.",
                    *_change(request),
                    *_newer(beyond),
                ),
            )
        case PreReleasesOnly(request=request, minor=minor, known=known, beyond=beyond):
            return Message(
                happened=f"There is no release of Python {minor} in the catalogue",
                found=(_asked(request),),
                means=(
                    f"It has pre-releases: {_list(known)}. They are taken only if asked for exactly.",
                    *_until(beyond),
                ),
                do=(f"Ask for {known[0]}, or for an older minor version.", *_change(request), *_newer(beyond)),
            )
        case UnavailableForTarget(request=request, wanted=wanted, target=target, elsewhere=elsewhere, known=known):
            return Message(
                happened=f"Python {wanted} is not available for {target}",
                found=(_asked(request),),
                means=(f"It is for: {_list(elsewhere)}.",),
                do=(f"For this platform there are: {_list(known)}.", *_change(request)),
            )
        case SpecifierUnsatisfied(
            request=request, specifier=specifier, minors=minors, pre_releases=pre_releases, ended=ended, beyond=beyond
        ):
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
                    *((f"Python {ended[0]} reached its end of life on {ended[1]:%Y-%m-%d}.",) if ended else ()),
                    f"The catalogue has versions of Python {_list(minors)}.",
                    *(early if pre_releases else ()),
                    *(exactly if bare else ()),
                    *_until(beyond),
                ),
                do=("Widen the range.", *_change(request), *_newer(beyond)),
            )
        case _:
            assert_never(error)


def _until(beyond: Beyond | None) -> tuple[str, ...]:
    return (f"The catalogue knows what was released until {_day(beyond.until)}.",) if beyond and beyond.until else ()


def _newer(beyond: Beyond | None) -> tuple[str, ...]:
    if beyond is None:
        return ()
    return ("Or take a newer release of the buildpack, or a catalogue of your own that has it: BP_PYTHON_CATALOGUE.",)


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
