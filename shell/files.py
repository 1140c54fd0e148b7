"""Reads files that may not exist."""

from pathlib import Path

from pure.build.errors import NotReadable


class ReadError(Exception):
    """Carries an expected failure to the one place that returns it."""

    def __init__(self, error: NotReadable) -> None:
        super().__init__()
        self.error = error


def optional(path: Path) -> bytes | None:
    """What a file holds; ``None`` where there is none of that name."""
    try:
        # Never a pipe, which would be waited for, nor a device.
        return path.read_bytes() if path.is_file() else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        # ValueError: a name with a NUL character, which no file can have.
        return None
    except OSError as error:
        raise ReadError(NotReadable(path=str(path), detail=error.strerror or str(error))) from error
