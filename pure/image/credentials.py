"""Reads from the files of container engines which credentials a registry is asked with.

Those files are ``config.json`` of Docker and ``auth.json`` of Podman (containers-auth.json(5)); of a name with several
parts the longest entry counts. Refresh tokens of identity services are left to the engines.
"""

import base64
from collections.abc import Iterator
from typing import Final, TypeAlias

import msgspec

HUB: Final = "docker.io"
_HUB_HOSTS: Final = (HUB, "index.docker.io", "registry-1.docker.io")
_HUB_KEY: Final = "https://index.docker.io/v1/"
HUB_API: Final = "registry-1.docker.io"


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """A user of a registry."""

    username: str
    password: str


class Helper(msgspec.Struct, frozen=True, kw_only=True):
    """A program that knows the user: ``docker-credential-<name> get``, with the server's name on its input."""

    name: str
    server: str


Stored: TypeAlias = Login | Helper


class _Auth(msgspec.Struct, frozen=True):
    auth: str = ""
    username: str = ""
    password: str = ""


class _Config(msgspec.Struct, frozen=True, rename="camel"):
    auths: dict[str, _Auth] | None = None
    cred_helpers: dict[str, str] | None = None
    creds_store: str = ""


class _Answer(msgspec.Struct, frozen=True, rename="pascal"):
    username: str = ""
    secret: str = ""


def api_host(host: str) -> str:
    """Where a registry answers: Docker's own isn't where its name says."""
    return HUB_API if host in _HUB_HOSTS else host


def stored(file: bytes, host: str, repository: str) -> Stored | None:
    """What a file says of a registry; ``None`` where it says nothing that can be read."""
    try:
        config = msgspec.json.decode(file, type=_Config)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    known = {_plain(key): value for key, value in (config.auths or {}).items()}
    helpers = {_plain(key): value for key, value in (config.cred_helpers or {}).items()}
    for name in _names(host, repository):
        if name in helpers and _is_program(helpers[name]):
            return Helper(name=helpers[name], server=_server(host))
        if name in known and (login := _login(known[name])):
            return login
    if config.creds_store and _is_program(config.creds_store):
        return Helper(name=config.creds_store, server=_server(host))
    return None


def answered(text: str) -> Login | None:
    """What a helper answers; ``None`` where it knows no password."""
    try:
        answer = msgspec.json.decode(text, type=_Answer)
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return None
    usable = answer.username and answer.secret and answer.username != "<token>"
    return Login(username=answer.username, password=answer.secret) if usable else None


def _names(host: str, repository: str) -> Iterator[str]:
    """The keys that may hold an image's credentials, the longest first."""
    hosts = _HUB_HOSTS if host in _HUB_HOSTS else (host,)
    parts = repository.split("/")
    for each in hosts:
        for length in range(len(parts), 0, -1):
            yield "/".join((each, *parts[:length]))
    yield from hosts


def _plain(key: str) -> str:
    bare = key.removeprefix("https://").removeprefix("http://").rstrip("/")
    return bare.removesuffix("/v1").removesuffix("/v2")


def _server(host: str) -> str:
    return _HUB_KEY if host in _HUB_HOSTS else host


def _is_program(name: str) -> bool:
    return name.isascii() and name.replace("-", "").replace("_", "").replace(".", "").isalnum()


def _login(auth: _Auth) -> Login | None:
    if auth.username and auth.password:
        return Login(username=auth.username, password=auth.password)
    try:
        username, colon, password = base64.b64decode(auth.auth, validate=True).decode().partition(":")
    except ValueError:
        return None
    return Login(username=username, password=password.rstrip("\0")) if colon and username else None
