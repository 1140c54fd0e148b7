"""Downloads files: the only module that reaches the network.

A file is streamed to a temporary sibling while its digest is computed, and renamed only once that is right. Proxies,
certificates and credentials come from the environment that is handed in, never from the process's own.
"""

import email.utils
import hashlib
import os
import random
import re
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final
from urllib.parse import unquote, urljoin, urlsplit

import urllib3
import urllib3.exceptions
from pure.disk import DiskFull
from pure.outcome import Failure, Outcome, Success
from pure.runtime.fetching import (
    BodyTruncated,
    CertificateRejected,
    ConnectionFailed,
    DigestMismatch,
    Fetched,
    FetchError,
    FetchEvent,
    FetchFailure,
    FetchPolicy,
    FetchRetry,
    FetchStarted,
    GiveUp,
    HttpStatus,
    InvalidUrl,
    LocalFileUnreadable,
    NotStored,
    ProxyFailed,
    Stretch,
    TimedOut,
    TooManyRedirects,
    TooSlow,
    Wait,
    no_such_file,
    paced,
    retry_decision,
)
from pure.urls import visible_url
from urllib3.util import Timeout, make_headers

from shell.connections import Connections, Failed
from shell.disk import NO_ROOM, said

_CHUNK: Final = 1 << 20
_REDIRECTS: Final = 10


def _silent(_event: FetchEvent) -> None:
    return


def fetch_first(
    urls: Sequence[str],
    destination: Path,
    *,
    sha256: str,
    environ: Mapping[str, str],
    beside: Path | None = None,
    policy: FetchPolicy = FetchPolicy(),  # noqa: B008  (an immutable value)
    on_event: Callable[[FetchEvent], None] = _silent,
) -> Outcome[Fetched, FetchError]:
    """Fetch the file from the first of these places that has it, as ``fetch`` does; the first place's error if none."""
    first: Outcome[Fetched, FetchError] | None = None
    for url in urls:
        fetched = fetch(
            url, destination, sha256=sha256, environ=environ, beside=beside, policy=policy, on_event=on_event
        )
        first = first or fetched
        if not isinstance(fetched, Failure):
            return fetched
        if not no_such_file(fetched.failure()):
            break
    assert first is not None, "a file is somewhere"
    return first


def fetch(
    url: str,
    destination: Path,
    *,
    sha256: str,
    environ: Mapping[str, str],
    beside: Path | None = None,
    policy: FetchPolicy = FetchPolicy(),  # noqa: B008  (an immutable value)
    on_event: Callable[[FetchEvent], None] = _silent,
) -> Outcome[Fetched, FetchError]:
    """Put the file at ``url`` (``https:``, ``http:``, ``file:``) with digest ``sha256`` at ``destination``.

    ``environ`` gives proxies (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``, ``NO_PROXY``, either case) and trusted
    certificates (``SSL_CERT_FILE``, ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``, ``PIP_CERT``: a file or a folder; else
    the system's). Until it is whole it lies ``beside``, a folder of the same filesystem, else in the destination's.
    Whatever happens, ``destination`` is either the verified file or as it was, with nothing left beside it.
    """
    shown = visible_url(url)
    began = time.monotonic()
    try:
        with _partial_file(destination, beside or destination.parent) as (file, temporary):
            download = _Download(url, file, temporary, environ=environ, policy=policy, on_event=on_event, began=began)
            attempt = 0
            while True:
                attempt += 1
                failure = download.attempt(sha256)
                if failure is None:
                    with _writing(destination):
                        file.close()
                        temporary.chmod(0o644)
                        temporary.replace(destination)
                    seconds = time.monotonic() - began
                    return Success(
                        Fetched(
                            url=shown, path=str(destination), size=download.received, attempts=attempt, seconds=seconds
                        )
                    )
                elapsed = time.monotonic() - began
                match retry_decision(attempt, failure, policy, jitter=random.random(), elapsed=elapsed):  # noqa: S311
                    case GiveUp():
                        return Failure(FetchError(url=shown, failure=failure, attempts=attempt))
                    case Wait(seconds=seconds, keep=keep):
                        on_event(
                            FetchRetry(
                                url=shown,
                                failure=failure,
                                attempt=attempt,
                                attempts=policy.attempts,
                                seconds=seconds,
                            )
                        )
                        if not keep:
                            download.forget()
                        time.sleep(seconds)
    except Failed as failed:
        return Failure(FetchError(url=shown, failure=failed.failure, attempts=1))


@contextmanager
def _partial_file(destination: Path, folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    with _writing(destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{destination.name[:100]}.", suffix=".part", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            yield file, temporary
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise Failed(DiskFull(task="download", path=str(path), detail=said(error))) from error
        raise Failed(NotStored(path=str(path), detail=said(error))) from error


class _Download:
    """One file on its way: what has arrived of it outlives a failed attempt."""

    def __init__(
        self,
        url: str,
        file: IO[bytes],
        path: Path,
        *,
        environ: Mapping[str, str],
        policy: FetchPolicy,
        on_event: Callable[[FetchEvent], None],
        began: float,
    ) -> None:
        self.url = url
        self.file = file
        self.path = path
        self.connections = Connections(environ)
        self.policy = policy
        self.on_event = on_event
        self.deadline = began + policy.overall
        self.received = 0
        self.digest = hashlib.sha256()
        self.validator = ""

    def attempt(self, sha256: str) -> FetchFailure | None:
        """Fetch what is still missing, then check the whole; ``None`` if it is right."""
        try:
            if urlsplit(self.url).scheme == "file":
                self._copy()
            else:
                self._download()
        except Failed as failed:
            return failed.failure
        except ValueError as error:
            return InvalidUrl(detail=f"not a URL ({type(error).__name__})")
        finally:
            self.connections.close()
        if self.digest.hexdigest() != sha256.lower():
            return DigestMismatch(expected=sha256.lower(), actual=self.digest.hexdigest(), size=self.received)
        return None

    def forget(self) -> None:
        """Start from the first byte again."""
        with _writing(self.path):
            self.file.seek(0)
            self.file.truncate()
        self.received = 0
        self.digest = hashlib.sha256()
        self.validator = ""

    def _store(self, chunk: bytes) -> None:
        with _writing(self.path):
            view = memoryview(chunk)
            while view:
                view = view[self.file.write(view) :]
        self.digest.update(chunk)
        self.received += len(chunk)

    def _copy(self) -> None:
        parts = urlsplit(self.url)
        if parts.netloc not in ("", "localhost"):
            raise Failed(InvalidUrl(detail=f"a file: URL names no host, this one names {parts.hostname}"))
        path = Path(unquote(parts.path))
        try:
            with path.open("rb") as source:
                self._started(os.fstat(source.fileno()).st_size)
                while chunk := source.read(_CHUNK):
                    self._store(chunk)
        except OSError as error:
            raise Failed(LocalFileUnreadable(path=str(path), detail=error.strerror or str(error))) from error

    def _download(self) -> None:
        try:
            with self._open() as response:
                self._receive(response)
        except urllib3.exceptions.HTTPError as error:
            raise Failed(self._failure(error)) from error
        except OSError as error:
            raise Failed(ConnectionFailed(detail=_detail(error))) from error

    @contextmanager
    def _open(self) -> Iterator[urllib3.BaseHTTPResponse]:
        url = self.url
        for _ in range(_REDIRECTS + 1):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise Failed(InvalidUrl(detail=f"{parts.scheme or 'no scheme'}: https:, http: or file: is needed"))
            headers = {"Accept-Encoding": "identity", "User-Agent": "lamina"}
            if parts.username is not None:
                user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
                headers |= make_headers(basic_auth=user)
            if self.received:
                headers["Range"] = f"bytes={self.received}-"
                if self.validator:
                    headers["If-Range"] = self.validator
            response = self.connections.to(url).request(
                "GET",
                parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl(),
                headers=headers,
                preload_content=False,
                redirect=False,
                retries=False,
                timeout=Timeout(connect=self.policy.connect_timeout, read=self.policy.read_timeout),
            )
            location = response.headers.get("Location") if response.status in (301, 302, 303, 307, 308) else None
            if location is None:
                try:
                    yield response
                finally:
                    response.close()
                return
            response.close()
            url = self._redirect(url, location)
        raise Failed(TooManyRedirects(to=visible_url(url)))

    def _redirect(self, url: str, location: str) -> str:
        to = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(to)
        if after.scheme not in ("http", "https") or (before.scheme == "https" and after.scheme == "http"):
            raise Failed(TooManyRedirects(to=visible_url(to)))
        if "@" in before.netloc and "@" not in after.netloc and _origin(url) == _origin(to):
            # Credentials stay with the server they were given for, and go nowhere else.
            return after._replace(netloc=f"{before.netloc.rpartition('@')[0]}@{after.netloc}").geturl()
        return to

    def _receive(self, response: urllib3.BaseHTTPResponse) -> None:
        if response.status not in (200, 206):
            if response.status == 416 and (received := self.received):
                self.forget()
                raise Failed(BodyTruncated(received=received, expected=None))
            raise Failed(
                HttpStatus(
                    status=response.status,
                    reason=(response.reason or "")[:100],
                    retry_after=_retry_after(response.headers.get("Retry-After", "")),
                )
            )
        if response.status == 200 or not response.headers.get("Content-Range", "").startswith(
            f"bytes {self.received}-"
        ):
            if response.status == 206:
                raise Failed(ConnectionFailed(detail="the server sent another part of the file than asked for"))
            self.forget()
        self.validator = _validator(response.headers)
        length = response.headers.get("Content-Length", "")
        size = self.received + int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
        self._started(size)
        stretch = Stretch(since=time.monotonic(), received=self.received)
        try:
            while chunk := response.read1(_CHUNK):
                self._store(chunk)
                now = time.monotonic()
                if now > self.deadline:
                    raise Failed(TooSlow(seconds=self.policy.overall, received=self.received, expected=size))
                stretch, slow = paced(
                    stretch, url=visible_url(self.url), size=size, received=self.received, now=now, policy=self.policy
                )
                if slow is not None:
                    self.on_event(slow)
        except (urllib3.exceptions.IncompleteRead, urllib3.exceptions.ProtocolError) as error:
            raise Failed(BodyTruncated(received=self.received, expected=size)) from error
        if size is not None and self.received < size:
            raise Failed(BodyTruncated(received=self.received, expected=size))

    def _started(self, size: int | None) -> None:
        self.on_event(FetchStarted(url=visible_url(self.url), size=size, offset=self.received))

    def _failure(self, error: urllib3.exceptions.HTTPError) -> FetchFailure:
        match error:
            case urllib3.exceptions.NewConnectionError():  # which urllib3 counts among the timeouts
                return ConnectionFailed(detail=_detail(error))
            case urllib3.exceptions.ConnectTimeoutError():
                return TimedOut(seconds=self.policy.connect_timeout, received=self.received)
            case urllib3.exceptions.ReadTimeoutError():
                return TimedOut(seconds=self.policy.read_timeout, received=self.received)
            case urllib3.exceptions.ProxyError():
                return ProxyFailed(proxy=visible_url(self.connections.proxy(self.url)), detail=_detail(error))
            case urllib3.exceptions.SSLError():
                if isinstance(cause := _root(error), ssl.SSLCertVerificationError):
                    return CertificateRejected(detail=cause.verify_message, authorities=self.connections.authorities)
                return ConnectionFailed(detail=_detail(error))
            case urllib3.exceptions.LocationValueError():
                return InvalidUrl(detail=type(error).__name__)
            case _:
                return ConnectionFailed(detail=_detail(error))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _validator(headers: Mapping[str, str]) -> str:
    tag = headers.get("ETag", "")
    # A weak tag does not promise equal bytes (RFC 9110, 8.8.1); the digest of the whole is checked in any case.
    return "" if tag.startswith("W/") else tag or headers.get("Last-Modified", "")


def _retry_after(text: str) -> float | None:
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _root(error: BaseException) -> BaseException:
    while (
        inner := error.__cause__ or next((arg for arg in error.args if isinstance(arg, BaseException)), None)
    ) is not None:
        error = inner
    return error


def _detail(error: BaseException) -> str:
    """The system's own words for it. urllib3's would repeat the URL, which may hold a password."""
    match _root(error):
        case OSError(strerror=str(text)):
            return text
        case other:
            return type(other).__name__
