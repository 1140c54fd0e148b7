"""Environments on the disk: what installers write into them and take out, as the specifications and habits have it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from tests.histories.application import FILES, LOCAL, REPOSITORY, TOKEN, Chosen, commit
from tests.histories.disk import Disk, Folder, Link, Script, files, walk
from tests.histories.index import Place, contents, file_name


class Trait(msgspec.Struct, frozen=True, kw_only=True):
    """In what the installers differ."""

    installer: str
    requested: Literal["none", "asked", "all"] = "none"  # what it marks as asked for by the user
    traces: bool = False  # leaves the time of what it built
    whole_caches: bool = False  # takes out the bytecode of whole packages, and none of single modules


PIP: Final = Trait(installer="pip", requested="asked")
TRAITS: Final[Mapping[str, Trait]] = {
    "uv": Trait(installer="uv", requested="all", traces=True, whole_caches=True),
    "poetry": Trait(installer="poetry"),
    "pipenv": Trait(installer="pip", requested="all"),
    "pdm": Trait(installer="pdm", requested="asked"),
}
STALE: Final[Mapping[str, str]] = {
    "uv": "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
    "poetry": "pyproject.toml changed significantly since poetry.lock was last generated.",
    "pipenv": "Pipfile.lock is out-of-date. Run pipenv lock to update.",
    "pdm": "Lock file hash doesn't match pyproject.toml, packages may be outdated",
}


class Present(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution as a tool finds it."""

    name: str
    version: str
    info: str  # its dist-info folder, from site-packages
    paths: tuple[str, ...]  # of its RECORD, from site-packages
    editable: bool = False


class Venv:
    """An environment at a place of a disk, for one minor version of Python."""

    def __init__(self, disk: Disk, root: str, minor: str) -> None:
        self.disk = disk
        self.root = root
        self.minor = minor
        self.site = f"{root}/lib/python{minor}/site-packages"

    def create(self, python: str, version: str) -> None:
        """What ``python -m venv --without-pip --symlinks`` makes."""
        home, _, _ = python.rpartition("/")
        for folder in ("include", f"include/python{self.minor}", "lib", f"lib/python{self.minor}"):
            self.disk.make_folder(f"{self.root}/{folder}")
        self.disk.make_folder(self.site)
        self.disk.write(f"{self.root}/lib64", Link("lib"))
        text = f"home = {home}\nversion = {version}\ncommand = {python} -m venv {self.root}\n"
        self.disk.write_slowly(f"{self.root}/pyvenv.cfg", text.encode())
        self.disk.write(f"{self.root}/bin/python3", Link(python))
        self.disk.write(f"{self.root}/bin/python", Link("python3"))
        self.disk.write(f"{self.root}/bin/python{self.minor}", Link("python3"))
        self.disk.write_slowly(f"{self.root}/bin/activate", f"VIRTUAL_ENV={self.root}\n".encode())

    def present(self) -> dict[str, Present]:
        """What is installed, as its metadata say; what has none isn't seen."""
        found: dict[str, Present] = {}
        for folder, entries in sorted(self.disk.folder(self.site).items()):
            if not folder.endswith(".dist-info") or not isinstance(entries, Folder):
                continue
            metadata, record = entries.get("METADATA"), entries.get("RECORD")
            if not isinstance(metadata, bytes):
                continue
            fields = dict(line.split(": ", 1) for line in metadata.decode().splitlines() if ": " in line)
            rows = record.decode().splitlines() if isinstance(record, bytes) else []
            if "Name" in fields and "Version" in fields:
                direct = entries.get("direct_url.json")
                found[fields["Name"]] = Present(
                    name=fields["Name"],
                    version=fields["Version"],
                    info=folder,
                    paths=tuple(row.partition(",")[0] for row in rows),
                    editable=isinstance(direct, bytes) and b'"editable"' in direct,
                )
        return found

    def install(
        self, chosen: Chosen, trait: Trait, payload: Mapping[str, bytes], *, built: bool, now: int, app: str
    ) -> None:
        """Write a distribution. ``payload`` are its files from site-packages, ``now`` is the time of a trace."""
        info = f"{chosen.name.replace('-', '_')}-{chosen.version}.dist-info"
        own = {f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {chosen.name}\nVersion: {chosen.version}\n".encode()}
        own[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\n"
        if chosen.release is not None and chosen.release.scripts:
            own[f"{info}/entry_points.txt"] = b"[console_scripts]\n"
        own[f"{info}/INSTALLER"] = f"{trait.installer}\n".encode()
        if trait.requested == "all" or (trait.requested == "asked" and chosen.requested):
            own[f"{info}/REQUESTED"] = b""
        direct = direct_url(chosen, app=app, venv=self.root)
        if direct is not None:
            own[f"{info}/direct_url.json"] = json.dumps(direct, sort_keys=True).encode()
        if trait.traces and built:
            own[f"{info}/uv_cache.json"] = json.dumps({"timestamp": now}).encode()
        written = {**payload, **own}
        promised = chosen.release.promised if chosen.release else ()
        careless = chosen.release is not None and chosen.release.careless
        stated = {**written, **{path: path.encode() for path in payload}} if careless else written
        rows = [f"{path},sha256={_digest(stated[path])},{len(data)}" for path, data in written.items()]
        rows += [f"{path},sha256={_digest(path.encode())},9" for path in promised]
        record = "".join(f"{row}\n" for row in sorted([*rows, f"{info}/RECORD,,"])).encode()
        for path, data in {**written, f"{info}/RECORD": record}.items():
            script = path.startswith("../../../bin/")
            self.disk.write_slowly(self._place(path), Script(data) if script else data)

    def uninstall(self, present: Present, trait: Trait) -> None:
        """Take out what a distribution's RECORD names, whoever else has it too."""
        folders: set[str] = set()
        for path in present.paths:
            places = [self._place(path)]
            if path.endswith(".py") and trait.whole_caches and "/" in path:
                cache = f"{places[0].rpartition('/')[0]}/__pycache__"
                places += [f"{cache}/{name}" for name in self.disk.folder(cache)]
            elif path.endswith(".py") and not trait.whole_caches:
                places.append(self.bytecode(places[0]))
            for place in places:
                self.disk.remove(place)
                while (place := place.rpartition("/")[0]).startswith(f"{self.site}/"):
                    folders.add(place)
        for folder in sorted(folders, key=lambda each: -each.count("/")):
            self.disk.remove_folder(folder)

    def bytecode(self, path: str) -> str:
        folder, _, name = path.rpartition("/")
        return f"{folder}/__pycache__/{name[:-3]}.cpython-{self.minor.replace('.', '')}.pyc"

    def _place(self, path: str) -> str:
        return f"{self.root}/{path.removeprefix('../../../')}" if path.startswith("../") else f"{self.site}/{path}"


def payload(chosen: Chosen, *, place: Place | None, app: str) -> dict[str, bytes]:
    """The files of what a resolver chose, from site-packages."""
    match chosen.source:
        case "index":
            assert chosen.release is not None
            return contents(chosen.release, chosen.revision, place)
        case "folder":
            return {"local.py": f"# local, revision {chosen.revision}\n".encode()}
        case "editable":
            return {"__editable__.local.pth": f"{app}/libs/local\n".encode()}
        case "checkout":
            return {"__editable__.remote.pth": b"src/remote\n"}
        case "commit" | "branch":
            return {"remote/__init__.py": f"# remote at {commit(chosen.revision)}\n".encode()}
        case "archive":
            return {"archived.py": b"# archived\n"}


def direct_url(chosen: Chosen, *, app: str, venv: str) -> dict[str, object] | None:
    """The contents of a ``direct_url.json`` (PyPA specification "Direct URL Data Structure")."""
    match chosen.source:
        case "index":
            return None
        case "folder":
            return {"url": f"file://{app}/{own_folder(chosen)}", "dir_info": {}}
        case "editable":
            return {"url": f"file://{app}/libs/local", "dir_info": {"editable": True}}
        case "checkout":
            return {"url": f"file://{venv}/src/remote", "dir_info": {"editable": True}}
        case "commit" | "branch":
            asked = commit(chosen.revision) if chosen.source == "commit" else "main"
            info = {"vcs": "git", "commit_id": commit(chosen.revision), "requested_revision": asked}
            return {"url": REPOSITORY, "vcs_info": info}
        case "archive":
            digest = chosen.digest("wheel")
            hashes = {"hash": f"sha256={digest}", "hashes": {"sha256": digest}}
            return {"url": f"{FILES}/archived-1.0-py3-none-any.whl?token={TOKEN}", "archive_info": hashes}


def own_folder(chosen: Chosen) -> str:
    return "libs/local" if chosen.name == LOCAL else ""


def report_item(chosen: Chosen, kind: str, *, app: str, venv: str) -> dict[str, object]:
    """What pip's installation report says of one distribution."""
    direct = direct_url(chosen, app=app, venv=venv)
    if direct is None:
        assert chosen.release is not None
        release = chosen.release if kind == "wheel" else msgspec.structs.replace(chosen.release, kind="sdist")
        digest = chosen.digest(kind)
        hashes = {"hash": f"sha256={digest}", "hashes": {"sha256": digest}}
        direct = {"url": f"{FILES}/{file_name(release)}", "archive_info": hashes}
    if chosen.source == "checkout":
        # The report names the repository, the environment the checkout.
        info = {"vcs": "git", "commit_id": commit(chosen.revision), "requested_revision": "main"}
        direct = {"url": REPOSITORY, "vcs_info": info}
    return {
        "download_info": direct,
        "is_direct": chosen.source != "index",
        "requested": chosen.requested,
        "metadata": {"name": chosen.name, "version": chosen.version},
    }


def compile_below(disk: Disk, root: str, minor: str) -> tuple[int, int]:
    """Bring bytecode up to date as ``shell.bytecode`` does: what is compiled, and what was right already."""
    compiled = current = 0
    tag = f".cpython-{minor.replace('.', '')}.pyc"
    folder = disk.folder(root)
    sources = {path for path in files(folder) if path.endswith(".py")}
    for path in sorted(path for path, node in walk(folder) if isinstance(node, bytes) and path.endswith(".pyc")):
        below, _, name = path.rpartition("/")
        above = below.removesuffix("__pycache__")
        if below.endswith("__pycache__") and f"{above}{name.partition('.')[0]}.py" not in sources:
            disk.remove(f"{root}/{path}")
            disk.remove_folder(f"{root}/{below}")
    for path in sorted(sources):
        data = disk.read(f"{root}/{path}")
        assert data is not None
        below, _, name = path.rpartition("/")
        target = f"{root}/{below}{'/' if below else ''}__pycache__/{name[:-3]}{tag}"
        wanted = f"bytecode of Python {minor} for {root}/{path}: ".encode() + hashlib.sha256(data).digest()
        if disk.read(target) == wanted:
            current += 1
        else:
            disk.write(target, wanted)
            compiled += 1
    return compiled, current


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
