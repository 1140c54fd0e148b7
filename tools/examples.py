"""Makes the locks of the examples that can't be committed because they name a package index: uv's, Pipenv's, standard.

The tools come from the pinned files in data/, installed by pip into a folder that is kept between runs.
"""

import os
import sys
from pathlib import Path

from pure.manager.table import TOOLS, Tool
from shell.process import run

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PLACE = ROOT / ".lamina" / "lockers"
UV, PIPENV = TOOLS["uv"], TOOLS["pipenv"]
NOT_COMMITTED = ("uv.lock", "Pipfile.lock", "pylock.toml")

# The lock that is made, by which tool, with which arguments.
LOCKS: tuple[tuple[str, str, Tool, tuple[tuple[str, ...], ...]], ...] = (
    ("fastapi-uv", "uv.lock", UV, (("lock",),)),
    ("workspace-uv", "uv.lock", UV, (("lock",),)),
    (
        "streamlit-pylock",
        "pylock.toml",
        UV,
        (("lock",), ("export", "--no-dev", "--format", "pylock.toml", "--output-file", "pylock.toml", "--quiet")),
    ),
    ("flask-pipenv", "Pipfile.lock", PIPENV, (("lock",),)),
)


class ExamplesError(Exception):
    """A lock cannot be made; the text says why."""


def main() -> int:
    """Make the locks that are missing; with ``--again`` all of them."""
    again = "--again" in sys.argv[1:]
    for example, lock, tool, commands in LOCKS:
        folder = EXAMPLES / example
        if (folder / lock).is_file() and not again:
            continue
        try:
            make(folder, tool, commands)
        except ExamplesError as error:
            print(f"examples: {error}", file=sys.stderr)
            return 1
        if lock != "uv.lock":
            # An application has one lock; uv's was only the way to the standard one.
            (folder / "uv.lock").unlink(missing_ok=True)
        print(f"examples/{example}/{lock}")
    return 0


def make(folder: Path, tool: Tool, commands: tuple[tuple[str, ...], ...], *, place: Path | None = None) -> None:
    """Run the tool in an example's folder; ``place`` is where it is or will be installed."""
    place = place or PLACE / tool.name
    if not place.is_dir():
        pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
        _run((*pip, "--target", str(place), "-r", str(ROOT / tool.pin_file)), ROOT, {})
    own = {
        "PYTHONPATH": str(place),
        "PIPENV_PYTHON": sys.executable,
        "PIPENV_NOSPIN": "1",
        "PIPENV_IGNORE_VIRTUALENVS": "1",
        "PIPENV_YES": "1",
        "WORKON_HOME": str(place.parent / "environments"),
        "PDM_CHECK_UPDATE": "0",
        "PDM_IGNORE_SAVED_PYTHON": "1",
        "PDM_PYTHON": sys.executable,
        "POETRY_VIRTUALENVS_CREATE": "false",
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
    }
    start = (str(place / "bin" / "uv"),) if tool is UV else (sys.executable, "-m", tool.name)
    for command in commands:
        _run((*start, *command), folder, own)


def _run(argv: tuple[str, ...], folder: Path, own: dict[str, str]) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    ended = run(argv, env=variables | own, cwd=folder)
    if not ended.ok:
        raise ExamplesError(f"{' '.join(argv[:4])} failed in {folder.name}:\n{ended.stdout}{ended.stderr}")


if __name__ == "__main__":
    sys.exit(main())
