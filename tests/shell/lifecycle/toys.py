"""Small buildpacks in sh, and one build of them by the local lifecycle, observed."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import tomli
from pure.lifecycle.errors import LifecycleError
from pure.lifecycle.events import LayerRestored, LifecycleEvent, OutputLine, Warned
from pure.lifecycle.image import BuiltImage
from pure.outcome import Failure, Success
from pure.target import Distro, Target
from shell.lifecycle import LocalBuild, OptionalBuildpack, build

MACHINE = os.uname().machine.replace("x86_64", "amd64").replace("aarch64", "arm64")
TARGET = Target(os="linux", arch=MACHINE, distro=Distro(name="debian", version="12"))

# What a buildpack finds at its start, in a form that `found` reads back.
REPORT = r"""
report() {
  for file in "$CNB_LAYERS_DIR"/*.toml; do
    [ -e "$file" ] || continue
    echo "@@toml ${file##*/}"; cat "$file"; echo; echo "@@end"
  done
  echo "@@files"
  ( cd "$CNB_LAYERS_DIR"
    find . -mindepth 1 ! -name '*.toml' \( -name '*.sbom.*' -printf '%P\n' -o -printf '%P %y %m %l\n' \) |
    LC_ALL=C sort )
  echo "@@end"
  echo "@@plan"; cat "$CNB_BP_PLAN_PATH"; echo; echo "@@end"
  echo "@@env"
  env | LC_ALL=C sort | grep -v -e '^CNB_BP_PLAN_PATH=' -e '^PWD=' -e '^SHLVL=' -e '^_=' -e '^TMPDIR='
  echo "@@end"
}
"""
PASS = "exit 0\n"


def buildpack(
    folder: Path,
    name: str,
    build: str,
    *,
    detect: str = PASS,
    api: str = "0.10",
    version: str = "1.0.0",
    more: str = "",
) -> Path:
    """Write a buildpack; ``more`` goes to the end of the ``[buildpack]`` table. ``report`` is there for ``build``."""
    (folder / "bin").mkdir(parents=True)
    (folder / "buildpack.toml").write_text(
        f'api = "{api}"\n[buildpack]\nid = "{name}"\nversion = "{version}"\n{more}\n'
    )
    for program, text in (("detect", detect), ("build", f"set -eu\n{REPORT}\n{build}")):
        path = folder / "bin" / program
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(0o755)
    return folder


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What one buildpack reported."""

    tomls: Mapping[str, Any]
    files: tuple[str, ...]
    plan: Mapping[str, Any]
    env: tuple[str, ...]


def found(lines: Sequence[str]) -> tuple[Found, ...]:
    """The reports among a build's lines, in order."""
    reports: list[dict[str, Any]] = []
    section: str | None = None
    tomls: dict[str, Any] = {}
    content: list[str] = []
    fields: dict[str, Any] = {}
    for line in lines:
        if line.startswith("@@") and line != "@@end":
            section, content = line[2:], []
        elif line == "@@end" and section is not None:
            kind, _, name = section.partition(" ")
            if kind == "toml":
                tomls[name] = tomli.loads("\n".join(content))
            elif kind == "plan":
                fields["plan"] = tomli.loads("\n".join(content))
            else:
                fields[kind] = tuple(content)
            if kind == "env":
                reports.append({**fields, "tomls": tomls})
                fields, tomls = {}, {}
            section = None
        elif section is not None:
            content.append(line)
    return tuple(Found(**report) for report in reports)


class LocalResult(msgspec.Struct, frozen=True, kw_only=True):
    """A build by the local lifecycle."""

    outcome: Success[BuiltImage] | Failure[LifecycleError]
    events: tuple[LifecycleEvent, ...]

    def built(self) -> None:
        assert isinstance(self.outcome, Success), self.outcome

    @property
    def image(self) -> BuiltImage:
        assert isinstance(self.outcome, Success), self.outcome
        return self.outcome.unwrap()

    @property
    def error(self) -> LifecycleError:
        assert isinstance(self.outcome, Failure), self.outcome
        return self.outcome.failure()

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(event.line for event in self.events if isinstance(event, OutputLine))

    @property
    def found(self) -> tuple[Found, ...]:
        return found(self.lines)

    @property
    def restored(self) -> dict[str, bool]:
        return {event.layer: event.contents for event in self.events if isinstance(event, LayerRestored)}

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(event.message for event in self.events if isinstance(event, Warned))

    @property
    def metadata(self) -> Any:
        return msgspec.json.decode(self.image.labels["io.buildpacks.lifecycle.metadata"])


def local_build(
    app: Path, buildpacks: Sequence[Path], cache: Path, *, optional: Sequence[Path] = (), **more: Any
) -> LocalResult:
    """Build with the local lifecycle."""
    events: list[LifecycleEvent] = []
    members = tuple(OptionalBuildpack(path=each) if each in optional else each for each in buildpacks)
    request = LocalBuild(app=app, buildpacks=members, cache=cache, **{"target": TARGET, **more})
    outcome = build(request, on_event=events.append)
    return LocalResult(outcome=outcome, events=tuple(events))
