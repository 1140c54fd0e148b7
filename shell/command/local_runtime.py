"""Offers the interpreter that runs ``lamina`` to local builds, as an archive with a catalogue of its own.

It is packed once. Builds then use it without any download where it answers the request, and as the default where
nothing is asked for; the build's log names the variable that says so.
"""

import hashlib
import os
import platform
import sys
from pathlib import Path

import msgspec
from pure.outcome import Failure, Outcome, Success
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from pure.python.offer import CATALOGUE_VARIABLE, CatalogueText
from pure.python.reasons import DEFAULT_VARIABLE
from pure.runtime.endings import PackError

from shell.command.runtime_pack import packed_before, packed_once
from shell.layer_store import write_atomically
from shell.world import read_target

CATALOGUE_FILE = "local-catalogue.json"
_RUNTIMES = "runtimes"


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


def application_cache(app: Path) -> Path:
    """The folder for an application's cache and image, where nobody names another."""
    resolved = app.resolve()
    return cache_folder() / "builds" / f"{resolved.name}-{hashlib.sha256(os.fsencode(resolved)).hexdigest()[:12]}"


def is_packed(cache: Path) -> bool:
    """Whether the interpreter that runs this program was packed before."""
    return packed_before(Path(sys.executable), cache / _RUNTIMES) is not None


def foreseen_runtime(cache: Path) -> tuple[str, CatalogueText]:
    """The minor version and the catalogue that ``local_runtime`` would offer, without packing or writing anything.

    Where nothing is packed yet, the archive's digest isn't known: the entry has one of zeros.
    """
    packed = packed_before(Path(sys.executable), cache / _RUNTIMES)
    if packed is not None:
        entry = packed.entry
    else:
        target = read_target({})
        entry = Runtime(
            version=platform.python_version(),
            os="linux",
            arch="arm64" if target.arch == "arm64" else "amd64",
            url="file:///not-packed-yet.tar.gz",
            sha256="0" * 64,
            distro=target.distro,
        )
    return entry.minor, CatalogueText(raw=encode_catalogue(Catalogue(runtimes=(entry,))), origin=CATALOGUE_FILE)


def local_runtime(cache: Path) -> Outcome[LocalRuntime, PackError]:
    """Pack the interpreter that runs this program, unless that was done before."""
    packed = packed_once(Path(sys.executable), cache / _RUNTIMES)
    if isinstance(packed, Failure):
        return packed
    entry = packed.unwrap().entry
    # Beside its archive: another lamina, run by another interpreter, may be at work at the same time.
    catalogue = Path(packed.unwrap().archive).with_name(CATALOGUE_FILE)
    write_atomically(catalogue, encode_catalogue(Catalogue(runtimes=(entry,))))
    return Success(LocalRuntime(version=entry.version, catalogue=str(catalogue)))
