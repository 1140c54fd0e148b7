"""Says in words what went wrong with the sources of the Python version, and what their users should know."""

from typing import Final, assert_never

from pure.message import Message
from pure.python.choice import ContradictingSources, PythonWarning, SupersededFile
from pure.python.lookalikes import version_in
from pure.python.words import (
    BadPoetryConstraint,
    BadRuntimeFile,
    BadSpecifier,
    MalformedFile,
    NotAString,
    VersionFileError,
)
from pure.report.prose.catalogue import describe_warning
from pure.source import Source

_INSTEAD: Final = (
    "Or set BP_PYTHON_VERSION, or write the version into a file .python-version: both are asked before it."
)


def describe_versions(error: VersionFileError | ContradictingSources) -> Message:
    """The message for any error about where the Python version is taken from."""
    match error:
        case MalformedFile(file=file, language=language, line=line, detail=detail):
            return Message(
                happened=f"{file} is not valid {language}",
                found=(f"{Source(file=file, line=line)}: {detail}",),
                means=("It may say which Python the application needs, so it is read to choose one.",),
                do=(f"Correct {file}.", _INSTEAD),
            )
        case BadSpecifier(key=key, visible=visible, source=source):
            return Message(
                happened=f"{key} in {source.file} is no version specifier",
                found=(f"{source}: {visible}",),
                means=("Specifiers are written as PEP 440 says: clauses like >=3.11, separated by commas.",),
                do=(f"Write, for example, {_as_specifier(visible)}",),
            )
        case BadPoetryConstraint(key=key, visible=visible, rest=rest, source=source):
            return Message(
                happened=f"{key} in {source.file} is no version constraint of Poetry's",
                found=(f"{source}: {visible}", *((f"not understood from here: {rest}",) if rest != visible else ())),
                means=("Clauses like ^3.11, ~3.11, 3.11.* or >=3.11 are separated by commas, alternatives by ||.",),
                do=("Write, for example, ^3.11 or >=3.11,<3.15",),
            )
        case NotAString(key=key, found=found, source=source):
            return Message(
                happened=f"{key} in {source.file} is {found} instead of a string",
                found=(str(source),),
                do=("Write the version between quotation marks: a number can't tell 3.1 from 3.10.",),
            )
        case BadRuntimeFile(visible=visible, version=version, source=source):
            meant = version or version_in(visible) or "3.13"
            return Message(
                happened=f"{source.file} names no Python version",
                found=(f"{source}: {visible}",),
                means=(f"{source.file} has the form python-{meant}, and is superseded by .python-version.",),
                do=(f"Delete {source.file} and write {meant} into a file .python-version",),
            )
        case ContradictingSources(quotes=quotes, minors=minors):
            which = "both" if len(quotes) == 2 else "all of them"
            return Message(
                happened="The application's sources of the Python version contradict each other",
                found=tuple(f"{quote.source}: {quote.text}" for quote in quotes),
                means=(f"No version on offer satisfies {which}; there is Python {', '.join(minors)}.",),
                do=(_agree(tuple(quote.source for quote in quotes)),),
            )
        case _:
            assert_never(error)


def describe_python_warning(warning: PythonWarning) -> str:
    """A warning about the chosen version or its source, as one sentence or two."""
    match warning:
        case SupersededFile(file=file, version=version):
            return f"{file} is superseded. Delete it and write {version} into a file .python-version."
        case _:
            return describe_warning(warning)


def _as_specifier(text: str) -> str:
    """A specifier that may be meant by a text that is none."""
    bare = text.lstrip("^~v= ")
    numbers = bare.split(".")
    if len(numbers) in (2, 3) and all(number.isdecimal() and len(number) < 4 for number in numbers):
        return f">={bare},<{int(numbers[0]) + 1}" if text.startswith("^") else f"=={'.'.join(numbers[:2])}.*"
    return ">=3.11"


def _agree(sources: tuple[Source, ...]) -> str:
    first, last = sources[0], sources[-1]
    if len(sources) > 2:
        return "Change one of them so that a version satisfies all of them."
    if _is_lock(first) and _is_lock(last):
        if first.file == last.file:
            return f"Lock the dependencies again: {first.file} contradicts itself."
        return "Remove the lock that isn't used, or name its package manager in BP_PYTHON_PACKAGE_MANAGER."
    if _is_lock(first):
        return f"Lock the dependencies again, so that {first.file} agrees with {last}."
    if _is_lock(last):
        return f"Change {first}, or lock the dependencies again for the version that it asks for."
    return f"Change {first} to what {last} allows, or widen what {last} allows."


def _is_lock(source: Source) -> bool:
    name = source.file or ""
    return name.endswith(".lock") or name.startswith("pylock.")
