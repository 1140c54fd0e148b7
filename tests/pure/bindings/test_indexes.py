"""By which variables each tool is told of a bound index."""

import netrc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.bindings.contents import BoundIndex
from pure.bindings.indexes import login_line, told
from pure.manager.table import TOOLS, ToolName
from pure.project.files import ProjectFiles

from tests.documents import documents

INDEX = BoundIndex(url="https://h.example/simple/", username="me", password="p:w")
LOGIN = "https://me:p%3Aw@h.example/simple/"


def project(**texts: str) -> ProjectFiles:
    files = {name.replace("_", "."): text for name, text in texts.items()}
    return ProjectFiles(names=tuple(files), texts=documents(files))


UV_HERE = project(pyproject_toml='[[tool.uv.index]]\nname = "my-corp"\nurl = "https://H.example/other"\n')
PDM_PYPI = '[[tool.pdm.source]]\nname = "pypi"\nurl = "https://h.example/simple/"\n'
CASES: list[tuple[ToolName, ProjectFiles, dict[str, str]]] = [
    ("pip", project(), {"PIP_INDEX_URL": LOGIN}),
    ("uv", project(), {"UV_DEFAULT_INDEX": LOGIN}),
    ("uv", UV_HERE, {"UV_INDEX_MY_CORP_USERNAME": "me", "UV_INDEX_MY_CORP_PASSWORD": "p:w"}),
    ("uv", project(uv_lock='source = { registry = "https://pypi.org/simple" }\n'), {}),
    (
        "uv",
        project(uv_lock='registry = "https://pypi.org/simple"\nregistry = "https://h.example/simple"\n'),
        {"UV_DEFAULT_INDEX": LOGIN},
    ),
    ("poetry", project(), {}),
    (
        "poetry",
        project(pyproject_toml='[[tool.poetry.source]]\nname = "corp"\nurl = "https://h.example/simple/"\n'),
        {"POETRY_HTTP_BASIC_CORP_USERNAME": "me", "POETRY_HTTP_BASIC_CORP_PASSWORD": "p:w"},
    ),
    ("pipenv", project(), {"PIPENV_PYPI_MIRROR": LOGIN}),
    ("pipenv", project(Pipfile='[[source]]\nname = "c"\nurl = "https://$U:$P@h.example/simple/"\n'), {}),
    ("pdm", project(), {"PDM_PYPI_URL": INDEX.url, "PDM_PYPI_USERNAME": "me", "PDM_PYPI_PASSWORD": "p:w"}),
    (
        "pdm",
        project(pyproject_toml=PDM_PYPI),
        {"PDM_PYPI_URL": INDEX.url, "PDM_PYPI_USERNAME": "me", "PDM_PYPI_PASSWORD": "p:w"},
    ),
    ("pdm", project(pyproject_toml=PDM_PYPI.replace("pypi", "corp")), {}),
]


@pytest.mark.parametrize(("tool", "files", "variables"), CASES)
def test_what_a_tool_is_told(tool: ToolName, files: ProjectFiles, variables: dict[str, str]) -> None:
    found = told(INDEX, tool, files, {})
    assert found.variables == variables
    assert bool(found.because) is not bool(variables) or found.because.startswith(TOOLS[tool].title)


@pytest.mark.parametrize("tool", TOOLS)
@given(kept=st.integers(0, 3))
def test_what_the_user_has_set_holds(tool: ToolName, kept: int) -> None:
    wanted = sorted(told(INDEX, tool, project(), {}).variables)
    set_by_user = dict(zip(wanted[:kept], "xyz", strict=False))
    found = told(INDEX, tool, project(), set_by_user)
    assert found.kept_by == tuple(name for name in told(INDEX, tool, project(), {}).variables if name in set_by_user)
    assert bool(found.variables) is (bool(wanted) and not set_by_user)


def test_other_settings_that_say_the_same_hold_too() -> None:
    assert told(INDEX, "uv", project(), {"UV_INDEX_URL": "x"}).kept_by == ("UV_INDEX_URL",)
    # pip's counts where uv installs its files.
    assert told(INDEX, "uv", project(), {"PIP_INDEX_URL": "x"}).kept_by == ("PIP_INDEX_URL",)
    assert told(INDEX, "uv", project(uv_lock=""), {"PIP_INDEX_URL": "x"}).variables


@pytest.mark.parametrize("tool", TOOLS)
@given(text=st.binary(max_size=80))
def test_any_files_will_do(tool: ToolName, text: bytes) -> None:
    names = ("pyproject.toml", "uv.toml", "Pipfile", "uv.lock")
    files = ProjectFiles(names=names, texts=documents(dict.fromkeys(names, text.decode("latin-1"))))
    assert told(INDEX, tool, files, {}).kept_by == ()


words = st.text(st.characters(min_codepoint=33, max_codepoint=1000, exclude_categories=("Cc", "Cs", "Z")), min_size=1)


@given(words, st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20))
def test_pythons_reader_of_netrc_files_reads_what_is_written(user: str, password: str) -> None:
    file = Path("/dev/shm") / f"netrc-{abs(hash((user, password)))}"
    file.write_bytes(login_line(BoundIndex(url="https://h.example:8443/", username=user, password=password)))
    try:
        assert netrc.netrc(file).authenticators("h.example") == (user, "", password)
    finally:
        file.unlink()


def test_who_needs_no_name_gets_no_line() -> None:
    assert login_line(BoundIndex(url="https://h.example/")) == b""
