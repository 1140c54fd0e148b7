"""Laws of detection: which group and plan come out of the buildpacks' answers."""

from itertools import product

import tomli
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from pure.lifecycle.build_plan import (
    ERROR,
    FAIL,
    PASS,
    DetectAnswer,
    Require,
    Sections,
    encode_entries,
    entries_for,
    parse_build_plan,
    resolve,
    without_met,
)
from pure.outcome import Failure, Success

NAMES = st.sampled_from(["x", "y"])
SECTIONS = st.builds(
    Sections,
    provides=st.lists(NAMES, max_size=2, unique=True).map(tuple),
    requires=st.lists(NAMES.map(lambda name: Require(name=name)), max_size=2, unique=True).map(tuple),
)
STATUS = st.sampled_from([PASS, PASS, PASS, FAIL, ERROR])


@st.composite
def groups(draw: st.DrawFn) -> list[DetectAnswer]:
    count = draw(st.integers(1, 4))
    return [
        DetectAnswer(
            buildpack=f"b{number}",
            optional=draw(st.booleans()),
            status=draw(STATUS),
            alternatives=tuple(draw(st.lists(SECTIONS, min_size=1, max_size=2))),
        )
        for number in range(count)
    ]


def consistent(members: list[tuple[str, Sections]]) -> bool:
    """The specification's rule, said without an algorithm."""
    for index, (_, sections) in enumerate(members):
        for require in sections.requires:
            if not any(require.name in before.provides for _, before in members[: index + 1]):
                return False
        for name in sections.provides:
            if not any(name == require.name for _, after in members[index:] for require in after.requires):
                return False
    return True


@given(groups())
def test_the_chosen_group_is_consistent(answers: list[DetectAnswer]) -> None:
    outcome = resolve(answers)
    if isinstance(outcome, Failure):
        return
    chosen = [answer for answer in answers if answer.buildpack in outcome.unwrap().group]
    options = product(*(answer.alternatives for answer in chosen))
    assert any(
        consistent([(answer.buildpack, sections) for answer, sections in zip(chosen, option, strict=True)])
        for option in options
    )


@given(groups())
def test_only_optional_buildpacks_are_left_out(answers: list[DetectAnswer]) -> None:
    outcome = resolve(answers)
    if isinstance(outcome, Success):
        left_out = {answer.buildpack for answer in answers} - set(outcome.unwrap().group)
        assert all(answer.optional for answer in answers if answer.buildpack in left_out)
        assert all(answer.status == PASS for answer in answers if answer.buildpack not in left_out)


@given(groups())
def test_a_group_that_works_whole_is_taken_whole(answers: list[DetectAnswer]) -> None:
    if any(answer.status != PASS for answer in answers):
        return
    first = [(answer.buildpack, answer.alternatives[0]) for answer in answers]
    if consistent(first):
        outcome = resolve(answers)
        assert isinstance(outcome, Success)
        assert outcome.unwrap().group == tuple(answer.buildpack for answer in answers)


@given(groups())
def test_failure_of_a_required_buildpack_fails_the_group(answers: list[DetectAnswer]) -> None:
    if any(answer.status != PASS and not answer.optional for answer in answers):
        outcome = resolve(answers)
        assert isinstance(outcome, Failure)
        assert outcome.failure().errored == any(answer.status == ERROR for answer in answers)


@given(groups())
def test_every_requirement_of_the_plan_has_a_provider(answers: list[DetectAnswer]) -> None:
    outcome = resolve(answers)
    if isinstance(outcome, Success):
        for entry in outcome.unwrap().plan:
            assert entry.providers
            assert entry.requires
            assert set(entry.providers) <= set(outcome.unwrap().group)


@given(groups())
def test_what_is_met_is_not_asked_again(answers: list[DetectAnswer]) -> None:
    outcome = resolve(answers)
    if isinstance(outcome, Success):
        for buildpack in outcome.unwrap().group:
            plan = outcome.unwrap().plan
            asked = entries_for(plan, buildpack)
            assert entries_for(without_met(plan, buildpack, ()), buildpack) == ()
            assert without_met(plan, buildpack, [entry.name for entry in asked]) == plan


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(parse_build_plan(data), Success | Failure)


@given(
    st.dictionaries(st.text(max_size=5), st.one_of(st.integers(-9, 9), st.text(max_size=5), st.booleans()), max_size=3)
)
def test_metadata_of_a_requirement_arrives_as_it_was(metadata: dict[str, object]) -> None:
    document = {
        "provides": [{"name": "x"}],
        "requires": [{"name": "x", "metadata": metadata}, {"name": "x"}],
    }
    sections = parse_build_plan(tomli_w.dumps(document).encode()).unwrap()
    plan = resolve([DetectAnswer(buildpack="b", optional=False, status=PASS, alternatives=sections)]).unwrap().plan
    entries = tomli.loads(encode_entries(plan).decode())["entries"]
    assert [entry["name"] for entry in entries] == ["x", "x"]
    assert entries[0].get("metadata", {}) == metadata
