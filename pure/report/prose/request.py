"""Says in words what is wrong with a request for a Python version."""

from typing import Final, assert_never

from pure.message import Message
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

_WRITE_IN_FILE = "Write one version on a line of its own, such as 3.13 (its newest patch release) or 3.13.1."
_WRITE_IN_VARIABLE = "Set it to a version such as 3.13 or 3.13.1, or to a range such as >=3.11,<3.14."
_WITHOUT_MARK: Final = (
    "The first is a byte order mark: save it as UTF-8 without one, or write it anew, such as:  "
    "echo 3.13 > .python-version"
)
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
                    _WITHOUT_MARK if visible.startswith("<U+FEFF>") else "Delete the line and type it again.",
                    _write(source),
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


def _write(source: Source) -> str:
    return _WRITE_IN_VARIABLE if source.variable is not None else _WRITE_IN_FILE
