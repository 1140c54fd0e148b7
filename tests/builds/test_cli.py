"""The console script: what it prints, how it ends, and that no mistake of a user's ends in a traceback."""

import json
from pathlib import Path

import pytest

from tests.builds.lamina import Lamina, write_application
from tests.builds.workshop import MINOR, VERSION, Bench, Workshop


@pytest.fixture
def lamina(tmp_path: Path, workshop: Workshop) -> Lamina:
    return Lamina(tmp_path, workshop)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write_application(tmp_path / "app")


def test_plan_as_text(lamina: Lamina, app: Path) -> None:
    ran = lamina.run("plan", app)
    assert ran.status == 0, ran.both
    assert f"Python {VERSION}\n" in ran.out
    assert "Layer venv: create" in ran.out
    assert "web: python -c" in ran.out
    assert not lamina.cache.exists()
    assert sorted(path.name for path in app.iterdir()) == ["Procfile", "requirements.txt"]


def test_plan_as_json(lamina: Lamina, app: Path) -> None:
    (app / ".python-version").write_text(f"# ours\n{MINOR}\n")
    ran = lamina.run("plan", app, "--json")
    assert ran.status == 0, ran.both
    plan = json.loads(ran.out)
    assert plan["python"]["version"] == VERSION
    assert plan["python"]["source"] == ".python-version, line 2"
    assert plan["package_manager"]["name"] == "pip"
    assert {name: layer["action"] for name, layer in plan["layers"].items()} == dict.fromkeys(
        ("python", "pip", "pip-cache", "venv", "venv-cache", "at-launch"), "create"
    )
    assert all(isinstance(reason, str) for layer in plan["layers"].values() for reason in layer["because"])
    assert [process["type"] for process in plan["processes"]] == ["web", "shell"]


def test_plan_against_layers(lamina: Lamina, bench: Bench) -> None:
    bench.require("alpha==1.0")
    bench.build()
    (bench.own / "pip.toml").write_text("[metadata]\nschema = 'nonsense'\n")
    plan = json.loads(lamina.run("plan", bench.app, "--json", "--layers", bench.own).out)
    actions = {name: layer["action"] for name, layer in plan["layers"].items()}
    assert actions == {
        "python": "keep",
        "pip": "recreate",
        "pip-cache": "keep",
        "venv": "reconcile",
        "venv-cache": "reconcile",
    }
    told = lamina.run("plan", bench.app, "--layers", bench.own).out
    assert "\nLayers: venv reconciled (" in told
    assert " to restore, " in told.splitlines()[-2]


def test_plan_is_what_a_build_then_does(lamina: Lamina, bench: Bench) -> None:
    """Decisions are a function of the facts: the plan's layers are those of the record that the build leaves."""
    bench.require("alpha==1.0")
    bench.build()
    env = bench.environment()
    given = [f"--env={name}={value}" for name, value in env.items() if name.startswith(("PIP_", "BP_"))]
    plan = json.loads(lamina.run("plan", bench.app, "--json", "--layers", bench.own, *given).out)
    bench.build()
    record = json.loads((bench.own / "lamina-record.json").read_text())
    # Only a build knows what is installed, by which start commands are chosen.
    assert (plan.pop("processes_provisional"), record.pop("processes_provisional")) == (True, False)
    # What the platform would have to do, and nothing of what it would likely be: it is no first build.
    foreseen, cost = plan.pop("foreseen"), plan.pop("cost")
    assert foreseen["venv"] == {"work": "reconciled", "nbytes": (bench.own / "venv-cache" / "venv.tar").stat().st_size}
    assert cost["pushed"]["most"]
    assert cost["restored"]["nbytes"] >= cost["pushed"]["nbytes"] >= foreseen["venv"]["nbytes"]
    assert plan == record


def test_plan_names_no_secret(lamina: Lamina, app: Path) -> None:
    (app / "requirements.txt").write_text("--index-url https://user:hunter2hunter2@index.invalid/simple/\nalpha\n")
    for more in ((), ("--json",)):
        ran = lamina.run("plan", app, "--env=API_TOKEN=hunter2hunter2", *more)
        assert ran.status == 0, ran.both
        assert "hunter2" not in ran.both


def test_build_and_run(lamina: Lamina, app: Path, built_once: Path) -> None:
    lamina.start_from(built_once)
    at = ("run", app, "--cache", lamina.cache)
    assert lamina.run(*at).out == "-c /layers/lamina_python/venv\n"
    assert lamina.run(*at, "--process", "shell", "--env", "GREETING=hello  there").out == "hello there\n"
    shown = lamina.run(*at, "--", "python", "-c", "import os, sys; print(os.environ['VIRTUAL_ENV']); sys.exit(7)")
    assert (shown.status, shown.out) == (7, "/layers/lamina_python/venv\n")
    # What was for the build only isn't there.
    assert lamina.run(*at, "--", "sh", "-c", "ls /layers/lamina_python").out.split() == ["at-launch", "python", "venv"]
    assert lamina.run(*at, "--", "sh", "-c", "echo $PIP_NO_INDEX$PIP_PYTHON$PYTHONUSERBASE").out == "\n"
    for nothing in (("--process", "absent"), ("--", "no-such-program")):
        ran = lamina.run(*at, *nothing)
        assert ran.status != 0
        assert "Error: " in ran.both
        assert "Traceback" not in ran.both


def test_environment_of_a_build(lamina: Lamina, app: Path, built_once: Path) -> None:
    """``--env NAME`` takes the shell's value and beats ``--env-file``; nothing else of the shell gets in."""
    lamina.start_from(built_once)
    lamina.offline = {}
    file = app.parent / "variables"
    file.write_text(
        f"# where packages are\nPIP_NO_INDEX=1\n\nPIP_FIND_LINKS={lamina.workshop.wheels}\nBP_PYTHON_VERSION=1.0\n"
    )
    lamina.env |= {"BP_PYTHON_VERSION": MINOR, "BP_PIP_VERSION": "not a version", "PIP_TARGET": "/nowhere"}
    ran = lamina.build(app, "--env-file", file, "--env", "BP_PYTHON_VERSION")
    assert ran.status == 0, ran.both
    assert f"$BP_PYTHON_VERSION asks for {MINOR}" in ran.out
    assert "kept python, pip, pip-cache, at-launch; reconciled venv" in ran.out
    assert "Layers: 3 left as the image has them (" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("build", "{app}/missing"), "does not exist"),
        (("plan", "{app}/missing"), "does not exist"),
        (("build", "{app}/Procfile"), "is a file"),
        (("build", "{app}", "--env", "1BAD=x"), "is not a variable's name"),
        (("build", "{app}", "--env", "=x"), "is not a variable's name"),
        (("build", "{app}", "--env", "NOT_SET_ANYWHERE"), "no variable of that name"),
        (("build", "{app}", "--env-file", "{app}/none"), "does not exist"),
        (("plan", "{app}", "--target", "windows/amd64"), "is not a target"),
        (("plan", "{app}", "--layers", "{app}/none"), "does not exist"),
        (("run", "{app}", "--cache", "{app}/none"), "Error: "),
        (("build", "{app}", "--output", "{app}/out"), "--run-image"),
        (("build", "{app}", "--buildpack", "{app}"), "buildpack.toml"),
        (("build", "{app}", "--no-such-option"), "No such option"),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], says: str, lamina: Lamina, app: Path) -> None:
    ran = lamina.run(*(argument.format(app=app) for argument in arguments))
    assert ran.status in (1, 2), ran.both
    assert says in ran.both
    assert "Traceback" not in ran.both


APPLICATIONS: dict[str, tuple[dict[str, bytes], str]] = {
    "no Python project": ({"index.html": b""}, "no Python project"),
    "empty": ({}, "no Python project"),
    "misspelled requirements": ({"requirments.txt": b"flask\n", "app.py": b""}, "requirments.txt"),
    "lock file only": ({"poetry.lock": b"", "pyproject.toml": b""}, "Poetry"),
    "nothing declared": ({"app.py": b"import flask\n"}, "requirements.txt"),
    "bad version file": ({"requirements.txt": b"", ".python-version": b"three point twelve\n"}, "three point twelve"),
    "several versions": ({"requirements.txt": b"", ".python-version": b"3.12\n3.13\n"}, "3.13"),
    "unknown version": ({"requirements.txt": b"", ".python-version": b"3.99\n"}, "3.99"),
    "end of life": ({"requirements.txt": b"", ".python-version": b"2.7\n"}, "2.7"),
    "binary version file": ({"requirements.txt": b"", ".python-version": b"\xff\xfe3\x00"}, ".python-version"),
    "binary requirements": ({"requirements.txt": b"caf\xe9\n"}, "requirements.txt"),
    "missing included file": ({"requirements.txt": b"-r base.txt\n"}, "base.txt"),
    "bad Procfile": ({"requirements.txt": b"", "Procfile": b"web gunicorn\n"}, "Procfile"),
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications_that_cannot_be_built(name: str, lamina: Lamina, tmp_path: Path) -> None:
    files, says = APPLICATIONS[name]
    app = tmp_path / "application"
    app.mkdir()
    for path, content in files.items():
        (app / path).write_bytes(content)
    ran = lamina.build(app)
    assert ran.status == 1, ran.both
    assert says in ran.both
    assert ran.both.count("Error: ") == 1, ran.both
    assert "Traceback" not in ran.both
    assert not (lamina.cache / "image" / "image.json").exists()


@pytest.mark.heavy
def test_project_toml_counts_as_with_pack(lamina: Lamina, tmp_path: Path) -> None:
    app = write_application(tmp_path / "described")
    (app / "secrets").mkdir()
    (app / "secrets" / "key.txt").write_text("private")
    (app / "Procfile").write_text("web: sh -c 'ls -a; ls secrets'\n")
    (app / "uv.lock").write_text("version = 1\n")
    variable = '[[io.buildpacks.build.env]]\nname = "BP_PYTHON_VERSION"\nvalue = "9.9"\n'
    (app / "project.toml").write_text(f'[io.buildpacks]\nexclude = ["secrets/", "/uv.lock"]\n{variable}')
    refused = lamina.run("plan", app)
    assert refused.status == 1
    assert "$BP_PYTHON_VERSION asks for 9.9" in refused.both
    # The command line counts more, and what is left out is neither planned nor built.
    planned = lamina.run("plan", app, f"--env=BP_PYTHON_VERSION={MINOR}")
    assert planned.status == 0, planned.both
    assert "uv.lock" not in planned.out
    built = lamina.build(app, env={"BP_PYTHON_VERSION": MINOR})
    assert built.status == 0, built.both
    listed = lamina.run("run", app, "--cache", lamina.cache)
    assert "uv.lock" not in listed.both
    assert "key.txt" not in listed.both
    assert "requirements.txt" in listed.out

    (app / "project.toml").write_text('[io.buildpacks]\nexclude = ["a"]\ninclude = ["b"]\n')
    assert "io.buildpacks has both include and exclude" in lamina.run("plan", app).both
