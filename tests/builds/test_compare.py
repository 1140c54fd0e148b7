"""What the command says of real images: local builds, layouts, images of the reference lifecycle, and a plan."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.builds.lamina import Lamina, write_application
from tests.builds.test_lifecycles_agree import Both, both
from tests.builds.workshop import Workshop
from tests.real_lifecycle import write_run_image
from tests.schemas import check_schema

__all__ = ["both"]


@pytest.fixture
def lamina(tmp_path: Path, workshop: Workshop) -> Lamina:
    return Lamina(tmp_path, workshop)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write_application(tmp_path / "app")


def compared(lamina: Lamina, before: str | Path, after: str | Path, *, status: int) -> dict[str, Any]:
    ran = lamina.run("compare", before, after, "--json", "--exit-code")
    assert ran.status == status, ran.both
    check_schema("compare", ran.out)
    found: dict[str, Any] = json.loads(ran.out)
    return found


def become(found: dict[str, Any]) -> dict[str, str]:
    """What became of each layer that has a name."""
    return {each["name"]: each["become"] for each in found["layers"] if each.get("name")}


def blobs(layout: Path) -> dict[str, int]:
    """Every blob that a push of a layout moves, by its digest, with its bytes."""
    folder = layout / "blobs" / "sha256"
    (entry,) = json.loads((layout / "index.json").read_bytes())["manifests"]
    manifest = json.loads((folder / entry["digest"].partition(":")[2]).read_bytes())
    return {each["digest"]: each["size"] for each in (entry, manifest["config"], *manifest["layers"])}


def pushed(before: Path, after: Path) -> int:
    """What a registry that has ``before`` lacks of ``after``."""
    there, wanted = blobs(before), blobs(after)
    return sum(size for digest, size in wanted.items() if digest not in there)


def test_a_build_decides_what_its_plan_foresees(lamina: Lamina, app: Path, built_once: Path) -> None:
    given = [f"--env={name}={value}" for name, value in lamina.offline.items()]
    planned = lamina.run("plan", app, "--json", *given)
    plan = app.parent / "plan.json"
    plan.write_text(planned.out)
    found = compared(lamina, built_once, f"plan:{plan}", status=0)
    assert not found["differs"]
    assert (found["layers"], found["moving"], found["distributions"]) == (None, None, None)

    plan.write_text(planned.out.replace('"name": "pip"', '"name": "uv"'))
    (decision,) = compared(lamina, built_once, f"plan:{plan}", status=1)["decisions"]
    assert decision["kind"] == "manager"
    assert "the application has a requirements.txt" in decision["before"]["because"]


@pytest.mark.heavy
def test_two_local_builds(lamina: Lamina, app: Path, built_once: Path) -> None:
    lamina.start_from(built_once)
    (app / "requirements.txt").write_text("beta==1.0\nalpha==2.0\n")
    (app / "Procfile").write_text("web: python -c 'import beta'\n")
    ran = lamina.build(app)
    assert ran.status == 0, ran.both
    found = compared(lamina, built_once, lamina.cache, status=1)
    assert {each["name"]: (each["before"], each["after"]) for each in found["distributions"]} == {
        "beta": ("1.1", "1.0"),
        "gamma": ("1.0", ""),
    }
    told = {(each["kind"], each["name"]): each for each in found["decisions"]}
    assert {("process", "shell"), ("process", "web")} <= told.keys()
    assert told["process", "shell"]["after"] is None
    layers = become(found)
    assert (layers["python"], layers["venv"]) == ("same", "changed")
    # The build has said the same, of the same layers.
    tars = lamina.cache / "image"
    new = {each["after"] for each in found["layers"] if each["become"] in ("changed", "new")}
    assert found["moving"]["nbytes"] == sum((tars / f"{each}.tar").stat().st_size for each in new)
    (line,) = (each for each in ran.out.splitlines() if "Against the previous build: " in each)
    kept = len(found["layers"]) - len(new)
    assert f": {len(new)} layers new, {kept} kept; to push, and to pull: at most " in line
    assert line.endswith(f" (before compression) in {len(new)} layers")


@pytest.mark.heavy
def test_layouts_on_another_base(lamina: Lamina, app: Path, built_once: Path) -> None:
    lamina.start_from(built_once)
    bases, images = ([app.parent / f"{name}-{at}" for at in (1, 2)] for name in ("base", "image"))
    lines = []
    for at, (base, image) in enumerate(zip(bases, images, strict=True)):
        write_run_image(base, ("debian", str(12 + at)))
        shutil.copy(app / "Procfile", app / f"copy-{at}")
        ran = lamina.build(app, "--run-image", base, "--output", image)
        assert ran.status == 0, ran.both
        lines += [each for each in ran.out.splitlines() if "Against the previous build: " in each]
    found = compared(lamina, *images, status=1)
    assert found["moving"]["nbytes"] == pushed(*images)
    assert become(found) == {"python": "same", "venv": "same", "at-launch": "same", "sbom": "same", "config": "same"}
    # In compressed bytes, without manifest and configuration.
    sizes = [each for each in found["layers"] if each["become"] == "changed" and each["owner"] == "application"]
    assert re.search(rf"1 layer new, .*: {sizes[0]['nbytes']} bytes in 1 layer$", lines[1])
    backwards = compared(lamina, *reversed(images), status=1)
    assert backwards["moving"]["nbytes"] == pushed(*reversed(images))
    assert not compared(lamina, images[0], images[0], status=0)["differs"]


@pytest.mark.heavy
def test_images_of_the_reference_lifecycle_and_of_nobody(both: Both) -> None:
    lamina, folder = both.lamina, both.real.root / "layout" / "example.test"
    both.agree()
    first = both.app.parent / "first"
    shutil.copytree(folder / "app" / "v1", first)
    # The same layers, though one image stands on a base and has a launcher.
    found = compared(lamina, lamina.cache, first, status=1)
    assert {each["kind"] for each in found["decisions"]} == set()
    assert found["distributions"] == []
    layers = become(found)
    assert (layers["python"], layers["venv"]) == ("same", "same")
    # The launcher is there, and in that lifecycle's bill of materials.
    assert (layers["launcher"], layers["sbom"]) == ("new", "changed")

    (both.app / "requirements.txt").write_text("alpha==2.0\n")
    both.agree()
    second = folder / "app" / "v1"
    found = compared(lamina, first, second, status=1)
    assert [each["name"] for each in found["distributions"]] == ["beta", "gamma"]
    assert become(found)["venv"] == "changed"
    assert become(found)["launcher"] == "same"
    assert found["moving"]["nbytes"] == pushed(first, second)

    # The run image alone: nobody built it, and its layer is the lowest of the other.
    found = compared(lamina, folder / "run" / "base", second, status=1)
    assert found["layers"][0]["become"] == "same"
    assert found["before"]["unknown"][0]["because"] == "it has no label io.lamina.decisions"
    assert found["moving"]["nbytes"] == pushed(folder / "run" / "base", second)
