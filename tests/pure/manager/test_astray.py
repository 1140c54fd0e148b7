"""Paths that lead out of the upload, and addresses with variables that nobody gives."""

import pytest
from pure.manager.managed import Managed, decide_manager
from pure.manager.outside import OutsideUpload, outside_upload
from pure.manager.unset import UnsetVariables, VariableUse, unset_variables
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet, collect

from tests.documents import documents

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["shared"]\n'
UV_LOCK = (
    'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "shared"\nsource = { directory = "../shared" }\n'
)
POETRY_LOCK = """[[package]]
name = "shared"
version = "0.1"
groups = ["GROUP"]
files = []

[package.source]
type = "directory"
url = "../shared"

[metadata]
lock-version = "2.1"
"""
PDM_LOCK = """[metadata]
groups = ["default", "dev"]
lock_version = "4.5.0"

[[package]]
name = "shared"
version = "0.1"
path = "../shared"
groups = ["GROUP"]
"""
PIPFILE_LOCK = '{"_meta": {}, "GROUP": {"shared": {"editable": true, "path": "../shared"}}}'
PYLOCK = 'lock-version = "1.0"\n[[packages]]\nname = "shared"\ndirectory = { path = "../shared" }\n'


def _application(texts: dict[str, str], folder: str = "") -> tuple[Managed, ProjectFiles, RequirementsSet | None]:
    files = documents({name: text.encode() for name, text in texts.items()})
    project = ProjectFiles(folder=folder, names=tuple(texts), texts=files)
    managed = decide_manager(project, {}).unwrap()
    requirements: RequirementsSet | None = None
    if "requirements.txt" in texts:
        collected = collect({name: text.encode() for name, text in texts.items()})
        assert isinstance(collected, Success)
        complete = collected.unwrap()
        assert isinstance(complete, RequirementsSet)
        requirements = complete
    return managed, project, requirements


def _outside(texts: dict[str, str], folder: str = "") -> OutsideUpload | None:
    return outside_upload(*_application(texts, folder))


LOCKED = [
    ({"pyproject.toml": PROJECT, "uv.lock": UV_LOCK}, "shared in uv.lock"),
    ({"pyproject.toml": PROJECT, "poetry.lock": POETRY_LOCK.replace("GROUP", "main")}, "shared in poetry.lock"),
    ({"pyproject.toml": PROJECT, "pdm.lock": PDM_LOCK.replace("GROUP", "default")}, "shared in pdm.lock"),
    ({"Pipfile": "", "Pipfile.lock": PIPFILE_LOCK.replace("GROUP", "default")}, "shared in Pipfile.lock"),
    ({"pylock.toml": PYLOCK}, "shared in pylock.toml"),
]


@pytest.mark.parametrize(("texts", "place"), LOCKED, ids=lambda value: value if isinstance(value, str) else "")
def test_what_a_lock_takes_from_beside_the_application_is_named(texts: dict[str, str], place: str) -> None:
    found = _outside(texts)
    assert found is not None
    assert found.found == ((place, "../shared"),)
    assert found.up == 1


@pytest.mark.parametrize("texts", [texts for texts, _ in LOCKED], ids=[place for _, place in LOCKED])
def test_in_a_project_below_the_root_the_same_path_stays_inside(texts: dict[str, str]) -> None:
    assert _outside(texts, "services") is None


@pytest.mark.parametrize(
    "texts",
    [
        {"pyproject.toml": PROJECT, "poetry.lock": POETRY_LOCK.replace("GROUP", "dev")},
        {"pyproject.toml": PROJECT, "pdm.lock": PDM_LOCK.replace("GROUP", "dev")},
        {"Pipfile": "", "Pipfile.lock": PIPFILE_LOCK.replace("GROUP", "develop")},
    ],
    ids=["poetry", "pdm", "pipenv"],
)
def test_what_only_developers_need_may_lie_anywhere(texts: dict[str, str]) -> None:
    assert _outside(texts) is None


@pytest.mark.parametrize(
    ("line", "folder", "path", "up"),
    [
        ("-e ../shared", "", "../shared", 1),
        ("../shared", "", "../shared", 1),
        ("-e ../shared[web]", "", "../shared", 1),
        ("file:../shared", "", "../shared", 1),
        ("./lib/../../wheels/shared-1-py3-none-any.whl", "", "./lib/../../wheels/shared-1-py3-none-any.whl", 1),
        ("-e ../../../shared", "services/api", "../../../shared", 1),
        ("../../shared", "", "../../shared", 2),
    ],
)
def test_a_requirement_outside_is_named_with_its_line(line: str, folder: str, path: str, up: int) -> None:
    found = _outside({"requirements.txt": f"flask\n{line}\n"}, folder)
    assert found is not None
    assert found.found == ((f"{folder}/requirements.txt, line 2".lstrip("/"), path),)
    assert found.up == up


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("-e .", ""),
        ("./lib", ""),
        ("-e lib/../other", ""),
        ("/mnt/shared", ""),
        ("file:///mnt/shared", ""),
        ("-e ../shared", "services"),
        ("flask", ""),
        ("-e git+https://host/a/../b.git#egg=b", ""),
    ],
)
def test_what_lies_inside_or_may_be_mounted_is_left_to_pip(line: str, folder: str) -> None:
    assert _outside({"requirements.txt": f"{line}\n"}, folder) is None


def _unset(
    texts: dict[str, str], variables: dict[str, str], settings: tuple[tuple[str, str, str], ...] = ()
) -> tuple[VariableUse, ...]:
    found = unset_variables(*_application(texts), variables=variables, pip_settings=settings)
    assert found is None or isinstance(found, UnsetVariables)
    return found.found if found else ()


SOURCE = 'url = "https://bot:${TOKEN}@index.example/simple"\nname = "private"\n'
LOCK = '{"_meta": {"sources": [{"name": "private", "url": "https://bot:${TOKEN}@index.example/simple"}]}}'
REQUIREMENTS = "--extra-index-url https://bot:${TOKEN}@index.example/simple\nshop @ git+https://${GIT}@host/shop.git\n"


def test_pip_names_each_variable_of_its_requirements_that_is_unset_or_empty() -> None:
    texts = {"requirements.txt": REQUIREMENTS}
    token = VariableUse(name="TOKEN", place="requirements.txt, line 1")
    git = VariableUse(name="GIT", place="requirements.txt, line 2")
    assert _unset(texts, {}) == (token, git)
    assert _unset(texts, {"TOKEN": "", "GIT": "x"}) == (token,)
    assert _unset(texts, {"TOKEN": "x", "GIT": "x"}) == ()


def test_a_requirement_that_linux_leaves_out_needs_no_variable() -> None:
    assert _unset({"requirements.txt": 'a @ https://${T}@host/a.whl ; sys_platform == "win32"\n'}, {}) == ()


@pytest.mark.parametrize("variables", [{}, {"TOKEN": "x"}], ids=["unset", "set"])
def test_pips_own_settings_take_no_variables_even_if_they_are_set(variables: dict[str, str]) -> None:
    texts = {"requirements.txt": "flask\n"}
    setting = ("PIP_INDEX_URL", "https://${TOKEN}@index.example/simple", "/etc/pip.conf")
    assert _unset(texts, variables, (setting,)) == (
        VariableUse(name="TOKEN", place="index-url in /etc/pip.conf", expanded=False),
    )
    given = {**variables, "PIP_EXTRA_INDEX_URL": "https://${TOKEN}@index.example/simple"}
    assert _unset(texts, given) == (VariableUse(name="TOKEN", place="$PIP_EXTRA_INDEX_URL", expanded=False),)


@pytest.mark.parametrize(
    ("texts", "place", "expanded"),
    [
        (
            {"pyproject.toml": f"[tool.uv]\n[[tool.uv.index]]\n{SOURCE}", "uv.lock": "version = 1\n"},
            "index in pyproject.toml (private)",
            False,
        ),
        (
            {"pyproject.toml": "", "uv.toml": f"[[index]]\n{SOURCE}", "uv.lock": "version = 1\n"},
            "index in uv.toml (private)",
            False,
        ),
        (
            {
                "pyproject.toml": f"[[tool.poetry.source]]\n{SOURCE}",
                "poetry.lock": '[metadata]\nlock-version = "2.1"\n',
            },
            "source in pyproject.toml (private)",
            False,
        ),
        (
            {"pyproject.toml": f"[[tool.pdm.source]]\n{SOURCE}", "pdm.lock": '[metadata]\nlock_version = "4.5.0"\n'},
            "source in pyproject.toml (private)",
            True,
        ),
        ({"Pipfile": "", "Pipfile.lock": LOCK}, "Pipfile.lock (private)", True),
    ],
    ids=["uv", "uv.toml", "poetry", "pdm", "pipenv"],
)
def test_sources_name_what_is_missing_and_what_is_never_replaced(
    texts: dict[str, str], place: str, *, expanded: bool
) -> None:
    use = VariableUse(name="TOKEN", place=place, expanded=expanded)
    assert _unset(texts, {}) == (use,)
    assert _unset(texts, {"TOKEN": "x"}) == (() if expanded else (use,))


def test_a_project_that_pip_installs_has_its_addresses_as_they_are_written() -> None:
    declared = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["a @ https://${TOKEN}@host/a.whl"]\n'
    assert _unset({"pyproject.toml": declared}, {"TOKEN": "x"}) == (
        VariableUse(name="TOKEN", place="dependencies in pyproject.toml", expanded=False),
    )


def test_pdms_own_word_is_no_variable() -> None:
    declared = '[[tool.pdm.source]]\nname = "local"\nurl = "file:///${PROJECT_ROOT}/wheels"\n'
    assert _unset({"pyproject.toml": declared, "pdm.lock": '[metadata]\nlock_version = "4.5.0"\n'}, {}) == ()
