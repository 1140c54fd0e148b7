"""Whatever changes in the requirements, the environment is what a first build would make of them, byte for byte."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from shell.process import run

from tests.builds.workshop import PATH, Bench, Workshop, differences, hashed, tree
from tests.local_index import make_project
from tests.often import often

Files = Mapping[str, str | bytes]


def project(folder: Path, source: str) -> dict[str, bytes]:
    """The files of a small project to be installed from the application's own folder."""
    make_project(folder, "local", "1.0", source)
    return {f"pkg/{path.name}": path.read_bytes() for path in folder.iterdir()}


def lines(*requirements: str) -> Callable[[Path], Files]:
    return lambda _: {"requirements.txt": "".join(f"{line}\n" for line in requirements)}


def local(requirement: str, source: str) -> Callable[[Path], Files]:
    return lambda folder: {"requirements.txt": f"gamma\n{requirement}\n", **project(folder, source)}


CHANGES = {
    "added": (lines("alpha==1.0"), lines("alpha==1.0", "gamma")),
    "removed": (lines("alpha==1.0", "beta==1.0", "gamma"), lines("gamma")),
    "upgraded": (lines("alpha==1.0", "gamma"), lines("alpha==2.0", "gamma")),
    "downgraded": (lines("alpha==2.0", "beta==1.1"), lines("alpha==1.1", "beta==1.0")),
    "now a dependency only": (lines("alpha==2.0", "beta==1.0"), lines("beta==1.0")),
    "editable": (local("-e ./pkg", "x = 1\n"), local("-e ./pkg", "x = 2\n")),
    "local path": (local("./pkg", "x = 1\n"), local("./pkg", "x = 2\n")),
    "local path to index": (local("./pkg", "x = 1\n"), lines("alpha", "gamma")),
    "one of two that share a file": (lines("delta", "epsilon"), lines("delta")),
    "second of two that share a file": (lines("epsilon"), lines("delta", "epsilon")),
    "everything removed": (lines("alpha", "beta"), lines("# nothing is required")),
}


@pytest.mark.parametrize("change", often(CHANGES, "one of two that share a file"))
def test_as_a_first_build(change: str, bench: Bench, tmp_path: Path, workshop: Workshop, tools: Path) -> None:
    before, after = CHANGES[change]
    bench.write(before(tmp_path / "before"))
    bench.build()
    bench.write(after(tmp_path / "after"))
    built = bench.build()

    first = Bench(tmp_path / "first", workshop, tools)
    first.write(after(tmp_path / "first-files"))
    first.build()

    assert differences(tree(bench.venv), tree(first.venv)) == [], built.log
    assert bench.versions() == first.versions()


@pytest.mark.heavy
def test_nothing_of_a_removed_distribution_stays(bench: Bench) -> None:
    bench.require("alpha==1.0", "beta==1.0")
    bench.build()
    assert any("alpha" in path for path in tree(bench.venv))
    bench.require("gamma")
    bench.build()
    assert not [path for path in tree(bench.venv) if "alpha" in path or "beta" in path]
    assert bench.versions() == {"gamma": "1.0"}


@pytest.mark.heavy
def test_what_somebody_put_into_the_environment_goes(bench: Bench) -> None:
    bench.require("alpha==1.0")
    bench.build()
    wanted = tree(bench.venv)
    (bench.site / "stray.py").write_text("x = 1\n")
    bench.require("alpha==1.0", "gamma")
    bench.build()
    bench.require("alpha==1.0")
    bench.build()
    assert differences(wanted, tree(bench.venv)) == []


@pytest.mark.heavy
def test_constraints(bench: Bench) -> None:
    files = {"requirements.txt": "alpha\n"}
    bench.write({**files, "limits.txt": "alpha<1.1\n"})
    env = {"PIP_CONSTRAINT": "limits.txt"}
    bench.build(env)
    assert bench.versions() == {"alpha": "1.0"}
    bench.write({**files, "limits.txt": "alpha<2\n"})
    assert "alpha 1.0 → 1.1" in bench.build(env).log
    assert "alpha 1.1 → 2.0" in bench.build().log


@pytest.mark.heavy
def test_pinned_requirements_are_not_kept_when_a_constraint_changes(bench: Bench, workshop: Workshop) -> None:
    pinned = {"requirements.txt": hashed(workshop.wheels, "alpha==1.0", "beta==1.0")}
    bench.write({**pinned, "limits.txt": hashed(workshop.wheels, "alpha==1.0")})
    env = {"PIP_CONSTRAINT": "limits.txt"}
    bench.build(env)
    assert bench.build(env).actions()["venv"] == "kept"
    bench.write({**pinned, "limits.txt": hashed(workshop.wheels, "alpha==1.0", "gamma==1.0")})
    assert bench.build(env).actions()["venv"] == "reconciled"
    bench.write({**pinned, "limits.txt": "alpha>1.5\n"})
    assert bench.try_build(env).status == 1


@pytest.mark.heavy
def test_requirements_that_give_the_same_give_the_same_layer(bench: Bench, workshop: Workshop) -> None:
    pinned = hashed(workshop.wheels, "alpha==1.0", "beta==1.0")
    bench.write({"requirements.txt": pinned})
    bench.build()
    wanted = tree(bench.venv)
    # As after another wheel of the same version was published.
    bench.write({"requirements.txt": pinned.rstrip() + f" --hash=sha256:{'0' * 64}\n"})
    assert bench.build().actions()["venv"] == "reconciled"
    assert differences(wanted, tree(bench.venv)) == []
    assert bench.build().actions()["venv"] == "kept"


@pytest.mark.heavy
def test_a_branch_of_a_repository(bench: Bench, tmp_path: Path) -> None:
    if shutil.which("git", path=PATH) is None:
        pytest.skip("there is no git on this machine")
    repository = make_project(tmp_path / "bench" / "home" / "repository", "local", "1.0", "x = 1\n")
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    env = {"PATH": PATH, "HOME": str(tmp_path), **dict.fromkeys(names, "test")}

    def git(*arguments: str) -> None:
        done = run(("git", "-C", str(repository), *arguments), env=env)
        assert done.ok, done.stderr

    def commit(source: str) -> None:
        (repository / "local.py").write_text(source)
        git("add", ".")
        git("commit", "--quiet", "--message", source.strip())

    git("init", "--quiet", "--initial-branch=main")
    commit("x = 1\n")
    bench.require("alpha==1.0", "local @ git+file:///cnb/home/repository@main")
    bench.build()
    assert (bench.site / "local.py").read_text() == "x = 1\n"
    commit("x = 2\n")
    bench.build()
    assert (bench.site / "local.py").read_text() == "x = 2\n"


@pytest.mark.heavy
def test_the_environment_works(bench: Bench) -> None:
    bench.require("alpha==1.0", "beta==1.0")
    bench.build()
    bench.require("alpha==2.0", "beta==1.1")
    bench.build()
    program = "import alpha, beta, gamma, sys; print(alpha.VERSION, gamma.gamma(), sys.prefix)"
    answer = bench.execute("/layers/lamina_python/venv/bin/python", "-c", program)
    assert answer.log == "2.0 3 /layers/lamina_python/venv\n"
    # Without a pip in it, as promised.
    assert bench.execute("/layers/lamina_python/venv/bin/python", "-m", "pip").status == 1


@pytest.mark.skipif(shutil.which("git") is None, reason="a repository needs git")
@pytest.mark.heavy
def test_an_editable_repository_is_built_again_and_leaves_no_history(bench: Bench, tmp_path: Path) -> None:
    bench.require("-e git+file:///workspace/repository#egg=remote")
    repository = bench.app / "repository"
    make_project(repository, "remote", "1.0", "x = 1\n")
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "one")):
        done = run(("git", *arguments), env={"PATH": PATH, "HOME": str(tmp_path), **who}, cwd=repository)
        assert done.ok, done.stderr
    first = bench.build()
    wanted = tree(bench.venv)
    assert bench.versions() == {"remote": "1.0"}, first.log
    assert not [path for path in wanted if "/.git/" in path]
    again = bench.build()
    assert "remote is an editable checkout of a repository" in again.log
    assert differences(wanted, tree(bench.venv)) == []
