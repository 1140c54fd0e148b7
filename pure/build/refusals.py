"""Says for which settings, addresses and locks there is no plan."""

from pure.build.facts import Facts
from pure.manager import pylock_selection
from pure.manager.environment import BreakingVariables, offenders
from pure.manager.managed import Managed
from pure.manager.outside import OutsideUpload, outside_upload
from pure.manager.pip_configuration import configured_offenders
from pure.manager.pylock_selection import PylockProblem
from pure.manager.table import PYLOCK
from pure.manager.unset import UnsetVariables, unset_variables
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet
from pure.python.choice import PythonDecision


def breaking(facts: Facts) -> BreakingVariables | None:
    """The settings with which no tool would do what a build needs."""
    in_variables = offenders(facts.variables)
    in_files = configured_offenders(facts.pip_settings)
    found = (*(in_variables.found if in_variables else ()), *in_files)
    return BreakingVariables(found=found) if found else None


def astray(
    facts: Facts, project: ProjectFiles, managed: Managed, requirements: RequirementsSet | None
) -> OutsideUpload | UnsetVariables | None:
    """The addresses and paths that lead nowhere in this build."""
    return outside_upload(managed, project, requirements) or unset_variables(
        managed, project, requirements, variables=facts.variables, pip_settings=facts.pip_settings
    )


def refused_lock(facts: Facts, project: ProjectFiles, managed: Managed, python: PythonDecision) -> PylockProblem | None:
    """Why a standard lock file can't be installed from here."""
    if managed.manager is not PYLOCK:
        return None
    file = managed.source.files[0]
    return pylock_selection.check(
        project.texts[file], file, selection=managed.selection, python=python.version, target=facts.target
    )
