"""Lines that need no shell: bash is asked what it would execute."""

import shlex
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pure.start.expansion import expand
from pure.start.plain_line import NeedsShell, PlainLine, read_line

NAMES = ("A", "B", "LONG_NAME", "PORT")
pieces = st.sampled_from(
    [
        *(
            "a",
            "b:c",
            "-x",
            "--y=",
            "=",
            " ",
            "  ",
            "\t",
            "'",
            '"',
            "'a b'",
            '"c d"',
            "$A",
            "${A}",
            "$PORT",
            "${PORT}",
            "$1",
        ),
        *(
            "${B:-x}",
            "${B:-$A}",
            '"$A"',
            '"${B:-c d}"',
            '"${LONG_NAME:-${A:-e}}"',
            "${PORT:-5000}",
            "A=",
            "B=",
            "C='",
            "#",
        ),
        *(
            "*",
            "?",
            "{",
            "}",
            "{a,b}",
            "!",
            ";",
            "&",
            "|",
            "<",
            ">",
            "(",
            ")",
            "`",
            "$(",
            "cd ",
            "if ",
            "é",
            "\u00a0",
            "\n",
        ),
        *(
            "%",
            "@",
            "+",
            ",",
            "./",
            "$",
            "${",
            ":-",
            "[",
            "]",
            "^",
            "\\'",
            '\\"',
            "env",
            "time ",
            "A+=",
            "PATH=",
            "$$",
            "~",
        ),
        *("\\", "$HOME", "-"),
    ]
)
lines = st.lists(pieces, max_size=9).map("".join)
EXAMPLES = (
    *(
        'A="$B" B=$A probe',
        "A=1 B=$A probe",
        'A=1 probe "$A" ""',
        "A=b probe a#c #d",
        'probe "${B:-}" ""',
        'probe "!x"',
    ),
    *(
        "probe 'a b'c\"d e\"",
        "A= probe",
        "A=\"x y\"'z' probe $PORT:${PORT:-3}",
        'probe "a\tb" "{x}" "$A$A"',
        "C=$A probe",
    ),
)
values = st.sampled_from(["", "x", "x y", "*", "$A", "'", "a\\b", "~", "8000"])


# The port is a number, as a launcher makes sure.
environments = st.fixed_dictionaries(
    {"PORT": st.sampled_from(["80", "8000"]), "HOME": st.just("/x")}, optional=dict.fromkeys(NAMES[:3], values)
)
# Variables that are set for it come before the program, words after it.
before = st.lists(pieces, max_size=4).map(lambda found: f"A={''.join(found)} ")
commands = st.builds("{}probe {}".format, st.one_of(st.just(""), before, before.map(lambda one: f"C={one}")), lines)
# A function is found in the place of a program, and spares this test a process for each.
PROBE = """probe() { printf '%s\\0' "$#" "$@" "$A" "$B" "$C"; }
"""


def executed(read: PlainLine, env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    """The words and the variables of what is executed, as the program does that expands them."""
    if not read.expands:
        return list(read.words), {}
    return [expand(word, env) for word in read.words], {name: expand(value, env) for name, value in read.variables}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(commands, environments), min_size=20, max_size=40))
@example([(line, {"PORT": "1", "A": "old"}) for line in EXAMPLES])
def test_bash_would_execute_the_same(asked: list[tuple[str, dict[str, str]]]) -> None:
    plain = [
        (line, read, env)
        for line, env in asked
        if isinstance(read := read_line(line), PlainLine) and read.words[0] == "probe"
    ]
    script = PROBE + "".join(
        f"unset A B C LONG_NAME\n{''.join(f'export {name}={shlex.quote(value)}; ' for name, value in env.items())}\n"
        f"{line}\n"
        for line, _, env in plain
    )
    done = subprocess.run(["bash", "-c", script], env={}, capture_output=True, check=True)
    assert done.stderr == b""
    said = done.stdout.decode().split("\0")
    for line, read, env in plain:
        count = int(said[0])
        words, variables = executed(read, env)
        after = {**env, **variables}
        assert ["probe", *said[1 : count + 1]] == words, line
        assert said[count + 1 : count + 4] == [after.get(name, "") for name in ("A", "B", "C")], line
        said = said[count + 4 :]
    assert said == [""]


@settings(max_examples=200, deadline=None)
@given(lines)
def test_plain_words_say_why_not_or_are_those_of_a_shell(line: str) -> None:
    read = read_line(line)
    if isinstance(read, NeedsShell):
        assert read.what
    elif not read.expands and not line.startswith("exec"):
        assert list(read.words) == shlex.split(line)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text("ab $'\"\\*é{}", max_size=6), min_size=1, max_size=4))
def test_what_is_quoted_stays_what_it_is(words: list[str]) -> None:
    read = read_line(shlex.join(["run", *words]))
    if not isinstance(read, NeedsShell):
        assert executed(read, {})[0] == ["run", *words]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("cd src && python a.py", "&&"),
        ("exec -a x y", "exec"),
        ("exec", "exec"),
        ("source env", "source"),
        ("python a.py; python b.py", ";"),
        ("python a.py > log", ">"),
        ("a\nb", "several lines"),
        ("a\x07", "a character that can't be seen"),
        ("A=1", "a command without a program"),
        ('x "$(y)"', "$("),
        ("B=1 C=$B x", "C="),
        ("A=1 A+=2 x", "A+="),
        ("x ${A:=1}", "${A…}"),
        ("x $A", "$A without quotes"),
        ("x ${PORT:-$A}", "${PORT:-$A} without quotes"),
        ('"$A"=1', '"$A"=1'),
    ],
)
def test_what_needs_a_shell_is_named(line: str, what: str) -> None:
    read = read_line(line)
    assert isinstance(read, NeedsShell) if line != '"$A"=1' else read
    if isinstance(read, NeedsShell):
        assert read.what == what


def test_a_port_that_nobody_sets_is_8000() -> None:
    read = read_line("run $PORT ${PORT} ${PORT:-5000}")
    assert isinstance(read, PlainLine)
    assert executed(read, {}) == (["run", "8000", "8000", "5000"], {})
    assert executed(read, {"PORT": "80"}) == (["run", "80", "80", "80"], {})
