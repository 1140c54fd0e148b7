"""Says in words what is wrong with a request for a Python version."""

from typing import Final, assert_never

from pure.message import Message
from pure.python.lookalikes import OtherName, version_in
from pure.python.request import (
    ContradictingVariables,
    InvalidSpecifier,
    InvisibleCharacters,
    MajorOnly,
    NotUtf8,
    PrefixedVersion,
    RequestError,
    SeveralVersions,
    SpecifierInFile,
    UnreadableVersion,
    Utf16File,
    WildcardVersion,
)
from pure.source import Source

_EXAMPLE: Final = "3.13.1"
# The files that hold a version and nothing else.
_VERSION_FILES: Final = (".python-version", "runtime.txt")


def describe_request(error: RequestError) -> Message:
    """The message for a version that cannot be read."""
    match error:
        case InvisibleCharacters(visible=visible, source=source):
            return Message(
                happened=f"The Python version in {source} contains characters that cannot be seen",
                found=(visible,),
                means=("They often come along when text is copied from a web page or a document.",),
                do=(
                    _without_mark(visible) if visible.startswith("<U+FEFF>") else "Delete the line and type it again.",
                    _write(source, visible),
                ),
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
                do=(f"Write {known}" if "." in known else _write(source, visible),),
            )
        case MajorOnly(visible=visible, source=source):
            return Message(
                happened=f"The Python version in {source} lacks its second number",
                found=(visible,),
                means=("Minor versions of Python differ too much for one of them to be chosen for you.",),
                do=(_write(source, visible),),
            )
        case SpecifierInFile(visible=visible, source=source):
            return Message(
                happened=f"{source} contains a range of Python versions",
                found=(visible,),
                means=("This file names one version, for every tool that reads it.",),
                do=(_in_file(visible), f"For a range, set BP_PYTHON_VERSION to {visible} instead."),
            )
        case InvalidSpecifier(visible=visible, source=source):
            return Message(
                happened=f"{source} is no valid range of Python versions",
                found=(visible,),
                means=("Ranges are written as PEP 440 says: clauses like >=3.11, separated by commas.",),
                do=(_write(source, visible),),
            )
        case UnreadableVersion(visible=visible, source=source):
            return Message(happened=f"{source} is no Python version", found=(visible,), do=(_write(source, visible),))
        case OtherName():
            return _other_name(error)
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
                do=("Save the file as UTF-8.", *((_in_file(visible),) if file.endswith(_VERSION_FILES) else ())),
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


def _write(source: Source, stands: str) -> str:
    """What to write instead, with the version that stands there as the example."""
    if source.variable is None:
        return _in_file(stands)
    minor, release = _examples(stands)
    return f"Set it to a version such as {minor} or {release}, or to a range such as >={minor},<4."


def _without_mark(visible: str) -> str:
    anew = f"echo {version_in(visible) or _EXAMPLE} > .python-version"
    return f"The first is a byte order mark: save it as UTF-8 without one, or write it anew, such as:  {anew}"


def _in_file(stands: str) -> str:
    minor, release = _examples(stands)
    return f"Write one version on a line of its own, such as {minor} (its newest patch release) or {release}."


def _examples(stands: str) -> tuple[str, str]:
    version = version_in(stands) or _EXAMPLE
    minor = ".".join(version.split(".")[:2])
    return minor, version if version != minor else f"{minor}.1"


def _other_name(error: OtherName) -> Message:
    """Another tool's name for an interpreter, or an interpreter that isn't offered."""
    version = error.version
    # The other implementations count their releases themselves.
    write = f"Write {version}" if version and error.form != "other" else _write(error.source, version)
    match error.form:
        case "key":
            happened, means = "is uv's name of an interpreter", "`uv python pin` writes it; Lamina chooses the build."
        case "environment":
            happened, means = "names a virtual environment of pyenv's", "Only the version before /envs/ matters here."
        case "virtualenv":
            happened = "is no Python version, but a name"
            means = "`pyenv local` writes the name of a virtual environment there, which exists on your machine alone."
            write = f"{_write(error.source, error.visible)} `pyenv versions` tells which."
        case "system":
            happened, means = "asks for the system's Python", "An image has no Python but the one that is named here."
        case "free-threaded":
            happened = "asks for a free-threaded or debug build of Python"
            means = "Lamina offers the usual builds only."
        case "development":
            happened, means = "asks for a development version of Python", "Lamina offers releases only."
        case "other":
            happened, means = "asks for another Python than CPython", "Lamina offers CPython only."
        case _:
            assert_never(error.form)
    return Message(happened=f"{error.source} {happened}", found=(error.visible,), means=(means,), do=(write,))
