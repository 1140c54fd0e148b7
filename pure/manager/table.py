"""Holds the table of package managers: what each is chosen by, which tool installs for it, and what it can do.

Everything that tells one manager from another and fits a value stands here; what takes a decision reads it from here.
``pure.manager.commands`` has the arguments of each tool, ``pure.manager.settings`` its environment, and
``pure.project.locks`` reads the lock files.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

ToolName: TypeAlias = Literal["pip", "uv", "poetry", "pipenv", "pdm"]
ManagerName: TypeAlias = Literal["pip", "uv", "poetry", "pipenv", "pdm", "pylock", "uv-pip", "project"]


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A program that installs."""

    # Also that of its layer.
    name: ToolName
    title: str
    # Pins its whole closure, with hashes.
    pin_file: str
    # Overrides the pin.
    variable: str
    # The first release that can do what is asked of it here.
    oldest: tuple[int, int]
    # What that is, as the end of "it can …", where it is worth saying.
    since: str = ""
    # Those of the variables that configure it.
    prefixes: tuple[str, ...]


class Manager(msgspec.Struct, frozen=True, kw_only=True):
    """A way to declare dependencies."""

    name: ManagerName
    title: str
    tool: Tool
    # The file that chooses it.
    lock: str
    # How to make the lock.
    lock_command: str = ""
    # Files that show that it is meant, which the lock is made from.
    declared_in: tuple[str, ...] = ()
    # Further files of the project that change what is installed.
    configuration: tuple[str, ...] = ()
    # Whether the tool brings an environment to what the lock says by itself; otherwise the build reconciles it.
    synchronises: bool = True
    # What the manager calls groups and extras, empty if it knows none.
    groups: str = ""
    extras: str = ""
    # The maker that the header of a requirements file names if it was exported from the lock; Poetry and Pipenv leave
    # no trace in what they export.
    exporter: str = ""
    # The first release of the tool that can install for it, if that isn't the tool's.
    oldest: tuple[int, int] | None = None
    # Whether it takes distributions from folders that settings of pip's name.
    finds_links: bool = False

    @property
    def by_requirements(self) -> bool:
        """Whether it installs from requirements files, as pip does."""
        return self.lock == "requirements.txt"

    @property
    def by_lock(self) -> bool:
        """Whether what it installs from is a lock."""
        return self.synchronises and not self.by_requirements


PIP_TOOL: Final = Tool(
    name="pip",
    title="pip",
    pin_file="data/pip-requirements.txt",
    variable="BP_PIP_VERSION",
    oldest=(23, 1),
    since="report what it resolves, which this buildpack needs to know",
    prefixes=("PIP_",),
)
UV_TOOL: Final = Tool(
    name="uv",
    title="uv",
    pin_file="data/uv-requirements.txt",
    variable="BP_UV_VERSION",
    oldest=(0, 6),
    prefixes=("UV_",),
)
POETRY_TOOL: Final = Tool(
    name="poetry",
    title="Poetry",
    pin_file="data/poetry-requirements.txt",
    variable="BP_POETRY_VERSION",
    oldest=(2, 0),
    prefixes=("POETRY_",),
)
PIPENV_TOOL: Final = Tool(
    name="pipenv",
    title="Pipenv",
    pin_file="data/pipenv-requirements.txt",
    variable="BP_PIPENV_VERSION",
    oldest=(2024, 0),
    prefixes=("PIPENV_", "PIP_"),
)
PDM_TOOL: Final = Tool(
    name="pdm",
    title="PDM",
    pin_file="data/pdm-requirements.txt",
    variable="BP_PDM_VERSION",
    oldest=(2, 20),
    prefixes=("PDM_",),
)

TOOLS: Final[Mapping[str, Tool]] = {tool.name: tool for tool in (PIP_TOOL, UV_TOOL, POETRY_TOOL, PIPENV_TOOL, PDM_TOOL)}

PIP: Final = Manager(
    name="pip", title="pip", tool=PIP_TOOL, lock="requirements.txt", synchronises=False, finds_links=True
)
UV: Final = Manager(
    name="uv",
    title="uv",
    tool=UV_TOOL,
    lock="uv.lock",
    lock_command="uv lock",
    declared_in=("pyproject.toml",),
    configuration=("pyproject.toml", "uv.toml"),
    groups="dependency groups",
    extras="extras",
    exporter="uv export",
)
POETRY: Final = Manager(
    name="poetry",
    title="Poetry",
    tool=POETRY_TOOL,
    lock="poetry.lock",
    lock_command="poetry lock",
    declared_in=("pyproject.toml",),
    configuration=("pyproject.toml", "poetry.toml"),
    groups="dependency groups",
    extras="extras",
)
PIPENV: Final = Manager(
    name="pipenv",
    title="Pipenv",
    tool=PIPENV_TOOL,
    lock="Pipfile.lock",
    lock_command="pipenv lock",
    declared_in=("Pipfile",),
    configuration=("Pipfile",),
    groups="categories",
    finds_links=True,
)
PDM: Final = Manager(
    name="pdm",
    title="PDM",
    tool=PDM_TOOL,
    lock="pdm.lock",
    lock_command="pdm lock",
    declared_in=("pyproject.toml",),
    configuration=("pyproject.toml", "pdm.toml"),
    groups="dependency groups",
    extras="extras",
    exporter="PDM",
)
PYLOCK: Final = Manager(
    name="pylock",
    title="a standard lock file",
    tool=UV_TOOL,
    lock="pylock.toml",
    # uv's own settings may stand in either, such as the extras that it always adds.
    configuration=("pyproject.toml", "uv.toml"),
    groups="dependency groups",
    extras="extras",
    oldest=(0, 9),
)
# pip's files, installed by uv: chosen where uv is asked for and has no lock of its own.
UV_PIP: Final = Manager(
    name="uv-pip",
    title="uv",
    tool=UV_TOOL,
    lock="requirements.txt",
    configuration=("pyproject.toml", "uv.toml"),
    finds_links=True,
)
# Not chosen by a lock: what remains for a project that only declares its dependencies.
PROJECT: Final = Manager(
    name="project",
    title="pip",
    tool=PIP_TOOL,
    lock="pyproject.toml",
    declared_in=("pyproject.toml",),
    configuration=("pyproject.toml",),
    synchronises=False,
    groups="dependency groups",
    extras="extras",
    finds_links=True,
)

# Those chosen by a file of their own, in the order in which errors list them.
CHOSEN_BY_LOCK: Final = (PIP, UV, POETRY, PIPENV, PDM, PYLOCK)
MANAGERS: Final[Mapping[str, Manager]] = {each.name: each for each in (*CHOSEN_BY_LOCK, UV_PIP, PROJECT)}
LOCK_NAMES: Final = tuple(each.lock for each in CHOSEN_BY_LOCK)
