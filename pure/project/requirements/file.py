"""Says what a pip requirements file asks for, line by line, in pip's own grammar.

The grammar is that of pip's documentation, "Requirements File Format". Its order of steps matters and is kept: decode,
split into lines, join continuations, drop comments, split each line at the first word that begins with ``-`` into a
requirement and its options. ``${VARIABLE}`` is left as it stands, but noted. pip is the judge of what is valid: what is
not understood here is a ``LineProblem`` or an ``unparsed`` requirement, never an error. Only text that cannot be
decoded is one. User information and queries of URLs are dropped on reading, since they may be secrets.
"""

import re
import shlex
from collections.abc import Iterator
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement

from pure.hashes import Hash
from pure.names import normalise_name
from pure.outcome import Failure, Outcome, Success
from pure.project.requirements.encoding import decode
from pure.project.requirements.errors import RequirementsError
from pure.project.requirements.variables import left, replaced
from pure.urls import without_secrets

_COMMENT = re.compile(r"(^|(?<!\s)\s++)#.*$")
_REMOTE = re.compile(r"(?:https?|file|ftp):", re.IGNORECASE)
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|file:", re.IGNORECASE)
_URL = re.compile(
    # The scheme is known by its end: looking for its beginning would begin at every letter.
    r"(?<=[A-Za-z0-9+.-])://(?P<authority>[^/?#\s]*+)(?P<path>[^?#\s]*+)(?P<query>\?[^#\s]*+)?"
)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_EXTRAS = re.compile(r"\[([^\[\]]*)\]$")
_ARCHIVE = re.compile(r".*\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.(?:gz|bz2|xz|lz|lzma))", re.IGNORECASE | re.DOTALL)
_STRONG = {"sha256": 64, "sha384": 96, "sha512": 128}  # the digests pip accepts, with their lengths in digits

# Options of a requirements file, by every spelling; True where a value follows.
_OPTIONS = {
    "--index-url": ("--index-url", True),
    "--pypi-url": ("--index-url", True),
    "--extra-index-url": ("--extra-index-url", True),
    "--no-index": ("--no-index", False),
    "--constraint": ("--constraint", True),
    "--requirement": ("--requirement", True),
    "--editable": ("--editable", True),
    "--find-links": ("--find-links", True),
    "--no-binary": ("--no-binary", True),
    "--only-binary": ("--only-binary", True),
    "--prefer-binary": ("--prefer-binary", False),
    "--require-hashes": ("--require-hashes", False),
    "--pre": ("--pre", False),
    "--all-releases": ("--all-releases", True),
    "--only-final": ("--only-final", True),
    "--trusted-host": ("--trusted-host", True),
    "--use-feature": ("--use-feature", True),
    "--global-option": ("--global-option", True),
    "--config-settings": ("--config-settings", True),
    "--config-setting": ("--config-settings", True),
    "--hash": ("--hash", True),
    "-i": ("--index-url", True),
    "-c": ("--constraint", True),
    "-r": ("--requirement", True),
    "-e": ("--editable", True),
    "-f": ("--find-links", True),
    "-C": ("--config-settings", True),
}

Kind: TypeAlias = Literal["named", "direct_url", "vcs", "local_path", "local_archive", "editable", "unparsed"]


class RequirementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement."""

    # Fit to be shown.
    text: str
    file: str
    # From 1; the first one of a continued line.
    line: int
    kind: Kind
    name: str | None = None
    extras: tuple[str, ...] = ()
    # The only one that a named requirement allows, by == without a wildcard or ===.
    version: str | None = None
    # A direct or VCS URL, without secrets.
    url: str | None = None
    subdirectory: str = ""
    marker: str = ""
    # From --hash and the URL's fragment; whether the first is there.
    hashes: tuple[Hash, ...] = ()
    hash_option: bool = False
    # The build options that follow it.
    options: tuple[tuple[str, str], ...] = ()
    # The names of ${…} on its line, and what looks like one and isn't.
    variables: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def pinned(self) -> bool:
        """Whether only artefacts of given digests can satisfy it."""
        exact = self.kind == "direct_url" or (self.kind == "named" and self.version is not None)
        return exact and bool(self.hashes)


class OptionLine(msgspec.Struct, frozen=True, kw_only=True):
    """An option for the whole installation, by its long name; a URL in ``value`` has no secrets."""

    name: str
    value: str
    file: str
    line: int
    variables: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


class Include(msgspec.Struct, frozen=True, kw_only=True):
    """A further file, ``path`` relative to the project or absolute; ``remote`` if it is a URL (without secrets)."""

    kind: Literal["requirement", "constraint"]
    path: str
    file: str
    line: int
    remote: bool = False


class LineProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is not understood; ``text`` is fit to be shown."""

    kind: Literal["unbalanced_quotes", "option", "hash", "variable_in_path"]
    text: str
    file: str
    line: int


class RequirementsFile(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of one file, each kind in the order of the file."""

    file: str
    lines: tuple[RequirementLine, ...] = ()
    options: tuple[OptionLine, ...] = ()
    includes: tuple[Include, ...] = ()
    problems: tuple[LineProblem, ...] = ()


def parse_requirements(raw: bytes, *, file: str) -> Outcome[RequirementsFile, RequirementsError]:
    """What the file named ``file`` (relative to the project) asks for."""
    text = decode(raw, file)
    if isinstance(text, Failure):
        return text
    lines: list[RequirementLine] = []
    options: list[OptionLine] = []
    includes: list[Include] = []
    problems: list[LineProblem] = []
    for number, line in _logical_lines(text.unwrap()):
        found = _parse_line(line, file, number)
        match found:
            case RequirementLine():
                lines.append(found)
            case Include():
                includes.append(found)
            case LineProblem():
                problems.append(found)
            case _:
                options += found
    return Success(
        RequirementsFile(
            file=file, lines=tuple(lines), options=tuple(options), includes=tuple(includes), problems=tuple(problems)
        )
    )


def shown(text: str) -> str:
    """The text with the user information and query of every URL taken out."""
    return _URL.sub(lambda match: "://" + match["authority"].rpartition("@")[2] + match["path"], text)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    pieces: list[str] = []
    first = 0
    numbered = list(enumerate(text.splitlines(), start=1))
    for at, (number, physical) in enumerate(numbered):
        if not pieces:
            first = number
        comment = _COMMENT.match(physical)
        if physical.endswith("\\") and not comment:
            pieces.append(physical.strip("\\"))
            if at + 1 < len(numbered):
                continue
        else:
            # A comment within a continued line ends it and must still be told from a URL's fragment.
            pieces.append(f" {physical}" if comment else physical)
        line = _COMMENT.sub("", "".join(pieces)).strip()
        pieces = []
        if line:
            yield first, line


def is_remote(path: str) -> bool:
    """Whether the path of a requirements or constraints file is a URL, which pip fetches and nobody reads here."""
    return _REMOTE.match(path) is not None or "://" in path


def _parse_line(line: str, file: str, number: int) -> RequirementLine | Include | LineProblem | list[OptionLine]:
    words = line.split(" ")
    cut = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    requirement = " ".join(words[:cut]).strip()
    try:
        tokens = shlex.split(" ".join(words[cut:]))
    except ValueError:
        return LineProblem(kind="unbalanced_quotes", text=shown(line), file=file, line=number)
    options = _parse_options(tokens)
    if options is None:
        return LineProblem(kind="option", text=shown(line), file=file, line=number)
    values: dict[str, str] = {}
    for name, value in options:
        values.setdefault(name, value)  # pip takes the first of several on one line
    editable = None if requirement else values.get("--editable")
    if requirement or editable is not None:
        found = _requirement(requirement or editable or "", file, number, options, editable=not requirement)
        if isinstance(found, LineProblem):
            return found
        return msgspec.structs.replace(found, variables=replaced(line), left=left(line))
    for kind in ("requirement", "constraint"):
        path = values.get(f"--{kind}")
        if path is None:
            continue
        if is_remote(path):
            return Include(kind=kind, path=without_secrets(path), file=file, line=number, remote=True)
        if replaced(path):
            return LineProblem(kind="variable_in_path", text=shown(line), file=file, line=number)
        return Include(kind=kind, path=_joined(file, path), file=file, line=number)
    return [
        OptionLine(name=name, value=shown(value), file=file, line=number, variables=replaced(value), left=left(value))
        for name, value in options
    ]


def _parse_options(tokens: list[str]) -> list[tuple[str, str]] | None:
    """The options of a line by their long names, as optparse reads them; ``None`` if pip would refuse the line."""
    found: list[tuple[str, str]] = []
    rest = iter(tokens)
    for word in rest:
        if word == "--":
            break
        if word == "-" or not word.startswith("-"):
            continue  # a word on its own, which pip ignores
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            spellings = [name] if name in _OPTIONS else [each for each in _OPTIONS if each.startswith(name)]
            meanings = {_OPTIONS[each] for each in spellings}
            if len(meanings) != 1:
                return None
            long, takes_value = meanings.pop()
            given = value if equals else None
        elif word[:2] in _OPTIONS:
            long, takes_value = _OPTIONS[word[:2]]
            given = word[2:] or None
        else:
            return None
        if not takes_value:
            if given is not None:
                return None
            found.append((long, ""))
            continue
        if given is None:
            given = next(rest, None)
            if given is None:
                return None
        found.append((long, given))
    return found


def _requirement(
    text: str, file: str, number: int, options: list[tuple[str, str]], *, editable: bool
) -> RequirementLine | LineProblem:
    hashes: list[Hash] = []
    for name, value in options:
        if name == "--hash":
            algorithm, _, digest = value.partition(":")
            if not _is_digest(algorithm, digest):
                return LineProblem(kind="hash", text=shown(text), file=file, line=number)
            hashes.append(Hash(algorithm=algorithm, digest=digest.lower()))
    line = RequirementLine(
        text=shown(text),
        file=file,
        line=number,
        kind="unparsed",
        hashes=tuple(sorted(set(hashes))),
        hash_option=bool(hashes),
        options=tuple(
            (name, shown(value)) for name, value in options if name in {"--config-settings", "--global-option"}
        ),
    )
    if editable:
        return msgspec.structs.replace(line, kind="editable", name=_egg(text)[0])
    if _SCHEME.match(text) or _VCS.match(text):
        url, _, marker = text.partition("; ")
        return _with_url(line, url.strip(), marker.strip())
    if _ARCHIVE.fullmatch(text.partition(";")[0].partition("[")[0].strip()) and "@" not in text:
        return msgspec.structs.replace(line, kind="local_archive")
    try:
        parsed = Requirement(text)
    except (InvalidRequirement, ValueError, RecursionError):
        # ValueError: an integer too long for Python; RecursionError: parentheses nested too deep in a marker
        path = text.partition(";")[0]
        local = path.startswith(".") or "/" in path
        return msgspec.structs.replace(line, kind="local_path") if local else line
    line = msgspec.structs.replace(
        line, name=normalise_name(parsed.name), extras=tuple(sorted({normalise_name(each) for each in parsed.extras}))
    )
    marker = str(parsed.marker or "")
    if parsed.url is not None:
        return _with_url(line, parsed.url, marker)
    specifiers = list(parsed.specifier)
    exact = len(specifiers) == 1 and (
        specifiers[0].operator == "===" or (specifiers[0].operator == "==" and not specifiers[0].version.endswith(".*"))
    )
    return msgspec.structs.replace(line, kind="named", version=specifiers[0].version if exact else None, marker=marker)


def _with_url(line: RequirementLine, url: str, marker: str) -> RequirementLine:
    fragment = _fragment(url)
    if marker and not line.marker:
        try:
            marker = str(Marker(marker))
        except (InvalidMarker, ValueError, RecursionError):
            return line
    clean = without_secrets(url)
    path = clean.partition("[")[0].lower()
    egg, egg_extras = _egg(url)
    kind: Kind
    if not clean:
        return line
    if _VCS.match(url):
        kind = "vcs"
    elif path.startswith("file:"):
        kind = "local_archive" if _ARCHIVE.fullmatch(path) else "local_path"
    elif path.startswith(("http:", "https:", "ftp:")):
        kind = "direct_url"
    else:
        return line
    hashes = {Hash(algorithm=name, digest=value.lower()) for name, value in fragment.items() if _is_digest(name, value)}
    return msgspec.structs.replace(
        line,
        kind=kind,
        name=line.name or egg,
        extras=tuple(sorted({*line.extras, *egg_extras})),
        url=clean,
        subdirectory=shown(fragment.get("subdirectory", "")),
        marker=marker,
        hashes=tuple(sorted({*line.hashes, *hashes})),
    )


def _egg(url: str) -> tuple[str | None, tuple[str, ...]]:
    """The normalised name and extras of a URL's ``#egg=name[extras]``."""
    egg = _fragment(url).get("egg", "")
    extras = _EXTRAS.search(egg)
    name = egg[: extras.start()] if extras else egg
    named = (each.strip() for each in extras[1].split(",")) if extras else ()
    return (
        normalise_name(name) if _NAME.fullmatch(name) else None,
        tuple(normalise_name(each) for each in named if _NAME.fullmatch(each)),
    )


def _fragment(url: str) -> dict[str, str]:
    try:
        pairs = (part.partition("=") for part in urlsplit(url).fragment.split("&"))
        return {name: value for name, _, value in pairs}
    except ValueError:
        return {}


def _is_digest(algorithm: str, digest: str) -> bool:
    return len(digest) == _STRONG.get(algorithm, 0) and re.fullmatch("[0-9a-fA-F]+", digest) is not None


def _joined(file: str, path: str) -> str:
    """``path``, which ``file`` names relative to its own directory, relative to what ``file`` is relative to."""
    whole = path if path.startswith("/") else f"{file.rpartition('/')[0]}/{path}" if "/" in file else path
    parts: list[str] = []
    for part in whole.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part == ".." and whole.startswith("/"):
            continue
        elif part not in {"", "."}:
            parts.append(part)
    return ("/" if whole.startswith("/") else "") + "/".join(parts)
