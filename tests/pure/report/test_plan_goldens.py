"""What is decided over each example, so that a pull request shows which decisions it changes."""

import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest
from pure.build.plan import Plan
from pure.outcome import Success
from pure.report.record import encode_record, record
from pure.target import Target
from shell.world import read_facts

from pure.report import build_log
from tests.golden import check_golden
from tests.places import ROOT
from tests.strategies_plan import planned

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())


# Locks that name a package index aren't committed; these have the same shape.
_LOCKED = 'version = 1\nrequires-python = ">=3.11"\n'
_MEMBERS = "".join(
    f'[[package]]\nname = "{n}"\nsource = {{ editable = "packages/{n}" }}\n' for n in ("api", "greeting")
)
STAND_INS = {
    "fastapi-uv": ("uv.lock", _LOCKED + '[[package]]\nname = "fastapi"\n[[package]]\nname = "uvicorn"\n'),
    "workspace-uv": (
        "uv.lock",
        _LOCKED + _MEMBERS + '[[package]]\nname = "starlette"\n[[package]]\nname = "uvicorn"\n',
    ),
    "flask-pipenv": ("Pipfile.lock", '{"_meta": {}, "default": {"flask": {}, "gunicorn": {}}}'),
    "streamlit-pylock": (
        "pylock.toml",
        'lock-version = "1.0"\nrequires-python = ">=3.11"\n[[packages]]\nname = "streamlit"\nversion = "1.50"\n',
    ),
}
GENERATED = shutil.ignore_patterns("uv.lock", "Pipfile.lock", "pylock.toml", "__pycache__", "build", "*.egg-info")


def _plan(example: str, nowhere: Path) -> Plan:
    app = nowhere / "app"
    shutil.copytree(ROOT / "examples" / example, app, ignore=GENERATED)
    if example in STAND_INS:
        name, text = STAND_INS[example]
        (app / name).write_text(text)
    # Neither this machine's variables nor its configuration of pip take part.
    read = read_facts(
        buildpack=ROOT,
        app=app,
        layers=nowhere / "layers",
        plan=None,
        environ={"PIP_CONFIG_FILE": "/dev/null"},
    )
    assert isinstance(read, Success), read
    target = Target(os="linux", arch="amd64")
    return planned(msgspec.structs.replace(read.unwrap(), today=date(2026, 11, 22), target=target, carried=None))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_plan_as_it_is_printed(example: str, tmp_path: Path) -> None:
    check_golden(f"plan_{example}", "\n".join(build_log.plan("0.0.0", _plan(example, tmp_path))))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_plan_as_it_is_recorded(example: str, tmp_path: Path) -> None:
    recorded = encode_record(record(_plan(example, tmp_path), version="0.0.0", redact=str)).decode()
    check_golden(f"plan_{example}", recorded, suffix=".json")
