"""Which source has the say over the Python version, what the others change, and what becomes of them."""

from collections.abc import Mapping
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.table import MANAGERS
from pure.outcome import Failure, Success
from pure.project.locks.kinds import LOCKS
from pure.python.catalogue import Catalogue as Runtimes
from pure.python.catalogue import Runtime, encode_catalogue
from pure.python.choice import (
    ContradictingRequirers,
    ContradictingSources,
    IgnoredSource,
    PythonDecision,
    RuntimeChoiceError,
    SupersededFile,
    choose_runtime,
)
from pure.python.offer import CatalogueText, RuntimeFacts
from pure.python.request import PEER_VARIABLES, MinorRequest, RangeRequest, UnreadableVersion, meets
from pure.python.requirers import Requirers
from pure.python.resolution import SpecifierUnsatisfied
from pure.python.sources import MANAGER_VARIABLE, PYLOCK_VARIABLE, listen, version_files
from pure.python.words import BadSpecifier, MalformedFile
from pure.source import Source
from pure.target import Target

from pure.manager import choice
from pure.python import sources
from tests.documents import documents

VERSIONS = ("3.11.9", "3.12.4", "3.12.9", "3.13.1", "3.13.9", "3.14.0", "3.14.9", "3.15.0rc1")


def runtime(version: str, place: str = "https://archives.invalid") -> Runtime:
    return Runtime(version=version, os="linux", arch="amd64", url=f"{place}/{version}.tar.gz", sha256="0" * 64)


CATALOGUE = Runtimes(runtimes=tuple(runtime(version) for version in VERSIONS))


def facts(
    files: Mapping[str, str] | None = None, variables: Mapping[str, str] | None = None, at_hand: str | None = None
) -> RuntimeFacts:
    carried = Runtimes(runtimes=(runtime(at_hand, "file:///buildpack"),)) if at_hand else None
    return RuntimeFacts(
        target=Target(os="linux", arch="amd64"),
        today=date(2026, 11, 1),
        variables=variables or {},
        catalogue=CatalogueText(raw=encode_catalogue(CATALOGUE), origin="data/cpython.json"),
        carried=CatalogueText(raw=encode_catalogue(carried), origin="data/carried.json") if carried else None,
        end_of_life=CatalogueText(raw=b"{}", origin="data/end-of-life.json"),
        version_files=documents(files or {}),
    )


def chosen(
    files: Mapping[str, str] | None = None, variables: Mapping[str, str] | None = None, at_hand: str | None = None
) -> PythonDecision:
    outcome = choose_runtime(facts(files, variables, at_hand), Requirers())
    assert isinstance(outcome, Success), outcome
    return outcome.unwrap()


def refused(files: Mapping[str, str], variables: Mapping[str, str] | None = None) -> RuntimeChoiceError:
    outcome = choose_runtime(facts(files, variables), Requirers())
    assert isinstance(outcome, Failure), outcome
    return outcome.failure()


def pyproject(specifier: str) -> str:
    return f'[project]\nrequires-python = "{specifier}"\n'


def pipfile_lock(version: str) -> str:
    return f'{{"_meta": {{"requires": {{"python_version": "{version}"}}}}}}'


# Every source with a text of its own, the strongest first.
LADDER: tuple[tuple[str, str], ...] = (
    (".python-version", "3.13"),
    ("runtime.txt", "python-3.13.1"),
    ("Pipfile.lock", pipfile_lock("3.13")),
    ("uv.lock", 'requires-python = ">=3.13.0"'),
    ("poetry.lock", '[metadata]\npython-versions = "^3.13"'),
    ("pdm.lock", '[[metadata.targets]]\nrequires_python = ">=3.11"'),
    ("pylock.toml", 'requires-python = ">=3.12"'),
    ("pyproject.toml", pyproject(">=3.10")),
    ("setup.cfg", "[options]\npython_requires = >=3.9"),
    (".tool-versions", "python 3.13.9"),
    ("mise.toml", '[tools]\npython = "3.13"'),
    (".mise.toml", '[tools]\npython = "3.13"'),
)


BY_RANGE = {"uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pyproject.toml", "setup.cfg"}


def test_the_files_are_asked_in_this_order() -> None:
    assert version_files({}) == tuple(name for name, _ in LADDER)


@pytest.mark.parametrize("first", range(len(LADDER)))
def test_the_first_source_that_speaks_decides(first: int) -> None:
    decision = chosen(dict(reversed(LADDER[first:])))
    assert decision.source.file == LADDER[first][0]
    others = [each.source.file for each in decision.ignored]
    # Of the weaker wishes the strongest counts where ranges leave it room.
    counts = ".tool-versions" if LADDER[first][0] in BY_RANGE else None
    assert others == [name for name, _ in LADDER[first + 1 :] if name != counts]
    assert decision.version == ("3.13.9" if counts else chosen({LADDER[first][0]: LADDER[first][1]}).version)


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [("mise.toml", '[tools]\npython = "3.12"', 2), (".tool-versions", "nodejs 22\npython 3.12", 2)],
)
def test_a_wish_within_a_range_beats_the_default(file: str, text: str, line: int) -> None:
    files = {"pyproject.toml": pyproject(">=3.10"), file: text}
    wished = chosen(files)
    assert wished.version == "3.12.9"
    assert wished.ignored == ()
    asked = f"{file}, line {line} asks for 3.12"
    assert wished.because[:2] == ("pyproject.toml, line 2 asks for >=3.10", asked)
    # Outside the range, or beside somebody who names a version, it says nothing.
    assert chosen({**files, "pyproject.toml": pyproject(">=3.13")}).version == "3.14.9"
    assert chosen(files, {"BP_PYTHON_VERSION": "3.13"}).version == "3.13.9"
    assert chosen(files, {"BP_PYTHON_VERSION": ">=3.11"}).version == "3.12.9"


def test_a_variable_comes_before_all_files() -> None:
    decision = chosen(dict(LADDER), {"BP_PYTHON_VERSION": "3.13.9"})
    assert decision.source == Source(variable="BP_PYTHON_VERSION")
    assert len(decision.ignored) == len(LADDER)


@pytest.mark.parametrize("name", PEER_VARIABLES)
def test_the_variables_of_other_builders_are_the_weakest_wishes(name: str) -> None:
    assert chosen({}, variables={name: "3.12"}).version == "3.12.9"
    assert chosen({}, variables={name: "3.12.x"}).version == "3.12.9"
    assert chosen({".python-version": "3.13\n"}, variables={name: "3.12"}).version == "3.13.9"
    assert chosen({".tool-versions": "python 3.13.1\n"}, variables={name: "3.12"}).version == "3.13.1"
    within = {"pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n'}
    assert chosen(within, variables={name: "3.12"}).version == "3.12.9"
    outside = {"pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.13"\n'}
    decided = chosen(outside, variables={name: "3.12"})
    assert decided.version != "3.12.9"
    assert [str(each.source) for each in decided.ignored] == [f"${name}"]
    # What isn't understood ends no build.
    decided = chosen({}, variables={name: "whatever"})
    assert [(str(each.source), each.text) for each in decided.ignored] == [(f"${name}", "whatever")]


def test_nothing_said_means_the_default() -> None:
    assert chosen().source == Source(default="Lamina's default")
    assert chosen({"pyproject.toml": "[tool.ruff]\n", "uv.lock": "version = 1\n"}).version == "3.14.9"


@pytest.mark.parametrize(
    ("specifier", "version"),
    [(">=3.11", "3.14.9"), ("<3.14", "3.13.9"), (">=3.14", "3.14.9"), ("!=3.14.*", "3.13.9"), ("==3.12.*", "3.12.9")],
)
def test_a_range_is_met_by_the_default_or_else_by_the_newest(specifier: str, version: str) -> None:
    assert chosen({"pyproject.toml": pyproject(specifier)}).version == version


def test_a_range_is_met_by_the_operators_default_where_there_is_one() -> None:
    decision = chosen({"pyproject.toml": pyproject(">=3.11")}, {"BP_PYTHON_DEFAULT_VERSION": "3.12"})
    assert decision.version == "3.12.9"
    assert "the default 3.12 satisfies that" in decision.because


def test_a_range_is_met_by_what_is_at_hand() -> None:
    assert chosen({"pyproject.toml": pyproject(">=3.11")}, at_hand="3.12.7").version == "3.12.7"
    assert chosen({"pyproject.toml": pyproject(">=3.13")}, at_hand="3.12.7").version == "3.14.9"


def test_alternatives_are_met_by_any_of_them() -> None:
    poetry = '[tool.poetry.dependencies]\npython = "~3.11 || ~3.13"\n'
    assert chosen({"pyproject.toml": poetry}).version == "3.13.9"


def test_a_weaker_range_that_agrees_changes_nothing_and_is_named() -> None:
    decision = chosen({".python-version": "3.13", "pyproject.toml": pyproject(">=3.11")})
    assert (decision.version, decision.request) == ("3.13.9", "3.13")
    assert decision.ignored == (
        IgnoredSource(
            source=Source(file="pyproject.toml", line=2),
            text=">=3.11",
            because=".python-version, line 1 comes first, and Python 3.13.9 satisfies this as well",
        ),
    )


def test_a_weaker_range_narrows_a_stronger_one() -> None:
    decision = chosen({"uv.lock": 'requires-python = ">=3.11"', "pyproject.toml": pyproject("<3.13")})
    assert decision.version == "3.12.9"
    assert decision.because == (
        "uv.lock, line 1 asks for >=3.11",
        "pyproject.toml, line 2 asks for <3.13",
        "3.12.9 is the newest version that satisfies all of these",
    )
    assert decision.ignored == ()


def test_a_weaker_range_narrows_the_patches_of_a_minor_version() -> None:
    assert chosen({".python-version": "3.13", "pyproject.toml": pyproject("<3.13.5")}).version == "3.13.1"


def test_what_narrows_prefers_what_is_at_hand() -> None:
    files = {"uv.lock": 'requires-python = ">=3.11"', "pyproject.toml": pyproject("<3.13")}
    decision = chosen(files, at_hand="3.11.4")
    assert decision.version == "3.11.4"
    assert chosen(files, at_hand="3.13.4").version == "3.12.9"


def test_weaker_versions_are_ignored_whether_they_agree_or_not() -> None:
    decision = chosen({".python-version": "3.13", "runtime.txt": "python-3.12.4", ".tool-versions": "python 3.13.9"})
    assert [(each.text, each.because) for each in decision.ignored] == [
        ("python-3.12.4", ".python-version, line 1 comes first"),
        ("3.13.9", ".python-version, line 1 comes first, and Python 3.13.9 satisfies this as well"),
    ]


@pytest.mark.parametrize(
    ("files", "quotes"),
    [
        (
            {".python-version": "3.11\n", "pyproject.toml": pyproject(">=3.12")},
            [(".python-version, line 1", "3.11"), ("pyproject.toml, line 2", ">=3.12")],
        ),
        (
            {".python-version": "3.13", "Pipfile.lock": pipfile_lock("3.12")},
            [(".python-version, line 1", "3.13"), ("Pipfile.lock, line 1", "3.12")],
        ),
        (
            {"uv.lock": 'requires-python = ">=3.13"', "pyproject.toml": pyproject(">=3.11,<3.13")},
            [("uv.lock, line 1", ">=3.13"), ("pyproject.toml, line 2", ">=3.11,<3.13")],
        ),
        (
            # The one in the middle has no part in it.
            {
                ".python-version": "3.13",
                "pyproject.toml": pyproject(">=3.11"),
                "setup.cfg": "[options]\npython_requires = <3.13",
            },
            [(".python-version, line 1", "3.13"), ("setup.cfg, line 2", "<3.13")],
        ),
        (
            # Any two of the three can be satisfied.
            {
                "uv.lock": 'requires-python = "!=3.13.*,!=3.14.*,<3.15"',
                "pyproject.toml": pyproject("!=3.12.*"),
                "setup.cfg": "[options]\npython_requires = >=3.12",
            },
            [
                ("uv.lock, line 1", "!=3.13.*,!=3.14.*,<3.15"),
                ("pyproject.toml, line 2", "!=3.12.*"),
                ("setup.cfg, line 2", ">=3.12"),
            ],
        ),
    ],
)
def test_sources_that_contradict_each_other_are_quoted(files: Mapping[str, str], quotes: list[tuple[str, str]]) -> None:
    error = refused(files)
    assert isinstance(error, ContradictingSources)
    assert [(str(quote.source), quote.text) for quote in error.quotes] == quotes
    assert error.minors == ("3.14", "3.13", "3.12", "3.11")


def test_a_variable_that_contradicts_the_project_is_quoted() -> None:
    error = refused({"pyproject.toml": pyproject(">=3.12")}, {"BP_PYTHON_VERSION": "3.11"})
    assert isinstance(error, ContradictingSources)
    assert error.quotes[0].source == Source(variable="BP_PYTHON_VERSION")


def test_a_range_that_nothing_satisfies_is_no_contradiction() -> None:
    assert isinstance(refused({"pyproject.toml": pyproject(">=4")}), SpecifierUnsatisfied)


def test_runtime_txt_is_used_with_a_warning() -> None:
    decision = chosen({"runtime.txt": "python-3.13.1\n"})
    assert decision.version == "3.13.1"
    assert SupersededFile(file="runtime.txt", version="3.13.1") in decision.warnings
    assert not any(
        isinstance(each, SupersededFile)
        for each in chosen({".python-version": "3.13", "runtime.txt": "python-3.13.1\n"}).warnings
    )


MALFORMED = {
    ".python-version": "latest",
    "Pipfile.lock": "{",
    "uv.lock": "[",
    "pyproject.toml": pyproject("^3.12"),
    "setup.cfg": "python_requires",
    "mise.toml": "[tools",
}


@pytest.mark.parametrize("file", MALFORMED)
def test_a_source_that_cannot_be_understood_is_an_error_where_it_would_decide(file: str) -> None:
    error = refused({file: MALFORMED[file]})
    assert isinstance(error, UnreadableVersion | MalformedFile | BadSpecifier)


@pytest.mark.parametrize("file", MALFORMED)
def test_a_source_that_cannot_be_understood_is_ignored_where_a_stronger_one_decides(file: str) -> None:
    decision = chosen({file: MALFORMED[file]}, {"BP_PYTHON_VERSION": "3.13"})
    assert decision.version == "3.13.9"
    (ignored,) = decision.ignored
    assert ignored.source.file == file
    assert ignored.because.endswith("$BP_PYTHON_VERSION comes first")


def test_a_weaker_source_is_not_needed_to_be_understood_but_a_stronger_one_is() -> None:
    files = {"uv.lock": "[", "pyproject.toml": pyproject(">=3.11")}
    assert isinstance(refused(files), MalformedFile)
    assert chosen({**files, ".python-version": "3.13"}).version == "3.13.9"


def test_only_the_lock_of_the_chosen_manager_is_heard() -> None:
    files = {"Pipfile.lock": pipfile_lock("3.12"), "uv.lock": 'requires-python = ">=3.13"'}
    assert isinstance(refused(files), ContradictingSources)
    by_uv = chosen(files, {"BP_PYTHON_PACKAGE_MANAGER": "uv"})
    assert by_uv.version == "3.14.9"
    assert by_uv.ignored == (
        IgnoredSource(source=Source(file="Pipfile.lock"), text="", because="$BP_PYTHON_PACKAGE_MANAGER chooses uv"),
    )
    assert chosen(files, {"BP_PYTHON_PACKAGE_MANAGER": "pipenv"}).version == "3.12.9"
    assert chosen(files, {"BP_PYTHON_PACKAGE_MANAGER": "pip"}).source.default is not None


@pytest.mark.parametrize("value", ["pylock.web.toml", "web"])
def test_another_standard_lock_can_be_named(value: str) -> None:
    files = {"pylock.toml": 'requires-python = "==3.11.*"', "pylock.web.toml": 'requires-python = "==3.12.*"'}
    decision = chosen(files, {"BP_PYLOCK": value})
    assert decision.version == "3.12.9"
    assert decision.source == Source(file="pylock.web.toml", line=1)


REQUIRED = Source(default="another buildpack's requirement (entry 1 of the buildpack plan)")


def required(minor: str) -> Requirers:
    return Requirers(requests=(MinorRequest(minor=minor, text=minor, source=REQUIRED),))


def test_other_buildpacks_narrow_what_the_application_says() -> None:
    outcome = choose_runtime(facts({"pyproject.toml": pyproject(">=3.11")}), required("3.12"))
    assert isinstance(outcome, Success)
    assert outcome.unwrap().version == "3.12.9"


def test_other_buildpacks_decide_where_the_application_says_nothing() -> None:
    outcome = choose_runtime(facts({"mise.toml": "[tools]"}), required("3.12"))
    assert isinstance(outcome, Success)
    assert outcome.unwrap().source == REQUIRED


def test_a_contradiction_with_other_buildpacks_names_both() -> None:
    outcome = choose_runtime(facts({".python-version": "3.13"}), required("3.12"))
    assert isinstance(outcome, Failure)
    assert outcome.failure() == ContradictingRequirers(
        first="3.13", first_source=Source(file=".python-version", line=1), second="3.12", second_source=REQUIRED
    )


PINS = st.sampled_from(["3.11", "3.12", "3.13", "3.14", "3.12.4", "3.13.1", "3.14.0"])
RANGES = st.sampled_from([">=3.11", ">=3.12", "<3.14", "<3.13.5", "!=3.13.*", "==3.12.*", ">=3.13,<3.15"])


@st.composite
def projects(draw: st.DrawFn) -> dict[str, str]:
    """Some of the files, each well formed."""
    texts: dict[str, str] = {
        ".python-version": draw(PINS),
        "runtime.txt": "python-" + draw(PINS),
        "Pipfile.lock": pipfile_lock(draw(PINS)),
        "uv.lock": f'requires-python = "{draw(RANGES)}"',
        "poetry.lock": f'[metadata]\npython-versions = "{draw(RANGES)} || {draw(RANGES)}"',
        "pyproject.toml": pyproject(draw(RANGES)),
        "setup.cfg": f"[options]\npython_requires = {draw(RANGES)}",
        ".tool-versions": f"python {draw(PINS)}",
        "mise.toml": f'[tools]\npython = "{draw(PINS)}"',
    }
    kept = draw(st.sets(st.sampled_from(sorted(texts))))
    return {name: text for name, text in texts.items() if name in kept}


@given(projects(), st.sampled_from([None, "3.12.7", "3.14.3"]))
def test_the_choice_satisfies_the_first_word_and_every_binding_one(files: dict[str, str], at_hand: str | None) -> None:
    outcome = choose_runtime(facts(files, at_hand=at_hand), Requirers())
    if isinstance(outcome, Success):
        version = outcome.unwrap().version
        heard = listen({}, documents(files)).unwrap().words
        assert all(meets(version, word.request) for word in heard if word.binding or word is heard[0])


@given(projects())
def test_a_contradiction_is_one(files: dict[str, str]) -> None:
    outcome = choose_runtime(facts(files), Requirers())
    if isinstance(outcome, Failure):
        error = outcome.failure()
        assert isinstance(error, ContradictingSources)
        heard = listen({}, documents(files)).unwrap().words
        requests = [word.request for word in heard if any(word.request.source == q.source for q in error.quotes)]
        final = (version for version in VERSIONS if "rc" not in version)
        assert not any(all(meets(version, request) for request in requests) for version in final)


@given(projects())
def test_what_is_ignored_changes_nothing(files: dict[str, str]) -> None:
    one = choose_runtime(facts(files), Requirers())
    if isinstance(one, Success):
        decision = one.unwrap()
        # A wish that satisfies the ranges counts even where it gives what the default would.
        without = {name: text for name, text in files.items() if name not in {e.source.file for e in decision.ignored}}
        assert chosen(without).runtime == decision.runtime
        assert chosen(without).source == decision.source


@given(projects())
def test_beside_a_version_weaker_wishes_change_nothing(files: dict[str, str]) -> None:
    heard = listen({}, documents(files)).unwrap().words
    bound = {word.request.source.file for word in heard if word.binding or word is heard[0]}
    if heard and not isinstance(heard[0].request, RangeRequest):
        without = {name: text for name, text in files.items() if name in bound}
        one, other = (choose_runtime(facts(each), Requirers()) for each in (files, without))
        if isinstance(one, Failure) or isinstance(other, Failure):
            assert one == other
        else:
            assert one.unwrap().runtime == other.unwrap().runtime


@given(projects())
def test_every_source_is_a_reason_or_ignored_with_one(files: dict[str, str]) -> None:
    outcome = choose_runtime(facts(files), Requirers())
    if isinstance(outcome, Success):
        decision = outcome.unwrap()
        because = "\n".join(decision.because)
        ignored = {each.source.file for each in decision.ignored}
        assert all((f"{name}, line" in because) != (name in ignored) for name in files)
        assert all(each.because for each in decision.ignored)


NAMES = st.sampled_from([name for name, _ in LADDER])


@given(
    st.dictionaries(NAMES, st.one_of(st.binary(max_size=40), projects().map(lambda p: "".join(p.values()).encode())))
)
def test_no_files_raise(files: dict[str, bytes]) -> None:
    outcome = choose_runtime(msgspec.structs.replace(facts(), version_files=documents(files)), Requirers())
    assert isinstance(outcome, Success | Failure)


def test_the_table_of_locks_is_that_of_the_managers() -> None:
    # The room of managers lies above, so that the names stand here again.
    locks = {name: each.lock if each.lock in LOCKS else None for name, each in MANAGERS.items()}
    assert locks == sources._LOCKS
    assert (MANAGER_VARIABLE, PYLOCK_VARIABLE) == (choice.MANAGER_VARIABLE, choice.PYLOCK_VARIABLE)
