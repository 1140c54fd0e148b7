"""What tools really said, as it is kept, and what users are told about it."""

import re

import pytest
from pure.complaints.reasons import FileMissingInBuild, Needed, PackageUnknown, Recognised, VersionInGit
from pure.complaints.rules import RULES
from pure.disk import DiskFull
from pure.report.build_log import error_lines
from pure.report.prose.disk import describe_full_disk
from pure.report.prose.recognised import describe_installer

from tests.golden import check_golden
from tests.recognition.expected import APPLICATIONS, FOLDER, PIP, TOOLS, read, recognised

KEPT = [(path.parent.name, path.stem) for path in sorted(FOLDER.glob("*/*.txt"))]
# What couldn't be brought about here: known from the tools' sources and documentation alone. Of a rule for something
# that builds lack, the others of its kind show how it would be said.
UNSEEN = (
    "geos-config",
    "jpeglib",
    "(?:ffi[.]h)",
    "openssl/",
    "snappy-c",
    "hdf5",
    "gfortran",
    "swig",
    "(?:make)",
    "PyO3's maximum supported version",
    r"HTTP error (?P<status>5\d\d) while getting",
)


def _expected(tool: str, scene: str) -> type[Recognised | DiskFull] | None:
    if scene.startswith("source_"):
        return Needed
    if scene.startswith("in_git_"):
        return VersionInGit
    if scene.startswith("project_"):
        lacks_package = scene.endswith("no_files") or "setuptools" in scene
        return PackageUnknown if lacks_package else FileMissingInBuild
    return PIP[scene] if tool == "pip" else TOOLS[tool][scene]


@pytest.mark.parametrize(("tool", "scene"), KEPT)
def test_what_a_tool_said_is_recognised(tool: str, scene: str) -> None:
    assert type(recognised(tool, read(tool, scene))) is _expected(tool, scene)


def test_every_scene_is_kept() -> None:
    wanted = {("pip", scene) for scene in PIP}
    wanted |= {(tool, scene) for tool, scenes in TOOLS.items() for scene, kind in scenes.items() if kind}
    assert wanted <= set(KEPT)


def test_the_words_are_those_of_the_golden_file() -> None:
    blocks = []
    for tool, scene in KEPT:
        said = read(tool, scene)
        found = recognised(tool, said)
        message = (
            describe_full_disk(found)
            if isinstance(found, DiskFull)
            else describe_installer(APPLICATIONS[tool], "<version>", found, returncode=said.returncode, signal=None)
        )
        lines = "\n".join(line for line in error_lines(message)[2:] if line)
        blocks.append(f"[{tool}: {scene.replace('_', ' ')}]\n{lines}\n")
    check_golden("errors_recognised", "\n".join(blocks))


@pytest.mark.parametrize(("tool", "scene"), KEPT)
def test_nothing_of_this_machine_is_kept(tool: str, scene: str) -> None:
    text = (FOLDER / tool / f"{scene}.txt").read_text(encoding="utf-8")
    assert not re.search(r"hunter2|127\.0\.0\.1|/root\b|(?<!stage)/home/(?!ana|conda)|pytest|\.pyenv", text)
    hosts = set(re.findall(r"://([^/\s'\"`:)>,]+)", text))
    assert hosts <= {"host.example"}


def test_every_rule_is_taken_from_real_output_but_for_those_named() -> None:
    texts = [" ".join(" ".join(read(tool, scene).lines).split()) for tool, scene in KEPT]
    unseen = [rule.pattern for rule in RULES if not any(re.search(rule.pattern, text) for text in texts)]
    assert [pattern for pattern in unseen if not any(name in pattern for name in UNSEEN)] == []
    assert len(unseen) == len(UNSEEN)
