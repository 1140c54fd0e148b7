"""What is said of decisions that differ: for terminals, in comments, and to programs."""

import html
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.report.review_lines import (
    CheckRecord,
    Written,
    check_lines,
    check_markdown,
    encode_check,
    written_lines,
)
from pure.review.differing import DecisionChanged
from pure.review.golden import FILE, GoldenDecision

from tests.golden import check_golden

CHANGED = (
    DecisionChanged(
        name="process web",
        before=GoldenDecision(
            decided='gunicorn --bind "0.0.0.0:${PORT:-8000}" shop.wsgi:application', by="shop/settings.py",
            because=("the Django application shop.wsgi:application, served by gunicorn",),
        ),
        after=GoldenDecision(decided="./start.sh | tee log", by="Procfile", because=("run by bash",)),
    ),
    DecisionChanged(
        name="python",
        before=GoldenDecision(decided="3.13", by=".python-version", because=(".python-version asks for 3.13",)),
        after=GoldenDecision(
            decided="3.14",
            by="Lamina's default",
            because=("no version is asked for; 3.14 is Lamina's default",),
        ),
    ),
    DecisionChanged(name="static files", before=GoldenDecision(decided="not collected", by="manage.py"), after=None),
    DecisionChanged(name="version of pip", before=None, after=GoldenDecision(decided="26.*", by="$BP_PIP_VERSION")),
)  # fmt: skip
RENEW = ("lamina", "plan", "my shop", "--write", FILE)


def test_as_a_table_and_as_a_comment() -> None:
    shown = []
    for changed in (CHANGED, CHANGED[:1], ()):
        shown += [*check_lines(FILE, changed, renew=RENEW), "", *check_markdown(FILE, changed, renew=RENEW), "", ""]
    check_golden("plan_check", "\n".join(shown))
    assert max(map(len, check_lines(FILE, CHANGED, renew=RENEW))) <= 110


@pytest.mark.parametrize(
    ("written", "changed", "first"),
    [
        ("created", (), "Created lamina.plan.json: 7 decisions"),
        ("unchanged", (), "Unchanged: lamina.plan.json"),
        ("changed", (), "Changed lamina.plan.json: reasons only, no decision"),
        ("changed", CHANGED[:1], "Changed lamina.plan.json: 1 decision differs"),
    ],
)
def test_what_became_of_the_file(written: Written, changed: tuple[DecisionChanged, ...], first: str) -> None:
    assert written_lines(FILE, written, changed, 7)[0] == first


def test_programs_are_told_the_same() -> None:
    told = msgspec.json.decode(encode_check(FILE, CHANGED), type=CheckRecord)
    assert (told.differs, told.differences) == (True, CHANGED)
    assert not msgspec.json.decode(encode_check(FILE, ()), type=CheckRecord).differs


@given(st.text(), st.text(), st.text())
def test_what_is_quoted_in_a_comment_stays_text_in_its_cell(name: str, decided: str, reason: str) -> None:
    decision = GoldenDecision(decided=decided, because=(reason,))
    changed = DecisionChanged(name=name, before=None, after=decision)
    lines = check_markdown(FILE, (changed,), renew=RENEW)
    # A heading, a blank line, the table's two, its one row, a blank line, what to do.
    assert len(lines) == 7
    row = lines[4]
    assert row.count("|") == 4
    assert set(re.findall(r"<[^>]*>", row)) <= {"<code>", "</code>", "<br>", "<!-- -->"}
    shown = html.unescape(re.sub(r"<!-- -->|</?code>", "", row))
    assert " ".join(decided.split()) in shown
    assert re.search(r"[@#][^<]", row.replace("&#", "")) is None
