"""Lists the names that other buildpacks and platforms give a meaning to: understood here, or what does it instead.

A row for each name; ``docs/from-*.md`` have the same rows, and a test holds both against each other.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.bindings.at_launch import LAUNCH_VARIABLE
from pure.build.labelled import LABELS_VARIABLE, OCI_VARIABLES
from pure.manager.choice import MANAGER_VARIABLE, PEER_REQUIREMENTS_VARIABLE, REQUIREMENTS_VARIABLE
from pure.project.build_commands import BUILD_VARIABLE
from pure.project.detection import FOLDER_VARIABLE
from pure.project.selection import GROUPS_VARIABLE, PEER_GROUPS
from pure.project.vendored import FOLDERS_VARIABLE
from pure.python.offer import MIRROR_VARIABLE
from pure.start.django import DISABLE_VARIABLE
from pure.start.processes import PROCFILE

Builder: TypeAlias = Literal["Paketo", "Heroku", "Google", "Railpack", "Nixpacks", "App Service", "nobody"]


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """A variable, or a file in the application's root, that a builder gives a meaning to.

    A name that ends in ``*`` is the begin of names.
    """

    name: str
    builder: Builder
    instead: str = ""
    """What does it here, as the end of a sentence; empty where the name itself is understood."""
    by_another: bool = False
    """Whether a buildpack that brings system packages reads it, where there is one in the build."""


def _heard(builder: Builder, *names: str) -> tuple[Foreign, ...]:
    return tuple(Foreign(name=name, builder=builder) for name in names)


def _rows(builder: Builder, instead: Mapping[str, str]) -> tuple[Foreign, ...]:
    return tuple(Foreign(name=name, builder=builder, instead=words) for name, words in instead.items())


_CONDA: Final = "conda isn't supported; list what the application needs in a requirements.txt"
_DEVELOPMENT: Final = "nothing is reloaded in an image"
_FUNCTION: Final = f"a {PROCFILE} would choose it:  web: functions-framework --target NAME --host 0.0.0.0 --port $PORT"
_GROUPS: Final = f"{GROUPS_VARIABLE}={{value}} would do it"
_BUILD_COMMAND: Final = f"{BUILD_VARIABLE}={{value}} would do it"
_BUILD_FILE: Final = f'{BUILD_VARIABLE}="sh {{file}}" would do it'
_NO_COMMANDS: Final = (
    "no command of the application's runs before the installation, nor in its place; after it one does: "
    f"{BUILD_VARIABLE}"
)
_NO_PACKAGES: Final = "system packages come from the build image and the run image, or from an apt buildpack"
_REQUIREMENTS: Final = f"{REQUIREMENTS_VARIABLE}={{value}} would do it"
_VENDORED: Final = f"{FOLDERS_VARIABLE}={{value}} would do it"

VARIABLES: Final[tuple[Foreign, ...]] = (
    *_heard("Paketo", "BP_CPYTHON_VERSION", "BP_PIP_VERSION", "BP_PIPENV_VERSION", "BP_POETRY_VERSION"),
    *_heard("Paketo", "BP_UV_VERSION", PEER_REQUIREMENTS_VARIABLE, "BP_POETRY_RUN_TARGET", "BP_LOG_LEVEL"),
    *_heard("Paketo", *(name for names in PEER_GROUPS.values() for name in names)),
    *_heard("Paketo", *OCI_VARIABLES, LABELS_VARIABLE, LAUNCH_VARIABLE, FOLDERS_VARIABLE),
    *_rows("Paketo", {
        "BP_PIP_DEST_PATH": _VENDORED,
        "BP_UV_FIND_LINKS": "UV_FIND_LINKS={value} would do it",
        "BP_CONDA_SOLVER": _CONDA,
        "BP_MINICONDA_VERSION": _CONDA,
        "BP_ENABLE_PACKAGE_MANAGERS": f"the lock chooses the package manager, or {MANAGER_VARIABLE}",
        "BP_LIVE_RELOAD_ENABLED": _DEVELOPMENT,
        "BP_LAUNCH_WITH_TINI": "the platform's launcher starts the process; docker run --init puts tini before it",
        "BP_DEPENDENCY_MIRROR": (
            f"{MIRROR_VARIABLE}={{value}}/astral-sh/python-build-standalone/releases/download would do it"
        ),
        "BP_DISABLE_SBOM": "the bills of materials are always written",
    }),
    # Nobody's, but what the names above look like.
    *_rows("nobody", {
        "BP_PIP_REQUIREMENTS_FILE": _REQUIREMENTS,
        "BP_PYTHON_REQUIREMENTS": _REQUIREMENTS,
        "BP_PYTHON_PROJECT_PATH": f"{FOLDER_VARIABLE}={{value}} would do it",
    }),
    *_heard("Heroku", DISABLE_VARIABLE, "WEB_CONCURRENCY", "PIP_*"),
    *_rows("Heroku", {"DEBUG_COLLECTSTATIC": "what collectstatic says when it fails is always shown"}),
    *_heard("Google", "GOOGLE_PYTHON_VERSION", "GOOGLE_RUNTIME_VERSION", "GOOGLE_ENTRYPOINT"),
    # An application has other variables that begin so.
    *_rows("Google", {
        "GOOGLE_PYTHON_PACKAGE_MANAGER": f"{MANAGER_VARIABLE}={{value}} would do it",
        "GOOGLE_VENDOR_PIP_DEPENDENCIES": _VENDORED,
        "GOOGLE_FUNCTION_TARGET": _FUNCTION,
        "GOOGLE_FUNCTION_SOURCE": _FUNCTION,
        "GOOGLE_FUNCTION_SIGNATURE_TYPE": _FUNCTION,
        "GOOGLE_BUILDABLE": f"{FOLDER_VARIABLE} names the project's folder",
        "GOOGLE_CLEAR_SOURCE": "an application in Python is its source; project.toml leaves files out (exclude)",
        "GOOGLE_DEVMODE": _DEVELOPMENT,
        "GOOGLE_LABEL_*": f"{LABELS_VARIABLE}='name=\"{{value}}\"' would label the image",
    }),
    *_heard("Railpack", "RAILPACK_PYTHON_VERSION", "RAILPACK_START_CMD"),
    *_rows("Railpack", {
        "RAILPACK_INSTALL_CMD": _NO_COMMANDS,
        "RAILPACK_BUILD_CMD": _BUILD_COMMAND,
        "RAILPACK_PACKAGES": _NO_PACKAGES,
        "RAILPACK_BUILD_APT_PACKAGES": _NO_PACKAGES,
        "RAILPACK_DEPLOY_APT_PACKAGES": _NO_PACKAGES,
        "RAILPACK_*": "it is a setting of Railpack",
    }),
    *_heard("Nixpacks", "NIXPACKS_PYTHON_VERSION", "NIXPACKS_START_CMD"),
    *_rows("Nixpacks", {
        "NIXPACKS_PYTHON_PACKAGE_MANAGER": f"{MANAGER_VARIABLE}={{value}} would do it",
        "NIXPACKS_INSTALL_CMD": _NO_COMMANDS,
        "NIXPACKS_BUILD_CMD": _BUILD_COMMAND,
        "NIXPACKS_PKGS": _NO_PACKAGES,
        "NIXPACKS_APT_PKGS": _NO_PACKAGES,
        "NIXPACKS_*": "it is a setting of Nixpacks",
    }),
    *_rows("App Service", {"PRE_BUILD_COMMAND": _NO_COMMANDS, "POST_BUILD_COMMAND": _BUILD_COMMAND}),
)  # fmt: skip

FILES: Final[tuple[Foreign, ...]] = (
    *_rows("Paketo", {
        "buildpack.yml": "variables say what it said, such as BP_CPYTHON_VERSION",
        "package-list.txt": _CONDA,
        "pixi.lock": "pixi isn't supported",
    }),
    *_rows("Heroku", {
        "bin/pre_compile": _NO_COMMANDS,
        "bin/post_compile": _BUILD_FILE.format(file="bin/post_compile"),
        "nltk.txt": f"{BUILD_VARIABLE}=\"python -m nltk.downloader -d nltk_data …\" would download them; set NLTK_DATA",
        "heroku.yml": f"a {PROCFILE} names processes, and variables configure the build",
    }),
    Foreign(name="Aptfile", builder="Heroku", instead=_NO_PACKAGES, by_another=True),
    *_rows("Railpack", {"railpack.json": "Railpack reads it, and this buildpack doesn't"}),
    *_rows("Nixpacks", {"nixpacks.toml": "Nixpacks reads it, and this buildpack doesn't"}),
    *_rows("nobody", {"apt.txt": _NO_PACKAGES, "packages.txt": _NO_PACKAGES}),
)  # fmt: skip

BELOW: Final = tuple(row.name for row in FILES if "/" in row.name)
"""Those of the files that lie in a folder."""

UNDERSTOOD: Final = tuple(row.name for row in VARIABLES if not row.instead)
"""Names of others that hold here as they are."""

_NAMED: Final = {row.name: row for row in VARIABLES if not row.name.endswith("*")}
_BEGUN: Final = {row.name[:-1]: row for row in VARIABLES if row.name.endswith("*")}


def foreign(name: str) -> Foreign | None:
    """The row of a variable; ``None`` where nobody gives it a meaning."""
    return _NAMED.get(name) or next((row for begin, row in _BEGUN.items() if name.startswith(begin)), None)


def brings_packages(variables: Mapping[str, str], layers_dir: str) -> bool:
    """Whether an earlier buildpack of this build has libraries for the loader in layers of its own, as apt's have."""
    layers, _, own = layers_dir.rstrip("/").rpartition("/")
    folders = variables.get("LD_LIBRARY_PATH", "").split(":")
    return any(path.startswith(f"{layers}/") and not path.startswith(f"{layers}/{own}/") for path in folders)
