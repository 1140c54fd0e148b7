"""Whole builds from requirements files by the real uv: what pip's users write, reconciled as by pip."""

from collections.abc import Iterator

import pytest

from tests.builds.locked import Index, fetch_tool
from tests.builds.workshop import Bench, Workshop, differences, hashed, normalised, tree
from tests.golden import check_golden
from tests.local_index import make_project, make_wheel, serve

BY_UV = {"BP_PYTHON_PACKAGE_MANAGER": "uv"}


@pytest.fixture
def index(workshop: Workshop) -> Iterator[Index]:
    fetch_tool(workshop, "uv")
    with serve(workshop.wheels) as host:
        yield Index(host)


def variables(index: Index, **more: str | None) -> dict[str, str | None]:
    return {**index.variables, **BY_UV, **more}


@pytest.mark.heavy
def test_pinned_requirements(bench: Bench, workshop: Workshop, index: Index) -> None:
    def golden(name: str, log: str) -> None:
        check_golden(f"build_uv_pip_{name}", normalised(log.replace(index.host, "<index>")))

    one = hashed(workshop.wheels, "alpha==1.0", "beta==1.0")
    bench.write({"requirements.txt": one})
    built = bench.build(variables(index))
    golden("first", built.log)
    assert built.actions()["uv"] == "created"
    first = tree(bench.venv)
    again = bench.build(variables(index))
    golden("unchanged", again.log)
    assert set(again.actions().values()) == {"kept"}

    bench.write({"requirements.txt": hashed(workshop.wheels, "alpha==2.0", "gamma==1.0")})
    changed = bench.build(variables(index))
    golden("changed", changed.log)
    assert bench.versions() == {"alpha": "2.0", "gamma": "1.0"}
    assert changed.actions()["venv"] == "reconciled"
    bench.write({"requirements.txt": one})
    assert bench.build(variables(index)).actions()["venv"] == "reconciled"
    assert differences(first, tree(bench.venv)) == []

    # What is needed and isn't listed is an error, as with pip.
    bench.write({"requirements.txt": hashed(workshop.wheels, "beta==1.0")})
    refused = bench.try_build(variables(index))
    assert refused.status == 1
    assert "alpha: it has no hash or no exact version, and others have" in refused.log
    bench.write({"requirements.txt": f"{one}gamma\n"})
    assert "gamma: it has no hash or no exact version, and others have" in bench.try_build(variables(index)).log


@pytest.mark.heavy
def test_open_requirements(bench: Bench, workshop: Workshop, index: Index) -> None:
    bench.require("beta==1.0", "alpha<2")
    first = bench.build(variables(index))
    assert bench.versions() == {"alpha": "1.1", "beta": "1.0"}
    assert "so uv takes the newest versions" in bench.build(variables(index)).log
    made = tree(bench.venv)

    again = bench.build(variables(index))
    assert "Compiled" not in again.log
    assert again.actions()["venv"] == "reconciled"
    assert differences(made, tree(bench.venv)) == []

    bench.require("beta", "-c constraints.txt")
    (bench.app / "constraints.txt").write_text("beta<1.1\n")
    bench.build(variables(index))
    assert bench.versions() == {"alpha": "2.0", "beta": "1.0"}
    bench.write({"requirements.txt": "-r more.txt\ngamma\n", "more.txt": "alpha<2\nbeta\n"})
    bench.build(variables(index))
    assert bench.versions() == {"alpha": "1.1", "beta": "1.1", "gamma": "1.0"}
    reconciled = tree(bench.venv)
    bench.forget_environment()
    fresh = bench.build(variables(index))
    assert fresh.actions()["venv"] == "created"
    assert differences(reconciled, tree(bench.venv)) == []
    assert first.status == 0


@pytest.mark.heavy
def test_an_artefact_of_the_same_version_is_replaced(bench: Bench, index: Index, workshop: Workshop) -> None:
    own = bench.root / "vendor"
    make_wheel(own, "zeta", "1.0", {"zeta.py": "x = 1\n"})
    settings = variables(index, PIP_NO_INDEX="1", PIP_FIND_LINKS="/pips vendor")
    wheel = own / "zeta-1.0-py3-none-any.whl"
    bench.write({"requirements.txt": "zeta\n", f"vendor/{wheel.name}": wheel.read_bytes()})
    bench.build(settings)
    assert (bench.site / "zeta.py").read_text() == "x = 1\n"

    wheel.unlink()
    make_wheel(own, "zeta", "1.0", {"zeta.py": "x = 2\n"})
    bench.write({"requirements.txt": "zeta\n", f"vendor/{wheel.name}": wheel.read_bytes()})
    bench.build(settings)
    assert (bench.site / "zeta.py").read_text() == "x = 2\n"


@pytest.mark.heavy
def test_folders_and_editables_are_made_anew(bench: Bench, workshop: Workshop, index: Index) -> None:
    settings = variables(index, PIP_FIND_LINKS="/pips /wheels")
    make_project(bench.root / "p", "local", "1.0", "x = 1\n")
    files = {
        f"p/{path.relative_to(bench.root / 'p').as_posix()}": path.read_bytes()
        for path in (bench.root / "p").rglob("*")
        if path.is_file()
    }
    bench.write({"requirements.txt": "alpha<2\n./p\n", **files})
    bench.build(settings)
    assert bench.versions() == {"alpha": "1.1", "local": "1.0"}
    changed = {name: data.replace(b"x = 1", b"x = 2") for name, data in files.items()}
    bench.write({"requirements.txt": "alpha<2\n./p\n", **changed})
    bench.build(settings)
    assert (bench.site / "local.py").read_text() == "x = 2\n"
    bench.write({"requirements.txt": "alpha<2\n-e ./p\n", **changed})
    built = bench.build(settings)
    assert not (bench.site / "local.py").exists()
    assert "~ local" in built.log


@pytest.mark.heavy
def test_settings_of_pip_are_handed_on_or_named(bench: Bench, workshop: Workshop, index: Index) -> None:
    bench.write(
        {
            "requirements.txt": "--pre\n--prefer-binary\nalpha\n",
            "pip.conf": "[global]\nno-deps = false\nprefer-binary = 1\n",
        }
    )
    settings = variables(index, PIP_EXTRA_INDEX_URL=index.url, PIP_PREFER_BINARY="1", PIP_PROGRESS_BAR="off")
    log = bench.build(settings).log
    assert "$PIP_PREFER_BINARY has no effect: uv installs the requirements" in log
    assert "--pre (requirements.txt, line 1) has no effect: uv passes over it; UV_PRERELEASE=allow would do it" in log
    assert "UV_INDEX_STRATEGY=unsafe-best-match" in log
    assert "PIP_PROGRESS_BAR" not in log
    refused = bench.try_build(variables(index, PIP_ONLY_BINARY=":none:", PIP_NO_BINARY="alpha"))
    assert refused.status == 1, refused.log
