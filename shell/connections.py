"""Reads from an environment how servers are reached: through which proxy, and whose certificates are trusted."""

import ssl
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import urllib3
from pure.bindings.pem import SYSTEM_AUTHORITIES
from pure.runtime.fetching import AuthoritiesUnreadable, FetchFailure, ProxyFailed
from pure.urls import visible_url
from urllib3.util import make_headers

# What one tool of a build is told to trust, every tool trusts (pure.manager.environment), and so does this one.
_AUTHORITIES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT")


class Failed(Exception):  # noqa: N818  (control flow of a download, not an error of ours)
    """Carries an expected failure from where it is noticed to the attempt that it ends."""

    def __init__(self, failure: FetchFailure) -> None:
        super().__init__(type(failure).__name__)
        self.failure = failure


class Connections:
    """The connections of one download, by proxy."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._pools: dict[str, urllib3.PoolManager] = {}

    @property
    def authorities(self) -> str | None:
        """The file or folder of trusted certificates that the environment names."""
        return next((place for _, place in _named_authorities(self._environ)), None)

    def proxy(self, url: str) -> str:
        """The proxy for this URL, empty without one."""
        parts = urlsplit(url)
        excluded = self._environ.get("no_proxy") or self._environ.get("NO_PROXY") or ""
        host = parts.hostname or ""
        with_port = f"{host}:{parts.port}" if parts.port else host
        if excluded and urllib.request.proxy_bypass_environment(with_port, {"no": excluded}):  # type: ignore[attr-defined]
            return ""
        for name in (f"{parts.scheme}_proxy", "all_proxy"):
            if proxy := self._environ.get(name) or self._environ.get(name.upper()):
                return proxy if "://" in proxy else f"http://{proxy}"
        return ""

    def to(self, url: str) -> urllib3.PoolManager:
        """The connections that lead to this URL's server."""
        proxy = self.proxy(url)
        if proxy not in self._pools:
            context = _tls(self._environ)
            if proxy:
                parts = urlsplit(proxy)
                if parts.scheme not in ("http", "https"):
                    raise Failed(ProxyFailed(proxy=visible_url(proxy), detail="neither http: nor https:"))
                login = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
                self._pools[proxy] = urllib3.ProxyManager(
                    parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
                    proxy_headers=make_headers(proxy_basic_auth=login) if login else None,
                    ssl_context=context,
                    proxy_ssl_context=context if parts.scheme == "https" else None,
                )
            else:
                self._pools[proxy] = urllib3.PoolManager(ssl_context=context)
        return self._pools[proxy]

    def close(self) -> None:
        """Close them all."""
        for pool in self._pools.values():
            pool.clear()


def _named_authorities(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((name, environ[name]) for name in _AUTHORITIES if environ.get(name))


def _tls(environ: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for variable, place in _named_authorities(environ):
        try:
            folder = Path(place).is_dir()
            context.load_verify_locations(cafile=None if folder else place, capath=place if folder else None)
        except OSError as error:
            raise Failed(
                AuthoritiesUnreadable(variable=variable, file=place, detail=error.strerror or "no certificate in it")
            ) from error
        return context
    for place in SYSTEM_AUTHORITIES:
        with suppress(OSError):
            context.load_verify_locations(cafile=place)
            return context
    context.load_default_certs()
    return context
