"""The documentation: it says what the code has, its links lead somewhere, and its examples are what readers take."""

import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import yaml
from pure.build.foreign import FILES, VARIABLES, Builder
from pure.build.unheard import HONOURED
from pure.complaints.system_libraries import VARIANTS
from pure.lifecycle.project_toml import read_descriptor
from pure.outcome import Success
from pure.report.prose.apt import apt_lines
from pure.report.prose.findings import finding_lines
from pure.venv.lacks import MissingLibraries
from shell.detect import ERROR, FAIL, PASS
from shell.failure import INTERNAL_ERROR, UNPRINTED

from tests.places import ROOT

DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md", *sorted(DOCS.glob("*.md")))
FROM: dict[str, tuple[Builder, ...]] = {
    "from-paketo.md": ("Paketo",),
    "from-heroku.md": ("Heroku",),
    "from-google.md": ("Google",),
    "from-others.md": ("Railpack", "Nixpacks", "App Service"),
}
BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
COMMENT = re.compile(r"[ \t]+#.*$", re.MULTILINE)


def blocks(*languages: str) -> Iterator[tuple[str, str]]:
    """The examples in these languages, each with its page's name."""
    for page in PAGES:
        for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
            if found["language"] in languages:
                yield page.name, textwrap.dedent(found["text"])


def rows(page: str) -> Iterator[list[str]]:
    """The rows of a page's tables, as cells."""
    for line in (DOCS / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_a_newcomer_reads_80_lines_at_most() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_each_page_is_linked_from_the_first() -> None:
    linked = {target.partition("#")[0] for target in LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= linked


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_all_settings_are_listed() -> None:
    pages = [page.name for page in DOCS.glob("*.md") if page.name not in FROM]
    documented = {name for page in pages for row in rows(page) for name in re.findall(r"`(BP_\w+)`", row[0])}
    assert documented == set(HONOURED)


@pytest.mark.parametrize("page", FROM)
def test_other_builders_names_are_those_of_the_table(page: str) -> None:
    documented = {row[0].strip("`"): row[1] for row in rows(page) if row[1] in ("honoured", "warning")}
    known = {
        row.name: "warning" if row.instead else "honoured" for row in (*VARIABLES, *FILES) if row.builder in FROM[page]
    }
    assert documented == known


def test_names_of_nobody_are_mentioned() -> None:
    text = (DOCS / "from-others.md").read_text(encoding="utf-8")
    assert all(f"`{row.name}`" in text for row in (*VARIABLES, *FILES) if row.builder == "nobody")
    builders = {row.builder for row in (*VARIABLES, *FILES)}
    assert builders == {"nobody", *(each for page in FROM.values() for each in page)}


def test_system_packages_are_offered_as_the_pages_show() -> None:
    missing = MissingLibraries(
        distribution="opencv-python",
        path="lib/python3.13/site-packages/cv2/cv2.abi3.so",
        libraries=("libGL.so.1", "libgthread-2.0.so.0"),
        packages=("libgl1", "libglib2.0-0"),
        instead=VARIANTS["opencv-python"],
    )
    said = (*finding_lines(missing), *apt_lines(missing.packages))
    assert "\n".join(f"  {line}" for line in said) in (DOCS / "system-packages.md").read_text(encoding="utf-8")
    needed = apt_lines(("libpq-dev", "build-essential"))
    assert "\n".join(f"    {line}" for line in needed) in (DOCS / "log.md").read_text(encoding="utf-8")


def test_exit_statuses_are_those_of_the_programs() -> None:
    rows = [line.split("|")[1:3] for line in (DOCS / "log.md").read_text().splitlines() if line.startswith("| ")]
    listed = {status.strip() for _, status in rows}
    assert {str(PASS), str(FAIL), str(ERROR), str(INTERNAL_ERROR), str(UNPRINTED)} <= listed


@pytest.mark.parametrize(("page", "text"), list(blocks("toml")))
def test_toml(page: str, text: str) -> None:
    document = tomllib.loads(text)
    if "project.toml" in text.partition("\n")[0]:
        assert isinstance(read_descriptor(text.encode()), Success)
        assert document["_"]["schema-version"] == "0.2"
        assert set(document) <= {"_", "io", "com"}


class Named(msgspec.Struct, forbid_unknown_fields=True):
    """An entry of a builder's environment."""

    name: str
    value: str
    suffix: str = ""


class Uri(msgspec.Struct, forbid_unknown_fields=True):
    uri: str


class Member(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    version: str = ""


class Order(msgspec.Struct, forbid_unknown_fields=True):
    group: list[Member]


class Image(msgspec.Struct, forbid_unknown_fields=True):
    image: str
    mirrors: list[str] = []


class BuildImage(msgspec.Struct, forbid_unknown_fields=True):
    image: str
    env: list[Named] = []


class RunImages(msgspec.Struct, forbid_unknown_fields=True):
    images: list[Image]


class Lifecycle(msgspec.Struct, forbid_unknown_fields=True):
    version: str


class BuilderToml(msgspec.Struct, forbid_unknown_fields=True):
    """What pack reads of a builder.toml, as far as the examples use it."""

    description: str
    buildpacks: list[Uri]
    order: list[Order]
    build: BuildImage
    run: RunImages
    lifecycle: Lifecycle


def test_the_builder_is_what_pack_reads() -> None:
    (text,) = (text for page, text in blocks("toml") if page == "builder.md")
    builder = msgspec.toml.decode(text, type=BuilderToml)
    buildpack = tomllib.loads((ROOT / "buildpack.toml").read_text())["buildpack"]
    assert builder.order[0].group == [Member(id=buildpack["id"], version=buildpack["version"])]
    assert {each.name for each in builder.build.env} <= set(HONOURED)
    # The images are those that the page's other examples make.
    commands = "\n".join(text for page, text in blocks("sh") if page == "builder.md")
    assert all(image in commands for image in (builder.build.image, builder.run.images[0].image))


def documents(page: str) -> list[dict[str, object]]:
    return [found for name, text in blocks("yaml") if name == page for found in yaml.safe_load_all(text)]


def test_kpacks_resources_refer_to_each_other() -> None:
    found = {str(each["kind"]): each for each in documents("kpack.md")}
    assert list(found) == ["ClusterStore", "ClusterStack", "ClusterBuilder", "Image"]
    names = {kind: each["metadata"]["name"] for kind, each in found.items()}  # type: ignore[index]
    builder, image = found["ClusterBuilder"]["spec"], found["Image"]["spec"]
    for place in (builder["stack"], builder["store"], image["builder"]):  # type: ignore[index]
        assert names[place["kind"]] == place["name"]
    assert builder["order"] == [{"group": [{"id": "lamina/python"}]}]  # type: ignore[index]
    assert {each["name"] for each in image["build"]["env"]} <= set(HONOURED)  # type: ignore[index]


# The parameters and workspaces of the task `buildpacks` 0.6 of Tekton's catalogue.
TEKTON = {
    *("APP_IMAGE", "BUILDER_IMAGE", "SOURCE_SUBPATH", "ENV_VARS", "PROCESS_TYPE", "RUN_IMAGE", "CACHE_IMAGE"),
    *("SKIP_RESTORE", "USER_ID", "GROUP_ID", "PLATFORM_DIR"),
}


def test_tektons_parameters_are_those_of_its_task() -> None:
    (run,) = documents("tekton.md")
    (task,) = (each for each in run["spec"]["pipelineSpec"]["tasks"] if each["name"] == "build")  # type: ignore[index]
    given = {each["name"]: each["value"] for each in task["params"]}
    assert set(given) <= TEKTON
    assert {each.partition("=")[0] for each in given["ENV_VARS"]} <= set(HONOURED)


def scripts(value: object) -> Iterator[str]:
    """The shell's lines in a pipeline."""
    match value:
        case {"run": str(text), **rest}:
            yield text
            yield from scripts(rest)
        case {"script": [*lines], **rest}:
            yield "\n".join(map(str, lines))
            yield from scripts(rest)
        case dict():
            for each in value.values():
                yield from scripts(each)
        case list():
            for each in value:
                yield from scripts(each)
        case _:
            pass


def test_the_shell_reads_pipelines_and_commands() -> None:
    pipelines = [text for page in ("ci.md", "review.md") for each in documents(page) for text in scripts(each)]
    assert len(pipelines) == 8
    for text in (*pipelines, *(text for _, text in blocks("sh"))):
        subprocess.run(["sh", "-n"], input=text, text=True, check=True)


def commands(program: str) -> Iterator[list[str]]:
    """How the pages start a program, word by word: in examples, in pipelines, and within sentences."""
    pipelines = (text for page in ("ci.md", "review.md") for each in documents(page) for text in scripts(each))
    for text in (*(text for _, text in blocks("sh")), *pipelines):
        for line in COMMENT.sub("", text).splitlines():
            for part in line.split(" | "):
                words = _started(part)
                if words and Path(words[0]).name == program:
                    yield words[1:]
    for page in PAGES:
        for quoted in re.findall(rf"`({program} [^`$]*)`", BLOCK.sub("", page.read_text(encoding="utf-8"))):
            yield shlex.split(quoted)[1:]


def _started(line: str) -> list[str]:
    """The words of a line of the shell's."""
    try:
        return shlex.split(line)
    except ValueError:
        # Part of a command that takes several lines.
        return []


def test_make_has_the_targets_and_package_the_options_that_are_used() -> None:
    makefile = (ROOT / "Makefile").read_text()
    used = list(commands("make"))
    assert used
    for words in used:
        assert re.search(rf"^{words[0]}:", makefile, re.MULTILINE)
    asked = [sys.executable, "tools/package.py", "--help"]
    options = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for arguments in re.findall(r'PACKAGE_ARGS="([^"]*)"', text):
        assert all(word in options for word in arguments.split() if word.startswith("-"))
