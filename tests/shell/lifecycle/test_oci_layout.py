"""The image as an OCI layout: by the specification, the same each time, and standing on its run image."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from pure.lifecycle.errors import OutputRefused, RunImageInvalid, RunImageMissing

from tests.real_lifecycle import write_layout
from tests.shell.lifecycle.toys import MACHINE, LocalResult, buildpack, local_build

PACK = r"""
cd "$CNB_LAYERS_DIR"
[ -e deps.toml ] || { mkdir -p deps/env; printf deps > deps/env/FROM_DEPS; }
printf '[types]\nlaunch = true\n' > deps.toml
mkdir -p tools/bin tools/env.launch/web tools/exec.d
printf '#!/bin/sh\necho hello $*\n' > tools/bin/hello; chmod +x tools/bin/hello
printf web > tools/env.launch/web/KIND; printf x > tools/exec.d/one
printf '[types]\nlaunch = true\n' > tools.toml
printf '[[processes]]\ntype = "web"\ncommand = ["hello", "fixed"]\nargs = ["more"]\ndefault = true\n' > launch.toml
printf '[[labels]]\nkey = "a"\nvalue = "b"\n' >> launch.toml
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("etc"))
    config = {"Env": ["PATH=/base/bin", "BASE=1"], "User": "app", "Cmd": ["sh"], "Labels": {"base": "label"}}
    write_layout(tmp_path / "base", config=config, layer=stream.getvalue())
    return tmp_path / "base"


def image(tmp_path: Path, base: Path | None, output: str = "out", **more: Any) -> LocalResult:
    (tmp_path / "app").mkdir(exist_ok=True)
    (tmp_path / "app" / "index").write_text("x")
    pack = tmp_path / "pack"
    if not pack.exists():
        buildpack(pack, "toy/pack", PACK)
    return local_build(tmp_path / "app", [pack], tmp_path / "cache", run_image=base, output=tmp_path / output, **more)


def read(layout: Path, descriptor: dict[str, Any]) -> bytes:
    data: bytes = (layout / "blobs" / "sha256" / descriptor["digest"].removeprefix("sha256:")).read_bytes()
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == descriptor["digest"]
    assert len(data) == descriptor["size"]
    return data


def documents(layout: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    index = json.loads((layout / "index.json").read_bytes())
    assert json.loads((layout / "oci-layout").read_bytes()) == {"imageLayoutVersion": "1.0.0"}
    (entry,) = index["manifests"]
    manifest = json.loads(read(layout, entry))
    return entry, manifest, json.loads(read(layout, manifest["config"]))


def test_every_blob_is_what_its_name_says(tmp_path: Path, base: Path) -> None:
    result = image(tmp_path, base)
    entry, manifest, config = documents(tmp_path / "out")
    assert result.image.digest == entry["digest"]
    assert entry["annotations"] == {"org.opencontainers.image.ref.name": "latest"}
    assert entry["platform"] == {"os": "linux", "architecture": MACHINE}
    kinds = {layer["mediaType"] for layer in manifest["layers"]}
    assert kinds == {"application/vnd.oci.image.layer.v1.tar+gzip"}
    diff_ids = []
    for layer in manifest["layers"]:
        data = read(tmp_path / "out", layer)
        assert data[4:8] == b"\0\0\0\0"
        diff_ids.append(f"sha256:{hashlib.sha256(gzip.decompress(data)).hexdigest()}")
    assert diff_ids == config["rootfs"]["diff_ids"]
    assert diff_ids[1:] == [layer.diff_id for layer in result.image.layers]
    assert len(config["history"]) == len(diff_ids)
    needed = {each["digest"].removeprefix("sha256:") for each in (entry, manifest["config"], *manifest["layers"])}
    assert {blob.name for blob in (tmp_path / "out" / "blobs" / "sha256").iterdir()} == needed


def test_the_configuration_is_what_a_launcher_would_do(tmp_path: Path, base: Path) -> None:
    result = image(tmp_path, base)
    config = documents(tmp_path / "out")[2]["config"]
    assert dict(entry.split("=", 1) for entry in config["Env"]) == {
        "PATH": "/layers/toy_pack/tools/bin:/base/bin",
        "BASE": "1",
        "KIND": "web",
        "FROM_DEPS": "deps",
    }
    assert config["Entrypoint"] == ["hello", "fixed"]
    assert config["Cmd"] == ["more"]
    assert config["WorkingDir"] == "/workspace"
    assert config["User"] == "app"
    assert config["Labels"]["base"] == "label"
    assert config["Labels"]["a"] == "b"
    assert any("exec.d" in warning for warning in result.warnings)


def test_a_layer_reused_without_directory_still_sets_its_variables(tmp_path: Path, base: Path) -> None:
    first = image(tmp_path, base)
    before = documents(tmp_path / "out")
    second = image(tmp_path, base)
    assert [layer.diff_id for layer in first.image.layers] == [layer.diff_id for layer in second.image.layers]
    assert documents(tmp_path / "out") == before


def test_the_same_inputs_give_the_same_image_elsewhere(tmp_path: Path, base: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (base.rename(tmp_path / "elsewhere" / "base")).exists()
    one = image(tmp_path, tmp_path / "elsewhere" / "base")
    two = image(tmp_path / "elsewhere", tmp_path / "elsewhere" / "base")
    assert one.image.digest == two.image.digest


def test_a_layout_is_replaced_and_nothing_else(tmp_path: Path, base: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious").write_text("x")
    assert isinstance(image(tmp_path, base, "mine").error, OutputRefused)
    assert (tmp_path / "mine" / "precious").exists()


def test_what_is_no_run_image(tmp_path: Path, base: Path) -> None:
    assert image(tmp_path, None).error == RunImageMissing(output=str(tmp_path / "out"))
    assert isinstance(image(tmp_path, tmp_path / "nowhere").error, RunImageInvalid)
    index = base / "index.json"
    good = index.read_text()
    for bad in ("", "{", '{"manifests": []}', good.replace("sha256:", "sha256:../"), good.replace('"size"', '"sizes"')):
        index.write_text(bad)
        assert isinstance(image(tmp_path, base).error, RunImageInvalid)


def test_an_index_in_an_index(tmp_path: Path, base: Path) -> None:
    index = json.loads((base / "index.json").read_text())
    entry = {**index["manifests"][0], "platform": {"os": "linux", "architecture": MACHINE}}
    other = {**entry, "platform": {"os": "linux", "architecture": "other"}, "digest": "sha256:" + "0" * 64}
    nested = json.dumps({"schemaVersion": 2, "manifests": [other, entry]}).encode()
    digest = hashlib.sha256(nested).hexdigest()
    (base / "blobs" / "sha256" / digest).write_bytes(nested)
    outer = {"mediaType": "application/vnd.oci.image.index.v1+json", "digest": f"sha256:{digest}", "size": len(nested)}
    (base / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [outer]}))
    assert image(tmp_path, base).image.output == str(tmp_path / "out")
