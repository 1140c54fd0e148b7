"""Which files of an application are asked for, and which of them count."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.reading import Application, application, requirements
from pure.manager.choice import PEER_REQUIREMENTS_VARIABLE, REQUIREMENTS_VARIABLE
from pure.manager.table import MANAGERS
from pure.outcome import Failure, Success
from pure.project.document import Document
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import Pending, Requirements, advance
from pure.project.seen import Listing, Look, NotListed, Seen
from pure.project.vendored import Wheelhouse

from tests.documents import document

Tree = Mapping[str, str]


def listing(tree: Tree, folder: str) -> Listing | None:
    """What lies in a folder of a tree, in which paths that end in ``/`` are empty folders."""
    start = f"{folder}/" if folder else ""
    below = [path.removeprefix(start) for path in tree if path.startswith(start)]
    if not below and folder:
        return None
    names = {path.partition("/")[0] for path in below} - {""}
    folders = frozenset(path.partition("/")[0] for path in below if "/" in path) - {""}
    return Listing(names=tuple(sorted(names)), folders=folders, files=frozenset(names) - folders)


def looked(tree: Tree, **variables: str) -> tuple[Application | NotListed, Seen]:
    """The application in a tree, and what was looked at to know it: nothing twice."""
    seen = Seen()
    while isinstance(found := application(seen, variables), Look):
        assert not set(found.folders) & set(seen.folders)
        assert not set(found.files) & set(seen.files)
        files: dict[str, Document | None] = {
            path: document(tree[path]) if path in tree and not path.endswith("/") else None for path in found.files
        }
        seen = seen.with_more(folders={path: listing(tree, path) for path in found.folders}, files=files)
    return found, seen


def read(tree: Tree, **variables: str) -> Application:
    found, _ = looked(tree, **variables)
    assert isinstance(found, Application)
    return found


def project(tree: Tree, **variables: str) -> ProjectFiles:
    found = read(tree, **variables).project
    assert isinstance(found, Success)
    return found.unwrap()


def tree(*names: str, under: str = "") -> dict[str, str]:
    return {f"{under}/{name}" if under else name: "" for name in names}


@pytest.mark.parametrize("folder", ["", "services"])
def test_locks_in_folders_below_and_requirements_of_a_folder_are_found(folder: str) -> None:
    names = (
        "app.py",
        "api/uv.lock",
        "api/deeper/poetry.lock",
        "docs/notes.txt",
        ".git/uv.lock",
        "node_modules/uv.lock",
    )
    more = ("requirements/base.txt", "requirements/production.txt", "requirements/readme.md", "requirements/a/b.txt")
    found = project(tree(*names, *more, under=folder), BP_PYTHON_PROJECT_DIR=folder)
    assert found.nested == ("api/uv.lock", "api/deeper/poetry.lock")
    assert found.requirement_files == ("requirements/production.txt", "requirements/base.txt")


def test_folders_that_may_bring_distributions_are_looked_into() -> None:
    files = {"requirements.txt": "", "vendor/alpha-1-py3-none-any.whl": "", "vendor/go.mod": "", "src/app.py": ""}
    assert project(files).wheelhouses == {"vendor": Wheelhouse(wheels=1, sources=0)}
    assert project(files, BP_PIP_FIND_LINKS="third/party").wheelhouses == {
        "third/party": None,
        "vendor": Wheelhouse(wheels=1, sources=0),
    }
    declared = {**files, "pyproject.toml": '[tool.lamina]\nfind-links = ["src"]\n'}
    assert project(declared).wheelhouses["src"] == Wheelhouse(wheels=0, sources=0)
    # In the project's own folder.
    below = {f"api/{name}": text for name, text in files.items()}
    assert project(below, BP_PYTHON_PROJECT_DIR="api").wheelhouses == {"vendor": Wheelhouse(wheels=1, sources=0)}


def test_they_are_not_looked_for_where_the_project_has_its_own() -> None:
    found, seen = looked(tree("requirements.txt", "api/uv.lock", "requirements/base.txt", "src/"))
    assert isinstance(found, Application)
    assert found.project.unwrap().nested == ()
    assert set(seen.folders) == {"", "src"}


WORKSPACE = '[tool.uv.workspace]\nmembers = ["old", "packages/*", "deep/**"]\nexclude = ["packages/not"]\n'


@pytest.mark.parametrize(
    ("folder", "member"),
    [("old", True), ("packages/a", True), ("packages/not", False), ("packages", False), ("packages/a/b", False),
     ("other/old", False), ("deep/er/still", True), ("else", False)],
)  # fmt: skip
@pytest.mark.parametrize("root", ["", "services"])
def test_a_folder_below_a_workspace_is_a_member_if_it_is_declared_to_be_one(
    root: str, folder: str, member: bool
) -> None:
    files = tree("uv.lock", f"{folder}/pyproject.toml", under=root) | {str(Path(root, "pyproject.toml")): WORKSPACE}
    found = project(files, BP_PYTHON_PROJECT_DIR=str(Path(root, folder)))
    assert found.workspace == (root if member else None)
    assert set(found.workspace_texts) == ({"uv.lock", "pyproject.toml"} if member else set())


def test_the_nearest_workspace_counts() -> None:
    files = {"uv.lock": "", "pyproject.toml": WORKSPACE, "deep/uv.lock": "", "deep/packages/a/pyproject.toml": ""}
    assert project(files, BP_PYTHON_PROJECT_DIR="deep/packages/a").workspace == ""
    assert (
        project(files | {"deep/pyproject.toml": WORKSPACE}, BP_PYTHON_PROJECT_DIR="deep/packages/a").workspace == "deep"
    )


@pytest.mark.parametrize("more", [{"old/uv.lock": ""}, {"old/requirements.txt": ""}])
def test_who_has_a_lock_or_declares_no_project_is_no_member(more: Tree) -> None:
    files = {"uv.lock": "", "pyproject.toml": WORKSPACE, **more}
    assert project(files, BP_PYTHON_PROJECT_DIR="old").workspace is None


def versions(files: Tree, **variables: str) -> dict[str, str]:
    return {name: each.text for name, each in read(files, **variables).version_files.items()}


def test_a_version_file_of_the_project_comes_before_the_roots() -> None:
    files = {
        "api/app.py": "",
        ".python-version": "root",
        "mise.toml": "root",
        "runtime.txt": "root",
        "setup.cfg": "root",
    }
    assert versions(files, BP_PYTHON_PROJECT_DIR="api") == {".python-version": "root", "mise.toml": "root"}
    files["api/.python-version"] = files["api/setup.cfg"] = "own"
    assert versions(files, BP_PYTHON_PROJECT_DIR="api") == {
        ".python-version": "own",
        "mise.toml": "root",
        "setup.cfg": "own",
    }


def test_the_lock_of_the_workspace_says_which_python_and_its_declaration_does_not() -> None:
    files = {"uv.lock": "shared", "pyproject.toml": WORKSPACE, "old/pyproject.toml": "own"}
    assert versions(files, BP_PYTHON_PROJECT_DIR="old") == {"uv.lock": "shared", "pyproject.toml": "own"}


def test_a_folder_of_a_files_name_declares_nothing() -> None:
    found = project(tree("uv.lock/x", "pyproject.toml", "other/"))
    assert found.names == ("other", "pyproject.toml")
    assert set(found.texts) == {"pyproject.toml"}


def _with(folder: str, seen: Listing | None) -> Application | Look | NotListed:
    root = Listing(names=("api",), folders=frozenset({"api"}))
    return application(Seen(folders={"": root, folder: seen}), {"BP_PYTHON_PROJECT_DIR": "api"})


def test_a_project_that_is_elsewhere_or_nowhere_is_refused() -> None:
    for seen, word in ((None, "no folder"), (Listing(outside=True), "by a link")):
        found = _with("api", seen)
        assert isinstance(found, Application)
        assert isinstance(found.project, Failure)
        assert word in found.project.failure().because


@pytest.mark.parametrize("folder", ["", "api"])
def test_a_folder_that_matters_and_cannot_be_listed_is_an_error(folder: str) -> None:
    assert _with(folder, Listing(unlisted="Permission denied")) == NotListed(folder=folder, detail="Permission denied")


_NAMES = st.sampled_from(
    [*(each.lock for each in MANAGERS.values()), "app.py", "api", "src", "requirements", ".python-version", "uv.toml"]
)


@given(
    st.dictionaries(st.lists(_NAMES, min_size=1, max_size=4).map("/".join), st.sampled_from(["", WORKSPACE, "x ="])),
    st.sampled_from(["", "api", "api/src", "nowhere"]),
)
def test_any_tree_has_an_answer_in_a_few_looks(files: dict[str, str], folder: str) -> None:
    # Nothing is both a file and a folder.
    files = {path: text for path, text in files.items() if not any(other.startswith(f"{path}/") for other in files)}
    found = read(files, BP_PYTHON_PROJECT_DIR=folder)
    if isinstance(found.project, Success):
        own = found.project.unwrap()
        assert set(own.texts) <= set(own.names)
        assert (own.workspace is None) is (not own.workspace_texts)


def collected(files: Tree, pending: Pending) -> Requirements:
    found: Pending | Requirements = pending
    while isinstance(found, Pending):
        assert not set(found.paths) & set(found.read)
        found = advance(found, {path: files[path].encode() if path in files else None for path in found.paths})
    return found


def test_requirements_start_where_variables_and_pips_settings_say() -> None:
    files = {"requirements.txt": "-r more.txt\na\n", "more.txt": "b\n-c limits.txt\n", "limits.txt": "", "own.txt": ""}
    found = collected(files, requirements({}, {}))
    assert set(found.texts) == {"requirements.txt", "more.txt", "limits.txt"}
    assert found.found is not None
    assert found.found.unwrap().paths == ("requirements.txt", "more.txt", "limits.txt")
    named = collected(files, requirements({REQUIREMENTS_VARIABLE: "own.txt"}, {"PIP_CONSTRAINT": "limits.txt"}))
    assert set(named.texts) == {"own.txt", "limits.txt"}
    peers = {PEER_REQUIREMENTS_VARIABLE: "limits.txt"}
    assert set(collected(files, requirements(peers, {})).texts) == {"limits.txt"}
    assert set(collected(files, requirements({REQUIREMENTS_VARIABLE: "own.txt", **peers}, {})).texts) == {"own.txt"}
    both = {REQUIREMENTS_VARIABLE: "own.txt", "PIP_CONSTRAINT": "more.txt"}
    assert "more.txt" in collected(files, requirements(both, {"PIP_CONSTRAINT": "limits.txt"})).texts


def test_without_a_file_to_start_from_there_are_none() -> None:
    assert collected({}, requirements({}, {})) == Requirements(found=None, texts={})
    missing = collected({"requirements.txt": "-r gone.txt\n"}, requirements({}, {}))
    assert isinstance(missing.found, Failure)
