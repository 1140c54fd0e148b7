"""Turns the decision over the runtime into steps."""

from typing import Final

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
    WithoutBytecode,
)
from pure.build.workplace import Workplace, bare_environment
from pure.layers.decision import Action
from pure.layers.names import PYTHON, PYTHON_CACHE
from pure.runtime.linked import QUESTION, VERSION, answered, encode_linked

# What hardly any program of a build imports, or little of it.
_SELDOM: Final = WithoutBytecode(
    below=(
        "_pyrepl", "ctypes", "curses", "dbm", "distutils", "encodings", "ensurepip", "idlelib", "lib2to3", "msilib",
        "multiprocessing", "pydoc_data", "sqlite3", "tkinter", "turtledemo", "unittest", "venv", "wsgiref", "xml",
        "xmlrpc",
    ),
    names=("*",),
)  # fmt: skip


def install_runtime(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that fetch and unpack a runtime, and ask it which Python it is, if need be with which libraries."""
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
            borrowed=borrowed(plan),
            bound=facts.mapped.get(plan.python.runtime.sha256) == plan.python.url,
        ),
        RunProgram(
            purpose="probe",
            argv=(work.interpreter, "-I", "-c", VERSION if plan.decided(PYTHON).linked else QUESTION),
            environment=bare_environment(facts),
            folder=work.temporary,
            # Whether it starts, its first word tells; the others are no reason to do without it.
            may_fail=True,
        ),
    )


def asked(plan: Plan, probe: Ended) -> Plan:
    """The plan with what a runtime answered: which libraries are linked into it, unless that is known."""
    if plan.decided(PYTHON).linked:
        return plan
    linked = encode_linked(answered(probe.said))
    return plan.with_layer(msgspec.structs.replace(plan.decided(PYTHON), linked=linked))


def finish_runtime(plan: Plan, facts: Facts, work: Workplace, *, compiled: bool) -> Steps:
    """The steps that compile a new runtime's library and complete its layer; nothing of a borrowed one is kept.

    ``compiled``: its bytecode came along. Of a borrowed one without it, that is compiled which each program of a build
    would compile by itself.
    """
    archive = finish_archive(plan)
    library = f"{work.layer('python')}/lib/python{plan.python.runtime.minor}"
    steps = CompileBytecode(python=work.interpreter, roots=(library,), environment=bare_environment(facts))
    if borrowed(plan):
        return archive if compiled else (msgspec.structs.replace(steps, left_out=_SELDOM), *archive)
    return (steps, FinishLayer(decision=plan.decided(PYTHON)), *archive)


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
