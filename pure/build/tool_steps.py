"""Turns the decision over a package manager's tool into steps: which wheel of pip seeds it, and how it is installed."""

from typing import Final

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import BeginLayer, CompileBytecode, CopyFile, DropLayer, FinishLayer, RunProgram, Step, Steps
from pure.build.workplace import Workplace, bare_environment, own_environment
from pure.layers.decision import Action
from pure.layers.names import PIP_CACHE, VENV_CACHE, is_heavy
from pure.manager.environment import REACHING_AN_INDEX, pip_bootstrap_environment
from pure.manager.pip_configuration import bootstrap_settings
from pure.manager.table import PIP_TOOL, TOOLS, Tool

SEEDS: Final = "seed"
"""The folder in a tool's layer that keeps the wheel of pip which installed it."""


WHEELS: Final = "wheels"
"""The folder in a packaged buildpack that has those of the tools which it carries."""


def seed_wheel(facts: Facts, tool: Tool, of_runtime: str | None) -> str | None:
    """The wheel of pip that installs a tool; ``None`` where none is at hand.

    First what the buildpack carries, which is the newest, then that of a runtime which this build has unpacked
    (``of_runtime``), what the tool's own layer keeps, what other tools' keep, and what our own interpreter has.
    """
    if facts.carried_pip is not None:
        return facts.carried_pip
    if of_runtime is not None:
        return of_runtime
    found = (facts.seed_wheels.get(name) for name in dict.fromkeys((tool.name, *TOOLS, "")))
    return next((wheel for wheel in found if wheel is not None), None)


def cache_steps(plan: Plan, tool: Tool) -> Steps:
    """The steps that make or keep pip's cache, where pip installs."""
    if tool is not PIP_TOOL:
        return ()
    decision = plan.decided(PIP_CACHE)
    begun = (BeginLayer(layer=PIP_CACHE),) if decision.action is not Action.KEEP else ()
    return (*begun, FinishLayer(decision=decision))


def install_tool(plan: Plan, facts: Facts, work: Workplace, wheel: str) -> Steps:
    """The steps that install the tool into its layer by a wheel of pip, which the layer keeps."""
    decided = plan.manager
    own = decided.manager.tool
    root, name = work.layer(own.name), wheel.rpartition("/")[2]
    # The wheel may lie in the layer that is begun anew.
    safe = f"{work.temporary}/{SEEDS}/{name}"
    kept = f"{root}/{SEEDS}/{name}"
    # The pin file holds the whole closure; another version brings what it needs by itself.
    wanted = ("-r", f"{work.buildpack}/{own.pin_file}") if decided.hashed else (f"{own.name}=={decided.version}",)
    alone = ("--no-deps",) if decided.hashed or own is PIP_TOOL else ()
    # Where a variable says nothing, what pip's configuration files say.
    variables = bootstrap_settings(facts.pip_settings) | own_environment(facts, work)
    at_hand = own is PIP_TOOL and decided.hashed and name.startswith(f"pip-{decided.version}-")
    if at_hand or decided.tool.carried:
        # It is at hand: no index has a part in this, nor what the application says about one.
        links = f"{root}/{SEEDS}" if at_hand else f"{work.buildpack}/{WHEELS}"
        alone = (*alone, "--no-index", "--find-links", links)
        variables = {name: value for name, value in variables.items() if name not in REACHING_AN_INDEX}
    environment = pip_bootstrap_environment(
        variables,
        user_base=root,
        cache=work.cache if own is PIP_TOOL else f"{work.temporary}/cache",
    )
    return (
        CopyFile(source=wheel, target=safe),
        BeginLayer(layer=own.name),
        CopyFile(source=safe, target=kept),
        RunProgram(
            purpose="install-tool",
            # -P: a module of the application must not stand in for one of the standard library's.
            argv=(work.interpreter, "-P", f"{kept}/pip", "install", "--user", "--ignore-installed", *alone,
                  "--no-compile", "--no-warn-script-location", "--quiet", *wanted),
            environment=tuple(sorted((environment | {"PIP_CONFIG_FILE": "/dev/null"}).items())),
            # In the application's folder, where a relative PIP_FIND_LINKS or PIP_CERT means what it means for the rest.
            folder=work.app,
        ),
        CompileBytecode(python=work.interpreter, roots=(f"{root}/lib",), environment=bare_environment(facts)),
    )  # fmt: skip


def drops(plan: Plan) -> tuple[Step, ...]:
    """The steps that leave out the layers of an earlier build; what has to do with an environment goes with that."""
    dropped = (layer.name for layer in plan.layers if layer.action is Action.DROP)
    return tuple(
        DropLayer(layer=name)
        for name in dropped
        if plan.package_manager is None or not (name == VENV_CACHE or is_heavy(name))
    )
