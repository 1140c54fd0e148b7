"""What setuptools leaves among an application's files goes, and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.leftovers import leftovers
from shell.layer_store import remove_files
from shell.sources import build_folders

BUILT = frozenset({
    "build/", "build/bdist.linux-x86_64/", "build/lib/", "build/lib/shop/", "build/lib/shop/main.py",
    "src/shop.egg-info/", "src/shop.egg-info/PKG-INFO", "src/shop.egg-info/SOURCES.txt",
    ".poetry/", ".poetry/plugins/", ".poetry/plugins/export.py",
})  # fmt: skip


def removed(before: frozenset[str], after: frozenset[str]) -> set[str]:
    return {path for step in leftovers("/app", before, after) for path in (*step.files, *step.directories)}


def test_what_a_build_leaves_goes() -> None:
    assert removed(frozenset(), BUILT) == {path.rstrip("/") for path in BUILT}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Nothing appeared.
        (BUILT, BUILT),
        # A front end's build, made by a hook.
        (frozenset(), frozenset({"build/", "build/static/", "build/static/app.js", "build/lib/", "build/lib/x.js"})),
        # Metadata that were there, and were written anew.
        (frozenset({"a.egg-info/", "a.egg-info/PKG-INFO"}), frozenset({"a.egg-info/", "a.egg-info/PKG-INFO"})),
        # The user's own.
        (frozenset({".poetry/", ".poetry/a"}), frozenset({".poetry/", ".poetry/b"})),
        (frozenset(), frozenset({"x.poetry/", "x.poetry/a"})),
        # No metadata.
        (frozenset(), frozenset({"a.egg-info/", "a.egg-info/notes.txt"})),
    ],
)
def test_everything_else_stays(before: frozenset[str], after: frozenset[str]) -> None:
    assert removed(before, before | after) == set()


def test_in_a_folder_of_the_users_only_what_was_built_goes() -> None:
    before = frozenset({"build/", "build/static/", "build/static/app.js", "build/lib/", "build/lib/mine.py"})
    gone = removed(before, before | BUILT | {"build/static/new.js"})
    assert gone == {path.rstrip("/") for path in BUILT - before}


_paths = st.frozensets(
    st.lists(
        st.sampled_from(["build", "lib", "bdist.linux", "a.egg-info", "PKG-INFO", "shop", ".poetry"]),
        min_size=1,
        max_size=4,
    )
    .map("/".join)
    .flatmap(lambda path: st.sampled_from([path, f"{path}/"]))
)


@given(_paths, _paths)
def test_nothing_that_was_there_is_ever_removed(before: frozenset[str], after: frozenset[str]) -> None:
    assert removed(before, after).isdisjoint(
        {path.rstrip("/") for path in before} - {p.rstrip("/") for p in after - before}
    )
    assert {path for step in leftovers("/app", before, after) for path in step.files}.isdisjoint(before)


def test_a_real_tree_is_as_before(tmp_path: Path) -> None:
    def write(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)

    write("src/shop/main.py", "web/build/static/app.js", "node_modules/x/build/bdist.a/y")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    seen = build_folders(tmp_path)
    assert seen == {"web/build/", "web/build/static/", "web/build/static/app.js"}
    (tmp_path / "build/bdist.linux-x86_64").mkdir(parents=True)
    write("build/lib/shop/main.py", "src/shop.egg-info/PKG-INFO", "src/shop.egg-info/top_level.txt")
    for step in leftovers(str(tmp_path), seen, build_folders(tmp_path)):
        remove_files(Path(step.root), step.files, step.directories)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
