"""Whole builds of projects that are packages themselves, and installed as such by their manager."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builds.locked import Index, fetch_tool, lock, project
from tests.builds.workshop import Bench, Workshop, differences, tree
from tests.local_index import serve

# What says when and how something was decided.
RECORDS = {"lamina-record.json"}

pytestmark = pytest.mark.heavy


@pytest.fixture
def index(workshop: Workshop) -> Iterator[Index]:
    with serve(workshop.wheels) as host:
        yield Index(host)


def poetry(index: Index, *, packages: str = '[{ include = "shop", from = "src" }]') -> dict[str, str]:
    """A package in ``src`` with a console script, as `poetry new` lays it out."""
    return {
        "pyproject.toml": (
            '[tool.poetry]\nname = "shop"\nversion = "1.0"\ndescription = ""\nauthors = []\n'
            f"packages = {packages}\n"
            '[tool.poetry.dependencies]\npython = "^3.11"\nalpha = "*"\n'
            '[tool.poetry.scripts]\nshop = "shop.main:main"\n'
            f'[[tool.poetry.source]]\nname = "local"\nurl = "{index.url}"\npriority = "primary"\n'
            '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
        ),
        "src/shop/__init__.py": "",
        "src/shop/main.py": "import alpha\n\n\ndef main():\n    print('sold', alpha.VERSION)\n",
    }


def test_a_poetry_project_stays_as_it_is(bench: Bench, workshop: Workshop, index: Index, tmp_path: Path) -> None:
    files = poetry(index)
    made = lock("poetry", workshop, {"pyproject.toml": files["pyproject.toml"]}, tmp_path / "lock")
    bench.write({**files, **made})
    bench.build(index.variables)
    first = tree(bench.own)
    assert bench.execute("/layers/lamina_python/venv/bin/shop").log == "sold 2.0\n"

    again = bench.build(index.variables)
    # The environment is kept: only the project itself, which comes from a folder, is made anew.
    assert again.actions()["venv"] == "reconciled", again.log
    assert not [path for path in differences(first, tree(bench.own)) if path not in RECORDS]


def test_a_poetry_project_that_is_no_package(bench: Bench, workshop: Workshop, index: Index, tmp_path: Path) -> None:
    files = poetry(index, packages="[]")
    del files["src/shop/__init__.py"], files["src/shop/main.py"]
    made = lock("poetry", workshop, {"pyproject.toml": files["pyproject.toml"]}, tmp_path / "lock")
    bench.write({**made, "app.py": "import alpha\n"})
    built = bench.build(index.variables)
    assert bench.versions() == {"alpha": "2.0"}
    assert "there is no package shop" in built.log

    # Nothing comes from a folder, so nothing has to be looked at.
    again = bench.build(index.variables)
    assert again.actions()["venv"] == "kept", again.log

    # As soon as there is one, it is installed, and it goes again.
    bench.write({**made, "shop.py": "import alpha\n"})
    bench.build(index.variables)
    assert bench.versions() == {"alpha": "2.0", "shop": "1.0"}
    bench.write({**made, "app.py": "import alpha\n"})
    assert bench.build(index.variables).actions()["venv"] == "reconciled"
    assert bench.versions() == {"alpha": "2.0"}


def test_setuptools_leaves_nothing_among_the_applications_files(bench: Bench, workshop: Workshop) -> None:
    # setuptools is among what Pipenv needs.
    fetch_tool(workshop, "pipenv")
    bench.write({
        "pyproject.toml": (
            '[project]\nname = "shop"\nversion = "1.0"\n'
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        ),
        "src/shop/__init__.py": "SOLD = 2\n",
        "web/build/lib/index.js": "",
    })  # fmt: skip
    first = tree(bench.app)
    bench.build()
    assert bench.versions() == {"shop": "1.0"}
    assert differences(first, tree(bench.app)) == []


def test_the_hooks_of_a_pdm_project_run_in_every_build(
    bench: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    declared = project("pdm", index, "alpha==1.0")["pyproject.toml"]
    declared += '[tool.pdm.scripts]\npost_install = "pdm run python hook.py"\n'
    made = lock("pdm", workshop, {"pyproject.toml": declared}, tmp_path / "lock")
    files = {**made, "hook.py": "import alpha\nopen('made.txt', 'w').write(alpha.VERSION)\n"}
    built = None
    for _ in ("first", "again"):
        bench.write(files)
        built = bench.build(index.variables)
        assert (bench.app / "made.txt").read_text() == "1.0", built.log
    assert built is not None
    assert built.actions()["venv"] == "reconciled"
    assert "the script post_install" in built.log
