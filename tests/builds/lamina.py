"""Runs the console script as a user does, with the workshop's packed interpreter."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from shell.process import run

from tests.builds.workshop import Workshop, copy
from tests.places import ROOT

PROGRAM = str(ROOT / ".venv" / "bin" / "lamina")
APPLICATION = {
    "requirements.txt": "beta==1.1\nalpha==2.0\n",
    "Procfile": "web: python -c 'import beta, sys; print(sys.argv[0], sys.prefix)'\nshell: echo $GREETING | cat\n",
}


def write_application(folder: Path) -> Path:
    """A small application that can be built without a network."""
    folder.mkdir(parents=True)
    for name, text in APPLICATION.items():
        (folder / name).write_text(text)
    return folder


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How ``lamina`` ended and what it wrote to each stream."""

    status: int
    out: str
    err: str

    @property
    def both(self) -> str:
        return self.out + self.err


class Lamina:
    """The console script, with a cache for one application below ``root``."""

    def __init__(self, root: Path, workshop: Workshop) -> None:
        self.workshop = workshop
        root.mkdir(exist_ok=True)
        self.cache = root / "cache"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "BP_"))},
            "XDG_CACHE_HOME": str(workshop.cache_home),
            # The script's environment may hold another checkout of this project.
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "110",
        }
        # Here the wheels are where they are: the local lifecycle shows the machine's folders.
        self.offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{workshop.wheels} {workshop.pips}"}

    def argv(self, *arguments: str | Path) -> tuple[str, ...]:
        """The command of the console script with these arguments."""
        return (PROGRAM, *map(str, arguments))

    def run(self, *arguments: str | Path, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ran:
        ended = run(self.argv(*arguments), env={**self.env, **(env or {})}, cwd=cwd)
        return Ran(status=ended.returncode, out=ended.stdout, err=ended.stderr)

    def build(self, app: Path, *more: str | Path, env: Mapping[str, str] | None = None) -> Ran:
        """``lamina build`` off the network."""
        (_, *arguments), variables = self.command(app, env=env)
        return self.run(*arguments, *more, env=variables)

    def command(self, app: Path, *, env: Mapping[str, str] | None = None) -> tuple[tuple[str, ...], dict[str, str]]:
        """The command and the environment of ``lamina build`` off the network."""
        given = [f"--env={name}={value}" for name, value in {**self.offline, **(env or {})}.items()]
        return (PROGRAM, "build", str(app), "--cache", str(self.cache), *given), self.env

    def image(self) -> dict[str, Any]:
        """The stored image."""
        image: dict[str, Any] = json.loads((self.cache / "image" / "image.json").read_bytes())
        return image

    def digests(self) -> dict[str, str]:
        """The digest of each layer of the image by its name."""
        return {layer["name"]: layer["diff_id"] for layer in self.image()["layers"]}

    def start_from(self, cache: Path) -> None:
        """Use a copy of what an earlier build left."""
        copy(cache, self.cache)


def digest_line(ran: Ran) -> str:
    """The digest that the last lines name."""
    return next(line for line in ran.out.splitlines() if line.startswith("===> Built "))
