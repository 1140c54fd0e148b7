"""Removes credentials from text that somebody will read.

Two nets: whatever looks like the userinfo of a URL goes, and so does every value that is known to be a secret because
its variable's name says so or because it stands as userinfo in a variable's URL.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

import msgspec

HIDDEN: Final = "****"

_SECRET_NAME: Final = re.compile(
    r"TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|CREDENTIAL|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|AUTH|_PASS$|^PASS$|_PAT$|_PSW$"
    r"|DATABASE_URL|_DSN$",
    re.IGNORECASE,
)
# Everything between the scheme and the last "@" before the path: passwords may hold "@" themselves.
_USERINFO: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<userinfo>[^\s/?#'\"<>]+)@(?=[^\s@/?#]*)")
_REFERENCE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")
_FIXED_PASSWORDS: Final = frozenset({"", "x-oauth-basic", "x-token-auth", "oauth2"})
# Shorter values would hide innocent text all over the log ("1", "true", "dev").
_SHORTEST: Final = 5


class Redactor(msgspec.Struct, frozen=True, kw_only=True):
    """The known secrets of a build, longest first, each also in its URL-quoted and unquoted form."""

    secrets: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """``text`` without credentials. Applying it twice changes nothing more."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return _USERINFO.sub(_without_userinfo, text)


def redactor(variables: Mapping[str, str], *, requirement_texts: tuple[str, ...] = ()) -> Redactor:
    """Learn the secrets of a build from its variables and its requirements files.

    A variable's whole value is secret if its name says so or if a requirements file interpolates it as ``${NAME}``
    inside a URL's userinfo; of any value or file, the userinfo of each URL is.
    """
    referenced = {
        name
        for text in requirement_texts
        for match in _USERINFO.finditer(text)
        for name in _REFERENCE.findall(match["userinfo"])
    }
    secrets: set[str] = set()
    for name, value in variables.items():
        if name in referenced or (_SECRET_NAME.search(name) and "://" not in value):
            secrets.add(value.strip())
        secrets.update(_userinfo_secrets(value))
        if _SECRET_NAME.search(name) and "://" in value:
            secrets.add(value.strip())
    for text in requirement_texts:
        secrets.update(_userinfo_secrets(text))
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), unquote(secret))}
    return Redactor(secrets=tuple(sorted((f for f in forms if len(f) >= _SHORTEST), key=lambda f: (-len(f), f))))


def _userinfo_secrets(text: str) -> set[str]:
    found: set[str] = set()
    for match in _USERINFO.finditer(text):
        user, _, password = match["userinfo"].partition(":")
        # A user without a password is a token, and so is one with the fixed passwords that code hosts ask for.
        secret = user if password in _FIXED_PASSWORDS else password
        if not _REFERENCE.fullmatch(secret):
            found.add(secret)
    return found - {"git"}


def _without_userinfo(match: re.Match[str]) -> str:
    userinfo = match["userinfo"]
    kept = userinfo if userinfo in {"git", HIDDEN, f"{HIDDEN}:{HIDDEN}"} else HIDDEN
    return f"{match['scheme']}{kept}@"
