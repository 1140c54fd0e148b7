"""Turns a command's words into what the platform executes, so that it listens on ``0.0.0.0`` at ``$PORT``, or at 8000.

A platform executes a process directly: without a shell, nothing replaces ``$PORT``. The ways out, and why this one:

- Some servers read ``PORT`` themselves, most don't, or not in every version, or then bind to 127.0.0.1 without it.
- An ``exec.d`` program can compute a variable at launch, and needs a launcher: an image that ``lamina build --output``
  writes has none, and its environment is fixed.
- ``sh -c 'exec … "${PORT:-8000}" … "$@"' sh`` works wherever there is a POSIX shell, which is far more often than bash:
  in every lifecycle and without one, and by hand. ``exec`` leaves the server as the process that gets the signals, and
  ``"$@"`` hands it whatever arguments the container is started with.

So a command that needs the port, a variable or another import path is run by ``sh``, every other one directly.
"""

import re
import shlex
from collections.abc import Mapping
from typing import Final

# What a word may hold, and what it becomes: inside double quotes in `sh`, and in words for a reader.
_REDIS: Final = "${REDIS_URL:-redis://localhost:6379}"
_EXPANSIONS: Final[Mapping[str, str]] = {
    "{port}": "${PORT:-8000}",
    "{redis}": f"${{RQ_REDIS_URL:-{_REDIS}}}",
    "{origin}": "${BOKEH_ALLOW_WS_ORIGIN:-*}",
}
# Beside those: the URL of a Redis by a variable that the code names.
_MARKER: Final = re.compile("|".join((*map(re.escape, _EXPANSIONS), r"\{redis:(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\}")))
# Words with markers come from our own tables, which hold none of these; a file's name may hold anything.
_MEANT_FOR_SHELLS: Final = re.compile(r"[\"$`\\]")
_TAIL: Final = ' "$@"'

# What many commands take, and what runs a file.
HOST_PORT: Final = ("--host", "0.0.0.0", "--port", "{port}")  # noqa: S104  (an image listens to the outside)
PYTHON: Final = ("python", "{path}")


def fill(words: tuple[str, ...], *, module: str = "", name: str = "", path: str = "") -> tuple[str, ...]:
    """A command's words with what is started in them."""
    values = {"{target}": f"{module}:{name}", "{module}": module, "{name}": name, "{path}": path}
    filled = []
    for word in words:
        for marker, value in values.items():
            word = word.replace(marker, value)
        filled.append(word)
    return tuple(filled)


def command_line(
    words: tuple[str, ...], *, variables: tuple[tuple[str, str], ...] = (), root: str = ""
) -> tuple[str, ...]:
    """What the platform executes: the words themselves, or ``sh`` if something has to be known at launch.

    ``root`` is a folder that has to be importable, beside the one that the process starts in.
    """
    if root:
        variables = (*variables, ("PYTHONPATH", root))
    if not variables and not any(_MARKER.search(word) for word in words):
        return words
    assignments = "".join(f"{name}={_assigned(name, value)} " for name, value in variables)
    return ("sh", "-c", f"{assignments}exec {' '.join(_quoted(word) for word in words)}{_TAIL}", "sh")


def shown(command: tuple[str, ...]) -> str:
    """A command as a log shows it: without the wrapping that ``command_line`` or a Procfile's bash put around it."""
    if len(command) == 4 and command[:2] == ("sh", "-c") and command[2].endswith(_TAIL):
        return command[2].removesuffix(_TAIL).removeprefix("exec ")
    if command[:2] == ("bash", "-c") and len(command) == 3:
        return command[2]
    return " ".join(command)


def _assigned(name: str, value: str) -> str:
    if name == "PYTHONPATH":
        return f'{shlex.quote(value)}"${{PYTHONPATH:+:$PYTHONPATH}}"'
    return _quoted(value)


def _quoted(word: str) -> str:
    if not _MARKER.search(word) or _MEANT_FOR_SHELLS.search(word):
        return shlex.quote(word)
    return f'"{_MARKER.sub(_expansion, word)}"'


def _expansion(marker: re.Match[str]) -> str:
    variable = marker["variable"]
    return f"${{RQ_REDIS_URL:-${{{variable}:-{_REDIS}}}}}" if variable else _EXPANSIONS[marker[0]]
