"""Names what is set or written for another platform, or misspelled, and has no effect on this build."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pure.layers.division import DIVIDE_VARIABLE
from pure.manager.choice import MANAGER_VARIABLE, PYLOCK_VARIABLE, REQUIREMENTS_VARIABLE
from pure.manager.table import TOOLS
from pure.project.detection import PROVIDE_ONLY_VARIABLE
from pure.project.document import Document
from pure.project.files import FOLDER_VARIABLE
from pure.project.selection import EXTRAS_VARIABLE, GROUPS_VARIABLE, PEER_GROUP_VARIABLES
from pure.project.vendored import FOLDERS_VARIABLE
from pure.python.offer import CATALOGUE_REPLACES_VARIABLE, CATALOGUE_VARIABLE, MIRROR_VARIABLE
from pure.python.reasons import DEFAULT_VARIABLE
from pure.python.request import PEER_VARIABLES, VARIABLES, visible
from pure.python.wheels import PREFER_WHEELS_VARIABLE
from pure.start.django import COLLECT_VARIABLE
from pure.start.peers import APP_ENGINE, COMMAND_VARIABLES, read_entrypoint
from pure.start.processes import PROCFILE
from pure.switches import FALSE_WORDS
from pure.venv.lacks import CHECK_VARIABLE

LOG_VARIABLE: Final = "BP_LOG_LEVEL"

HONOURED: Final = (
    *VARIABLES, DEFAULT_VARIABLE, PREFER_WHEELS_VARIABLE, MIRROR_VARIABLE, CATALOGUE_VARIABLE,
    CATALOGUE_REPLACES_VARIABLE, MANAGER_VARIABLE, GROUPS_VARIABLE, EXTRAS_VARIABLE, FOLDER_VARIABLE,
    REQUIREMENTS_VARIABLE, PYLOCK_VARIABLE, PROVIDE_ONLY_VARIABLE, COLLECT_VARIABLE, CHECK_VARIABLE,
    DIVIDE_VARIABLE, FOLDERS_VARIABLE,
    LOG_VARIABLE,
    *(tool.variable for tool in TOOLS.values()),
)  # fmt: skip
"""Every variable of ours, as README.md lists them."""

_START: Final = f"a {PROCFILE} would start it:  web: {{value}}"
_BY_POETRY: Final = f"Poetry doesn't install this application; {GROUPS_VARIABLE}={{value}} would install these groups"
_FUNCTION: Final = f"a {PROCFILE} would choose it:  web: functions-framework --target NAME --host 0.0.0.0 --port $PORT"
_NO_COMMANDS: Final = (
    "no command of the application runs in this build; bring its result along, or make it at the start"
)
_NO_PACKAGES: Final = "system packages come from the build image and the run image"
_MANAGER: Final = f"${MANAGER_VARIABLE} chooses among several locks"

# What the variables of other buildpacks and platforms would have done, and what does it here.
PEERS: Final[Mapping[str, str]] = {
    # Paketo's
    "BP_PIP_DEST_PATH": f"{FOLDERS_VARIABLE}={{value}} would do it",
    "BP_PIP_REQUIREMENTS_FILE": f"{REQUIREMENTS_VARIABLE}={{value}} would do it",
    "BP_PYTHON_REQUIREMENTS": f"{REQUIREMENTS_VARIABLE}={{value}} would do it",
    "BP_PYTHON_PROJECT_PATH": f"{FOLDER_VARIABLE}={{value}} would do it",
    "BP_CONDA_SOLVER": "conda isn't supported",
    "BP_MINICONDA_VERSION": "conda isn't supported",
    "BP_LIVE_RELOAD_ENABLED": "nothing is reloaded in an image",
    # Google's; an application has other variables that begin so.
    "GOOGLE_FUNCTION_TARGET": _FUNCTION,
    "GOOGLE_FUNCTION_SOURCE": _FUNCTION,
    "GOOGLE_FUNCTION_SIGNATURE_TYPE": _FUNCTION,
    "GOOGLE_BUILDABLE": f"${FOLDER_VARIABLE} names the project's folder",
    "GOOGLE_PYTHON_PACKAGE_MANAGER": _MANAGER,
    "GOOGLE_VENDOR_PIP_DEPENDENCIES": f"{FOLDERS_VARIABLE}={{value}} would do it",
    # Railpack's and Nixpacks'
    "RAILPACK_INSTALL_CMD": _NO_COMMANDS,
    "RAILPACK_BUILD_CMD": _NO_COMMANDS,
    "RAILPACK_PACKAGES": _NO_PACKAGES,
    "RAILPACK_BUILD_APT_PACKAGES": _NO_PACKAGES,
    "RAILPACK_DEPLOY_APT_PACKAGES": _NO_PACKAGES,
    "NIXPACKS_PYTHON_PACKAGE_MANAGER": _MANAGER,
    "NIXPACKS_INSTALL_CMD": _NO_COMMANDS,
    "NIXPACKS_BUILD_CMD": _NO_COMMANDS,
    "NIXPACKS_PKGS": _NO_PACKAGES,
    "NIXPACKS_APT_PKGS": _NO_PACKAGES,
    # App Service's
    "PRE_BUILD_COMMAND": _NO_COMMANDS,
    "POST_BUILD_COMMAND": _NO_COMMANDS,
}
# Whatever else begins so is meant for their builder.
_BUILDERS: Final[Mapping[str, str]] = {"RAILPACK_": "Railpack", "NIXPACKS_": "Nixpacks"}

# The same of files in the application's root.
FILES: Final[Mapping[str, str]] = {
    "nltk.txt": "corpora aren't downloaded; commit them and set NLTK_DATA",
    "bin/pre_compile": _NO_COMMANDS,
    "bin/post_compile": _NO_COMMANDS,
    "Aptfile": _NO_PACKAGES,
    "apt.txt": _NO_PACKAGES,
    "packages.txt": _NO_PACKAGES,
    "nixpacks.toml": "Nixpacks reads it, and this buildpack doesn't",
    "railpack.json": "Railpack reads it, and this buildpack doesn't",
}
BELOW: Final = tuple(name for name in FILES if "/" in name)
"""Those of the files that lie in a folder."""

_ENTRYPOINT: Final = re.compile(rb"^entrypoint:[ \t]*(?P<command>[^\s#][^\r\n]*)", re.MULTILINE)
_PROCFILES: Final = re.compile(r"(?i)procfile(?:\.txt)?")
_LONGEST: Final = 60


def unheard(
    variables: Mapping[str, str],
    names: Iterable[str],
    files: Mapping[str, Document | None],
    *,
    groups_by: str | None = None,
    started: bool = True,
) -> tuple[str, ...]:
    """A sentence for each; ``names`` are those in the root, ``files`` what was read of it.

    ``groups_by`` is the variable that names groups, ``None`` where Poetry doesn't install; ``started`` says whether the
    application gets processes.
    """
    present = frozenset(names)
    stated = [name for name in sorted(variables) if variables[name].strip()]
    said = [_variable(name, variables[name].strip()) for name in stated if name not in _HEARD]
    said += [_group(name, variables[name].strip(), groups_by) for name in stated if name in PEER_GROUP_VARIABLES]
    commands = () if started else COMMAND_VARIABLES
    said += [f"${name} has no effect: only Python is provided" for name in stated if name in commands]
    said += [f"{name} has no effect: {FILES[name]}" for name in FILES if name in present or files.get(name) is not None]
    if PROCFILE not in present:
        said += [
            f"{name} has no effect; did you mean {PROCFILE}?" for name in sorted(present) if _PROCFILES.fullmatch(name)
        ]
    engine = files.get(APP_ENGINE)
    found = _ENTRYPOINT.search(engine.raw) if engine and PROCFILE not in present else None
    if found and engine and read_entrypoint(engine.text) is None:
        command = visible(found["command"].decode("utf-8", "replace").strip().strip("'\""))
        said.append(f"{APP_ENGINE}, entrypoint has no effect: {_START.format(value=command)}")
    return tuple(each for each in said if each)


# Other builders' variables that have an effect here.
_HEARD: Final = frozenset((*PEER_VARIABLES, *COMMAND_VARIABLES, *PEER_GROUP_VARIABLES))


def _group(name: str, value: str, groups_by: str | None) -> str:
    if groups_by is None:
        return f"${name} has no effect: {_BY_POETRY.format(value=visible(value))}"
    return "" if groups_by == name else f"${name} has no effect: ${groups_by} names the groups"


def _variable(name: str, value: str) -> str:
    if name in HONOURED:
        return ""
    builder = next((title for start, title in _BUILDERS.items() if name.startswith(start)), None)
    if name in PEERS and not (builder is None and value.lower() in FALSE_WORDS):
        return f"${name} has no effect: {PEERS[name].format(value=visible(value))}"
    if builder is not None and len(name) <= _LONGEST:
        return f"${visible(name)} has no effect: it is a setting of {builder}"
    meant = meant_by(name)
    return f"${visible(name)} has no effect; did you mean {meant}?" if meant else ""


def meant_by(name: str) -> str | None:
    """The variable of ours that a name is spelled like; ``None`` if it is one, or like none."""
    if not name.upper().startswith("BP_") or len(name) > _LONGEST or name in HONOURED:
        return None
    near = (each for each in HONOURED if _alike(name.upper(), each))
    return min(near, key=lambda each: _distance(name.upper(), each), default=None)


def _alike(name: str, right: str) -> bool:
    """Whether they differ by slips of the hand only. Short words have to be equal: PHP isn't PIP."""
    if name.replace("_", "") == right.replace("_", ""):
        return True
    words, wanted = name.split("_"), right.split("_")
    return len(words) == len(wanted) and all(
        one == other
        or (len(other) > _SHORT and _distance(one, other) <= _SLIPS)
        or (len(one) > len(other) >= _STEM and one.startswith(other))
        for one, other in zip(words, wanted, strict=True)
    )


_SHORT: Final = 4
_SLIPS: Final = 2
_STEM: Final = 3


def _distance(one: str, other: str) -> int:
    """How many letters have to be added, taken away, changed or swapped with their neighbours."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        two_before, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
    return row[-1]
