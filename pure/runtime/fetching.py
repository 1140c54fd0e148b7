"""Decides whether a failed download is worth another attempt.

Worth repeating is what another attempt may see differently: a connection that failed, a server that is busy, a body
that stopped early, and once a body with another digest (a broken cache between us and the server). What the server
says about the file itself (404, 401) is final.
"""

from typing import Final, TypeAlias

import msgspec

from pure.disk import DiskFull

RETRIED_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The HTTP status codes after which the same request may succeed (RFC 9110; 425 of RFC 8470)."""


class FetchPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How patient a download is; times in seconds."""

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    attempts: int = 5
    """All tries of one file together."""
    overall: float = 600.0
    """After so long no further attempt starts."""
    backoff: float = 1.0
    """Attempt ``n`` is followed by ``backoff * 2 ** (n - 1)`` at most, shortened by jitter."""
    backoff_max: float = 20.0
    retry_after_max: float = 60.0
    """A server's ``Retry-After`` counts up to this."""
    patience: float = 30.0
    """Who waits is told what for after so long with less than ``pace``."""
    pace: float = 20_000.0
    """In bytes a second: a whole runtime takes the better part of an hour."""


class ConnectionFailed(msgspec.Struct, frozen=True, kw_only=True):
    """No connection, or one that broke: a name that does not resolve, a refused port, a reset."""

    detail: str


class ProxyFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The proxy could not be reached or refused the connection; ``proxy`` is without credentials."""

    proxy: str
    detail: str


class CertificateRejected(msgspec.Struct, frozen=True, kw_only=True):
    """The server's certificate is not trusted; ``authorities`` is the file of trusted ones, ``None``: the system's."""

    detail: str
    authorities: str | None


class AuthoritiesUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The file of trusted certificates that ``variable`` names cannot be used."""

    variable: str
    file: str
    detail: str


class TimedOut(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing arrived for ``seconds``; ``received`` bytes had until then."""

    seconds: float
    received: int


class TooSlow(msgspec.Struct, frozen=True, kw_only=True):
    """In ``seconds``, which is as long as a download may take, so many bytes arrived of ``expected``."""

    seconds: float
    received: int
    expected: int | None


class BodyTruncated(msgspec.Struct, frozen=True, kw_only=True):
    """The body ended early; ``expected`` is ``None`` where the server announced no length."""

    received: int
    expected: int | None


class HttpStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The server answered with an error; ``retry_after`` is its wish in seconds, if it has one."""

    status: int
    reason: str
    retry_after: float | None = None


class TooManyRedirects(msgspec.Struct, frozen=True, kw_only=True):
    """The server redirected in circles, or to an address that must not be followed (``https`` to ``http``)."""

    to: str


class DigestMismatch(msgspec.Struct, frozen=True, kw_only=True):
    """The file is another one than expected: both SHA-256 digests in hexadecimal."""

    expected: str
    actual: str
    size: int


class NotStored(msgspec.Struct, frozen=True, kw_only=True):
    """The file cannot be stored for another reason."""

    path: str
    detail: str


class LocalFileUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """The file that a ``file:`` URL names is missing or cannot be read."""

    path: str
    detail: str


class InvalidUrl(msgspec.Struct, frozen=True, kw_only=True):
    """A URL that cannot be fetched: none of ``https:``, ``http:``, ``file:``, or malformed."""

    detail: str


FetchFailure: TypeAlias = (
    ConnectionFailed
    | ProxyFailed
    | CertificateRejected
    | AuthoritiesUnreadable
    | TimedOut
    | TooSlow
    | BodyTruncated
    | HttpStatus
    | TooManyRedirects
    | DigestMismatch
    | DiskFull
    | NotStored
    | LocalFileUnreadable
    | InvalidUrl
)


class FetchError(msgspec.Struct, frozen=True, kw_only=True):
    """A download given up: the last failure, after so many attempts; URLs are without credentials."""

    url: str
    failure: FetchFailure
    attempts: int
    instead_of: str = ""
    """Where the catalogue says that the file is, if a mirror was asked instead."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A file in its place, verified; ``url`` is without credentials, ``seconds`` include failed attempts."""

    url: str
    path: str
    size: int
    attempts: int
    seconds: float


class FetchStarted(msgspec.Struct, frozen=True, kw_only=True):
    """A body begins to arrive; ``offset`` bytes are kept of an earlier attempt, ``size`` is the whole if announced."""

    url: str
    size: int | None
    offset: int = 0


class FetchSlow(msgspec.Struct, frozen=True, kw_only=True):
    """The server trickles: of ``size`` bytes so many have arrived, ``lately`` of them in the last ``seconds``."""

    url: str
    received: int
    size: int | None
    lately: int
    seconds: float


class FetchRetry(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt failed; the next one follows after ``seconds``."""

    url: str
    failure: FetchFailure
    attempt: int
    attempts: int
    seconds: float


FetchEvent: TypeAlias = FetchStarted | FetchSlow | FetchRetry


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a download that is looked at as a whole: when it began, and what had arrived until then."""

    since: float
    received: int


def paced(
    stretch: Stretch, *, url: str, size: int | None, received: int, now: float, policy: FetchPolicy
) -> tuple[Stretch, FetchSlow | None]:
    """The stretch that goes on or begins now, and what is to be told of one that is over."""
    seconds = now - stretch.since
    if seconds < policy.patience:
        return stretch, None
    lately = received - stretch.received
    slow = FetchSlow(url=url, received=received, size=size, lately=lately, seconds=seconds)
    return Stretch(since=now, received=received), slow if lately < policy.pace * seconds else None


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """Try again after so many seconds; without ``keep`` what has arrived so far is thrown away first."""

    seconds: float
    keep: bool = True


class GiveUp(msgspec.Struct, frozen=True, kw_only=True):
    """Do not try again."""


def retry_decision(
    attempt: int, failure: FetchFailure, policy: FetchPolicy, *, jitter: float = 1.0, elapsed: float = 0.0
) -> Wait | GiveUp:
    """What follows failed attempt number ``attempt`` (from 1), ``elapsed`` seconds after the first one began.

    ``jitter`` (0 to 1) shortens the wait to between half and all of it, so that many builds do not return at once.
    """
    asked: float | None = None
    keep = True
    match failure:
        case ConnectionFailed() | ProxyFailed() | TimedOut() | TooSlow() | BodyTruncated():
            pass
        case HttpStatus(status=status, retry_after=retry_after):
            if status not in RETRIED_STATUS:
                return GiveUp()
            asked = retry_after
        case DigestMismatch():
            if attempt > 1:
                return GiveUp()
            keep = False
        case _:
            return GiveUp()
    wait = min(policy.backoff * 2.0 ** min(attempt - 1, 64), policy.backoff_max) * (0.5 + 0.5 * jitter)
    if asked is not None:
        wait = max(wait, min(asked, policy.retry_after_max))
    if attempt >= policy.attempts or elapsed + wait >= policy.overall:
        return GiveUp()
    return Wait(seconds=wait, keep=keep)


def no_such_file(error: FetchError) -> bool:
    """Whether the place answered that it has no such file, so that another may have it."""
    match error.failure:
        case HttpStatus(status=status):
            return status in (404, 410)
        case LocalFileUnreadable():
            return True
        case _:
            return False
