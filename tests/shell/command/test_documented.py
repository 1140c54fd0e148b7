"""What each command says of itself, and what a shell completes of it."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.shell_completion import get_completion_class
from click.testing import CliRunner
from shell.command.cli import lamina
from shell.command.documented import STATUSES, Documented, DocumentedGroup

from tests.places import DOCS, ROOT

MAIN = "from shell.command.cli import main; main()"
SHOWN = """
from pure.lifecycle.events import OutputLine, Warned
from pure.redaction import redactor
from shell.command.progress import working
from shell.command.terminal import Terminal
from shell.output import Output
with Terminal(Output(redactor({}))) as terminal:
    terminal.show(Warned(message="a warning"))
    terminal.show(OutputLine(buildpack="x", line="Error: an error"))
with working("Working") as doing:
    doing("Doing")
"""
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|9[0-7])(?:;[0-9;]*)?m")


def tree(command: click.Command, path: str = "lamina") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from tree(each, f"{path} {name}")


COMMANDS = dict(tree(lamina))


@pytest.mark.parametrize("path", COMMANDS)
def test_help_has_examples_and_statuses(path: str) -> None:
    command = COMMANDS[path]
    assert isinstance(command, Documented | DocumentedGroup)
    shown = CliRunner().invoke(lamina, [*path.split()[1:], "--help"]).output
    assert command.examples
    for example, does in command.examples.items():
        assert f"\n  # {does}\n  {example}\n" in shown
        # Who asks for the help of one command sees examples of that.
        assert example.startswith(path)
    assert "Exit statuses:" in shown
    assert all(re.search(rf"^  {re.escape(status)}  ", shown, re.MULTILINE) for status in command.statuses)
    assert not [each.name for each in command.params if isinstance(each, click.Option) and not each.help]


@pytest.mark.parametrize("path", COMMANDS)
def test_examples_have_options_that_there_are(path: str) -> None:
    command = COMMANDS[path]
    assert isinstance(command, Documented | DocumentedGroup)
    for example in command.examples:
        words = example.partition(" -- ")[0].partition(" | ")[0].split()
        found: click.Command = lamina
        while isinstance(found, click.Group):
            words = words[1:]
            found = found.commands[words[0]]
        known = {option for each in found.params for option in (*each.opts, *each.secondary_opts)}
        assert {word for word in words if word.startswith("-")} <= known


def test_the_page_has_the_statuses() -> None:
    page = (DOCS / "command.md").read_text()
    statuses = {status for command in COMMANDS.values() for status in getattr(command, "statuses", STATUSES)}
    assert all(f"\n| {status} | " in page for status in statuses)


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["plan", "nosuch", "--json"], "Directory 'nosuch' does not exist."),
        (["plan", ".", "--json", "--check", "a", "--write", "b"], "--check compares with a file"),
        (["plan", ".", "--json", "--env", "1=2"], "'1' is not a variable's name"),
        (["explain", "--json"], "Missing argument 'IMAGE'."),
        (["compare", "a", "b", "--json", "--nosuch"], "No such option"),
    ],
)
def test_a_wrong_command_line_is_a_document_where_one_is_asked_for(arguments: list[str], found: str) -> None:
    ended = CliRunner().invoke(lamina, arguments)
    error = json.loads(ended.stdout)["error"]
    assert (ended.exit_code, ended.stderr, found in error["found"][0]) == (2, "", True), error
    assert error["do"] == [f"See lamina {arguments[0]} --help"]
    arguments.remove("--json")
    assert CliRunner().invoke(lamina, arguments).stderr.startswith("Usage: ")


def test_help_is_no_document() -> None:
    assert CliRunner().invoke(lamina, ["plan", "--json", "--help"]).stdout.startswith("Usage: ")


def completed(words: str, **more: str) -> list[str]:
    """What bash is offered for the last word."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "_LAMINA_COMPLETE": "bash_complete", **more}
    environ |= {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    ended = subprocess.run([sys.executable, "-c", MAIN], env=environ, capture_output=True, text=True, check=True)
    return [line.partition(",")[2] for line in ended.stdout.splitlines()]


def test_bash_completes() -> None:
    assert completed("lamina plan --ch") == ["--check"]


@pytest.mark.parametrize(
    "words",
    [["explain"], ["compare"], ["compare", "a"], ["report"], ["report", "a", "--previous"]],
)
def test_where_an_image_is_named_paths_are_offered(words: list[str]) -> None:
    kind = get_completion_class("bash")
    assert kind is not None
    offered = kind(lamina, {}, "lamina", "_LAMINA_COMPLETE").get_completions(words, "la")
    assert [(each.value, each.type) for each in offered] == [("la", "file")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_page_says_how_each_shell_does(shell: str) -> None:
    assert f"_LAMINA_COMPLETE={shell}_source lamina" in (DOCS / "command.md").read_text()
    kind = get_completion_class(shell)
    assert kind is not None
    offered = kind(lamina, {}, "lamina", "_LAMINA_COMPLETE").get_completions(["plan"], "--w")
    assert [each.value for each in offered] == ["--write"]


def on_a_terminal(**more: str) -> str:
    """What is shown on one."""
    ours, theirs = pty.openpty()
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **more}
    with subprocess.Popen([sys.executable, "-c", SHOWN], env=environ, stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65_536):
                shown += part
        except OSError:
            # The other end is closed.
            pass
        finally:
            os.close(ours)
    return shown.decode()


def test_no_colour_where_nobody_wants_it_and_progress_all_the_same() -> None:
    coloured, plain = on_a_terminal(), on_a_terminal(NO_COLOR="1")
    assert COLOUR.search(coloured)
    assert not COLOUR.search(plain)
    for shown in (coloured, plain):
        assert "Warning: a warning" in shown
        assert "Error: an error" in shown
        assert "Doing" in shown
