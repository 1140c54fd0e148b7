"""Understands what bindings hold: any bytes give it, or an error that quotes nothing of it."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

from pure.bindings.certificates import certificates_in
from pure.bindings.folder import BadEntry, Binding, BindingError, BindingType, complete, known
from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document, table

_BROKEN_TEXT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f]")
# Paketo's users write the digest alone; where several algorithms are known its name comes first.
_SHA256: Final = re.compile(r"(?:sha256[:_-])?(?P<digest>[0-9a-f]{64})", re.IGNORECASE)
# Indexes that take a token for a password want this for the user.
_TOKEN_USER: Final = "__token__"  # noqa: S105  (a name)

# The tables of Poetry's settings that have passwords and tokens.
_LOGINS: Final = ("http-basic", "pypi-token")


class BoundIndex(msgspec.Struct, frozen=True, kw_only=True):
    """The package index of a ``pypi`` binding."""

    # Without user and password.
    url: str
    username: str = ""
    password: str = ""

    @property
    def with_login(self) -> str:
        """Its address with user and password, as tools take it."""
        if not self.username:
            return self.url
        parts = urlsplit(self.url)
        login = quote(self.username, safe="") + (f":{quote(self.password, safe='')}" if self.password else "")
        return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))

    @property
    def place(self) -> str:
        """Its host, with the port if one is named."""
        return urlsplit(self.url).netloc.lower()


class Bindings(msgspec.Struct, frozen=True, kw_only=True):
    """What all bindings hold together."""

    found: tuple[Binding, ...] = ()
    # The paths of files that tools read where they lie.
    pip_conf: str = ""
    netrc: str = ""
    # The folder that Poetry reads its configuration from, and what of that it reads.
    poetry: str = ""
    poetry_files: Mapping[str, Document] = {}
    uv: Document | None = None
    index: BoundIndex | None = None
    certificates: tuple[bytes, ...] = ()
    # Where archives are fetched from, by their sha256.
    mapped: Mapping[str, str] = {}


NONE: Final = Bindings()


def understood(bindings: tuple[Binding, ...]) -> Outcome[Bindings, BindingError]:
    """What the bindings hold; those of other types, and those without one, are left as they are."""
    whole = complete(bindings)
    if isinstance(whole, Failure):
        return whole
    held = NONE
    for binding in bindings:
        kind = known(binding.kind)
        if kind is None:
            continue
        read = _READERS[kind](held, binding)
        if isinstance(read, BadEntry):
            return Failure(read)
        held = read
    return Success(msgspec.structs.replace(held, found=bindings))


def _pip(held: Bindings, binding: Binding) -> Bindings:
    return msgspec.structs.replace(held, pip_conf=f"{binding.path}/pip.conf")


def _netrc(held: Bindings, binding: Binding) -> Bindings:
    name = next(name for name in (".netrc", "netrc") if name in binding.entries)
    return msgspec.structs.replace(held, netrc=f"{binding.path}/{name}")


def _uv(held: Bindings, binding: Binding) -> Bindings | BadEntry:
    document = Document(raw=binding.entries["uv.toml"])
    bad = _unparsed(binding, "uv", "uv.toml", document)
    return bad or msgspec.structs.replace(held, uv=document)


def _poetry(held: Bindings, binding: Binding) -> Bindings | BadEntry:
    files = {name: Document(raw=raw) for name, raw in binding.entries.items()}
    for name, document in files.items():
        if bad := _unparsed(binding, "poetry", name, document):
            return bad
    return msgspec.structs.replace(held, poetry=binding.path, poetry_files=files)


def _unparsed(binding: Binding, kind: BindingType, entry: str, document: Document) -> BadEntry | None:
    parsed = document.toml
    if not isinstance(parsed, Failure):
        return None
    problem = parsed.failure()
    # The parser's own words may quote what stands there.
    because = f"{problem.because}{f' (line {problem.line})' if problem.line else ''}"
    return BadEntry(binding=binding.name, kind=kind, entry=entry, because=because)


def _pypi(held: Bindings, binding: Binding) -> Bindings | BadEntry:
    said: dict[str, str] = {}
    for name, raw in binding.entries.items():
        text = _text(raw)
        if text is None:
            because = "is not one line of UTF-8 text"
            return BadEntry(binding=binding.name, kind="pypi", entry=name, because=because)
        said[name] = text
    entry = "url" if "url" in said else "uri"
    index = _index(said[entry].strip(), said.get("username", "").strip(), said.get("password", ""))
    if index is None:
        because = "is no address of an index that begins with https:// or http://"
        return BadEntry(binding=binding.name, kind="pypi", entry=entry, because=because)
    return msgspec.structs.replace(held, index=index)


def _index(url: str, username: str, password: str) -> BoundIndex | None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return None
    if not usable or _BLANKS.search(url):
        return None
    own, _, host = parts.netloc.rpartition("@")
    user, _, key = own.partition(":")
    username = username or unquote(user) or (_TOKEN_USER if password else "")
    bare = urlunsplit(parts._replace(netloc=host, fragment=""))
    return BoundIndex(url=bare, username=username, password=password or unquote(key))


def _certificates(held: Bindings, binding: Binding) -> Bindings | BadEntry:
    found: list[bytes] = []
    for name, raw in sorted(binding.entries.items()):
        each = certificates_in(raw)
        if each.damaged:
            # OpenSSL refuses a file with one of these as a whole, so that nothing at all would be trusted.
            listed = ", ".join(map(str, each.damaged[:5]))
            because = f"has a certificate that is cut off or changed (number {listed} of the file)"
            return BadEntry(binding=binding.name, kind="ca-certificates", entry=name, because=because)
        found += each.whole
    if not found:
        because = "has no certificate in PEM format (-----BEGIN CERTIFICATE-----)"
        entry = ", ".join(sorted(binding.entries)[:5]) or "the binding"
        return BadEntry(binding=binding.name, kind="ca-certificates", entry=entry, because=because)
    return msgspec.structs.replace(held, certificates=tuple(dict.fromkeys((*held.certificates, *found))))


def _mapping(held: Bindings, binding: Binding) -> Bindings | BadEntry:
    own: dict[str, str] = {}
    for name, raw in sorted(binding.entries.items()):
        digest = _SHA256.fullmatch(name)
        # What else lies there says something about other dependencies, or about the binding itself.
        if digest is None:
            continue
        place = (_text(raw) or "").strip()
        if not _is_place(place):
            because = "is no address that begins with https://, http:// or file://"
            return BadEntry(binding=binding.name, kind="dependency-mapping", entry=name, because=because)
        own[digest["digest"].lower()] = place
    # Of several bindings the first decides.
    return msgspec.structs.replace(held, mapped=own | dict(held.mapped))


def _is_place(text: str) -> bool:
    try:
        parts = urlsplit(text)
        here = parts.scheme == "file" and not parts.netloc and parts.path.startswith("/")
        usable = here or (parts.scheme in ("https", "http") and bool(parts.hostname))
    except ValueError:
        return False
    return usable and not _BLANKS.search(text)


def _text(raw: bytes) -> str | None:
    """One line of text; whoever writes files with an editor ends them with a newline."""
    try:
        text = raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        return None
    return None if _BROKEN_TEXT.search(text) else text


_READERS: Final[Mapping[BindingType, Callable[[Bindings, Binding], Bindings | BadEntry]]] = {
    "ca-certificates": _certificates,
    "dependency-mapping": _mapping,
    "netrc": _netrc,
    "pip": _pip,
    "poetry": _poetry,
    "pypi": _pypi,
    "uv": _uv,
}


def written_secrets(bindings: Bindings) -> Iterator[str]:
    """The values of bindings that are secret wherever they stand."""
    if bindings.index is not None:
        yield from filter(None, (bindings.index.password,))
        if not bindings.index.password:
            # Some indexes take a token for the user.
            yield from filter(None, (bindings.index.username,))
    for name, file in bindings.poetry_files.items():
        found = file.toml.value_or({})
        # Poetry takes them from either file; what else its settings say is no secret.
        yield from _strings({key: found.get(key) for key in _LOGINS} if name == "config.toml" else found)


def written_texts(bindings: Bindings) -> Iterator[str]:
    """The texts of bindings in whose addresses there may be secrets."""
    yield from bindings.mapped.values()
    if bindings.uv is not None:
        yield bindings.uv.text
    if "config.toml" in bindings.poetry_files:
        yield bindings.poetry_files["config.toml"].text


def _strings(value: object) -> Iterator[str]:
    """The strings of Poetry's logins: tokens and passwords; the users beside these aren't secret."""
    pending = [value]
    while pending:
        for name, each in table(pending.pop()).items():
            if isinstance(each, dict):
                pending.append(each)
            elif isinstance(each, str) and name != "username":
                yield each
