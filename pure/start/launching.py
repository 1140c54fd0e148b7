"""Turns the words of our own tables into a command, which listens on ``0.0.0.0`` at ``$PORT``, or at 8000.

A platform executes a process directly: without a shell, nothing replaces ``$PORT``. The ways out, and why this one:

- Some servers read ``PORT`` themselves, most don't, or not in every version, or then bind to 127.0.0.1 without it.
- An ``exec.d`` program can set a variable, which no word of a command is replaced by, and it needs a launcher: an image
  that ``lamina build --output`` writes has none, and its environment is fixed.
- ``sh -c 'exec … "${PORT:-8000}" … "$@"' sh`` needs a shell, which the best bases for images haven't.
- A program of our own (``shell/at_launch/start.py``), which the image's Python runs, works where the application does.
  It replaces itself by the server, so that signals reach that, and hands on whatever the container is started with.

So a command that needs the port, a variable or another import path is started by it, every other one directly.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

# What a word may hold, and what it becomes (``pure.start.expansion``).
_REDIS: Final = "${REDIS_URL:-redis://localhost:6379}"
_EXPANSIONS: Final[Mapping[str, str]] = {
    "{port}": "${PORT:-8000}",
    "{redis}": f"${{RQ_REDIS_URL:-{_REDIS}}}",
    "{origin}": "${BOKEH_ALLOW_WS_ORIGIN:-*}",
}
# Beside those: the URL of a Redis by a variable that the code names.
_MARKER: Final = re.compile("|".join((*map(re.escape, _EXPANSIONS), r"\{redis:(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\}")))
# Words with markers come from our own tables, which hold none; a file's name may hold anything.
_MEANT: Final = "$"

# What many commands take, and what runs a file.
HOST_PORT: Final = ("--host", "0.0.0.0", "--port", "{port}")  # noqa: S104  (an image listens to the outside)
PYTHON: Final = ("python", "{path}")


class StartCommand(msgspec.Struct, frozen=True, kw_only=True):
    """What is executed: as in a ``Process``."""

    words: tuple[str, ...]
    args: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    expands: bool = False


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
    words: tuple[str, ...],
    *,
    args: tuple[str, ...] = (),
    variables: tuple[tuple[str, str], ...] = (),
    root: str = "",
) -> StartCommand:
    """The command of these words; ``root`` is a folder that has to be importable, beside where the process starts."""
    if not root and not variables and not any(_MARKER.search(word) for word in words):
        return StartCommand(words=words, args=args)
    own = tuple((name, _expanding(value)) for name, value in variables)
    path = (("PYTHONPATH", f"{root.replace('$', '$$')}${{PYTHONPATH:+:${{PYTHONPATH}}}}"),) if root else ()
    return StartCommand(words=tuple(map(_expanding, words)), args=args, variables=(*own, *path), expands=True)


def _expanding(word: str) -> str:
    if not _MARKER.search(word) or _MEANT in word:
        return word.replace("$", "$$")
    return _MARKER.sub(_expansion, word)


def _expansion(marker: re.Match[str]) -> str:
    variable = marker["variable"]
    return f"${{RQ_REDIS_URL:-${{{variable}:-{_REDIS}}}}}" if variable else _EXPANSIONS[marker[0]]
