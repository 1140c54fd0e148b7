"""That Poetry's constraints mean here what they mean to Poetry, and the laws of their grammar."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pure.outcome import Failure, Success
from pure.python.poetry_constraint import BadConstraint, parse_poetry_constraint

from tests.places import GOLDENS
from tests.poetry_oracle import VERSIONS, corpus

ORACLE = GOLDENS / "poetry_constraints.txt"


def allows(text: str, version: str) -> bool:
    parsed = parse_poetry_constraint(text)
    assert isinstance(parsed, Success), text
    return any(SpecifierSet(each).contains(version, prereleases=True) for each in parsed.unwrap())


def answer(text: str) -> str:
    if isinstance(parse_poetry_constraint(text), Failure):
        return "refused"
    return " ".join(version for version in VERSIONS if allows(text, version)) or "none"


def test_every_constraint_means_what_poetry_says() -> None:
    theirs = dict(line.rsplit(": ", 1) for line in ORACLE.read_text().splitlines())
    assert tuple(ast.literal_eval(text) for text in theirs) == corpus()
    assert {text: answer(ast.literal_eval(text)) for text in theirs} == theirs


@pytest.mark.parametrize(
    ("text", "specifiers"),
    [
        ("^3.11", ("<4,>=3.11",)),
        ("~3.11", ("<3.12,>=3.11",)),
        ("3.*", ("==3.*",)),
        ("3.11", ("==3.11",)),
        (">=3.11 <3.14", ("<3.14,>=3.11",)),
        ("~3.11 || ~3.13", ("<3.12,>=3.11", "<3.14,>=3.13")),
        ("~3.11 | 3.11.* | *", ("",)),
        ("^3.11||^3.11", ("<4,>=3.11",)),
    ],
)
def test_the_specifiers_that_a_constraint_becomes(text: str, specifiers: tuple[str, ...]) -> None:
    assert parse_poetry_constraint(text) == Success(specifiers)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("^3.11, latest", "latest"),
        ("three", "three"),
        ("~3.11 || >=4 and later", "and later"),
        ("<>3.11", "<>3.11"),
        ("dev", "dev"),
        ("1!3.11", "1!3.11"),
        ("3.11+local", "3.11+local"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, rest: str) -> None:
    assert parse_poetry_constraint(text) == Failure(BadConstraint(rest=rest))


NUMBERS = st.integers(0, 4)
RELEASES = st.lists(NUMBERS, min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
FULL = st.lists(NUMBERS, min_size=3, max_size=3).map(lambda parts: ".".join(map(str, parts)))
CLAUSES = st.one_of(
    st.builds(str.__add__, st.sampled_from(["^", "~", ">=", ">", "<", "<=", "==", "!=", "="]), RELEASES),
    st.builds("{}{}.*".format, st.sampled_from(["", "==", "!="]), RELEASES),
    st.just("*"),
)


@given(CLAUSES, CLAUSES, FULL, st.sampled_from([",", " ", ", ", " , "]))
def test_a_comma_and_a_space_mean_both(one: str, other: str, version: str, separator: str) -> None:
    assert allows(f"{one}{separator}{other}", version) == (allows(one, version) and allows(other, version))


@given(CLAUSES, CLAUSES, FULL, st.sampled_from(["|", "||", " || "]))
def test_bars_mean_either(one: str, other: str, version: str, bars: str) -> None:
    assert allows(f"{one}{bars}{other}", version) == (allows(one, version) or allows(other, version))


@given(st.lists(NUMBERS, min_size=3, max_size=3), st.lists(NUMBERS, min_size=3, max_size=3))
def test_a_caret_keeps_the_first_number_that_is_not_zero(base: list[int], version: list[int]) -> None:
    kept = next((place for place, number in enumerate(base, start=1) if number), 3)
    expected = version >= base and version[:kept] == base[:kept]
    assert allows("^" + ".".join(map(str, base)), ".".join(map(str, version))) == expected


@given(st.lists(NUMBERS, min_size=1, max_size=3), st.lists(NUMBERS, min_size=3, max_size=3))
def test_a_tilde_keeps_the_minor_version(base: list[int], version: list[int]) -> None:
    expected = version >= base and version[: min(len(base), 2)] == base[:2]
    assert allows("~" + ".".join(map(str, base)), ".".join(map(str, version))) == expected


SPECIFIERS = st.lists(
    st.one_of(
        st.builds(str.__add__, st.sampled_from([">=", ">", "<", "<=", "==", "!="]), RELEASES),
        st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), RELEASES),
        st.builds("~={}".format, FULL),
    ),
    min_size=1,
    max_size=3,
).map(",".join)


@given(SPECIFIERS, FULL)
def test_a_specifier_of_pep_440_means_the_same_to_poetry(text: str, version: str) -> None:
    assert allows(text, version) == (Version(version) in SpecifierSet(text))


@given(st.one_of(st.text(), st.text(alphabet="^~=!<>|, .*xv0123456789rcapost-+", max_size=30)))
def test_no_text_raises_and_every_answer_is_made_of_specifiers(text: str) -> None:
    parsed = parse_poetry_constraint(text)
    if isinstance(parsed, Success):
        assert parsed.unwrap()
        assert all(str(SpecifierSet(each)) == each for each in parsed.unwrap())
