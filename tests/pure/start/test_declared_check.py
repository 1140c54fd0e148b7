"""Declared processes against what is there."""

from collections.abc import Mapping

import pytest
from pure.outcome import Failure
from pure.project.document import Document
from pure.start.declared import Declared
from pure.start.declared_check import CheckedAgainst, checked
from pure.start.offered import DeclaredFile, DeclaredFiles
from pure.start.processes import Processes, from_procfile, from_table
from pure.venv.offered import Offered

APP = DeclaredFile(raw=b"from flask import Flask\n\napp = Flask(__name__)\n")
SHELL = DeclaredFile(raw=b"#!/bin/bash\nexec gunicorn app:app\n", executable=True)
OFFERED = Offered(
    programs=frozenset({"python", "python3", "gunicorn", "flask"}),
    modules=frozenset({"flask", "gunicorn", "http", "json", "single.py", "fast.cpython-313-x86_64-linux-gnu.so"}),
)
INSTALLED = {"flask": "3.1.0", "gunicorn": "23.0.0"}


def processes(text: str) -> Processes:
    return from_procfile(text.encode()).unwrap()


def check(
    text: str,
    files: Mapping[str, DeclaredFile] = {"app.py": APP},
    *,
    offered: Offered | None = OFFERED,
    installed: Mapping[str, str] = INSTALLED,
    documents: Mapping[str, Document] = {},
    programs: tuple[str, ...] = (),
) -> Processes:
    against = CheckedAgainst(
        installed=installed,
        files=DeclaredFiles(
            files=files, programs=frozenset(programs), modules=tuple(name for name in files if name.endswith(".py"))
        ),
        documents=documents,
        offered=offered,
        provisional=offered is None,
        minor="3.13",
    )
    found = checked(processes(text), against)
    assert not isinstance(found, Failure), found
    return found.unwrap()


@pytest.mark.parametrize("offered", [OFFERED, None])
@pytest.mark.parametrize(
    "text",
    [
        "web: gunicorn app:app",
        "web: gunicorn -b 0.0.0.0:$PORT --chdir . app:app",
        "web: gunicorn app",
        "web: python app.py",
        "web: flask run --host 0.0.0.0 -p $PORT",
        "web: python -m http.server $PORT",
        "web: exec gunicorn $TARGET",
        "web: sh -c 'exec gunicorn'",
        "web: export A=b; gunicorn app:app",
        "worker: python -c 'import x'",
        "web: /usr/local/bin/thing",
        "web: gunicorn -c conf.py missing:app",
    ],
)
def test_what_is_right_gives_no_warning(text: str, offered: Offered | None) -> None:
    files = {"app.py": DeclaredFile(raw=b"app = application = 1")}
    found = check(text, files, offered=offered)
    assert found.warnings == ()
    assert found.processes == processes(text).processes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("web: uvicorn app:app --host 0.0.0.0 --port $PORT", "web starts uvicorn, which is not installed: add uvicorn"),
        ("web: python -m uvicorn app:app --host 0.0.0.0 --port $PORT", "web starts uvicorn, which is not installed"),
        ("web: honcho start", "web starts honcho, which is not installed"),
        ("web: serve --port $PORT", "web starts serve, which is neither in the environment nor in the build image"),
        ("web: pip install -r requirements.txt && gunicorn app:app", "web runs pip, which is not in the image"),
        (
            "web: gunicorn shop.wsgi",
            "web serves shop.wsgi, but shop is neither among the application's files nor insta",
        ),
        ("web: gunicorn app:application", "app.py binds no name application; it has app: write app:app"),
        ("web: gunicorn app", "app.py binds no name application; it has app: write app:app"),
        ("web: python -m shop", "web runs the module shop, but shop is neither among"),
        ("web: python main.py", "web runs main.py, but there is no file main.py"),
        ("web: bash start.sh", "web runs start.sh, but there is no file start.sh"),
        ("web: ./start.sh", "web starts ./start.sh, but there is no file start.sh"),
        ("web: gunicorn -b 0.0.0.0:8000 app:app", "the fixed port 8000: platforms that set PORT send requests there; "),
        ("web: gunicorn -b 127.0.0.1:$PORT app:app", "web listens on 127.0.0.1 only"),
        ("web: flask run -p $PORT", "web listens on 127.0.0.1 only, where nobody outside of the container reaches it"),
        (
            "web: flask run --host 0.0.0.0",
            "web is told no port, and listens on 5000 whatever PORT says: add --port ${PORT:",
        ),
        ("web: ./.venv/bin/gunicorn app:app", "a place of another system: the environment is active, write gunicorn"),
        ("web: venv/bin/python app.py", "a place of another system: the environment is active, write python"),
        (
            "web: /app/.heroku/python/bin/gunicorn app:app",
            "a place of another system: the environment is active, write",
        ),
        ("web: python3.9 app.py", "web starts python3.9, and the image has Python 3.13: write python"),
        ("worker: python2 -m app", "worker starts python2, and the image has Python 3.13: write python"),
        ('web: sh -c "exec gunicorn appp:app"', "web serves appp:app, but appp is neither among"),
        ("release: flask db upgrade\nweb: gunicorn app:app", "Procfile, line 1: release is not run by the platform"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_its_cure(text: str, says: str) -> None:
    (warning,) = check(text).warnings
    assert warning.startswith("Procfile, line 1: ")
    assert says in warning


def test_a_port_of_a_worker_is_its_own_business() -> None:
    assert check("web: gunicorn app:app\nmetrics: gunicorn -b :9000 app:app").warnings == ()


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (DeclaredFile(raw=SHELL.raw), ("not executable: `git update-index --chmod=+x start.sh`, or write bash ./st",)),
        (
            DeclaredFile(raw=SHELL.raw.replace(b"\n", b"\r\n"), executable=True),
            ("has the line ends of Windows (CRLF)",),
        ),
        (DeclaredFile(folder=True), ("which is a folder",)),
        (DeclaredFile(raw=b"#!/bin/sh\r\n"), ("is not executable", "CRLF")),
        (
            DeclaredFile(raw=b"#!/bin/sh\n# it's poetry run x\nexec poetry run gunicorn app:app\n", executable=True),
            ("which says  poetry run gunicorn app:app,  and poetry is not in the image",),
        ),
        (DeclaredFile(raw=b"#!/usr/bin/env python3\nuv run x\n", executable=True), ()),
        (SHELL, ()),
        (DeclaredFile(raw=b"\x7fELF\r\n", executable=True), ()),
    ],
)
def test_a_file_that_is_started(file: DeclaredFile, says: tuple[str, ...]) -> None:
    warnings = check("web: ./start.sh", {"start.sh": file}).warnings
    assert len(warnings) == len(says)
    assert all(part in warning for part, warning in zip(says, warnings, strict=True))


def test_a_file_that_does_not_say_what_runs_it_is_read_by_a_shell() -> None:
    # As a shell does where a kernel won't execute it.
    file = DeclaredFile(raw=b"exec gunicorn app:app\n", executable=True)
    (process,) = check("web: ./start.sh --fast", {"start.sh": file}).processes
    assert process.command == ("bash", "./start.sh", "--fast")
    assert "doesn't say in its first line what runs it" in process.because
    for raw in (b"#!/bin/sh\nx\n", b"\x7fELF"):
        (process,) = check("web: ./start.sh", {"start.sh": DeclaredFile(raw=raw, executable=True)}).processes
        assert process.command == ("./start.sh",)


def test_a_dependency_of_development_is_named_as_one() -> None:
    pipfile = Document(raw=b'[packages]\nflask = "*"\n[dev-packages]\nuvicorn = "*"\n')
    (warning,) = check("web: uvicorn app:app --host 0.0.0.0 --port $PORT", documents={"Pipfile": pipfile}).warnings
    assert warning.endswith(
        "it is declared in [dev-packages] of Pipfile only, which is not installed here; move it to the dependencies"
    )


def test_a_package_is_run_by_its_main_module() -> None:
    empty = DeclaredFile(raw=b"")
    (warning,) = check("web: python -m shop", {"shop/__init__.py": empty}).warnings
    assert "web runs the module shop, but shop has no __main__.py" in warning
    for text, files in (
        ("web: python -m shop", ("shop/__init__.py", "shop/__main__.py")),
        ("web: python -m shop.run", ("shop/__init__.py", "shop/run.py")),
        ("web: gunicorn shop", ("shop/__init__.py",)),
    ):
        found = check(text, dict.fromkeys(files, DeclaredFile(raw=b"application = 1")))
        assert not [each for each in found.warnings if "__main__" in each]


def test_a_module_elsewhere_is_proposed() -> None:
    files = {"site_": DeclaredFile(folder=True), "site_/wsgi.py": DeclaredFile(raw=b"application = 1")}
    (warning,) = check("web: gunicorn shop.wsgi", files).warnings
    assert warning.endswith("nor installed; there is site_/wsgi.py: write site_.wsgi")


def test_half_a_module_is_said_to_be_there() -> None:
    files = {"shop": DeclaredFile(folder=True), "shop/__init__.py": DeclaredFile()}
    (warning,) = check("web: gunicorn shop.wsgi:app", files).warnings
    assert "but shop.wsgi is not among the application's files" in warning


def test_a_package_in_src_has_to_be_installed_or_on_the_path() -> None:
    files = {
        "src": DeclaredFile(folder=True), "src/shop": DeclaredFile(folder=True),
        "src/shop/__init__.py": DeclaredFile(raw=b"app = 1"),
    }  # fmt: skip
    (warning,) = check("web: gunicorn shop:app", files).warnings
    assert "lies in src/shop/__init__.py" in warning
    assert "PYTHONPATH=src" in warning
    assert check("web: PYTHONPATH=src gunicorn shop:app", files).warnings == ()
    installed = Offered(programs=OFFERED.programs, modules=OFFERED.modules | {"shop"})
    assert check("web: gunicorn shop:app", files, offered=installed).warnings == ()
    editable = Offered(programs=OFFERED.programs, modules=OFFERED.modules | {"__editable__.shop-1.0.pth"})
    assert check("web: gunicorn shop:app", files, offered=editable).warnings == ()


@pytest.mark.parametrize("target", ["flask", "single", "fast", "flask.cli"])
def test_what_is_installed_can_be_served(target: str) -> None:
    assert check(f"web: gunicorn {target}:app").warnings == ()


def test_a_program_of_the_build_image_may_be_in_the_image() -> None:
    assert check("web: node server.js", programs=("node",)).warnings == ()
    # Those of Python's come by the requirements only.
    assert len(check("web: uvicorn app:app --host 0.0.0.0 --port $PORT", programs=("uvicorn",)).warnings) == 1


def test_beforehand_the_names_of_requirements_decide_and_it_is_provisional() -> None:
    found = check("web: uvicorn app:app --host 0.0.0.0 --port $PORT", offered=None)
    assert "uvicorn, which is not among the requirements" in found.warnings[0]
    assert found.provisional
    assert not check("web: gunicorn app:app", offered=None).provisional
    assert check("web: gunicorn flask:app", offered=None).warnings == ()


def test_a_prefix_of_a_tool_goes_and_that_is_said() -> None:
    found = check("web: uv run gunicorn app:app")
    assert found.processes[0].command == ("gunicorn", "app:app")
    assert found.warnings == ()
    assert "web is started without uv run" in found.notes[0]


def test_a_tool_that_is_installed_stays() -> None:
    offered = Offered(programs=OFFERED.programs | {"uv"}, modules=OFFERED.modules)
    assert check("web: uv run gunicorn app:app", offered=offered).processes[0].command[:2] == ("uv", "run")


def test_a_script_of_a_tool_is_an_error() -> None:
    against = CheckedAgainst(
        installed=INSTALLED,
        files=DeclaredFiles(),
        documents={"Pipfile": Document(raw=b'[scripts]\nserve = "gunicorn app:app"\n')},
        offered=OFFERED,
    )
    assert isinstance(checked(processes("web: pipenv run serve"), against), Failure)


def test_the_table_of_pyproject_is_checked_as_well() -> None:
    declared = from_table((Declared(type="web", words=("uvicorn", "app:app", "--host", "0.0.0.0", "--uds", "x")),))
    against = CheckedAgainst(installed=INSTALLED, files=DeclaredFiles(files={"app.py": APP}), offered=OFFERED)
    (warning,) = checked(declared, against).unwrap().warnings
    assert warning.startswith("pyproject.toml: web starts uvicorn")


def test_an_object_that_a_package_gets_by_a_submodule_is_not_missed() -> None:
    files = {
        "shop": DeclaredFile(folder=True), "shop/__init__.py": DeclaredFile(raw=b""), "shop/app.py": DeclaredFile(),
    }  # fmt: skip
    assert check("web: gunicorn shop:app", files).warnings == ()
