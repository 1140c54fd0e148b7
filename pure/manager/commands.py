"""Says how each tool is started: its arguments, its environment, and how it tells that a lock is out of date.

uv: https://docs.astral.sh/uv/reference/cli/ ; Poetry: https://python-poetry.org/docs/cli/ ; Pipenv:
https://pipenv.pypa.io/en/latest/cli.html ; PDM: https://pdm-project.org/latest/reference/cli/ .
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from pure.manager.table import Manager
from pure.project.selection import Selection


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One start of a tool. ``check`` says that it only looks whether the lock is up to date: failing means it isn't."""

    argv: tuple[str, ...]
    check: bool = False


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """The absolute paths that a tool is told: its layer, the environment, the runtime's interpreter, a free folder."""

    layer: str
    venv: str
    python: str
    temporary: str


# Settings that would move what is made, take parts of it away or refuse to make it. The build decides over them.
_OURS: Final[Mapping[str, tuple[str, ...]]] = {
    "uv": (
        "UV_ACTIVE", "UV_BREAK_SYSTEM_PACKAGES", "UV_CHECK", "UV_COMPILE_BYTECODE", "UV_DEV", "UV_DRY_RUN", "UV_FROZEN",
        "UV_GROUP", "UV_INEXACT", "UV_ISOLATED", "UV_LOCKED", "UV_MANAGED_PYTHON", "UV_NO_DEFAULT_GROUPS", "UV_NO_DEV",
        "UV_NO_EDITABLE", "UV_NO_INSTALL_LOCAL", "UV_NO_INSTALL_PROJECT", "UV_NO_INSTALL_WORKSPACE",
        "UV_NO_MANAGED_PYTHON", "UV_NO_SYNC", "UV_PREFIX", "UV_PROJECT", "UV_PYTHON_PREFERENCE", "UV_SYSTEM_PYTHON",
        "UV_TARGET", "UV_WORKING_DIR", "UV_WORKING_DIRECTORY",
    ),
    "poetry": (
        "POETRY_HOME", "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_IN_PROJECT", "POETRY_VIRTUALENVS_PATH",
        "POETRY_VIRTUALENVS_OPTIONS_SYSTEM_SITE_PACKAGES", "POETRY_VIRTUALENVS_USE_POETRY_PYTHON",
    ),
    "pipenv": (
        "PIPENV_CUSTOM_VENV_NAME", "PIPENV_DEFAULT_CATEGORIES", "PIPENV_IGNORE_VIRTUALENVS", "PIPENV_PIPFILE",
        "PIPENV_PYTHON", "PIPENV_SKIP_LOCK", "PIPENV_VENV_IN_PROJECT", "PIPENV_VERBOSE",
    ),
    "pdm": (
        "PDM_IGNORE_ACTIVE_VENV", "PDM_LOCKFILE", "PDM_NO_EDITABLE", "PDM_NO_SELF", "PDM_PROJECT", "PDM_PYTHON",
        "PDM_VENV_IN_PROJECT",
    ),
}  # fmt: skip

# Pipenv and PDM break their lines at this width, in the middle of words: a credential in two halves would not be known
# as one any more.
_WIDTH: Final = "10000"

# What each tool says when the lock no longer fits what the project declares.
_STALE: Final[Mapping[str, re.Pattern[str]]] = {
    "uv": re.compile(r"lockfile at [^ ]* needs to be updated"),
    "poetry": re.compile(r"changed significantly since poetry\.lock was last generated"),
    "pipenv": re.compile(r"Pipfile\.lock.{0,200}?out[- ]of[- ]date"),
    "pdm": re.compile(r"Lock ?file .{0,200}?(?:hash doesn't match|out of date|doesn't satisfy)", re.IGNORECASE),
}


def commands(
    manager: Manager,
    places: Places,
    *,
    file: str,
    selection: Selection,
    groups: tuple[str, ...],
    defaults: tuple[str, ...] = (),
    comparable: bool = True,
    itself: bool = True,
) -> tuple[Command, ...]:
    """What brings the environment to what ``file`` locks; ``groups`` are all dependency groups that there are.

    ``defaults`` are those that a standard lock file always adds; ``comparable`` says that the lock has to be compared
    with its declaration, and can be; ``itself`` that the project itself is to be installed, where that isn't up to the
    tool.
    """
    module = (places.python, "-P", "-m", manager.tool.name)
    asked_groups = _each("--group", selection.groups)
    match manager.name:
        case "uv":
            extras = _each("--extra", selection.extras)
            options = ("--locked", "--no-default-groups", "--no-editable", *asked_groups, *extras)
            return (Command(argv=(f"{places.layer}/bin/uv", "sync", *options)),)
        case "pylock":
            options = ("--python", f"{places.venv}/bin/python", "--preview-features", "pylock")
            extras = _each("--extra", selection.extras)
            empty = "--allow-empty-requirements"
            pip = (f"{places.layer}/bin/uv", "pip")
            if not defaults:
                return (Command(argv=(*pip, "sync", *options, empty, *asked_groups, *extras, file)),)
            # uv leaves out the default groups as soon as another one is named, so that those are added afterwards.
            synchronised = Command(argv=(*pip, "sync", *options, empty, *extras, file))
            added = Command(argv=(*pip, "install", *options, *asked_groups, *extras, "-r", file))
            return (synchronised, added) if selection.groups else (synchronised,)
        case "poetry":
            only = ",".join(("main", *selection.groups))
            options = ("--only", only, *_each("--extras", selection.extras), "--no-interaction", "--no-ansi")
            options = options if itself else (*options, "--no-root")
            return (Command(argv=(*module, "sync", *options)),)
        case "pipenv":
            wanted = " ".join(dict.fromkeys(("packages", *selection.groups)))
            categories = ("--categories", wanted) if selection.groups else ()
            verify = (Command(argv=(*module, "verify"), check=True),) if comparable else ()
            return (*verify, Command(argv=(*module, "sync", *categories)))
        case "pdm":
            # PDM refuses --prod beside one of the groups that it leaves out; naming one leaves out the others.
            production = () if set(selection.groups) & set(groups) else ("--prod",)
            named = _each("--group", (*selection.groups, *selection.extras))
            sync = (*module, "sync", *production, "--clean-unselected", "--no-editable", *named)
            verify = (Command(argv=(*module, "lock", "--check"), check=True),) if comparable else ()
            return (*verify, Command(argv=sync))
        case _:
            raise AssertionError(f"{manager.name} doesn't synchronise by itself")


def environment(manager: Manager, tools: Mapping[str, str], places: Places) -> dict[str, str]:
    """The environment of a tool: the user's settings, and ours above those that would lead it astray."""
    name = manager.tool.name
    kept = {variable: value for variable, value in tools.items() if variable not in _OURS.get(name, ())}
    certificates = tools.get("SSL_CERT_FILE") or tools.get("PIP_CERT")
    own = {"VIRTUAL_ENV": places.venv, "PYTHONUSERBASE": places.layer, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    match name:
        case "uv":
            own |= {
                "UV_CACHE_DIR": f"{places.temporary}/uv-cache",
                "UV_LINK_MODE": "copy",
                "UV_NO_PROGRESS": "1",
                "UV_PROJECT_ENVIRONMENT": places.venv,
                "UV_PYTHON": places.python,
                "UV_PYTHON_DOWNLOADS": "never",
            }
        case "poetry":
            own |= {
                "POETRY_CACHE_DIR": f"{places.temporary}/poetry-cache",
                "POETRY_KEYRING_ENABLED": tools.get("POETRY_KEYRING_ENABLED") or "false",
                "POETRY_NO_INTERACTION": "1",
                "POETRY_VIRTUALENVS_CREATE": "false",
            }
        case "pipenv":
            own |= {
                "COLUMNS": _WIDTH,
                "PIPENV_CACHE_DIR": f"{places.temporary}/pipenv-cache",
                "PIPENV_DONT_LOAD_ENV": "1",
                "PIPENV_NOSPIN": "1",
                # Else a Pipfile of a folder above would be taken for that of a project without one.
                "PIPENV_NO_INHERIT": "1",
                "PIPENV_VERBOSITY": "-1",
                "PIPENV_YES": "1",
                # The switch for compiling is named by what it turns on.
                "PIP_COMPILE": "0",
                "PIP_NO_INPUT": "1",
                "PIP_ROOT_USER_ACTION": "ignore",
            }
        case "pdm":
            own |= {
                "COLUMNS": _WIDTH,
                # The project's hooks say `pdm run`. What else is there comes after the application's own.
                "PATH": f"{tools.get('PATH', '')}:{places.layer}/bin",
                "PDM_CACHE_DIR": f"{places.temporary}/pdm-cache",
                "PDM_CHECK_UPDATE": "0",
                "PDM_IGNORE_SAVED_PYTHON": "1",
                "PDM_INSTALL_CACHE": "0",
                "PDM_LOG_DIR": f"{places.temporary}/pdm-log",
                "PDM_NON_INTERACTIVE": "1",
                "PDM_USE_VENV": "1",
            }
        case _:
            raise AssertionError(f"{name} is started elsewhere")
    if certificates and "REQUESTS_CA_BUNDLE" not in tools:
        own["REQUESTS_CA_BUNDLE"] = certificates
    return kept | own


# These have a command that only checks; when they install, they say as a warning what is no reason to fail.
_CHECKING: Final = frozenset({"pipenv", "pdm"})


def is_stale(tool: str, said: tuple[str, ...], *, check: bool) -> bool:
    """Whether a failing tool says that its lock is out of date; ``check`` says that it was to look just for that.

    Lines may be broken anywhere between words.
    """
    if tool in _CHECKING and not check:
        return False
    text = " ".join(" ".join(line.split()) for line in said)
    pattern = _STALE.get(tool)
    return pattern is not None and pattern.search(text) is not None


def _each(option: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for name in names for word in (option, name))
