"""Reads the start commands that an application has for other buildpacks: variables of theirs, and App Engine's file.

They count where the project declares no process for this one. ``app.yaml`` is YAML, of which one form is read here: a
plain or quoted scalar on the line of its key, which says the same in every reader of YAML; anything else isn't.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from pure.project.document import Document
from pure.source import Source

APP_ENGINE: Final = "app.yaml"
COMMAND_VARIABLES: Final = ("BP_POETRY_RUN_TARGET", "GOOGLE_ENTRYPOINT", "RAILPACK_START_CMD", "NIXPACKS_START_CMD")
"""The variables of Paketo, Google, Railpack and Nixpacks, the stronger one first."""

_KEY: Final = re.compile(r"entrypoint[ ]*:(?=[ ])[ ]++(?P<value>[^\r\n]+)\r?\Z")
_RUNTIME: Final = re.compile(r"runtime[ ]*:[ ]++['\"]?(?P<name>[a-z]*)")
# A plain scalar begins with none of these, and ends before a comment; the others mean something in YAML.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./$][^\r\n]*\Z")
_SINGLE: Final = re.compile(r"'(?P<text>(?:[^']|'')*+)'[ ]*+(?:#[^\r\n]*)?\Z")
_DOUBLE: Final = re.compile(r'"(?P<text>[^"\\]*+)"[ ]*+(?:#[^\r\n]*)?\Z')


class PeerCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command for the process ``web``, and where it stands."""

    source: Source
    command: str


def peer_commands(variables: Mapping[str, str], files: Mapping[str, Document | None]) -> tuple[PeerCommand, ...]:
    """All that there are, the strongest first; ``files`` are those of the application's root, by name."""
    stated = ((name, variables.get(name, "").strip()) for name in COMMAND_VARIABLES)
    found = [PeerCommand(source=Source(variable=name), command=command) for name, command in stated if command]
    engine = files.get(APP_ENGINE)
    entrypoint = read_entrypoint(engine.text) if engine else None
    return (*found, entrypoint) if entrypoint else tuple(found)


def read_entrypoint(text: str) -> PeerCommand | None:
    """The entrypoint of an ``app.yaml``; ``None`` where there is none, or it isn't sure what it says."""
    lines = text.split("\n")
    keys = [at for at, line in enumerate(lines) if line.startswith("entrypoint")]
    match = _KEY.match(lines[keys[0]]) if len(keys) == 1 else None
    runtimes = [found["name"] for line in lines if (found := _RUNTIME.match(line))]
    if match is None or any(name != "python" for name in runtimes) or _goes_on(lines[keys[0] + 1 :]):
        return None
    command = _scalar(match["value"].rstrip(" "))
    return PeerCommand(source=Source(file=APP_ENGINE, line=keys[0] + 1), command=command) if command else None


def _goes_on(rest: list[str]) -> bool:
    """Whether the value goes on below its key, or another document follows."""
    after = next((line for line in rest if line.strip() and not line.lstrip().startswith("#")), "")
    return after[:1] in (" ", "\t") or any(line.startswith(("---", "...")) for line in rest)


def _scalar(value: str) -> str:
    if match := _SINGLE.match(value):
        return match["text"].replace("''", "'").strip()
    if match := _DOUBLE.match(value):
        return match["text"].strip()
    plain = value.partition(" #")[0].rstrip(" ")
    return plain if _PLAIN.match(plain) and ": " not in plain and not plain.endswith(":") else ""
