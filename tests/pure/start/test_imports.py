"""What an application's code imports that isn't its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.start.imports import Import, Imports, foreign_imports
from pure.start.source_files import SourceFile, Sources


def found(files: dict[str, str]) -> Imports:
    read = tuple(SourceFile(path=path, raw=text.encode()) for path, text in sorted(files.items()))
    return foreign_imports(Sources(files=read))


def names(files: dict[str, str]) -> list[str]:
    return [each.module for each in found(files).found]


def test_where_each_module_is_imported() -> None:
    files = {
        "app.py": "import os\nimport flask.views, requests\n",
        "shop/views.py": "def f():\n    from flask import g\n",
    }
    assert found(files) == Imports(
        found=(
            Import(module="flask", places=("app.py, line 2", "shop/views.py, line 2")),
            Import(module="os", places=("app.py, line 1",)),
            Import(module="requests", places=("app.py, line 2",)),
        ),
        files=2,
        complete=True,
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        # Its own modules and packages: beside it, in the root, in src.
        ({"app.py": "import helpers, shop.views", "helpers.py": "", "shop/views.py": "from . import x"}, []),
        ({"jobs/run.py": "import tools", "jobs/tools.py": ""}, []),
        ({"src/shop/__init__.py": "", "app.py": "import shop"}, []),
        # Of another folder it isn't importable by that name.
        ({"jobs/tools.py": "", "app.py": "import tools"}, ["tools"]),
        # What may be missing, or is for type checkers only.
        ({"app.py": "try:\n    import uvloop\nexcept ImportError:\n    import selectors"}, ["selectors"]),
        ({"app.py": "try:\n    import ujson\nexcept (ValueError, ModuleNotFoundError):\n    pass"}, []),
        ({"app.py": "try:\n    import ujson\nexcept ValueError:\n    pass"}, ["ujson"]),
        ({"app.py": "if typing.TYPE_CHECKING:\n    import numpy\nelse:\n    import array"}, ["array"]),
        # Tests need more than the image does.
        ({"app.py": "", "tests/test_app.py": "import pytest", "test_more.py": "import pytest"}, []),
    ],
)
def test_what_counts(files: dict[str, str], expected: list[str]) -> None:
    assert names(files) == expected


def test_what_cannot_be_read_may_import_more() -> None:
    assert not found({"app.py": "import ("}).complete
    assert not foreign_imports(Sources(files=(), left_out=("big.py was skipped",))).complete


@given(st.dictionaries(st.sampled_from(["app.py", "a/b.py", "src/c/d.py"]), st.binary(max_size=60)))
def test_any_bytes_give_an_answer(files: dict[str, bytes]) -> None:
    read = tuple(SourceFile(path=path, raw=raw) for path, raw in sorted(files.items()))
    assert foreign_imports(Sources(files=read)).files == len(files)
