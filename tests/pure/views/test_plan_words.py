"""The words for a plan that can't be compared."""

from pure.image.side import NotAPlan
from pure.report.build_log import error_lines
from pure.views.plan_words import describe_no_layers, describe_plan, describe_unread_plan
from pure.views.planned import GivenGolden, PlanOfAnotherSchema

from tests.golden import check_golden


def test_errors() -> None:
    messages = (
        describe_plan("README.md", NotAPlan(reason="JSON is malformed: invalid character (byte 0)")),
        describe_plan("shop.json", PlanOfAnotherSchema(schema=2)),
        describe_plan("lamina.plan.json", GivenGolden()),
        describe_plan("-", GivenGolden()),
        describe_unread_plan("nowhere", "No such file or directory"),
        describe_no_layers("/home/me/app"),
    )
    check_golden("errors_plans", "\n\n".join("\n".join(error_lines(each)) for each in messages))
