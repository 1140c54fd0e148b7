"""The buildpackage: an OCI image in a tar, as platforms, skopeo and pack read it."""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from tools.buildpackage import FILE_TIME, Image, annotations, write_buildpackage, write_index
from tools.package import ROOT, project

PROJECT = {
    "name": "lamina",
    "version": "1.2.3",
    "description": "A buildpack",
    "license": "BSD-3-Clause",
    "urls": {"Homepage": "https://home.invalid/", "Source": "https://source.invalid/lamina", "Changelog": "https://x.invalid"},
}  # fmt: skip
PLACE = "cnb/buildpacks/org_python/1.2.3"
OWN = "org/python"


def folder(root: Path, arch: str = "amd64") -> Path:
    """A packaged buildpack, but for most of its contents."""
    root.mkdir(parents=True)
    descriptor = {
        "api": "0.10",
        "buildpack": {
            "id": OWN,
            "version": "1.2.3",
            "name": "Python",
            "homepage": "https://home.invalid/",
            "keywords": ["python"],
            "licenses": [{"type": "BSD-3-Clause"}],
        },
        "targets": [{"os": "linux", "arch": arch}],
    }
    (root / "buildpack.toml").write_text(tomli_w.dumps(descriptor))
    (root / "data").mkdir()
    (root / "data" / "arch").write_text(arch)
    (root / "bin").mkdir()
    for name in ("detect", "build"):
        (root / "bin" / name).write_text("#!/bin/sh\n")
        (root / "bin" / name).chmod(0o755)
    return root


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return write_buildpackage(folder(tmp_path / "linux-amd64"), tmp_path / "lamina-linux-amd64.cnb", PROJECT)


class Layout:
    """The files of a layout in a tar."""

    def __init__(self, file: Path) -> None:
        with tarfile.open(file, "r:") as tar:
            self.members = tar.getmembers()
            self.files = {each.name: self._read(tar, each) for each in self.members if each.isreg()}

    @staticmethod
    def _read(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
        stream = tar.extractfile(member)
        assert stream is not None
        return stream.read()

    def document(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files[name])
        return found

    def blob(self, descriptor: Mapping[str, Any]) -> bytes:
        """What a descriptor leads to; it has to be that."""
        digest = descriptor["digest"].removeprefix("sha256:")
        data = self.files[f"blobs/sha256/{digest}"]
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (digest, descriptor["size"])
        return data

    def parts(self) -> tuple[dict[str, Any], dict[str, Any], bytes]:
        """The manifest, the configuration, the layer."""
        (entry,) = self.document("index.json")["manifests"]
        manifest = json.loads(self.blob(entry))
        (layer,) = manifest["layers"]
        return manifest, json.loads(self.blob(manifest["config"])), gzip.decompress(self.blob(layer))


def test_it_is_a_layout_with_the_labels_of_the_specification(image: Image) -> None:
    layout = Layout(image.file)
    assert layout.document("oci-layout") == {"imageLayoutVersion": "1.0.0"}
    manifest, config, layer = layout.parts()
    assert (config["os"], config["architecture"]) == ("linux", "amd64")
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(layer).hexdigest()}"]
    labels = config["config"]["Labels"]
    stated = json.loads(labels["io.buildpacks.buildpackage.metadata"])
    assert (stated["id"], stated["version"], stated["stacks"]) == (OWN, "1.2.3", [{"id": "*"}])
    assert stated["homepage"] == "https://home.invalid/"
    assert json.loads(labels["io.buildpacks.buildpack.layers"]) == {
        OWN: {
            "1.2.3": {
                "api": "0.10",
                "stacks": [{"id": "*"}],
                "targets": [{"os": "linux", "arch": "amd64"}],
                "layerDiffID": config["rootfs"]["diff_ids"][0],
                "homepage": "https://home.invalid/",
                "name": "Python",
            }
        }
    }
    assert manifest["mediaType"] == "application/vnd.oci.image.manifest.v1+json"
    # Nothing but what its index leads to.
    assert len(layout.files) == 5


def test_annotations_are_those_of_pyproject(image: Image) -> None:
    expected = {
        "org.opencontainers.image.title": "lamina",
        "org.opencontainers.image.description": "A buildpack",
        "org.opencontainers.image.version": "1.2.3",
        "org.opencontainers.image.licenses": "BSD-3-Clause",
        "org.opencontainers.image.url": "https://home.invalid/",
        "org.opencontainers.image.source": "https://source.invalid/lamina",
    }
    manifest, config, _ = Layout(image.file).parts()
    assert manifest["annotations"] == annotations(PROJECT) == expected
    assert expected.items() <= config["config"]["Labels"].items()
    # Of this project's own file, too.
    own = annotations(project(ROOT))
    assert own["org.opencontainers.image.licenses"] == "BSD-3-Clause"
    assert own["org.opencontainers.image.version"] == project(ROOT)["version"]


def test_its_layer_has_the_buildpack_where_lifecycles_look_for_it(image: Image, tmp_path: Path) -> None:
    _, _, layer = Layout(image.file).parts()
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        listed = tar.getmembers()
    # What pack demands of a layer that it makes a builder of.
    assert [each.name for each in listed[:2]] == ["/cnb/buildpacks/org_python", f"/{PLACE}"]
    assert all(each.name.startswith("/cnb/buildpacks/org_python") and ".." not in each.name for each in listed)
    members = {each.name[1:]: each for each in listed}
    below = {path.relative_to(tmp_path / "linux-amd64").as_posix() for path in (tmp_path / "linux-amd64").rglob("*")}
    parents = {"cnb/buildpacks/org_python", PLACE}
    assert set(members) == parents | {f"{PLACE}/{name}" for name in below}
    for name, member in members.items():
        assert (member.uid, member.gid, member.uname, member.gname, member.mtime) == (0, 0, "", "", FILE_TIME)
        runs = member.isdir() or name.startswith(f"{PLACE}/bin/")
        assert member.mode == (0o755 if runs else 0o644), name


def test_equal_folders_give_equal_bytes(image: Image, tmp_path: Path) -> None:
    again = folder(tmp_path / "elsewhere" / "linux-amd64")
    for path in again.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    (tmp_path / "other").mkdir()
    other = write_buildpackage(again, tmp_path / "other" / "a.cnb", PROJECT)
    assert other.file.read_bytes() == image.file.read_bytes()
    assert {each.mtime for each in Layout(image.file).members} == {FILE_TIME}


@pytest.fixture
def both(image: Image, tmp_path: Path) -> Path:
    other = write_buildpackage(folder(tmp_path / "linux-arm64", "arm64"), tmp_path / "lamina-linux-arm64.cnb", PROJECT)
    write_index((image, other), tmp_path / "lamina.cnb", PROJECT)
    return tmp_path / "lamina.cnb"


def test_an_index_has_both_architectures(both: Path, image: Image) -> None:
    layout = Layout(both)
    (entry,) = layout.document("index.json")["manifests"]
    assert entry["mediaType"] == "application/vnd.oci.image.index.v1+json"
    index = json.loads(layout.blob(entry))
    platforms = [(each["platform"]["os"], each["platform"]["architecture"]) for each in index["manifests"]]
    assert platforms == [("linux", "amd64"), ("linux", "arm64")]
    assert index["manifests"][0]["digest"] == image.manifest.digest
    for each in index["manifests"]:
        manifest = json.loads(layout.blob(each))
        config = json.loads(layout.blob(manifest["config"]))
        assert config["architecture"] == each["platform"]["architecture"]
        layout.blob(manifest["layers"][0])


def skopeo(*arguments: str) -> str:
    if shutil.which("skopeo") is None:
        pytest.skip("there is no skopeo")
    argv = ["skopeo", "--insecure-policy", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_skopeo_inspects_and_copies_it(image: Image, tmp_path: Path) -> None:
    said = json.loads(skopeo("inspect", f"oci-archive:{image.file}"))
    assert said["Digest"] == image.manifest.digest
    assert "io.buildpacks.buildpackage.metadata" in said["Labels"]
    skopeo("copy", "--quiet", f"oci-archive:{image.file}", f"dir:{tmp_path}/copied")
    copied = (tmp_path / "copied" / "manifest.json").read_bytes()
    assert f"sha256:{hashlib.sha256(copied).hexdigest()}" == said["Digest"]


def test_skopeo_copies_the_index_with_all_that_it_has(both: Path, tmp_path: Path) -> None:
    skopeo("copy", "--quiet", "--multi-arch", "all", f"oci-archive:{both}", f"oci:{tmp_path}/all:1.2.3")
    inner = json.loads(skopeo("inspect", "--raw", f"oci:{tmp_path}/all:1.2.3"))
    assert [each["platform"]["architecture"] for each in inner["manifests"]] == ["amd64", "arm64"]


def test_pack_inspects_it(image: Image, tmp_path: Path) -> None:
    pack = os.environ.get("CNB_PACK", "")
    if not pack:
        pytest.skip("CNB_PACK names no binary of pack")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PACK_HOME": str(tmp_path / "pack")}
    argv = [pack, "buildpack", "inspect", str(image.file), "--verbose", "--no-color"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert f"{OWN} Python 1.2.3 https://home.invalid/" in said, done.stdout
