"""Regenerates data/<tool>-requirements.txt: the package managers' tools with all that they need, pinned with hashes.

One file has to serve every Python minor and both architectures, so the newest versions are resolved for all of them at
once, by uv, which pip installs into a temporary folder for that; pip then checks that it accepts the result. The files
are in pip's format and name no package index.
"""

import os
import sys
import tempfile
from pathlib import Path

from pure.manager.table import PIP_TOOL, TOOLS
from shell.process import run

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"
# What is asked for, where it isn't the tool's bare name.
REQUESTS = {
    # PDM states what it was tested with; newer releases of what it needs have broken it.
    "pdm": "pdm[locked]"
}
HEADER = """\
# {title}, as builds install it, with all that it needs, in pip's requirements format so that update bots can bump it.
# Made by `make tools-lock`; installed with --no-deps.
"""


class LockError(Exception):
    """A file cannot be made; the text says why."""


def main() -> int:
    """Write the files of all tools but pip's, which is pinned by hand."""
    with tempfile.TemporaryDirectory(prefix="tools-lock-") as folder:
        temporary = Path(folder)
        try:
            _run(_pip("install", "--target", str(temporary / "uv"), "uv"), temporary)
            for tool in TOOLS.values():
                if tool is not PIP_TOOL:
                    text = lock(temporary, tool.name)
                    (ROOT / tool.pin_file).write_text(HEADER.format(title=tool.title) + text, encoding="utf-8")
                    print(f"{tool.pin_file}: {text.count('==')} distributions")
        except LockError as error:
            print(f"tools-lock: {error}", file=sys.stderr)
            return 1
    return 0


def lock(temporary: Path, name: str) -> str:
    """The requirements of one tool."""
    request, made = temporary / f"{name}.in", temporary / f"{name}.txt"
    request.write_text(f"{REQUESTS.get(name, name)}\n")
    options = ("--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url")
    _run(
        (str(temporary / "uv/bin/uv"), "pip", "compile", "--quiet", "--no-emit-find-links", *options,
         "--python-version", OLDEST_PYTHON, "--output-file", str(made), str(request)),
        temporary,
    )  # fmt: skip
    text = made.read_text(encoding="utf-8").replace(f"{REQUESTS.get(name, name)}==", f"{name}==")
    if "://" in text:
        raise LockError(f"{name}: the result names a place")
    made.write_text(text, encoding="utf-8")
    _run(
        _pip("install", "--dry-run", "--no-deps", "--require-hashes", "--ignore-installed", "-r", str(made)), temporary
    )
    return text


def _pip(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pip", *arguments[:1], "--quiet", "--disable-pip-version-check", *arguments[1:])


def _run(argv: tuple[str, ...], temporary: Path) -> None:
    ended = run(argv, env=dict(os.environ) | {"UV_CACHE_DIR": str(temporary / "cache")}, cwd=temporary)
    if not ended.ok:
        raise LockError(f"{' '.join(argv[:4])} failed:\n{ended.stdout}{ended.stderr}")


if __name__ == "__main__":
    sys.exit(main())
