"""Decides what becomes of ``uv run`` and its like in a declared command: those tools aren't in the image.

Where the rest is a plain command, the prefix is dropped, for the environment is active in the image anyway. Where it is
a script of the tool's own or has options that change what is run, it can't be.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from pure.outcome import Failure
from pure.project.document import Document, table
from pure.source import Source
from pure.start.command_words import Run, ShellWord, inside, runs, shell_line
from pure.start.offered import ToolNotInImage
from pure.start.processes import Process


class Runner(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that runs commands in its environment, by its subcommand ``run``."""

    scripts: tuple[str, ...]
    """Where its file keeps scripts of its own: the path of a table."""
    file: str = "pyproject.toml"
    flags: frozenset[str] = frozenset()
    """Options that change nothing about what is run."""
    valued: frozenset[str] = frozenset()
    """Such options with a value."""
    bare: bool = False
    """Whether its scripts are subcommands, too: ``pdm serve``."""


_QUIET: Final = frozenset({"-q", "--quiet", "-v", "--verbose", "--no-ansi", "-n", "--no-interaction"})
RUNNERS: Final[Mapping[str, Runner]] = {
    "uv": Runner(
        scripts=(),
        flags=_QUIET
        | {"--no-sync", "--frozen", "--locked", "--no-dev", "--active", "--no-cache", "--offline", "--no-progress"}
        | {"--all-extras", "--exact", "--no-default-groups", "--no-editable", "--no-project", "--no-config"},
        valued=frozenset({"--group", "--extra", "--no-group", "--python", "-p", "--package"}),
    ),
    "poetry": Runner(scripts=("tool", "poetry", "scripts"), flags=_QUIET | {"--no-plugins"}),
    "pipenv": Runner(scripts=("scripts",), file="Pipfile", flags=_QUIET),
    "pdm": Runner(scripts=("tool", "pdm", "scripts"), flags=_QUIET | {"--no-lock"}, bare=True),
    "hatch": Runner(scripts=("tool", "hatch", "envs", "default", "scripts"), flags=_QUIET),
    "rye": Runner(scripts=("tool", "rye", "scripts"), flags=_QUIET),
    "pixi": Runner(scripts=("tool", "pixi", "tasks"), flags=_QUIET | {"--frozen", "--locked"}),
}
# What is run by other means than a subcommand of that name.
_OTHERS: Final = frozenset({"uvx", "pipx"})
# Of a script of the application's so much is looked at.
_LONGEST_SCRIPT: Final = 6000


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A process without its prefixes, and the prefixes."""

    process: Process
    prefixes: tuple[str, ...]


def without_runners(
    process: Process, files: Mapping[str, Document | None], *, present: frozenset[str]
) -> Dropped | Failure[ToolNotInImage]:
    """A process whose command needs no tool. ``present`` are the tools that are in the image after all."""
    cuts: list[tuple[int, int, str]] = []
    prefixes: list[str] = []
    for run in runs(process.command):
        tool = run.texts[0]
        # In a line within a line nothing is cut.
        hidden = next((each for each in inside(run) if _needs_tool(each, present, files)), None)
        if hidden is not None:
            shown = " ".join(hidden.texts[:6])
            refused = ToolNotInImage(source=process.source, type=process.type, tool=hidden.texts[0], shown=shown)
            return Failure(refused)
        if not _needs_tool(run, present, files):
            continue
        rest = _rest(run, files)
        if not isinstance(rest, tuple):
            return Failure(msgspec.structs.replace(rest, source=process.source, type=process.type, tool=tool))
        first, put = rest
        cuts.append((run.words[0].start, first.start, put))
        prefixes.append(" ".join(run.texts[: run.words.index(first)]))
    return Dropped(process=_cut(process, cuts), prefixes=tuple(dict.fromkeys(prefixes)))


def runs_tools(raw: bytes, present: frozenset[str]) -> Iterator[str]:
    """The commands of a shell's script that start by a tool that isn't in the image."""
    lines = raw[:_LONGEST_SCRIPT].decode("utf-8", "replace").splitlines()
    for line in lines:
        for run in runs(("bash", "-c", line)) if not line.lstrip().startswith("#") else ():
            if _needs_tool(run, present, {}):
                yield " ".join(run.texts[:6])


def _needs_tool(run: Run, present: frozenset[str], files: Mapping[str, Document | None]) -> bool:
    tool, *words = run.texts
    if tool in present or tool not in RUNNERS:
        return tool in _OTHERS - present
    runner = RUNNERS[tool]
    if words[:1] == ["run"]:
        return True
    return runner.bare and bool(words) and _script(runner, files.get(runner.file), words[0]) is not None


def _rest(run: Run, files: Mapping[str, Document | None]) -> tuple[ShellWord, str] | ToolNotInImage:
    """The first word of the plain command behind the prefix, and what is put before it."""
    runner = RUNNERS.get(run.texts[0])
    refused = ToolNotInImage(source=Source(), type="", tool="", shown=" ".join(run.texts[:6]))
    if runner is None:
        return refused
    words = run.words[2 if run.texts[1:2] == ("run",) else 1 :]
    put = ""
    while words and words[0].text.startswith("-"):
        option, _, value = words[0].text.partition("=")
        if option == "--":
            words = words[1:]
            break
        if option in ("-m", "--module") and run.texts[0] == "uv":
            words, put = words[1:], "python -m "
            break
        if option in runner.flags and not value:
            words = words[1:]
        elif option in runner.valued:
            words = words[1:] if value else words[2:]
        else:
            return refused
    if not words:
        return refused
    name = words[0].text
    script = _script(runner, files.get(runner.file), name)
    if script is not None or ":" in name:
        return msgspec.structs.replace(refused, script=script, file=runner.file)
    # uv and PDM take a file for a program of Python's.
    return words[0], put or ("python " if name.endswith(".py") else "")


def _script(runner: Runner, document: Document | None, name: str) -> str | None:
    if document is None or isinstance(document.toml, Failure) or not runner.scripts:
        return None
    found: Mapping[str, Any] = document.toml.unwrap()
    for key in runner.scripts:
        found = table(found.get(key))
    script = found.get(name)
    # Poetry's scripts are installed as programs, with the project.
    if script is None or runner is RUNNERS["poetry"]:
        return None
    if isinstance(script, dict):
        script = script.get("cmd", script.get("shell", script))
    return script if isinstance(script, str) else "…"


def _cut(process: Process, cuts: list[tuple[int, int, str]]) -> Process:
    if not cuts:
        return process
    line = shell_line(process.command)
    if line is None:
        start, end, put = cuts[0]
        words = (*process.command[:start], *put.split(), *process.command[end:])
        return msgspec.structs.replace(process, command=words)
    for start, end, put in reversed(cuts):
        line = f"{line[:start]}{put}{line[end:]}"
    return msgspec.structs.replace(process, command=("bash", "-c", line))
