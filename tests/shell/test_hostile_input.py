"""Strangers' applications are planned on shared machines: that is cheap, quiet and closed, whatever they hold."""

import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from shell.command.cli import lamina

from tests.places import ROOT

PYPROJECT = '[project]\nname = "shop"\nversion = "1"\n'
NINES = "9" * 5000
UV_LOCK = 'version = 1\nrequires-python = ">=3.9"\n'
PYLOCK = 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\nversion = "1"\n'


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """How ``lamina plan`` ended."""

    status: int
    out: str
    seconds: float


def plan(folder: Path, files: dict[str, str], *arguments: str, **variables: str) -> Planned:
    app = folder / "app"
    app.mkdir(exist_ok=True)
    for name, text in files.items():
        (app / name).write_text(text)
    given = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    env = {"PIP_CONFIG_FILE": "/dev/null", "XDG_CACHE_HOME": str(folder)}
    started = time.monotonic()
    ran = CliRunner(env=env).invoke(lamina, ["plan", str(app), "--production-runtime", *arguments, *given])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exc_info
    return Planned(status=ran.exit_code, out=ran.stdout, seconds=time.monotonic() - started)


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": f"{PYPROJECT}[tool.x]\na = {NINES}\n"},
        {"pyproject.toml": f'{PYPROJECT}requires-python = ">={NINES}"\n'},
        {"pyproject.toml": f"{PYPROJECT}dependencies = [\"flask=={NINES}; python_version > '{NINES}'\"]\n"},
        {"pyproject.toml": PYPROJECT, "uv.lock": f'version = 1\nrequires-python = ">={NINES}"\n'},
        {"pyproject.toml": f'{PYPROJECT}[tool.uv]\nrequired-version = "^{NINES}"\n', "uv.lock": UV_LOCK},
        {"pyproject.toml": PYPROJECT, "uv.toml": f'required-version = ">={NINES}"\n', "uv.lock": UV_LOCK},
        {"pylock.toml": f"{PYLOCK}marker = \"python_full_version > '{NINES}'\"\n"},
        {"pylock.toml": f'{PYLOCK}requires-python = ">={NINES}"\n'},
        {"requirements.txt": f'flask=={NINES}\nred==1 ; python_full_version > "{NINES}"\n'},
        {"requirements.txt": "", ".python-version": f"3.{NINES}\n"},
        {"pyproject.toml": "a = " + "[" * 5000},
        {"requirements.txt": "flask", "app.py": "x = " + "(" * 5000},
    ],
    ids=lambda files: " ".join(files),
)
def test_a_number_without_end_is_no_mistake_of_ours(tmp_path: Path, files: dict[str, str]) -> None:
    planned = plan(tmp_path, files)
    assert planned.status in (0, 1), planned.out


HOSTILE = "\x1b]52;c;cm0=\x07\u202e\u2028Done in 0.1 s\r\x9b2J"


@pytest.mark.parametrize(
    ("files", "variables"),
    [
        ({"requirements.txt": "", "Procfile": f"web: run {HOSTILE}\n"}, {}),
        ({"requirements.txt": "", "Procfile": f"{HOSTILE}: run\n"}, {}),
        ({"requirements.txt": f"-r {HOSTILE}.txt\n"}, {}),
        ({"requirements.txt": f"numpy=1.0={HOSTILE}\n_x=1=main\n"}, {}),
        ({"requirements.txt": "", "runtime.txt": f"python-{HOSTILE}\n"}, {}),
        ({"pyproject.toml": f'{PYPROJECT}requires-python = "\\u001b[2J"\n'}, {}),
        ({"requirements.txt": ""}, {"BP_PYTHON_VERSION": HOSTILE.replace("\r", "\n")}),
        ({"requirements.txt": ""}, {"BP_PYTHON_PROJECT_DIR": f"x\nError: {HOSTILE}"}),
        ({"requirements.txt": ""}, {"BP_LIVE": "1", "BP_DJANGO_COLLECTSTATIC": f"\x1b[2J{HOSTILE}"}),
        ({"requirements.txt": "", f"{HOSTILE.replace('/', '')}.txt": "", "manage.py": ""}, {}),
        ({"pyproject.toml": PYPROJECT + '[tool.lamina.processes]\nweb = "run \\u001b[2J\\nDone in 0.1 s"\n'}, {}),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_no_value_is_more_than_text_in_a_line(
    tmp_path: Path, files: dict[str, str], variables: dict[str, str], arguments: tuple[str, ...]
) -> None:
    planned = plan(tmp_path, files, *arguments, **variables)
    assert planned.status in (0, 1), planned.out
    kinds = {unicodedata.category(char) for line in planned.out.split("\n") for char in line}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not any(line.startswith(("Done in", "Error: \x1b")) for line in planned.out.splitlines())


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "", "Procfile": "web: " + "?TOKEN" * 1200},
        {"requirements.txt": "", "Procfile": "web: /a/?" + "a" * 150_000},
        {"requirements.txt": "flask" + " " * 100_000 + "x"},
        {"requirements.txt": "git+" * 64_000},
        {"requirements.txt": "a" * 100_000 + "\n-i " + "b" * 100_000},
        {"requirements.txt": "", "a" * 200: "", "project.toml": f'[io.buildpacks]\nexclude = ["{"*a" * 25}b"]\n'},
        {f"{at}.txt": f"-r {at + 1}.txt\n" for at in range(990)} | {"requirements.txt": "-r 0.txt", "990.txt": ""},
        {f"{at}.txt": f"-r {at + 1}.txt\n" for at in range(2000)} | {"requirements.txt": "-r 0.txt"},
    ],
    ids=["queries", "parameters", "blanks", "schemes", "names", "wildcards", "chain", "long chain"],
)  # fmt: skip
def test_a_plan_is_cheap(tmp_path: Path, files: dict[str, str]) -> None:
    planned = plan(tmp_path, files)
    assert planned.status in (0, 1)
    # Each took from ten seconds to minutes.
    assert planned.seconds < 5


@pytest.mark.parametrize("target", ["/proc/kmsg", "/proc/self/environ", "/etc/passwd", "huge"])
@pytest.mark.parametrize("name", ["project.toml", "Procfile", ".python-version"])
def test_only_files_of_the_application_are_read_and_none_without_bounds(tmp_path: Path, name: str, target: str) -> None:
    app = tmp_path / "app"
    app.mkdir()
    if target == "huge":
        with (app / name).open("wb") as file:
            file.truncate(20 << 30)
    else:
        (app / name).symlink_to(target)
    planned = plan(tmp_path, {"requirements.txt": ""})
    assert planned.status == 1
    assert f"app/{name}" in planned.out
    assert ("lies outside of it" if target != "huge" else "too large to be read") in planned.out


@pytest.mark.parametrize("command", ["plan", "build"])
def test_a_working_directory_that_is_gone_is_said(tmp_path: Path, command: str) -> None:
    script = f"cd {tmp_path}/gone && rmdir {tmp_path}/gone && exec "
    (tmp_path / "gone").mkdir()
    if command == "plan":
        script += f"env PYTHONPATH={ROOT} {sys.executable} -c 'from shell.command.cli import main; main()' plan ."
    else:
        script += f"env CNB_LAYERS_DIR={tmp_path}/layers {ROOT}/bin/build"
    ran = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=False)
    assert ran.returncode == 1, ran
    assert ran.stdout.decode() == (
        "\nError: The working directory doesn't exist any more\n\n  Change into one that does.\n"
    )
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ran = subprocess.run(
            ["/bin/sh", "-c", f"mkdir {tmp_path}/gone; {script}"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (ran.returncode, b"Traceback" in ran.stderr) == (74, False), ran
    assert b"Error: The standard output can't be written to" in ran.stderr
