"""The choice of a package manager, what its lock says, and the matrix's cells for every manager but pip."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure import declarations
from pure.declarations import Declarations
from pure.layers import STRUCTS, Action
from pure.locks.facts import LockFacts
from pure.locks.read import read_lock
from pure.manager_choice import MissingLock, NothingToInstall, SeveralLocks, choose_manager
from pure.managers import CHOSEN_BY_LOCK, MANAGERS, PIP, TOOLS
from pure.outcome import Failure, Success
from pure.plan import Facts, decide
from pure.project import ProjectFiles, requirement_files
from pure.runtime_choice import CatalogueText
from pure.target import Distro, Target
from pure.tool_choice import ToolRefused, satisfies
from pure.tool_settings import is_stale

from tests.strategies_plan import END_OF_LIFE, UNBOUND, A, B, after, facts, junk, pin_file, planned, requirements

PROJECT = b'[project]\nname = "a"\nversion = "1"\n[dependency-groups]\nmore = []\n'
PROJECT += b"[tool.poetry]\npackage-mode = false\n"
PROJECT += b"[tool.pdm]\ndistribution = false\n"
# Of each lock three texts: with one distribution, with another one, with one from a folder.
LOCKS: Mapping[str, tuple[bytes, bytes, bytes]] = {
    "uv": (
        b'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://index.example/" }\n',
        b"version = 1\n",
        b'version = 1\n[[package]]\nname = "a"\nsource = { editable = "." }\n',
    ),
    "poetry": (
        b'[[package]]\nname = "a"\n[metadata]\nlock-version = "2.1"\n',
        b'[metadata]\nlock-version = "2.1"\n',
        b'[[package]]\nname = "a"\n[package.source]\ntype = "directory"\nurl = "a"\n[metadata]\nlock-version = "2.1"\n',
    ),
    "pipenv": (
        f'{{"_meta": {{}}, "default": {{"a": {{"version": "==1", "hashes": ["sha256:{A}"]}}}}, "more": {{}}}}'.encode(),
        f'{{"_meta": {{}}, "default": {{"a": {{"version": "==2", "hashes": ["sha256:{B}"]}}}}, "more": {{}}}}'.encode(),
        b'{"_meta": {}, "default": {"a": {"path": "."}}, "more": {}}',
    ),
    "pdm": (
        b'[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "a"\nversion = "1"\n',
        b'[metadata]\nlock_version = "4.5.0"\n',
        b'[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "a"\npath = "./a"\n',
    ),
    "pylock": (
        f'lock-version = "1.0"\ndependency-groups = ["more"]\n[[packages]]\nname = "a"\n[[packages.wheels]]\n'
        f'url = "https://index.example/a.whl"\nhashes = {{ sha256 = "{A}" }}\n'.encode(),
        b'lock-version = "1.0"\ndependency-groups = ["more"]\npackages = []\n',
        b'lock-version = "1.0"\ndependency-groups = ["more"]\n[[packages]]\nname = "a"\ndirectory = { path = "a" }\n',
    ),
}
LOCKED = tuple(LOCKS)
DEBIAN = Distro(name="debian", version="13")
OTHER_VERSIONS = {"uv": "0.12.1", "poetry": "2.1.0", "pipenv": "2025.1.0", "pdm": "2.25.0"}
PINS = {name: f"{name}==9999.1 \\\n    --hash=sha256:{A}\n" for name in TOOLS}
Change: TypeAlias = Callable[[Facts, str], Facts]

# R: recreated. r: reconciled. -: decided as in an unchanged build. uv's layer knows neither Python nor distribution.
MATRIX = """
| what changed              | python | tool | uv | venv |
|---------------------------|--------|------|----|------|
| tool version              | -      | R    | R  | -    |
| tool version, by variable | -      | R    | R  | -    |
| Python patch              | R      | -    | -  | -    |
| Python minor              | R      | R    | -  | R    |
| arch                      | R      | R    | R  | R    |
| distro                    | -      | R    | -  | R    |
| lock                      | -      | -    | -  | r    |
| configuration             | -      | -    | -  | r    |
| groups                    | -      | -    | -  | r    |
| a local distribution      | -      | -    | -  | r    |
| Procfile                  | -      | -    | -  | -    |
| another index             | -      | -    | -  | -    |
"""
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in MATRIX.strip().splitlines()[2:]]


def locked(given_facts: Facts, manager: str, lock: bytes | None = None) -> Facts:
    """The same application, declared for another manager."""
    row = MANAGERS[manager]
    names = {row.lock: LOCKS[manager][0] if lock is None else lock, "pyproject.toml": PROJECT}
    if manager == "pipenv":
        names = {row.lock: names[row.lock], "Pipfile": b"[packages]\n"}
    project = ProjectFiles(names=tuple(sorted(names)), texts=names)
    return msgspec.structs.replace(
        given_facts, names=tuple(sorted(names)), requirements=None, project=Success(project), tool_pins=PINS
    )


def _texts(given_facts: Facts, **changed: bytes) -> Facts:
    assert given_facts.project is not None
    project = given_facts.project.unwrap()
    texts = {**project.texts, **{name.replace("__", "."): raw for name, raw in changed.items()}}
    return msgspec.structs.replace(given_facts, project=Success(msgspec.structs.replace(project, texts=texts)))


def _with(given_facts: Facts, **variables: str) -> Facts:
    return msgspec.structs.replace(given_facts, variables={**given_facts.variables, **variables})


def _version(given_facts: Facts, *, minor: bool) -> Facts:
    now = planned(given_facts).python.version
    major, second, patch = now.split(".")
    other = f"{major}.{12 if second == '13' else 13}.{patch}" if minor else f"{major}.{second}.{(int(patch) + 1) % 3}"
    return _with(given_facts, BP_PYTHON_VERSION=other)


def _target(given_facts: Facts, **changes: object) -> Facts:
    return msgspec.structs.replace(given_facts, target=msgspec.structs.replace(given_facts.target, **changes))


def _configuration(given_facts: Facts, manager: str) -> Facts:
    name = "Pipfile" if manager == "pipenv" else "uv__toml" if manager == "pylock" else "pyproject__toml"
    return _texts(given_facts, **{name: PROJECT + b"[tool.other]\n"})


CHANGES: Mapping[str, Change] = {
    "tool version": lambda f, m: msgspec.structs.replace(
        f, tool_pins={name: pin.replace("9999.1", "9999.2") for name, pin in PINS.items()}
    ),
    "tool version, by variable": lambda f, m: _with(
        f, **{MANAGERS[m].tool.variable: OTHER_VERSIONS[MANAGERS[m].tool.name]}
    ),
    "Python patch": lambda f, m: _version(f, minor=False),
    "Python minor": lambda f, m: _version(f, minor=True),
    "arch": lambda f, m: _target(f, arch="arm64" if f.target.arch == "amd64" else "amd64"),
    "distro": lambda f, m: _target(f, distro=None if f.target.distro else DEBIAN),
    "lock": lambda f, m: _texts(f, **{MANAGERS[m].lock.replace(".", "__"): LOCKS[m][1]}),
    "configuration": _configuration,
    "groups": lambda f, m: _with(f, BP_PYTHON_GROUPS="more"),
    "a local distribution": lambda f, m: _texts(f, **{MANAGERS[m].lock.replace(".", "__"): LOCKS[m][2]}),
    "Procfile": lambda f, m: msgspec.structs.replace(f, procfile=b"web: another\n"),
    "another index": lambda f, m: _with(
        f, UV_INDEX_URL="https://index.example/", PIP_INDEX_URL="https://index.example/"
    ),
}
MARKS = {"R": Action.RECREATE, "r": Action.RECONCILE}


def test_the_table_and_the_changes_name_the_same_rows() -> None:
    assert [row[0] for row in ROWS] == list(CHANGES)


@pytest.mark.parametrize("manager", LOCKED)
@pytest.mark.parametrize(("what", "python", "tool", "uv", "venv"), ROWS, ids=[row[0] for row in ROWS])
@settings(max_examples=6, deadline=None)
@given(first=facts(bound=False))
def test_matrix(manager: str, what: str, python: str, tool: str, uv: str, venv: str, first: Facts) -> None:
    first = locked(first, manager)
    own = MANAGERS[manager].tool.name
    unchanged = after(first, planned(first))
    now = planned(CHANGES[what](unchanged, manager))
    marks = {"python": python, own: uv if own == "uv" else tool, "venv": venv}
    assert {layer.name: layer.action for layer in now.layers} == {
        name: MARKS.get(mark, Action.KEEP) for name, mark in marks.items()
    }


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=10, deadline=None)
@given(first=facts())
def test_an_unchanged_build_keeps_everything_and_starts_nothing(manager: str, first: Facts) -> None:
    given_facts = locked(first, manager)
    again = planned(after(given_facts, planned(given_facts)))
    assert {layer.action for layer in again.layers} == {Action.KEEP}
    assert again.fingerprint is not None


@pytest.mark.parametrize("new", [*LOCKED, "pip"])
@pytest.mark.parametrize("old", [*LOCKED, "pip"])
@settings(max_examples=4, deadline=None)
@given(first=facts())
def test_another_manager_recreates_the_environment_and_drops_what_it_does_not_use(
    old: str, new: str, first: Facts
) -> None:
    if old == new:
        return
    before = first if old == "pip" else locked(first, old)
    then = first if new == "pip" else locked(first, new)
    restored = after(before, planned(before))
    now = planned(msgspec.structs.replace(then, restored=restored.restored, venv_state=restored.venv_state))
    actions = {layer.name: layer.action for layer in now.layers}
    tools = {MANAGERS[old].tool.name, MANAGERS[new].tool.name}
    assert actions["python"] is Action.KEEP
    assert actions["venv"] is Action.RECREATE
    assert actions[MANAGERS[new].tool.name] is (Action.KEEP if len(tools) == 1 else Action.CREATE)
    if len(tools) == 2:
        assert actions[MANAGERS[old].tool.name] is Action.DROP
    assert set(actions) <= STRUCTS.keys()


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=60, deadline=None)
@given(raw=junk | st.binary(max_size=60), start=st.sampled_from([b"", b"version = 1\n", b"{", b"[metadata]\nx = 1\n"]))
def test_any_lock_gives_facts_or_an_error(manager: str, raw: bytes, start: bytes) -> None:
    match read_lock(manager, start + raw, MANAGERS[manager].lock):
        case Success(LockFacts()):
            pass
        case Failure(error):
            assert error.because


@settings(max_examples=100, deadline=None)
@given(raw=junk | st.binary(max_size=60))
def test_any_pyproject_gives_declarations_or_an_error(raw: bytes) -> None:
    assert isinstance(declarations.read(raw), Success | Failure)


@pytest.mark.parametrize("manager", LOCKED)
def test_what_a_lock_takes_from_folders_is_found(manager: str) -> None:
    found = [read_lock(manager, raw, MANAGERS[manager].lock) for raw in LOCKS[manager]]
    assert [each.unwrap().local for each in found] == [(), (), ("a",)]
    assert found[0].unwrap().moving == ()


def _choice(*names: str, variables: Mapping[str, str] | None = None, **texts: bytes) -> object:
    locks = {each.lock: LOCKS[each.name][0] for each in CHOSEN_BY_LOCK if each is not PIP}
    known = {name: texts.get(name.replace(".", "_"), locks.get(name, b"")) for name in names}
    project = ProjectFiles(names=names, texts=known)
    first = FIRST
    given_facts = msgspec.structs.replace(
        first,
        names=names,
        project=Success(project),
        tool_pins=PINS,
        variables={**first.variables, **(variables or {})},
        requirements=requirements(b"") if PIP.lock in names else None,
    )
    decided = decide(given_facts)
    return decided.failure() if isinstance(decided, Failure) else decided.unwrap().package_manager.name  # type: ignore[union-attr]


FIRST = Facts(
    version="1",
    target=Target(os="linux", arch="amd64"),
    today=date(2026, 11, 22),
    variables={"BP_PYTHON_VERSION": "3.13.1"},
    catalogue=UNBOUND,
    end_of_life=CatalogueText(raw=END_OF_LIFE, origin="data/end-of-life.json"),
    layers_dir="/layers/lamina_python",
    app_dir="/workspace",
    names=(),
    pip_pin=pin_file("26.0"),
)


@pytest.mark.parametrize("each", CHOSEN_BY_LOCK, ids=lambda each: each.name)
def test_one_lock_chooses_its_manager(each: object) -> None:
    assert _choice(each.lock) == each.name  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", ["pip", "uv", "poetry"])
def test_several_locks_are_an_error_unless_one_is_named(asked: str) -> None:
    names = ("requirements.txt", "uv.lock", "poetry.lock", "pyproject.toml")
    error = _choice(*names)
    assert isinstance(error, SeveralLocks)
    assert error.found == (("requirements.txt", "pip"), ("uv.lock", "uv"), ("poetry.lock", "poetry"))
    assert _choice(*names, variables={"BP_PYTHON_PACKAGE_MANAGER": asked}) == asked


@pytest.mark.parametrize(
    ("lock", "header", "chosen"),
    [
        (
            "uv.lock",
            b"# This file was autogenerated by uv via the following command:\n#    uv export -o x\na==1\n",
            "uv",
        ),
        ("uv.lock", b"# This file was autogenerated by uv via the following command:\n#    uv pip compile x\n", None),
        ("pdm.lock", b"# This file is @generated by PDM.\n# Please do not edit it manually.\n\na==1\n", "pdm"),
        ("poetry.lock", b"a==1 ; python_version >= '3.11'\n", None),
    ],
)
def test_requirements_that_were_exported_from_the_lock_are_no_second_lock(
    lock: str, header: bytes, chosen: str | None
) -> None:
    found = _choice("requirements.txt", lock, requirements_txt=header)
    assert found == chosen if chosen else isinstance(found, SeveralLocks)


def test_declarations_without_a_lock() -> None:
    missing = _choice("Pipfile")
    assert isinstance(missing, MissingLock)
    assert missing.command == "pipenv lock"
    poetry = _choice("pyproject.toml", pyproject_toml=b"[tool.poetry]\n")
    assert isinstance(poetry, MissingLock)
    assert _choice("pyproject.toml", pyproject_toml=PROJECT) == "project"
    assert isinstance(_choice("pyproject.toml", pyproject_toml=b"[tool.ruff]\n"), NothingToInstall)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("uv.lock.txt", "uv.lock"),
        ("Poetry.lock", "poetry.lock"),
        ("pipfile.lock", "Pipfile.lock"),
        ("pdm.lok", "pdm.lock"),
    ],
)
def test_misspelled_locks_are_pointed_out(wrong: str, right: str) -> None:
    error = _choice("app.py", wrong)
    assert isinstance(error, NothingToInstall)
    assert error.misspelled == ((wrong, right),)


@pytest.mark.parametrize(
    ("files", "first"),
    [
        (("requirements/dev.txt", "requirements/prod.txt", "requirements/base.txt"), "requirements/prod.txt"),
        (("requirements/default.txt", "requirements/test.txt", "requirements/docs.txt"), "requirements/default.txt"),
        (("requirements-dev.txt", "requirements_production.txt"), "requirements_production.txt"),
        (("prod-requirements.txt", "dev-requirements.txt", "README.md"), "prod-requirements.txt"),
        (("requirements/requirements.txt", "requirements/local.txt"), "requirements/requirements.txt"),
        (("notes.txt", "requirements.in", "requirements/base.in"), None),
    ],
)
def test_the_likeliest_requirements_file_comes_first(files: tuple[str, ...], first: str | None) -> None:
    assert next(iter(requirement_files(files)), None) == first


def test_a_folder_is_no_misspelled_file() -> None:
    project = ProjectFiles(names=("requirements", "setup.py"), folders=frozenset({"requirements"}))
    chosen = choose_manager(project, Declarations(), {})
    assert isinstance(chosen, Failure)
    error = chosen.failure()
    assert isinstance(error, NothingToInstall)
    assert not error.misspelled


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


def test_a_demand_that_the_pin_does_not_meet_is_an_error() -> None:
    error = _choice("uv.lock", "pyproject.toml", pyproject_toml=b'[tool.uv]\nrequired-version = "<1"\n')
    assert isinstance(error, ToolRefused)


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ("uv", ("error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",)),
        ("poetry", ("pyproject.toml changed significantly since poetry.lock was last", "generated. Run `poetry lock`")),
        ("pipenv", ("Pipfile.lock is out-of-date. Run $ pipenv lock to update.",)),
    ],
)
def test_the_tools_own_words_for_a_lock_out_of_date(tool: str, said: tuple[str, ...]) -> None:
    assert is_stale(tool, said)
    assert not is_stale(tool, ("something else",))
