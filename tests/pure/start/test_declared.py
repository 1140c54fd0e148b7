"""What ``pyproject.toml`` and the ``Procfile`` may declare, and which of them decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.start.choice import code_matters, decide_processes
from pure.start.code_facts import CodeFacts
from pure.start.code_search import code_facts
from pure.start.declared import (
    DeclarationError,
    NotACommand,
    NotATable,
    NothingToExecute,
    PyprojectUnreadable,
    Script,
    SeveralDefaults,
    Startup,
    TypeNotAllowed,
    read_startup,
)
from pure.start.processes import Processes
from pure.start.source_files import SourceFile, Sources

from tests.documents import document

CODE = code_facts(Sources(files=(SourceFile(path="app.py", raw=b"from flask import Flask\napp = Flask(__name__)\n"),)))
TABLE = b"[tool.lamina.processes]\n"


def decide(procfile: bytes | None, pyproject: bytes | None, code: CodeFacts | None = CODE) -> Processes:
    decided = decide_processes(
        procfile,
        None if pyproject is None else document(pyproject),
        code,
        installed={"flask": "3.1", "gunicorn": "27.0"},
        app="/workspace",
        root="/workspace",
        minor="",
        provisional=False,
    )
    assert isinstance(decided, Success), decided
    return decided.unwrap()


def commands(processes: Processes) -> dict[str, tuple[str, ...]]:
    return {each.type: each.command for each in processes.processes}


def default(processes: Processes) -> str | None:
    return next((each.type for each in processes.processes if each.default), None)


def test_the_procfile_comes_first() -> None:
    assert commands(decide(b"web: a b\n", TABLE + b'web = "c"\n')) == {"web": ("a", "b")}
    assert not code_matters(b"", document(TABLE))


def test_an_empty_procfile_declares_that_there_is_nothing() -> None:
    assert commands(decide(b"", TABLE + b'web = "c"\n')) == {}


def test_the_table_comes_before_the_code() -> None:
    table = TABLE + b'web = "gunicorn app:app"\nworker = ["celery", "worker $HOME"]\nrelease = "x && y"\n'
    decided = decide(None, table)
    assert commands(decided) == {
        "web": ("gunicorn", "app:app"),
        "worker": ("celery", "worker $HOME"),
        "release": ("bash", "-c", "x && y"),
    }
    assert default(decided) == "web"
    assert not code_matters(None, document(table))


def test_an_empty_table_declares_that_there_is_nothing() -> None:
    assert commands(decide(None, TABLE)) == {}


def test_a_default_can_be_chosen() -> None:
    assert default(decide(None, TABLE + b'web = "a"\nbot = { command = ["b"], default = true }\n')) == "bot"
    assert default(decide(None, TABLE + b'one = "a"\ntwo = "b"\n')) is None
    assert default(decide(None, TABLE + b'one = "a"\n')) == "one"


@pytest.mark.parametrize("pyproject", [None, b"", b"[project]\nname = 'x'\n", b"[tool.lamina]\n", b"\xff", b"[x\n"])
def test_the_code_decides_where_nothing_is_declared(pyproject: bytes | None) -> None:
    assert code_matters(None, None if pyproject is None else document(pyproject))
    (web,) = decide(None, pyproject).processes
    assert "app:app" in web.command


def test_an_unreadable_file_is_said() -> None:
    (note,) = decide(None, b"[x\n").notes
    assert "isn't TOML" in note


ERRORS: dict[bytes, type[DeclarationError]] = {
    b"[tool.lamina.processes\n": PyprojectUnreadable,
    b"[tool.lamina]\nprocesses = 'web'\n": NotATable,
    TABLE + b"web = 1\n": NotACommand,
    TABLE + b"web = ['a', 1]\n": NotACommand,
    TABLE + b"web = { cmd = 'a' }\n": NotACommand,
    TABLE + b"web = { command = 'a', default = 1 }\n": NotACommand,
    TABLE + b"web = 2020-01-01\n": NotACommand,
    TABLE + b"web = ''\n": NothingToExecute,
    TABLE + b"web = []\n": NothingToExecute,
    TABLE + b"'my web' = 'a'\n": TypeNotAllowed,
    TABLE + b"'' = 'a'\n": TypeNotAllowed,
    TABLE + b"a = { command = 'a', default = true }\nb = { command = 'b', default = true }\n": SeveralDefaults,
}


@pytest.mark.parametrize("raw", ERRORS)
def test_errors(raw: bytes) -> None:
    read = read_startup(document(raw))
    assert isinstance(read, Failure)
    assert type(read.failure()) is ERRORS[raw]


def test_the_projects_name_and_scripts() -> None:
    read = read_startup(document(b"[project]\nname = 'My.Shop'\n[project.scripts]\nshop = 'shop:main'\n"))
    assert read == Success(Startup(name="My.Shop", scripts=(Script(name="shop", target="shop:main"),)))
    read = read_startup(
        document(b"[tool.poetry]\nname = 'shop'\n[tool.poetry.scripts]\nshop = 'shop:main'\nx = {a = 1}\n")
    )
    assert read == Success(Startup(name="shop", scripts=(Script(name="shop", target="shop:main"),)))


@given(st.binary(max_size=300) | st.text(alphabet="[]='\"{},.\n toolaminprcesweb", max_size=120).map(str.encode))
def test_no_file_raises(raw: bytes) -> None:
    read_startup(document(raw))
    read_startup(document(TABLE + raw))


@pytest.mark.parametrize("procfile", [b"web: gunicorn app:app\n", None])
def test_a_project_in_a_folder_of_its_own_is_started_there(procfile: bytes | None) -> None:
    decided = decide_processes(
        procfile,
        None,
        CODE,
        installed={"flask": "3.1", "gunicorn": "27.0"},
        app="/workspace/services/shop",
        root="/workspace",
        minor="",
        provisional=False,
    )
    assert isinstance(decided, Success)
    assert [each.working_dir for each in decided.unwrap().processes] == ["/workspace/services/shop"]
