"""Says how the users of a manager name things: the files that declare and lock, what makes the lock again, settings.

Errors carry an ``InstalledFrom``, so that their words name the files that this application has.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.manager.table import MANAGERS, PROJECT, PYLOCK, Manager, ManagerName

# Never a whole URL: what stands before its host is taken out of every line that is printed.
_USERINFO: Final = "with user:password@ before its host"


class InstalledFrom(msgspec.Struct, frozen=True, kw_only=True):
    """What an application is installed from, and by which manager."""

    manager: ManagerName
    # Relative to ``folder``, which they lie in; that is relative to the application's root, as is ``home``.
    files: tuple[str, ...]
    folder: str = ""
    # The project's own folder.
    home: str = ""
    # Who made the files, and by which command they are made again; empty where nobody knows.
    maker: str = ""
    command: str = ""
    # The project's own name.
    project: str = ""

    @property
    def row(self) -> Manager:
        """The manager's row of the table."""
        return MANAGERS[self.manager]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The words for one application."""

    # The tool's, and the variable that chooses its version.
    title: str
    variable: str
    # Where the application's requirements are written.
    declared: str
    # What is made of them, and how, as an imperative; both are empty where nothing is locked.
    lock: str = ""
    relock: str = ""
    # Where an index's address stands.
    index: str
    # The settings for these.
    credentials: str
    certificates: str
    # Whether it is a requirements file, the only one that may hold ${TOKEN}.
    interpolated: bool = False
    # The first of the files.
    file: str = ""
    # How a project that is no package says so.
    no_package: str = ""
    # The project's own name.
    project: str = ""
    # Whether nothing but the project is installed from a folder.
    alone: bool = False

    def own(self, distribution: str) -> bool:
        """Whether this (normalised) name is that of the project itself, which pip doesn't know before it is built."""
        return distribution == self.project if distribution else self.alone

    @property
    def after(self) -> tuple[str, ...]:
        """What has to follow a change of what is declared, in a sentence of its own."""
        return (sentence(f"then {self.relock}"),) if self.relock else ()


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    credentials: str
    certificates: str = "PIP_CERT or SSL_CERT_FILE"


_SETTINGS: Final[Mapping[ManagerName, _Settings]] = {
    "pip": _Settings(credentials=f"PIP_INDEX_URL or PIP_EXTRA_INDEX_URL, {_USERINFO}"),
    "uv-pip": _Settings(
        credentials=f"UV_DEFAULT_INDEX or UV_INDEX (PIP_INDEX_URL and PIP_EXTRA_INDEX_URL will do), {_USERINFO}",
        certificates="SSL_CERT_FILE or PIP_CERT",
    ),
    "project": _Settings(credentials=f"PIP_INDEX_URL or PIP_EXTRA_INDEX_URL, {_USERINFO}"),
    "uv": _Settings(credentials="UV_INDEX_<NAME>_USERNAME and UV_INDEX_<NAME>_PASSWORD", certificates="SSL_CERT_FILE"),
    "poetry": _Settings(
        credentials="POETRY_HTTP_BASIC_<NAME>_USERNAME and POETRY_HTTP_BASIC_<NAME>_PASSWORD",
        certificates="REQUESTS_CA_BUNDLE or POETRY_CERTIFICATES_<NAME>_CERT",
    ),
    "pipenv": _Settings(credentials="the variables in the URL of the Pipfile's source, such as ${TOKEN}"),
    "pdm": _Settings(
        # PDM has variables for one source only.
        credentials="PDM_PYPI_USERNAME and PDM_PYPI_PASSWORD (the source named pypi), or ${TOKEN} in the source's URL",
        certificates="SSL_CERT_FILE or REQUESTS_CA_BUNDLE",
    ),
    # The lock names each file's address, and no index. uv sends these credentials to all addresses of that host.
    "pylock": _Settings(credentials=f"UV_DEFAULT_INDEX, {_USERINFO}", certificates="SSL_CERT_FILE"),
}


_NO_PACKAGE: Final[Mapping[ManagerName, str]] = {
    "uv": "package = false under [tool.uv]",
    "poetry": "package-mode = false under [tool.poetry]",
    "pdm": "distribution = false under [tool.pdm]",
}


def path(folder: str, name: str) -> str:
    """A file's path as the user sees it, from the application's root."""
    return f"{folder}/{name}" if folder else name


def terms(source: InstalledFrom) -> Terms:
    """The words for an application."""
    manager, settings = source.row, _SETTINGS[source.manager]
    files = [path(source.folder, name) for name in source.files]
    listed = f"{', '.join(files[:-1])} or {files[-1]}" if len(files) > 1 else files[0]
    compiled = manager.by_requirements and bool(source.maker)
    locked = manager.by_lock or compiled
    declared = listed
    if manager is PYLOCK or compiled:
        declared = f"what {listed} is made from"
    elif manager.by_lock:
        declared = path(source.home, manager.declared_in[0])
    return Terms(
        title=manager.tool.title,
        variable=manager.tool.variable,
        declared=declared,
        lock=listed if locked else "",
        relock=relock(source) if locked else "",
        index=_index(manager, listed, declared),
        credentials=settings.credentials,
        certificates=settings.certificates,
        interpolated=manager.by_requirements,
        file=files[0],
        no_package=_NO_PACKAGE.get(source.manager, ""),
        project=source.project,
        alone=manager is PROJECT,
    )


def sentence(words: str) -> str:
    """The words as a sentence of their own."""
    return f"{words[:1].upper()}{words[1:]}."


def relock(source: InstalledFrom) -> str:
    """How the lock is made again, as an imperative without capital letter and full stop."""
    lock = " and ".join(path(source.folder, name) for name in source.files)
    if not source.command:
        return f"make {lock} again{f', with {source.maker},' if source.maker else ''} and commit it"
    place = f" in {source.folder}" if source.folder else ""
    return f"run `{source.command}`{place} and commit {lock}"


def _index(manager: Manager, listed: str, declared: str) -> str:
    if manager.by_requirements:
        return f"{'UV_DEFAULT_INDEX' if manager.synchronises else 'PIP_INDEX_URL'} or {listed}"
    if manager is PROJECT:
        return "PIP_INDEX_URL"
    return listed if manager is PYLOCK else declared
