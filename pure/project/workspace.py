"""Decides whether a folder is a member of the uv workspace above it (uv's documentation, "Using workspaces")."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from pure.outcome import Failure
from pure.project import declarations
from pure.project.document import Document, at, words


def has_member(texts: Mapping[str, Document], folder: str) -> bool:
    """Whether the files of a workspace's root, by name, declare ``folder`` (relative to it) a member.

    The lock isn't asked: where it doesn't know a member yet, it is out of date, and uv says so. Where the declaration
    can't be read, its error has to come up, so the answer is yes.
    """
    pyproject = texts.get(declarations.FILE)
    if pyproject is None:
        return False
    loaded = pyproject.toml
    if isinstance(loaded, Failure):
        return True
    members, excluded = (at(loaded.unwrap(), ("tool", "uv", "workspace", key)) for key in ("members", "exclude"))
    return _matches(folder, members) and not _matches(folder, excluded)


def _matches(folder: str, patterns: object) -> bool:
    path = PurePosixPath(folder)
    for pattern in words(patterns):
        wanted = PurePosixPath(pattern)
        if "**" in wanted.parts:
            start = wanted.parts[: wanted.parts.index("**")]
            if path.parts[: len(start)] == start:
                return True
        # The same number of parts: ``match`` would look at the last ones only.
        elif len(wanted.parts) == len(path.parts) and wanted.parts and path.match(str(wanted)):
            return True
    return False
