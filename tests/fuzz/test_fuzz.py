"""A sample of the inputs, and that what is made for a reader is read; ``make fuzz`` plays a million."""

import pytest

from tests.fuzz import play as playing
from tests.fuzz.inputs import made
from tests.fuzz.play import play
from tests.fuzz.readers import READERS, Row


def test_a_sample_is_read_without_an_exception() -> None:
    played = play(0, 200 * len(READERS))
    assert played.fault is None, played.fault
    assert played.inputs == 200 * len(READERS)


def test_the_same_number_gives_the_same_input() -> None:
    row = READERS["requirements"]
    inputs = [made(number, row.made_for, playing.OTHERS) for number in range(200)]
    assert inputs == [made(number, row.made_for, playing.OTHERS) for number in range(200)]
    assert len(set(inputs)) > 150


def test_a_reader_that_raises_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "READERS", {"raises": Row(read=lambda raw: raw.decode("ascii"), made_for=(b"\xff",))})
    played = playing.play(0, 100)
    assert played.fault is not None
    assert "UnicodeDecodeError" in played.fault.raised
