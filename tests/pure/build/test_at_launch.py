"""What an image brings to its own start, and when its layer is another one."""

import ast
from collections.abc import Mapping

import msgspec
import pytest
from pure.build.at_launch import with_settings
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.layers.names import AT_LAUNCH
from pure.layers.programs import PROGRAMS, ProgramName
from pure.report.launch import launch_toml
from pure.start.processes import Default

from pure.report import build_log
from tests.places import ROOT
from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import after, planned

SOURCES: Mapping[ProgramName, bytes] = {name: (ROOT / each.file).read_bytes() for name, each in PROGRAMS.items()}
WEB = b"web: gunicorn --bind 0.0.0.0:$PORT app:app\n"
WORKER = b"worker: python worker.py\n"


def facts(procfile: bytes, **variables: str) -> Facts:
    first = locked(FIRST, "uv")
    return msgspec.structs.replace(
        first, procfile=procfile, programs=SOURCES, variables={**first.variables, **variables}
    )


def kept(before: Facts, plan: Plan, procfile: bytes, **variables: str) -> Plan:
    """The plan of the next build."""
    again = after(before, plan)
    return planned(msgspec.structs.replace(again, procfile=procfile, variables={**again.variables, **variables}))


@pytest.mark.parametrize(
    ("procfile", "there"),
    [
        (WEB, True),
        (WEB + WORKER, True),
        (WORKER, False),
        (b"worker: a && b\n", False),
        (b'worker: x "$A"\n', True),
        (b"web: serve\n", True),
        (b"", False),
    ],
)
def test_it_is_there_where_a_process_needs_it(procfile: bytes, *, there: bool) -> None:
    first = facts(procfile)
    plan = planned(first)
    decision = plan.layer(AT_LAUNCH)
    assert (decision is not None) is there
    lines = "\n".join(build_log.processes(plan, tense=build_log.WOULD))
    assert ("  Layer at-launch: create (" in lines) is there
    if decision is not None:
        again = kept(first, plan, procfile).decided(AT_LAUNCH)
        assert (again.action, again.away) == (Action.KEEP, True)
        assert kept(first, plan, WORKER).decided(AT_LAUNCH).action is Action.DROP


@pytest.mark.parametrize(
    ("procfile", "variables"),
    [
        (b"web: gunicorn --bind 0.0.0.0:$PORT other:app\n", {}),
        (WEB, {"BP_PYTHON_VERSION": "3.13.1"}),
        (WEB + WORKER, {}),
    ],
)
def test_what_it_is_not_told_leaves_it_alone(procfile: bytes, variables: dict[str, str]) -> None:
    first = facts(WEB)
    assert kept(first, planned(first), procfile, **variables).decided(AT_LAUNCH).action is Action.KEEP


def test_what_it_is_told_makes_it_anew() -> None:
    first = facts(WEB)
    plan = planned(first)
    told = kept(first, plan, WEB, BP_PYTHON_LAUNCH_WITHOUT="PORT").decided(AT_LAUNCH)
    assert (told.action, str(told.types)) == (Action.RECREATE, "launch")
    other = msgspec.structs.replace(after(first, plan), programs={**SOURCES, "start": b"print()\n"})
    assert planned(other).decided(AT_LAUNCH).action is Action.RECREATE


def test_what_cannot_be_understood_is_said() -> None:
    plan = planned(facts(WEB, BP_PYTHON_LAUNCH_WITHOUT="PORT, WORKERS", BP_PYTHON_WORKER_MEMORY="much"))
    said = "\n".join(plan.unheard)
    assert "$BP_PYTHON_LAUNCH_WITHOUT: WORKERS isn't set by this buildpack" in said
    assert "$BP_PYTHON_WORKER_MEMORY has no effect: 'much' is no number of megabytes, such as 256" in said
    assert not planned(facts(WEB, BP_PYTHON_LAUNCH_WITHOUT="PORT", BP_PYTHON_WORKER_MEMORY="300")).unheard


def test_the_program_holds_what_was_decided() -> None:
    chosen = (
        Default(variable="A", value="x\\y", because="", unless="f"),
        Default(variable="N", because="", memory=64),
    )
    tree = ast.parse(with_settings(SOURCES["defaults"], chosen, "/app"))
    found = {}
    for each in tree.body:
        target = (
            each.targets[0]
            if isinstance(each, ast.Assign)
            else each.target
            if isinstance(each, ast.AnnAssign)
            else None
        )
        value = getattr(each, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.expr):
            found[target.id] = ast.literal_eval(value)
    assert (found["DEFAULTS"], found["WORKERS"], found["EACH"]) == ((("A", "x\\y", "/app/f"),), "N", 64)
    assert with_settings(b"print()\n", chosen, "/app") == b"print()\n"


def test_what_the_platform_executes() -> None:
    written = launch_toml(planned(facts(WEB + WORKER)), None, None, layers="/layers/x")["processes"]
    assert [each["command"] for each in written] == [
        ["/layers/x/at-launch/start", "4", "gunicorn", "--bind", "0.0.0.0:${PORT:-8000}", "app:app"],
        ["python", "worker.py"],
    ]
    (each,) = launch_toml(planned(facts(b'web: A=1 B="$C" x\n')), None, None, layers="/l")["processes"]
    assert each["command"] == ["/l/at-launch/start", "3", "A=1", "B=${C}", "x"]
    assert "args" not in each
