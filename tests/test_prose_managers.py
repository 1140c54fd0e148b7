"""Every error over package managers is said in words, held in a golden file."""

from typing import get_args

import pytest
from pure.build_log import error_lines
from pure.locks.facts import LockUnreadable
from pure.managed import UnknownSelection
from pure.manager_choice import ManagerWithoutFile, MissingLock, NothingToInstall, SeveralLocks, UnknownManager
from pure.managers import MANAGERS
from pure.project import BadProjectFolder, BadSelection
from pure.prose import describe
from pure.prose_managers import ManagersError, ManagersFamily, describe_managers
from pure.run_errors import LockOutOfDate, ToolFailed
from pure.tool_choice import BadToolVersion, ToolRefused, ToolTooOld

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


ERRORS: tuple[ManagersError, ...] = (
    SeveralLocks(found=(("requirements.txt", "pip"), ("uv.lock", "uv"), ("poetry.lock", "poetry"))),
    UnknownManager(value="conda", known=tuple(MANAGERS)),
    ManagerWithoutFile(variable="BP_PYTHON_PACKAGE_MANAGER", value="uv", file="uv.lock"),
    ManagerWithoutFile(
        variable="BP_PYLOCK", value="prod", file="pylock.prod.toml", candidates=("pylock.dev.toml", "pylock.toml")
    ),
    MissingLock(declared_in="Pipfile", manager="pipenv", lock="Pipfile.lock", command="pipenv lock"),
    MissingLock(declared_in="pyproject.toml", manager="poetry", lock="poetry.lock", command="poetry lock"),
    _nothing(misspelled=(("requirement.txt", "requirements.txt"), ("Poetry.lock", "poetry.lock"))),
    _nothing(named_pylocks=("pylock.dev.toml", "pylock.prod.toml")),
    _nothing(nested=("backend/uv.lock", "worker/requirements.txt")),
    _nothing(folder="services", nested=("api/poetry.lock",)),
    _nothing(requirement_files=("requirements/prod.txt", "requirements/dev.txt")),
    _nothing(markers=("setup.py", "setup.cfg")),
    _nothing(),
    BadProjectFolder(value="../api", because="leaves the application's folder"),
    BadSelection(variable="BP_PYTHON_GROUPS", value="--dev"),
    UnknownSelection(variable="BP_PYTHON_EXTRAS", value="fast", what="", manager="pip", known=()),
    UnknownSelection(
        variable="BP_PYTHON_GROUPS", value="tset", what="dependency groups", manager="uv", known=("dev", "test")
    ),
    UnknownSelection(variable="BP_PYTHON_EXTRAS", value="fast", what="extras", manager="pylock", known=()),
    LockUnreadable(file="uv.lock", because="is not valid TOML", conflict=True),
    LockUnreadable(file="Pipfile.lock", because="is not valid JSON"),
    LockUnreadable(file="pyproject.toml", because="is not valid TOML"),
    LockUnreadable(file="pylock.prod.toml", because="has lock-version 2.0, and 1.x is understood"),
    BadToolVersion(variable="BP_UV_VERSION", title="uv", value="newest"),
    ToolTooOld(variable="BP_POETRY_VERSION", title="Poetry", version="1.8.5", oldest="2.0"),
    ToolRefused(
        variable="BP_POETRY_VERSION",
        title="Poetry",
        version="2.5.1",
        place="[tool.poetry] requires-poetry",
        constraint=">=3",
        asked=False,
    ),
    ToolRefused(
        variable="BP_UV_VERSION",
        title="uv",
        version="0.11.0",
        place="[tool.uv] required-version",
        constraint=">=0.13",
        asked=True,
    ),
    ToolFailed(manager="poetry", version="2.5.1", returncode=1, signal=None),
    ToolFailed(manager="pylock", version="0.13.9", returncode=-9, signal="SIGKILL"),
    LockOutOfDate(manager="poetry", file="poetry.lock"),
    LockOutOfDate(manager="uv", file="uv.lock"),
)


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_managers", "\n".join("\n".join(error_lines(describe(error))) for error in ERRORS))


def test_every_error_of_the_family_has_an_example() -> None:
    assert {type(error) for error in ERRORS} == set(ManagersFamily)
    assert {kind for union in get_args(ManagersError) for kind in (get_args(union) or (union,))} == set(ManagersFamily)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__qualname__)
def test_each_message_is_made_of_whole_lines_and_has_a_way_out(error: ManagersError) -> None:
    message = describe_managers(error)
    assert message.do
    assert not message.happened.endswith(".")
    for line in (message.happened, *message.found, *message.means, *message.do):
        assert line.strip()
        assert "\n" not in line
        assert len(line) <= 120
