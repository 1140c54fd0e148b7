"""Holds what was seen of an application's folders and files, and says what else has to be looked at.

The shell looks, the core asks: whatever decides over the application's files is given what was seen so far, and answers
a ``Look`` until that is enough. Paths are relative to the application's root, which is the empty path; absolute ones
are what they say.
"""

from collections.abc import Iterable, Mapping

import msgspec

from pure.project.document import Document


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at next."""

    # To be listed.
    folders: tuple[str, ...] = ()
    # To be read.
    files: tuple[str, ...] = ()


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in a folder."""

    # Of everything, sorted.
    names: tuple[str, ...] = ()
    # Those that are folders or files, or links to one.
    folders: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    # The folder is reached by a link that leaves the application.
    outside: bool = False
    # The system's word where the folder can't be listed.
    unlisted: str = ""


class NotListed(msgspec.Struct, frozen=True, kw_only=True):
    """A folder that matters can't be listed; ``detail`` is the system's word."""

    folder: str
    detail: str


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at; ``None`` stands for what is no folder, or no file."""

    folders: Mapping[str, Listing | None] = {}
    files: Mapping[str, Document | None] = {}

    def unseen(self, *, folders: Iterable[str] = (), files: Iterable[str] = ()) -> Look | None:
        """What of these has yet to be looked at; ``None`` if nothing has."""
        look = Look(
            folders=tuple(path for path in dict.fromkeys(folders) if path not in self.folders),
            files=tuple(path for path in dict.fromkeys(files) if path not in self.files),
        )
        return look if look.folders or look.files else None

    def texts(self, folder: str, names: Iterable[str]) -> dict[str, Document]:
        """Those of the names that are files of a folder."""
        found = ((name, self.files.get(inside(folder, name))) for name in names)
        return {name: document for name, document in found if document is not None}

    def with_more(
        self, *, folders: Mapping[str, Listing | None] = {}, files: Mapping[str, Document | None] = {}
    ) -> "Seen":
        """This and what was seen besides."""
        return Seen(folders={**self.folders, **folders}, files={**self.files, **files})


def inside(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return name if not folder or name.startswith("/") else f"{folder}/{name}"
