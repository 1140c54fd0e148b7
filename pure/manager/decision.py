"""Holds what is decided over the package manager of a build."""

import msgspec

from pure.manager.managed import Managed
from pure.manager.table import Manager
from pure.manager.terms import InstalledFrom
from pure.manager.tool_version import ToolVersion
from pure.project.declarations import Declarations
from pure.project.locks.facts import LockFacts
from pure.project.selection import Selection
from pure.source import Source


class PackageManagerDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Which package manager installs the dependencies, from which files, by which version of its tool.

    Each part stands here once, as it was decided; the properties below are the words in which others ask for them.
    """

    # The choice, with what the lock and the project say.
    managed: Managed
    tool: ToolVersion
    # The digest of the settings of builds (pure.venv.build_settings).
    built_with: str = ""
    # Why distributions come from folders, where they do.
    supply: tuple[str, ...] = ()

    @property
    def manager(self) -> Manager:
        """Its row of the table."""
        return self.managed.manager

    @property
    def name(self) -> str:
        """The manager's name."""
        return self.manager.name

    @property
    def installed_from(self) -> InstalledFrom:
        """What errors name."""
        return self.managed.source

    @property
    def files(self) -> tuple[str, ...]:
        """What it installs from."""
        return self.managed.source.files

    @property
    def folder(self) -> str:
        """The project's, below the application's root."""
        return self.managed.source.home

    @property
    def selection(self) -> Selection:
        """The groups and extras that are asked for."""
        return self.managed.selection

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are installed beside the main dependencies: those that are asked for, and the lock's own."""
        return self.managed.groups

    @property
    def groups_by(self) -> str:
        """What adds them."""
        variable = (f"${self.selection.groups_by}",) if self.selection.groups else ()
        return ", ".join((*variable, *(self.files if self.lock.default_groups else ())))

    @property
    def declared(self) -> Declarations:
        """What the project declares."""
        return self.managed.declared

    @property
    def lock(self) -> LockFacts:
        """What the lock says."""
        return self.managed.lock

    @property
    def to_compare(self) -> bool:
        """Whether the tool has to look if the lock is up to date, and can."""
        return self.managed.choice.comparable and not self.managed.up_to_date

    @property
    def version(self) -> str:
        """The tool's."""
        return self.tool.version

    @property
    def hashed(self) -> bool:
        """Whether the buildpack's hashes verify the tool."""
        return self.tool.hashed

    @property
    def source(self) -> Source:
        """Where the tool's version comes from."""
        return self.tool.source

    @property
    def because(self) -> tuple[str, ...]:
        """Why this manager, with these groups and extras, by this version of its tool, and from which folders."""
        asked = (str(self.selection),) if str(self.selection) else ()
        return (*self.managed.choice.because, *asked, *self.tool.because, *self.supply)

    @property
    def advice(self) -> tuple[str, ...]:
        """What the user should know."""
        return self.managed.choice.advice
