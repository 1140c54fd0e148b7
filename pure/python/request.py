"""Decides what the text of a variable or of ``.python-version`` asks for: a minor version, a release or a range.

Which sources there are, and which of them counts, is the business of ``sources``.
"""

import itertools
import re
import unicodedata
from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.python.lookalikes import OtherName, other_name
from pure.source import Source

MAX_LENGTH: Final = 200
"""How many characters of a text are read, and shown, at most."""

_NUMBER: Final = r"(?:0|[1-9][0-9]{0,3})"
_MINOR: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}\Z")
_PATCH: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:(?:a|b|rc){_NUMBER})?\Z")
_MAJOR: Final = re.compile(rf"{_NUMBER}\Z")
_PREFIXED: Final = re.compile(
    r"(?P<prefix>(?:c?python|py|v)[-@=:_ ]{0,3})(?P<version>[0-9][0-9a-z.]*)\Z", re.IGNORECASE
)
_WILDCARD: Final = re.compile(rf"(?P<known>{_NUMBER}(?:\.{_NUMBER})?)(?:\.[*xX])+\Z")
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_SPECIFIER_START: Final = tuple("<>=!~")
# Letters and symbols that are drawn as nothing although Unicode counts them as visible.
_BLANK_GLYPHS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")


class MinorRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The newest patch release of a minor version: ``3.13``."""

    minor: str
    text: str
    source: Source


class PatchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly one release: ``3.13.1``, ``3.15.0rc1``."""

    version: str
    text: str
    source: Source


class RangeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A version that satisfies one of several specifiers (PEP 440, in their normal form): ``<3.14,>=3.11``.

    There are several where the text offers alternatives, as Poetry's ``~3.11 || ~3.13`` does.
    """

    specifiers: tuple[str, ...]
    text: str
    source: Source


PythonRequest: TypeAlias = MinorRequest | PatchRequest | RangeRequest


class InvisibleCharacters(msgspec.Struct, frozen=True, kw_only=True):
    """Characters that cannot be seen stand next to a version; ``visible`` shows them as ``<U+200B>``."""

    visible: str
    source: Source


class PrefixedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version is preceded by a name: ``python-3.13``; ``version`` is what remains without it."""

    visible: str
    version: str
    source: Source


class WildcardVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version ends in a placeholder: ``3.13.*``; ``known`` is what stands before it."""

    visible: str
    known: str
    source: Source


class MajorOnly(msgspec.Struct, frozen=True, kw_only=True):
    """A version without its minor number: ``3``."""

    visible: str
    source: Source


class SpecifierInFile(msgspec.Struct, frozen=True, kw_only=True):
    """A version specifier where only a version is allowed."""

    visible: str
    source: Source


class InvalidSpecifier(msgspec.Struct, frozen=True, kw_only=True):
    """What looks like a version specifier is none (PEP 440)."""

    visible: str
    source: Source


class UnreadableVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A text that is no version at all."""

    visible: str
    source: Source


class FoundVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One of several texts, made visible, with its line (from 1)."""

    visible: str
    line: int


class SeveralVersions(msgspec.Struct, frozen=True, kw_only=True):
    """A file names more than one version."""

    file: str
    found: tuple[FoundVersion, ...]


class NotUtf8(msgspec.Struct, frozen=True, kw_only=True):
    """A file is not UTF-8 text; ``line`` is the first with an undecodable byte, shown in ``visible`` as ``<0xE9>``."""

    file: str
    line: int
    visible: str


class Utf16File(msgspec.Struct, frozen=True, kw_only=True):
    """A file is UTF-16 text, as some editors and PowerShell's ``>`` write it; ``visible`` is what it says."""

    file: str
    visible: str


class ContradictingVariables(msgspec.Struct, frozen=True, kw_only=True):
    """Two variables that mean the same ask for different things."""

    first: str
    first_text: str
    second: str
    second_text: str


RequestError: TypeAlias = (
    InvisibleCharacters
    | PrefixedVersion
    | WildcardVersion
    | MajorOnly
    | SpecifierInFile
    | InvalidSpecifier
    | UnreadableVersion
    | OtherName
    | SeveralVersions
    | NotUtf8
    | Utf16File
    | ContradictingVariables
)


def visible(text: str) -> str:
    """``text`` with every character that cannot be seen, or only looks like an ASCII digit, as ``<U+200B>``.

    At most 200 characters of it are shown.
    """
    shown = "".join(f"<U+{ord(char):04X}>" if _is_deceptive(char) else char for char in text[:MAX_LENGTH])
    return shown if len(text) <= MAX_LENGTH else f"{shown}…"


def _is_deceptive(char: str) -> bool:
    if char.isascii():
        return not char.isprintable()
    category = unicodedata.category(char)
    return (
        not char.isprintable()
        or char.isdecimal()
        or char in _BLANK_GLYPHS
        or category.startswith(("M", "C"))
        or category in ("Sk", "Lm")
    )


def _has_invisible(text: str) -> bool:
    return any(
        not char.isprintable() or char in _BLANK_GLYPHS or "VARIATION SELECTOR" in unicodedata.name(char, "")
        for char in text
    )


def parse_variable(name: str, text: str) -> Outcome[PythonRequest, RequestError]:
    """What a variable asks for: a minor version, an exact version or a specifier; blanks around it do not matter.

    The second of ``VARIABLES`` is also understood as Paketo's users write it, and so are those of other builders.
    """
    source, stripped = Source(variable=name), text.strip(" \t\r\n")
    asked = _parse(stripped, source, specifiers=True)
    if isinstance(asked, Failure) and name in (VARIABLES[1], *PEER_VARIABLES):
        return _semantic(stripped, source) or asked
    return asked


def _semantic(text: str, source: Source) -> Success[PythonRequest] | None:
    """A constraint of semantic versioning: ``3.13.*``, ``~3.13``, ``^3.12``; the grammar is Poetry's, too."""
    minor = re.fullmatch(rf"~?[ ]?(?P<minor>{_NUMBER}\.{_NUMBER})(?:\.[*xX])?", text)
    if minor:
        return Success(MinorRequest(minor=minor["minor"], text=text, source=source))
    from pure.python.poetry_constraint import parse_poetry_constraint

    parsed = parse_poetry_constraint(f"{text}.*" if _MAJOR.match(text) else text)
    if isinstance(parsed, Failure) or "" in parsed.unwrap():
        return None
    return Success(RangeRequest(specifiers=parsed.unwrap(), text=text, source=source))


def parse_python_version_file(raw: bytes, file: str) -> Outcome[PythonRequest | None, RequestError]:
    """What a ``.python-version`` file asks for: one minor or exact version, or nothing.

    Blank lines are skipped and ``#`` starts a comment. ``file`` is the name that errors and sources mention.
    """
    decoded = decode_text(raw, file)
    if isinstance(decoded, Failure):
        return decoded
    lines: list[tuple[int, str]] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", decoded.unwrap()), start=1):
        content = line.partition("#")[0].strip(" \t")
        if not content:
            continue
        if _has_invisible(content.replace("\t", " ")):
            return Failure(InvisibleCharacters(visible=visible(content), source=Source(file=file, line=number)))
        lines.append((number, content))
    found = tuple(
        FoundVersion(visible=visible(text), line=number) for number, content in lines for text in _versions_in(content)
    )
    if len(found) > 1:
        return Failure(SeveralVersions(file=file, found=found))
    for number, content in lines:
        return _parse(content, Source(file=file, line=number), specifiers=False)
    return Success(None)


def variable_requests(variables: Mapping[str, str]) -> Outcome[tuple[PythonRequest, ...], RequestError]:
    """What the variables ask for, the stronger one first; an empty variable is unset. Two that differ are an error."""
    requests: list[PythonRequest] = []
    for name in VARIABLES:
        text = variables.get(name, "")
        if not text.strip(" \t\r\n"):
            continue
        match parse_variable(name, text):
            case Success(request):
                requests.append(request)
            case Failure() as failure:
                return failure
    for first, second in itertools.pairwise(requests):
        if _wanted(first) != _wanted(second):
            return Failure(
                ContradictingVariables(
                    first=first.source.variable or "",
                    first_text=visible(first.text),
                    second=second.source.variable or "",
                    second_text=visible(second.text),
                )
            )
    return Success(tuple(requests))


def plain_version(text: str, source: Source) -> MinorRequest | PatchRequest | None:
    """What a bare version number asks for; ``None`` if ``text`` is anything else."""
    if _MINOR.match(text):
        return MinorRequest(minor=text, text=text, source=source)
    return PatchRequest(version=text, text=text, source=source) if _PATCH.match(text) else None


def without_prefix(text: str) -> str:
    """``3.13`` of ``python-3.13``, ``Python 3.13`` or ``v3.13``; other texts as they are."""
    prefixed = _PREFIXED.match(text)
    return prefixed["version"] if prefixed else text


def parse_specifier(text: str, source: Source) -> RangeRequest | None:
    """The range that a version specifier (PEP 440) states; ``None`` if ``text`` is none."""
    from packaging.specifiers import InvalidSpecifier as NotASpecifier
    from packaging.specifiers import SpecifierSet

    if len(text) > MAX_LENGTH:
        return None
    try:
        specifier = SpecifierSet(text)
    except NotASpecifier:
        return None
    return RangeRequest(specifiers=(str(specifier),), text=text, source=source)


def describe_specifiers(request: RangeRequest) -> str:
    """All alternatives of a range in one line."""
    return " or ".join(request.specifiers)


def meets(version: str, request: PythonRequest) -> bool:
    """Whether an exact version is one that the request allows."""
    match request:
        case PatchRequest(version=wanted):
            return version == wanted
        case MinorRequest(minor=minor):
            return version.startswith(f"{minor}.")
        case RangeRequest(specifiers=specifiers):
            from packaging.specifiers import SpecifierSet

            return any(SpecifierSet(each).contains(version, prereleases=True) for each in specifiers)


LAMINAS_DEFAULT: Final = "Lamina's default"
"""How the source of our own default is called."""

CARRIED_DEFAULT: Final = "the newest Python that this buildpack carries"
"""How it is called where the buildpack doesn't carry ours."""

VARIABLES: Final = ("BP_PYTHON_VERSION", "BP_CPYTHON_VERSION")
"""The variables that ask for a version, the stronger one first; the second is the name that other buildpacks use."""

PEER_VARIABLES: Final = (
    "GOOGLE_PYTHON_VERSION",
    "GOOGLE_RUNTIME_VERSION",
    "RAILPACK_PYTHON_VERSION",
    "NIXPACKS_PYTHON_VERSION",
)
"""Those of other builders: the weakest wishes, in the order in which they count."""


def _wanted(request: PythonRequest) -> str:
    match request:
        case MinorRequest(minor=minor):
            return minor
        case PatchRequest(version=version):
            return version
        case RangeRequest():
            return describe_specifiers(request)


def _parse(text: str, source: Source, *, specifiers: bool) -> Outcome[PythonRequest, RequestError]:
    if _has_invisible(text):
        return Failure(InvisibleCharacters(visible=visible(text), source=source))
    if plain := plain_version(text, source):
        return Success(plain)
    if _MAJOR.match(text):
        return Failure(MajorOnly(visible=text, source=source))
    if prefixed := _PREFIXED.match(text):
        return Failure(PrefixedVersion(visible=text, version=prefixed["version"], source=source))
    if wildcard := _WILDCARD.match(text):
        return Failure(WildcardVersion(visible=text, known=wildcard["known"], source=source))
    if text.startswith(_SPECIFIER_START):
        if not specifiers:
            return Failure(SpecifierInFile(visible=visible(text), source=source))
        return _parse_specifier(text, source)
    if text.startswith("^"):
        return Failure(InvalidSpecifier(visible=visible(text), source=source))
    named = other_name(text, visible(text), source)
    return Failure(named or UnreadableVersion(visible=visible(text), source=source))


def _parse_specifier(text: str, source: Source) -> Outcome[PythonRequest, RequestError]:
    request = parse_specifier(text, source)
    return Success(request) if request else Failure(InvalidSpecifier(visible=visible(text), source=source))


def _versions_in(content: str) -> tuple[str, ...]:
    words = tuple(content.split())
    return words if len(words) > 1 and all(word[0].isdigit() for word in words) else (content,)


def decode_text(raw: bytes, file: str) -> Outcome[str, NotUtf8 | Utf16File]:
    """The text of a file that has to be UTF-8."""
    if text := _utf16(raw):
        return Failure(Utf16File(file=file, visible=visible(text.strip())))
    try:
        return Success(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = len(_LINE_END.split(raw[: error.start]))
        content = _LINE_END.split(raw)[line - 1]
        shown = visible(content.strip().decode("utf-8", "surrogateescape"))
        return Failure(NotUtf8(file=file, line=line, visible=re.sub(r"<U\+DC([89A-F][0-9A-F])>", r"<0x\1>", shown)))


def _utf16(raw: bytes) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    # Text in ASCII's range without a byte order mark: every other byte is zero.
    for encoding, zeros, others in (("utf-16-le", raw[1::2], raw[::2]), ("utf-16-be", raw[::2], raw[1::2])):
        if len(raw) > 1 and len(raw) % 2 == 0 and not any(zeros) and all(others):
            return raw.decode(encoding, "replace")
    return None
