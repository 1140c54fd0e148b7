"""The words for the errors about where the Python version is taken from, as a user reads them."""

from typing import get_args

from pure.message import Message
from pure.python.choice import ContradictingSources, PythonWarning, Quote, SupersededFile
from pure.python.resolution import NewerPatch
from pure.python.words import (
    BadPoetryConstraint,
    BadRuntimeFile,
    BadSpecifier,
    MalformedFile,
    NotAString,
    VersionFileError,
)
from pure.report.prose.versions import describe_python_warning, describe_versions
from pure.source import Source

from tests.golden import check_golden

PROJECT = Source(file="pyproject.toml", line=7)
RUNTIME = Source(file="runtime.txt", line=1)
MINORS = ("3.15", "3.14", "3.13", "3.12", "3.11")


def contradiction(*quotes: tuple[Source, str]) -> ContradictingSources:
    return ContradictingSources(quotes=tuple(Quote(source=each, text=text) for each, text in quotes), minors=MINORS)


ERRORS: tuple[VersionFileError | ContradictingSources, ...] = (
    MalformedFile(file="pyproject.toml", language="TOML", line=12, detail="Unclosed array"),
    MalformedFile(file="Pipfile.lock", language="JSON", line=None, detail="nested too deeply"),
    BadSpecifier(key="requires-python", visible="^3.12", source=PROJECT),
    BadSpecifier(key="requires-python", visible="3.12", source=PROJECT),
    BadSpecifier(key="python_requires", visible="three", source=Source(file="setup.cfg")),
    BadPoetryConstraint(key="python", visible="^3.11, later", rest="later", source=PROJECT),
    BadPoetryConstraint(key="python", visible="<>3.11", rest="<>3.11", source=PROJECT),
    NotAString(key="requires-python", found="a number", source=PROJECT),
    BadRuntimeFile(visible="3.13.1", version="3.13.1", source=RUNTIME),
    BadRuntimeFile(visible="pypy3.10", version=None, source=RUNTIME),
    contradiction((Source(file=".python-version", line=1), "3.11"), (PROJECT, ">=3.12")),
    contradiction((Source(variable="BP_PYTHON_VERSION"), "3.13"), (Source(file="Pipfile.lock", line=9), "3.12")),
    contradiction((Source(file="uv.lock", line=3), ">=3.13"), (PROJECT, "<3.13")),
    contradiction((Source(file="Pipfile.lock", line=8), "3.13.1"), (Source(file="Pipfile.lock", line=9), "3.12")),
    contradiction((Source(file="Pipfile.lock", line=9), "3.12"), (Source(file="uv.lock", line=3), ">=3.13")),
    contradiction(
        (Source(file="uv.lock", line=3), "!=3.13.*"), (PROJECT, ">=3.13"), (Source(file="setup.cfg", line=2), "<3.14")
    ),
)
WARNINGS: tuple[PythonWarning, ...] = (
    SupersededFile(file="runtime.txt", version="3.13.1"),
    NewerPatch(version="3.13.1", newest="3.13.9"),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def _all_words() -> str:
    errors = "\n".join(_shown(describe_versions(error)) for error in ERRORS)
    return f"{errors}\n" + "".join(f"warning: {describe_python_warning(warning)}\n" for warning in WARNINGS)


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_versions", _all_words())


def test_every_error_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(VersionFileError | ContradictingSources))


def test_every_message_says_what_to_do() -> None:
    assert all(describe_versions(error).do for error in ERRORS)
