"""Holds everything that a build depends on, as the shell has read it."""

from collections.abc import Mapping
from functools import cached_property

from pure.bindings.contents import NONE, Bindings
from pure.bindings.decision import settings as bound_settings
from pure.bindings.decision import settings_that_count
from pure.bindings.folder import BindingError
from pure.build.collected import CollectedBefore
from pure.layers.decision import RestoredLayer
from pure.layers.division import Rules
from pure.layers.names import LayerName
from pure.layers.programs import ProgramName
from pure.manager import supply
from pure.outcome import Outcome, Success
from pure.project.baggage import Baggage
from pure.project.document import Document
from pure.project.files import ProjectFiles, ProjectOutcome
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.errors import RequirementsError
from pure.project.vendored import BadVendorFolder, Vendored, vendored
from pure.python.offer import RuntimeFacts
from pure.start.code_facts import CodeFacts
from pure.start.imports import Imports
from pure.start.offered import DeclaredFiles


class Facts(RuntimeFacts, frozen=True, kw_only=True, dict=True):
    """Everything that a plan depends on. Equal facts give equal plans."""

    version: str
    """The buildpack's own version."""
    buildpack_dir: str = ""
    """The buildpack's own folder: the pin files of tools and the runtime that it carries lie below it."""
    layers_dir: str
    """The folder of the layers."""
    app_dir: str
    """The application's root."""
    temporary: str = ""
    """A folder that ends with the build."""
    names: tuple[str, ...]
    """The names in the application's root."""
    project: ProjectOutcome | None = None
    """The application's files; ``None`` where nothing but the names in the root is known."""
    buildpack_plan: bytes = b""
    """What the buildpacks of this build require of each other."""

    pip_pin: str
    """The text of pip's pin file."""
    tool_pins: Mapping[str, str] = {}
    """The texts of the pin files of the other tools, by the tools' names."""
    pip_settings: tuple[tuple[str, str, str], ...] = ()
    """What pip's configuration files set, as (variable, value, path); ``variables`` is the environment of the build."""
    requirements: Outcome[RequirementsSet, RequirementsError] | None = None
    """What the requirements files say; ``None`` where there is no such file."""
    requirement_texts: Mapping[str, bytes] = {}
    """All requirements files that were read: nothing is decided by them, but credentials in them are kept secret."""
    certificates: bytes = b""
    """All certificates that a tool of the build may trust; empty where one file holds them that everyone is told."""
    netrc: bytes | None = None
    """The user's file of passwords, which are kept secret too, with what is bound."""
    bindings: Outcome[Bindings, BindingError] | None = None
    """What the platform binds; ``None`` where it has no folder for that."""
    programs: Mapping[ProgramName, bytes] = {}
    """Programs for images; that which looks for bound certificates is among them where one is to do that."""

    pyproject: Document | None = None
    """The project's ``pyproject.toml``, which may declare processes."""
    procfile: bytes | None = None
    """The application's ``Procfile``."""
    declared: DeclaredFiles | None = None
    """What the processes that the project declares name; ``None`` where it declares none."""
    baggage: tuple[Baggage, ...] = ()
    """Folders among the application's files that no image needs."""
    elsewhere: Mapping[str, Document | None] = {}
    """Files in the application's root that other platforms read, by name."""
    imports: Imports | None = None
    """What its code imports; ``None`` where something says what to install."""
    code: CodeFacts | None = None
    """What the application's code says of how it starts; ``None`` where the project declares its processes."""
    manage: tuple[str, ...] = ()
    """Its ``manage.py``, the best first."""

    restored: Mapping[LayerName, RestoredLayer] = {}
    """What the platform brought back, by layer name."""
    rules: Rules = Rules()
    """What makes a distribution worth a layer of its own."""
    venv_state: bytes | None = None
    """The record inside the restored environment."""
    packed_state: bytes | None = None
    """The record beside the packed one."""
    packed_nbytes: int | None = None
    """Of the file that the packed one is."""

    collected: CollectedBefore | None = None
    """What an earlier build collected of Django's static files, and how that is now, if anything was kept of it."""

    seed_wheels: Mapping[str, str] = {}
    """Wheels of pip at hand, as paths by the tool in whose layer they lie; that of our own interpreter under ``""``."""
    carried_pip: str | None = None
    """The wheel of the pinned pip, where the buildpack carries it."""

    @property
    def pins(self) -> dict[str, str]:
        """The texts of the pin files of all tools, by the tools' names."""
        return {"pip": self.pip_pin, **self.tool_pins}

    @property
    def bound(self) -> Bindings:
        """What the platform binds, if that is understood."""
        return self.bindings.value_or(NONE) if self.bindings is not None else NONE

    @cached_property
    def told(self) -> Mapping[str, str]:
        """The variables of the build, with those by which tools are told what is bound."""
        if not self.bound.found:
            return self.variables
        return dict(self.variables) | bound_settings(self.bound, self.files, self.variables)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of tools by the names of their variables: the environment's, else those of pip's files.

        What the application's declared folders come to is among them.
        """
        return self._stated | self.supplied

    @property
    def supplied(self) -> dict[str, str]:
        """The settings by which distributions come from declared folders; none where no folder is declared."""
        return self._from_folders(self._stated)

    @property
    def settings_that_count(self) -> dict[str, str]:
        """Those that can change what is installed: where tools find it, and who asks, is bound without doing that."""
        files = {name: value for name, value, _ in self.pip_settings}
        stated = files | settings_that_count(self.bound) | dict(self.variables)
        return stated | self._from_folders(stated)

    @cached_property
    def vendored(self) -> Outcome[Vendored | None, BadVendorFolder]:
        """The folders that distributions are declared to lie in."""
        return vendored(self.variables, self.pyproject)

    @property
    def files(self) -> ProjectFiles:
        """The project's files, as far as there is a project."""
        return self.project.unwrap() if isinstance(self.project, Success) else ProjectFiles()

    @property
    def _stated(self) -> dict[str, str]:
        return {name: value for name, value, _ in self.pip_settings} | dict(self.told)

    def _from_folders(self, settings: Mapping[str, str]) -> dict[str, str]:
        declared = self.vendored.value_or(None)
        return supply.variables(declared, self.home, settings) if declared else {}

    @property
    def home(self) -> str:
        """The project's folder: the application's, or the one below it that ``BP_PYTHON_PROJECT_DIR`` picks."""
        folder = self.project.unwrap().folder if isinstance(self.project, Success) else ""
        return f"{self.app_dir}/{folder}" if folder else self.app_dir
