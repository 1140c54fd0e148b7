"""Builds that reach everything by servers whose certificate only one variable names."""

import ensurepip
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.builds.workshop import PIN, VERSION, Bench, Workshop
from tests.local_index import serve
from tests.places import ROOT
from tests.recognition.stage import certificate

BUNDLED = tuple((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
pytestmark = pytest.mark.heavy


@pytest.fixture
def unpackaged(empty_bench: Bench, tmp_path: Path) -> Bench:
    """A bench of a buildpack that carries no pip: the one that the runtime bundles has to do, however old it is."""
    buildpack = tmp_path / "buildpack"
    buildpack.mkdir()
    for name in ("bin", "pure", "shell", "data", "buildpack.toml", ".venv"):
        (buildpack / name).symlink_to(ROOT / name)
    empty_bench.buildpack = buildpack
    return empty_bench


@pytest.fixture
def host(tmp_path: Path, workshop: Workshop) -> Iterator[str]:
    """A server of wheels, pip's among them, and of the runtime's archive."""
    served = tmp_path / "served"
    served.mkdir()
    archive = Path(workshop.runtime.url.removeprefix("file://"))
    for file in (*workshop.wheels.glob("*.whl"), *workshop.pips.glob("pip-*.whl"), archive):
        (served / file.name).symlink_to(file)
    with serve(served, tls=certificate(tmp_path)) as host:
        yield host


WAYS = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "a folder beside a file",
    "pip's configuration",
)


@pytest.mark.parametrize("way", WAYS)
def test_what_one_tool_trusts_all_do(
    unpackaged: Bench, workshop: Workshop, host: str, way: str, tmp_path: Path
) -> None:
    name = workshop.runtime.url.rpartition("/")[2]
    entry = msgspec.structs.replace(workshop.runtime, url=f"https://{host}/files/{name}")
    reached = {
        "PIP_NO_INDEX": None,
        "PIP_FIND_LINKS": None,
        "PIP_INDEX_URL": f"https://{host}/simple/",
        "BP_PYTHON_CATALOGUE": str(workshop.write_catalogue("tls", entry)),
        "BP_PYTHON_VERSION": VERSION,
    }
    trusted = str(tmp_path / "cert.pem")
    if "folder" in way or way == "SSL_CERT_DIR":
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "private.pem").write_bytes(Path(trusted).read_bytes())
        reached["SSL_CERT_DIR"] = str(tmp_path / "folder")
        if "file" in way:
            # As buildpacks for certificates do it: the system's stay in a file, others lie in a folder.
            (tmp_path / "other").mkdir()
            certificate(tmp_path / "other")
            reached["SSL_CERT_FILE"] = str(tmp_path / "other" / "cert.pem")
    elif way.isupper():
        reached[way] = trusted
    else:
        (tmp_path / "pip.conf").write_text(f"[global]\ncert = {trusted}\n")
        reached["PIP_CONFIG_FILE"] = str(tmp_path / "pip.conf")
    unpackaged.require("alpha==1.0")
    built = unpackaged.build(reached)
    assert f"Downloading {name}" in built.log
    assert unpackaged.versions() == {"alpha": "1.0"}
    # The runtime's own pip reached the index for the pinned one.
    (seed,) = (unpackaged.own / "pip" / "seed").iterdir()
    assert f"pip-{PIN}-" not in seed.name or seed.name in {each.name for each in BUNDLED}


def test_without_it_the_download_says_whom_nobody_trusts(unpackaged: Bench, workshop: Workshop, host: str) -> None:
    name = workshop.runtime.url.rpartition("/")[2]
    entry = msgspec.structs.replace(workshop.runtime, url=f"https://{host}/files/{name}")
    unpackaged.require("alpha==1.0")
    catalogue = str(workshop.write_catalogue("tls-untrusted", entry))
    built = unpackaged.try_build({"BP_PYTHON_CATALOGUE": catalogue, "BP_PYTHON_VERSION": VERSION})
    assert built.status == 1
    assert f"https://{host}/files/{name}" in built.log
    assert "the server's certificate is not trusted" in built.log
