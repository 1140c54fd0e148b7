"""Which version of a tool is installed: the pinned one, the one that a variable names, or the project's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.plan import decide
from pure.manager.table import PIP, PIP_TOOL, UV
from pure.manager.tool_version import (
    BadPin,
    BadToolVersion,
    ToolRefused,
    ToolTooOld,
    ToolVersion,
    choose_tool,
    out_of_the_buildpack,
    satisfies,
)
from pure.outcome import Failure, Success
from pure.project.declarations import Demand
from pure.source import Source

from tests.strategies_locked import FIRST, choice_of, locked, with_variables
from tests.strategies_plan import pin_file, words

numbers = st.tuples(st.integers(23, 99), st.integers(1, 9), st.integers(0, 9))


@pytest.mark.parametrize(
    ("version", "constraint", "expected"),
    [
        ("2.5.1", ">=2.0", True),
        ("2.5.1", "^2.1", True),
        ("2.5.1", "^1.8", False),
        ("2.5.1", "~2.4", False),
        ("2.5.1", "^1.8 || ^2.0", True),
        ("2.5.1", ">=1.8,<3", True),
        ("2.5.1", "2.*", True),
        ("2.5.1", "nonsense", None),
        ("0.13.9", "0.13.9", True),
        ("0.13.9", "==0.12.*", False),
    ],
)
def test_demands_on_a_tool(version: str, constraint: str, expected: bool | None) -> None:
    assert satisfies(version, constraint) is expected


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="0123456789.^~<>=!*|, a", max_size=14))
def test_any_demand_has_an_answer(constraint: str) -> None:
    assert satisfies("2.5.1", constraint) in (True, False, None)


@pytest.mark.parametrize(
    ("hashed", "has_wheels", "carried"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_tool_comes_out_of_the_buildpack_where_that_has_the_pinned_one(
    *, hashed: bool, has_wheels: bool, carried: bool
) -> None:
    choice = ToolVersion(version="1", hashed=hashed, source=Source(file="data/pip-requirements.txt"), because=("so",))
    found = out_of_the_buildpack(choice, has_wheels)
    assert found.carried is carried
    assert found.because[:1] == ("so",)
    assert ("so no index is asked for it" in found.because[1]) is carried


def test_a_demand_that_the_pin_does_not_meet_is_an_error() -> None:
    error = choice_of("uv.lock", "pyproject.toml", pyproject_toml=b'[tool.uv]\nrequired-version = "<1"\n')
    assert isinstance(error, ToolRefused)


# The pins of these tests are 9999.1.
@pytest.mark.parametrize(
    ("demand", "variable", "expected"),
    [
        ("==0.12.3", "", ("0.12.3", False)),
        ("0.12.3", "", ("0.12.3", False)),
        (" == 0.12.3 ", "0.12.3", ("0.12.3", False)),
        ("==9999.1", "", ("9999.1", True)),
        (">=0.12.3", "", ("9999.1", True)),
        ("==0.12.3", "0.13.1", ToolRefused),
        ("==0.12.*", "", ToolRefused),
        ("<1", "", ToolRefused),
        ("==0.4.30", "", ToolTooOld),
    ],
)
def test_one_version_that_the_project_demands_is_the_one(demand: str, variable: str, expected: object) -> None:
    variables = {"BP_UV_VERSION": variable} if variable else {}
    demands = (Demand(tool="uv", file="pyproject.toml", place="[tool.uv] required-version", constraint=demand),)
    found = choose_tool(UV, variables, "uv==9999.1 --hash=x\n", demands)
    match found:
        case Success(choice):
            assert (choice.version, choice.hashed) == expected
        case Failure(error):
            assert type(error) is expected


def test_what_a_standard_lock_needs_of_uv_is_newer() -> None:
    first = with_variables(locked(FIRST, "pylock"), BP_UV_VERSION="0.8.24")
    assert isinstance(decide(first), Failure)
    assert isinstance(decide(with_variables(locked(FIRST, "uv"), BP_UV_VERSION="0.8.24")), Success)


@given(numbers, st.sampled_from(["", " ", "\n"]))
def test_the_pinned_pip_is_verified_by_hashes(version: tuple[int, ...], nothing: str) -> None:
    pinned = ".".join(map(str, version))
    choice = choose_tool(PIP, {"BP_PIP_VERSION": nothing}, pin_file(pinned), ()).unwrap()
    assert (choice.version, choice.hashed, str(choice.source)) == (pinned, True, "data/pip-requirements.txt")


@given(numbers, st.sampled_from(["", "rc1", "b2"]))
def test_another_pip_is_not_covered_by_hashes_which_is_said(version: tuple[int, ...], suffix: str) -> None:
    wanted = f"{'.'.join(map(str, version))}{suffix}"
    assert choose_tool(PIP, {"BP_PIP_VERSION": f" {wanted} "}, pin_file("100.0"), ()) == Success(
        ToolVersion(
            version=wanted,
            hashed=False,
            source=Source(variable="BP_PIP_VERSION"),
            because=(f"$BP_PIP_VERSION asks for {wanted}, which this buildpack's hashes don't cover",),
            asked=wanted,
            asked_in=Source(variable="BP_PIP_VERSION"),
        )
    )


@given(numbers)
def test_asking_for_the_pinned_pip_keeps_its_hashes(version: tuple[int, ...]) -> None:
    wanted = ".".join(map(str, version))
    choice = choose_tool(PIP, {"BP_PIP_VERSION": wanted}, pin_file(wanted), ()).unwrap()
    assert (choice.hashed, str(choice.source)) == (True, "$BP_PIP_VERSION")


@pytest.mark.parametrize("version", ["23.0", "22.3.1", "9.0", "1", "23.0.1"])
def test_a_pip_that_cannot_report_is_refused(version: str) -> None:
    assert choose_tool(PIP, {"BP_PIP_VERSION": version}, pin_file("26.0"), ()) == Failure(
        ToolTooOld(variable="BP_PIP_VERSION", title="pip", version=version, oldest="23.1", since=PIP_TOOL.since)
    )


@pytest.mark.parametrize("value", ["latest", ">=27", "25.*", "v25.3", "25.3 --index-url x", "../x", "25.3; os", "٢٥.3"])
def test_what_is_no_version_is_refused(value: str) -> None:
    expected = BadToolVersion(variable="BP_PIP_VERSION", title="pip", value=value, pinned="26.0")
    assert choose_tool(PIP, {"BP_PIP_VERSION": value}, pin_file("26.0"), ()) == Failure(expected)


@pytest.mark.parametrize("value", ["26.*", "~26", ">=25", "^26.0"])
def test_a_range_that_the_pinned_version_is_in_keeps_it(value: str) -> None:
    choice = choose_tool(PIP, {"BP_PIP_VERSION": value}, pin_file("26.0"), ()).unwrap()
    assert (choice.version, choice.hashed, str(choice.source)) == ("26.0", True, "$BP_PIP_VERSION")
    (because,) = choice.because
    assert because == f"pinned by this buildpack, with hashes, which is within {value}, as $BP_PIP_VERSION asks"


def test_a_pin_file_without_pip_is_a_damaged_buildpack() -> None:
    assert choose_tool(PIP, {}, "# pip\n", ()) == Failure(BadPin(file="data/pip-requirements.txt", title="pip"))


@settings(max_examples=100, deadline=None)
@given(words, words)
def test_any_text_gives_a_choice_or_an_error(value: str, pin: str) -> None:
    assert isinstance(choose_tool(PIP, {"BP_PIP_VERSION": value}, pin, ()), Success | Failure)
