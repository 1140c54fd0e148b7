"""Images are the same wherever they lie; what isn't one, or is damaged, is an error that says so."""

import gzip
import io
import json
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st
from pure.image.contents import Contents
from pure.image.errors import (
    EngineMissing,
    EngineRefused,
    EngineSilent,
    FolderWithoutImage,
    ImageError,
    ImageNotNamed,
    ImageUnreadable,
    LayerUnreadable,
    PlatformMissing,
    ReferenceUnknown,
)
from pure.lifecycle.image import ImageLayer, StoredImage
from pure.lifecycle.outputs import LaunchProcess
from pure.lifecycle.processes import ProcessTable
from pure.outcome import Failure
from shell.images.inside import read_contents

from shell.images import OpenedImage, open_image
from tests.images import MACHINE, Made, digest, layout_files, saved_files, saved_layout_files, shop, tar, write_layout

OTHER = "arm64" if MACHINE == "amd64" else "amd64"
SHOP = shop()


def opened(reference: Path | str, cache: Path = Path("/nowhere"), platform: str = "") -> OpenedImage:
    found = open_image(str(reference), cache=cache, platform=platform)
    assert not isinstance(found, Failure), found.failure()
    return found.unwrap()


def refused(reference: Path | str, cache: Path = Path("/nowhere"), platform: str = "") -> ImageError:
    return open_image(str(reference), cache=cache, platform=platform).failure()


def written(path: Path, files: dict[str, bytes], compress: Callable[[bytes], bytes] = bytes) -> Path:
    path.write_bytes(compress(tar(files)))
    return path


def stored(cache: Path, image: Made) -> Path:
    """An image as local builds keep it, with all layers of ``image``."""
    folder = cache / "image"
    folder.mkdir(parents=True)
    for each in image.layers:
        (folder / f"{digest(each)}.tar").write_bytes(each)
    layers = tuple(ImageLayer(name="x", diff_id=digest(each), root="/layers/x") for each in image.layers)
    web = LaunchProcess(type="web", command=("gunicorn", "shop:app"), args=("--reload",))
    table = ProcessTable(processes=(web,), default="web")
    value = StoredImage(layers=layers, labels=image.labels, group=("lamina_python",), table=table)
    (folder / "image.json").write_bytes(msgspec.json.encode(value))
    return cache


def archive_with_links(path: Path) -> Path:
    """As older engines write them: what two images share is a link in one of them."""
    files = saved_files(SHOP)
    first = next(name for name in files if name.endswith(".tar"))
    manifest = json.loads(files.pop("manifest.json"))
    manifest[0]["Layers"] = [f"a/{each}" if each == first else each for each in manifest[0]["Layers"]]
    with tarfile.open(path, mode="w") as archive:
        link = tarfile.TarInfo(f"a/{first}")
        link.type, link.linkname = tarfile.SYMTYPE, f"../{first}"
        archive.addfile(link)
        for name, data in {**files, "manifest.json": json.dumps(manifest).encode()}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


PLACES: dict[str, Callable[[Path], Path]] = {
    "a layout": lambda folder: write_layout(folder / "layout", SHOP),
    "a layout in zstd": lambda folder: write_layout(folder / "layout", shop(compress=zstd.compress)),
    "a layout as it is": lambda folder: write_layout(folder / "layout", shop(compress=bytes)),
    "a layout of several platforms": lambda folder: write_layout(folder / "layout", shop(arch=OTHER), SHOP),
    "an archive of a layout": lambda folder: written(folder / "oci.tar", layout_files(SHOP)),
    "the same in gzip": lambda folder: written(folder / "oci.tgz", layout_files(SHOP), gzip.compress),
    "an engine's archive": lambda folder: written(folder / "docker.tar", saved_files(SHOP)),
    "an engine's archive in gzip": lambda folder: written(folder / "docker.tar.gz", saved_files(SHOP), gzip.compress),
    "an engine's archive with links": lambda folder: archive_with_links(folder / "links.tar"),
    "a newer engine's archive": lambda folder: written(folder / "new.tar", saved_layout_files(shop(compress=bytes))),
    "one of containerd's store": lambda folder: written(folder / "new.tar", saved_layout_files(SHOP)),
}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Contents:
    folder = write_layout(tmp_path_factory.mktemp("expected"), SHOP)
    with opened(folder) as image:
        found = read_contents(image).unwrap()
    assert {each.name: each.nbytes for each in found.distributions} == {
        "flask": 400_000, "markupsafe": 90_000, "numpy": 71_200_000, "werkzeug": 1_000_000,
    }  # fmt: skip
    return found


@pytest.mark.parametrize("place", PLACES)
def test_an_image_is_the_same_wherever_it_lies(tmp_path: Path, place: str, expected: Contents) -> None:
    with opened(PLACES[place](tmp_path)) as image:
        assert image.local
        assert image.image.arch == MACHINE
        assert image.image.by_lamina
        assert [each.name for each in image.image.layers] == ["", "python", "venv", "dist-numpy", "", "sbom", "config"]
        assert read_contents(image).unwrap() == expected
        for layer, data in zip(image.image.layers, SHOP.layers, strict=True):
            assert image.look(layer).unwrap().nbytes == len(data)
        assert [each.nbytes for each in image.image.layers] == list(map(len, SHOP.layers))


def test_blobs_are_known_where_an_engine_has_them_compressed(tmp_path: Path) -> None:
    with opened(write_layout(tmp_path / "layout", SHOP)) as image:
        expected = image.image
    with opened(written(tmp_path / "compressed.tar", saved_layout_files(SHOP))) as image:
        assert image.image == expected
    # Otherwise what the layout in it says of blobs was made up for the archive.
    plain = shop(compress=bytes)
    with opened(written(tmp_path / "plain.tar", saved_layout_files(plain))) as image:
        assert image.image.digest == digest(plain.config)
        assert [each.nbytes for each in image.image.layers] == list(map(len, SHOP.layers))
        assert {(each.digest, each.compressed) for each in image.image.layers} == {("", None)}
    assert isinstance(refused(f"{tmp_path}/compressed.tar:v9"), ImageNotNamed)
    damaged = written(tmp_path / "damaged.tar", saved_layout_files(SHOP) | {"manifest.json": b"[]"})
    with opened(damaged) as image:
        assert image.image == expected


def test_of_several_platforms_the_one_that_an_engine_has(tmp_path: Path) -> None:
    images = SHOP, shop(arch=OTHER)
    entries = [each.blobs()[1] for each in images]
    index = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    for each in images:
        with opened(written(tmp_path / f"{each.arch}.tar", saved_layout_files(each, index=index))) as image:
            assert image.image.arch == each.arch
    other = tmp_path / f"{OTHER}.tar"
    assert refused(other, platform=f"linux/{MACHINE}") == PlatformMissing(
        reference=str(other), platform=f"linux/{MACHINE}", platforms=(f"linux/{OTHER}",)
    )
    # Of what lacks all of them the error says so.
    files = saved_layout_files(SHOP, index=index)
    del files[f"blobs/{entries[0]['digest'].replace(':', '/')}"]
    assert "isn't in it" in refused(written(tmp_path / "none.tar", files)).reason  # type: ignore[union-attr]


def test_an_image_that_cannot_be_checked_is_passed_over(tmp_path: Path) -> None:
    other = {"digest": f"sha512:{'a' * 128}", "size": 1, "platform": {"os": "linux", "architecture": OTHER}}
    folder = write_layout(tmp_path / "both", SHOP)
    index = json.loads((folder / "index.json").read_bytes())
    index["manifests"].append(other)
    (folder / "index.json").write_text(json.dumps(index))
    files = {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}
    for place in (folder, written(tmp_path / "both.tar", files)):
        with opened(place) as image:
            assert image.image.arch == MACHINE
    # Where it is the only one, the error says what is wrong with it.
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [other]}))
    assert "is no sha256 digest" in refused(folder).reason  # type: ignore[union-attr]


def test_what_was_built_here_is_found_by_its_application(tmp_path: Path, expected: Contents) -> None:
    (tmp_path / "app").mkdir()
    cache = stored(tmp_path / "cache", SHOP)
    with opened(tmp_path / "app", cache) as image:
        assert [each.nbytes for each in image.image.layers] == list(map(len, SHOP.layers))
        # What starts is the default process with its arguments, as `lamina run` starts it.
        assert (image.image.entrypoint, image.image.cmd) == (("gunicorn", "shop:app"), ("--reload",))
        assert read_contents(image).unwrap() == expected


def test_one_of_several_is_chosen_by_platform_or_by_name(tmp_path: Path) -> None:
    both = write_layout(tmp_path / "both", SHOP, shop(arch=OTHER))
    with opened(both, platform=f"linux/{OTHER}") as image:
        assert image.image.arch == OTHER
    assert refused(both, platform="linux/s390x") == PlatformMissing(
        reference=str(both), platform="linux/s390x", platforms=("linux/amd64", "linux/arm64")
    )
    named = write_layout(tmp_path / "named", SHOP, Made(layers=(tar({}),)), names=("v1", "v2"))
    with opened(f"{named}:v2") as image:
        assert len(image.image.layers) == 1
    assert refused(named) == ImageNotNamed(reference=str(named), name="", names=("v1", "v2"))
    assert refused(f"{named}:v3") == ImageNotNamed(reference=f"{named}:v3", name="v3", names=("v1", "v2"))
    # The only one is taken whatever it is for, unless somebody asks.
    with opened(write_layout(tmp_path / "one", shop(arch=OTHER))) as image:
        assert image.image.arch == OTHER


def test_what_is_no_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "folder").mkdir()
    cache = tmp_path / "cache"
    assert refused(tmp_path / "folder", cache) == FolderWithoutImage(path=str(tmp_path / "folder"), cache=str(cache))
    assert refused("shop") == ReferenceUnknown(reference="shop")
    assert refused(tmp_path / "absent") == ReferenceUnknown(reference=str(tmp_path / "absent"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused("podman:shop") == EngineMissing(engine="podman")
    for data, reason in (
        (b"", "no archive"),
        (b"x" * 2_000, "no archive"),
        (b"\x1f\x8b" + b"x" * 100, "compression"),
        (tar({"a": b""}), "neither"),
        (tar({"manifest.json": b"{}"}), "manifest.json"),
        (tar({"manifest.json": b'[{"Config": "c", "Layers": []}]'}), "c isn't in it"),
        (tar({"index.json": b'{"manifests": [{"digest": "../../etc"}]}'}), "no sha256 digest"),
    ):
        (tmp_path / "file").write_bytes(data)
        error = refused(tmp_path / "file")
        assert isinstance(error, ImageUnreadable)
        assert reason in error.reason


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("echo no engine >&2; exit 1", EngineSilent(engine="docker", said=("no engine",))),
        ("exec sleep 60", EngineSilent(engine="docker", said=("it gave no answer in 0.5 s, and was ended",))),
        ('[ "$2" = ls ] || exit 3', EngineRefused(engine="docker", name="shop", said=("it ended with status 3",))),
        (
            '[ "$1" != save ] || { echo no space left >&2; exit 1; }',
            EngineRefused(engine="docker", name="shop", there=True, said=("no space left",)),
        ),
    ],
)
def test_an_engine_that_gives_no_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, expected: ImageError
) -> None:
    (tmp_path / "docker").write_text(f"#!/bin/sh\n{program}\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr("shell.images.engines._ANSWER", 0.5)
    assert refused("docker:shop") == expected


def test_what_is_damaged(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", SHOP)
    blobs, entry = SHOP.blobs()
    manifest = layout / "blobs" / entry["digest"].replace(":", "/")
    layer = json.loads(blobs[entry["digest"]])["layers"][2]["digest"]
    place = layout / "blobs" / layer.replace(":", "/")
    whole = place.read_bytes()
    for data, reason in (
        (whole[:-100], "end"),
        (gzip.compress(tar({"other": b""})), "not those of its digest"),
        (gzip.compress(b"x" * 5_000), "header"),
        (b"\x28\xb5\x2f\xfd" + b"x" * 5_000, "Zstandard"),
    ):
        place.write_bytes(data)
        with opened(layout) as image:
            error = read_contents(image).failure()
        assert isinstance(error, LayerUnreadable)
        assert error.layer == "venv"
        assert reason in error.reason
    place.unlink()
    with opened(layout) as image:
        assert "No such file" in read_contents(image).failure().reason
    manifest.write_bytes(b"{}")
    assert "another digest" in refused(layout).reason  # type: ignore[union-attr]
    (layout / "index.json").unlink()
    assert "index.json" in refused(layout).reason  # type: ignore[union-attr]


def test_a_document_that_is_larger_than_one_is_is_not_read(tmp_path: Path) -> None:
    huge = b" " * 8_000_001
    layout = write_layout(tmp_path / "layout", SHOP)
    blobs, entry = SHOP.blobs()
    config = json.loads(blobs[entry["digest"]])["config"]["digest"]
    for each in (config, entry["digest"]):
        (layout / "blobs" / each.replace(":", "/")).write_bytes(huge)
        assert f"{each[:19]} has more than 8.0 MB" in refused(layout).reason  # type: ignore[union-attr]
    (layout / "index.json").write_bytes(huge)
    assert "index.json has more than 8.0 MB" in refused(layout).reason  # type: ignore[union-attr]
    for name in ("index.json", "manifest.json"):
        error = refused(written(tmp_path / "archive.tar", {name: huge}))
        assert isinstance(error, ImageUnreadable)
        assert f"{name} in it has more than 8.0 MB" in error.reason


def test_more_than_an_image_has_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(write_layout(tmp_path / "layout", SHOP)) as image:
        venv = image.image.layers[2]
        for name, most in (("MOST_UNPACKED", 100_000), ("MOST_ENTRIES", 2), ("MOST_OF_FILE", 100_000)):
            with monkeypatch.context() as patch:
                patch.setattr(f"shell.images.opened.{name}", most)
                error = image.look(venv, re.compile(r".*\.py")).failure()
            assert "more than" in error.reason
        assert image.look(venv, re.compile(r".*\.py")).unwrap().nbytes == len(SHOP.layers[2])


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    layout = write_layout(tmp_path / "shop", SHOP)
    (layout / "index.json").unlink()
    os.mkfifo(layout / "index.json")
    for path in (tmp_path / "pipe", layout):
        error = open_image(str(path), cache=tmp_path / "none").failure()
        assert isinstance(error, ImageUnreadable)
        assert error.reason.endswith(": it is no regular file")


def test_a_name_that_no_file_can_have() -> None:
    assert refused("x" * 5_000) == ReferenceUnknown(reference="x" * 5_000)


SMALL = Made(layers=(tar({"a": b"x" * 600}), tar({"b/c": b""})))
WRITTEN = [
    tar(saved_files(SMALL)),
    tar(layout_files(SMALL)),
    gzip.compress(tar(saved_files(SMALL)), mtime=0),
    zstd.compress(tar(layout_files(SMALL))),
]


@given(
    st.sampled_from(WRITTEN),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=12)), max_size=6),
)
def test_whatever_is_written_over_an_archive_it_gives_an_image_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, changes: list[tuple[int, bytes]]
) -> None:
    changed = bytearray(raw)
    for at, data in changes:
        place = at % len(raw)
        changed[place : place + len(data)] = data
    file = tmp_path_factory.getbasetemp() / "changed.tar"
    file.write_bytes(changed)
    found = open_image(str(file), cache=Path("/nowhere"))
    if not isinstance(found, Failure):
        with found.unwrap() as image:
            for layer in image.image.layers:
                image.look(layer, re.compile(".*"))
