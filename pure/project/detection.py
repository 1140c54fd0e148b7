"""Decides from the names in an application's root whether it is a Python project (buildpack specification, Detection).

This module runs in every ``bin/detect``, once for each buildpack that a builder tries. Its values are named tuples: the
import of ``msgspec`` would take half of the time that detection may take.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from pure.switches import BadSwitch, switch

# Why each name marks a Python project. The order is the order in which reasons are given.
MARKERS: Final[Mapping[str, str]] = {
    "requirements.txt": "pip",
    "uv.lock": "uv",
    "poetry.lock": "Poetry",
    "Pipfile.lock": "Pipenv",
    "Pipfile": "Pipenv",
    "pdm.lock": "PDM",
    "pylock.toml": "a standard lock file (PEP 751)",
    "pyproject.toml": "a Python project's configuration",
    "setup.py": "setuptools",
    "setup.cfg": "setuptools",
    ".python-version": "a Python version",
    "runtime.txt": "a Python version",
    "manage.py": "Django",
    "app.py": "a Python program",
    "main.py": "a Python program",
    "application.py": "a Python program",
    "server.py": "a Python program",
    "wsgi.py": "a WSGI application",
    "asgi.py": "an ASGI application",
    "bot.py": "a Python program",
    "run.py": "a Python program",
    "__main__.py": "a Python program",
    "streamlit_app.py": "a Streamlit application",
    "environment.yml": "a conda environment",
    "environment.yaml": "a conda environment",
    "requirements": "a folder of requirements files",
    "requirements.in": "pip-tools",
    ".venv": "a committed virtual environment",
    "venv": "a committed virtual environment",
    "virtualenv": "a committed virtual environment",
}

# What Python can be provided beside: nothing of it says what to install.
_DECLARES_NOTHING: Final = frozenset({
    "a Python version", "Django", "a Python program", "a WSGI application", "an ASGI application",
    "a Streamlit application", "a committed virtual environment",
})  # fmt: skip

# Compared without case: each is what somebody wrote who meant requirements.txt.
MISSPELLED_REQUIREMENTS: Final = frozenset({
    "requirements.txt", "requirement.txt", "requirements", "requirments.txt", "requirement", "requirements.text",
    "requirements.tx", "requirements.md", "requirements.txt.txt", "requiremnts.txt", "requirement.text",
    "requeriments.txt", "requirememts.txt", "reqirements.txt", "reqs.txt", "req.txt", "requires.txt",
    "requirements..txt", "requirements_txt", "requirementstxt", "requirements.pip", "rquirements.txt",
})  # fmt: skip

PYTHON_NAMES: Final = ("python", "cpython")
"""What buildpacks call the runtime."""
SITE_PACKAGES: Final = "site-packages"
OFFERED: Final = (*PYTHON_NAMES, SITE_PACKAGES, "pip", "uv", "poetry", "pipenv", "pdm")
"""What other buildpacks can require of this one. Which of it a build can't give is known only then."""
OWN: Final = "offered"
"""The metadata by which the requirements that this buildpack makes itself are told from those of others."""


def _build_plan(provided: Iterable[str], required: Iterable[str] = ()) -> str:
    provides = (f'[[provides]]\nname = "{name}"\n' for name in provided)
    requires = (f'[[requires]]\nname = "{name}"\n[requires.metadata]\n{OWN} = true\n' for name in required)
    return "\n".join((*provides, *requires))


# What is provided has to be required, and nobody else need do it. One alternative without requirements for each set of
# names would leave it to their order which of its own alternatives a later buildpack gets.
PROVIDES_AND_REQUIRES: Final = _build_plan(OFFERED, OFFERED)
# Here somebody else has to: the buildpack shall stay away where nobody wants Python.
PROVIDES: Final = "\n[[or]]\n".join((
    _build_plan(PYTHON_NAMES), *(f'[[or.provides]]\nname = "{name}"\n' for name in PYTHON_NAMES)
))  # fmt: skip

PROVIDE_ONLY_VARIABLE: Final = "BP_PYTHON_PROVIDE_ONLY"
FOLDER_VARIABLE: Final = "BP_PYTHON_PROJECT_DIR"

_SHOWN: Final = 12


class Passed(NamedTuple):
    """Detection passes: ``build_plan`` is the TOML for ``CNB_BUILD_PLAN_PATH``, ``because`` one line for the log."""

    build_plan: str
    because: str


class NotPython(NamedTuple):
    """Detection fails with status 100: ``looked_for`` is the one line that says what would have made it pass."""

    looked_for: str


Detection: TypeAlias = Passed | NotPython | BadSwitch


def python_markers(names: Iterable[str]) -> tuple[str, ...]:
    """The names that mark a Python project, those of ``MARKERS`` first and in its order."""
    present = frozenset(names)
    known = tuple(name for name in MARKERS if name in present)
    patterned = sorted(name for name in present if name not in MARKERS and _looks_like_python(name))
    return (*known, *patterned)


def misspelled_requirements(names: Iterable[str]) -> tuple[str, ...]:
    """Names that were probably meant to be ``requirements.txt``."""
    return tuple(sorted(n for n in names if n != "requirements.txt" and n.lower() in MISSPELLED_REQUIREMENTS))


def folder_below(variables: Mapping[str, str]) -> str:
    """The folder that is said to be the project's; empty where none is."""
    return variables.get(FOLDER_VARIABLE, "").strip()


def detect(names: Iterable[str], variables: Mapping[str, str], *, below: Iterable[str] | None = ()) -> Detection:
    """Decide from the names in the application's root and the user's variables.

    ``below`` are the names in the folder that is said to be the project's, ``None`` where nobody can look into that:
    whoever names one means a Python project, and the build says what is wrong with it.
    """
    if below is None:
        return Passed(build_plan=PROVIDES_AND_REQUIRES, because=f"Python project: ${FOLDER_VARIABLE} names its folder")
    present = (*names, *below)
    markers = python_markers(present)
    match provides_only(present, variables):
        case BadSwitch() as bad:
            return bad
        case True:
            what = f"found {_several(markers)}, but" if markers else "not a Python project;"
            return Passed(
                build_plan=PROVIDES,
                because=f"{what} ${PROVIDE_ONLY_VARIABLE} offers Python to buildpacks that require it",
            )
        case False if markers:
            return Passed(build_plan=PROVIDES_AND_REQUIRES, because=f"Python project: found {_several(markers)}")
        case False:
            return NotPython(
                looked_for="no Python project: none of requirements.txt, pyproject.toml, a lock file (uv, Poetry, "
                "Pipenv, PDM, pylock.toml), setup.py, .python-version, manage.py, app.py, main.py in its root, which "
                f"{_holds(present)}; a project in a folder below is named by ${FOLDER_VARIABLE}"
            )


def provides_only(names: Iterable[str], variables: Mapping[str, str]) -> bool | BadSwitch:
    """Whether only the runtime is wanted: the switch says so, and nothing there says what to install."""
    if not all(map(declares_nothing, python_markers(names))):
        return False
    return switch(variables, PROVIDE_ONLY_VARIABLE)


def declares_nothing(marker: str) -> bool:
    """Whether a name that marks a Python project says nothing of what to install."""
    return MARKERS.get(marker) in _DECLARES_NOTHING


def _holds(names: tuple[str, ...]) -> str:
    shown = ["".join(letter if letter.isprintable() else "?" for letter in name[:60]) for name in sorted(set(names))]
    if not shown:
        return "is empty"
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return f"holds {', '.join(shown[:_SHOWN])}{more}"


def _looks_like_python(name: str) -> bool:
    lowered = name.lower()
    return lowered in MISSPELLED_REQUIREMENTS or (
        lowered.startswith(("pylock.", "pylock-", "pylock_")) and lowered.endswith(".toml")
    )


def _several(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
