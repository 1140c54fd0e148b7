"""Whether a project's build system would find a package in it."""

import pytest
from pure.project.files import ProjectFiles
from pure.project.own_package import why_no_package

from tests.documents import document

NAMED = '[project]\nname = "big.Shop"\nversion = "1"\n'
PEOPLE = ("app", "migrations")


def _why(
    text: str,
    *,
    folders: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    source: tuple[str, ...] = (),
    inner: tuple[str, ...] = (),
) -> str:
    project = ProjectFiles(
        names=("pyproject.toml", *folders, *files), folders=frozenset(folders), source_names=source, inner=inner
    )
    return why_no_package(document(text), project)


def by(backend: str, more: str = "") -> str:
    return f'{NAMED}{more}[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'


HATCHLING, FLIT, POETRY, UV = "hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "uv_build"


def test_folders_side_by_side_are_no_package_of_setuptools() -> None:
    why = "the folders app, migrations, static lie side by side, and none is named as its package"
    assert _why(NAMED, folders=("app", "migrations", "static", "tests", ".git", "_old", "a-b")) == why
    assert _why(by("setuptools.build_meta"), folders=("app", "migrations", "static")) == why


def test_modules_side_by_side_are_none_either() -> None:
    why = "the modules app, jobs lie side by side, and none is named as its own"
    assert _why(NAMED, files=("app.py", "jobs.py", "conftest.py", "manage.py")) == why


@pytest.mark.parametrize(
    ("text", "folders", "files"),
    [
        (NAMED, ("app",), ("app.py", "jobs.py")),
        (NAMED, (), ("app.py",)),
        (NAMED, ("app", "tests", "docs"), ()),
        (NAMED, (*PEOPLE, "src"), ()),
        (NAMED, PEOPLE, ("setup.py",)),
        (NAMED, PEOPLE, ("setup.cfg",)),
        (f'{NAMED}[tool.setuptools]\npackages = ["app"]\n', PEOPLE, ()),
        (f'{NAMED}dynamic = ["dependencies"]\n', PEOPLE, ()),
        (by("pdm.backend"), PEOPLE, ()),
        (by("some.backend"), PEOPLE, ()),
        ("[project]\n", PEOPLE, ()),
        ("[", PEOPLE, ()),
    ],
)
def test_what_setuptools_may_build_is_left_to_it(text: str, folders: tuple[str, ...], files: tuple[str, ...]) -> None:
    assert _why(text, folders=folders, files=files) == ""


@pytest.mark.parametrize("backend", [HATCHLING, FLIT, POETRY, UV])
def test_others_look_for_the_projects_name(backend: str) -> None:
    assert _why(by(backend), folders=("web",)) == "there is no package big_Shop, and none is named"
    assert _why(by(backend), source=("big_shop",)) == ""
    assert bool(_why(by(backend), folders=("big_shop",))) is (backend == UV)


@pytest.mark.parametrize(
    ("backend", "more"),
    [
        (HATCHLING, '[tool.hatch.build.targets.wheel]\npackages = ["web"]\n'),
        (FLIT, '[tool.flit.module]\nname = "web"\n'),
        (POETRY, '[[tool.poetry.packages]]\ninclude = "web"\n'),
        (UV, '[tool.uv.build-backend]\nmodule-name = "web"\n'),
    ],
)
def test_whoever_names_the_package_is_believed(backend: str, more: str) -> None:
    assert _why(by(backend, more), folders=("web",)) == ""


def test_what_hatchling_reads_beside_pyproject_may_name_the_package() -> None:
    assert _why(by(HATCHLING), folders=("web",)) != ""
    assert _why(by(HATCHLING), folders=("web",), files=("hatch.toml",)) == ""


def test_hatchling_finds_a_package_in_a_namespace() -> None:
    assert _why(by(HATCHLING), folders=("company",), inner=("company/big_shop",)) == ""
