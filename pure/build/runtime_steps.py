"""Turns the decision over the runtime into steps."""

import msgspec

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import (
    BeginLayer,
    CompileBytecode,
    DropLayer,
    Ended,
    FinishLayer,
    InstallRuntime,
    RunProgram,
    Steps,
)
from pure.build.workplace import Workplace, bare_environment
from pure.layers.decision import Action
from pure.layers.names import PYTHON, PYTHON_CACHE
from pure.runtime.linked import QUESTION, answered, encode_linked


def install_runtime(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that fetch and unpack a runtime, and ask it which Python it is, with which libraries."""
    joined = {"SSL_CERT_FILE": work.certificates} if facts.certificates else {}
    cache = plan.present(PYTHON_CACHE)
    return (
        *((BeginLayer(layer=PYTHON_CACHE),) if cache and cache.action is not Action.KEEP else ()),
        DropLayer(layer=PYTHON) if borrowed(plan) else BeginLayer(layer=PYTHON),
        InstallRuntime(
            runtime=plan.python.runtime,
            url=plan.python.url,
            elsewhere=plan.python.elsewhere,
            # Also what pip's configuration files say of certificates.
            environment=tuple(sorted({**facts.settings, **joined}.items())),
            root=work.layer(PYTHON),
            wheel_to=f"{work.temporary}/wheel",
            archive=work.packed_python if cache else f"{work.temporary}/runtime.tar.gz",
        ),
        RunProgram(
            purpose="probe",
            argv=(work.interpreter, "-I", "-c", QUESTION),
            environment=bare_environment(facts),
            folder=work.temporary,
        ),
    )


def asked(plan: Plan, probe: Ended) -> Plan:
    """The plan with what a runtime answered: which libraries are linked into it."""
    linked = encode_linked(answered(probe.said))
    return plan.with_layer(msgspec.structs.replace(plan.decided(PYTHON), linked=linked))


def finish_runtime(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that compile a new runtime's library and complete its layer; nothing of a borrowed one is kept."""
    archive = finish_archive(plan)
    if borrowed(plan):
        return archive
    library = f"{work.layer('python')}/lib/python{plan.python.runtime.minor}"
    compiled = CompileBytecode(python=work.interpreter, roots=(library,), environment=bare_environment(facts))
    return (compiled, FinishLayer(decision=plan.decided(PYTHON)), *archive)


def finish_archive(plan: Plan) -> Steps:
    """The steps that complete the layer of a runtime's archive, where there is one."""
    cache = plan.present(PYTHON_CACHE)
    return (FinishLayer(decision=cache),) if cache else ()


def borrowed(plan: Plan) -> bool:
    """Whether the image has the runtime, and only this build works with it."""
    decision = plan.decided(PYTHON)
    return decision.action is Action.KEEP and decision.away and not plan.idle


def give_back(plan: Plan) -> Steps:
    """The steps that leave a borrowed runtime to the image."""
    return (DropLayer(layer=PYTHON), FinishLayer(decision=plan.decided(PYTHON))) if borrowed(plan) else ()
