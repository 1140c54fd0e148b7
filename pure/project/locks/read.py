"""Reads the lock of a package manager, whichever it is."""

from pure.outcome import Success
from pure.project.locks import pdm, pipfile, poetry, pylock, uv
from pure.project.locks.facts import LockFacts, LockOutcome


def read_lock(manager: str, raw: bytes, file: str) -> LockOutcome:
    """The facts in a manager's lock; none for managers whose file isn't a lock."""
    match manager:
        case "uv":
            return uv.read(raw)
        case "poetry":
            return poetry.read(raw)
        case "pipenv":
            return pipfile.read(raw)
        case "pdm":
            return pdm.read(raw)
        case "pylock":
            return pylock.read(raw, file)
        case _:
            return Success(LockFacts())
