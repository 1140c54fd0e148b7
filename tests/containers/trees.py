"""Condenses a folder to one digest, so that two states of it can be compared."""

import hashlib
import stat
from pathlib import Path


def digest_of(folder: Path) -> str:
    """A digest over every path, mode, link and byte below a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        found.update(f"{path.relative_to(folder)} {stat.S_IFMT(mode)} {stat.S_IMODE(mode)}\n".encode())
        if path.is_symlink():
            found.update(str(path.readlink()).encode())
        elif path.is_file():
            found.update(path.read_bytes())
    return found.hexdigest()
