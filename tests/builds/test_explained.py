"""Images of real builds are explained: those of the reference lifecycle, and what the local one keeps."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pure.image.manifest import Owner
from shell.command.cli import lamina

from tests.builds.lamina import Lamina, write_application
from tests.builds.test_sboms import Reference, reference, wheels
from tests.builds.workshop import Workshop, hashed
from tests.schemas import check_schema

__all__ = ["reference", "wheels"]

pytestmark = pytest.mark.heavy


def explain(*words: str | Path) -> Any:
    ended = CliRunner().invoke(lamina, ["explain", *map(str, words), "--json"])
    assert ended.exit_code == 0, ended.output
    check_schema("explain" if "--cache" in words or len(words) == 1 else "explain-distribution", ended.output)
    return json.loads(ended.output)


def test_an_image_of_the_reference_lifecycle(reference: Reference, wheels: Path) -> None:
    (reference.app / "requirements.txt").write_text(hashed(wheels, "brings==1.0", "heavy==1.0", "alpha==2.0"))
    (reference.app / "Procfile").write_text("web: python -c pass\n")
    reference.build()
    layout = reference.real.root / "layout" / "example.test" / "app" / "v1"
    found = explain(layout)
    assert found["made_by"] == "lamina"
    assert found["missing"] == []
    owners = {each["name"]: each["owner"] for each in found["layers"] if each["name"]}
    assert {"python", "venv", "dist-heavy"} <= {name for name, owner in owners.items() if owner == Owner.BUILDPACK}
    assert {"launcher", "config", "process-types", "sbom"} <= {n for n, o in owners.items() if o == Owner.LIFECYCLE}
    assert [each["owner"] for each in found["layers"]].count(Owner.UNKNOWN) == 0
    assert all(each["because"] for each in found["layers"])
    held = {each["name"]: (each["layer"], each["nbytes"] is not None) for each in found["distributions"]}
    assert held == {"alpha": ("venv", True), "brings": ("venv", True), "heavy": ("dist-heavy", True)}
    assert [each["type"] for each in found["processes"]] == ["web"]
    heavy = explain(layout, "heavy")
    assert ["brings", "heavy"] in heavy["paths"]
    assert {(each["by"], each["source"].partition(",")[0]) for each in heavy["asked"]} == {
        ("", "requirements.txt"),
        ("brings", "the metadata of brings 1.0"),
    }


def test_what_the_local_lifecycle_keeps(tmp_path: Path, workshop: Workshop) -> None:
    local = Lamina(tmp_path / "home", workshop)
    app = write_application(tmp_path / "app")
    built = local.build(app)
    assert built.status == 0, built.both
    found = explain(app, "--cache", local.cache)
    assert found["made_by"] == "lamina"
    assert all(each["nbytes"] for each in found["layers"])
    assert found["distributions"]
