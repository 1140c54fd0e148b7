"""What later buildpacks get of a package manager's layer: what it puts on PATH works for them."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS
from shell.lifecycle.disk import remove

from tests.builds.lamina import Lamina
from tests.builds.locked import Index, lock, project
from tests.builds.workshop import MINOR, Workshop
from tests.local_index import serve
from tests.places import ROOT
from tests.real_lifecycle import RealLifecycle, lifecycle_folder
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


def wanting(folder: Path, name: str, *, provides: bool = False, **metadata: bool | str) -> Path:
    """A buildpack that requires a name, tells what it is asked for, and what it finds."""
    words = "".join(f"{key} = {json.dumps(value)}\n" for key, value in metadata.items())
    offer = f'[[provides]]\nname = "{name}"\n' if provides else ""
    plan = f'{offer}[[requires]]\nname = "{name}"\n[requires.metadata]\n{words}'
    use = (
        'echo "toy is asked: $(tr -d "\\n" < "$CNB_BP_PLAN_PATH")"\n'
        'echo "toy has $(python -c "import alpha; print(alpha.__file__)" 2>&1 | tail -n 1)"\n'
        'echo "toy finds $(command -v pip)"\n'
    )
    return buildpack(folder, f"toy/{folder.name}", use, detect=f"cat > \"$CNB_BUILD_PLAN_PATH\" <<'END'\n{plan}END\n")


SITE = f"/layers/lamina_python/venv/lib/python{MINOR}/site-packages/alpha/__init__.py"


class Composed:
    """What a build says that another buildpack takes part in."""

    def __init__(self, lamina: Lamina, app: Path, toy: Path, env: Mapping[str, str] = {}) -> None:
        self.lamina, self.app, self.toy, self.env = lamina, app, toy, env

    def local(self) -> str:
        built = self.lamina.build(self.app, "--buildpack", ROOT, "--buildpack", self.toy, env=self.env)
        assert built.status == 0, built.both
        return built.both

    def real(self, catalogue: Path) -> str:
        scratch = Path(tempfile.mkdtemp(prefix="real-"))
        env = {
            **self.lamina.offline,
            **self.env,
            "BP_PYTHON_CATALOGUE": str(catalogue),
            "BP_PYTHON_DEFAULT_VERSION": MINOR,
        }
        try:
            built = RealLifecycle(lifecycle_folder(), scratch).build(self.app, [ROOT, self.toy], env)
        finally:
            remove(scratch)
        assert built.status == 0, built.whole_log
        return built.whole_log


@pytest.mark.heavy
@pytest.mark.parametrize("lifecycle", ["local", "real"])
@pytest.mark.parametrize(
    ("name", "metadata", "said", "told"),
    [
        ("site-packages", {"build": True}, (f"toy has {SITE}",), "  site-packages: required at build\n"),
        (
            "site-packages",
            {"launch": True},
            ("python: not found\n",),
            "  site-packages: required at launch\n",
        ),
        ("cpython", {"build": True, "version": MINOR}, (f"toy has {SITE}",), "  cpython: required at build\n"),
        (
            "pip",
            {"build": True},
            ("toy is asked: \n", "toy finds /layers/lamina_python/pip/bin/pip"),
            "  pip: required at build\n",
        ),
        (
            "pip",
            {"launch": True},
            ("toy is asked: [[entries]]", 'name = "pip"', "launch = true"),
            "  Warning: pip is not provided: it is required at launch, and no package manager reaches the run image\n",
        ),
        (
            "poetry",
            {"build": True},
            ("toy is asked: [[entries]]", 'name = "poetry"'),
            "  Warning: poetry is not provided: pip installs the dependencies, and Poetry isn't there\n",
        ),
    ],
)
def test_what_is_required_is_given_or_left_to_the_next(
    name: str,
    metadata: dict[str, bool | str],
    said: tuple[str, ...],
    told: str,
    lifecycle: str,
    workshop: Workshop,
    tmp_path: Path,
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "requirements.txt").write_text("alpha==1.0\n")
    toy = wanting(tmp_path / "toy", name, provides=name in ("pip", "poetry"), **metadata)
    composed = Composed(Lamina(tmp_path / "lamina", workshop), app, toy)
    log = composed.local() if lifecycle == "local" else composed.real(workshop.catalogue)
    log = "".join(f"{line.removeprefix('[build] ').removeprefix('[builder] ')}\n" for line in log.splitlines())
    for each in said:
        assert each in log, log
    assert told in log, log


@pytest.mark.heavy
@pytest.mark.parametrize("lifecycle", ["local", "real"])
def test_python_alone_is_there_under_either_name(lifecycle: str, workshop: Workshop, tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "index.html").write_text("<p>Hello</p>")
    toy = wanting(tmp_path / "toy", "cpython", build=True, version=MINOR)
    composed = Composed(Lamina(tmp_path / "lamina", workshop), app, toy, {"BP_PYTHON_PROVIDE_ONLY": "true"})
    log = composed.local() if lifecycle == "local" else composed.real(workshop.catalogue)
    assert "cpython: required at build" in log
    assert "No module named 'alpha'" in log
