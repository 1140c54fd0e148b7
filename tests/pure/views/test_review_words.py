"""What is said of the file of a golden plan."""

from typing import get_args

from pure.report.build_log import error_lines
from pure.review.golden import GoldenMissing, GoldenNotWritten, GoldenOfAnotherSchema, GoldenUnreadable
from pure.views.review_words import GoldenError, describe_golden

from tests.golden import check_golden

ERRORS: tuple[GoldenError, ...] = (
    GoldenMissing(file="lamina.plan.json"),
    GoldenUnreadable(file="lamina.plan.json", reason="JSON is malformed: invalid character (byte 0)"),
    GoldenOfAnotherSchema(file="lamina.plan.json", schema=2),
    GoldenNotWritten(file="plans/lamina.plan.json", reason="Permission denied"),
)


RENEW = ("lamina", "plan", "the app", "--write", "lamina.plan.json", "--target", "linux/arm64")


def test_each_error_has_words() -> None:
    assert {type(each) for each in ERRORS} == set(get_args(GoldenError))
    messages = (describe_golden(each, renew=RENEW) for each in ERRORS)
    check_golden("errors_review", "\n".join(line for each in messages for line in error_lines(each)))
