"""Variables, search paths, file names and modules that somebody set for other purposes, or against us."""

import shutil
from pathlib import Path

import msgspec
import pytest
from shell.lifecycle.processes import Description

from tests.builds.workshop import LAYERS, MINOR, PATH, Bench, Workshop, differences, tree
from tests.often import often

MARK = "import pathlib\npathlib.Path('/workspace/IMPORTED').write_text(__file__)\nraise SystemExit('hostile')\n"
PROGRAM = "#!/bin/bash\ntouch /workspace/IMPORTED\nexit 9\n"
MODULES = (
    "typing",
    "queue",
    "pip",
    "logging",
    "sitecustomize",
    "usercustomize",
    "encodings",
    "msgspec",
    "pure",
    "site",
)


def test_all_breaking_variables_are_reported_at_once(bench: Bench) -> None:
    bench.require("alpha==1.0")
    env = {
        "PIP_TARGET": "/tmp/t",
        "PIP_PREFIX": "/tmp/p",
        "PIP_USER": "1",
        "PYTHONHOME": "/nowhere",
        "PYTHONUSERBASE": "/tmp/u",
        "VIRTUAL_ENV": "/other",
    }
    built = bench.try_build(env)
    assert built.status == 1
    assert [name for name in env if name not in built.log] == []
    assert built.log.count("Error: ") == 1
    assert not bench.venv.exists()


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONPATH": "/workspace/hostile"},
        {"PYTHONSTARTUP": "/workspace/hostile/typing.py"},
        # With these the installed command starts a buildpack that has no interpreter of its own.
        {"LAMINA_PACKAGES": "/workspace/hostile", "LAMINA_PYTHON": "/workspace/hostile/python"},
    ],
    ids=lambda variables: " ".join(variables),
)
def test_python_variables_reach_none_of_ours(variables: dict[str, str], bench: Bench) -> None:
    bench.write({"requirements.txt": "alpha==1.0\n", **{f"hostile/{name}.py": MARK for name in MODULES}})
    bench.build(variables)
    assert not (bench.app / "IMPORTED").exists()
    assert bench.versions() == {"alpha": "1.0"}


def test_modules_of_the_application_are_not_imported(bench: Bench) -> None:
    files = {f"{name}.py": MARK for name in MODULES}
    bench.write({"requirements.txt": "alpha==1.0\n", **files})
    bench.build()
    bench.write({"requirements.txt": "alpha==1.1\n", **files})
    bench.build()
    assert not (bench.app / "IMPORTED").exists()
    assert bench.versions() == {"alpha": "1.1"}


@pytest.mark.heavy
def test_first_build_with_everything_against_it(empty_bench: Bench, tools: Path) -> None:
    """Python and pip themselves are installed all the same, and their layers are those of any other build."""
    files = {f"{name}.py": MARK for name in MODULES} | {f"bin/{name}": PROGRAM for name in ("python3", "python")}
    empty_bench.write({"requirements.txt": "alpha==1.0\n", **files})
    env = {"PYTHONPATH": "/workspace", "LD_LIBRARY_PATH": "/workspace/lib", "HOME": None, "PATH": None, "TMPDIR": "/no"}
    built = empty_bench.run(before(empty_bench.description(env), "umask 077"))
    assert built.status == 0, built.log
    assert not (empty_bench.app / "IMPORTED").exists()
    assert empty_bench.versions() == {"alpha": "1.0"}
    for layer in ("python", "pip"):
        assert differences(tree(tools / "lamina_python" / layer), tree(empty_bench.own / layer)) == []


@pytest.mark.heavy
def test_umask(bench: Bench, tmp_path: Path, workshop: Workshop, tools: Path) -> None:
    bench.require("alpha==1.0")
    bench.build()
    other = Bench(tmp_path / "other", workshop, tools)
    other.require("alpha==1.0")
    built = other.run(before(other.description(), "umask 077"))
    assert built.status == 0, built.log
    assert differences(tree(bench.venv), tree(other.venv)) == []


def before(description: Description, script: str) -> Description:
    """Run a line of shell before the same program."""
    return msgspec.structs.replace(
        description, argv=("/bin/bash", "-c", f'{script}; exec "$@"', "-", *description.argv)
    )


def test_path_with_other_programs(bench: Bench) -> None:
    names = ("python", "python3", f"python{MINOR}", "sh", "env", "bash", "pip", "mkdir", "ls", "dirname", "readlink")
    bench.write({"requirements.txt": "alpha==1.0\n", **{f"bin/{name}": PROGRAM for name in names}})
    for name in names:
        (bench.app / "bin" / name).chmod(0o755)
    bench.build({"PATH": f"/workspace/bin:{PATH}"})
    assert not (bench.app / "IMPORTED").exists()
    assert bench.versions() == {"alpha": "1.0"}


def test_libraries_that_are_none(bench: Bench) -> None:
    names = (f"libpython{MINOR}.so.1.0", "libz.so.1", "libssl.so.3", "libcrypto.so.3", "libexpat.so.1", "libffi.so.8")
    bench.write({"requirements.txt": "alpha==1.0\n", **{f"lib/{name}": "not a library\n" for name in names}})
    bench.build({"LD_LIBRARY_PATH": "/workspace/lib"})
    assert bench.versions() == {"alpha": "1.0"}


def test_no_home(bench: Bench) -> None:
    bench.require("alpha==1.0")
    bench.build({"HOME": None})
    assert bench.versions() == {"alpha": "1.0"}


PLACES = ("/work space/ünï çødé", "/new\nline/app", "/quo'te\"s/$HOME/`id`/-r")


@pytest.mark.parametrize("app", often(PLACES, PLACES[0]))
def test_unusual_places(app: str, bench: Bench) -> None:
    bench.write({"requirements.txt": "-r more.txt\n", "more.txt": "alpha==1.0\n", "ü \n'\"$x.py": "x = 1\n"})
    built = bench.build(app=app)
    assert "Traceback" not in built.log
    assert bench.versions() == {"alpha": "1.0"}


def test_variables_for_the_application_are_kept_for_it(bench: Bench) -> None:
    """What a later buildpack and the application see doesn't hold what was kept from our own steps."""
    bench.require("alpha==1.0")
    bench.build({"PYTHONPATH": "/workspace/hostile"})
    files = [path for path in bench.own.glob("*/env*/*") if path.name.startswith("PYTHONPATH")]
    assert files == []
    answer = bench.execute(f"{LAYERS}/venv/bin/python", "-c", "import alpha; print(alpha.VERSION)")
    assert answer.log == "1.0\n"


@pytest.mark.heavy
def test_relative_settings_mean_the_application_for_pip_itself_too(empty_bench: Bench) -> None:
    empty_bench.require("alpha==1.0")
    for folder in (empty_bench.workshop.wheels, empty_bench.workshop.pips):
        shutil.copytree(folder, empty_bench.app / "vendored", dirs_exist_ok=True)
    empty_bench.build({"PIP_FIND_LINKS": "vendored"})
    assert empty_bench.versions() == {"alpha": "1.0"}
