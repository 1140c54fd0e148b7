"""Decides how the command is written that would write a golden plan anew: it is shown in logs that many read."""

import re
from collections.abc import Sequence
from typing import Final

# Settings of Lamina's own that are plain choices. Whether another variable's value is a secret follows from no name
# and from no value, so none is shown.
_PLAIN: Final = frozenset({
    "BP_CPYTHON_VERSION", "BP_DJANGO_COLLECTSTATIC", "BP_PDM_VERSION", "BP_PIPENV_VERSION", "BP_PIP_VERSION",
    "BP_POETRY_VERSION", "BP_PYTHON_CHECK_DEPENDENCIES", "BP_PYTHON_DEFAULT_VERSION", "BP_PYTHON_DIVIDE",
    "BP_PYTHON_EXTRAS", "BP_PYTHON_GROUPS", "BP_PYTHON_PACKAGE_MANAGER", "BP_PYTHON_PREFER_WHEELS",
    "BP_PYTHON_PROVIDE_ONLY", "BP_PYTHON_VERSION", "BP_UV_VERSION",
})  # fmt: skip
# Versions, ranges of them, names and switches.
_CHOICE: Final = re.compile(r"[A-Za-z0-9.,*<>=!~ _-]{0,60}\Z")


def renewing(app: str, file: str, env: Sequence[str], env_file: str = "") -> tuple[str, ...]:
    """The command that writes the plan of ``app`` which was asked for with these options.

    Of ``env`` (``NAME`` or ``NAME=VALUE``) a value stands there only if it is a plain choice; any other is passed on
    from the shell of whoever runs the command.
    """
    variables = (*(("--env-file", env_file) if env_file else ()), *(word for each in env for word in _shown(each)))
    return ("lamina", "plan", app, "--write", file, *variables)


def _shown(pair: str) -> tuple[str, str]:
    name, _, value = pair.partition("=")
    return "--env", pair if name in _PLAIN and _CHOICE.match(value) else name
