"""Where a tool is made to fail: an application, an environment, an index on 127.0.0.1 and a narrow PATH."""

import hashlib
import io
import os
import re
import ssl
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from pure.complaints.recognition import recognise, undecided, worth_keeping
from shell.process import Completed, run

from tests.file_server import Exchange, serving
from tests.local_index import make_wheel

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
SETUP = "from setuptools import setup\n"


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """Environments with a tool in each, and a folder of wheels that source distributions need to be built."""

    root: Path
    wheels: Path

    def program(self, tool: str, name: str = "") -> str:
        """The path of a tool, or of another program in its environment."""
        return str(self.root / tool / "bin" / (name or tool))


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool wrote, line by line, and how it ended."""

    lines: tuple[str, ...]
    returncode: int


class Stage:
    """The place of one failure. Whatever a scene needs is made below ``root``."""

    def __init__(self, root: Path, tools: Tools, *, settings: Mapping[str, str]) -> None:
        self.root = root
        self.tools = tools
        self.app, self.venv, self.files = root / "app", root / "venv", root / "files"
        self.settings = dict(settings)
        # What the index answers below a path instead of what it would.
        self.answers: dict[str, Callable[[Exchange], None]] = {}
        for folder in (self.app, self.files, root / "home", root / "tmp", root / "path"):
            folder.mkdir(parents=True)

    # What a scene makes

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Add files to the application."""
        for name, content in files.items():
            path = self.app / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def require(self, *lines: str) -> None:
        """Make the application a ``requirements.txt`` of these lines."""
        self.write({"requirements.txt": "".join(f"{line}\n" for line in lines)})

    def wheel(self, name: str, version: str, *, requires: tuple[str, ...] = ()) -> Path:
        """Offer a wheel of one empty module."""
        return make_wheel(self.files, name, version, {f"{name}.py": ""}, requires=requires)

    def sdist(self, name: str, version: str, files: Mapping[str, str], *, requires: str = '"setuptools"') -> Path:
        """Offer a source distribution of these files."""
        path = self.files / f"{name}-{version}.tar.gz"
        pyproject = f'[build-system]\nrequires = [{requires}]\nbuild-backend = "setuptools.build_meta"\n'
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        contents = {"pyproject.toml": pyproject, "PKG-INFO": metadata, **files}
        with tarfile.open(path, "w:gz") as archive:
            for file, text in contents.items():
                entry = tarfile.TarInfo(f"{name}-{version}/{file}")
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
        return path

    def link(self, *programs: str) -> None:
        """Put these programs of the machine on the narrow PATH."""
        for program in programs:
            found = next(p for p in (Path(folder, program) for folder in ("/usr/bin", "/bin")) if p.exists())
            (self.root / "path" / program).symlink_to(found)

    def program(self, name: str, text: str) -> None:
        """Put a shell script on the narrow PATH."""
        path = self.root / "path" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    # What runs

    @property
    def environment(self) -> dict[str, str]:
        """What the tools see: a narrow PATH, a home of their own, nothing of the machine's settings."""
        return {
            "PATH": str(self.root / "path"),
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INPUT": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_RETRIES": "0",
            "GIT_TERMINAL_PROMPT": "0",
            **self.settings,
        }

    def make_venv(self, python: str = sys.executable) -> None:
        """An environment without pip, as a build makes it."""
        if not self.venv.exists():
            done = run((python, "-I", "-m", "venv", "--without-pip", str(self.venv)), env={"PATH": "/usr/bin:/bin"})
            assert done.ok, done.stderr

    @property
    def pip_command(self) -> tuple[str, ...]:
        """How a build starts pip."""
        python = self.tools.program("pip", "python")
        options = ("install", "--no-compile", "--progress-bar", "off", "-r", "requirements.txt")
        return (python, "-P", "-m", "pip", "--python", str(self.venv / "bin" / "python"), *options)

    def pip(self, index: str, *arguments: str, env: Mapping[str, str] | None = None) -> Said:
        """Install the application's requirements as a build does it."""
        self.make_venv()
        argv = (*self.pip_command, *arguments)
        settings = {**({"PIP_INDEX_URL": index} if index else {"PIP_CONFIG_FILE": ""}), **(env or {})}
        return self.asked_again("pip", self.run(argv, env=settings), (*argv, "--dry-run", "--quiet"), env=settings)

    def asked_again(self, tool: str, said: Said, argv: tuple[str, ...], *, env: Mapping[str, str]) -> Said:
        """What pip said, and what it notes in a log where that leaves something open, as a build asks for it."""
        if not undecided(recognise(tool, said.lines, returncode=said.returncode)):
            return said
        log = self.root / "pip.log"
        self.run(argv, env={**env, "PIP_LOG": str(log)})
        kept = worth_keeping(log.read_text(errors="replace").splitlines(), said.lines) if log.exists() else ()
        return Said(lines=(*said.lines, *kept), returncode=said.returncode)

    def prepare(self, argv: tuple[str, ...], *, env: Mapping[str, str] | None = None) -> None:
        """Run a tool in the application that has to succeed, such as one that writes a lock."""
        done = run(argv, env={**self.environment, **(env or {})}, cwd=self.app)
        assert done.ok, done.stdout + done.stderr

    def run(self, argv: tuple[str, ...], *, env: Mapping[str, str] | None = None) -> Said:
        """Run a tool in the application, which has to fail."""
        lines: list[str] = []
        done: Completed = run(argv, env={**self.environment, **(env or {})}, cwd=self.app, on_line=lines.append)
        assert done.returncode != 0, "\n".join(lines)
        return Said(lines=(*lines, *done.stderr.splitlines()), returncode=done.returncode)

    @contextmanager
    def index(
        self, *, requires_python: Mapping[str, str] | None = None, tls: ssl.SSLContext | None = None
    ) -> Iterator[str]:
        """Serve what is offered, and the wheels that builds need; gives the index's URL."""
        wanted = requires_python or {}

        def respond(exchange: Exchange) -> None:
            other = next((play for start, play in self.answers.items() if exchange.path.startswith(start)), None)
            if other:
                other(exchange)
                return
            path = exchange.path.partition("#")[0]
            files = {file.name: file for folder in (self.tools.wheels, self.files) for file in folder.iterdir()}
            name = path.rpartition("/")[2]
            if path.startswith("/files/") and name in files:
                exchange.answer(200, files[name].read_bytes(), Content_Type="application/octet-stream")
                return
            if path.startswith("/files/") and (wheel := name.removesuffix(".metadata")) in files:
                # Without it (PEP 658), uv asks for parts of files, which this server can't give.
                exchange.answer(200, _metadata(files[wheel]), Content_Type="application/octet-stream")
                return
            project = path.removeprefix("/simple/").strip("/")
            links = [
                f'<a href="/files/{file}#sha256={hashlib.sha256(path.read_bytes()).hexdigest()}"'
                + (' data-core-metadata="true"' if file.endswith(".whl") else "")
                + (f' data-requires-python="{wanted[file].replace(">", "&gt;")}"' if file in wanted else "")
                + f">{file}</a>"
                for file, path in sorted(files.items())
                if re.sub(r"[-_.]+", "-", file.partition("-")[0]).lower() == project
            ]
            body = f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()
            exchange.answer(200 if links else 404, body if links else b"", Content_Type="text/html")

        with serving(respond, tls=tls) as server:
            yield f"{server.url}/simple/"


def _metadata(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")))


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that nobody trusts."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subject = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
               "-addext", "basicConstraints=critical,CA:FALSE")  # fmt: skip
    argv = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject)
    subprocess.run([*argv, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def neutral(said: Said, stage: Stage) -> str:
    """What a tool said, without hosts, paths of this machine and what differs from run to run."""
    # Where this machine's pip looks besides is its own affair.
    text = "\n".join(line.rstrip() for line in said.lines if not line.startswith("Looking in links: "))
    machine = (
        (stage.app, "/workspace"),
        (stage.venv, "/layers/venv"),
        (stage.root / "tmp", "/tmp"),
        (stage.root, "/stage"),
        *((folder, f"/layers/{folder.name}") for folder in stage.tools.root.iterdir()),
        (Path(sys.base_prefix), "/layers/python"),
    )
    for path, name in machine:
        for form in {str(path), str(path.resolve()), str(path).lstrip("/"), str(path.resolve()).lstrip("/")}:
            # Some tools break their lines in the middle of a path.
            pattern = "\n?".join(re.escape(letter) for letter in form)
            text = re.sub(pattern, name if form.startswith("/") else name.lstrip("/"), text)
    text = re.sub(r"(?<![\w/])/root\b", "/home", text)
    text = re.sub(r"/tmp/[\w.-]*(?:pip|tmp|uv|build|cc|poetry|pdm)[\w.-]*", "/tmp/build", text)
    text = re.sub(r"(?<=://)(?:[^\s/'\"@]+@)?[\w.-]+(?::\d+)?(?=[/'\"\s,)]|$)", "host.example", text)
    text = re.sub(r"\b127\.0\.0\.1(?::\d+)?", "host.example", text)
    text = re.sub(r"\bport=\d+|\bPort \d+|\bport \d+", "port=443", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "0x0", text)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return f"exit status {said.returncode}\n{text.strip()}\n"
