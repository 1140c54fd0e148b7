"""What each kind of file says about the Python version, on which line, and that no bytes whatever raise."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.project.locks.kinds import LOCKS
from pure.python.lookalikes import OtherName
from pure.python.request import MinorRequest, PatchRequest, PythonRequest, RangeRequest, SeveralVersions
from pure.python.version_files import (
    EMPTY,
    lock_reader,
    mise,
    pyproject,
    python_version_file,
    runtime_file,
    setup_cfg,
    tool_versions,
)
from pure.python.words import (
    BadPoetryConstraint,
    BadRuntimeFile,
    BadSpecifier,
    FileError,
    MalformedFile,
    NotAString,
    Unusable,
    Word,
)
from pure.source import Source

from tests.documents import document

READERS = {
    ".python-version": python_version_file,
    "runtime.txt": runtime_file,
    **{name: lock_reader(kind) for name, kind in LOCKS.items()},
    "pyproject.toml": pyproject,
    "setup.cfg": setup_cfg,
    ".tool-versions": tool_versions,
    "mise.toml": mise,
}


def read(file: str, text: str) -> tuple[Word | Unusable, ...]:
    outcome = READERS[file](document(text), file)
    assert isinstance(outcome, Success), outcome
    return outcome.unwrap()


def words(file: str, text: str) -> list[tuple[str, int | None]]:
    """What is asked for and on which line, without what can't be used."""
    found = [each.request for each in read(file, text) if isinstance(each, Word)]
    assert all(each.source.file == file for each in found)
    return [(wanted(each), each.source.line) for each in found]


def wanted(request: PythonRequest) -> str:
    match request:
        case MinorRequest(minor=version) | PatchRequest(version=version):
            return version
        case RangeRequest(specifiers=specifiers):
            return " or ".join(specifiers)


def error(file: str, text: str) -> FileError:
    outcome = READERS[file](document(text), file)
    assert isinstance(outcome, Failure), outcome
    return outcome.failure()


def unusable(file: str, text: str) -> list[tuple[str, str]]:
    return [(each.text, each.because) for each in read(file, text) if isinstance(each, Unusable)]


PIPFILE_LOCK = """{
    "_meta": {
        "hash": {"sha256": "0"},
        "requires": {
            "python_full_version": "3.13.1",
            "python_version": "3.13"
        }
    },
    "default": {}
}
"""
UV_LOCK = 'version = 1\nrevision = 3\nrequires-python = ">=3.12"\n\n[[package]]\nname = "app"\nversion = "1"\n'
POETRY_LOCK = (
    '[[package]]\nname = "flask"\npython-versions = ">=3.9"\n\n[metadata]\npython-versions = "^3.11 || ~3.9"\n'
)
PDM_LOCK = '[metadata]\nlock_version = "4.5.0"\n\n[[metadata.targets]]\nrequires_python = "==3.12.*"\n'
PDM_TARGETS = PDM_LOCK + '\n[[metadata.targets]]\nrequires_python = "==3.13.*"\nplatform = "manylinux_2_17_x86_64"\n'
PYPROJECT = """[project]
name = "app"
requires-python = ">=3.11"  # and newer

[tool.poetry.dependencies]
python = "^3.12"
"""
POETRY_TABLE = '[tool.poetry.dependencies]\nflask = "^3"\npython = {version = "~3.11 | ~3.13"}\n'
SETUP_CFG = "[metadata]\nname = app\n\n[options]\npython_requires =\n    >=3.9,\n    <3.14\n"
MISE_TABLE = '[tools.python]\nversion = "3.13"\nvirtualenv = ".venv"\n'


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        (".python-version", "# ours\n3.13\n", [("3.13", 2)]),
        ("runtime.txt", "python-3.13.1\n", [("3.13.1", 1)]),
        ("runtime.txt", "\r\n python-3.13 \r\n", [("3.13", 2)]),
        ("runtime.txt", "python-3.13.x\n", [("3.13", 1)]),
        ("runtime.txt", "# as on staging\npython-3.13.1  # the newest\n", [("3.13.1", 2)]),
        ("Pipfile.lock", PIPFILE_LOCK, [("3.13.1", 5)]),
        ("Pipfile.lock", '{"_meta": {"requires": {"python_version": "3"}}}', [("==3.*", 1)]),
        ("Pipfile.lock", '{"_meta": {"requires": {"python_version": ">=3.11"}}}', [(">=3.11", 1)]),
        ("Pipfile.lock", '{"_meta": {"requires": {}}}', []),
        ("uv.lock", UV_LOCK, [(">=3.12", 3)]),
        ("pylock.toml", 'lock-version = "1.0"\nrequires-python = "==3.12.*"\n', [("==3.12.*", 2)]),
        ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nrequires-python = ">=4"\n', []),
        ("poetry.lock", POETRY_LOCK, [("<4,>=3.11 or <3.10,>=3.9", 6)]),
        ("pdm.lock", PDM_LOCK, [("==3.12.*", 5)]),
        ("pdm.lock", PDM_TARGETS, [("==3.12.* or ==3.13.*", 5)]),
        ("pdm.lock", '[metadata]\nrequires_python = ">=3.9"\n', [(">=3.9", 2)]),
        ("pdm.lock", PDM_LOCK + '[[metadata.targets]]\nplatform = "linux"\n', []),
        ("pyproject.toml", PYPROJECT, [(">=3.11", 3), ("<4,>=3.12", 6)]),
        ("pyproject.toml", POETRY_TABLE, [("<3.12,>=3.11 or <3.14,>=3.13", 3)]),
        ("pyproject.toml", '[tool.poetry]\ndependencies.python = ">=3.11 <3.14"\n', [("<3.14,>=3.11", 2)]),
        ("pyproject.toml", 'project.requires-python = ">=3.11"\n', [(">=3.11", 1)]),
        ("pyproject.toml", 'project = {name = "x", requires-python = ">=3.11"}\n', [(">=3.11", 1)]),
        ("pyproject.toml", '["project"]\n"requires-python" = \'>=3.11\'\n', [(">=3.11", 2)]),
        ("pyproject.toml", "\ufeff[project]\nrequires-python = '>=3.11'\n", [(">=3.11", 2)]),
        ("pyproject.toml", "[tool.ruff]\nline-length = 120\n", []),
        ("setup.cfg", SETUP_CFG, [("<3.14,>=3.9", 5)]),
        ("setup.cfg", "[options]\npython-requires: >=3.9\n", [(">=3.9", 2)]),
        ("setup.cfg", "[flake8]\nformat = %(path)s\npython_requires = 2\n", []),
        (".tool-versions", "nodejs 22.1.0\npython 3.13.1 3.12.0 # two\n", [("3.13.1", 2)]),
        (".tool-versions", "python system 3.12.4\n", [("3.12.4", 1)]),
        (".tool-versions", "python 3\n", [("==3.*", 1)]),
        (".tool-versions", "python latest:3.13\n", [("3.13", 1)]),
        (".tool-versions", "pythonic 3.12\n", []),
        ("mise.toml", '[tools]\npython = "3.13"\n', [("3.13", 2)]),
        ("mise.toml", '[tools]\nnode = "22"\npython = {version = "3.13.1", virtualenv = ".venv"}\n', [("3.13.1", 3)]),
        ("mise.toml", '[tools]\npython = ["3.13", {version = "3.12"}]\n', [("3.13", 2)]),
        ("mise.toml", MISE_TABLE, [("3.13", 2)]),
        ("mise.toml", '[tools]\npython = "prefix:3.13"\n', [("3.13", 2)]),
    ],
)
def test_what_a_file_says_and_where(file: str, text: str, found: list[tuple[str, int | None]]) -> None:
    assert words(file, text) == found


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (".python-version", "\n", [("", EMPTY)]),
        ("runtime.txt", "\n \n", [("", "it contains no version")]),
        ("Pipfile.lock", '{"_meta": {"requires": {"python_version": "*"}}}', [("*", "it allows every version")]),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\npython = "3.* || *"\n',
            [("3.* || *", "it allows every version")],
        ),
        (".tool-versions", "python system", [("system", "it names no release of CPython")]),
        (".tool-versions", "python ref:main", [("ref:main", "it names no release of CPython")]),
        (".tool-versions", "python pypy3.10-7.3.17", [("pypy3.10-7.3.17", "no other Python than CPython is offered")]),
        (
            ".tool-versions",
            "python 3.13t",
            [("3.13t", "free-threaded and debug builds of Python aren't offered")],
        ),
        (".tool-versions", "python 3.13 3.12", [("3.12", "only the first of several versions counts")]),
        ("mise.toml", '[tools]\npython = "latest"\n', [("latest", "it names no release of CPython")]),
    ],
)
def test_what_names_no_version_is_said_with_why(file: str, text: str, said: list[tuple[str, str]]) -> None:
    assert unusable(file, text) == said


def at(file: str, line: int) -> Source:
    return Source(file=file, line=line)


RUNTIME = at("runtime.txt", 1)
LOCK = at("poetry.lock", 2)
KEY = "requires-python"


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("runtime.txt", "3.13.1\n", BadRuntimeFile(visible="3.13.1", version="3.13.1", source=RUNTIME)),
        ("runtime.txt", "Python 3.13\n", BadRuntimeFile(visible="Python 3.13", version="3.13", source=RUNTIME)),
        ("runtime.txt", "python-3.x\n", BadRuntimeFile(visible="python-3.x", version=None, source=RUNTIME)),
        ("runtime.txt", "python-3.13.1.x\n", BadRuntimeFile(visible="python-3.13.1.x", version=None, source=RUNTIME)),
        (
            "runtime.txt",
            "pypy3.10-7.3\n",
            OtherName(visible="pypy3.10-7.3", form="other", version="3.10", source=RUNTIME),
        ),
        ("uv.lock", f'{KEY} = "^3.12"\n', BadSpecifier(key=KEY, visible="^3.12", source=at("uv.lock", 1))),
        ("uv.lock", f"{KEY} = 3.12\n", NotAString(key=KEY, found="a number", source=at("uv.lock", 1))),
        (
            "mise.toml",
            "[tools]\npython = [3.13]\n",
            NotAString(key="python", found="a number", source=at("mise.toml", 2)),
        ),
        (
            "poetry.lock",
            '[metadata]\npython-versions = "^3.11, new"\n',
            BadPoetryConstraint(key="python-versions", visible="^3.11, new", rest="new", source=LOCK),
        ),
    ],
)
def test_what_cannot_be_understood_is_an_error_with_its_place(file: str, text: str, found: FileError) -> None:
    assert error(file, text) == found


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("uv.lock", "a = 1\nb = \n", 2),
        ("pyproject.toml", "[project]\n[project]\n", 2),
        ("Pipfile.lock", '{"a": 1,\n"b"}', 2),
        ("setup.cfg", "a = 1\n", 1),
        ("setup.cfg", "[a]\nb\n", 2),
        ("setup.cfg", "[a]\n[a]\n", 2),
    ],
)
def test_a_malformed_file_is_an_error_with_its_line(file: str, text: str, line: int) -> None:
    found = error(file, text)
    assert isinstance(found, MalformedFile)
    assert (found.file, found.line) == (file, line)
    assert found.detail


def test_several_lines_of_runtime_txt_are_several_versions() -> None:
    assert isinstance(error("runtime.txt", "python-3.13\npython-3.12\n"), SeveralVersions)


@pytest.mark.parametrize("file", sorted(set(READERS) - {"runtime.txt", ".tool-versions", ".python-version"}))
@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"a = '\xe9'", b"[" * 100_000, b"a = " + b"1" * 5000, b"\x00"])
def test_what_is_no_file_of_its_kind_is_an_error(file: str, raw: bytes) -> None:
    assert isinstance(READERS[file](document(raw), file), Failure)


SAMPLES = (
    *(PIPFILE_LOCK, UV_LOCK, POETRY_LOCK, PDM_TARGETS, PYPROJECT, POETRY_TABLE, SETUP_CFG, MISE_TABLE),
    *("python-3.13.1\n", "3.13\n", "python 3.13.1 system ref:x # y\n", '[tools]\npython = ["3.13", {version = 3}]\n'),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of some kind with a few bytes replaced, removed or doubled."""
    raw = bytearray(draw(st.sampled_from(SAMPLES)).encode())
    generator = random.Random(draw(st.integers(0, 1 << 32)))
    for _ in range(draw(st.integers(1, 6))):
        # At most at its end: what was there may all be gone by now.
        place = generator.randrange(len(raw) + 1)
        raw[place : place + generator.randrange(3)] = generator.choice(
            (
                b"",
                b"\n",
                b'"',
                b"[",
                b"]",
                b"{",
                b"\x00",
                b"\xff",
                b" = ",
                b"1" * 20,
                b"\xe2\x80\x8b",
                b"\t",
                b"#",
                b"3.",
            )
        )
    return bytes(raw)


@pytest.mark.parametrize("file", READERS)
@given(
    raw=st.one_of(
        st.binary(max_size=60), damaged(), st.text(alphabet="[]{}=\"'.,#: \n\t3python*^~|", max_size=60).map(str.encode)
    )
)
def test_no_bytes_raise(file: str, raw: bytes) -> None:
    outcome = READERS[file](document(raw), file)
    if isinstance(outcome, Success):
        for each in outcome.unwrap():
            source = each.request.source if isinstance(each, Word) else each.source
            assert source.line is None or 1 <= source.line <= raw.count(b"\n") + raw.count(b"\r") + 1
            text = each.request.text if isinstance(each, Word) else each.text
            assert text.isprintable()
