"""The lines by which an application asks for itself from elsewhere."""

import pytest
from pure.project.requirements.file import RequirementLine, parse_requirements
from pure.project.requirements.itself import asked_by, asks_for_itself

COMMIT = "0123456789012345678901234567890123456789"


def _lines(*texts: str) -> tuple[RequirementLine, ...]:
    return parse_requirements("".join(f"{text}\n" for text in texts).encode(), file="requirements.txt").unwrap().lines


ITSELF = [
    f"-e git+ssh://git@github.com/example/big-shop.git@{COMMIT}#egg=Big.Shop",
    f"-e git+https://github.com/example/other.git@{COMMIT}#egg=big_shop",
    f"big-shop @ git+https://github.com/example/other.git@{COMMIT}",
    "big-shop @ file:///home/me/anything",
    "-e /home/me/big-shop",
    "-e /home/me/big_shop/",
    "-e file:///home/me/big-shop#egg=big-shop",
    "git+https://github.com/example/big-shop.git@main",
]


@pytest.mark.parametrize("text", ITSELF)
def test_an_application_that_asks_for_itself(text: str) -> None:
    (line,) = _lines(text)
    assert asks_for_itself(line, own="big-shop", names=())
    # By the names of its files only where it has none of its own.
    assert asks_for_itself(line, own="", names=("big_shop",))
    assert asks_for_itself(line, own="", names=("big_shop.py",))
    assert not asks_for_itself(line, own="other", names=("big_shop",))
    assert not asks_for_itself(line, own="", names=("app.py",))


@pytest.mark.parametrize("text", ["-e .", "-e ./big-shop", "-e big-shop", "big-shop==1.0", "./big_shop"])
def test_what_lies_inside_or_on_an_index_is_no_such_line(text: str) -> None:
    assert not any(asks_for_itself(line, own="big-shop", names=("big_shop",)) for line in _lines(text))


def test_the_line_that_asks_for_an_address() -> None:
    lines = _lines("flask", ITSELF[0], "-e /home/me/lib", "a @ git+https://host.example/team/a.git@main")

    def found(place: str) -> int:
        asked = asked_by(lines, place, own="big-shop", names=())
        return asked.line.line if asked else 0

    assert found("ssh://git@github.com/example/big-shop.git") == 2
    assert found("ssh://github.com/example/big-shop.git") == 2
    assert found("/home/me/lib") == 3
    assert found("https://host.example") == 4
    # Nobody knows which of several.
    assert found("") == 0
    assert found("git+") == 0
    asked = asked_by(lines, "/home/me/lib", own="big-shop", names=())
    assert asked is not None
    assert not asked.itself
