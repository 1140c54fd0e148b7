"""Says what bindings come to in a build: each of them, and the layer of what looks for certificates at launch."""

from typing import Final

from pure.bindings.at_launch import LAUNCH_VARIABLE, wanted_at_launch
from pure.bindings.contents import NONE
from pure.bindings.decision import BindingDecision, BoundBuild, decide_bindings
from pure.bindings.folder import ROOT_VARIABLE, BindingError, root_of
from pure.bindings.pem import BEGIN
from pure.build.facts import Facts
from pure.build.workplace import workplace
from pure.layers.decision import Action, LayerDecision
from pure.layers.names import CERTIFICATES, PYTHON
from pure.layers.programs import Files, executable, with_programs
from pure.manager.decision import PackageManagerDecision
from pure.manager.supply import alone
from pure.outcome import Failure
from pure.python.catalogue import Runtime
from pure.switches import BadSwitch

INSTALLED: Final = "exec.d/ca-certificates"
"""Where the layer has the program."""


def refused(facts: Facts) -> BindingError | BadSwitch | None:
    """What is wrong with the bindings, or with what is said about them."""
    if isinstance(facts.bindings, Failure):
        return facts.bindings.failure()
    wanted = wanted_at_launch(facts.bound, facts.variables)
    return wanted if isinstance(wanted, BadSwitch) else None


def decided(
    facts: Facts, runtime: Runtime, manager: PackageManagerDecision | None, layers: tuple[LayerDecision, ...]
) -> tuple[BindingDecision, ...]:
    """What each binding comes to, in a build with these layers."""
    certificates = facts.bound.certificates
    return decide_bindings(
        BoundBuild(
            bindings=facts.bound,
            project=facts.files,
            variables=facts.variables,
            tool=manager.manager.tool if manager else None,
            runtime=runtime,
            at_launch="the image looks for such bindings, too, when it starts" if _looks(layers) else "",
            trusted_alone=bool(certificates) and facts.certificates.count(BEGIN) == len(certificates),
            folders_alone=manager is not None and bool(manager.supply) and alone(facts.settings),
        )
    )


def with_launch_layer(facts: Facts, layers: tuple[LayerDecision, ...]) -> tuple[LayerDecision, ...]:
    """The layers with that of the program that looks for certificates in the image, if it is wanted there."""
    wanted = wanted_at_launch(facts.bound, facts.variables)
    found = launch_files(facts) if wanted and not isinstance(wanted, BadSwitch) and has_python(layers) else ()
    gone = "nothing says that certificates are bound where the image runs"
    return with_programs(layers, facts.restored, CERTIFICATES, found, because=str(wanted), gone=gone)


def launch_files(facts: Facts) -> Files:
    """What lies in that layer."""
    source = facts.programs.get("certificates")
    return ((INSTALLED, executable(source, workplace(facts).interpreter)),) if source else ()


def has_python(layers: tuple[LayerDecision, ...]) -> bool:
    """Whether the image has Python, without which none of our programs runs."""
    python = next((each for each in layers if each.name == PYTHON), None)
    return python is not None and python.types is not None and python.types.launch


def _looks(layers: tuple[LayerDecision, ...]) -> bool:
    """Whether the image has the program that looks for certificates."""
    return any(each.name == CERTIFICATES and each.action is not Action.DROP for each in layers)


def unseen(facts: Facts, layers: tuple[LayerDecision, ...]) -> tuple[str, ...]:
    """Sentences on variables that have no effect in a build with these layers."""
    asked = bool(facts.variables.get(LAUNCH_VARIABLE, "").strip()) and wanted_at_launch(NONE, facts.variables)
    vain = f"${LAUNCH_VARIABLE} has no effect: this build puts no Python into the image"
    return (*((vain,) if asked and not _looks(layers) else ()), *_no_folder(facts))


def _no_folder(facts: Facts) -> tuple[str, ...]:
    """Where a variable names a folder of bindings that isn't there; the usual one need not be."""
    root, variable = root_of(facts.variables)
    usual, _ = root_of({name: value for name, value in facts.variables.items() if name != ROOT_VARIABLE})
    if facts.bindings is not None or not variable or root.rstrip("/") == usual:
        return ()
    return (f"${variable} names {root[:200]}, and there is no such folder in the build: nothing is bound",)
