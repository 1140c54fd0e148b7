"""The standard library's modules, by the minor version of Python."""

import subprocess
from pathlib import Path

import pytest
from pure.python.standard_library import is_standard, standard_modules

from tests.interpreters import interpreters

ASK = (
    "import sys; print('%d.%d' % sys.version_info[:2], "
    "*sorted(name for name in sys.stdlib_module_names if not name.startswith('_')))"
)


@pytest.mark.parametrize("python", interpreters(), ids=str)
def test_the_table_is_that_of_the_interpreters_of_this_machine(python: Path) -> None:
    minor, *names = subprocess.run([python, "-I", "-c", ASK], capture_output=True, text=True, check=True).stdout.split()
    assert standard_modules(minor) == set(names)


@pytest.mark.parametrize(
    ("name", "minor", "known"),
    [
        ("tomllib", "3.10", False),
        ("tomllib", "3.11", True),
        ("asyncore", "3.11", True),
        ("asyncore", "3.12", False),
        ("cgi", "3.14", False),
        ("compression", "3.14", True),
        ("sre_parse", "3.15", False),
        ("profiling", "3.15", True),
        ("profiling", "3.99", True),
        ("cprofile", "3.13", True),
        ("asyncore", "", True),
        ("compression", "", True),
        ("flask", "", False),
    ],
)
def test_modules_come_and_go(name: str, minor: str, known: bool) -> None:
    assert is_standard(name, minor) is known
