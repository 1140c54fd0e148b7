"""The bills of materials of whole builds, as a platform finds them."""

import hashlib
import io
import json
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from shell.lifecycle.disk import remove
from shell.world import read_target

from tests import sbom_oracles
from tests.builds.divided import HEAVY
from tests.builds.workshop import MINOR, VERSION, Bench, Workshop, copy, hashed
from tests.local_index import make_wheel
from tests.places import ROOT
from tests.real_lifecycle import RealLifecycle, lifecycle_folder

BROUGHT = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "components": [{"type": "library", "name": "libpng", "version": "1.6.50", "purl": "pkg:generic/libpng@1.6.50"}],
}


@pytest.fixture
def wheels(workshop: Workshop, tmp_path: Path) -> Path:
    """The workshop's distributions, one that is heavy and one that brings a bill of materials."""
    copy(workshop.wheels, tmp_path / "wheels")
    make_wheel(tmp_path / "wheels", "heavy", "1.0", {"heavy/__init__.py": "", "heavy/data.bin": b"h" * HEAVY})
    brought = {"brings.py": "", "brings-1.0.dist-info/sboms/auditwheel.cdx.json": json.dumps(BROUGHT)}
    make_wheel(tmp_path / "wheels", "brings", "1.0", brought, requires=("heavy",))
    return tmp_path / "wheels"


def documents(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """Those of CycloneDX, by what they are of; all of them are valid."""
    found = {}
    for name, raw in files.items():
        if name.endswith(".sbom.cdx.json"):
            sbom_oracles.cyclonedx(raw)
            found[name.partition(".sbom.")[0]] = json.loads(raw)
        else:
            assert len(sbom_oracles.spdx(raw).packages) >= 1
    return found


def names(components: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(f"{each['name']} {each['version']}" for each in components)


def needs(document: Mapping[str, Any]) -> dict[str, list[str]]:
    return {each["ref"]: each["dependsOn"] for each in document["dependencies"] if "dependsOn" in each}


def written(bench: Bench) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in bench.own.glob("*.sbom.*")}


def test_a_build_says_what_is_in_the_image(bench: Bench, wheels: Path) -> None:
    bench.wheels = wheels
    bench.write(
        {"requirements.txt": hashed(wheels, "beta==1.1", "alpha==2.0", "gamma==1.0", "brings==1.0", "heavy==1.0")}
    )
    bench.build()
    first = written(bench)
    found = documents(first)
    assert sorted(found) == ["build", "dist-heavy", "launch", "python", "venv"]
    assert names(found["venv"]["components"]) == ["alpha 2.0", "beta 1.1", "brings 1.0", "gamma 1.0"]
    assert names(found["dist-heavy"]["components"]) == ["heavy 1.0"]
    (python,) = found["python"]["components"]
    assert (python["name"], python["version"]) == ("cpython", VERSION)
    assert needs(found["launch"])["pypi:beta"] == ["pypi:alpha", "pypi:gamma"]
    assert needs(found["launch"])["pypi:brings"] == ["pypi:heavy"]
    assert needs(found["venv"])["pypi:brings"] == ["part:0:brings"]
    (brings,) = (each for each in found["venv"]["components"] if each["name"] == "brings")
    assert names(brings["components"]) == ["libpng 1.6.50"]
    wheel = hashlib.sha256((wheels / "brings-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    assert brings["hashes"] == [{"alg": "SHA-256", "content": wheel}]
    assert [each["name"] for each in found["build"]["components"]] == ["pip"]

    # An unchanged build leaves what the platform brings back, and doesn't rely on it.
    for kept in (("venv.sbom.cdx.json", "python.sbom.spdx.json"), ()):
        inodes = {}
        for path in bench.own.glob("*.sbom.*"):
            if path.name in kept:
                inodes[path.name] = path.stat().st_ino
            else:
                path.unlink()
        built = bench.build()
        assert built.actions()["venv"] == "kept", built.log
        assert written(bench) == first
        assert {name: (bench.own / name).stat().st_ino for name in kept} == inodes

    bench.write({"requirements.txt": hashed(wheels, "alpha==2.0")})
    bench.build()
    assert sorted(documents(written(bench))) == ["build", "launch", "python", "venv"]


def test_nothing_secret_is_in_them(bench: Bench, wheels: Path) -> None:
    secret = "s3cr3t-t0ken"
    wanted = f'alpha @ https://u:{secret}@h.example/a.whl ; extra == "x"'
    make_wheel(wheels, "wants", "1.0", {"wants.py": ""}, requires=(wanted,))
    bench.wheels = wheels
    bench.require("wants==1.0")
    bench.build({"PIP_EXTRA_INDEX_URL": f"https://user:{secret}@index.example/simple"})
    assert secret in next(bench.own.rglob("wants-1.0.dist-info/METADATA")).read_text()
    assert [name for name, raw in written(bench).items() if secret.encode() in raw] == []


class Reference:
    """The reference lifecycle, with the SBOMs of the images that it makes."""

    def __init__(self, root: Path, scratch: Path, workshop: Workshop, wheels: Path) -> None:
        self.app = root / "app"
        self.app.mkdir()
        target = read_target({})
        distro = (target.distro.name, target.distro.version) if target.distro else ("debian", "12")
        self.real = RealLifecycle(lifecycle_folder(), scratch, distro=distro)
        self.env = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": f"{wheels} {workshop.pips}",
            "BP_PYTHON_CATALOGUE": str(workshop.catalogue),
            "BP_PYTHON_DEFAULT_VERSION": MINOR,
        }

    def build(self) -> tuple[str, dict[str, bytes]]:
        """The reference lifecycle's export, and the image's SBOMs."""
        built = self.real.build(self.app, [ROOT], self.env)
        assert built.status == 0, built.whole_log
        found: dict[str, bytes] = {}
        for layer in self.real.layers():
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                for member in archive:
                    if "/sbom/launch/" in member.name and (file := archive.extractfile(member)) is not None:
                        found[member.name.partition("/sbom/launch/")[2]] = file.read()
        export = "\n".join(line for phase in built.phases if phase.phase == "export" for line in phase.lines)
        return export, found


@pytest.fixture
def reference(tmp_path: Path, workshop: Workshop, wheels: Path) -> Iterator[Reference]:
    scratch = Path(tempfile.mkdtemp(prefix="real-"))
    yield Reference(tmp_path, scratch, workshop, wheels)
    remove(scratch)


def test_a_layer_that_is_reused_without_contents_keeps_its_sbom(reference: Reference, wheels: Path) -> None:
    lines = hashed(wheels, "brings==1.0", "heavy==1.0")
    (reference.app / "requirements.txt").write_text(lines)
    (reference.app / "Procfile").write_text("web: python -c pass\n")
    _, first = reference.build()
    own = "lamina_python"
    assert {name for name in first if name.endswith("cdx.json")} == {
        f"{own}/sbom.cdx.json",
        f"{own}/python/sbom.cdx.json",
        f"{own}/venv/sbom.cdx.json",
        f"{own}/dist-heavy/sbom.cdx.json",
    }
    export, again = reference.build()
    for layer in ("python", "venv", "dist-heavy"):
        assert re.search(rf"Reusing layer 'lamina/python:{layer}'", export), export
    assert again == first
    # The layer of all SBOMs is the very same, too.
    assert "Reusing layer 'buildpacksio/lifecycle:launch.sbom'" in export, export

    (reference.app / "requirements.txt").write_text(hashed(wheels, "brings==1.0", "heavy==1.0", "alpha==2.0"))
    export, changed = reference.build()
    assert "Reusing layer 'lamina/python:dist-heavy'" in export
    same = {name for name in first if first[name] == changed[name] and name.startswith(own)}
    assert same == {f"{own}/{layer}/sbom.{kind}.json" for layer in ("python", "dist-heavy") for kind in ("cdx", "spdx")}
