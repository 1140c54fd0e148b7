"""What is imported once in a changed environment, by the real interpreter."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from pure.build.steps import Ended, RunProgram
from pure.build.trial import broken, failing, try_import
from pure.build.workplace import workplace
from pure.start.code_facts import AppObject, CodeFacts, Kind, Place
from pure.start.offered import DeclaredFiles

from tests.strategies_locked import FIRST
from tests.strategies_plan import planned, requirements

FLASK = CodeFacts(objects=(AppObject(kind="flask", module="app", name="app", place=Place(path="app.py", line=1)),))


def trial(**changes: object) -> RunProgram | None:
    given = {"names": ("requirements.txt",), "requirements": requirements(b"flask\n"), "procfile": None, "code": FLASK}
    facts = msgspec.structs.replace(FIRST, **{**given, **changes})
    plan = planned(facts)
    assert plan.processes.processes
    return try_import(plan, facts, workplace(facts))


def tried(procfile: bytes) -> tuple[str, ...]:
    step = trial(procfile=procfile, code=None, declared=DeclaredFiles())
    return step.argv[5:] if step else ()


@pytest.mark.parametrize(
    ("procfile", "wanted"),
    [
        (b"web: gunicorn -k gevent app:app", ("gunicorn", ":gevent")),
        (b"web: gunicorn --bind :$PORT app:app\nworker: celery -A app worker\n", ("gunicorn", "celery")),
        (b"web: python app.py", ()),
        (b"web: ./start.sh", ()),
        (b"web: shop serve", ()),
    ],
)
def test_known_programs_of_other_distributions_are_tried(procfile: bytes, wanted: tuple[str, ...]) -> None:
    assert tried(procfile) == wanted


@pytest.mark.parametrize(
    ("kind", "module"),
    [("flask", ("=flask",)), ("fasthtml", ("=fasthtml",)), ("falcon_asgi", ("=falcon",)), ("wsgi", ())],
)
def test_the_framework_of_what_is_served_is_tried_too(kind: Kind, module: tuple[str, ...]) -> None:
    objects = (AppObject(kind=kind, module="shop.web", name="app", place=Place(path="shop/web.py", line=1)),)
    for served, expected in (
        ("shop.web:app", module),
        ("shop.web:server", module),
        ("'shop.web:app()'", module),
        ("x:y", ()),
    ):
        step = trial(
            procfile=f"web: gunicorn {served} --bind :$PORT".encode(),
            code=CodeFacts(objects=objects),
            declared=DeclaredFiles(),
        )
        assert step is not None
        assert step.argv[5:] == ("gunicorn", *expected)


def test_nothing_of_the_application_is_imported() -> None:
    step = trial(procfile=b"web: gunicorn app:app", declared=DeclaredFiles())
    assert step is not None
    assert step.argv[1] == "-I"
    assert not step.folder.startswith(FIRST.app_dir)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment with a program that imports, one that doesn't, and one that is nobody's."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    (site,) = (tmp_path / "venv/lib").glob("python*/site-packages")
    for name, text in (("good", "def main(): ..."), ("bad", "import pkg_resources_that_are_gone")):
        (site / f"{name}.py").write_text(text)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[console_scripts]\n{name} = {name}:main\n")
    return tmp_path


def run(environment: Path, *names: str) -> Ended:
    step = trial(procfile=b"web: gunicorn app:app", declared=DeclaredFiles())
    assert step is not None
    argv = (str(environment / "venv/bin/python"), *step.argv[1:5], *names)
    done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=environment)
    program = msgspec.structs.replace(step, argv=argv)
    return Ended(program=program, returncode=done.returncode, said=tuple(done.stderr.splitlines()))


def test_what_imports_is_good(environment: Path) -> None:
    assert run(environment, "good", "nobodys").ok


def test_a_framework_that_does_not_import_is_named(environment: Path) -> None:
    ended = run(environment, "good", "=bad")
    assert failing(ended) == ("bad",)


def test_what_does_not_import_is_named_with_its_reason(environment: Path) -> None:
    ended = run(environment, "good", "bad")
    assert not ended.ok
    assert failing(ended) == ("bad",)
    found = broken(ended)
    assert (found.names, found.last) == (
        ("bad",),
        "ModuleNotFoundError: No module named 'pkg_resources_that_are_gone'",
    )
    assert found.reason is not None
    assert (found.reason.kind, found.reason.importer) == ("module", "bad")


def test_a_program_that_is_killed_is_one_of_those_that_were_tried() -> None:
    step = trial(procfile=b"web: gunicorn app:app\nworker: celery -A app worker\n", declared=DeclaredFiles())
    assert step is not None
    assert failing(Ended(program=step, returncode=-11, signal="SIGSEGV")) == ("gunicorn", "flask", "celery")
