"""Images are explained alike wherever podman and skopeo put them."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.containers.commanded import lamina, told
from tests.containers.engine import Engine
from tests.images import Made, shop, tar, write_layout

pytestmark = pytest.mark.containers

NAME = "localhost/lamina-explained"


def explain(engine: Engine, reference: str, *words: str) -> subprocess.CompletedProcess[str]:
    storage = engine.folder / "storage.conf"
    storage.write_text(
        f'[storage]\ndriver = "{engine.driver}"\ngraphroot = "{engine.folder}/store"\nrunroot = "{engine.folder}/run"\n'
    )
    return lamina({**engine.env, "CONTAINERS_STORAGE_CONF": str(storage)}, "explain", reference, *words)


@pytest.fixture(scope="module")
def layout(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # Of its layers podman unpacks what it stores, and so they have to be those of a file system.
    folder = write_layout(tmp_path_factory.mktemp("explained") / "layout", shop())
    engine.skopeo("copy", "--quiet", f"oci:{folder}", engine.storage_name(NAME))
    return folder


PLACES: dict[str, Callable[[Engine, Path], str]] = {
    "podman": lambda _engine, _folder: f"podman:{NAME}",
    "podman save": lambda engine, folder: saved(engine, folder, "docker-archive"),
    "podman save, as OCI": lambda engine, folder: saved(engine, folder, "oci-archive"),
    "podman save, in gzip": lambda engine, folder: zipped(Path(saved(engine, folder, "docker-archive"))),
    "skopeo, as OCI": lambda engine, folder: copied(engine, folder, "oci", "layout:v1"),
    "skopeo, in zstd": lambda engine, folder: copied(engine, folder, "oci", "layout", "--dest-compress-format", "zstd"),
}


def saved(engine: Engine, folder: Path, kind: str) -> str:
    archive = folder / "image.tar"
    engine.podman("save", "--quiet", "--format", kind, "--output", str(archive), NAME)
    return str(archive)


def zipped(archive: Path) -> str:
    subprocess.run(["gzip", str(archive)], check=True)
    return f"{archive}.gz"


def copied(engine: Engine, folder: Path, kind: str, name: str, *options: str) -> str:
    engine.skopeo("copy", "--quiet", *options, engine.storage_name(NAME), f"{kind}:{folder}/{name}")
    return f"{folder}/{name}"


@pytest.mark.parametrize("place", PLACES)
def test_an_image_is_the_same_wherever_it_lies(engine: Engine, layout: Path, tmp_path: Path, place: str) -> None:
    expected = told(explain(engine, str(layout), "--json"))
    assert told(explain(engine, PLACES[place](engine, tmp_path), "--json")) == expected


def test_a_distribution_in_an_image_of_podman(engine: Engine, layout: Path) -> None:
    ended = explain(engine, f"podman:{NAME}", "markupsafe")
    assert "the application → flask → markupsafe" in ended.stdout, layout


def test_an_image_that_podman_built(engine: Engine, tmp_path: Path) -> None:
    base = write_layout(tmp_path / "base", Made(layers=(tar({"etc/hostname": b"here\n"}),)))
    engine.skopeo("copy", "--quiet", f"oci:{base}", engine.storage_name("localhost/lamina-base"))
    (tmp_path / "Containerfile").write_text("FROM localhost/lamina-base\nCOPY Containerfile /there\n")
    engine.podman("build", "--quiet", "--tag", "localhost/lamina-plain", str(tmp_path))
    ended = explain(engine, "podman:localhost/lamina-plain")
    assert "No lifecycle of Cloud Native Buildpacks built it" in ended.stdout, ended.stderr
    assert "2 layers" in ended.stdout


def test_what_podman_hasnt(engine: Engine) -> None:
    ended = explain(engine, "podman:localhost/nothing")
    assert ended.returncode == 1
    assert "podman doesn't give the image localhost/nothing" in ended.stdout
