"""Removes credentials from text that somebody will read.

Two nets: the userinfo of a URL and all values of its query go, whatever they are called, and so does every value that
is known to be a secret because its variable's name says so, because a file puts it into a URL, or because it stands as
userinfo in a variable's or a file's URL.

What neither net holds: a secret of fewer than ``SHORTEST`` characters outside of a URL, or one that is a word of
everyday logs ("postgres", "password"), since hiding it would blank innocent text all over the log; the rest of an
unquoted password that has "@" followed by "/", where nobody can tell the password from the path; and a token that a
file writes literally into the path of a URL, where it looks like any other path.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar
from urllib.parse import quote, unquote

import msgspec

from pure.texts import each_text

HIDDEN: Final = "****"
SHORTEST: Final = 5
"""The shortest value that is hidden wherever it stands, in characters."""

MOST_OF_FILES: Final = 1000
"""So many secrets are learned from files at most, since each is looked for in every line; in URLs all are hidden."""

_SECRET_NAME: Final = re.compile(
    r"TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTH(?!ORS?(?:_|$))|_PASS$"
    r"|^PASS$|_PAT$|_PSW$|DATABASE_URL|_DSN$",
    re.IGNORECASE,
)
_SHORT_SECRET_NAME: Final = re.compile(r"(?:^|_)(?:KEY|PWD|JWT|PIN|PASSPHRASE)$", re.IGNORECASE)
_PROXY_NAME: Final = re.compile(r"PROXY$", re.IGNORECASE)
# What stands before an "@" right after "://". First the form that RFC 3986 (section 3.2.1) allows: everything up to the
# last "@" before the path, as passwords may hold "@" themselves. Then passwords with an unquoted "/", "?" or "#": a
# colon that no port follows can only belong to userinfo.
_USERINFO: Final = re.compile(
    r"://(?P<userinfo>[^\s/?#]+|[^\s/?#:@\[]+:(?![0-9]+(?:[/?#]|$))[^\s@]{1,400})@", re.MULTILINE
)
_PATH: Final = re.compile(r"(?<!file)://[^\s/?#]*(?P<path>[/?#]\S*)")
# What may be a URL, or the path and query of one: tools show both.
_WORD: Final = re.compile(r"[^\s'\"<>`]+")
# Looked for where a name begins, and given up where it ends: every pattern here takes a time that grows with its text.
_PARAMETER: Final = re.compile(r"(?<![\w.~%-])(?P<name>[\w.~%-]++=)[^&]+")
_PUNCTUATION: Final = ").,;:]}"
# Private archives are often addressed by links that carry a token or a signature; a tool may have torn one apart.
_QUERY_NAME: Final = re.compile(r"[?&](?P<name>[^=&\s#]*+)(?P<value>=(?=[^&\s#'\"<>`]))?")
_QUERY_VALUE: Final = re.compile(r"[^&\s#'\"<>`]+")
_QUERY_SECRET: Final = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PWD|CREDENTIAL|SIGNATURE|KEY|AUTH|JWT|(?:^|\?)(?:SIG|CODE)$", re.IGNORECASE
)
# What a client sends to say who it is, where a tool shows the request: base64 of user:password.
_BASIC: Final = re.compile(r"(?P<name>\bBasic )(?P<value>[A-Za-z0-9+/_-]{4,}={0,2})", re.IGNORECASE)
# As pip, Pipenv and PDM write it; without braces only Pipenv reads it.
_REFERENCE: Final = re.compile(r"\$\{(\w+)\}")
_BARE_REFERENCE: Final = re.compile(r"\$(\w+)")
# Some indexes take a token as the user, without a password.
_TOOL_USER: Final = re.compile(r"(?P<index>(?:UV_INDEX|POETRY_HTTP_BASIC|PDM)_(?:\w+_)?)USERNAME")
_FIXED_PASSWORDS: Final = frozenset({"", "x-oauth-basic", "x-token-auth", "oauth2"})
# Values of variables such as AUTH_REQUIRED, the user that every code host wants with ssh, and what stands for a
# password where there is none worth hiding, as in every second test database's address.
_NO_SECRETS: Final = frozenset({
    "false", "enabled", "disabled", "default", "basic", "bearer", "git", "password", "passwd", "username", "postgres",
    "mysql", "mariadb", "mongo", "mongodb", "redis", "rabbitmq", "guest", "admin", "django", "example", "localhost",
    "secret", "token", "changeme", "__token__",
})  # fmt: skip
_STANDARD_BASE64: Final = str.maketrans("-_", "+/")
_URLSAFE_BASE64: Final = str.maketrans("+/", "-_")
_SHELL_ESCAPED: Final = re.compile(r"[^\w@%+=:,./-]")
# Turns of hiding what was hidden.
_MOST_TURNS: Final = 40
# What RFC 3986 lets stand in userinfo without quoting; programs differ in whether they quote it.
_UNQUOTED: Final = "!$&'()*+,;=:"


class Redactor(msgspec.Struct, frozen=True, kw_only=True):
    """The known secrets of a build, longest first, each also in its URL-quoted, unquoted and string-literal forms."""

    secrets: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """``text`` without credentials. Applying it twice changes nothing more."""
        # Repeated, because what has been hidden may complete a secret that holds asterisks. The first turn hides all
        # that there is to hide; the others are few, so that nobody can make them many by his choice of a secret.
        for _ in range(_MOST_TURNS):
            changed = self._once(text)
            if changed == text:
                break
            text = changed
        return text

    def _once(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        text = _USERINFO.sub(_without_userinfo, text)
        # Whole addresses first: a token that is padded with "=" looks like a parameter's name.
        text = _WORD.sub(_without_query, text) if "?" in text else text
        text = _without_values(text) if "=" in text else text
        return _BASIC.sub(_without_header, text)


def redactor(
    variables: Mapping[str, str], *, requirement_texts: tuple[str, ...] = (), passwords: tuple[str, ...] = ()
) -> Redactor:
    """Learn the secrets of a build from its variables and its requirements files; ``passwords`` are further ones.

    A variable's whole value is secret if its name says so or if a requirements file interpolates it as ``${NAME}``
    inside a URL's userinfo, path or query; of any value or file, the userinfo of each URL is.
    """
    referenced = {name for text in requirement_texts for name in _interpolated(text)}
    secrets: set[str] = set(passwords)
    for name, value in variables.items():
        if name in referenced or _SECRET_NAME.search(name) or _is_token(name, variables):
            secrets.add(value)
        secrets.update(_userinfo_secrets(value))
        if _PROXY_NAME.search(name) and "://" not in value:
            # A proxy may be given without its scheme: user:password@host:port.
            secrets.update(_userinfo_secrets(f"://{value}"))
    learned: set[str] = set()
    for text in requirement_texts:
        learned.update(_userinfo_secrets(text, most=MOST_OF_FILES - len(learned)))
    secrets |= learned
    forms = {form for secret in secrets for form in _forms(secret)}
    return Redactor(secrets=tuple(sorted(forms, key=lambda form: (-len(form), form))))


def _interpolated(text: str) -> Iterator[str]:
    for found in (*_USERINFO.finditer(text), *_PATH.finditer(text)):
        yield from _REFERENCE.findall(found[1])
    for found in _USERINFO.finditer(text):
        yield from _BARE_REFERENCE.findall(found["userinfo"])


def _is_token(name: str, variables: Mapping[str, str]) -> bool:
    """Whether a variable names the user of an index that gets no password besides."""
    user = _TOOL_USER.fullmatch(name)
    return user is not None and variables.get(f"{user['index']}PASSWORD", "") in _FIXED_PASSWORDS


def _userinfo_secrets(text: str, most: int = MOST_OF_FILES) -> set[str]:
    found: set[str] = set()
    for match in _USERINFO.finditer(text):
        if len(found) >= most:
            break
        user, _, password = match["userinfo"].partition(":")
        # A user without a password is a token, and so is one with the fixed passwords that code hosts ask for.
        secret = user if password in _FIXED_PASSWORDS else password
        if not _REFERENCE.fullmatch(secret) and not _BARE_REFERENCE.fullmatch(secret):
            found.add(secret)
    return found


def _forms(secret: str) -> Iterator[str]:
    """How a secret may be written: the log is made of lines, and tools quote what they show."""
    for line in (secret, *secret.splitlines()):
        plain = unquote(line.strip())
        written = {line.strip(), plain}
        forms = set(written)
        for each in written:
            forms |= _url_forms(each) | _literal_forms(each) | _html_forms(each)
        for form in forms:
            if len(form) >= SHORTEST and form.lower() not in _NO_SECRETS:
                yield form
        for each in written:
            if len(each) >= SHORTEST and each.lower() not in _NO_SECRETS:
                yield from _base64_forms(each)


def _url_forms(secret: str) -> set[str]:
    # What isn't UTF-8 in a variable arrives as surrogates.
    quoted = {quote(secret, safe=safe, errors="surrogateescape") for safe in ("", "/", _UNQUOTED)}
    quoted |= {each.replace("%20", "+") for each in quoted}
    return quoted | {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), each) for each in quoted}


def _literal_forms(secret: str) -> set[str]:
    """As strings of Python, JSON and shells."""
    escaped = secret.replace("\\", "\\\\").replace('"', '\\"')
    python, ascii_only = repr(secret)[1:-1], json.dumps(secret)[1:-1]
    return {
        escaped,
        # JSON in plain ASCII. Some write "/" as "\\/", others what HTML would read otherwise as numbers.
        ascii_only,
        ascii_only.replace("/", "\\/"),
        ascii_only.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
        python,
        python.replace("'", "\\'"),
        # shlex.quote, shells that close and open the quotes, and those that escape each character.
        secret.replace("'", "'\"'\"'"),
        secret.replace("'", "'\\''"),
        _SHELL_ESCAPED.sub(r"\\\g<0>", secret),
    }


def _html_forms(secret: str) -> set[str]:
    plain = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {
        form
        for quotes in (plain, plain.replace('"', "&quot;"), plain.replace('"', "&#34;"))
        for form in (quotes, quotes.replace("'", "&#x27;"), quotes.replace("'", "&#39;"))
    }


def _base64_forms(secret: str) -> Iterator[str]:
    """What is the same in whatever base64 is made of something with the secret in it: there are three alignments."""
    raw = secret.encode("utf-8", "surrogateescape")
    for before in range(3):
        # Of the first and the last characters, neighbours decide bits.
        whole = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        certain = whole[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]
        if len(certain) >= SHORTEST:
            yield certain
            yield certain.translate(_URLSAFE_BASE64)


def _without_userinfo(match: re.Match[str]) -> str:
    userinfo = match["userinfo"]
    kept = userinfo if userinfo in {"git", HIDDEN, f"{HIDDEN}:{HIDDEN}"} else HIDDEN
    return f"://{kept}@"


def _without_values(text: str) -> str:
    """Text without the values of parameters whose names say that they are secret."""
    parts: list[str] = []
    kept_to = at = 0
    while found := _QUERY_NAME.search(text, at):
        at = found.end()
        if found["value"] is None or not _QUERY_SECRET.search(found["name"]):
            continue
        value = _QUERY_VALUE.match(text, at)
        assert value is not None, "one was in sight"
        plain = value[0].rstrip(_PUNCTUATION)
        parts += (text[kept_to:at], HIDDEN if plain else "")
        kept_to = at + len(plain)
        at = value.end()
    return "".join((*parts, text[kept_to:]))


def _without_header(match: re.Match[str]) -> str:
    """A header's value is one if it says user:password; "basic authentication" are two words."""
    value = match["value"].translate(_STANDARD_BASE64)
    try:
        says = base64.b64decode(value.rstrip("=") + "=" * (-len(value.rstrip("=")) % 4))
    except ValueError:
        return match[0]
    return f"{match['name']}{HIDDEN}" if b":" in says else match[0]


def _without_query(match: re.Match[str]) -> str:
    """A word without the values of its query if it is a URL, or a path with one; the fragment stays as it is."""
    word = match[0]
    before, mark, after = word.partition("?")
    if not mark or "/" not in before:
        return word
    query, fragment_mark, fragment = after.partition("#")
    plain = query.rstrip(_PUNCTUATION)
    if "://" in before:
        shown = "&".join(_parameter(each) for each in plain.split("&"))
    else:
        # Anything may hold a "/" and a "?".
        shown = _PARAMETER.sub(lambda found: f"{found['name']}{HIDDEN}", plain)
    return f"{before}?{shown}{query[len(plain) :]}{fragment_mark}{fragment}"


def _parameter(text: str) -> str:
    """A part of a query: its name is shown if it has one."""
    name, equals, value = text.partition("=")
    if not value.strip("="):
        # A token may be all that there is, padded with "=".
        return HIDDEN if text.strip("*") else text
    return f"{name}{equals}{HIDDEN}" if value.strip("*") else text


def names_a_secret(name: str) -> bool:
    """Whether a variable is a secret by its name, whatever it holds; ``PWD`` alone is a folder."""
    return name != "PWD" and bool(_SECRET_NAME.search(name) or _SHORT_SECRET_NAME.search(name))


T = TypeVar("T", bound=msgspec.Struct)


def without_credentials(value: T, redact: "Redactor") -> T:
    """A value as it may be shown: every text in it without credentials."""
    return msgspec.convert(each_text(value, redact), type(value))
