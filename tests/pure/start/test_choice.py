"""What a plan says of processes before anything is installed, by what is declared and locked."""

import msgspec
from pure.manager.table import LOCK_NAMES
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.start.code_search import code_facts
from pure.start.source_files import SourceFile, Sources

from tests.documents import document, documents
from tests.strategies_locked import FIRST, PINS
from tests.strategies_plan import planned, requirements

PYPROJECT = b"""
[project]
name = "Shop"
version = "1"
dependencies = ["flask>=3", "requests[socks] ; python_version > '3'"]
scripts = { shop = "shop.cli:main" }
[project.optional-dependencies]
server = ["gunicorn"]
"""
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
LOCK = 'version = 1\n[[package]]\nname = "Shop"\nversion = "1"\nsource = {{ {} = "." }}\n'


def processes(files: dict[str, bytes], code: str = "", **variables: str) -> tuple[str, ...]:
    sources = Sources(files=(SourceFile(path="app.py", raw=code.encode()),))
    texts = documents(files)
    asked = files.get("requirements.txt")
    given = msgspec.structs.replace(
        FIRST,
        names=tuple(files),
        project=Success(ProjectFiles(names=tuple(files), texts=texts)),
        pyproject=texts.get("pyproject.toml"),
        code=code_facts(sources),
        tool_pins=PINS,
        variables={**FIRST.variables, **variables},
        requirements=requirements(asked) if asked is not None else None,
    )
    found = planned(given).processes
    assert found.provisional
    return tuple(each.shown for each in found.processes)


def test_without_a_lock_what_the_project_declares_counts() -> None:
    assert not set(LOCK_NAMES) & {"pyproject.toml"}
    (command,) = processes({"pyproject.toml": PYPROJECT}, FLASK)
    assert command.startswith("flask --app app:app run")
    (command,) = processes({"pyproject.toml": PYPROJECT}, FLASK, BP_PYTHON_EXTRAS="server")
    assert command.startswith("gunicorn")


def test_the_projects_own_script_is_there_where_the_project_gets_installed() -> None:
    assert processes({"pyproject.toml": PYPROJECT}) == ("shop",)
    for line in (b".\n", b"-e .\n", b"-e .[server]\n", b"./\n"):
        assert processes({"pyproject.toml": PYPROJECT, "requirements.txt": line}) == ("shop",)
    assert processes({"pyproject.toml": PYPROJECT, "requirements.txt": b"flask\n"}) == ()


def test_a_project_that_is_not_packaged_has_no_script() -> None:
    assert processes({"pyproject.toml": PYPROJECT, "uv.lock": LOCK.format("editable").encode()}) == ("shop",)
    assert processes({"pyproject.toml": PYPROJECT, "uv.lock": LOCK.format("virtual").encode()}) == ()


def test_the_applications_python_is_compared_with_the_one_that_parsed_its_code() -> None:
    broken = Sources(files=(SourceFile(path="app.py", raw=b"import flask\ndef (:\n"),), own_minor="3.1")
    files = {"pyproject.toml": PYPROJECT}
    given = msgspec.structs.replace(
        FIRST,
        names=tuple(files),
        project=Success(ProjectFiles(names=tuple(files), texts=documents(files))),
        pyproject=document(PYPROJECT),
        code=code_facts(broken),
        tool_pins=PINS,
    )
    found = planned(given)
    note = next(each for each in found.processes.notes if each.startswith("app.py was skipped"))
    assert f"the application runs on Python {found.python.runtime.minor}, and is read as Python 3.1" in note
