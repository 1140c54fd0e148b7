"""Decides where a build's tool and its distributions come from: the buildpack, declared folders, or an index."""

from pure.build.facts import Facts
from pure.manager import supply
from pure.manager.decision import PackageManagerDecision
from pure.manager.managed import Managed
from pure.manager.table import PIP_TOOL, Tool
from pure.manager.tool_version import ToolError, ToolVersion, choose_tool, out_of_the_buildpack
from pure.outcome import Failure, Outcome, Success
from pure.project.files import ProjectFiles
from pure.project.vendored import BadVendorFolder


def tool_of(facts: Facts, managed: Managed, minor: str) -> Outcome[ToolVersion, ToolError]:
    """The tool's version, and whether the buildpack carries it for this minor version of Python."""
    tool = managed.manager.tool
    chosen = choose_tool(managed.manager, facts.variables, _pin(facts, tool), managed.demands)
    if isinstance(chosen, Failure) or facts.carried_tools is None:
        return chosen
    return Success(out_of_the_buildpack(chosen.unwrap(), minor in facts.carried_tools.get(tool.name, ())))


def supply_of(facts: Facts, managed: Managed, project: ProjectFiles) -> Outcome[tuple[str, ...], BadVendorFolder]:
    """Why distributions come from folders, where they do."""
    declared = facts.vendored
    if isinstance(declared, Failure):
        return declared
    return supply.supplied(managed.manager, project, declared.unwrap(), facts.settings)


def unheard_folders(facts: Facts, decided: PackageManagerDecision | None) -> tuple[str, ...]:
    """What to say of declared folders that have no effect."""
    declared = facts.vendored.value_or(None)
    return supply.unheard(decided.manager, declared) if decided and declared else ()


def _pin(facts: Facts, tool: Tool) -> str:
    return facts.pip_pin if tool is PIP_TOOL else facts.tool_pins.get(tool.name, "")
