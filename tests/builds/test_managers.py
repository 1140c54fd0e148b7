"""Whole builds with every package manager that synchronises by itself: the real tools against an index of our own."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS

from tests.builds.locked import MAIN, Index, lock, project
from tests.builds.workshop import Bench, Workshop, copy, differences, normalised, tree
from tests.golden import check_golden
from tests.local_index import make_wheel, serve

# What says when and how something was decided, and what tools keep of times.
RECORDS = {"lamina-record.json"}


@pytest.fixture
def index(workshop: Workshop) -> Iterator[Index]:
    with serve(workshop.wheels) as host:
        yield Index(host)


@pytest.mark.heavy
@pytest.mark.parametrize("manager", MAIN)
def test_locked_builds(manager: str, bench: Bench, workshop: Workshop, index: Index, tmp_path: Path) -> None:
    tool = MANAGERS[manager].tool.name

    def locked(*requirements: str) -> dict[str, str]:
        return lock(manager, workshop, project(manager, index, *requirements), tmp_path / "lock")

    def golden(name: str, log: str) -> None:
        check_golden(f"build_{manager}_{name}", normalised(log.replace(index.host, "<index>")))

    one, two = locked("alpha==1.0", "beta==1.0"), locked("alpha==2.0", "beta==1.1")
    bench.write(one)
    built = bench.build(index.variables)
    golden("first", built.log)
    assert built.actions() == {
        "python": "kept", tool: "created", "venv": "created", "pip": "dropped", "pip-cache": "dropped"
    }  # fmt: skip
    assert bench.versions() == {"alpha": "1.0", "beta": "1.0"}
    # Pipenv's lock doesn't say which of its digests is whose.
    wheel = hashlib.sha256((workshop.wheels / "alpha-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    of_record = hashlib.sha256((bench.site / "alpha-1.0.dist-info/RECORD").read_bytes()).hexdigest()
    alpha, _ = json.loads((bench.own / "venv.sbom.cdx.json").read_bytes())["components"]
    assert [each["content"] for each in alpha["hashes"]] == [of_record if manager == "pipenv" else wheel]
    first = tree(bench.own)

    again = bench.build(index.variables)
    golden("unchanged", again.log)
    assert set(again.actions().values()) == {"kept"}
    assert not [path for path in differences(first, tree(bench.own)) if path not in RECORDS]

    bench.write(two)
    changed = bench.build(index.variables)
    golden("changed", changed.log)
    assert changed.actions() == {"python": "kept", tool: "kept", "venv": "reconciled"}
    assert bench.versions() == {"alpha": "2.0", "beta": "1.1", "gamma": "1.0"}
    reconciled = tree(bench.venv)

    # From nothing: the same bytes.
    bench.forget_environment()
    fresh = bench.build(index.variables)
    assert fresh.actions()["venv"] == "created"
    assert differences(reconciled, tree(bench.venv)) == []

    bench.write(one)
    back = bench.build(index.variables)
    assert back.actions()["venv"] == "reconciled", back.log
    assert differences({p[5:]: v for p, v in first.items() if p.startswith("venv/")}, tree(bench.venv)) == []

    # Another lock of the same distributions gives the same layer, and is known the next time.
    name = MANAGERS[manager].lock
    bench.write({**one, name: one[name] + "\n"})
    assert bench.build(index.variables).actions()["venv"] == "reconciled"
    assert differences({p[5:]: v for p, v in first.items() if p.startswith("venv/")}, tree(bench.venv)) == []
    assert set(bench.build(index.variables).actions().values()) == {"kept"}

    if MANAGERS[manager].groups and manager != "pylock":
        more = bench.build({**index.variables, "BP_PYTHON_GROUPS": "extra-group"})
        assert more.actions()["venv"] == "reconciled"
        assert bench.versions() == {"alpha": "1.0", "beta": "1.0", "gamma": "1.0"}
        less = bench.build(index.variables)
        assert bench.versions() == {"alpha": "1.0", "beta": "1.0"}, less.log

    if manager != "pylock":
        bench.write({**one, **project(manager, index, "alpha==1.0")})
        stale = bench.try_build(index.variables)
        assert stale.status == 1
        golden("stale", stale.log)


@pytest.mark.heavy
@pytest.mark.parametrize("manager", MAIN)
def test_another_artefact_of_the_same_version_is_installed(
    manager: str, bench: Bench, workshop: Workshop, tmp_path: Path
) -> None:
    # Tools compare versions, and find nothing to do where an index has replaced a file.
    wheels = tmp_path / "wheels"
    copy(workshop.wheels, wheels)
    with serve(wheels) as host:
        index = Index(host)
        files = project(manager, index, "alpha==1.0", "beta==1.0")
        bench.write(lock(manager, workshop, files, tmp_path / "one"))
        bench.build(index.variables)
        beta = tree(bench.site / "beta-1.0.dist-info")

        module = {"alpha/__init__.py": "VERSION = 'another 1.0'\n"}
        make_wheel(wheels, "alpha", "1.0", module, scripts={"alpha": "alpha:VERSION.strip"})
        bench.write(lock(manager, workshop, files, tmp_path / "two"))
        replaced = bench.build(index.variables)
        assert replaced.actions()["venv"] == "reconciled"
        assert "    ~ alpha 1.0 (its archive has another hash now)\n" in replaced.log
        assert (bench.site / "alpha" / "__init__.py").read_text() == module["alpha/__init__.py"]
        assert not (bench.site / "alpha" / "only_1.py").exists()
        assert tree(bench.site / "beta-1.0.dist-info") == beta
        reconciled = tree(bench.venv)
        assert set(bench.build(index.variables).actions().values()) == {"kept"}

        bench.forget_environment()
        assert bench.build(index.variables).actions()["venv"] == "created"
        assert differences(reconciled, tree(bench.venv)) == []


@pytest.mark.heavy
def test_other_settings_of_builds_give_another_environment(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    bench.write(lock("uv", workshop, project("uv", index, "alpha==1.0"), tmp_path / "lock"))
    bench.build(index.variables)
    settings = {**index.variables, "UV_NO_BUILD": "1"}
    other = bench.build(settings)
    assert other.actions()["venv"] == "recreated", other.log
    assert "settings that say whether and how distributions are built have changed" in other.log
    assert bench.versions() == {"alpha": "1.0"}
    assert set(bench.build(settings).actions().values()) == {"kept"}


@pytest.mark.heavy
def test_vendored_wheels_are_installed_anew_each_time(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    vendored, folder = "alpha-1.0-py3-none-any.whl", tmp_path / "lock"
    (folder / "vendor").mkdir(parents=True)
    declared = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["alpha==1.0"]\n'
    declared += '[tool.uv]\nfind-links = ["./vendor"]\nno-index = true\n'
    wheel = (workshop.wheels / vendored).read_bytes()
    (folder / "vendor" / vendored).write_bytes(wheel)
    files = lock("uv", workshop, {"pyproject.toml": declared}, folder)
    assert 'registry = "vendor"' in files["uv.lock"]
    assert "sha256" not in files["uv.lock"]
    bench.write({**files, f"vendor/{vendored}": wheel})
    bench.build(index.variables)
    again = bench.build(index.variables)
    assert "    ~ alpha 1.0 (a local path, and so installed anew each time)\n" in again.log

    module = {"alpha/__init__.py": "VERSION = 'another 1.0'\n"}
    other = make_wheel(tmp_path, "alpha", "1.0", module).read_bytes()
    bench.write({**files, f"vendor/{vendored}": other})
    assert bench.build(index.variables).actions()["venv"] == "reconciled"
    assert (bench.site / "alpha" / "__init__.py").read_text() == module["alpha/__init__.py"]


@pytest.mark.heavy
@pytest.mark.parametrize("manager", ["uv", "pdm"])
def test_a_project_that_could_not_be_built_has_its_dependencies_installed(
    manager: str, bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    files = project(manager, index, "alpha==1.0", "beta==1.0")
    files["pyproject.toml"] = (
        files["pyproject.toml"].replace("package = false\n", "").replace("distribution = false\n", "")
        + '\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    )
    bench.write({**lock(manager, workshop, files, tmp_path / "lock"), "web/__init__.py": "", "main.py": "print(1)\n"})
    built = bench.build(index.variables)
    assert "Only the dependencies are installed, not the project itself: there is no package" in built.log
    assert bench.versions() == {"alpha": "1.0", "beta": "1.0"}
    assert set(bench.build(index.variables).actions().values()) == {"kept"}
