"""Lays out the repository's examples for tests that plan them."""

import shutil
from pathlib import Path

from tests.places import ROOT

EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.is_dir())

# Locks that name a package index aren't committed; these have the same shape.
_LOCKED = 'version = 1\nrequires-python = ">=3.11"\n'
_MEMBERS = "".join(
    f'[[package]]\nname = "{n}"\nsource = {{ editable = "packages/{n}" }}\n' for n in ("api", "greeting")
)
_WHEEL = '[[packages.wheels]]\nname = "{}"\nsize = {}\n'
_PYLOCK = (
    'lock-version = "1.0"\nrequires-python = ">=3.11"\n[[packages]]\nname = "streamlit"\nversion = "1.50"\n'
    f"{_WHEEL.format('streamlit-1.50-py3-none-any.whl', 9_800_000)}"
    '[[packages]]\nname = "pyarrow"\nversion = "22.0"\n'
    f"{_WHEEL.format('pyarrow-22.0-cp314-cp314-manylinux_2_28_x86_64.whl', 47_700_000)}"
    f"{_WHEEL.format('pyarrow-22.0-cp314-cp314-win_amd64.whl', 99_000_000)}"
)
_STAND_INS = {
    "fastapi-uv": ("uv.lock", _LOCKED + '[[package]]\nname = "fastapi"\n[[package]]\nname = "uvicorn"\n'),
    "workspace-uv": (
        "uv.lock",
        _LOCKED + _MEMBERS + '[[package]]\nname = "starlette"\n[[package]]\nname = "uvicorn"\n',
    ),
    "flask-pipenv": ("Pipfile.lock", '{"_meta": {}, "default": {"flask": {}, "gunicorn": {}}}'),
    "streamlit-pylock": (
        "pylock.toml",
        _PYLOCK,
    ),
}
_GENERATED = shutil.ignore_patterns("uv.lock", "Pipfile.lock", "pylock.toml", "__pycache__", "build", "*.egg-info")


def laid_out(example: str, app: Path) -> None:
    """Copy an example to ``app``, with a lock where it has one."""
    shutil.copytree(ROOT / "examples" / example, app, ignore=_GENERATED)
    if example in _STAND_INS:
        name, text = _STAND_INS[example]
        (app / name).write_text(text)
