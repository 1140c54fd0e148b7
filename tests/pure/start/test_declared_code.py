"""Declared commands against the code that they serve."""

import pytest
from pure.start.code_facts import AppObject, CodeFacts, FixedPort, Holder, HolderKind, Loopback, Place
from pure.start.code_search import code_facts
from pure.start.declared_check import CheckedAgainst, checked
from pure.start.offered import DeclaredFile, DeclaredFiles
from pure.start.processes import Processes, from_procfile
from pure.start.source_files import SourceFile, Sources

INSTALLED = {"flask": "3.1", "gunicorn": "25.0", "uvicorn": "0.40"}


def check(
    text: str, code: CodeFacts, *, installed: dict[str, str] | None = None, files: tuple[str, ...] = ("app.py",)
) -> Processes:
    there = {name: DeclaredFile(raw=b"app = asgi = 1\n") for name in files}
    against = CheckedAgainst(
        installed=INSTALLED | (installed or {}), files=DeclaredFiles(files=there, modules=files), code=code
    )
    return checked(from_procfile(f"web: {text}".encode()).unwrap(), against).unwrap()


def keeping(kind: HolderKind) -> CodeFacts:
    return CodeFacts(holders=(Holder(kind=kind, place=Place(path="app.py", line=4)),))


@pytest.mark.parametrize(
    ("kind", "command", "installed", "cure"),
    [
        ("flask-sock", "gunicorn -b :$PORT app:app", (), "add --workers 1 --threads 100"),
        ("stream", "gunicorn -w 4 -b :$PORT app:app", (), "add --workers 1 --threads 100"),
        ("stream", "gunicorn -w 4 -b :$PORT app:app", ("gevent",), "add --workers 1 --worker-class gevent"),
        ("flask-socketio", "gunicorn -b :$PORT app:app", ("eventlet",), "add --workers 1 --worker-class eventlet"),
        ("flask-socketio", "python -m gunicorn -b :$PORT app:app", (), "add --workers 1 --threads 100"),
        ("flask-socketio", "gunicorn --workers=3 --threads 10 -b :$PORT app:app", (), "by several workers"),
        ("python-socketio", "gunicorn -w 2 -k eventlet -b :$PORT app:app", ("eventlet",), "by several workers"),
    ],
)
def test_workers_that_hold_no_connections_are_warned_about(
    kind: HolderKind, command: str, installed: tuple[str, ...], cure: str
) -> None:
    (warning,) = check(command, keeping(kind), installed=dict.fromkeys(installed, "1.0")).warnings
    assert warning.startswith("Procfile, line 1: web is served by ")
    assert "(app.py, line 4) keeps connections open" in warning
    assert cure in warning


def test_where_no_worker_would_do_it_is_said_what_to_install() -> None:
    installed = {"eventlet": "0.40", "gunicorn": "26.0"}
    (warning,) = check("gunicorn -b :$PORT app:app", keeping("flask-socketio"), installed=installed).warnings
    assert "pin gunicorn<26" in warning


@pytest.mark.parametrize(
    ("kind", "command", "files"),
    [
        ("flask-sock", "gunicorn --threads 20 -b :$PORT app:app", ()),
        ("flask-sock", "gunicorn -w 4 -k gthread -b :$PORT app:app", ()),
        ("flask-socketio", "gunicorn -k eventlet -w 1 -b :$PORT app:app", ()),
        ("flask-socketio", "gunicorn -kgevent -b :$PORT app:app", ()),
        ("stream", "gunicorn --config conf.py -b :$PORT app:app", ()),
        ("stream", "GUNICORN_CMD_ARGS=--threads=9 gunicorn -b :$PORT app:app", ()),
        ("stream", "gunicorn -b :$PORT app:app", ("gunicorn.conf.py",)),
        ("stream", "uvicorn app:app --host 0.0.0.0 --port $PORT", ()),
    ],
)
def test_what_holds_them_or_is_told_elsewhere_is_not(kind: HolderKind, command: str, files: tuple[str, ...]) -> None:
    assert check(command, keeping(kind), files=("app.py", *files)).warnings == ()


SERVING = CodeFacts(
    loopback=(Loopback(place=Place(path="app.py", line=9), callee="run", host=""),),
    fixed_ports=(FixedPort(place=Place(path="web/main.py", line=3), callee="run_app", port=8080, stated=False),),
)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("python app.py", "web runs app.py, and app.py, line 9: run() without a host listens on 127.0.0.1"),
        ("cd web && python main.py", "runs main.py, and web/main.py, line 3: run_app() listens on the fixed port 8080"),
        ("python -m web.main", "runs web.main, and web/main.py, line 3: run_app() listens on the fixed port 8080"),
    ],
)
def test_where_a_program_listens_is_seen_in_its_code(command: str, says: str) -> None:
    (warning,) = check(command, SERVING, files=("app.py", "web/main.py")).warnings
    assert says in warning


@pytest.mark.parametrize(
    ("command", "port"), [("8000", "8000"), ("", "8000"), ("$PORT", ""), ("9000 --bind ::", "9000")]
)
def test_the_module_of_pythons_own_server_has_a_port(command: str, port: str) -> None:
    found = check(f"python -m http.server {command}".strip(), CodeFacts()).warnings
    assert [f"fixed port {port}" in each for each in found] == ([True] if port else [])


def around(kind: str) -> CodeFacts:
    place = Place(path="app.py", line=6)
    made = AppObject(kind=kind, module="app", name="asgi", place=place, around="app")  # type: ignore[arg-type]
    return CodeFacts(objects=(made,))


def test_what_is_put_around_the_served_object_is_named() -> None:
    command = "uvicorn app:app --host 0.0.0.0 --port $PORT"
    (warning,) = check(command, around("asgi")).warnings
    assert warning.endswith("serves app:app, and app.py, line 6 puts asgi around it: write app:asgi instead")
    # A middleware may be left out on purpose.
    found = check(command, around("flask"))
    assert found.warnings == ()
    assert "app.py, line 6 puts asgi around it" in found.notes[-1]
    assert check(command.replace(":app", ":asgi"), around("asgi")).warnings == ()
    assert not check("python -m app", around("")).warnings


@pytest.mark.parametrize(
    ("code", "idle"),
    [
        ("app = Flask(__name__)\n", True),
        ("app = Flask(__name__)\n\n@app.get('/')\ndef index():\n    return 'x'\n", True),
        ("app = Flask(__name__)\napp.run(host='0.0.0.0')\n", False),
        ("app = Flask(__name__)\nx = wsgi.server(listen(), app)\n", False),
        ("def create_app():\n    return Flask(__name__)\n\nif __name__ == '__main__':\n    main()\n", False),
    ],
)
def test_a_program_that_only_makes_its_application_is_warned_about(code: str, idle: bool) -> None:
    raw = f"from flask import Flask\n\n{code}".encode()
    facts = code_facts(Sources(files=(SourceFile(path="app.py", raw=raw),)))
    warnings = check("python app.py", facts).warnings
    assert any("comes to its end at once" in each and "app:" in each for each in warnings) == idle


ASGI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
WSGI = "from flask import Flask\n\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        ("gunicorn -b :$PORT app:app", ASGI, "which speaks WSGI: add --worker-class uvicorn_worker.UvicornWorker"),
        ("gunicorn -b :$PORT -k uvicorn_worker.UvicornWorker app:app", ASGI, ""),
        ("gunicorn -b :$PORT -c conf.py app:app", ASGI, ""),
        ("gunicorn -b :$PORT app:app", WSGI, ""),
        ("uvicorn --host 0.0.0.0 --port $PORT app:app", WSGI, "which speaks ASGI: start it by a server for WSGI"),
        ("uvicorn --interface wsgi --host 0.0.0.0 --port $PORT app:app", WSGI, ""),
        ("uvicorn --host 0.0.0.0 --port $PORT app:app", ASGI, ""),
        ("waitress-serve --listen *:$PORT app:app", ASGI, "which speaks WSGI: start it by a server for ASGI, such as"),
    ],
)
def test_a_server_that_speaks_another_interface_is_warned_about(command: str, code: str, says: str) -> None:
    facts = code_facts(Sources(files=(SourceFile(path="app.py", raw=code.encode()),)))
    warnings = check(command, facts, installed={"waitress": "3.0"}).warnings
    assert [each for each in warnings if "which speaks" in each and says in each] == [
        each for each in warnings if "which speaks" in each
    ]
    assert any("which speaks" in each for each in warnings) == bool(says)
