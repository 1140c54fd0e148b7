"""Finds the projects in folders below, for the error that says where they are."""

from collections.abc import Iterable, Sequence, Set
from typing import Final

from pure.project.files import REQUIREMENTS_FOLDER
from pure.project.seen import Look, Seen, inside

# Enough for any repository that is one by hand.
_MOST_FOLDERS: Final = 200


def nested(
    seen: Seen, home: str, folders: Iterable[str], *, ignored: Set[str], locks: Sequence[str], declared_in: str
) -> tuple[str, ...] | Look:
    """What says what to install one or two folders deeper, from ``home``; the nearest first.

    ``folders`` are those in ``home``. Of each folder its ``locks`` count, or else the file that it is ``declared_in``.
    """

    def may_be_one(name: str) -> bool:
        return name not in ignored and name != REQUIREMENTS_FOLDER and not name.startswith(".")

    level = [name for name in sorted(folders) if may_be_one(name)][:_MOST_FOLDERS]
    if look := seen.unseen(folders=(inside(home, name) for name in level)):
        return look
    below = [
        f"{folder}/{name}"
        for folder in level
        if (listing := seen.folders[inside(home, folder)])
        for name in sorted(listing.folders)
        if may_be_one(name)
    ][:_MOST_FOLDERS]
    if look := seen.unseen(folders=(inside(home, path) for path in below)):
        return look
    found: list[str] = []
    for folder in (*level, *below):
        # What can't be listed holds no project of ours.
        listing = seen.folders[inside(home, folder)]
        files = listing.files if listing else frozenset()
        names = [lock for lock in locks if lock in files] or [name for name in (declared_in,) if name in files]
        found += (f"{folder}/{name}" for name in names)
    return tuple(found)
