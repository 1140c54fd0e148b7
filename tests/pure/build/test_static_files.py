"""What is decided before the installation is provisional; what is installed has the last word."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.processes import final_processes
from pure.build.static_files import collect
from pure.build.static_files import planned as planned_files
from pure.build.steps import RunProgram
from pure.build.workplace import workplace
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.report.launch import launch_toml
from pure.start.choice import decide_processes
from pure.start.code_facts import AppObject, CodeFacts, Holder, Place
from pure.start.code_search import code_facts
from pure.start.source_files import SourceFile, Sources

from tests.documents import document, documents
from tests.strategies_locked import FIRST
from tests.strategies_plan import facts, planned, requirements

CODE = code_facts(
    Sources(files=(SourceFile(path="backend/m.py", raw=b"import x\nfrom fastapi import FastAPI\napp = FastAPI()\n"),
                   SourceFile(path="backend/x.py", raw=b"")))
)  # fmt: skip


def application(found: Facts, text: bytes = b"fastapi\n", **changes: object) -> Facts:
    return msgspec.structs.replace(
        found,
        requirements=requirements(text),
        procfile=None,
        pyproject=None,
        code=CODE,
        restored={},
        venv_state=None,
        app_dir="/workspace",
        **changes,
    )


def command(plan: Plan) -> str:
    return " ".join(word for process in plan.processes.processes for word in process.command)


@settings(max_examples=20, deadline=None)
@given(facts())
def test_what_is_required_decides_first_and_what_is_installed_in_the_end(found: Facts) -> None:
    given_ = application(found)
    plan = planned(given_)
    assert plan.processes.provisional
    # fastapi alone brings no server; what was installed in the end has one.
    assert not plan.processes.processes
    final = final_processes(given_, {"fastapi": "0.120", "uvicorn": "0.38"}, "", programs=frozenset({"uvicorn"}))
    assert isinstance(final, Success)
    assert not final.unwrap().provisional
    assert "uvicorn" in command(msgspec.structs.replace(plan, processes=final.unwrap()))


@settings(max_examples=10, deadline=None)
@given(facts())
def test_a_plan_names_what_the_requirements_bring(found: Facts) -> None:
    assert "uvicorn" in command(planned(application(found, b"fastapi\nuvicorn[standard]>=0.30\n")))


SOCKETIO = CodeFacts(
    objects=(AppObject(kind="flask", module="app", name="app", place=Place(path="app.py", line=1)),),
    holders=(Holder(kind="flask-socketio", place=Place(path="app.py", line=2)),),
)


@pytest.mark.parametrize(("pin", "held"), [("==20.1", True), ("==26.0", False), (">=20", False)])
def test_a_plan_knows_the_versions_that_are_pinned(pin: str, held: bool) -> None:
    given_ = application(FIRST, f"flask-socketio\neventlet\ngunicorn{pin}\n".encode(), names=("requirements.txt",))
    plan = planned(msgspec.structs.replace(given_, code=SOCKETIO))
    assert ("--worker-class eventlet" in command(plan)) is held
    assert bool(plan.processes.warnings) is not held


PYPROJECT = b"""
[project]
name = "My.Shop"
version = "1"
dependencies = ["fastapi >=0.120", 'uvicorn [standard] ; python_version > "3"', 7]
[project.scripts]
shop = "shop:main"
"""


@settings(max_examples=10, deadline=None)
@given(facts(), st.sampled_from([CODE, CodeFacts()]))
def test_a_plan_of_a_project_without_a_lock_knows_its_requirements_and_itself(found: Facts, code: CodeFacts) -> None:
    files = ProjectFiles(names=("pyproject.toml",), texts=documents({"pyproject.toml": PYPROJECT}))
    given_ = msgspec.structs.replace(
        application(found),
        names=files.names,
        requirements=None,
        pyproject=document(PYPROJECT),
        project=Success(files),
        code=code,
    )
    plan = planned(given_)
    assert plan.processes.provisional
    assert command(plan).startswith("uvicorn" if code is CODE else "shop")


@settings(max_examples=10, deadline=None)
@given(facts())
def test_a_process_in_a_folder_says_so_in_launch_toml(found: Facts) -> None:
    plan = planned(application(found, b"fastapi\nuvicorn\n"))
    (process,) = launch_toml(plan, None, None, layers="/layers")["processes"]
    assert process["working-dir"] == "/workspace/backend"


@settings(max_examples=20, deadline=None)
@given(facts(), st.sampled_from([(), ("manage.py",), ("shop/manage.py", "x/manage.py")]), st.booleans())
def test_static_files_are_django_projects_business(found: Facts, manage: tuple[str, ...], wanted: bool) -> None:
    variables = {**found.variables, "PYTHONPATH": "/workspace/lib", "BP_DJANGO_COLLECTSTATIC": str(wanted).lower()}
    given_ = application(found, manage=manage, variables=variables)
    plan = planned(given_)
    assert planned_files(plan, {"flask": "3"}) is None
    planned_ = planned_files(plan, {"django": "5.2"})
    assert planned_ is not None
    assert planned_.collect is (bool(manage) and wanted)
    if not planned_.collect:
        return
    given_ = msgspec.structs.replace(given_, layers_dir="/layers/l")
    (step,) = (each for each in collect(plan, given_, workplace(given_)) if isinstance(each, RunProgram))
    assert step.argv[0] == "/layers/l/venv/bin/python"
    assert step.argv[-3:] == ("manage.py", "collectstatic", "--noinput")
    assert step.folder == f"/workspace/{manage[0]}".removesuffix("/manage.py")
    environment = dict(step.environment)
    extended = ("PATH", "LD_LIBRARY_PATH")
    assert all(environment[name] == value for name, value in variables.items() if value and name not in extended)
    assert environment["PATH"].startswith("/layers/l/venv/bin:/layers/l/python/bin")


@pytest.mark.parametrize("installed", [{}, {"fastapi": "1"}, {"uvicorn": "1"}])
def test_without_what_it_needs_nothing_is_started(installed: dict[str, str]) -> None:
    decided = decide_processes(
        None, None, CODE, installed=installed, app="/workspace", root="/workspace", minor="", provisional=False
    )
    assert isinstance(decided, Success)
    assert decided.unwrap().processes == ()
    assert decided.unwrap().notes
