"""Removes credentials from text that somebody will read.

Two nets: the userinfo of a URL and all values of its query go, whatever they are called, and so does every value that
is known to be a secret because its variable's name says so, because a file puts it into a URL, or because it stands as
userinfo in a variable's or a file's URL.

What neither net holds: a secret of fewer than ``SHORTEST`` characters outside of a URL, or one that is a word of
everyday logs ("postgres", "password"), since hiding it would blank innocent text all over the log; the rest of an
unquoted password that has "@" followed by "/", where nobody can tell the password from the path; and a token that a
file writes literally into the path of a URL, where it looks like any other path.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote

import msgspec

HIDDEN: Final = "****"
SHORTEST: Final = 5
"""The shortest value that is hidden wherever it stands, in characters."""

_SECRET_NAME: Final = re.compile(
    r"TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTH(?!ORS?(?:_|$))|_PASS$"
    r"|^PASS$|_PAT$|_PSW$|DATABASE_URL|_DSN$",
    re.IGNORECASE,
)
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
_PARAMETER: Final = re.compile(r"(?P<name>[\w.~%-]+=)[^&]+")
_PUNCTUATION: Final = ").,;:]}"
# Private archives are often addressed by links that carry a token or a signature; a tool may have torn one apart.
_QUERY: Final = re.compile(
    r"(?P<name>[?&](?:[^=&\s#]*(?:TOKEN|SECRET|PASSWORD|PASSWD|PWD|CREDENTIAL|SIGNATURE|KEY|AUTH|JWT)[^=&\s#]*|SIG|CODE)=)"
    r"(?P<value>[^&\s#'\"<>`]+)",
    re.IGNORECASE,
)
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
# What RFC 3986 lets stand in userinfo without quoting; programs differ in whether they quote it.
_UNQUOTED: Final = "!$&'()*+,;=:"


class Redactor(msgspec.Struct, frozen=True, kw_only=True):
    """The known secrets of a build, longest first, each also in its URL-quoted, unquoted and string-literal forms."""

    secrets: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """``text`` without credentials. Applying it twice changes nothing more."""
        # Repeated, because what has been hidden may complete a secret that holds asterisks; each turn that changes
        # something again shortens the text, since secrets are longer than what takes their place.
        while (changed := self._once(text)) != text:
            text = changed
        return text

    def _once(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        text = _USERINFO.sub(_without_userinfo, text)
        # Whole addresses first: a token that is padded with "=" looks like a parameter's name.
        text = _WORD.sub(_without_query, text) if "?" in text else text
        return _QUERY.sub(_without_value, text)


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
    for text in requirement_texts:
        secrets.update(_userinfo_secrets(text))
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


def _userinfo_secrets(text: str) -> set[str]:
    found: set[str] = set()
    for match in _USERINFO.finditer(text):
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
        # What isn't UTF-8 in a variable arrives as surrogates.
        quoted = {quote(each, safe=safe, errors="surrogateescape") for each in written for safe in ("", _UNQUOTED)}
        lower = {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), each) for each in quoted}
        literal = {each.replace("\\", "\\\\").replace('"', '\\"') for each in written} | {
            repr(each)[1:-1] for each in written
        }
        for form in written | quoted | lower | literal:
            if len(form) >= SHORTEST and form.lower() not in _NO_SECRETS:
                yield form


def _without_userinfo(match: re.Match[str]) -> str:
    userinfo = match["userinfo"]
    kept = userinfo if userinfo in {"git", HIDDEN, f"{HIDDEN}:{HIDDEN}"} else HIDDEN
    return f"://{kept}@"


def _without_value(match: re.Match[str]) -> str:
    plain = match["value"].rstrip(_PUNCTUATION)
    return f"{match['name']}{HIDDEN if plain else ''}{match['value'][len(plain) :]}"


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
