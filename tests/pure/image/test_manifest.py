"""Images by their documents: whose each layer is, what starts, and what is no image."""

import json
from typing import Any

import pytest
from pure.image.manifest import Image, Owner, read_image
from pure.lifecycle.oci import LAYER, Descriptor

LIFECYCLE = {
    "app": [{"sha": "sha256:app"}],
    "buildpacks": [
        {"key": "lamina/python", "version": "1", "layers": {"venv": {"sha": "sha256:venv", "launch": True}}}
    ],
    "launcher": {"sha": "sha256:launcher"},
    "sbom": {"sha": "sha256:sbom"},
    "runImage": {"topLayer": "sha256:top", "reference": "somewhere"},
}
BUILD = {
    "buildpacks": [{"id": "lamina/python", "version": "1"}],
    "processes": [{"type": "web", "command": ["gunicorn"], "args": ["shop:app"], "direct": True}],
    "buildpack-default-process-type": "web",
}
LAYERS = ("sha256:below", "sha256:top", "sha256:venv", "sha256:app", "sha256:launcher", "sha256:sbom", "sha256:else")


def document(**labels: Any) -> bytes:
    written = {f"io.buildpacks.{name}.metadata": json.dumps(value) for name, value in labels.items()}
    config = {"Labels": written, "Env": ["PATH=/bin", "CNB_APP_DIR=/workspace"]}
    return json.dumps({"architecture": "amd64", "rootfs": {"diff_ids": LAYERS}, "config": config}).encode()


def read(config: bytes, **more: Any) -> Image:
    return read_image(config, digest="sha256:image", **more).unwrap()


def test_each_layer_is_somebodys() -> None:
    blobs = [Descriptor(mediaType=LAYER, digest=f"sha256:{at}", size=at) for at in range(len(LAYERS))]
    image = read(document(lifecycle=LIFECYCLE, build=BUILD), blobs=blobs)
    assert [(each.owner, each.name) for each in image.layers] == [
        (Owner.BASE, ""), (Owner.BASE, ""), (Owner.BUILDPACK, "venv"), (Owner.APPLICATION, ""),
        (Owner.LIFECYCLE, "launcher"), (Owner.LIFECYCLE, "sbom"), (Owner.UNKNOWN, ""),
    ]  # fmt: skip
    assert [each.compressed for each in image.layers] == list(range(len(LAYERS)))
    (web,) = image.processes
    assert (web.command, web.args, web.default) == (("gunicorn",), ("shop:app",), True)
    assert image.by_lamina
    assert image.env["CNB_APP_DIR"] == "/workspace"
    assert image.layer("venv") is image.layers[2]


@pytest.mark.parametrize("labels", [{}, {"lifecycle": 1, "build": []}, {"lifecycle": {"app": 3}}])
def test_an_image_that_no_lifecycle_built_is_one(labels: dict[str, Any]) -> None:
    image = read(document(**labels))
    assert {each.owner for each in image.layers} == {Owner.UNKNOWN}
    assert not image.by_lifecycle
    assert not image.by_lamina
    assert image.decisions is None
    assert "no label" in image.undecided


SILENT = dict.fromkeys(("Labels", "Env", "Entrypoint", "Cmd", "ExposedPorts", "User", "WorkingDir"))


@pytest.mark.parametrize("config", [{}, {"config": None}, {"config": {}}, {"config": SILENT}])
@pytest.mark.parametrize("diff_ids", [None, []])
def test_an_image_that_says_nothing_is_one(config: dict[str, Any], diff_ids: list[str] | None) -> None:
    written = {"rootfs": {"diff_ids": diff_ids}, "os": "windows", "architecture": "amd64", **config}
    assert read(json.dumps(written).encode()) == Image(
        digest="sha256:image",
        os="windows",
        arch="amd64",
        layers=(),
        undecided="it has no label io.lamina.decisions",
    )


def test_what_a_configuration_says_is_read() -> None:
    settings: dict[str, Any] = {
        "Entrypoint": "sh",
        "Cmd": ["-c", "x"],
        "User": "0",
        "WorkingDir": "/a",
        "ExposedPorts": {"9": {}, "8": {}},
    }
    image = read(json.dumps({"rootfs": {"diff_ids": []}, "config": settings}).encode())
    assert (image.entrypoint, image.cmd, image.user) == (("sh",), ("-c", "x"), "0")
    assert (image.working_dir, image.ports) == ("/a", ("8", "9"))


@pytest.mark.parametrize("config", [b"", b"[]", b'{"rootfs": {}}', b'{"rootfs": {"diff_ids": [1]}}', b"[" * 100_000])
def test_what_is_no_image(config: bytes) -> None:
    assert "configuration" in read_image(config, digest="").failure().reason


def test_a_manifest_of_another_image() -> None:
    blobs = (Descriptor(mediaType=LAYER, digest="sha256:1", size=1),)
    assert "1 layers" in read_image(document(), digest="", blobs=blobs).failure().reason
