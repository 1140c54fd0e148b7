"""What an application's requirements come to: artefacts with hashes, asked of the index once and kept in a file."""

import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import msgspec
import tomli_w
from packaging.utils import canonicalize_name
from pure.manager.table import PIP_TOOL, TOOLS, Tool
from shell.process import run
from tests.places import ROOT

from tools.rebuild.failed import BenchError
from tools.settings import settings

TOOLS_USED = (PIP_TOOL, TOOLS["uv"])
BASE, SMALL, HEAVY = "base", "small", "heavy"


class Artefact(msgspec.Struct, frozen=True, kw_only=True):
    """One wheel."""

    name: str
    version: str
    file: str
    sha256: str


class Locks(msgspec.Struct, frozen=True, kw_only=True):
    """Three locks, of which two differ from the first by one change, and other versions of tools than the pinned."""

    base: tuple[Artefact, ...]
    small: tuple[Artefact, ...]
    heavy: tuple[Artefact, ...]
    tools: dict[str, str]
    asked: tuple[str, ...] = ()

    def changes(self) -> dict[str, str]:
        """What the two others change."""
        base = {each.name: each.version for each in self.base}
        return {
            which: ", ".join(
                f"{each.name} {base.get(each.name, 'none')} → {each.version}"
                for each in lock
                if base.get(each.name) != each.version
            )
            for which, lock in ((SMALL, self.small), (HEAVY, self.heavy))
        }


def requirements_txt(lock: Sequence[Artefact]) -> str:
    """Every distribution pinned with its hash."""
    return "".join(f"{each.name}=={each.version} --hash=sha256:{each.sha256}\n" for each in lock)


def pylock_toml(lock: Sequence[Artefact], index: str) -> str:
    """The same as a standard lock file; ``index`` is the address of the benchmark's own one."""
    packages = [
        {
            "name": each.name,
            "version": each.version,
            "wheels": [{"url": f"{index}/files/{each.file}", "hashes": {"sha256": each.sha256}}],
        }
        for each in lock
    ]
    return tomli_w.dumps({"lock-version": "1.0", "created-by": "bench-rebuild", "packages": packages})


def resolved(file: Path, requirements: Sequence[str], small: Sequence[str], heavy: Sequence[str]) -> Locks:
    """The locks as ``file`` keeps them, if they were made of this, else as the index gives them now.

    ``small`` and ``heavy`` each begin with the distribution that becomes an older one; the others may change with it.
    """
    asked = (*requirements, *small, *heavy)
    if file.is_file():
        kept = msgspec.json.decode(file.read_bytes(), type=Locks)
        if kept.asked == asked:
            return kept
    base = _resolve(requirements)
    locks = Locks(
        base=base,
        small=_older(requirements, base, small),
        heavy=_older(requirements, base, heavy),
        tools=other_tools(),
        asked=asked,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(locks))
    return locks


def other_tools() -> dict[str, str]:
    """The release before the pinned one, of pip and of uv."""
    return {tool.name: _resolve((f"{tool.name}<{pinned(tool)}",), "--no-deps")[0].version for tool in TOOLS_USED}


def pinned(tool: Tool) -> str:
    """The version that builds install."""
    return (ROOT / tool.pin_file).read_text().partition(f"\n{tool.name}==")[2].split()[0]


def download(folder: Path, locks: Locks) -> None:
    """Have all wheels of the locks in a folder, and those of the tools that builds are told to install."""
    folder.mkdir(parents=True, exist_ok=True)
    tools = [f"{name}=={version}" for name, version in locks.tools.items()]
    for pin in (*tools, *(f"{tool.name}=={pinned(tool)}" for tool in TOOLS_USED)):
        _download(folder, pin)
    for lock in (locks.base, locks.small, locks.heavy):
        if not all((folder / each.file).is_file() for each in lock):
            pins = folder / "pins.txt"
            pins.write_text(requirements_txt(lock))
            _download(folder, "--require-hashes", "-r", str(pins))


def _download(folder: Path, *what: str) -> None:
    options = ("--only-binary", ":all:", "--no-deps", "--quiet", "--dest", str(folder))
    done = run((sys.executable, "-m", "pip", "download", *options, *what), env={**_environment(), **settings()})
    if not done.ok:
        raise BenchError(f"pip can't download {what[-1]}:\n{done.stderr.strip()}")


def _older(requirements: Sequence[str], base: Sequence[Artefact], together: Sequence[str]) -> tuple[Artefact, ...]:
    now = next(each.version for each in base if each.name == together[0])
    kept = [f"{each.name}=={each.version}" for each in base if each.name not in together]
    return _resolve((*requirements, f"{together[0]}<{now}", *kept))


def _resolve(requirements: Sequence[str], *more: str) -> tuple[Artefact, ...]:
    options = ("--dry-run", "--ignore-installed", "--only-binary", ":all:", "--quiet", "--report", "-", *more)
    asked = run((sys.executable, "-m", "pip", "install", *options, *requirements), env={**_environment(), **settings()})
    if not asked.ok:
        raise BenchError(f"pip doesn't resolve {' '.join(requirements)}:\n{asked.stderr.strip()}")
    found = []
    for each in msgspec.json.decode(asked.stdout)["install"]:
        found.append(
            Artefact(
                name=canonicalize_name(each["metadata"]["name"]),
                version=each["metadata"]["version"],
                file=unquote(each["download_info"]["url"].rpartition("/")[2]),
                sha256=each["download_info"]["archive_info"]["hashes"]["sha256"],
            )
        )
    return tuple(sorted(found, key=lambda each: each.name))


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
