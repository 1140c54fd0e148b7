"""Standard lock files: what may be installed from one, by the rules of its specification."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.pylock import Pylock, PylockSelectError
from packaging.tags import Tag
from pure.build.plan import decide
from pure.manager.commands import Command, Places, commands
from pure.manager.pylock_selection import (
    LockedForOtherPython,
    LockedTwice,
    LockForOtherEnvironment,
    PylockProblem,
    check,
)
from pure.manager.table import PYLOCK
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.project.locks.markers import marker_environment
from pure.project.locks.pylock import read
from pure.project.selection import Selection
from pure.report.build_log import error_lines
from pure.report.prose.describe import describe
from pure.target import Target

from tests.documents import document as documented
from tests.documents import documents
from tests.golden import check_golden
from tests.strategies_locked import FIRST, PINS
from tests.strategies_plan import A, junk

FILE = "pylock.toml"
START = b'lock-version = "1.0"\ncreated-by = "a test"\npackages = []\n'
TARGET = Target(os="linux", arch="amd64")
MARKERS = (
    "sys_platform == 'linux'",
    "sys_platform == 'win32'",
    "platform_machine == 'aarch64'",
    "python_version < '3.12'",
    "python_full_version >= '3.13'",
    "'default' in dependency_groups",
    "'dev' in dependency_groups",
    "'dev' not in dependency_groups",
    "'fast' in extras",
    "'fast' in extras or 'dev' in dependency_groups",
)
_environments = st.lists(st.sampled_from(MARKERS[:5]), max_size=2)
_pythons = st.sampled_from(["3.11.7", "3.12.0", "3.13.9", "3.14.0rc1"])


@st.composite
def _packages(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(["alpha", "beta", "gamma"]))
    version = draw(st.sampled_from(["1.0", "2.0"]))
    wheel = {"url": f"https://index.example/{name}-{version}-py3-none-any.whl", "hashes": {"sha256": A}}
    package: dict[str, Any] = {"name": name, "version": version, "wheels": [wheel]}
    marker = draw(st.none() | st.sampled_from(MARKERS))
    requires = draw(st.sampled_from([None, None, ">=3.11", ">=3.13", "<3.12"]))
    if marker:
        package["marker"] = marker
    if requires:
        package["requires-python"] = requires
    return package


@st.composite
def _locks(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {"lock-version": "1.0", "created-by": "a test"}
    document["packages"] = draw(st.lists(_packages(), max_size=4))
    environments = draw(_environments)
    if environments:
        document["environments"] = environments
    document["default-groups"] = draw(st.sampled_from([[], ["default"], ["default", "dev"]]))
    return document


def toml(document: dict[str, Any]) -> bytes:
    """The document as TOML: JSON's strings and arrays are TOML's."""
    plain = "".join(f"{name} = {json.dumps(value)}\n" for name, value in document.items() if name != "packages")
    if not document["packages"]:
        return f"{plain}packages = []\n".encode()
    for package in document["packages"]:
        plain += "[[packages]]\n"
        plain += "".join(f"{name} = {json.dumps(value)}\n" for name, value in package.items() if name != "wheels")
        for wheel in package["wheels"]:
            hashes = f"{{ sha256 = {json.dumps(wheel['hashes']['sha256'])} }}"
            plain += f"[[packages.wheels]]\nurl = {json.dumps(wheel['url'])}\nhashes = {hashes}\n"
    return plain.encode()


@settings(max_examples=300, deadline=None)
@given(
    _locks(),
    _pythons,
    st.sampled_from(["amd64", "arm64"]),
    st.sampled_from([(), ("dev",), ("Dev",)]),
    st.sampled_from([(), ("fast",)]),
)
def test_every_refusal_of_the_reference_implementation_is_explained_and_no_other(
    document: dict[str, Any], python: str, arch: str, groups: tuple[str, ...], extras: tuple[str, ...]
) -> None:
    selection = Selection(groups=groups, extras=extras)
    problem = check(
        documented(toml(document)), FILE, selection=selection, python=python, target=Target(os="linux", arch=arch)
    )
    lock = Pylock.from_dict(document)
    chosen = [*document["default-groups"], *(group.lower() for group in groups)]
    try:
        tuple(
            lock.select(
                environment=marker_environment(python, arch),  # type: ignore[arg-type]
                tags=[Tag("py3", "none", "any")],
                extras=extras,
                dependency_groups=chosen,
            )
        )
    except PylockSelectError:
        # A pre-release of Python satisfies what its release does for us: it is what the user has chosen.
        assert problem is not None or "rc" in python
    else:
        assert problem is None


@settings(max_examples=150, deadline=None)
@given(junk | st.binary(max_size=80), st.sampled_from([b"", b"packages = 1\n", b"[[packages]]\nmarker = 1\n"]))
def test_any_bytes_pass_or_are_refused(raw: bytes, start: bytes) -> None:
    found = check(documented(start + raw), FILE, selection=Selection(), python="3.13.1", target=TARGET)
    assert found is None or isinstance(found, PylockProblem)


@settings(max_examples=60, deadline=None)
@given(st.text("'\"=<>() abcdefghijklmnopqrstuvwxyz_3.1", max_size=40))
def test_a_marker_that_nobody_understands_is_left_to_the_tool(marker: str) -> None:
    raw = START + f"environments = [{json.dumps(marker)}]\n".encode()
    found = check(documented(raw), FILE, selection=Selection(), python="3.13.1", target=TARGET)
    assert found is None or isinstance(found, LockForOtherEnvironment)


def test_what_the_kernel_is_cannot_be_known() -> None:
    other = b"\"sys_platform == 'win32'\""
    for environments, known in ((b"\"platform_release == '6.1'\", " + other, False), (other, True)):
        raw = START + b"environments = [" + environments + b"]\n"
        found = check(documented(raw), FILE, selection=Selection(), python="3.13.1", target=TARGET)
        assert isinstance(found, LockForOtherEnvironment) is known
        assert found is None or known


def test_a_newer_minor_version_is_no_reason_and_writes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    raw = START.replace(b"1.0", b"1.9") + b"news = 1\n"
    assert check(documented(raw), FILE, selection=Selection(), python="3.13.1", target=TARGET) is None
    assert not caplog.records


def _plan(lock: bytes, **variables: str) -> object:
    texts = documents({"pylock.toml": b'lock-version = "1.0"\ncreated-by = "a test"\n' + lock})
    facts = msgspec.structs.replace(
        FIRST,
        names=tuple(texts),
        project=Success(ProjectFiles(names=tuple(texts), texts=texts)),
        tool_pins=PINS,
        version_files=texts,
        variables={**FIRST.variables, **variables},
    )
    decided = decide(facts)
    return decided.unwrap() if isinstance(decided, Success) else decided.failure()


def _words(error: Any) -> str:
    return "\n".join(error_lines(describe(error)))


def test_a_python_that_the_lock_excludes_is_a_contradiction_that_quotes_both() -> None:
    words = _words(_plan(b'requires-python = "<3.13"\n', BP_PYTHON_VERSION="3.13"))
    assert "3.13" in words
    assert "$BP_PYTHON_VERSION" in words
    assert "<3.13" in words
    assert "pylock.toml, line 3" in words


GROUPS = b'dependency-groups = ["dev", "docs"]\nextras = ["fast"]\ndefault-groups = ["default"]\n'


@pytest.mark.parametrize(
    ("variable", "known"), [("BP_PYTHON_GROUPS", "it has dev, docs"), ("BP_PYTHON_EXTRAS", "it has fast")]
)
def test_a_group_or_extra_that_the_lock_lacks_is_an_error_that_lists_those_it_has(variable: str, known: str) -> None:
    words = _words(_plan(GROUPS, **{variable: "tset"}))
    assert "tset" in words
    assert known in words


def test_a_lock_of_another_major_version_is_refused() -> None:
    found = read(documented('lock-version = "2.0"\n'), FILE).failure()
    assert "2.0" in found.because
    assert isinstance(read(documented('lock-version = "1.1"\nnews = 1\n'), FILE), Success)


def test_this_environment_is_checked_before_anything_is_made() -> None:
    assert isinstance(_plan(b"environments = [\"sys_platform == 'win32'\"]\npackages = []\n"), LockForOtherEnvironment)
    package = b'[[packages]]\nname = "a"\nversion = "1"\ndirectory = { path = "a" }\n'
    assert isinstance(_plan(package + b'requires-python = "<3"\n'), LockedForOtherPython)
    assert isinstance(_plan(package + package.replace(b'"1"', b'"2"')), LockedTwice)


def test_a_group_can_contradict_what_is_installed_by_default() -> None:
    entry = b'[[packages]]\nname = "a"\nversion = "%d"\nmarker = "\'%s\' in dependency_groups"\n'
    entry += b'directory = { path = "a" }\n'
    lock = GROUPS + entry % (1, b"default") + entry % (2, b"dev")
    assert not isinstance(_plan(lock), PylockProblem)
    error = _plan(lock, BP_PYTHON_GROUPS="dev")
    assert isinstance(error, LockedTwice)
    assert error.versions == ("1", "2")


def _commands(defaults: tuple[str, ...], *groups: str) -> tuple[Command, ...]:
    places = Places(layer="/uv", venv="/venv", python="/python", temporary="/tmp/x")
    return commands(PYLOCK, places, file=FILE, selection=Selection(groups=groups), groups=(), defaults=defaults)


def test_default_groups_stay_beside_those_that_are_asked_for() -> None:
    # uv forgets the default ones as soon as another is named.
    first, second = _commands(("default",), "dev")
    assert "--group" not in first.argv
    assert first.argv[2] == "sync"
    assert second.argv[second.argv.index("--group") :][:2] == ("--group", "dev")
    assert second.argv[2] == "install"
    assert len(_commands(("default",))) == len(_commands((), "dev")) == 1


ERRORS: tuple[PylockProblem, ...] = (
    LockForOtherEnvironment(
        file="pylock.toml", environments=("sys_platform == 'win32'",), python="3.14.0", target="linux/amd64 (debian 13)"
    ),
    LockForOtherEnvironment(
        file="pylock.prod.toml",
        environments=tuple(f"python_version == '3.{minor}'" for minor in range(4, 13)),
        python="3.14.0",
        target="linux/arm64",
    ),
    LockedForOtherPython(file="pylock.toml", name="numpy", requires=">=3.11,<3.14", python="3.14.0"),
    LockedTwice(file="pylock.toml", name="torch", versions=("2.8.0", "2.8.0+cpu"), selection=Selection()),
    LockedTwice(
        file="pylock.toml", name="django", versions=("4.2", "5.2"), selection=Selection(groups=("next",), extras=("x",))
    ),
)


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_pylock", "\n".join(_words(error) for error in ERRORS))


def test_every_problem_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(PylockProblem))
