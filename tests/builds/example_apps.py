"""The applications in ``examples/`` as their developers have them: locked and locked again by the real tools."""

import json
import os
import re
import shutil
import sys
import textwrap
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import tomli
from pip._internal.models.index import PyPI
from pure.manager.table import TOOLS
from shell.process import run

from tests.builds.locked import fetch_tool
from tests.builds.workshop import Workshop, normalised
from tests.places import ROOT
from tools import examples

# What each example gets as a further dependency: small, and needed by none of them.
ADDED, ADDED_MODULE = "python-dotenv", "dotenv"
_REQUIREMENT = f"{ADDED}>=1"
_DEPENDENCIES = ("dependencies = [", f'dependencies = ["{_REQUIREMENT}", ')
_GENERATED = shutil.ignore_patterns("__pycache__", "build", "*.egg-info", ".venv", ".pdm-*", *examples.NOT_COMMITTED)
_COMPILE = "pip compile --universal --python-version 3.11 --generate-hashes --quiet requirements.in -o requirements.txt"
# Which example is locked by which commands of which tool.
_COMMANDS = {name: (tool.name, commands) for name, _, tool, commands in examples.LOCKS} | {
    "django-pip": ("uv", (tuple(_COMPILE.split()),)),
    "django-poetry": ("poetry", (("lock", "--no-interaction"),)),
    "litestar-pdm": ("pdm", (("lock", "--update-reuse"),)),
}


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page to request, and what its answer contains.

    ``linked`` says that ``path`` is a pattern of a link in the page before.
    """

    path: str = "/"
    says: str
    linked: bool = False


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an example.

    ``names`` are the distributions that it asks for; ``edit`` is the file that declares them with what is replaced in
    it to declare another. ``explained`` is one that is there by another, if any is. ``bump`` is an older version of the
    tool, by the variable that asks for it. ``kept`` says whether an unchanged build doesn't even ask the tool.
    Without ``pages``, ``prints`` is what it writes by itself. ``at_launch`` says whether its process needs anything at
    its start.
    """

    tool: str
    names: tuple[str, ...]
    explained: str
    edit: tuple[str, str, str]
    bump: tuple[str, str]
    lock: str = ""
    kept: bool = True
    pages: tuple[Page, ...] = ()
    prints: str = ""
    at_launch: bool = True


_PIP = ("BP_PIP_VERSION", "26.1.2")
_UV = ("BP_UV_VERSION", "0.13.2")
EXAMPLES: Mapping[str, Example] = {
    "django-poetry": Example(
        tool="poetry",
        names=("django", "gunicorn", "whitenoise"),
        explained="sqlparse",
        edit=("pyproject.toml", *_DEPENDENCIES),
        bump=("BP_POETRY_VERSION", "2.4.2"),
        lock="poetry.lock",
        pages=(
            Page(says="Hello from Django and Poetry"),
            Page(path=r"/static/pages/style\.css", says="font-family: sans-serif", linked=True),
        ),
    ),
    "streamlit-pylock": Example(
        tool="uv",
        names=("streamlit",),
        explained="rpds-py",
        edit=("pyproject.toml", *_DEPENDENCIES),
        bump=_UV,
        lock="pylock.toml",
        pages=(Page(says="<title>Streamlit</title>"), Page(path="/_stcore/health", says="ok")),
    ),
    "litestar-pdm": Example(
        tool="pdm",
        names=("litestar", "uvicorn"),
        explained="faker",
        edit=("pyproject.toml", *_DEPENDENCIES),
        bump=("BP_PDM_VERSION", "2.28.2"),
        lock="pdm.lock",
        pages=(Page(says='{"message":"Hello from Litestar and PDM"}'),),
    ),
    "flask-pipenv": Example(
        tool="pipenv",
        names=("flask", "gunicorn"),
        explained="itsdangerous",
        edit=("Pipfile", "[packages]\n", f'[packages]\n{ADDED} = ">=1"\n'),
        bump=("BP_PIPENV_VERSION", "2026.9.1"),
        lock="Pipfile.lock",
        pages=(Page(says="Hello from Flask and Pipenv"),),
    ),
    "django-pip": Example(
        tool="pip",
        names=("django", "gunicorn", "whitenoise"),
        explained="sqlparse",
        edit=("requirements.in", "", f"{_REQUIREMENT}\n"),
        bump=_PIP,
        lock="requirements.txt",
        pages=(
            Page(says="Hello from Django 5"),
            Page(path=r"/static/catalogue/site\.[0-9a-f]+\.css", says="color: #204060", linked=True),
        ),
    ),
    "fastapi-uv": Example(
        tool="uv",
        names=("fastapi", "uvicorn"),
        explained="pydantic-core",
        edit=("pyproject.toml", *_DEPENDENCIES),
        bump=_UV,
        lock="uv.lock",
        pages=(Page(path="/?name=you", says='{"message":"Hello, you, from FastAPI and uv"}'),),
    ),
    "workspace-uv": Example(
        tool="uv",
        names=("api", "greeting", "starlette", "uvicorn"),
        explained="h11",
        edit=("packages/api/pyproject.toml", *_DEPENDENCIES),
        bump=_UV,
        lock="uv.lock",
        kept=False,
        pages=(Page(says="Hello, workspace"),),
    ),
    "src-layout-setuptools": Example(
        tool="pip",
        names=("quotes", "bottle"),
        explained="bottle",
        edit=("pyproject.toml", *_DEPENDENCIES),
        bump=_PIP,
        kept=False,
        pages=(Page(says="Simple is better than complex."),),
        at_launch=False,
    ),
    "pip-flask": Example(
        tool="pip",
        names=("flask", "gunicorn"),
        explained="jinja2",
        edit=("requirements.txt", "", f"{_REQUIREMENT}\n"),
        bump=_PIP,
        kept=False,
        pages=(Page(says="Hello from Flask on Python 3."),),
    ),
    "bot-only": Example(
        tool="pip",
        names=("humanize",),
        explained="humanize",
        edit=("requirements.txt", "", f"{_REQUIREMENT}\n"),
        bump=_PIP,
        kept=False,
        prints="The bot has been running for",
        at_launch=False,
    ),
}  # fmt: skip


class Checkout:
    """A developer's copy of an example; ``app`` is what is built, without what the developer wouldn't commit."""

    def __init__(self, name: str, root: Path, workshop: Workshop) -> None:
        self.name, self.example, self.workshop = name, EXAMPLES[name], workshop
        self.folder, self.app = root / "checkout" / name, root / "pushed" / name
        shutil.copytree(ROOT / "examples" / name, self.folder, ignore=_GENERATED)
        if name == "django-poetry":
            self._use_reachable_index()
        if self.example.lock and not (self.folder / self.example.lock).exists():
            self._lock()
        self._push()

    def add_a_dependency(self) -> None:
        """Declare it, and lock again."""
        file, old, new = self.example.edit
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else text + new)
        if self.example.lock:
            self._lock()
        self._push()

    def _lock(self) -> None:
        tool, commands = _COMMANDS[self.name]
        examples.make(self.folder, TOOLS[tool], commands, place=fetch_tool(self.workshop, tool))

    def _push(self) -> None:
        # An application has one lock; uv's is only the way to the standard one.
        others = set(examples.NOT_COMMITTED) - {self.example.lock}
        ignored = shutil.ignore_patterns("__pycache__", ".venv", ".pdm-*", *others)
        shutil.copytree(self.folder, self.app, ignore=ignored, dirs_exist_ok=True)

    def _use_reachable_index(self) -> None:
        """Have Poetry ask the index that pip asks here, where the one that Poetry asks by itself doesn't do.

        Poetry asks the default index for more than the simple API, which not every mirror of it answers, and knows no
        setting of pip's. The lock is made again then: with the same versions and files, or this fails.
        """
        url = _index_for_poetry()
        if url is None:
            return
        committed = _locked_files(self.folder)
        with (self.folder / "pyproject.toml").open("a") as file:
            file.write(f'\n[[tool.poetry.source]]\nname = "mirror"\nurl = "{url}"\npriority = "primary"\n')
        self._lock()
        assert _locked_files(self.folder) == committed


def _index_for_poetry() -> str | None:
    """The index to name in Poetry's configuration; ``None`` where Poetry's own choice does."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    for setting in ("install.index-url", "global.index-url"):
        said = run((sys.executable, "-m", "pip", "config", "get", setting), env=dict(os.environ))
        if said.ok:
            return said.stdout.strip()
    version = next(text for text in _locked_files(ROOT / "examples" / "django-poetry") if text.startswith("django "))
    try:
        urllib.request.urlopen(f"{PyPI.url}pypi/{version.replace(' ', '/')}/json", timeout=60).close()
    except urllib.error.HTTPError:
        return PyPI.simple_url
    return None


def _locked_files(folder: Path) -> dict[str, Any]:
    """The files with their hashes of all that is locked, by name and version."""
    packages = tomli.loads((folder / "poetry.lock").read_text())["package"]
    return {f"{each['name']} {each['version']}": each["files"] for each in packages}


_LISTED = re.compile(r"(^  Installed )\d+( distributions? in .*\n)((?:    \S.*\n)+)", re.MULTILINE)
_DIFFERENCE = re.compile(r"^(    [+~] \S+) .*$", re.MULTILINE)
_TAKEN = re.compile(r"^    (?:Building|Built|Downloading|Downloaded|Prepared) .*\n", re.MULTILINE)


def golden_log(example: Example, log: str) -> str:
    """A build's log without what the package index, the machine and the day decide.

    Of the distributions, those stay by name that the example asks for. The tool's own version stays if it was asked
    for.
    """
    text = re.sub(r"Start it:  \S*lamina run .*", "Start it:  lamina run …", log)
    text = text.replace(">=3.11", ">=<declared>")
    # Poetry's lock is longer where it names an index.
    text = re.sub(r"(poetry|pdm)\.lock, line \d+", r"\1.lock, line <line>", text)
    text = _TAKEN.sub("", text)
    text = _LISTED.sub(lambda found: f"{found[1]}<count>{found[2]}{_collapsed(example, found[3])}", text)
    text = _DIFFERENCE.sub(r"\1 <version>", text)
    text = re.sub(r"\b\d+ distributions kept", "<count> distributions kept", text)
    text = re.sub(r"^Django [0-9.]+$", "Django <version>", text, flags=re.MULTILINE)
    if example.tool != "pip":
        pinned = re.search(rf"^{example.tool}==(\S+)", (ROOT / TOOLS[example.tool].pin_file).read_text(), re.MULTILINE)
        assert pinned is not None
        text = re.sub(rf"\b{re.escape(pinned[1])}(?![\w.])", "<pinned>", text)
    return normalised(text)


def _collapsed(example: Example, listed: str) -> str:
    """The names that the example asks for, and that there are others."""
    found = [item.split(" ")[0] for item in " ".join(listed.split()).split(", ")]
    named = [f"{name} <version>" for name in found if name in (*example.names, ADDED)]
    more = ["<others>"] if len(named) < len(found) else []
    return textwrap.indent(", ".join([*named, *more]), "    ") + "\n"


def image_digests(cache: Path) -> dict[str, str]:
    """The digests of the image's layers by name."""
    image = json.loads((cache / "image" / "image.json").read_bytes())
    return {layer["name"]: layer["diff_id"] for layer in image["layers"]}


def cache_digests(cache: Path) -> dict[str, str]:
    """The digests of the cached layers by name, without pip's cache, in which pip notes when it asked."""
    stored = json.loads((cache / "cache" / "metadata.json").read_bytes())
    found = {name: layer["sha"] for each in stored["buildpacks"] for name, layer in each["layers"].items()}
    return {name: digest for name, digest in found.items() if name != "pip-cache"}
