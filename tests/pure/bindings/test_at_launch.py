"""Whether an image looks for certificates that are bound where it runs."""

import pytest
from pure.bindings.at_launch import LAUNCH_VARIABLE, wanted_at_launch
from pure.bindings.contents import NONE
from pure.switches import BadSwitch

from tests.bound import binding, held, pem

BOUND = held(binding("ca", "ca-certificates", {"a": pem("a")}))


@pytest.mark.parametrize(
    ("value", "alone", "bound"), [("", False, True), ("true", True, True), ("false", False, False), (" ", False, True)]
)
def test_when_it_does(value: str, *, alone: bool, bound: bool) -> None:
    variables = {LAUNCH_VARIABLE: value}
    assert bool(wanted_at_launch(NONE, variables)) is alone
    assert bool(wanted_at_launch(BOUND, variables)) is bound


def test_a_word_that_is_neither() -> None:
    assert wanted_at_launch(BOUND, {LAUNCH_VARIABLE: "perhaps"}) == BadSwitch(variable=LAUNCH_VARIABLE, value="perhaps")
