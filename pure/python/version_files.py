"""Reads what an application's files say about the Python version, one function for each kind of file.

A file may say nothing, one thing or several (``pyproject.toml`` in ``[project]`` and for Poetry). Whoever can't be
understood gives an error value; what to make of it is the business of ``python_sources``.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.line_numbers import ini_line, json_line, toml_line
from pure.python.poetry_constraint import BadConstraint, parse_poetry_constraint
from pure.python.request import (
    FoundVersion,
    PythonRequest,
    RangeRequest,
    RequestError,
    SeveralVersions,
    decode_text,
    parse_python_version_file,
    parse_specifier,
    plain_version,
    visible,
    without_prefix,
)
from pure.source import Source


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is said about the version.

    What is ``binding`` states what the application or its lock works with; what isn't, names a version to use.
    """

    request: PythonRequest
    binding: bool


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is said and names no version; ``because`` completes "it is ignored because …"."""

    source: Source
    text: str
    because: str


Said: TypeAlias = Word | Unusable


class MalformedFile(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A file is not what its name says; ``line`` counts from 1 where it is known."""

    file: str
    language: Literal["TOML", "JSON", "INI"]
    line: int | None
    detail: str


class BadSpecifier(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A key's value is no version specifier (PEP 440)."""

    key: str
    visible: str
    source: Source


class BadPoetryConstraint(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A key's value is no constraint of Poetry's; ``rest`` is what can't be read of it."""

    key: str
    visible: str
    rest: str
    source: Source


class NotAString(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A key's value is something else than a string; ``found`` says what."""

    key: str
    found: str
    source: Source


class BadRuntimeFile(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """``runtime.txt`` doesn't say ``python-3.13.1``; ``version`` is what it seems to mean."""

    visible: str
    version: str | None
    source: Source


VersionFileError: TypeAlias = MalformedFile | BadSpecifier | BadPoetryConstraint | NotAString | BadRuntimeFile
FileError: TypeAlias = RequestError | VersionFileError
Reading: TypeAlias = Outcome[tuple[Said, ...], FileError]

RUNTIME_FILE: Final = "runtime.txt"

_MAJOR: Final = re.compile(r"[1-9][0-9]{0,3}\Z")
# asdf's and mise's ways of asking for the newest of a minor version.
_NEWEST_OF: Final = re.compile(r"(?:latest|prefix):(?P<version>.+)\Z")
_BYTE: Final = re.compile(r"\(byte (?P<byte>[0-9]+)\)")
# Cloud Foundry's buildpack takes python-3.13.x there, and means what python-3.13 says.
_RUNTIME: Final = re.compile(r"python-(?P<version>[0-9]+\.[0-9]+(?=\.x\Z)|[^x]+\Z)")
_NOT_A_RELEASE: Final = "it names no release of CPython"


def python_version_file(raw: bytes, file: str) -> Reading:
    """``.python-version``: one version."""
    match parse_python_version_file(raw, file):
        case Failure() as failure:
            return failure
        case Success(None):
            return Success((Unusable(source=Source(file=file), text="", because="it contains no version"),))
        case Success(request):
            assert request is not None, "the case above"
            return Success((Word(request=request, binding=False),))


def runtime_file(raw: bytes, file: str) -> Reading:
    """``runtime.txt``: ``python-3.13.1``, ``python-3.13`` or ``python-3.13.x``, on one line."""
    decoded = decode_text(raw, file)
    if isinstance(decoded, Failure):
        return decoded
    lines = tuple(
        (number, line.strip())
        for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.unwrap()), start=1)
        if line.strip()
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
        meant = plain_version(without_prefix(text), source)
        return Failure(BadRuntimeFile(visible=visible(text), version=meant.text if meant else None, source=source))
    return Success((Word(request=msgspec.structs.replace(request, text=text), binding=False),))


def pipfile_lock(raw: bytes, file: str) -> Reading:
    """``Pipfile.lock``: ``_meta.requires`` with ``python_full_version`` and ``python_version``."""
    decoded = decode_text(raw, file)
    if isinstance(decoded, Failure):
        return decoded
    text = decoded.unwrap()
    content = text.removeprefix("\ufeff").encode()
    try:
        document: object = msgspec.json.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        # msgspec counts bytes; a number of more digits than Python converts and nesting without end have no place.
        place = _BYTE.search(str(error))
        line = content.count(b"\n", 0, int(place["byte"])) + 1 if place else None
        detail = str(error)[: place.start()].strip() if place else str(error)
        return Failure(MalformedFile(file=file, language="JSON", line=line, detail=detail))
    said: list[Said] = []
    for key in ("python_full_version", "python_version"):
        value = _at(document, ("_meta", "requires", key))
        if value is None:
            continue
        line = json_line(text, key, value) if isinstance(value, str) else None
        source = Source(file=file, line=line)
        read = _stated(value, key, source, _version_or_specifier)
        if isinstance(read, Failure):
            return read
        said += read.unwrap()
    return Success(tuple(said))


def specifier_in(*path: str) -> Callable[[bytes, str], Reading]:
    """A reader of a TOML file that has a specifier (PEP 440) under the key ``path``."""
    return lambda raw, file: _toml(raw, file, lambda document, text: _key(document, text, file, path, _specifier))


def poetry_lock(raw: bytes, file: str) -> Reading:
    """``poetry.lock``: ``python-versions``, a constraint of Poetry's."""
    path = ("metadata", "python-versions")
    return _toml(raw, file, lambda document, text: _key(document, text, file, path, _constraint))


def pdm_lock(raw: bytes, file: str) -> Reading:
    """``pdm.lock``: ``requires_python``, in older locks of the whole, in newer ones of each target."""
    return _toml(raw, file, lambda document, text: _pdm(document, text, file))


def pyproject(raw: bytes, file: str) -> Reading:
    """``pyproject.toml``: ``requires-python`` of the project, and the constraint of Poetry's own section."""

    def read(document: object, text: str) -> Reading:
        project = _key(document, text, file, ("project", "requires-python"), _specifier)
        if isinstance(project, Failure):
            return project
        path: tuple[str, ...] = ("tool", "poetry", "dependencies", "python")
        if isinstance(_at(document, path), Mapping):
            path = (*path, "version")
        poetry = _key(document, text, file, path, _constraint)
        return poetry if isinstance(poetry, Failure) else Success((*project.unwrap(), *poetry.unwrap()))

    return _toml(raw, file, read)


def setup_cfg(raw: bytes, file: str) -> Reading:
    """``setup.cfg``: ``python_requires`` of the section ``options``."""
    import configparser

    decoded = decode_text(raw, file)
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
            source = Source(file=file, line=ini_line(text, "options", key))
            return _stated(parser.get("options", key), key, source, _specifier)
    return Success(())


def tool_versions(raw: bytes, file: str) -> Reading:
    """``.tool-versions`` of asdf and mise: ``python 3.13.1``, and further versions to fall back to."""
    decoded = decode_text(raw, file)
    if isinstance(decoded, Failure):
        return decoded
    for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.unwrap()), start=1):
        words = line.partition("#")[0].split()
        if words[:1] == ["python"]:
            return Success(_tools(words[1:], Source(file=file, line=number)))
    return Success(())


def mise(raw: bytes, file: str) -> Reading:
    """``mise.toml``: ``[tools] python``, a version, a table with one, or a list of these."""

    def read(document: object, text: str) -> Reading:
        path = ("tools", "python")
        value = _at(document, path)
        if value is None:
            return Success(())
        listed = value if isinstance(value, list) else [value]
        versions = [each.get("version") if isinstance(each, Mapping) else each for each in listed]
        line = toml_line(text, path) or toml_line(text, (*path, "version"))
        source = Source(file=file, line=line)
        wrong = next((each for each in versions if not isinstance(each, str)), None)
        if wrong is not None:
            return Failure(NotAString(key="python", found=_kind(wrong), source=source))
        return Success(_tools([each for each in versions if isinstance(each, str)], source))

    return _toml(raw, file, read)


def _tools(versions: list[str], source: Source) -> tuple[Said, ...]:
    """The first version that names a release of CPython; asdf and mise take the first that is installed."""
    said: list[Said] = []
    found = False
    for text in versions:
        shown = visible(text)
        newest = _NEWEST_OF.match(text)
        version = newest["version"] if newest else text
        request: PythonRequest | None = plain_version(version, source)
        if request is None and _MAJOR.match(version):
            request = RangeRequest(specifiers=(f"=={version}.*",), text=text, source=source)
        if request is None:
            said.append(Unusable(source=source, text=shown, because=_NOT_A_RELEASE))
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


def _toml(raw: bytes, file: str, read: Callable[[object, str], Reading]) -> Reading:
    import tomli

    decoded = decode_text(raw, file)
    if isinstance(decoded, Failure):
        return decoded
    text = decoded.unwrap().removeprefix("\ufeff")
    try:
        document: object = tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        return Failure(MalformedFile(file=file, language="TOML", line=error.lineno, detail=error.msg))
    except (ValueError, RecursionError) as error:
        # A number of more digits than Python converts, or nesting without end.
        return Failure(MalformedFile(file=file, language="TOML", line=None, detail=str(error)))
    return read(document, text)


def _pdm(document: object, text: str, file: str) -> Reading:
    whole = _key(document, text, file, ("metadata", "requires_python"), _specifier)
    targets = _at(document, ("metadata", "targets"))
    if isinstance(whole, Failure) or whole.unwrap() or not isinstance(targets, list):
        return whole
    requests: list[RangeRequest] = []
    for target in targets:
        value = _at(target, ("requires_python",))
        shown = value if isinstance(value, str) else ""
        source = Source(file=file, line=toml_line(text, ("metadata", "targets", "requires_python"), shown))
        read = _stated(value, "requires_python", source, _specifier) if value is not None else Success(())
        if isinstance(read, Failure):
            return read
        words = tuple(each.request for each in read.unwrap() if isinstance(each, Word))
        if not words:
            # A target without a range is locked for every version.
            return Success(read.unwrap())
        requests += [each for each in words if isinstance(each, RangeRequest)]
    if not requests:
        return Success(())
    first = requests[0]
    union = RangeRequest(
        specifiers=tuple(dict.fromkeys(each for request in requests for each in request.specifiers)),
        text=" or ".join(dict.fromkeys(request.text for request in requests)),
        source=first.source,
    )
    return Success((Word(request=union, binding=True),))


_Parser: TypeAlias = Callable[[str, str, Source], Outcome[PythonRequest, FileError]]


def _key(document: object, text: str, file: str, path: tuple[str, ...], parse: _Parser) -> Reading:
    value = _at(document, path)
    if value is None:
        return Success(())
    line = toml_line(text, path) or toml_line(text, path[:-1])
    return _stated(value, path[-1], Source(file=file, line=line), parse)


def _stated(value: object, key: str, source: Source, parse: _Parser) -> Reading:
    """The binding word of a key's value; every version is as good as nothing said."""
    if not isinstance(value, str):
        return Failure(NotAString(key=key, found=_kind(value), source=source))
    text = " ".join(value.split())
    if text in ("", "*"):
        return Success((Unusable(source=source, text=text, because="it allows every version"),))
    match parse(text, key, source):
        case Failure() as failure:
            return failure
        case Success(RangeRequest(specifiers=specifiers)) if "" in specifiers:
            return Success((Unusable(source=source, text=visible(text), because="it allows every version"),))
        case Success(request):
            return Success((Word(request=request, binding=True),))


def _specifier(text: str, key: str, source: Source) -> Outcome[PythonRequest, FileError]:
    request = parse_specifier(text, source)
    return Success(request) if request else Failure(BadSpecifier(key=key, visible=visible(text), source=source))


def _version_or_specifier(text: str, key: str, source: Source) -> Outcome[PythonRequest, FileError]:
    plain = plain_version(text, source)
    if plain:
        return Success(plain)
    if _MAJOR.match(text):
        return Success(RangeRequest(specifiers=(f"=={text}.*",), text=text, source=source))
    return _specifier(text, key, source)


def _constraint(text: str, key: str, source: Source) -> Outcome[PythonRequest, FileError]:
    match parse_poetry_constraint(text):
        case Success(specifiers):
            return Success(RangeRequest(specifiers=specifiers, text=text, source=source))
        case Failure(BadConstraint(rest=rest)):
            return Failure(BadPoetryConstraint(key=key, visible=visible(text), rest=visible(rest), source=source))


def _at(document: object, path: tuple[str, ...]) -> object:
    """The value under nested keys; ``None`` where a table on the way is missing or is none."""
    for key in path:
        if not isinstance(document, Mapping):
            return None
        document = document.get(key)
    return document


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case Mapping():
            return "a table"
        case _:
            return "another kind of value"
