"""The real pip fails in every way that we know, and the table knows why (LAMINA_UPDATE_GOLDENS=1 keeps its words)."""

import pytest
from pure.complaints.reasons import FileMissingInBuild, PackageUnknown, VersionInGit

from tests.recognition.expected import IN_GIT, PIP, keep, recognised
from tests.recognition.pip_scenes import PIP_SCENES
from tests.recognition.source_scenes import SOURCES, UNBUILDABLE, VERSIONED, build, unbuildable, write_versioned
from tests.recognition.stage import Stage, neutral

# One of each kind in every run; what pip said in the others is kept, and read in every run (test_kept_output.py).
QUICK = {
    "version_unknown", "name_unknown", "conflict", "hash_mismatch", "index_closed", "index_unauthorised",
    "index_unauthorised_name_elsewhere", "file_forbidden", "certificate_untrusted", "git_missing", "killed",
    "disk_full", "conda_list", "compiler_missing",
}  # fmt: skip


def test_every_scene_has_an_expectation() -> None:
    assert PIP_SCENES.keys() == PIP.keys()
    assert PIP_SCENES.keys() >= QUICK


@pytest.mark.parametrize(
    "scene", [each if each in QUICK else pytest.param(each, marks=pytest.mark.heavy) for each in PIP_SCENES]
)
def test_pip_fails(scene: str, stage: Stage) -> None:
    said = PIP_SCENES[scene](stage)
    found = recognised("pip", said)
    assert type(found) is PIP[scene], "\n".join(said.lines)
    assert "hunter2secret" not in repr(found)
    keep("pip", scene, neutral(said, stage))


@pytest.mark.heavy
@pytest.mark.parametrize("source", SOURCES)
def test_a_real_source_distribution_lacks_something_of_the_system(source: str, stage: Stage) -> None:
    said = build(stage, SOURCES[source])
    found = recognised("pip", said)
    assert type(found).__name__ == "Needed", "\n".join(said.lines)
    keep("pip", f"source_{source}", neutral(said, stage))


@pytest.mark.heavy
@pytest.mark.parametrize("kind", UNBUILDABLE)
def test_a_projects_own_files_are_missed(kind: str, stage: Stage) -> None:
    said = unbuildable(stage, kind)
    found = recognised("pip", said)
    if isinstance(found, PackageUnknown):
        assert "files" in kind or kind.startswith("setuptools"), "\n".join(said.lines)
    else:
        assert isinstance(found, FileMissingInBuild), "\n".join(said.lines)
        assert found.path.rpartition("/")[2] in ("README.md", "LICENSE", "VERSION.txt")
    keep("pip", f"project_{kind}", neutral(said, stage))


@pytest.mark.heavy
@pytest.mark.parametrize("kind", VERSIONED)
def test_a_projects_version_is_looked_for_in_git(kind: str, stage: Stage) -> None:
    env = write_versioned(stage, kind)
    said = stage.pip("", env=env)
    assert recognised("pip", said) == VersionInGit(variable=IN_GIT[kind]), "\n".join(said.lines)
    keep("pip", f"in_git_{kind}", neutral(said, stage))
    # What the advice says, helps.
    stage.prepare(stage.pip_command, env={**env, IN_GIT[kind]: "1.2.3"})
    assert list(stage.venv.glob("lib/*/site-packages/mine-1.2.3.dist-info"))
