"""How fast a folder's filesystem makes files: where it is slow, it and no decision is what seconds measure."""

import time
from pathlib import Path

from shell.lifecycle.disk import remove

FOLDERS, FILES = 200, 10


def files_per_second(folder: Path) -> int:
    """How many files of 3 kB, ten to a new folder as in packages, are made below ``folder`` in a second.

    A filesystem may differ by twenty times from folder to folder: ext4 looks for inodes near the parent's.
    """
    place = folder / "measured-disk"
    remove(place)
    place.mkdir(parents=True)
    began = time.monotonic()
    for number in range(FOLDERS):
        below = place / str(number)
        below.mkdir()
        for name in range(FILES):
            (below / f"{name}.py").write_bytes(b"#" * 3_000)
    seconds = time.monotonic() - began
    remove(place)
    return round(FOLDERS * FILES / seconds)
