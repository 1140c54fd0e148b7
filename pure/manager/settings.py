"""Says in which environment each tool runs: the user's settings, and those of the build above them.

uv: https://docs.astral.sh/uv/reference/environment/ ; Poetry: https://python-poetry.org/docs/configuration/ ; Pipenv:
https://pipenv.pypa.io/en/latest/configuration.html ; PDM: https://pdm-project.org/latest/usage/config/ .
"""

from collections.abc import Mapping
from typing import Final, assert_never

from pure.manager.commands import Places
from pure.manager.environment import without_questions
from pure.manager.table import Manager, ToolName

# Settings that would move what is made, take parts of it away or refuse to make it. The build decides over them.
_OURS: Final[Mapping[ToolName, tuple[str, ...]]] = {
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
        "PIPENV_PYTHON", "PIPENV_SKIP_LOCK", "PIPENV_VENV_IN_PROJECT", "PIPENV_VERBOSE", "PIP_NO_INPUT",
    ),
    "pdm": (
        "PDM_IGNORE_ACTIVE_VENV", "PDM_LOCKFILE", "PDM_NO_EDITABLE", "PDM_NO_SELF", "PDM_PROJECT", "PDM_PYTHON",
        "PDM_VENV_IN_PROJECT",
    ),
    # Its steps have an environment of their own (pure.manager.environment).
    "pip": (),
}  # fmt: skip

# Pipenv and PDM break their lines at this width, in the middle of words: a credential in two halves would not be known
# as one any more.
_WIDTH: Final = "10000"


def tool_settings(manager: Manager, tools: Mapping[str, str], places: Places, *, ssh: bool = False) -> dict[str, str]:
    """The environment of a tool: the user's settings, and ours above those that would lead it astray.

    ``ssh`` says that repositories may be asked for by SSH.
    """
    name = manager.tool.name
    kept = {variable: value for variable, value in tools.items() if variable not in _OURS[name]}
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
                "PIP_ROOT_USER_ACTION": "ignore",
                **without_questions(tools, ssh=ssh),
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
        case "pip":
            raise AssertionError("pip is started elsewhere")
        case _:
            assert_never(name)
    return kept | own
