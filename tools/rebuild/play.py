"""Plays the rows with one lifecycle, with divided dependencies and with undivided ones."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from shell.lifecycle.disk import remove

from tools.rebuild.applications import Application, Situation, tool_variables, write
from tools.rebuild.locks import Locks
from tools.rebuild.measured import Measured
from tools.rebuild.rows import Row

VARIANTS: Mapping[str, Mapping[str, str]] = {"divided": {}, "undivided": {"BP_PYTHON_DIVIDE": "false"}}


class Lifecycle(Protocol):
    """Something that builds again and again, and measures each build."""

    def build(self, app: Path, buildpack: Path, env: Mapping[str, str]) -> Measured:
        """One build, which has to succeed."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What all builds of a run share.

    ``releases`` are the buildpack and the same one in another version, ``pythons`` the variables that ask for a Python
    and for its next patch release. ``index`` is the address of the benchmark's own package index.
    """

    application: Application
    locks: Locks
    index: str
    env: Mapping[str, str]
    releases: tuple[Path, Path]
    pythons: tuple[Mapping[str, str], Mapping[str, str]]


def play(
    setting: Setting,
    rows: Sequence[Row],
    start: Callable[[Path, str], Lifecycle],
    root: Path,
    say: Callable[[str], None],
    variants: Mapping[str, Mapping[str, str]] = VARIANTS,
) -> dict[str, dict[str, Measured]]:
    """Of each row, by its name, what was measured of each variant. ``start`` gets a free folder and a free name."""
    found: dict[str, dict[str, Measured]] = {row.name: {} for row in rows}
    for variant, variables in variants.items():
        situation = Situation()
        lifecycle: Lifecycle | None = None
        for number, row in enumerate(rows):
            if row.first or lifecycle is None:
                remove(root)
                root.mkdir(parents=True)
                lifecycle = start(root / "lifecycle", f"{variant}-{number}")
            situation = row.after(situation)
            app = root / "app"
            write(app, setting.application, situation, setting.locks, setting.index)
            env = {
                **setting.env,
                **setting.pythons[situation.other_patch],
                **tool_variables(situation, setting.locks),
                **variables,
            }
            began = time.monotonic()
            measured = lifecycle.build(app, setting.releases[situation.other_release], env)
            found[row.name][variant] = measured
            say(f"{variant}: {row.name}: {measured.seconds:.1f} s ({time.monotonic() - began:.0f} s with measuring)")
        remove(root)
    return found
