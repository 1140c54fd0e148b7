"""Says why it is this Python."""

from collections.abc import Sequence
from typing import Final

from pure.python.catalogue import Runtime
from pure.python.request import CARRIED_DEFAULT, LAMINAS_DEFAULT, PythonRequest
from pure.python.resolution import ChosenRuntime
from pure.source import Source

DEFAULT_MINOR: Final = "3.14"
DEFAULT_VARIABLE: Final = "BP_PYTHON_DEFAULT_VERSION"


def by_default(source: Source) -> bool:
    """Whether nobody asks for a version, so that a default decides."""
    return source.variable == DEFAULT_VARIABLE or source.default in (LAMINAS_DEFAULT, CARRIED_DEFAULT)


def explained(chosen: ChosenRuntime) -> tuple[str, ...]:
    """The reasons for a version that one request decided."""
    source = chosen.request.source
    if source.variable == DEFAULT_VARIABLE:
        instead = f"makes {chosen.request.text} the default, instead of Lamina's {DEFAULT_MINOR}"
        first = f"no version is asked for; ${DEFAULT_VARIABLE} {instead}"
    elif chosen.request.source.default == LAMINAS_DEFAULT:
        first = (
            f"no version is asked for; {DEFAULT_MINOR} is Lamina's default (to keep it, write it into .python-version)"
        )
    elif source.default == CARRIED_DEFAULT:
        first = f"no version is asked for; {chosen.request.text} is the newest that this buildpack carries"
    else:
        return chosen.because
    return (first, *chosen.because[1:])


def narrowed(influential: Sequence[PythonRequest], runtime: Runtime) -> tuple[str, ...]:
    """The reasons for a version that several requests had to agree on."""
    hand = f"{runtime.version} satisfies all of these and needs no download"
    newest = f"{runtime.version} is the newest version that satisfies all of these"
    return (
        *(f"{request.source} asks for {request.text}" for request in influential),
        hand if runtime.url.startswith("file:") else newest,
    )
