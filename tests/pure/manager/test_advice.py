"""What declarations don't do that their author may expect."""

import pytest
from pure.manager.advice import advised
from pure.manager.managed import decide_manager
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import RequirementsSet, collect

from tests.documents import documents

PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["Flask>=3", "tiny_pkg[all]"]\n'
POETRY = (
    '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\nflask = "*"\nx = { optional = true }\n'
)
PIPFILE = '[packages]\nflask = "*"\n'
EMPTY_LOCK = {"poetry": '[metadata]\nlock-version = "2.1"\n', "pdm": '[metadata]\nlock_version = "4.5.0"\n'}


def _advice(
    texts: dict[str, str], *, root: tuple[str, ...] = (), variables: dict[str, str] | None = None
) -> tuple[str, ...]:
    project = ProjectFiles(names=tuple(texts), texts=documents({name: text.encode() for name, text in texts.items()}))
    managed = decide_manager(project, {}).unwrap()
    requirements: RequirementsSet | None = None
    if "requirements.txt" in texts:
        collected = collect({name: text.encode() for name, text in texts.items()})
        assert isinstance(collected, Success)
        complete = collected.unwrap()
        assert isinstance(complete, RequirementsSet)
        requirements = complete
    found = advised(managed, project, requirements, root=root, settings=variables or {})
    return found.choice.advice[len(managed.choice.advice) :]


@pytest.mark.parametrize(
    ("file", "declared", "missing"),
    [
        ("pyproject.toml", PROJECT, "flask, tiny-pkg"),
        ("pyproject.toml", POETRY, "flask"),
        ("Pipfile", PIPFILE, "flask"),
    ],
)
def test_what_a_requirements_file_lacks_of_other_declarations_is_named(file: str, declared: str, missing: str) -> None:
    (said,) = _advice({file: declared, "requirements.txt": "gunicorn\n"})
    assert f"of {file} is not installed, because requirements.txt is" in said
    assert f"doesn't list {missing}: add" in said


@pytest.mark.parametrize(
    "requirements",
    ["flask==3\nTiny.Pkg\n", ".\ngunicorn\n", "-e .[web]\n", "https://host/a.zip\n", "-r https://host/more.txt\n"],
)
def test_nothing_is_said_where_nothing_is_missing_or_nobody_knows(requirements: str) -> None:
    assert _advice({"pyproject.toml": PROJECT, "requirements.txt": requirements}) == ()


REPOSITORY = "git+ssh://git@host.example/shop.git@0123456789012345678901234567890123456789#egg=shop"


@pytest.mark.parametrize("line", [f"-e {REPOSITORY}", REPOSITORY, "shop @ git+https://host.example/shop.git"])
@pytest.mark.parametrize("beside", [{"setup.py": "", "shop": ""}, {"pyproject.toml": '[project]\nname = "shop"\n'}])
def test_the_project_itself_by_its_repository_is_named(line: str, beside: dict[str, str]) -> None:
    (said,) = _advice({"requirements.txt": f"flask\n{line}\n", **beside})
    assert said.startswith("requirements.txt, line 2 asks for this application itself from elsewhere")


@pytest.mark.parametrize("line", ["-e .", "-e ./shop", REPOSITORY.replace("shop", "shop-core"), "shop==1"])
def test_what_is_another_project_is_not(line: str) -> None:
    assert _advice({"requirements.txt": f"{line}\n", "setup.py": "", "shop": ""}) == ()


def test_a_source_that_pip_does_not_read_is_named() -> None:
    sources = '[tool.uv.sources]\nTiny-pkg = { path = "lib" }\nother = { path = "other" }\n'
    (said,) = _advice({"pyproject.toml": PROJECT + sources})
    assert "looks for Tiny-pkg on its index, where it may be somebody else's; lock the project:  uv lock" in said


PACKAGED = '[tool.poetry]\nname = "shop"\npackages = [{ include = "web" }]\n'
VERSIONED = [
    ("poetry", f"{PACKAGED}[tool.poetry-dynamic-versioning]\nenable = true\n", "0.0.0",
     "POETRY_DYNAMIC_VERSIONING_BYPASS"),
    ("pdm", '[project]\nname = "a"\n[tool.pdm.version]\nsource = "scm"\nfallback_version = "0.1"\n', "0.1",
     "PDM_BUILD_SCM_VERSION"),
    ("", f'{PROJECT}[tool.hatch.version]\nsource = "vcs"\nfallback-version = "0"\n', "0",
     "SETUPTOOLS_SCM_PRETEND_VERSION"),
    ("", f'{PROJECT}[tool.setuptools_scm]\nfallback_version = "0"\n', "0", "SETUPTOOLS_SCM_PRETEND_VERSION"),
]  # fmt: skip


@pytest.mark.parametrize(("manager", "declared", "version", "variable"), VERSIONED)
def test_a_version_that_silently_is_another_one_without_git_is_named(
    manager: str, declared: str, version: str, variable: str
) -> None:
    texts = {"pyproject.toml": declared} | ({f"{manager}.lock": EMPTY_LOCK[manager]} if manager else {})
    (said,) = _advice(texts)
    assert f"it will be {version}; give it to the build:  {variable}=1.2.3" in said
    assert _advice(texts, variables={variable: "1.2.3"}) == ()
    assert _advice(texts, root=(".git",)) == ()


@pytest.mark.parametrize(
    ("tool", "version"),
    [
        ("[tool.setuptools-git-versioning]\nenabled = true\n", "0.0.1"),
        ('[tool.setuptools-git-versioning]\nenabled = true\nstarting_version = "1.0"\n', "1.0"),
        ('[tool.versioneer]\nVCS = "git"\n', "0+unknown"),
        ('[tool.versioningit]\ndefault-version = "0.1"\n', "0.1"),
    ],
)
def test_a_version_that_no_variable_gives_has_to_be_written(tool: str, version: str) -> None:
    (said,) = _advice({"pyproject.toml": PROJECT + tool})
    assert f"it will be {version}; write it into pyproject.toml" in said


@pytest.mark.parametrize(
    "declared",
    [
        '[tool.poetry]\nname = "shop"\npackage-mode = false\n[tool.poetry-dynamic-versioning]\nenable = true\n',
        '[tool.poetry]\nname = "shop"\n[tool.poetry-dynamic-versioning]\nenable = false\n',
    ],
)
def test_a_project_that_is_not_installed_has_no_version(declared: str) -> None:
    assert _advice({"pyproject.toml": declared, "poetry.lock": EMPTY_LOCK["poetry"]}) == ()


def _pipfile_lock(entry: str, sources: int = 2) -> dict[str, str]:
    listed = ", ".join(f'{{"name": "s{at}", "url": "https://host{at}/simple"}}' for at in range(sources))
    meta = f'"_meta": {{"sources": [{listed}], "requires": {{}}, "hash": {{"sha256": "0"}}}}'
    return {"Pipfile": PIPFILE, "Pipfile.lock": f'{{{meta}, "default": {{"shop-core": {{{entry}}}}}, "develop": {{}}}}'}


PDM_PACKAGE = '\n[[package]]\nname = "shop-core"\nversion = "1.0"\ngroups = ["default"]\n'
PDM_SOURCE = '[[tool.pdm.source]]\nname = "team"\nurl = "https://team.example/simple"\n'


@pytest.mark.parametrize(
    "files",
    [
        _pipfile_lock('"version": "==1.0"'),
        {"pyproject.toml": f"[tool.pdm]\n{PDM_SOURCE}", "pdm.lock": EMPTY_LOCK["pdm"] + PDM_PACKAGE},
    ],
)
def test_what_a_lock_leaves_to_any_of_several_indexes_is_named(files: dict[str, str]) -> None:
    (said,) = _advice(files)
    assert "of shop-core, and several package indexes are asked" in said


@pytest.mark.parametrize(
    "files",
    [
        _pipfile_lock('"version": "==1.0"', sources=1),
        _pipfile_lock('"version": "==1.0", "index": "s1"'),
        _pipfile_lock('"version": "==1.0", "hashes": ["sha256:00"]'),
        {"pyproject.toml": "[tool.pdm]\n", "pdm.lock": EMPTY_LOCK["pdm"] + PDM_PACKAGE},
        {
            "pyproject.toml": f"[tool.pdm]\n{PDM_SOURCE}",
            "pdm.lock": EMPTY_LOCK["pdm"] + PDM_PACKAGE + 'files = [{ file = "a.whl", hash = "sha256:00" }]\n',
        },
    ],
)
def test_nothing_is_said_where_a_hash_or_an_index_decides(files: dict[str, str]) -> None:
    assert _advice(files) == ()
