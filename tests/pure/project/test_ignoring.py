"""Which pattern of which ignore file leaves a file out of what is uploaded."""

import pytest
from pure.project.ignoring import IGNORE_FILES, LeavesOut, left_out

from tests.documents import document


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.md", "README.md"),
        ("README.md", "README.md"),
        ("/README.md", "README.md"),
        ("README*", "README.md"),
        ("docs", "docs/README.md"),
        ("docs/", "docs/README.md"),
        ("**/LICENSE", "legal/LICENSE"),
        ("*" * 2000, "README.md"),
        ("*R*E*A*D*M*E*", "README.md"),
    ],
)
def test_a_pattern_that_leaves_a_file_out(pattern: str, path: str) -> None:
    for name in IGNORE_FILES:
        files = {name: document(f"# what isn't uploaded\n\n{pattern}\r\n")}
        assert left_out(path, files) == (LeavesOut(file=name, pattern=pattern, place="line 3"),)


@pytest.mark.parametrize("lines", ["*.md\n!README.md\n", "docs/\n", "# README.md\n", "", "*x" * 9000, "/docs/*.md\n"])
def test_a_file_that_is_not_left_out(lines: str) -> None:
    assert left_out("README.md", {".gitignore": document(lines)}) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '[io.buildpacks]\nexclude = ["docs", "*.md"]\n',
            LeavesOut(file="project.toml", pattern="*.md", place="exclude"),
        ),
        ('[build]\nexclude = ["README.md"]\n', LeavesOut(file="project.toml", pattern="README.md", place="exclude")),
        ('[io.buildpacks]\ninclude = ["*.py"]\n', LeavesOut(file="project.toml", pattern="", place="include")),
        ('[io.buildpacks]\ninclude = ["*.py", "*.md"]\n', None),
        ('[io.buildpacks]\nexclude = ["docs"]\n', None),
        ("exclude = [", None),
    ],
)
def test_the_descriptor(text: str, found: LeavesOut | None) -> None:
    assert left_out("README.md", {"project.toml": document(text)}) == ((found,) if found else ())
