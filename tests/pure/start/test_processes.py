"""Which processes an image offers, as its Procfile declares them."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.source import Source
from pure.start.processes import (
    BadLine,
    BadType,
    DuplicateType,
    EmptyCommand,
    NotText,
    Process,
    Processes,
    ProcfileError,
    from_procfile,
)

from tests.strategies_plan import junk

types = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
plain = st.lists(st.text("abc-/.:=,@%+ $", min_size=1, max_size=8), min_size=1, max_size=4).filter(
    lambda found: "=" not in found[0] and found[0].strip(" .:")
)
shell = st.sampled_from([
    ("$OTHER", "$OTHER without quotes"), ("a | b", "|"), ("a && b", "&&"), ("a; b", ";"), ("x > y", ">"),
    ("echo `date`", "`"), ("PATH=x web", "PATH="), ("ls *.py", "*"), ("a 'b", "a quote that isn't closed"),
    ("~/x", "~"),
    ("cd src", "cd"), ("a $(b)", "$("), ("a # b", "#"), ('a "$HOSTNAME"', "$HOSTNAME"), ("x ${A-b}", "${A…}"),
])  # fmt: skip


def _read(text: str | bytes) -> Processes:
    decided = from_procfile(text if isinstance(text, bytes) else text.encode())
    assert isinstance(decided, Success), decided
    return decided.unwrap()


@given(types, plain)
def test_plain_words_are_executed_directly(kind: str, argv: list[str]) -> None:
    (process,) = _read(f"{kind}: {shlex.join(argv)}").processes
    assert process == Process(
        type=kind,
        command=tuple(argv),
        default=True,
        source=Source(file="Procfile", line=1),
        because="executed directly",
    )


@given(types, shell)
def test_what_only_a_shell_understands_is_given_to_one_as_it_stands(kind: str, declared: tuple[str, str]) -> None:
    command, what = declared
    (process,) = _read(f"{kind}:{command}").processes
    assert process.command == ("bash", "-c", command)
    assert process.because == f"its command needs a shell for {what}: run by bash"


def test_variables_that_stay_one_word_need_none() -> None:
    (process,) = _read('web: A="$B c" exec gunicorn -b 0.0.0.0:$PORT "x:${D:-y z}"').processes
    assert process.command == ("gunicorn", "-b", "0.0.0.0:${PORT:-8000}", "x:${D:-y z}")
    assert (process.variables, process.expands) == ((("A", "${B} c"),), True)
    assert process.because == "executed directly"
    assert process.shown == 'A="${B} c" gunicorn -b 0.0.0.0:${PORT:-8000} "x:${D:-y z}"'


@given(types, types, st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "# web: no", "   "]))
def test_lines_keep_their_order_and_their_numbers(one: str, other: str, end: str, between: str) -> None:
    if one == other:
        other = f"{other}x"
    found = _read(end.join(["\ufeff", f"{one}: first", between, f"  {other} : second", ""])).processes
    assert [(each.type, each.command, each.source.line) for each in found] == [
        (one, ("first",), 2),
        (other, ("second",), 4),
    ]


@given(st.lists(types, unique=True, min_size=1, max_size=5))
def test_the_default_is_web_or_else_the_only_one(kinds: list[str]) -> None:
    found = _read("".join(f"{kind}: run\n" for kind in kinds))
    expected = ["web"] if "web" in kinds else kinds if len(kinds) == 1 else []
    assert [each.type for each in found.processes if each.default] == expected
    assert bool(expected) is not ("no default process" in found.because[0])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"web: a\n\xffx: b", NotText(line=2)),
        (b"\n\ngunicorn app", BadLine(line=3, text="gunicorn app")),
        (b": run", BadLine(line=1, text=": run")),
        (b"we b: run", BadLine(line=1, text="we b: run")),
        ("wéb: run".encode(), BadType(line=1, type="wéb")),
        (b"-web: run", BadType(line=1, type="-web")),
        (b"web:", EmptyCommand(line=1, type="web")),
        (b"web: \t ", EmptyCommand(line=1, type="web")),
        (b"web: a\n#\nweb: a\n", DuplicateType(first=1, line=3, type="web")),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: bytes, error: ProcfileError) -> None:
    assert from_procfile(text) == Failure(error)


@settings(max_examples=200, deadline=None)
@given(junk)
def test_any_bytes_give_processes_or_an_error(raw: bytes) -> None:
    match from_procfile(raw):
        case Success(found):
            assert all(each.command and each.command[0] for each in found.processes)
        case Failure(error):
            assert from_procfile(raw) == Failure(error)


@pytest.mark.parametrize(
    ("text", "default", "because"),
    [
        ("release: flask db upgrade\nbot: python bot.py\n", ["bot"], "declared by the Procfile"),
        ("release: flask db upgrade\n", [], "nothing of it is for the start"),
        ("release: flask db upgrade\nbot: x\nworker: y\n", [], "none of several processes is named web"),
    ],
)
def test_what_runs_before_a_start_is_not_what_the_image_starts(text: str, default: list[str], because: str) -> None:
    found = from_procfile(text.encode()).unwrap()
    assert [each.type for each in found.processes if each.default] == default
    assert because in found.because[0]
