"""Says every error of a build in words: what happened, what it means, what to do.

Each family of errors, which is what its room can raise, has a module beside this one; the local lifecycle's words are
in ``pure.lifecycle.prose``.
"""

from typing import assert_never

from pure.bindings.folder import BindingError
from pure.build.errors import (
    BuildError,
    DiskError,
    InstallationError,
    MissingVariable,
)
from pure.build.undeclared import NothingRequired, UndeclaredImports
from pure.complaints.commands import CommandError
from pure.manager.environment import BreakingVariables
from pure.manager.pylock_selection import PylockProblem
from pure.message import Message
from pure.project.build_commands import BuildCommandsError
from pure.project.detection import FOLDER_VARIABLE
from pure.project.requirements.errors import RequirementsError
from pure.python.choice import ContradictingRequirers, ContradictingSources, NotCarried
from pure.python.offer import CatalogueProblem
from pure.python.request import RequestError
from pure.python.requirers import RequirersError
from pure.python.resolution import ResolutionError
from pure.python.words import VersionFileError
from pure.report.prose.addresses import AddressError, describe_addresses
from pure.report.prose.archives import describe_archive
from pure.report.prose.bindings import describe_binding
from pure.report.prose.catalogue import describe_catalogue
from pure.report.prose.commands import describe_commands
from pure.report.prose.disk import describe_disk
from pure.report.prose.installation import describe_installation
from pure.report.prose.managers import ManagersError, describe_managers
from pure.report.prose.nothing import folder_choice
from pure.report.prose.processes import describe_processes
from pure.report.prose.pylock import describe_pylock
from pure.report.prose.request import describe_request
from pure.report.prose.requirements import describe_requirements
from pure.report.prose.requirers import describe_requirers
from pure.report.prose.undeclared import describe_undeclared
from pure.report.prose.variables import describe_variables
from pure.report.prose.versions import describe_versions
from pure.runtime.endings import CompileError, UnpackError
from pure.runtime.fetching import FetchError
from pure.start.choice import ProcessesError
from pure.start.django import CollectStaticFailed
from pure.start.offered import ToolNotInImage
from pure.switches import BadSwitch
from pure.venv.resolved import ReportError


def describe(error: BuildError) -> Message:
    """The message for any error that a build can end with."""
    if isinstance(error, NothingRequired):
        return _nothing_required(error)
    if isinstance(error, BreakingVariables | BadSwitch | MissingVariable):
        return describe_variables(error)
    if isinstance(error, BindingError):
        return describe_binding(error)
    if isinstance(error, RequestError):
        return describe_request(error)
    if isinstance(error, VersionFileError | ContradictingSources):
        return describe_versions(error)
    if isinstance(error, RequirersError | ContradictingRequirers):
        return describe_requirers(error)
    if isinstance(error, CatalogueProblem | ResolutionError | NotCarried):
        return describe_catalogue(error)
    if isinstance(error, FetchError | UnpackError | CompileError):
        return describe_archive(error)
    if isinstance(error, AddressError):
        return describe_addresses(error)
    if isinstance(error, ManagersError):
        return describe_managers(error)
    if isinstance(error, PylockProblem):
        return describe_pylock(error)
    if isinstance(error, RequirementsError | ReportError):
        return describe_requirements(error)
    if isinstance(error, ProcessesError | CollectStaticFailed | ToolNotInImage):
        return describe_processes(error)
    if isinstance(error, BuildCommandsError | CommandError):
        return describe_commands(error)
    if isinstance(error, InstallationError):
        return describe_installation(error)
    if isinstance(error, DiskError):
        return describe_disk(error)
    if isinstance(error, UndeclaredImports):
        return describe_undeclared(error)
    assert_never(error)


def _nothing_required(error: NothingRequired) -> Message:
    nested = error.nested
    switch = f"{error.variable}=true if Python is wanted for another buildpack only."
    return Message(
        happened="There is no Python project here",
        found=(f"but there is: {', '.join(nested[:6])}",) if nested else (),
        means=("A project in a folder of its own has to be pointed at.",)
        if nested
        else (
            "A project has one of these in its root: requirements.txt, pyproject.toml, uv.lock, poetry.lock, pdm.lock,",
            "Pipfile.lock, pylock.toml, setup.py; or a program, such as app.py, main.py or manage.py.",
        ),
        do=(f"Name its folder:  {folder_choice(nested)}", f"Or set {switch}")
        if nested
        else (
            "Write the dependencies into requirements.txt, a line each: flask==3.1.2",
            "If it is there on your machine, look into .gitignore and the build tool's exclusions.",
            f"Or name the folder that it lies in:  {FOLDER_VARIABLE}=services/api",
            f"Or set {switch}",
        ),
    )
