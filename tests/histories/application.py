"""An application as its author sees it: what it wants, which package manager it is for, and the files that say so.

Its files are written as the managers write them, and Lamina reads these; the tools of this world read the value. A lock
is what its tool would have made of the index at the moment in which it was made.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from tests.histories.index import Index, Release, file_name, sha

Manager: TypeAlias = Literal["pip", "uv", "poetry", "pipenv", "pdm", "pylock", "project"]
MANAGERS: Final[tuple[Manager, ...]] = ("pip", "uv", "poetry", "pipenv", "pdm", "pylock", "project")
Source: TypeAlias = Literal["index", "folder", "editable", "commit", "branch", "checkout", "archive"]
# What can stand in a lock, or in declarations that a lock is made from; a branch is locked at its commit.
LOCKABLE: Final[frozenset[Source]] = frozenset({"index", "folder", "commit"})
LOCAL: Final = "local"
REMOTE: Final = "remote"
ARCHIVED: Final = "archived"
# Who has which source: the name that stands for it.
SOURCES: Final[Mapping[Source, str]] = {
    "folder": LOCAL,
    "editable": LOCAL,
    "commit": REMOTE,
    "branch": REMOTE,
    "checkout": REMOTE,
    "archive": ARCHIVED,
}
GROUP: Final = "more"
EXTRA: Final = "fancy"
NO_BINARY: Final[Mapping[Manager, str]] = {
    "pip": "PIP_NO_BINARY",
    "project": "PIP_NO_BINARY",
    "uv": "UV_NO_BINARY_PACKAGE",
    "pylock": "UV_NO_BINARY_PACKAGE",
    "poetry": "POETRY_INSTALLER_NO_BINARY",
    "pipenv": "PIP_NO_BINARY",
    "pdm": "PDM_NO_BINARY",
}
# Values that must be nowhere in an image. They stand in variables, in URLs of files and in what tools write.
PASSWORD: Final = "s3cr3t-p4ssw0rd"
TOKEN: Final = "t0k3n-of-an-archive"
SECRETS: Final = (PASSWORD, TOKEN)
VARIABLES: Final[Mapping[str, str]] = {
    "ARCHIVE_TOKEN": TOKEN,
    "ARCHIVE_PASSWORD": PASSWORD,
    "PIP_INDEX_URL": f"https://somebody:{PASSWORD}@index.example/simple/",
    "UV_INDEX_PRIVATE_PASSWORD": PASSWORD,
    "UV_INDEX_PRIVATE_USERNAME": "somebody",
    "PATH": "/usr/bin:/bin",
}
REPOSITORY: Final = "https://git.example/remote.git"
FILES: Final = "https://files.example"


class Want(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One requirement; ``version`` is ``None`` for the newest one."""

    name: str
    version: str | None = None
    source: Source = "index"

    def __str__(self) -> str:
        return f"{self.name}{f'=={self.version}' if self.version else ''}{f' ({self.source})' if self.direct else ''}"

    @property
    def direct(self) -> bool:
        return self.source != "index"


class Outside(msgspec.Struct, frozen=True, kw_only=True):
    """What an application is installed from: the index, and the repository's newest commit."""

    index: Index = Index()
    head: int = 0

    @property
    def commit(self) -> str:
        return commit(self.head)


def commit(number: int) -> str:
    return sha(f"commit {number}")[:40]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """What a resolver chose for a name. ``revision`` is the index's, the folder's, or the number of a commit."""

    name: str
    version: str
    source: Source = "index"
    release: Release | None = None
    revision: int = 0
    requested: bool = False
    groups: frozenset[str] = frozenset()  # "", the group, the extra: where a lock has it

    def digest(self, kind: str) -> str:
        """The digest of the wheel or sdist."""
        return sha(f"{self.name} {self.version} {self.revision} {kind}")


class UnresolvableError(Exception):
    """No release fits."""


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """All that an author decides. ``locked`` is the lock, ``locked_from`` what it was made from."""

    manager: Manager
    wants: tuple[Want, ...] = ()
    more: tuple[Want, ...] = ()  # of a dependency group
    fancy: tuple[Want, ...] = ()  # of an extra
    hashed: bool = False  # requirements with hashes, where pip is the manager
    local_revision: int = 0
    pinned_head: int = 0  # the commit that is asked for where one is
    locked: tuple[Chosen, ...] = ()
    locked_from: str = ""

    @property
    def declared(self) -> str:
        """A digest of what a lock is made from."""
        return sha(f"{self.wants}{self.more}{self.fancy}")

    @property
    def has_lock(self) -> bool:
        return self.manager not in ("pip", "project") or (self.manager == "pip" and self.hashed)

    def with_lock(self, outside: Outside) -> "Application":
        """The application after its author made the lock anew."""
        if not self.has_lock:
            return msgspec.structs.replace(self, locked=(), locked_from="")
        parts = {"": self.wants, GROUP: self.more, EXTRA: self.fancy}
        everything = resolve((*self.wants, *self.more, *self.fancy), self, outside)
        found: dict[str, Chosen] = {}
        for group, wants in parts.items():
            for name in resolve(wants, self, outside, only=everything):
                known = found.get(name, everything[name])
                found[name] = msgspec.structs.replace(known, groups=known.groups | {group})
        locked = tuple(found[name] for name in sorted(found))
        return msgspec.structs.replace(self, locked=locked, locked_from=self.declared)


def resolve(
    wants: Iterable[Want],
    application: Application,
    outside: Outside,
    *,
    only: Mapping[str, Chosen] | None = None,
    pins: Mapping[str, str] | None = None,
) -> dict[str, Chosen]:
    """What a resolver chooses, by name. ``only`` has the versions where they are decided, ``pins`` are constraints."""
    wanted = tuple(wants)
    versions = {each.name: each.version for each in wanted if each.version}
    found: dict[str, Chosen] = {}
    waiting = [(want.name, want, True) for want in wanted]
    waiting.sort(key=lambda each: each[0])
    while waiting:
        name, want, requested = waiting.pop(0)
        if name in found:
            if requested and not found[name].requested:
                found[name] = msgspec.structs.replace(found[name], requested=True)
            continue
        chosen = _choose(name, want, application, outside, versions | dict(pins or {}), only)
        found[name] = msgspec.structs.replace(chosen, requested=requested)
        for dependency in chosen.release.requires if chosen.release else ():
            waiting.append((dependency, Want(name=dependency), False))
    return dict(sorted(found.items()))


def _choose(
    name: str,
    want: Want,
    application: Application,
    outside: Outside,
    versions: Mapping[str, str],
    only: Mapping[str, Chosen] | None,
) -> Chosen:
    if only is not None:
        return only[name]
    match want.source:
        case "folder" | "editable":
            return Chosen(name=name, version="1.0", source=want.source, revision=application.local_revision)
        case "commit":
            return Chosen(name=name, version="1.0", source=want.source, revision=application.pinned_head)
        case "branch" | "checkout":
            return Chosen(name=name, version="1.0", source=want.source, revision=outside.head)
        case "archive":
            return Chosen(name=name, version="1.0", source=want.source)
        case "index":
            pass
    release = outside.index.release(name, versions.get(name))
    if release is None:
        raise UnresolvableError(f"{name} {versions.get(name)}")
    return Chosen(
        name=name, version=release.version, release=release, revision=outside.index.revision(release), source="index"
    )


def texts(application: Application) -> dict[str, bytes]:
    """The files that say what is installed, by their names in the application's folder."""
    return {name: text.encode() for name, text in _texts(application).items()}


def _texts(application: Application) -> dict[str, str]:
    match application.manager:
        case "pip":
            return {"requirements.txt": _requirements(application)}
        case "project":
            return {"pyproject.toml": _pyproject(application)}
        case "pipenv":
            return {"Pipfile": _pipfile(application), "Pipfile.lock": _pipfile_lock(application)}
        case "uv":
            return {"pyproject.toml": _pyproject(application), "uv.lock": _uv_lock(application)}
        case "poetry":
            return {"pyproject.toml": _pyproject(application), "poetry.lock": _poetry_lock(application)}
        case "pdm":
            return {"pyproject.toml": _pyproject(application), "pdm.lock": _pdm_lock(application)}
        case "pylock":
            return {"pylock.toml": _pylock(application)}


def folder_files(application: Application) -> dict[str, bytes]:
    """The files of the application that are installed from its folder, or started."""
    return {
        "app.py": b"print('hello')\n",
        "libs/local/pyproject.toml": b'[project]\nname = "local"\nversion = "1.0"\n',
        "libs/local/local.py": f"# local, revision {application.local_revision}\n".encode(),
    }


def requirement(want: Want, pinned_head: int) -> str:
    """A requirement as pip reads it from a file."""
    match want.source:
        case "index":
            return f"{want.name}=={want.version}" if want.version else want.name
        case "folder":
            return "./libs/local"
        case "editable":
            return "-e ./libs/local"
        case "commit":
            return f"remote @ git+{REPOSITORY}@{commit(pinned_head)}"
        case "branch":
            return f"remote @ git+{REPOSITORY}@main"
        case "checkout":
            return f"-e git+{REPOSITORY}@main#egg=remote"
        case "archive":
            place = f"somebody:${{ARCHIVE_PASSWORD}}@{FILES.removeprefix('https://')}"
            return f"archived @ https://{place}/archived-1.0-py3-none-any.whl?token=${{ARCHIVE_TOKEN}}"


def _requirements(application: Application) -> str:
    if not application.hashed:
        return "".join(f"{requirement(each, application.pinned_head)}\n" for each in application.wants)
    lines = []
    for each in application.locked:
        hashes = " ".join(f"--hash=sha256:{each.digest(kind)}" for kind in _kinds(each))
        lines.append(f"{each.name}=={each.version} {hashes}\n")
    return "".join(lines)


def _kinds(each: Chosen) -> tuple[str, ...]:
    return ("sdist",) if each.release and each.release.kind == "sdist" else ("sdist", "wheel")


def _pyproject(application: Application) -> str:
    def listed(wants: Iterable[Want]) -> str:
        return json.dumps([_pep508(each, application.pinned_head) for each in wants])

    text = f'[project]\nname = "app"\nversion = "1"\ndependencies = {listed(application.wants)}\n'
    text += f"[project.optional-dependencies]\n{EXTRA} = {listed(application.fancy)}\n"
    text += f"[dependency-groups]\n{GROUP} = {listed(application.more)}\n"
    if application.manager == "poetry":
        text += "[tool.poetry]\npackage-mode = false\n"
    if application.manager == "pdm":
        text += "[tool.pdm]\ndistribution = false\n"
    return text


def _pep508(want: Want, pinned_head: int) -> str:
    if want.source == "folder":
        return "local @ file:///workspace/libs/local"
    return requirement(want, pinned_head)


def _uv_lock(application: Application) -> str:
    text = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[[package]]\nname = "app"\nversion = "1"\n'
    text += 'source = { virtual = "." }\n'
    for each in application.locked:
        text += f'\n[[package]]\nname = "{each.name}"\nversion = "{each.version}"\n'
        match each.source:
            case "folder":
                text += 'source = { directory = "libs/local" }\n'
            case "commit":
                text += f'source = {{ git = "{REPOSITORY}?rev={commit(each.revision)}#{commit(each.revision)}" }}\n'
            case _:
                text += f'source = {{ registry = "https://index.example/simple/" }}\n{_uv_files(each)}'
    return text + _groups_comment(application)


def _uv_files(each: Chosen) -> str:
    assert each.release is not None
    sdist = f'sdist = {{ url = "{FILES}/{each.name}.tar.gz", hash = "sha256:{each.digest("sdist")}" }}\n'
    if each.release.kind == "sdist":
        return sdist
    return (
        f'{sdist}wheels = [{{ url = "{FILES}/{file_name(each.release)}", hash = "sha256:{each.digest("wheel")}" }}]\n'
    )


def _groups_comment(application: Application) -> str:
    """Stands for what the lock says of groups, which Lamina doesn't read, in the text that it takes the digest of."""
    groups = {each.name: sorted(each.groups) for each in application.locked}
    return f"# {json.dumps(groups)} {application.locked_from}\n"


def _poetry_lock(application: Application) -> str:
    text = ""
    for each in application.locked:
        hashes = ", ".join(f'{{file = "{kind}", hash = "sha256:{each.digest(kind)}"}}' for kind in _kinds(each))
        files = f"[{hashes}]" if each.source == "index" else "[]"
        text += f'[[package]]\nname = "{each.name}"\nversion = "{each.version}"\nfiles = {files}\n'
        if each.source == "folder":
            text += '[package.source]\ntype = "directory"\nurl = "libs/local"\n'
        if each.source == "commit":
            text += f'[package.source]\ntype = "git"\nurl = "{REPOSITORY}"\n'
            text += f'reference = "{commit(each.revision)}"\nresolved_reference = "{commit(each.revision)}"\n'
    return f'{text}[metadata]\nlock-version = "2.1"\n{_groups_comment(application)}'


def _pdm_lock(application: Application) -> str:
    text = f'[metadata]\ngroups = ["default", "{GROUP}", "{EXTRA}"]\nlock_version = "4.5.0"\n'
    for each in application.locked:
        text += f'[[package]]\nname = "{each.name}"\nversion = "{each.version}"\n'
        match each.source:
            case "folder":
                text += 'path = "./libs/local"\n'
            case "commit":
                text += f'git = "{REPOSITORY}"\nref = "{commit(each.revision)}"\nrevision = "{commit(each.revision)}"\n'
            case _:
                hashes = (f'{{file = "{kind}", hash = "sha256:{each.digest(kind)}"}}' for kind in _kinds(each))
                text += f"files = [{', '.join(hashes)}]\n"
    return text + _groups_comment(application)


def _pylock(application: Application) -> str:
    text = f'lock-version = "1.0"\nextras = ["{EXTRA}"]\ndependency-groups = ["{GROUP}"]\ncreated-by = "uv"\n'
    if not application.locked:
        text += "packages = []\n"
    for each in application.locked:
        text += f'[[packages]]\nname = "{each.name}"\nversion = "{each.version}"\n'
        if "" not in each.groups:
            conditions = [f"'{GROUP}' in dependency_groups"] if GROUP in each.groups else []
            conditions += [f"'{EXTRA}' in extras"] if EXTRA in each.groups else []
            text += f'marker = "{" or ".join(conditions)}"\n'
        match each.source:
            case "folder":
                text += 'directory = { path = "libs/local" }\n'
            case "commit":
                text += f'vcs = {{ type = "git", url = "{REPOSITORY}", commit-id = "{commit(each.revision)}" }}\n'
            case _:
                digest = each.digest("sdist")
                text += f'sdist = {{ url = "{FILES}/{each.name}.tar.gz", hashes = {{ sha256 = "{digest}" }} }}\n'
                if each.release and each.release.kind != "sdist":
                    text += f'[[packages.wheels]]\nurl = "{FILES}/{file_name(each.release)}"\n'
                    text += f'hashes = {{ sha256 = "{each.digest("wheel")}" }}\n'
    return text


def _pipfile(application: Application) -> str:
    def packages(wants: Iterable[Want]) -> str:
        return "".join(f"{each.name} = {_pipfile_entry(each, application.pinned_head)}\n" for each in wants)

    return f"[packages]\n{packages(application.wants)}[{GROUP}]\n{packages(application.more)}"


def _pipfile_entry(want: Want, pinned_head: int) -> str:
    match want.source:
        case "folder":
            return '{ path = "./libs/local" }'
        case "commit":
            return f'{{ git = "{REPOSITORY}", ref = "{commit(pinned_head)}" }}'
        case _:
            return f'"=={want.version}"' if want.version else '"*"'


def _pipfile_lock(application: Application) -> str:
    def entry(each: Chosen) -> dict[str, object]:
        match each.source:
            case "folder":
                return {"path": "./libs/local"}
            case "commit":
                return {"git": REPOSITORY, "ref": commit(each.revision)}
            case _:
                hashes = [f"sha256:{each.digest(kind)}" for kind in _kinds(each)]
                return {"version": f"=={each.version}", "hashes": hashes}

    document = {
        "_meta": {"hash": {"sha256": application.locked_from}, "pipfile-spec": 6},
        "default": {each.name: entry(each) for each in application.locked if "" in each.groups},
        "develop": {},
        GROUP: {each.name: entry(each) for each in application.locked if GROUP in each.groups},
    }
    return json.dumps(document, indent=4)
