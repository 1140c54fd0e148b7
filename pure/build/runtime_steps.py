"""Turns the decision over the runtime into steps."""

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import BeginLayer, CompileBytecode, FinishLayer, InstallRuntime, RunProgram, Steps
from pure.build.workplace import Workplace, bare_environment
from pure.layers.names import PYTHON


def install_runtime(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that fetch and unpack a runtime, and ask it which Python it is."""
    joined = {"SSL_CERT_FILE": work.certificates} if facts.certificates else {}
    return (
        BeginLayer(layer=PYTHON),
        InstallRuntime(
            runtime=plan.python.runtime,
            url=plan.python.url,
            elsewhere=plan.python.elsewhere,
            # Also what pip's configuration files say of certificates.
            environment=tuple(sorted({**facts.settings, **joined}.items())),
            root=work.layer(PYTHON),
            wheel_to=f"{work.temporary}/wheel",
        ),
        RunProgram(
            purpose="probe",
            argv=(work.interpreter, "-I", "-c", "import sys; print(sys.version.split()[0].rstrip('+'))"),
            environment=bare_environment(facts),
            folder=work.temporary,
        ),
    )


def finish_runtime(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that compile a new runtime's library and complete its layer."""
    library = f"{work.layer('python')}/lib/python{plan.python.runtime.minor}"
    compiled = CompileBytecode(python=work.interpreter, roots=(library,), environment=bare_environment(facts))
    return (compiled, FinishLayer(decision=plan.decided(PYTHON)))
