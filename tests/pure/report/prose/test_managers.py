"""Every error over package managers is said in words, held in a golden file."""

from typing import get_args

import pytest
from pure.build.errors import ToolFailed
from pure.complaints.reasons import LockStale
from pure.manager.choice import (
    LockWithoutDeclaration,
    ManagerWithoutFile,
    MissingLock,
    NoProjectTable,
    NothingToInstall,
    SeveralLocks,
    UnknownManager,
)
from pure.manager.managed import BrokenLock, UnknownSelection
from pure.manager.table import MANAGERS, PIP_TOOL
from pure.manager.terms import InstalledFrom
from pure.manager.tool_version import BadPin, BadToolVersion, ToolRefused, ToolTooOld
from pure.project.document import FileUnreadable
from pure.project.files import BadProjectFolder
from pure.project.selection import BadSelection
from pure.report.build_log import error_lines
from pure.report.prose.describe import describe
from pure.report.prose.managers import ManagersError, describe_managers

from tests.golden import check_golden


def _nothing(**given: object) -> NothingToInstall:
    empty: dict[str, object] = {
        "folder": "",
        "misspelled": (),
        "nested": (),
        "named_pylocks": (),
        "markers": ("app.py",),
    }
    return NothingToInstall(**{**empty, **given})  # type: ignore[arg-type]


def _source(manager: str, folder: str = "", home: str = "") -> InstalledFrom:
    row = MANAGERS[manager]
    return InstalledFrom(
        manager=row.name, files=(row.lock,), folder=folder, home=home or folder, command=row.lock_command
    )


ERRORS: tuple[ManagersError, ...] = (
    SeveralLocks(found=(("requirements.txt", "pip"), ("uv.lock", "uv"), ("poetry.lock", "poetry"))),
    SeveralLocks(found=(("requirements.txt", "pip"), ("uv.lock", "uv"))),
    SeveralLocks(found=(("api/a.txt", "pip"), ("api/b.txt", "pip"), ("api/poetry.lock", "poetry"))),
    UnknownManager(value="conda", known=tuple(MANAGERS)),
    UnknownManager(value="poety", known=tuple(MANAGERS), meant="poetry"),
    ManagerWithoutFile(
        variable="BP_PYTHON_PACKAGE_MANAGER", value="uv", file="api/uv.lock", command="cd api && uv lock"
    ),
    ManagerWithoutFile(
        variable="BP_PYTHON_PACKAGE_MANAGER", value="poetry", file="poetry.lock", candidates=("Poetry.lock",)
    ),
    ManagerWithoutFile(variable="BP_PYTHON_PACKAGE_MANAGER", value="pip", file="requirements.txt"),
    ManagerWithoutFile(
        variable="BP_PYTHON_PACKAGE_MANAGER", value="pylock", file="pylock.toml", candidates=("pylock.prod.toml",)
    ),
    ManagerWithoutFile(
        variable="BP_PIP_REQUIREMENTS",
        value="requirements/prod.txt",
        file="requirements/prod.txt",
        candidates=("requirements/base.txt", "requirements/production.txt"),
    ),
    ManagerWithoutFile(variable="BP_PIP_REQUIREMENT", value="limits.txt", file="limits.txt"),
    NoProjectTable(variable="BP_PYTHON_PACKAGE_MANAGER", value="project", file="pyproject.toml"),
    ManagerWithoutFile(
        variable="BP_PYLOCK", value="prod", file="pylock.prod.toml", candidates=("pylock.dev.toml", "pylock.toml")
    ),
    MissingLock(declared_in="Pipfile", manager="pipenv", lock="Pipfile.lock", command="pipenv lock"),
    MissingLock(declared_in="pyproject.toml", manager="poetry", lock="poetry.lock", command="poetry lock"),
    LockWithoutDeclaration(lock="services/uv.lock", manager="uv", declared_in="services/pyproject.toml"),
    _nothing(misspelled=(("requirement.txt", "requirements.txt"), ("Poetry.lock", "poetry.lock"))),
    _nothing(folder="api", misspelled=(("pylock_prod.toml", "pylock.prod.toml"),)),
    _nothing(markers=("pyproject.toml",), tools=("mypy", "ruff")),
    _nothing(named_pylocks=("pylock.dev.toml", "pylock.prod.toml")),
    _nothing(nested=("backend/uv.lock", "worker/requirements.txt")),
    _nothing(folder="services", nested=("api/poetry.lock",)),
    _nothing(requirement_files=("requirements/prod.txt", "requirements/dev.txt")),
    _nothing(requirement_inputs=("requirements.in",)),
    _nothing(groups=("dev", "prod"), markers=("pyproject.toml",)),
    _nothing(builds="setup.cfg", markers=("pyproject.toml", "setup.cfg")),
    _nothing(markers=("setup.cfg",)),
    _nothing(conda=("pyproject.toml ([tool.pixi])",), markers=("pyproject.toml",)),
    _nothing(groups=("web",), markers=("pyproject.toml",), folder="services/api"),
    _nothing(scripts=("main.py",), markers=("main.py",)),
    _nothing(conda=("environment.yml",), markers=("app.py", "environment.yml")),
    _nothing(conda=("pixi.toml", "pixi.lock")),
    _nothing(builds="setup.py", markers=("setup.py", "setup.cfg")),
    _nothing(),
    BadProjectFolder(value="../api", because="leaves the application's folder"),
    BadSelection(variable="BP_PYTHON_GROUPS", value="--dev"),
    UnknownSelection(source=_source("pip", folder="api"), variable="BP_PYTHON_EXTRAS", value="fast", what="", known=()),
    UnknownSelection(
        variable="BP_PYTHON_GROUPS", value="tset", what="dependency groups", source=_source("uv"), known=("dev", "test")
    ),
    UnknownSelection(
        source=InstalledFrom(manager="pylock", files=("pylock.prod.toml",), maker="hatch"),
        variable="BP_PYTHON_EXTRAS",
        value="fast",
        what="extras",
        known=(),
    ),
    BrokenLock(lock=FileUnreadable(file="uv.lock", because="is not valid TOML", conflict=True), source=_source("uv")),
    BrokenLock(
        lock=FileUnreadable(file="Pipfile.lock", because="is not valid JSON"), source=_source("pipenv", folder="api")
    ),
    FileUnreadable(file="pyproject.toml", because="is not valid TOML", detail="line 1: Expected ']'"),
    BrokenLock(
        lock=FileUnreadable(file="pylock.prod.toml", because="has lock-version 2.0, and 1.x is understood"),
        source=InstalledFrom(manager="pylock", files=("pylock.prod.toml",), maker="hatch"),
    ),
    BadPin(file="data/pip-requirements.txt", title="pip"),
    BadToolVersion(variable="BP_UV_VERSION", title="uv", value="newest", pinned="0.13.9"),
    BadToolVersion(variable="BP_PIP_VERSION", title="pip", value="latest", pinned="26.0"),
    ToolTooOld(variable="BP_POETRY_VERSION", title="Poetry", version="1.8.5", oldest="2.0"),
    ToolTooOld(
        variable="BP_UV_VERSION", title="uv", version="0.4.30", oldest="0.6", place="[tool.uv] required-version"
    ),
    ToolTooOld(variable="BP_PIP_VERSION", title="pip", version="22.3", oldest="23.1", since=PIP_TOOL.since),
    ToolRefused(
        variable="BP_POETRY_VERSION",
        title="Poetry",
        version="2.5.1",
        place="[tool.poetry] requires-poetry",
        constraint=">=3",
        asked=False,
        oldest="2.0",
    ),
    ToolRefused(
        variable="BP_UV_VERSION",
        title="uv",
        version="0.11.0",
        place="[tool.uv] required-version",
        constraint=">=0.13",
        asked=True,
        oldest="0.6",
    ),
    ToolFailed(source=_source("poetry"), version="2.5.1", returncode=1, signal=None),
    ToolFailed(source=_source("pylock"), version="0.13.9", returncode=-9, signal="SIGKILL"),
    ToolFailed(source=_source("poetry"), version="2.5.1", returncode=1, signal=None, recognised=LockStale()),
    ToolFailed(
        source=_source("uv", folder="services", home="services/api"),
        version="0.13.9",
        returncode=1,
        signal=None,
        recognised=LockStale(),
    ),
)


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_managers", "\n".join("\n".join(error_lines(describe(error))) for error in ERRORS))


def test_every_error_of_the_family_has_an_example() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(ManagersError))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__qualname__)
def test_each_message_is_made_of_whole_lines_and_has_a_way_out(error: ManagersError) -> None:
    message = describe_managers(error)
    assert message.do
    assert not message.happened.endswith(".")
    for line in (message.happened, *message.found, *message.means, *message.do):
        assert line.strip()
        assert "\n" not in line
        assert len(line) <= 120
