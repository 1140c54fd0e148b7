"""Reads what an application's files say about the Python version, one function for each kind of file.

A file may say nothing, one thing or several (``pyproject.toml`` in ``[project]`` and for Poetry). Whoever can't be
understood gives an error value; what to make of it is the business of ``sources``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.outcome import Failure, Success
from pure.project.document import Document, NotParsed, at
from pure.project.line_numbers import ini_line, toml_line
from pure.project.locks.kinds import LockKind
from pure.project.stated import PythonRange, Stated, toml_range
from pure.python.lookalikes import Form, other_name
from pure.python.request import (
    FoundVersion,
    PythonRequest,
    SeveralVersions,
    decode_text,
    parse_python_version_file,
    plain_version,
    visible,
    without_prefix,
)
from pure.python.words import (
    BadRuntimeFile,
    MalformedFile,
    NotAString,
    Reading,
    Said,
    Unusable,
    Word,
    kind,
    major,
    range_words,
    value_words,
)
from pure.source import Source

RUNTIME_FILE: Final = "runtime.txt"

# asdf's and mise's ways of asking for the newest of a minor version.
_NEWEST_OF: Final = re.compile(r"(?:latest|prefix):(?P<version>.+)\Z")
# Cloud Foundry's buildpack takes python-3.13.x there, and means what python-3.13 says.
_RUNTIME: Final = re.compile(r"python-(?P<version>[0-9]+\.[0-9]+(?=\.x\Z)|[^x]+\Z)")
_NOT_A_RELEASE: Final = "it names no release of CPython"
_NOT_OFFERED: Final[Mapping[Form, str]] = {
    "free-threaded": "free-threaded and debug builds of Python aren't offered",
    "other": "no other Python than CPython is offered",
}

EMPTY: Final = "it contains no version; write one into it, such as 3.14, or delete it"

Reader: TypeAlias = Callable[[Document, str], Reading]


def python_version_file(document: Document, file: str) -> Reading:
    """``.python-version``: one version."""
    match parse_python_version_file(document.raw, file):
        case Failure() as failure:
            return failure
        case Success(None):
            return Success((Unusable(source=Source(file=file), text="", because=EMPTY),))
        case Success(request):
            assert request is not None, "the case above"
            return Success((Word(request=request, binding=False),))


def runtime_file(document: Document, file: str) -> Reading:
    """``runtime.txt``: ``python-3.13.1``, ``python-3.13`` or ``python-3.13.x``, on one line; ``#`` starts a comment."""
    decoded = decode_text(document.raw, file)
    if isinstance(decoded, Failure):
        return decoded
    lines = tuple(
        (number, content)
        for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.unwrap()), start=1)
        if (content := line.partition("#")[0].strip())
    )
    if not lines:
        return Success((Unusable(source=Source(file=file), text="", because="it contains no version"),))
    if len(lines) > 1:
        found = tuple(FoundVersion(visible=visible(line), line=number) for number, line in lines)
        return Failure(SeveralVersions(file=file, found=found))
    number, text = lines[0]
    source = Source(file=file, line=number)
    named = _RUNTIME.match(text)
    request = plain_version(named["version"], source) if named else None
    if request is None:
        if other := other_name(text, visible(text), source):
            return Failure(other)
        meant = plain_version(without_prefix(text), source)
        return Failure(BadRuntimeFile(visible=visible(text), version=meant.text if meant else None, source=source))
    return Success((Word(request=msgspec.structs.replace(request, text=text), binding=False),))


def lock_reader(lock: LockKind) -> Reader:
    """A reader of a kind of lock: the Pythons that it is made for."""

    def read(document: Document, file: str) -> Reading:
        decoded = decode_text(document.raw, file)
        if isinstance(decoded, Failure):
            return decoded
        match lock.parsed(document):
            case Failure(unparsed):
                return Failure(_malformed(unparsed, file, lock.language))
            case Success(parsed):
                return _all(lock.pythons(parsed, document.text), file)

    return read


def pyproject(document: Document, file: str) -> Reading:
    """``pyproject.toml``: ``requires-python`` of the project, and the constraint of Poetry's own section."""

    def read(found: object, text: str) -> Reading:
        poetry: tuple[str, ...] = ("tool", "poetry", "dependencies", "python")
        if isinstance(at(found, poetry), Mapping):
            poetry = (*poetry, "version")
        project = toml_range(found, text, ("project", "requires-python"), "specifier")
        return _all((*project, *toml_range(found, text, poetry, "constraint")), file)

    return _toml(document, file, read)


def setup_cfg(document: Document, file: str) -> Reading:
    """``setup.cfg``: ``python_requires`` of the section ``options``."""
    import configparser

    decoded = decode_text(document.raw, file)
    if isinstance(decoded, Failure):
        return decoded
    text = decoded.unwrap().removeprefix("\ufeff")
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(text, file)
    except configparser.Error as error:
        # A missing section header carries a line, other parsing errors a list of pairs, depending on Python's version.
        pairs = getattr(error, "errors", None)
        line = getattr(error, "lineno", None) or (pairs[0][0] if pairs else None)
        kind = type(error).__name__
        return Failure(MalformedFile(file=file, language="INI", line=line, detail=_INI_ERRORS.get(kind, kind)))
    for key in ("python_requires", "python-requires"):
        if parser.has_option("options", key):
            line = ini_line(text, "options", key)
            return value_words(Stated(key=key, value=parser.get("options", key), line=line), "specifier", file)
    return Success(())


def tool_versions(document: Document, file: str) -> Reading:
    """``.tool-versions`` of asdf and mise: ``python 3.13.1``, and further versions to fall back to."""
    decoded = decode_text(document.raw, file)
    if isinstance(decoded, Failure):
        return decoded
    for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.unwrap()), start=1):
        words = line.partition("#")[0].split()
        if words[:1] == ["python"]:
            return Success(_tools(words[1:], Source(file=file, line=number)))
    return Success(())


def mise(document: Document, file: str) -> Reading:
    """``mise.toml``: ``[tools] python``, a version, a table with one, or a list of these."""

    def read(found: object, text: str) -> Reading:
        path = ("tools", "python")
        value = at(found, path)
        if value is None:
            return Success(())
        listed = value if isinstance(value, list) else [value]
        versions = [each.get("version") if isinstance(each, Mapping) else each for each in listed]
        line = toml_line(text, path) or toml_line(text, (*path, "version"))
        source = Source(file=file, line=line)
        wrong = next((each for each in versions if not isinstance(each, str)), None)
        if wrong is not None:
            return Failure(NotAString(key="python", found=kind(wrong), source=source))
        return Success(_tools([each for each in versions if isinstance(each, str)], source))

    return _toml(document, file, read)


def _tools(versions: list[str], source: Source) -> tuple[Said, ...]:
    """The first version that names a release of CPython; asdf and mise take the first that is installed."""
    said: list[Said] = []
    found = False
    for text in versions:
        shown = visible(text)
        newest = _NEWEST_OF.match(text)
        version = newest["version"] if newest else text
        request: PythonRequest | None = plain_version(version, source)
        if request is None:
            request = major(version, source)
        if request is None:
            other = other_name(text, shown, source)
            because = _NOT_OFFERED.get(other.form, _NOT_A_RELEASE) if other is not None else _NOT_A_RELEASE
            said.append(Unusable(source=source, text=shown, because=because))
        elif found:
            said.append(Unusable(source=source, text=shown, because="only the first of several versions counts"))
        else:
            found = True
            said.append(Word(request=msgspec.structs.replace(request, text=text), binding=False))
    return tuple(said)


_INI_ERRORS: Final[Mapping[str, str]] = {
    "MissingSectionHeaderError": "a line stands before the first section",
    "DuplicateSectionError": "a section stands there twice",
    "DuplicateOptionError": "an option stands there twice",
    "MultilineContinuationError": "a line continues an option that has no value",
    "ParsingError": "a line is neither a section nor an option",
}


def _toml(document: Document, file: str, read: Callable[[object, str], Reading]) -> Reading:
    decoded = decode_text(document.raw, file)
    if isinstance(decoded, Failure):
        return decoded
    match document.toml:
        case Failure(unparsed):
            return Failure(_malformed(unparsed, file, "TOML"))
        case Success(found):
            return read(found, document.text)


def _malformed(unparsed: NotParsed, file: str, language: Literal["TOML", "JSON"]) -> MalformedFile:
    return MalformedFile(file=file, language=language, line=unparsed.line, detail=unparsed.detail)


def _all(pythons: Iterable[PythonRange], file: str) -> Reading:
    said: list[Said] = []
    for each in pythons:
        read = range_words(each, file)
        if isinstance(read, Failure):
            return read
        said += read.unwrap()
    return Success(tuple(said))
