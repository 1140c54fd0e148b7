"""What later buildpacks get of a package manager's layer: what it puts on PATH works for them."""

from pathlib import Path

import pytest
from pure.manager.table import MANAGERS

from tests.builds.lamina import Lamina
from tests.builds.locked import Index, lock, project
from tests.builds.workshop import Workshop
from tests.local_index import serve
from tests.places import ROOT
from tests.shell.lifecycle.toys import buildpack

# Runs the tool in the application's environment, and by itself, and what each of them brings along.
_USE = """
{tool} run python -c 'import alpha, sys; print("toy runs alpha in", sys.prefix)'
for each in {tool} virtualenv; do "$each" --version; echo "toy runs $(command -v $each)"; done
"""


# What works with the dependencies during the build says so: they lie in the image only otherwise.
_REQUIRES = """cat > "$CNB_BUILD_PLAN_PATH" <<'END'
[[requires]]
name = "python"
metadata = { build = true }
END
"""


@pytest.mark.heavy
@pytest.mark.parametrize("manager", ["poetry", "pipenv", "pdm"])
def test_later_buildpacks_run_what_is_on_path(manager: str, workshop: Workshop, tmp_path: Path) -> None:
    tool = MANAGERS[manager].tool.name
    lamina = Lamina(tmp_path, workshop)
    toy = buildpack(tmp_path / "toy", "toy/later", _USE.format(tool=tool), detect=_REQUIRES)
    with serve(workshop.wheels) as host:
        index = Index(host)
        app = tmp_path / "app"
        lock(manager, workshop, project(manager, index, "alpha==1.0"), app)
        variables = {"PIP_NO_INDEX": "", "PIP_INDEX_URL": index.url, "PIP_FIND_LINKS": str(workshop.pips)}
        built = lamina.build(app, "--buildpack", ROOT, "--buildpack", toy, env=variables)
    assert built.status == 0, built.both
    assert "toy runs alpha in /layers/lamina_python/venv" in built.both
    for each in (tool, "virtualenv"):
        assert f"toy runs /layers/lamina_python/{tool}/bin/{each}\n" in built.out


@pytest.mark.heavy
def test_later_buildpacks_run_pip(workshop: Workshop, tmp_path: Path) -> None:
    lamina = Lamina(tmp_path, workshop)
    toy = buildpack(tmp_path / "toy", "toy/later", 'echo "toy sees $(pip --version)"\npip list', detect=_REQUIRES)
    app = tmp_path / "app"
    app.mkdir()
    (app / "requirements.txt").write_text("alpha==1.0\n")
    built = lamina.build(app, "--buildpack", ROOT, "--buildpack", toy)
    assert built.status == 0, built.both
    assert "toy sees pip " in built.both
    assert "alpha" in built.both.partition("toy sees")[2]
