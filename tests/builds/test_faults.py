"""Disks that are full and servers that fail, in whole builds: one clear message, nothing half-done kept."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from tests.builds.workshop import Bench, Built, Workshop
from tests.file_server import Exchange, serving


def one_error(built: Built) -> str:
    """The text of the one error block."""
    assert built.status == 1, built.log
    assert "Traceback" not in built.log
    assert "mistake of its own" not in built.log
    assert built.log.count("\nError: ") == 1, built.log
    return built.log.partition("\nError: ")[2]


@pytest.mark.parametrize("megabytes", [5, pytest.param(60, marks=pytest.mark.heavy)])
def test_disk_full(megabytes: int, empty_bench: Bench) -> None:
    """A disk of this size for the layers: too small for Python, or for pip beside it."""
    empty_bench.require("alpha==1.0")
    built = on_small_disk(empty_bench, megabytes)
    assert "he disk is full" in one_error(built)


def test_disk_full_while_installing(bench: Bench) -> None:
    """Python and pip are there; no file may be larger than a kilobyte from then on."""
    bench.require("alpha==1.0")
    description = bench.description()
    limited = msgspec.structs.replace(
        description, argv=("/bin/bash", "-c", 'ulimit -f 1; trap "" XFSZ; exec "$@"', "-", *description.argv)
    )
    built = bench.run(limited)
    assert "he disk is full" in one_error(built)
    # The same layers are fine again with room.
    bench.build()
    assert bench.versions() == {"alpha": "1.0"}


def on_small_disk(bench: Bench, megabytes: int) -> Built:
    """Run ``bin/build`` with a tmpfs of its own over the layers folder."""
    description = bench.description()
    script = 'mount -t tmpfs -o size="$1" tmpfs /layers && mkdir /layers/lamina_python && shift && exec "$@"'
    inner = ("/bin/bash", "-c", script, "-", f"{megabytes}m", *description.argv)
    argv = ("unshare", "--user", "--map-root-user", "--mount", *inner)
    built = bench.run(msgspec.structs.replace(description, argv=argv))
    if built.log.startswith(("unshare:", "mount:")):
        pytest.skip(f"this machine allows no namespace within a namespace: {built.log.strip()}")
    return built


@pytest.mark.parametrize(
    "fault", ["404", "wrong sha256", pytest.param("cut", marks=pytest.mark.heavy), "not an archive"]
)
def test_runtime_server(fault: str, empty_bench: Bench, workshop: Workshop) -> None:
    archive = Path(workshop.runtime.url.removeprefix("file://")).read_bytes()

    def answer(exchange: Exchange) -> None:
        if fault == "404":
            exchange.answer(404)
        elif fault == "cut":
            exchange.cut(archive, 1000)
        else:
            exchange.answer(200, b"<html>a proxy's greeting</html>")

    with serving(answer) as server:
        changes = {"url": f"{server.url}/{fault.replace(' ', '-')}.tar.gz"}
        if fault == "not an archive":
            changes["sha256"] = hashlib.sha256(b"<html>a proxy's greeting</html>").hexdigest()
        catalogue = workshop.write_catalogue(
            f"fault-{fault.replace(' ', '-')}", msgspec.structs.replace(workshop.runtime, **changes)
        )
        empty_bench.require("alpha==1.0")
        built = empty_bench.try_build({"BP_PYTHON_CATALOGUE": str(catalogue), "BP_PYTHON_CATALOGUE_REPLACES": "true"})
        text = one_error(built)
    assert {"404": "404", "wrong sha256": "sha256", "cut": server.url, "not an archive": "archive"}[fault] in text
    assert not (empty_bench.own / "python.toml").exists()


def test_read_only_layers(bench: Bench) -> None:
    bench.require("alpha==1.0")
    description = bench.description()
    mounts = tuple(
        msgspec.structs.replace(mount, kind="read-only") if mount.target == "/layers" else mount
        for mount in description.mounts
    )
    assert "/layers" in one_error(bench.run(msgspec.structs.replace(description, mounts=mounts)))
