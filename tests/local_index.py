"""A package index on 127.0.0.1 with hand-made pure-Python wheels, for tests that run the real pip without a network."""

import base64
import csv
import hashlib
import http.server
import io
import re
import ssl
import threading
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import unquote

BACKEND = '''
"""A build backend that packs one module, so that no other one has to be downloaded."""
import pathlib, zipfile

NAME, VERSION = "{name}", "{version}"
INFO = f"{{NAME}}-{{VERSION}}.dist-info"


def _write(directory, files):
    wheel = f"{{NAME}}-{{VERSION}}-py3-none-any.whl"
    files[f"{{INFO}}/METADATA"] = f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: {{VERSION}}\\n"
    files[f"{{INFO}}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    record = "".join(f"{{path}},,\\n" for path in [*files, f"{{INFO}}/RECORD"])
    with zipfile.ZipFile(pathlib.Path(directory, wheel), "w") as archive:
        for path, content in {{**files, f"{{INFO}}/RECORD": record}}.items():
            archive.writestr(path, content)
    return wheel


def build_wheel(directory, config_settings=None, metadata_directory=None):
    return _write(directory, {{f"{{NAME}}.py": pathlib.Path(f"{{NAME}}.py").read_text()}})


def build_editable(directory, config_settings=None, metadata_directory=None):
    return _write(directory, {{f"__editable__.{{NAME}}.pth": f"{{pathlib.Path.cwd()}}\\n"}})
'''


def make_wheel(
    directory: Path,
    name: str,
    version: str,
    files: Mapping[str, str | bytes],
    *,
    requires: tuple[str, ...] = (),
    extras: tuple[str, ...] = (),
    scripts: Mapping[str, str] | None = None,
    programs: Collection[str] = (),
) -> Path:
    """Writes a wheel; equal arguments give equal bytes. ``programs`` are those of its files that may be executed."""
    directory.mkdir(parents=True, exist_ok=True)
    escaped = re.sub(r"[-_.]+", "_", name).lower()
    info = f"{escaped}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Provides-Extra: {extra}\n" for extra in extras)
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    contents = dict(files)
    contents[f"{info}/METADATA"] = metadata
    contents[f"{info}/WHEEL"] = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    if scripts:
        lines = "".join(f"{script} = {target}\n" for script, target in scripts.items())
        contents[f"{info}/entry_points.txt"] = f"[console_scripts]\n{lines}"
    record = io.StringIO()
    writer = csv.writer(record, lineterminator="\n")
    for path, content in contents.items():
        raw = content.encode() if isinstance(content, str) else content
        digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).decode().rstrip("=")
        writer.writerow((path, f"sha256={digest}", len(raw)))
    writer.writerow((f"{info}/RECORD", "", ""))
    contents[f"{info}/RECORD"] = record.getvalue()
    wheel = directory / f"{escaped}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, content in contents.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = (0o100755 if path in programs else 0o100644) << 16
            archive.writestr(entry, content)
    return wheel


def make_project(directory: Path, name: str, version: str, source: str) -> Path:
    """Writes a source directory that pip can install without downloading a build backend."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (directory / "backend.py").write_text(BACKEND.format(name=name, version=version))
    (directory / f"{name}.py").write_text(source)
    return directory


class _Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``/simple/<name>/`` and ``/files/<file>`` of the server's directory."""

    server: "_Server"

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        path = unquote(path)
        if self.server.credentials:
            wanted = "Basic " + base64.b64encode(self.server.credentials.encode()).decode()
            if self.headers.get("Authorization") != wanted:
                self._refuse(self.server.refusal)
                return
        if self.server.query and path.startswith("/files/") and query != self.server.query:
            self._refuse(403)
            return
        if path.startswith("/files/") and (self.server.directory / path.rpartition("/")[2]).is_file():
            self._answer((self.server.directory / path.rpartition("/")[2]).read_bytes(), "application/octet-stream")
            return
        project = re.fullmatch(r"/simple/([^/]+)/", path)
        files = sorted(self.server.directory.glob("*.whl")) if project else []
        signed = f"?{escape(self.server.query)}" if self.server.query else ""
        links = [
            f'<a href="/files/{each.name}{signed}#sha256={_digest(each)}">{each.name}</a>'
            for each in files
            if project and re.sub(r"[-_.]+", "-", each.name.partition("-")[0]).lower() == project[1]
        ]
        if not links:
            self.send_error(404)
            return
        self._answer(f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode(), "text/html")

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="test"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    # uv asks for a file's size before it reads the metadata at its end.
    do_HEAD = do_GET  # noqa: N815  (http.server wants that name)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.server.cacheable and self.path.startswith("/files/"):
            self.send_header("Cache-Control", "max-age=365000000, immutable, public")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        return


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


class _Server(http.server.ThreadingHTTPServer):
    directory: Path
    credentials: str = ""
    refusal: int = 401
    query: str = ""
    cacheable: bool = False


@contextmanager
def serve(
    directory: Path,
    *,
    credentials: str = "",
    refusal: int = 401,
    query: str = "",
    cacheable: bool = False,
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> Iterator[str]:
    """Serves the wheels of ``directory``; gives ``host:port``.

    ``credentials`` is ``user:password`` or empty, ``refusal`` the status that whoever lacks them gets. Files are given
    only to whoever asks with ``query``, which the index's pages have in their links. ``cacheable``: of files it says
    what the big index says of its own, so that pip keeps them.
    """
    with _Server(("127.0.0.1", port), _Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.directory = directory
        server.credentials, server.refusal, server.query = credentials, refusal, query
        server.cacheable = cacheable
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
