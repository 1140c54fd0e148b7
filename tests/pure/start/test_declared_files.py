"""Which files a check has to see, and what they bind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.start.declared_check import declared_processes
from pure.start.declared_files import asked, bound_names, find_module
from pure.start.offered import DeclaredFile


def paths(procfile: str) -> tuple[str, ...]:
    processes = declared_processes(procfile.encode(), None)
    assert processes is not None
    return asked(processes)[0]


@pytest.mark.parametrize(
    ("procfile", "path"),
    [
        ("web: gunicorn shop.wsgi", "shop/wsgi.py"),
        ("web: gunicorn shop.wsgi", "src/shop/wsgi/__init__.py"),
        ("web: uv run gunicorn shop.wsgi", "shop/wsgi.py"),
        ("web: cd web && gunicorn app:app -b :$PORT", "web/app.py"),
        ("web: gunicorn --chdir web app:app", "web/app.py"),
        ("web: ./start.sh", "start.sh"),
        ("web: bash bin/start.sh", "bin/start.sh"),
        ("web: python manage.py runserver", "manage.py"),
    ],
)
def test_what_a_command_names_is_looked_at(procfile: str, path: str) -> None:
    assert path in paths(procfile)


@pytest.mark.parametrize("procfile", ["web: ../x", "web: /etc/passwd", "web: python /etc/x.py", "web: python $X"])
def test_nothing_outside_of_the_application_is_looked_at(procfile: str) -> None:
    assert [path for path in paths(procfile) if path.startswith("/") or ".." in path] == []
    assert not {"etc/passwd", "etc/x.py"} & set(paths(procfile))


def test_programs_are_looked_for_by_name() -> None:
    processes = declared_processes(b"web: node server.js\nworker: ./work\n", None)
    assert processes is not None
    assert asked(processes)[1] == ("node",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("app = 1\nif x:\n    other = 2\n", {"app", "other"}),
        ("from a import b as c\nimport d.e\n", {"c", "d"}),
        ("def make():\n    global app\n    app = 1\n    inner = 2\n", {"make", "app"}),
        ("try:\n    app = 1\nexcept E:\n    app = None\n", {"app"}),
        ("(app, _) = 1, 2\nfor each in (): pass\n", {"app", "_", "each"}),
        ("app: object = 1\nclass C: x = 1\n", {"app", "C"}),
    ],
)
def test_the_names_that_a_file_binds(text: str, names: set[str]) -> None:
    assert bound_names(text.encode()) == frozenset(names)


@pytest.mark.parametrize(
    "text", ["from a import *", "globals()['app'] = 1", "def __getattr__(n): ...", "x = = 1", "\0"]
)
def test_what_cannot_be_known_is_not_claimed(text: str) -> None:
    assert bound_names(text.encode()) is None


@given(st.binary(max_size=60))
def test_any_bytes_give_an_answer(raw: bytes) -> None:
    found = bound_names(raw)
    assert found is None or all(found)


def test_a_module_is_a_file_or_a_package_or_a_namespace() -> None:
    files = {
        "a": DeclaredFile(folder=True), "a/b.py": DeclaredFile(), "c": DeclaredFile(folder=True),
        "c/__init__.py": DeclaredFile(), "d.py": DeclaredFile(folder=True),
    }  # fmt: skip
    found = {name: find_module(files, "", name) for name in ("a", "a.b", "c", "d", "e")}
    assert found == {"a": "a", "a.b": "a/b.py", "c": "c/__init__.py", "d": None, "e": None}
