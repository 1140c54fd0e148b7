"""Decides which distributions of an environment lie in layers of their own, and which paths are linked to them.

Everything follows from the distributions' RECORDs, whose rows state path, digest and size: whether the files are at
hand plays no part, nor does what was decided in another build. So the same environment is divided in the same way
whether it was just made or has been changed a hundred times, and while the contents of its layers are away.

What moves into a layer are the shallowest directories of site-packages that hold files of this distribution and of no
other, and single files where a directory is shared; they keep their paths. A shared directory so costs links, never
contents. Modules that lie in a shared directory stay there, with their bytecode.

All paths are relative to the environment's root, with ``/`` between their parts.
"""

import hashlib
from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from pure.venv.elf import Dynamic
from pure.venv.installed import InstalledDistribution, InstalledSet, RecordEntry, is_bytecode, shared_files
from pure.venv.piece import Piece, holds, parents
from pure.venv.resolved import Archive, Local, Vcs

DIVIDE_VARIABLE: Final = "BP_PYTHON_DIVIDE"

# Changes whenever the same RECORD would give other contents or links.
_FORM: Final = "2"
# Libraries that no distribution has.
_GLIBC: Final = ("ld-linux", "libc.so", "libdl.so", "libm.so", "libpthread.so", "librt.so")
# What web servers give out. Starlette's, aiohttp's and others give nothing that really lies outside of their folder.
_PAGES: Final = (
    ".avif", ".css", ".eot", ".gif", ".htm", ".html", ".ico", ".jpeg", ".jpg", ".js", ".json", ".map", ".mjs", ".mp3",
    ".mp4", ".otf", ".pdf", ".png", ".svg", ".ttf", ".txt", ".wasm", ".webm", ".webp", ".woff", ".woff2", ".xml",
)  # fmt: skip


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a distribution worth a layer of its own."""

    heavy: int = 5_000_000  # so many bytes of files, by its RECORD
    limit: int = 20  # so many layers at most: the biggest


def divide(installed: InstalledSet, rules: Rules) -> tuple[Piece, ...]:
    """The biggest ``limit`` distributions of ``heavy`` bytes or more, sorted by name; all else stays together."""
    site = installed.site_packages
    candidates = {
        each.name: (each, content)
        for each in installed.distributions
        if sum(map(_size, content := _content(each, site))) >= rules.heavy and _movable(each)
    }
    if not candidates:
        return ()
    torn = {name for each in shared_files(installed) if not each.same for name in each.names}
    owners = _owners(installed, candidates.keys())
    pieces = (_piece(*found, site, owners) for name, found in candidates.items() if name not in torn)
    heavy = sorted((-piece.nbytes, piece.name, piece) for piece in pieces if piece.nbytes >= rules.heavy)
    return tuple(sorted((piece for _, _, piece in heavy[: rules.limit]), key=lambda piece: piece.name))


def _movable(each: InstalledDistribution) -> bool:
    """Whether the RECORD tells all that the distribution's files are, in this build and the next."""
    match each.direct_url:
        case Local() | Vcs(immutable=False):
            return False
        case Archive(url=url) if url.startswith("file:"):
            return False
    return not each.damaged


def _content(each: InstalledDistribution, site: str) -> tuple[RecordEntry, ...]:
    """What moves: the files below site-packages that the RECORD has a digest for, but for its own metadata.

    ``.pth`` files are read in site-packages itself, and bytecode goes with its source, recorded or not.
    """
    own = f"{each.dist_info}/"
    return tuple(
        entry
        for entry in each.files
        if entry.hash
        and entry.path.startswith(f"{site}/")
        and not entry.path.startswith(own)
        and "/__pycache__/" not in entry.path
        and not (entry.path.endswith(".pth") and entry.path.rpartition("/")[0] == site)
    )


def _piece(
    each: InstalledDistribution, content: tuple[RecordEntry, ...], site: str, owners: Mapping[str, frozenset[str]]
) -> Piece:
    links = _links(each, content, site, owners)
    # With a folder moves what a wheel has beside bytecode, too, such as what a compiler keeps there.
    held = tuple(
        entry for entry in each.files if entry.hash and not is_bytecode(entry.path) and holds(links, entry.path)
    )
    return Piece(
        name=each.name,
        version=each.version,
        nbytes=sum(map(_size, held)),
        key=_key(each, held, links),
        links=tuple(sorted(links)),
    )


def _links(
    each: InstalledDistribution, content: tuple[RecordEntry, ...], site: str, owners: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """The shallowest paths that are this distribution's alone.

    A directory without a file of its own is passed: that is what namespaces look like, and the next distribution that
    is installed may well have files there. A module by itself stays: its bytecode lies in a directory of others. So
    does what is mostly pages, if it is no package: the directory of others may be the one that they are given out from.
    """
    alone = frozenset([each.name])
    moved = {entry.path for entry in content}
    direct = {path.rpartition("/")[0] for path in moved}
    stays = {path for path in each.paths if path not in moved and "/__pycache__/" not in path}
    kept = {parent for path in stays for parent in parents(path)}
    links: dict[str, int] = {}  # with the bytes of pages, less those of all else
    for entry in content:
        path = entry.path
        ways = [parent for parent in parents(path) if parent.startswith(f"{site}/")]
        whole = (way for way in reversed(ways) if way in direct and way not in kept and owners[way] == alone)
        link = next(whole, path)
        if owners[link] == alone and not (link == path and path.endswith(".py")):
            links[link] = links.get(link, 0) + (_size(entry) + 1 if path.endswith(_PAGES) else -_size(entry))
    return frozenset(
        link
        for link, pages in links.items()
        if pages <= 0 or link.rpartition("/")[0] == site or f"{link}/__init__.py" in moved
    )


def _owners(installed: InstalledSet, names: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Who has files at or below each path at or below which one of ``names`` has any."""
    owners: dict[str, set[str]] = {}
    for each in installed.distributions:
        if each.name in names:
            for path in each.paths:
                for way in (path, *parents(path)):
                    owners.setdefault(way, set()).add(each.name)
    for each in installed.distributions:
        if each.name not in names:
            for path in each.paths:
                for way in (path, *parents(path)):
                    if way in owners:
                        owners[way].add(each.name)
    return {path: frozenset(found) for path, found in owners.items()}


def _key(each: InstalledDistribution, held: tuple[RecordEntry, ...], links: frozenset[str]) -> str:
    rows = [f"{entry.path}\0{entry.hash}\0{entry.size}" for entry in held]
    content = "\n".join((_FORM, each.name, each.version, *rows, *sorted(links)))
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()


def _size(entry: RecordEntry) -> int:
    # No build's number is longer; what isn't one weighs nothing.
    return int(entry.size) if entry.size.isascii() and entry.size.isdigit() and len(entry.size) < 16 else 0


def back_links(piece: Piece, said: Mapping[str, Dynamic]) -> tuple[str, ...]:
    """The paths in a layer that have to lead back into the environment, so that its contents find libraries of others.

    ``said`` is what its libraries and programs say to the loader, by their paths. The loader resolves the ``..`` of a
    RUNPATH in the layer, where nothing but the distribution itself lies. Linked is the shortest part of each place that
    isn't its own; of a place that is one of its own folders, but others' too, each library that is needed, there or
    not: what a layer holds follows from its distribution alone.
    """
    found: set[str] = set()
    own = {parent for link in piece.links for parent in parents(link)}
    for path, dynamic in said.items():
        for entry in dynamic.runpath:
            place = _normal(entry.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", path.rpartition("/")[0]))
            if not place or place.startswith(("/", "..")) or piece.holds(place):
                continue
            others = next((way for way in (*reversed([*parents(place)]), place) if way not in own), None)
            if others:
                found.add(others)
                continue
            needed = (f"{place}/{name}" for name in dynamic.needed if "/" not in name and not name.startswith(_GLIBC))
            found |= {library for library in needed if not piece.holds(library) and library not in own}
    return tuple(sorted(found))


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(parts)
