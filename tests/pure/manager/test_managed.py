"""What is known of a manager with all that its files say."""

import msgspec
import pytest
from pure.manager.commands import Places, commands
from pure.manager.managed import UnknownSelection, decide_manager
from pure.outcome import Success
from pure.project.document import Document
from pure.project.files import ProjectFiles
from pure.project.selection import PEER_GROUPS, selection
from pure.venv.lock_fingerprint import lock_fingerprint
from pure.venv.requirements_fingerprint import Fingerprint, NotPinned

from pure.project import declarations
from tests.documents import documents
from tests.strategies_locked import FIRST, LOCKS


@pytest.mark.parametrize(
    ("declared", "names", "sources", "itself"),
    [
        ('name = "Big.shop"', ("big_shop",), (), True),
        ('name = "Big.shop"', ("src",), ("big_shop.py",), True),
        ('name = "shop"\npackages = [{ include = "web" }]', ("web",), (), True),
        ('name = "shop"\npackages = []', ("web",), (), False),
        ('name = "shop"', ("app.py", "src"), ("web",), False),
        ('name = "shop"\npackage-mode = false', ("shop",), (), False),
        ("", (), (), True),
    ],
)
def test_poetry_installs_the_project_where_it_is_a_package(
    declared: str, names: tuple[str, ...], sources: tuple[str, ...], *, itself: bool
) -> None:
    texts = {"pyproject.toml": f"[tool.poetry]\n{declared}\n".encode(), "poetry.lock": LOCKS["poetry"][0]}
    project = ProjectFiles(names=(*names, *texts), texts=documents(texts), source_names=sources)
    decided = decide_manager(project, {})
    assert isinstance(decided, Success)
    managed = decided.unwrap()
    assert ("poetry" in managed.declared.installs_itself) is itself
    assert bool(managed.lock.local) is itself
    places = Places(layer="/l", venv="/v", python="/p", temporary="/t")
    (command,) = commands(
        managed.choice.manager, places, file="poetry.lock", selection=managed.selection, groups=(), itself=itself
    )
    assert ("--no-root" in command.argv) is not itself


@pytest.mark.parametrize(
    ("scripts", "hooks"),
    [
        ('serve = "flask run"', 0),
        ('post_install = "npm ci"', 1),
        ('pre_install = { shell = "true" }\npost_install.cmd = "npm ci"', 2),
    ],
)
def test_a_pdm_project_with_hooks_is_never_taken_for_unchanged(scripts: str, hooks: int) -> None:
    declared = f'[project]\nname = "a"\n[tool.pdm]\ndistribution = false\n[tool.pdm.scripts]\n{scripts}\n'
    texts = {"pyproject.toml": declared.encode(), "pdm.lock": LOCKS["pdm"][0]}
    decided = decide_manager(ProjectFiles(names=tuple(texts), texts=documents(texts)), {})
    assert isinstance(decided, Success)
    managed = decided.unwrap()
    pinning = lock_fingerprint(
        managed.choice.manager,
        managed.lock,
        texts=texts,
        folder="",
        selection=managed.selection,
        python="3.13.1",
        target=FIRST.target,
        settings={},
    )
    assert isinstance(pinning, NotPinned if hooks else Fingerprint)
    assert len(managed.lock.unfixed) == hooks


@pytest.mark.parametrize(
    ("groups", "asked", "adds"),
    [
        ("dev = []", "", None),
        ("dev = []\nproduction = []", "", "BP_PYTHON_GROUPS=production"),
        ("production = []\nmore = []", "more", "BP_PYTHON_GROUPS=more,production"),
        ("production = []", "production", None),
    ],
)
def test_groups_that_deployments_need_are_pointed_out(groups: str, asked: str, adds: str | None) -> None:
    declared = f'[project]\nname = "a"\nversion = "1"\n[dependency-groups]\n{groups}\n'.encode()
    texts = {"pyproject.toml": declared, "uv.lock": LOCKS["uv"][0]}
    decided = decide_manager(ProjectFiles(names=tuple(texts), texts=documents(texts)), {"BP_PYTHON_GROUPS": asked})
    assert isinstance(decided, Success)
    advice = decided.unwrap().choice.advice
    assert [note.rpartition("  ")[2] for note in advice] == ([adds] if adds else [])


DECLARED = """[project]
name = "shop"
version = "1"
dependencies = ["flask>=3; python_version > '3'"]
[project.optional-dependencies]
Big_one = ["redis"]
all = ["shop[big-one]"]
"""


@pytest.mark.parametrize(
    ("folders", "extras", "alone"),
    [
        (("app", "static"), "", ("flask>=3; python_version > '3'",)),
        (("app",), "", None),
        (("shop",), "big-one", None),
    ],
)
def test_of_a_project_that_is_no_package_the_dependencies_are_installed_alone(
    folders: tuple[str, ...], extras: str, alone: tuple[str, ...] | None
) -> None:
    texts = documents({"pyproject.toml": DECLARED})
    project = ProjectFiles(names=("pyproject.toml", *folders), texts=texts, folders=frozenset(folders))
    managed = decide_manager(project, {"BP_PYTHON_EXTRAS": extras} if extras else {}).unwrap()
    assert managed.alone is (alone is not None)
    if alone is not None:
        assert managed.dependencies == alone
        assert any("only the dependencies are installed" in each for each in managed.choice.because)


def test_the_extras_that_are_wanted_come_with_the_dependencies() -> None:
    text = DECLARED.replace('all = ["shop[big-one]"]\n', "")
    project = ProjectFiles(
        names=("pyproject.toml", "app", "static"), texts=documents({"pyproject.toml": text}),
        folders=frozenset({"app", "static"}),
    )  # fmt: skip
    managed = decide_manager(project, {"BP_PYTHON_EXTRAS": "big-one"}).unwrap()
    assert managed.dependencies == ("flask>=3; python_version > '3'", "redis")


HATCHLING = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
UV_ITSELF = 'version = 1\n[[package]]\nname = "shop"\nversion = "1"\nsource = { editable = "." }\n'


@pytest.mark.parametrize(
    ("lock", "text", "option"),
    [
        ("uv.lock", UV_ITSELF, "--no-install-project"),
        ("pdm.lock", '[metadata]\nlock_version = "4.5.0"\n', "--no-self"),
    ],
)
@pytest.mark.parametrize(
    ("more", "folders", "alone"),
    [
        (HATCHLING, {"web"}, True),
        (HATCHLING, {"shop"}, False),
        (HATCHLING + '[tool.hatch.build.targets.wheel]\npackages = ["web"]\n', {"web"}, False),
        ("[tool.uv]\npackage = true\n", {"app", "static"}, True),
        ("[tool.uv]\npackage = true\n", {"app", "tests"}, False),
        ('[build-system]\nbuild-backend = "pdm.backend"\n', {"app", "static"}, False),
    ],
)
def test_the_dependencies_alone_are_installed_where_the_project_could_not_be_built(
    lock: str, text: str, option: str, more: str, folders: set[str], *, alone: bool
) -> None:
    texts = {"pyproject.toml": f'[project]\nname = "shop"\nversion = "1"\n{more}'.encode(), lock: text.encode()}
    project = ProjectFiles(names=(*texts, *folders), texts=documents(texts), folders=frozenset(folders))
    managed = decide_manager(project, {}).unwrap()
    assert managed.alone is alone
    assert any("only the dependencies are installed" in reason for reason in managed.choice.because) is alone
    # What isn't installed is no reason to look again.
    assert bool(managed.lock.local) is not alone
    places = Places(layer="/l", venv="/v", python="/p", temporary="/t")
    found = commands(
        managed.choice.manager, places, file=lock, selection=managed.selection, groups=(), alone=managed.alone
    )
    assert (option in found[-1].argv) is alone


def test_what_uv_does_not_build_is_left_to_it() -> None:
    lock = UV_ITSELF.replace("editable", "virtual").encode()
    texts = {"pyproject.toml": b'[project]\nname = "shop"\nversion = "1"\n', "uv.lock": lock}
    folders = frozenset({"app", "static"})
    project = ProjectFiles(names=(*texts, *folders), texts=documents(texts), folders=folders)
    assert not decide_manager(project, {}).unwrap().alone


@pytest.mark.parametrize("name", PEER_GROUPS["poetry"])
@pytest.mark.parametrize(
    ("value", "ours", "groups"),
    [("main", "", ()), ("main,web", "", ("web",)), ("web", "", ("web",)), ("main,web", "jobs", ("jobs",))],
)
def test_paketos_variables_name_groups_of_poetrys(name: str, value: str, ours: str, groups: tuple[str, ...]) -> None:
    declared = "[tool.poetry]\npackage-mode = false\n[tool.poetry.group.web]\n[tool.poetry.group.jobs]\n"
    texts = {"pyproject.toml": declared.encode(), "poetry.lock": LOCKS["poetry"][0]}
    project = ProjectFiles(names=tuple(texts), texts=documents(texts))
    managed = decide_manager(project, {name: value, "BP_PYTHON_GROUPS": ours}).unwrap()
    assert managed.selection.groups == groups
    assert str(managed.selection) == (f"${'BP_PYTHON_GROUPS' if ours else name} adds {groups[0]}" if groups else "")
    unknown = decide_manager(project, {name: "main,nothing"}).failure()
    assert isinstance(unknown, UnknownSelection)
    assert (unknown.variable, unknown.value) == (name, "nothing")
    # Other tools have groups of their own.
    uv = ProjectFiles(names=("pyproject.toml", "uv.lock"), texts=documents({**texts, "uv.lock": LOCKS["uv"][0]}))
    assert decide_manager(uv, {name: value, "BP_PYTHON_PACKAGE_MANAGER": "uv"}).unwrap().selection.groups == ()


def test_paketos_variable_names_groups_of_uvs() -> None:
    declared = b'[project]\nname = "shop"\nversion = "1"\n[dependency-groups]\nweb = []\njobs = []\n'
    texts = {"pyproject.toml": declared, "uv.lock": LOCKS["uv"][0]}
    project = ProjectFiles(names=tuple(texts), texts=documents(texts))
    managed = decide_manager(project, {"BP_UV_INSTALL_GROUPS": "web,jobs"}).unwrap()
    assert managed.selection.groups == ("jobs", "web")
    assert str(managed.selection) == "$BP_UV_INSTALL_GROUPS adds jobs, web"


GROUPS = """
[project]
name = "a"
dependencies = ["Flask"]
[dependency-groups]
Docs_It = ["jinja2[x]>=3", {include-group = "more.it"}]
more-it = ["Sphinx", {include-group = "docs-it"}]
dev = ["pytest"]
[tool.uv]
dev-dependencies = ["ipdb"]
[tool.poetry.group.types.dependencies]
My_Py = "*"
[tool.poetry.dev-dependencies]
black = "*"
[tool.pdm.dev-dependencies]
bench = ["pyperf"]
"""


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ("", set()),
        ("docs-it", {"jinja2", "sphinx"}),
        ("dev", {"pytest", "ipdb", "black"}),
        ("types,bench", {"my-py", "pyperf"}),
    ],
)
def test_what_the_groups_that_are_installed_name_is_asked_for(groups: str, names: set[str]) -> None:
    read = declarations.read(Document(raw=GROUPS.encode())).unwrap()
    decided = decide_manager(
        ProjectFiles(names=("pylock.toml",), texts=documents({"pylock.toml": LOCKS["pylock"][0]})), {}
    ).unwrap()
    selected = selection({"BP_PYTHON_GROUPS": groups}).unwrap()
    managed = msgspec.structs.replace(decided, declared=read, selection=selected)
    assert managed.asked == {"flask", *names}


def test_one_group_by_two_spellings_is_one() -> None:
    selected = selection({"BP_PYTHON_GROUPS": "dev-tools docs"}).unwrap()
    assert selected.groups_beside(("Dev_Tools", "web")) == ("Dev_Tools", "docs", "web")
    assert selected.groups_beside(()) == ("dev-tools", "docs")
