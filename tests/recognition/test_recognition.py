"""Recognition never fails, and never lets a credential through, whatever it reads."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.complaints.reasons import Conflict, LockStale, NameUnknown, Needed, RepositoryRefused
from pure.complaints.recognition import recognise, undecided, worth_keeping
from pure.complaints.rules import ANY, RULES
from pure.report.prose.recognised import describe_installer

from tests.recognition.expected import APPLICATIONS, FOLDER, read

TOOLS = st.sampled_from(ANY)
LINES = sorted({line for path in FOLDER.glob("*/*.txt") for line in read(path.parent.name, path.stem).lines})
REAL = st.sampled_from(LINES)
ANY_LINE = st.one_of(st.text(max_size=200), REAL, st.tuples(REAL, st.text(max_size=20), REAL).map("".join))
SECRET = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789_-~%"), min_size=8, max_size=30).map(
    "Zq9".__add__
)


@given(TOOLS, st.lists(ANY_LINE, max_size=30), st.integers(-15, 255))
def test_any_output_gives_a_reason_or_none(tool: str, lines: list[str], status: int) -> None:
    found = recognise(tool, lines, returncode=status)
    assert found is None or type(found).__module__ == "pure.complaints.reasons"
    message = describe_installer(APPLICATIONS[tool], "1.0", found, returncode=status, signal=None)
    # A stale lock's headline says all.
    assert message.found or found == LockStale()
    assert message.do
    assert not any("\n" in line for line in (*message.found, *message.means, *message.do))


@given(TOOLS, st.data(), SECRET)
def test_no_credential_of_a_url_gets_through(tool: str, data: st.DataObject, secret: str) -> None:
    userinfo = data.draw(st.sampled_from(["{}", "user:{}", "{}:x-oauth-basic", "__token__:{}", "oauth2:{}"]))
    hosts = [line for line in LINES if "://host.example" in line]
    lines = data.draw(st.lists(st.sampled_from(hosts), min_size=1, max_size=8))
    lines = [line.replace("://host.example", f"://{userinfo.format(secret)}@host.example") for line in lines]
    found = recognise(tool, lines, returncode=1)
    assert secret not in repr(found)
    assert all(secret not in line for line in worth_keeping(lines))


@given(TOOLS, st.data(), SECRET, st.integers(20, 90))
def test_nor_if_the_tool_breaks_its_lines_within_it(tool: str, data: st.DataObject, secret: str, width: int) -> None:
    hosts = [line for line in LINES if "://host.example" in line]
    lines = data.draw(st.lists(st.sampled_from(hosts), min_size=1, max_size=8))
    text = "\n".join(line.replace("://host.example", f"://user:{secret}@host.example") for line in lines)
    broken = [line[at : at + width] for line in text.splitlines() for at in range(0, len(line), width)]
    found = recognise(tool, broken, returncode=1)
    assert secret not in repr(found)
    # Nor a part of it that would be worth something.
    assert not any(secret[at : at + 12] in repr(found) for at in range(len(secret) - 11))


@given(st.lists(ANY_LINE, max_size=50))
def test_of_a_log_little_is_kept(lines: list[str]) -> None:
    assert len(worth_keeping(lines)) <= 10


@pytest.mark.parametrize("line", ["git@host.example: Permission denied (publickey).", "Host key verification failed."])
def test_a_repository_that_wants_a_key(line: str) -> None:
    # ssh says so; there is no server here that would.
    lines = ("Running command git clone --quiet ssh://git@host.example/team/alpha.git /tmp/x", line)
    found = recognise("pip", lines, returncode=1)
    assert found == RepositoryRefused(place="ssh://git@host.example/team/alpha.git", ssh=True)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Collecting beta Processing ./fast error: pg_config executable not found. from file:///workspace/fast", ""),
        ("Processing ./. Collecting beta error: pg_config executable not found.", "beta"),
        ("pg_config executable not found. ERROR: Failed to build 'file:///workspace' when getting requirements", ""),
        ("pg_config executable not found. ERROR: Failed to build 'psycopg2' when getting requirements", "psycopg2"),
    ],
)
def test_a_folder_without_a_name_is_not_called_by_anothers(said: str, name: str) -> None:
    found = recognise("pip", [said], returncode=1)
    assert isinstance(found, Needed)
    assert found.distribution == name


def test_long_output_takes_no_time_worth_mentioning() -> None:
    import time

    started = time.process_time()
    recognise("pip", ["ERROR: Could not fetch URL for url: Because Lockfile Collecting a " * 5] * 2000, returncode=1)
    assert time.process_time() - started < 5


def test_only_an_unconfirmed_name_is_undecided() -> None:
    lines = ("ERROR: No matching distribution found for alpha==1.0",)
    assert undecided(recognise("pip", lines, returncode=1))
    confirmed = (
        *lines,
        "Could not fetch URL https://host.example/simple/alpha/: 404 Client Error: Not Found for url: x",
    )
    assert not undecided(recognise("pip", confirmed, returncode=1))
    assert not undecided(None)


@pytest.mark.parametrize(("minor", "standard"), [("3.11", True), ("3.12", False), ("", True)])
def test_what_belongs_to_python_is_asked_of_the_applications_own(minor: str, standard: bool) -> None:
    lines = ("ERROR: No matching distribution found for asyncore==1.0",)
    found = recognise("pip", lines, returncode=1, minor=minor)
    assert isinstance(found, NameUnknown)
    assert found.standard is standard


def test_rules_are_about_known_tools() -> None:
    assert all(rule.tools and set(rule.tools) <= set(ANY) for rule in RULES)
    assert len({msgspec.structs.asdict(rule)["pattern"] for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("uv", ("error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",)),
        ("poetry", ("pyproject.toml changed significantly since poetry.lock was last", "generated. Run `poetry lock`")),
        ("pipenv", ("Pipfile.lock is out-of-date. Run $ pipenv lock to update.",)),
        ("pipenv", ("Your Pipfile.lock (f205f9) is out of", "date. Expected: (79052c).")),
        ("pdm", ("WARNING: Lock file hash doesn't match pyproject.toml, packages may be", "outdated")),
    ],
)
def test_the_tools_own_words_for_a_lock_out_of_date(tool: str, said: tuple[str, ...]) -> None:
    assert recognise(tool, said, returncode=1) == LockStale()
    assert recognise("pip", said, returncode=1) is None


def test_pdms_warning_about_a_lock_is_not_the_reason_of_another_failure() -> None:
    lines = read("pdm", "lock_stale_checked").lines
    assert recognise("pdm", lines, returncode=1) == LockStale()
    assert recognise("pdm", [*lines, "[BuildError]: Build backend raised error"], returncode=1) is None


def test_what_the_log_says_of_the_name_that_was_sought_counts_before_others() -> None:
    said = ("ERROR: No matching distribution found for My.pkg==1.0",)
    others = [f"Could not fetch URL https://host.example/simple/a{at}/: 401 Client Error" for at in range(20)]
    own = "Could not fetch URL https://host.example/simple/my-pkg/: 404 Client Error"
    assert worth_keeping([*others, own], said) == (own,)
    assert len(worth_keeping(others, said)) == 10


@pytest.mark.parametrize(
    ("said", "again"),
    [
        ("satisfies the requirement alpha==9.0 (from versions: 0.1, 1.0)", True),
        ("satisfies the requirement alpha (from versions: none)", True),
        ("Package 'alpha' requires a different Python: 3.11.7 not in '>=3.12'", False),
        ("In --require-hashes mode, all requirements must have their versions pinned with ==. These do not: a", False),
    ],
)
def test_pip_is_asked_again_wherever_an_index_may_have_refused(said: str, *, again: bool) -> None:
    assert undecided(recognise("pip", [f"ERROR: Could not find a version that {said}"], returncode=1)) is again


def test_a_conflict_of_a_quiet_pip_is_one() -> None:
    said = (
        "ERROR: Cannot install alpha<1 and alpha==1.0 because these package versions have conflicting dependencies.",
        "ERROR: ResolutionImpossible: for help visit https://host.example/topics/dependency-resolution/",
    )
    assert recognise("pip", said, returncode=1) == Conflict(parties=("alpha<1 and alpha==1.0",))
