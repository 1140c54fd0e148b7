"""States which folder of the application is the project, and what it holds."""

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.detection import folder_below
from pure.project.document import Document
from pure.project.vendored import Wheelhouse


class BadProjectFolder(msgspec.Struct, frozen=True, kw_only=True):
    """``BP_PYTHON_PROJECT_DIR`` is no folder below the application's root; ``because`` completes "it …"."""

    value: str
    because: str


class ProjectFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What decides how a project is installed."""

    # Where it lies below the application's root; empty for the root itself.
    folder: str = ""
    # What lies in it, and what the files among it that matter hold.
    names: tuple[str, ...] = ()
    texts: Mapping[str, Document] = {}
    # The folder of the workspace's root above it, if its lock lies there, and that folder's files.
    workspace: str | None = None
    workspace_texts: Mapping[str, Document] = {}
    # The names in src.
    source_names: tuple[str, ...] = ()

    # Those of the names that are folders, and the folders in these, as far as they were looked at.
    folders: frozenset[str] = frozenset()
    inner: tuple[str, ...] = ()

    # What installs something in the folders that may be meant to, by their paths from it; ``None``: there is none such.
    wheelhouses: Mapping[str, Wheelhouse | None] = {}

    # The rest is looked for only where the project itself has no lock.

    # Lock files, or pyproject.toml, one or two folders deeper.
    nested: tuple[str, ...] = ()
    # What may have been meant to be pip's (requirements/prod.txt).
    requirement_files: tuple[str, ...] = ()
    # What pip-compile and uv make those of (requirements.in).
    requirement_inputs: tuple[str, ...] = ()
    # Programs that carry their dependencies in a comment (PEP 723).
    scripts: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The names that aren't known to be folders."""
        return tuple(name for name in self.names if name not in self.folders)


ProjectOutcome: TypeAlias = Outcome[ProjectFiles, BadProjectFolder]


def project_folder(variables: Mapping[str, str]) -> Outcome[str, BadProjectFolder]:
    """The project's folder relative to the application's root; empty for the root itself."""
    value = folder_below(variables)
    path = PurePosixPath(value or ".")
    if path.is_absolute():
        return Failure(BadProjectFolder(value=value, because="is an absolute path"))
    if ".." in path.parts:
        return Failure(BadProjectFolder(value=value, because="leaves the application's folder"))
    if "\0" in value:
        return Failure(BadProjectFolder(value="", because="is no path"))
    return Success("" if str(path) == "." else str(path))


REQUIREMENTS_FOLDER: Final = "requirements"
# What an image needs comes first; what only developers need isn't proposed.
_FOR_IMAGES: Final = ("prod", "deploy", "server", "requirements/requirements", "base", "common", "default", "main")
_FOR_DEVELOPERS: Final = re.compile(r"dev|test|doc|lint|ci\b|local|debug|typing|mypy|build|tools", re.IGNORECASE)
_REQUIREMENTS: Final = re.compile(
    rf"{REQUIREMENTS_FOLDER}/[^/]+\.txt|requirements[-_.][\w.-]+\.txt|[\w.-]+[-_.]requirements\.txt", re.IGNORECASE
)


_INPUTS: Final = re.compile(
    rf"{REQUIREMENTS_FOLDER}/[^/]+\.in"
    r"|(?=[\w.-]+\.in\Z)(?:[\w.-]+[-_.])?requirements(?:[-_.][\w.-]+)?\.in",
    re.IGNORECASE,
)
# The first line of the block, as the specification "Inline script metadata" has it.
_SCRIPT: Final = re.compile(r"^# /// script[ \t]*\r?$", re.MULTILINE)


def has_script_block(text: str) -> bool:
    """Whether a program carries its dependencies in a comment."""
    return _SCRIPT.search(text) is not None


def requirement_inputs(files: Iterable[str]) -> tuple[str, ...]:
    """Those of the files that requirements files are compiled of, the likeliest first."""
    return tuple(sorted((name for name in files if _INPUTS.fullmatch(name)), key=_rank))


def requirement_files(files: Iterable[str]) -> tuple[str, ...]:
    """Those of the files that may be meant for pip instead of ``requirements.txt``, the likeliest first."""
    return tuple(sorted((name for name in files if _REQUIREMENTS.fullmatch(name)), key=_rank))


def _rank(name: str) -> tuple[bool, int, str]:
    lowered = name.lower()
    likely = next((place for place, word in enumerate(_FOR_IMAGES) if word in lowered), len(_FOR_IMAGES))
    return _FOR_DEVELOPERS.search(name.removeprefix(f"{REQUIREMENTS_FOLDER}/")) is not None, likely, name
