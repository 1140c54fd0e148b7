"""Decides whether a folder is a member of the uv workspace above it (uv's documentation, "Using workspaces")."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import msgspec

from pure.outcome import Failure
from pure.project import declarations
from pure.project.document import Document, at, words
from pure.project.seen import Look, Seen, inside


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace that a folder is a member of."""

    # Its root, from the application's; empty for that one.
    folder: str
    # The files in it that matter.
    texts: Mapping[str, Document]


def workspace_above(seen: Seen, home: str, *, lock: str, configuration: tuple[str, ...]) -> Workspace | Look | None:
    """The nearest workspace above ``home`` that has its ``lock`` and declares ``home`` a member, if there is one."""
    parents = tuple("" if str(path) == "." else str(path) for path in PurePosixPath(home).parents)
    if look := seen.unseen(files=(inside(parent, lock) for parent in parents)):
        return look
    for parent in parents:
        if seen.files[inside(parent, lock)] is None:
            continue
        names = (lock, *configuration)
        if look := seen.unseen(files=(inside(parent, name) for name in names)):
            return look
        texts = seen.texts(parent, names)
        if has_member(texts, str(PurePosixPath(home).relative_to(parent))):
            return Workspace(folder=parent, texts=texts)
    return None


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
