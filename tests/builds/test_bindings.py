"""Builds that reach everything by servers whose certificate, and whose password, only bindings have."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pure.bindings.at_launch import LAUNCH_VARIABLE
from pure.build.bound import INSTALLED
from pure.layers.names import CERTIFICATES

from tests.bound import bind
from tests.builds.locked import MAIN, Index, lock, project
from tests.builds.test_certificates import unpackaged
from tests.builds.workshop import VERSION, Bench, Workshop, hashed, remove
from tests.local_index import serve
from tests.recognition.stage import certificate

pytestmark = pytest.mark.heavy

USER, PASSWORD = "deploy-user-7301", "p@ss:w0rd/s3cr3t-%41"
NOWHERE = "https://nowhere.invalid/python.tar.gz"
__all__ = ["unpackaged"]


@pytest.fixture
def served(tmp_path: Path, workshop: Workshop) -> Path:
    """A folder of wheels, those of pip and the tools among them, and of the runtime's archive."""
    folder = tmp_path / "served"
    folder.mkdir()
    archive = Path(workshop.runtime.url.removeprefix("file://"))
    for file in (*workshop.wheels.glob("*.whl"), *workshop.pips.glob("*.whl"), archive):
        (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture
def host(tmp_path: Path, served: Path) -> Iterator[str]:
    with serve(served, tls=certificate(tmp_path), credentials=f"{USER}:{PASSWORD}") as host:
        yield host


def bind_index(bench: Bench, host: str, cert: Path) -> Path:
    """Bind what an index needs; the folder of all bindings."""
    root = bench.root / "platform" / "bindings"
    bind(root, "corporate-ca", "CA-Certificates", {"ca.pem": cert.read_bytes()})
    bind(root, "index", "pypi", {"url": f"https://{host}/simple/", "username": USER, "password": PASSWORD})
    bind(root, "orders", "postgresql", {"password": "s3cret-of-orders"})
    return root


BARE: dict[str, str | None] = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None}


def test_everything_comes_from_where_bindings_say(
    unpackaged: Bench, workshop: Workshop, host: str, tmp_path: Path
) -> None:
    name = workshop.runtime.url.rpartition("/")[2]
    entry = msgspec.structs.replace(workshop.runtime, url=NOWHERE)
    root = bind_index(unpackaged, host, tmp_path / "cert.pem")
    # The archive lies with the index, and is asked for without a name in a header.
    place = f"https://{USER}:p%40ss%3Aw0rd%2Fs3cr3t-%2541@{host}/files/{name}"
    bind(root, "python", "dependency-mapping", {entry.sha256: place})
    reached = {
        **BARE,
        "BP_PYTHON_CATALOGUE": str(workshop.write_catalogue("bound", entry)),
        "BP_PYTHON_VERSION": VERSION,
    }
    unpackaged.require("alpha==1.0")
    built = unpackaged.build(reached)
    assert unpackaged.versions() == {"alpha": "1.0"}
    for line in (
        "\nBindings\n",
        "    1 certificate, trusted beside the system's by every download and every tool\n",
        "  index (pypi): pip is told of it by $PIP_INDEX_URL\n",
        "  orders (postgresql): ignored: this build has no use for its type\n",
        f"  python (dependency-mapping): Python {VERSION} is fetched from where it says, if it isn't at hand\n",
        f"  Downloading {name}",
    ):
        assert line in built.log
    program = unpackaged.own / CERTIFICATES / INSTALLED
    assert program.stat().st_mode & 0o777 == 0o755
    # Nothing that is bound is anywhere, and the same again changes nothing.
    again = unpackaged.build(reached)
    assert again.actions()[CERTIFICATES] == "kept"
    cert = (tmp_path / "cert.pem").read_text().splitlines()[1]
    for text in (built.log, again.log):
        assert not any(secret in text for secret in (PASSWORD, "p%40ss", "s3cret-of-orders", cert))
    for file in unpackaged.own.glob("*.*"):
        text = file.read_text()
        assert not any(secret in text for secret in (PASSWORD, "p%40ss", host, "s3cret-of-orders", cert)), file
    found = subprocess.run(["grep", "-rlaF", "-e", cert, "-e", PASSWORD, str(unpackaged.layers)], capture_output=True)
    assert found.stdout.decode() == ""


def test_another_password_changes_nothing(bench: Bench, workshop: Workshop, host: str, tmp_path: Path) -> None:
    root = bind_index(bench, host, tmp_path / "cert.pem")
    bench.write({"requirements.txt": hashed(bench.wheels, "alpha==1.0")})
    bench.build(BARE)
    before = {path.name: path.read_bytes() for path in bench.own.glob("*.toml")}
    remove(root / "orders")
    (root / "index" / "password").write_text(f"{PASSWORD}\n")
    built = bench.build(BARE)
    assert set(built.actions().values()) == {"kept"}
    assert {path.name: path.read_bytes() for path in bench.own.glob("*.toml")} == before


def test_without_the_certificate_nobody_trusts_the_index(bench: Bench, host: str, tmp_path: Path) -> None:
    root = bind_index(bench, host, tmp_path / "cert.pem")
    remove(root / "corporate-ca")
    bench.require("alpha==1.0")
    built = bench.try_build({**BARE, "PIP_RETRIES": "0"})
    assert built.status == 1
    assert "is not trusted" in built.log


@pytest.mark.parametrize("manager", MAIN)
def test_every_tool_trusts_it_and_has_the_password(
    manager: str, bench: Bench, workshop: Workshop, served: Path, tmp_path: Path
) -> None:
    context = certificate(tmp_path)
    trusted = {name: str(tmp_path / "cert.pem") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")}

    def over_tls(text: str, host: str) -> str:
        return text.replace(f"http://{host}", f"https://{host}").replace("verify_ssl = false", "verify_ssl = true")

    with serve(served, tls=context) as host:
        plain = project(manager, Index(host), "alpha==1.0", "beta==1.0")
        files = {name: over_tls(text, host) for name, text in plain.items()}
        files = lock(manager, workshop, files, tmp_path / "lock", trusted)
    # The tool, which the locking has fetched, comes from the index, too.
    for file in workshop.pips.glob("*.whl"):
        if not (served / file.name).exists():
            (served / file.name).symlink_to(file)
    port = int(host.rpartition(":")[2])
    with serve(served, tls=context, credentials=f"{USER}:{PASSWORD}", port=port):
        bind_index(bench, host, tmp_path / "cert.pem")
        bench.write(files)
        built = bench.build(BARE)
    assert bench.versions() == {"alpha": "1.0", "beta": "1.0"}
    assert PASSWORD not in built.log


def test_two_of_one_type_end_the_build(bench: Bench) -> None:
    root = bench.root / "platform" / "bindings"
    for name in ("index", "mirror"):
        bind(root, name, "pypi", {"url": "https://h/simple"})
    bench.require("alpha==1.0")
    built = bench.try_build()
    assert built.status == 1
    assert "Error: 2 bindings have the type pypi, and there may be one\n    index\n    mirror\n" in built.log


def test_a_folder_that_is_none(bench: Bench) -> None:
    (bench.root / "platform" / "bindings").write_text("")
    bench.require("alpha==1.0")
    built = bench.try_build()
    assert built.status == 1
    assert "Error: The folder of bindings can't be read\n    /platform/bindings: Not a directory\n" in built.log


def test_the_program_runs_where_the_layers_lie(bench: Bench, tmp_path: Path) -> None:
    bench.require("# nothing")
    bench.build({LAUNCH_VARIABLE: "true"})
    certificate(tmp_path)
    bind(
        bench.root / "platform" / "bindings", "ca", "ca-certificates", {"ca.pem": (tmp_path / "cert.pem").read_bytes()}
    )
    script = (
        "import os, subprocess; r, w = os.pipe(); os.dup2(r, 9); os.dup2(w, 3)\n"
        f"subprocess.run(['/layers/lamina_python/{CERTIFICATES}/{INSTALLED}'], check=True, pass_fds=(3,))\n"
        "print(os.read(9, 10000).decode())\n"
    )
    # No shell, no tool, no variable, no folder of the machine's own interpreter.
    said = bench.execute("/layers/lamina_python/python/bin/python3", "-I", "-c", script)
    assert said.status == 0, said.log
    assert 'REQUESTS_CA_BUNDLE = "/tmp/ca-certificates-' in said.log
