"""Bytecode by the interpreters of this machine: the same bytes whatever was compiled when."""

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from pure.build.environment_steps import TESTS
from pure.disk import DiskFull
from pure.outcome import Failure, Success
from pure.runtime.endings import CompileNotWritable, CompilerFailed, CompileSummary
from shell.bytecode import compile_files

from tests.interpreters import interpreters
from tests.places import ROOT

HERE = Path(sys.executable)
SOURCES = {
    # Names and constants that occur in several modules, sets, and 3.13's attribute tables: what varied once.
    f"package/module{number}.py": textwrap.dedent(
        f"""
        import os, sys
        NAMES = {{"alpha", "beta", "gamma", "delta{number % 3}"}}
        class Shared{number % 4}:
            kind = "shared constant text"
            def __init__(self, first, second):
                self.first, self.second, self.third = first, second, "beta"
            def method(self, value):
                return value in {{"alpha", "one two", 3}} or (1, 2, ("beta", 2.5)) or self.{"first" * (number % 3)}s
        def function{number}(argument=("alpha", {number})):
            return [name.kind for name in argument if name in NAMES]
        """
    )
    for number in range(40)
} | {"package/__init__.py": "", "top.py": "x = 'alpha'\n", "bad.py": "print 'python 2'\n", "nul.py": "x = '\0'\n"}
INVALID = 2


def write(folder: Path) -> Path:
    for name, text in SOURCES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def compiled(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.pyc"))}


def summary(*places: Path, python: Path = HERE, jobs: int | None = None) -> CompileSummary:
    outcome = compile_files(python, places, env=os.environ, jobs=jobs)
    assert isinstance(outcome, Success), outcome
    return outcome.unwrap()


def counts(done: CompileSummary) -> tuple[int, int, int, int]:
    return done.compiled, done.current, done.invalid, done.removed


@pytest.mark.parametrize("python", interpreters(), ids=str)
def test_the_bytes_do_not_depend_on_order_or_number_of_processes(python: Path, tmp_path: Path) -> None:
    first = write(tmp_path / "a")
    done = summary(first, python=python, jobs=1)
    assert counts(done) == (len(SOURCES) - INVALID, 0, INVALID, 0)
    expected = compiled(first)
    assert len(expected) == len(SOURCES) - INVALID

    for path in first.rglob("*.pyc"):
        path.unlink()
    # Part of it first and in another process, then the whole: what was there before must not show.
    summary(first / "package", first / "top.py", python=python, jobs=3)
    summary(first, python=python, jobs=4)
    assert compiled(first) == expected


@pytest.mark.parametrize("python", interpreters(), ids=str)
def test_the_interpreter_uses_the_bytecode_and_never_looks_at_the_source(python: Path, tmp_path: Path) -> None:
    summary(write(tmp_path), python=python)
    (tmp_path / "top.py").write_text("x = 'changed'\n")
    ended = subprocess.run(
        [python, "-B", "-c", "import top; print(top.x, top.__cached__ if hasattr(top, '__cached__') else '')"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.startswith("alpha")


def test_a_second_run_finds_nothing_to_do(tmp_path: Path) -> None:
    summary(write(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.pyc")}
    again = summary(tmp_path)
    assert counts(again) == (0, len(SOURCES) - INVALID, INVALID, 0)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.pyc")} == before


def test_a_changed_source_is_compiled_anew_and_gives_the_bytes_of_a_first_build(tmp_path: Path) -> None:
    write(tmp_path / "a")
    summary(tmp_path / "a")
    (tmp_path / "a" / "package" / "module7.py").write_text("changed = 1\n")
    done = summary(tmp_path / "a")
    assert done.compiled >= 1
    after = compiled(tmp_path / "a")
    for path in (tmp_path / "a").rglob("*.pyc"):
        path.unlink()
    summary(tmp_path / "a")
    assert compiled(tmp_path / "a") == after


def test_modules_side_by_side_in_site_packages_do_not_make_each_other_stale(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    for name in ("one.py", "two.py"):
        (folder / name).write_text("x = 1\n")
    summary(folder)
    (folder / "one.py").write_text("x = 2\n")
    assert counts(summary(folder)) == (1, 1, 0, 0)


def test_test_modules_get_no_bytecode_and_lose_what_they_have(tmp_path: Path) -> None:
    names = ["__init__.py", "helpers.py", "test_it.py", "it_test.py", "conftest.py", "deep/test_more.py", "testing.py"]
    for name in (*(f"package/tests/{name}" for name in names), "package/test_util.py", "package/conftest.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")
    summary(tmp_path)
    everything = compiled(tmp_path)

    outcome = compile_files(HERE, [tmp_path], env=os.environ, left_out=TESTS)

    assert isinstance(outcome, Success)
    # A folder that lost something is compiled anew as a whole.
    assert (outcome.unwrap().left_out, outcome.unwrap().removed, counts(outcome.unwrap())[0]) == (4, 4, 3)
    left = {path.rpartition("/")[2].partition(".")[0] for path in compiled(tmp_path)}
    assert left == {"__init__", "helpers", "testing", "test_util", "conftest"}
    assert all(everything[path] == data for path, data in compiled(tmp_path).items())
    assert not (tmp_path / "package/tests/deep/__pycache__").exists()

    again = compile_files(HERE, [tmp_path], env=os.environ, left_out=TESTS)
    assert isinstance(again, Success)
    assert counts(again.unwrap()) == (0, 5, 0, 0)


def test_a_folder_above_all_that_is_called_tests_spares_nothing(tmp_path: Path) -> None:
    root = tmp_path / "tests" / "lib"
    root.mkdir(parents=True)
    (root / "test_it.py").write_text("x = 1\n")
    outcome = compile_files(HERE, [root], env=os.environ, left_out=TESTS)
    assert isinstance(outcome, Success)
    assert (outcome.unwrap().compiled, outcome.unwrap().left_out) == (1, 0)


def test_bytecode_without_a_source_is_removed(tmp_path: Path) -> None:
    write(tmp_path)
    summary(tmp_path)
    (tmp_path / "package" / "module1.py").unlink()
    for path in (tmp_path / "package").glob("module2*.py"):
        path.unlink()
    kept = tmp_path / "package" / "__pycache__" / "someone's.data"
    kept.write_text("")
    half = tmp_path / "package" / "__pycache__" / "module3.pyc.lamina-new"
    half.write_text("half-written by a build that was killed")
    done = summary(tmp_path)
    assert done.removed == 13
    assert kept.exists()
    assert not half.exists()
    names = {path.name.partition(".")[0] for path in (tmp_path / "package" / "__pycache__").glob("*.pyc")}
    assert names == {path.stem for path in (tmp_path / "package").glob("*.py")}


@pytest.mark.parametrize("spoil", ["checked", "time", "magic", "short", "source"])
def test_bytecode_of_another_kind_is_replaced(tmp_path: Path, spoil: str) -> None:
    source = tmp_path / "m.py"
    source.write_text("x = 1\n")
    summary(source)
    path = Path(importlib.util.cache_from_source(str(source)))
    right = path.read_bytes()
    header = {
        "checked": right[:4] + b"\3\0\0\0" + right[8:],
        "time": right[:4] + b"\0\0\0\0" + right[8:],
        "magic": b"\0\0\r\n" + right[4:],
        "short": right[:10],
        "source": right[:8] + b"12345678" + right[16:],
    }
    path.write_bytes(header[spoil])
    assert counts(summary(source)) == (1, 0, 0, 0)
    assert path.read_bytes() == right


def test_modes_do_not_depend_on_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        write(tmp_path)
        summary(tmp_path)
    finally:
        os.umask(old)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.pyc")} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("__pycache__")} == {0o755}


def test_a_source_that_crashes_the_compiler_spoils_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "deep.py").write_text("x = " + "-" * 200_000 + "1\n")
    assert counts(summary(tmp_path)) == (1, 0, 1, 0)


def test_an_interpreter_that_is_missing() -> None:
    outcome = compile_files(Path("/nonexistent/python3"), [], env={})
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure(), CompilerFailed)


def test_a_source_that_is_missing(tmp_path: Path) -> None:
    outcome = compile_files(HERE, [tmp_path / "missing.py"], env={})
    assert isinstance(outcome, Failure)
    assert outcome.failure() == CompileNotWritable(path=str(tmp_path), detail="No such file or directory")


def test_a_full_disk(tmp_path: Path) -> None:
    """The limit on file sizes acts as a full disk does, and needs no root; it holds for a process of its own."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "large.py").write_text("x = '" + "long" * 5000 + "'\n")
    script = (
        "import os, resource, sys; from pathlib import Path; from shell.bytecode import compile_files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "error = compile_files(Path(sys.executable), [Path(sys.argv[1])], env=os.environ).failure()\n"
        "print(type(error).__name__, error.path)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert ended.stdout.split() == [DiskFull.__name__, str(tmp_path / "package")]
    assert list(tmp_path.rglob("*.pyc*")) == []
