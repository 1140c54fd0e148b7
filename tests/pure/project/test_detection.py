"""What makes a folder a Python project, by the names in its root alone."""

from collections.abc import Callable

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.project.detection import (
    MARKERS,
    MISSPELLED_REQUIREMENTS,
    PROVIDE_ONLY_VARIABLE,
    PROVIDES_AND_REQUIRES,
    NotPython,
    Passed,
    detect,
    misspelled_requirements,
    python_markers,
)
from pure.switches import FALSE_WORDS, TRUE_WORDS, BadSwitch, switch

OTHERS = ("README.md", "package.json", "Gemfile", "go.mod", "src", "Procfile", "index.html", "pylock.txt", "app.rb")
# Whichever of them somebody requires, and nothing where nobody does.
OFFERS = {
    "provides": [{"name": "python"}, {"name": "cpython"}],
    "or": [{"provides": [{"name": "python"}]}, {"provides": [{"name": "cpython"}]}],
}
cases: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str.upper, str.title, str.capitalize, str.lower])


@pytest.mark.parametrize("name", [*MARKERS, *sorted(MISSPELLED_REQUIREMENTS), "pylock.dev.toml", "pylock_dev.toml"])
def test_each_name_alone_passes_and_is_named(name: str) -> None:
    assert detect([*OTHERS, name], {}) == Passed(
        build_plan=PROVIDES_AND_REQUIRES,
        because=f"Python project: found {name}",
    )


@given(st.sampled_from(sorted(MISSPELLED_REQUIREMENTS)), cases)
def test_misspellings_count_in_any_case(name: str, case: Callable[[str], str]) -> None:
    assert isinstance(detect([case(name)], {}), Passed)


@given(st.sampled_from(sorted(MISSPELLED_REQUIREMENTS - {"requirements.txt"})), cases)
def test_misspellings_are_told_from_the_right_name(name: str, case: Callable[[str], str]) -> None:
    assert misspelled_requirements(["requirements.txt", case(name), "x"]) == (case(name),)


@given(st.sets(st.sampled_from(OTHERS)))
def test_anything_else_fails_with_what_was_looked_for_on_one_line(names: set[str]) -> None:
    decision = detect(names, {})
    assert isinstance(decision, NotPython)
    assert "requirements.txt" in decision.looked_for
    assert "\n" not in decision.looked_for


@given(st.permutations([*OTHERS, "app.py", "requirements.txt", "uv.lock"]))
def test_the_order_of_the_names_makes_no_difference(names: list[str]) -> None:
    assert detect(names, {}) == detect(sorted(names), {})


@given(st.sampled_from(sorted(TRUE_WORDS)), cases, st.sampled_from(["", " "]))
def test_the_switch_offers_python_without_a_project(word: str, case: Callable[[str], str], blank: str) -> None:
    decision = detect(OTHERS, {PROVIDE_ONLY_VARIABLE: f"{blank}{case(word)}{blank}"})
    assert isinstance(decision, Passed)
    assert tomli.loads(decision.build_plan) == OFFERS


@given(st.sampled_from(sorted(FALSE_WORDS)), cases)
def test_the_switch_turned_off_is_no_switch(word: str, case: Callable[[str], str]) -> None:
    assert detect(OTHERS, {PROVIDE_ONLY_VARIABLE: case(word)}) == detect(OTHERS, {})


@pytest.mark.parametrize("name", ["requirements.txt", "uv.lock", "pyproject.toml", "setup.py", "requirement.txt"])
def test_the_switch_is_not_read_where_something_says_what_to_install(name: str) -> None:
    for word in ("perhaps", "true"):
        assert detect(["server.py", name], {PROVIDE_ONLY_VARIABLE: word}) == detect(["server.py", name], {})


@pytest.mark.parametrize("name", ["server.py", "app.py", "manage.py", ".python-version", "runtime.txt", "wsgi.py"])
def test_the_switch_holds_beside_a_program(name: str) -> None:
    only = detect([*OTHERS, name], {PROVIDE_ONLY_VARIABLE: "true"})
    assert isinstance(only, Passed)
    assert tomli.loads(only.build_plan) == OFFERS
    assert f"found {name}, but" in only.because
    assert isinstance(detect([*OTHERS, name], {PROVIDE_ONLY_VARIABLE: "perhaps"}), BadSwitch)


def test_a_refused_folder_says_what_is_in_it() -> None:
    refused = detect(["index.html", "a\nb", *(f"x{number}" for number in range(20))], {})
    assert isinstance(refused, NotPython)
    assert "which holds a?b, index.html, x0" in refused.looked_for
    assert " and 10 more; " in refused.looked_for
    assert "which is empty;" in str(detect([], {}))


@given(st.text(min_size=1).filter(lambda text: text.strip().lower() not in TRUE_WORDS | FALSE_WORDS))
def test_any_other_word_is_an_error_that_names_variable_and_word(word: str) -> None:
    bad = BadSwitch(variable=PROVIDE_ONLY_VARIABLE, value=word)
    assert detect(OTHERS, {PROVIDE_ONLY_VARIABLE: word}) == bad
    assert switch({PROVIDE_ONLY_VARIABLE: word}, PROVIDE_ONLY_VARIABLE) == bad


def test_the_build_plan_provides_and_requires_each_name() -> None:
    decision = detect(["app.py"], {})
    assert isinstance(decision, Passed)
    names = [{"name": name} for name in ("python", "cpython", "site-packages", "pip", "uv", "poetry", "pipenv", "pdm")]
    required = [{**each, "metadata": {"offered": True}} for each in names]
    assert tomli.loads(decision.build_plan) == {"provides": names, "requires": required}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet=st.characters(), max_size=20) | st.sampled_from([*MARKERS, *OTHERS]), max_size=6),
    st.dictionaries(st.sampled_from([PROVIDE_ONLY_VARIABLE, "HOME"]), st.text(max_size=8)),
)
def test_whatever_the_names_it_passes_exactly_for_markers(names: list[str], variables: dict[str, str]) -> None:
    decision = detect(names, variables)
    if python_markers(names):
        assert isinstance(decision, Passed | BadSwitch)
    elif PROVIDE_ONLY_VARIABLE not in variables:
        assert isinstance(decision, NotPython)


@given(st.lists(st.sampled_from(sorted(MARKERS)), min_size=4, max_size=12, unique=True))
def test_many_markers_are_counted(names: list[str]) -> None:
    decision = detect(names, {})
    assert isinstance(decision, Passed)
    assert decision.because.endswith(f" and {len(names) - 3} more")


def test_names_of_the_folder_that_is_said_to_be_the_projects_count() -> None:
    assert detect(OTHERS, {}, below=["uv.lock"]) == detect([*OTHERS, "uv.lock"], {})


def test_a_folder_that_nobody_can_look_into_is_left_to_the_build() -> None:
    assert detect(OTHERS, {PROVIDE_ONLY_VARIABLE: "true"}, below=None) == Passed(
        build_plan=PROVIDES_AND_REQUIRES, because="Python project: $BP_PYTHON_PROJECT_DIR names its folder"
    )
