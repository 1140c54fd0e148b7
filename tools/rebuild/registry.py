"""Speaks to a registry on loopback: puts the run image there, reads what a lifecycle put there."""

import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

from tools.rebuild.failed import BenchError
from tools.rebuild.images import blob_file

_MANIFESTS = ", ".join(
    ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
)


class Registry:
    """A registry without authentication, at ``host:port``."""

    def __init__(self, host: str) -> None:
        """Ask whether it is there."""
        self.host = host
        try:
            status, _, _ = self._ask("GET", "/v2/")
        except OSError as error:
            raise BenchError(f"There is no registry at {host}: {error.strerror or error}") from None
        if status != http.client.OK:
            raise BenchError(f"What answers at {host} is no registry: status {status} for /v2/")

    def push(self, layout: Path, repository: str, tag: str) -> str:
        """Put the image of a layout there; the name that it has."""
        index = json.loads((layout / "index.json").read_bytes())
        entry = index["manifests"][0]
        manifest = blob_file(layout, entry["digest"]).read_bytes()
        document = json.loads(manifest)
        for blob in (document["config"], *document["layers"]):
            self._put_blob(repository, blob["digest"], blob_file(layout, blob["digest"]).read_bytes())
        self._must("PUT", f"/v2/{repository}/manifests/{tag}", manifest, entry["mediaType"], created=True)
        return f"{self.host}/{repository}:{tag}"

    def image(self, repository: str, tag: str) -> tuple[bytes, bytes]:
        """The manifest and the configuration of an image."""
        manifest = self._must("GET", f"/v2/{repository}/manifests/{tag}")
        config = self._must("GET", f"/v2/{repository}/blobs/{json.loads(manifest)['config']['digest']}")
        return manifest, config

    def _put_blob(self, repository: str, digest: str, data: bytes) -> None:
        status, place, _ = self._ask("POST", f"/v2/{repository}/blobs/uploads/")
        if status != http.client.ACCEPTED:
            raise BenchError(f"The registry at {self.host} takes no uploads: status {status}")
        parts = urlsplit(place)
        query = f"{parts.query}&digest={digest}" if parts.query else f"digest={digest}"
        self._must("PUT", f"{parts.path}?{query}", data, "application/octet-stream", created=True)

    def _must(self, method: str, path: str, body: bytes = b"", kind: str = "", *, created: bool = False) -> bytes:
        status, _, answer = self._ask(method, path, body, kind)
        if status != (http.client.CREATED if created else http.client.OK):
            raise BenchError(
                f"The registry at {self.host} answers {method} {path} with status {status}: {answer[:200]!r}"
            )
        return answer

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str, bytes]:
        """Status, the header ``Location``, body."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            connection.request(
                method, path, body or None, {"Accept": _MANIFESTS, **({"Content-Type": kind} if kind else {})}
            )
            response = connection.getresponse()
            return response.status, response.getheader("Location", ""), response.read()
        finally:
            connection.close()
