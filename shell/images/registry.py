"""Opens an image of a registry, by the protocol's library, with the credentials that engines have stored."""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

import requests
from dxf import DXF, DXFBase
from dxf.exceptions import DXFAuthInsecureError, DXFError, DXFUnauthorizedError
from pure.bindings.pem import SYSTEM_AUTHORITIES
from pure.image.credentials import Helper, Login, answered, api_host, stored
from pure.image.errors import ImageError, RegistryRefused
from pure.image.index import is_index
from pure.image.reference import RegistryReference
from pure.lifecycle.oci import DOCUMENTS
from pure.outcome import Failure, Outcome

from shell.connections import Connections
from shell.images.blobs import Wanted, document, open_indexed, open_manifest
from shell.images.opened import OpenedImage, Refused
from shell.process import run

_CHUNK: Final = 1 << 20
_PATIENCE: Final = 60.0
_KINDS: Final[Mapping[int, Literal["absent", "unauthorized"]]] = {
    401: "unauthorized",
    403: "unauthorized",
    404: "absent",
}
# How urllib3 begins what it says of a connection.
_CONNECTION: Final = re.compile(r"\A.{0,200}?\): ")


class _Failed(Refused):
    """A registry refuses, or doesn't answer."""

    def __init__(self, kind: Literal["absent", "unauthorized", "unreachable", "other"], reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


class _Client(DXF):
    """The library's client, and manifests in pieces, which it reads whole, whatever a registry sends."""

    def pull_manifest(self, name: str) -> Iterator[bytes]:
        """A manifest or an index, by its digest or by a tag."""
        accepted = {"Accept": ", ".join(DOCUMENTS)}
        answer = self._request("get", f"manifests/{name}", headers=accepted, stream=True)  # type: ignore[no-untyped-call]
        return cast("Iterator[bytes]", answer.iter_content(_CHUNK))

    def pull(self, digest: str) -> Iterator[bytes]:
        """A blob; the library checks its digest at the end."""
        return iter(cast("Iterable[bytes]", self.pull_blob(digest, chunk_size=_CHUNK)))


class _Repository:
    """The blobs of a repository."""

    def __init__(self, client: _Client) -> None:
        self._client = client

    def has(self, digest: str) -> bool:
        """Whatever an index names has to be there."""
        return True

    def manifest(self, digest: str) -> bytes:
        """A manifest or an index, by its digest or by a tag."""
        with _expected():
            chunks = self._client.pull_manifest(digest)
        return document(cast("BinaryIO", _Chunks(chunks)), "its manifest")

    def config(self, digest: str) -> bytes:
        """A configuration."""
        with self.stream(digest) as stream:
            return document(stream, "its configuration")

    @contextmanager
    def stream(self, digest: str) -> Iterator[BinaryIO]:
        """A layer's bytes, as they arrive."""
        with _expected():
            chunks = self._client.pull(digest)
        yield cast("BinaryIO", _Chunks(chunks))


class _Chunks(io.RawIOBase):
    """A stream of what arrives in pieces."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts, have = [self._rest], len(self._rest)
        with _expected():
            while size < 0 or have < size:
                chunk = next(self._chunks, b"")
                if not chunk:
                    break
                parts.append(chunk)
                have += len(chunk)
        data = b"".join(parts)
        end = len(data) if size < 0 else size
        self._rest = data[end:]
        return data[:end]


def open_in_registry(
    reference: RegistryReference, wanted: Wanted, held: ExitStack, environ: Mapping[str, str]
) -> Outcome[OpenedImage, ImageError]:
    """The image that a registry has, of which only what is looked into is fetched.

    On this machine alone a registry may speak HTTP where it doesn't speak TLS; it is never told a password then.
    """
    login, source = _credentials(reference, environ)

    def authenticate(client: DXFBase, response: requests.Response) -> None:
        username, password = (login.username, login.password) if login else (None, None)
        client.authenticate(username, password, response=response)

    failed = _Failed("other", "it wasn't asked")
    for insecure in (False, True) if reference.loopback else (False,):
        client = _Client(
            api_host(reference.host),
            reference.repository,
            auth=authenticate,
            insecure=insecure,
            tlsverify=Connections(environ).authorities or _system_authorities() or True,
            timeout=_PATIENCE,
        )
        try:
            return _open(_Repository(held.enter_context(client)), reference, wanted)
        except _Failed as error:
            failed = error
            if error.kind != "unreachable":
                break
    return Failure(
        RegistryRefused(
            reference=wanted.reference,
            host=reference.host,
            kind=failed.kind,
            reason=str(failed),
            credentials=source,
        )
    )


def _open(repository: _Repository, reference: RegistryReference, wanted: Wanted) -> Outcome[OpenedImage, ImageError]:
    found = repository.manifest(reference.version)
    digest = f"sha256:{hashlib.sha256(found).hexdigest()}"
    if ":" in reference.version and digest != reference.version:
        raise _Failed("other", "it sent another manifest than that of the digest")
    if is_index(found):
        return open_indexed(repository, found, wanted, local=False)
    return open_manifest(repository, found, digest, wanted, local=False)


@contextmanager
def _expected() -> Iterator[None]:
    """Turn what the library raises into what is expected of registries."""
    try:
        yield
    except requests.exceptions.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise _Failed(_KINDS.get(status, "other"), f"it answered with status {status}") from None
    except DXFUnauthorizedError:
        raise _Failed("unauthorized", "it answered with status 401") from None
    except DXFAuthInsecureError:
        raise _Failed("unauthorized", "it asks for a password, and has no TLS that would hide one") from None
    except DXFError as error:
        raise _Failed("other", str(error) or type(error).__name__) from None
    except requests.exceptions.RequestException as error:
        raise _Failed("unreachable", _said(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # What it answers about its own authentication isn't what the protocol says.
        raise _Failed("other", f"its answer isn't one of a registry ({type(error).__name__}: {error})") from None


def _said(error: BaseException) -> str:
    """The cause of a failed connection, without the address, which may have a signature in it."""
    cause = error.args[0] if error.args else error
    reason = getattr(cause, "reason", cause)
    return _CONNECTION.sub("", str(reason)) or type(error).__name__


def _system_authorities() -> str | None:
    """The machine's certificates, which its engines trust, too."""
    return next((each for each in SYSTEM_AUTHORITIES if Path(each).is_file()), None)


def _credentials(reference: RegistryReference, environ: Mapping[str, str]) -> tuple[Login | None, str]:
    """Who the engines of this machine are to a registry, and the file that says it."""
    for file in _files(environ):
        try:
            found = stored(file.read_bytes(), reference.host, reference.repository)
        except OSError:
            continue
        if isinstance(found, Helper):
            found = _helped(found, environ)
        if found is not None:
            return found, str(file)
    return None, ""


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where Podman and Docker keep them, in the order in which Podman looks."""
    home = Path(environ.get("HOME") or "/nonexistent")
    if named := environ.get("REGISTRY_AUTH_FILE"):
        yield Path(named)
    if run_time := environ.get("XDG_RUNTIME_DIR"):
        yield Path(run_time) / "containers" / "auth.json"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "auth.json"
    yield Path(environ.get("DOCKER_CONFIG") or home / ".docker") / "config.json"


def _helped(helper: Helper, environ: Mapping[str, str]) -> Login | None:
    program = shutil.which(f"docker-credential-{helper.name}", path=environ.get("PATH", os.defpath))
    if program is None:
        return None
    ended = run((program, "get"), env=environ, timeout=_PATIENCE, given=helper.server)
    return answered(ended.stdout) if ended.ok else None
