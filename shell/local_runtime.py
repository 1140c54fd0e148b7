"""Offers the interpreter that runs ``lamina`` to local builds, as an archive with a catalogue of its own.

It is packed once. Builds then use it without any download where it answers the request, and as the default where
nothing is asked for; the build's log names the variable that says so.
"""

import os
import sys
from pathlib import Path

import msgspec
from pure.catalogue import Catalogue, encode_catalogue
from pure.outcome import Failure, Outcome, Success
from pure.runtime import PackError
from pure.runtime_choice import CATALOGUE_VARIABLE, DEFAULT_VARIABLE

from shell.layer_store import write_atomically

CATALOGUE_FILE = "local-catalogue.json"


class LocalRuntime(msgspec.Struct, frozen=True, kw_only=True):
    """The packed interpreter: its version and the catalogue file that offers it."""

    version: str
    catalogue: str

    @property
    def minor(self) -> str:
        """``3.13`` of ``3.13.1``."""
        return ".".join(self.version.split(".")[:2])

    def operator_env(self) -> dict[str, str]:
        """What a platform's operator would set to offer it; ``default`` leaves the last word to the user."""
        return {f"{CATALOGUE_VARIABLE}.default": self.catalogue, f"{DEFAULT_VARIABLE}.default": self.minor}


def cache_folder() -> Path:
    """Where local builds keep what outlives them: ``$XDG_CACHE_HOME/lamina`` or ``~/.cache/lamina``."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "lamina"


def is_packed(cache: Path) -> bool:
    """Whether an interpreter was packed before; if it was another one, packing takes its time once more."""
    return (cache / "runtimes").is_dir() and any((cache / "runtimes").glob("**/*.tar.gz"))


def local_runtime(cache: Path) -> Outcome[LocalRuntime, PackError]:
    """Pack the interpreter that runs this program, unless that was done before."""
    from shell.runtime_pack import packed_once

    folder = cache / "runtimes"
    packed = packed_once(Path(sys.executable), folder)
    if isinstance(packed, Failure):
        return packed
    entry = packed.unwrap().entry
    # Beside its archive: another lamina, run by another interpreter, may be at work at the same time.
    catalogue = Path(packed.unwrap().archive).with_name(CATALOGUE_FILE)
    write_atomically(catalogue, encode_catalogue(Catalogue(runtimes=(entry,))))
    return Success(LocalRuntime(version=entry.version, catalogue=str(catalogue)))
