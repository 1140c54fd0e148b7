"""Reads the bindings that the platform gives to a build, within bounds, and of those only what a build has use for."""

import os
from pathlib import Path
from typing import Final

from pure.bindings.folder import (
    MOST_BYTES,
    OLDER_ENTRIES,
    OLDER_TYPE,
    TYPE,
    Binding,
    BindingError,
    BindingsUnlisted,
    EntryUnreadable,
    TooManyEntries,
    kind_of,
    known,
    read_entries,
)
from pure.outcome import Failure, Outcome, Success

from shell.files import ReadError, regular

MOST_BINDINGS: Final = 200
MOST_ENTRIES: Final = 1_000


class _Unread(Exception):  # noqa: N818  (control flow within this module)
    def __init__(self, error: BindingError) -> None:
        super().__init__()
        self.error = error


def read_bindings(root: str, variable: str) -> Outcome[tuple[Binding, ...], BindingError]:
    """The bindings below a folder, by name; ``variable`` names it, if one does."""
    try:
        # What begins with a dot is the platform's own: links by which it replaces all entries at once.
        names = sorted(name for name in os.listdir(root) if not name.startswith("."))  # noqa: PTH208  (names)
        if len(names) > MOST_BINDINGS:
            return Failure(TooManyEntries(binding="", most=MOST_BINDINGS))
        reader = _Reader()
        return Success(tuple(reader.binding(Path(root, name)) for name in names if Path(root, name).is_dir()))
    except _Unread as unread:
        return Failure(unread.error)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return Failure(BindingsUnlisted(path=root, variable=variable, detail=detail))


class _Reader:
    """Reads one binding after the other, up to a number of bytes in all."""

    def __init__(self) -> None:
        self._left = MOST_BYTES

    def binding(self, folder: Path) -> Binding:
        # A name that is no text can be shown all the same.
        name = os.fsencode(folder.name).decode("utf-8", "replace")
        raw, path = self._read(folder, TYPE, name), folder
        if raw is None and (raw := self._read(folder, OLDER_TYPE, name)) is not None:
            path = folder / OLDER_ENTRIES
        kind = None if raw is None else kind_of(raw)
        meant = known(kind)
        if meant is None:
            return Binding(name=name, kind=kind)
        names = _names(path, name)
        entries = {entry: self._read(path, entry, name) for entry in read_entries(meant, names)}
        there = {entry: raw for entry, raw in entries.items() if raw is not None}
        return Binding(name=name, kind=kind, path=str(path), names=names, entries=there)

    def _read(self, folder: Path, entry: str, binding: str) -> bytes | None:
        """What an entry holds; ``None`` where there is no file of that name."""
        try:
            raw = regular(folder / entry, most=self._left)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise _Unread(_unreadable(binding, entry, error)) from error
        except ReadError as failed:
            large = EntryUnreadable(binding=binding, entry=entry, detail=failed.error.detail, large=True)
            raise _Unread(large) from failed
        self._left -= len(raw)
        return raw


def _names(folder: Path, binding: str) -> tuple[str, ...]:
    try:
        # No key of a secret has another name.
        names = tuple(sorted(name for name in os.listdir(folder) if name.isprintable()))  # noqa: PTH208
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _Unread(_unreadable(binding, folder.name, error)) from error
    if len(names) > MOST_ENTRIES:
        raise _Unread(TooManyEntries(binding=binding, most=MOST_ENTRIES))
    return names


def _unreadable(binding: str, entry: str, error: OSError) -> EntryUnreadable:
    return EntryUnreadable(binding=binding, entry=entry, detail=error.strerror or str(error))
