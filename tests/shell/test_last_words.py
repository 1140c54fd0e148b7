"""Of what programs say, the beginning and the end are kept, however much it is."""

import os
import sys

from shell.last_words import LONGEST, MOST_CHARACTERS, MOST_LINES, LastWords, shortened
from shell.process import LONGEST as LONGEST_READ
from shell.process import run


def _heard(lines: list[str]) -> tuple[str, ...]:
    words = LastWords()
    for line in lines:
        words.hear(line)
    return words.lines


def test_what_most_programs_say_is_kept_whole() -> None:
    lines = [f"line {number}" for number in range(1500)]
    assert _heard(lines) == tuple(lines)


def test_of_many_lines_the_first_and_the_last_are_kept() -> None:
    kept = _heard([f"line {number}" for number in range(100_000)])
    assert kept[:2] == ("line 0", "line 1")
    assert kept[-1] == "line 99999"
    assert f"[… {100_000 - MOST_LINES:,} lines left out …]" in kept
    assert len(kept) == MOST_LINES + 1


def test_of_long_lines_as_few_are_kept_as_somebody_can_read() -> None:
    kept = _heard(["x" * 1_000_000 for _ in range(300)])
    assert sum(map(len, kept)) < MOST_CHARACTERS * 1.2
    assert len(kept[0]) == LONGEST + len(" […] ")


def test_a_long_line_keeps_its_ends() -> None:
    assert shortened("a" * 50_000 + "z").startswith("aaaa")
    assert shortened("a" * 50_000 + "z").endswith("az")
    assert shortened("short") == "short"


def test_a_program_that_never_ends_a_line_fills_no_memory() -> None:
    heard: list[str] = []
    script = "import sys; print('a' * 30_000_000 + 'z'); print('b' * 100_000); print('c')"
    run([sys.executable, "-c", script], env=dict(os.environ), on_line=heard.append)
    # Its end counts as a character of it.
    assert heard[0] == "a" * LONGEST_READ + " […] " + "a" * (LONGEST_READ - 2) + "z"
    assert heard[1:] == ["b" * 100_000, "c"]
