"""Names what is set or written for another platform, or misspelled, and has no effect on this build."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pure.bindings.at_launch import LAUNCH_VARIABLE
from pure.build.facts import Facts
from pure.build.foreign import FILES, UNDERSTOOD, brings_packages, foreign
from pure.build.labelled import LABELS_VARIABLE, OCI_VARIABLES, unread_labels
from pure.layers.division import DIVIDE_VARIABLE
from pure.manager import uv_requirements
from pure.manager.choice import (
    MANAGER_VARIABLE,
    PEER_REQUIREMENTS_VARIABLE,
    PYLOCK_VARIABLE,
    REQUIREMENTS_VARIABLE,
)
from pure.manager.decision import PackageManagerDecision
from pure.manager.table import MANAGERS, TOOLS
from pure.outcome import Success
from pure.project.build_commands import BUILD_KEY, BUILD_VARIABLE, BuildCommands
from pure.project.detection import FOLDER_VARIABLE, PROVIDE_ONLY_VARIABLE
from pure.project.document import Document, at
from pure.project.selection import EXTRAS_VARIABLE, GROUPS_VARIABLE, PEER_GROUPS
from pure.project.vendored import FOLDERS_VARIABLE
from pure.project.vendored import KEY as FOLDERS_KEY
from pure.python.offer import CATALOGUE_REPLACES_VARIABLE, CATALOGUE_VARIABLE, MIRROR_VARIABLE
from pure.python.reasons import DEFAULT_VARIABLE
from pure.python.request import VARIABLES, visible
from pure.python.wheels import PREFER_WHEELS_VARIABLE
from pure.start.declared import PYPROJECT
from pure.start.declared import TABLE as PROCESSES
from pure.start.defaults import MEMORY_VARIABLE, WITHOUT_VARIABLE
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
    DIVIDE_VARIABLE, FOLDERS_VARIABLE, LAUNCH_VARIABLE, LABELS_VARIABLE, *OCI_VARIABLES,
    BUILD_VARIABLE, LOG_VARIABLE, WITHOUT_VARIABLE, MEMORY_VARIABLE,
    *(tool.variable for tool in TOOLS.values()),
)  # fmt: skip
"""Every variable of ours, as docs/settings.md lists them."""

TABLE: Final = ("tool", "lamina")
KEYS: Final = (PROCESSES.rpartition(".")[2], FOLDERS_KEY[-1], BUILD_KEY[-1])
"""What our table in ``pyproject.toml`` may have."""

_START: Final = f"a {PROCFILE} would start it:  web: {{value}}"
_OTHER_GROUPS: Final = f"{GROUPS_VARIABLE}={{value}} would install these groups"
_TITLES: Final[Mapping[str, str]] = {
    name: MANAGERS[each].title for each, names in PEER_GROUPS.items() for name in names
}

_ENTRYPOINT: Final = re.compile(rb"^entrypoint:[ \t]*(?P<command>[^\s#][^\r\n]*)", re.MULTILINE)
_PROCFILES: Final = re.compile(r"(?i)procfile(?:\.txt)?")
_LONGEST: Final = 60


def passed_over(
    facts: Facts, manager: PackageManagerDecision | None, *, started: bool, commands: BuildCommands | None
) -> tuple[str, ...]:
    """A sentence for each in a build; ``manager`` is the decision over what installs, ``None`` where nothing does."""
    said = unheard(
        facts.variables,
        facts.names,
        facts.elsewhere,
        layers_dir=facts.layers_dir,
        manager=manager.manager.name if manager is not None else None,
        groups_by=manager.selection.groups_by if manager is not None else None,
        started=started,
        commands=commands.lines if commands else (),
    )
    said = (*said, *_keys(facts.pyproject))
    if manager is None:
        return said
    named = facts.requirements.value_or(None) if facts.requirements is not None else None
    return (*said, *uv_requirements.unheard(manager.manager, facts.settings, named))


def _keys(pyproject: Document | None) -> tuple[str, ...]:
    """A sentence for each key of our table in ``pyproject.toml`` that nobody reads."""
    parsed = pyproject.toml if pyproject is not None and b"lamina" in pyproject.raw else None
    table = at(parsed.unwrap(), TABLE) if isinstance(parsed, Success) else None
    unknown = [key for key in table if key not in KEYS] if isinstance(table, dict) else []
    place = f"{PYPROJECT}, [{'.'.join(TABLE)}]"
    return tuple(
        f"{place} {visible(key)[:_LONGEST]} has no effect; "
        + (f"did you mean {near}?" if (near := _near(key)) else f"known are {', '.join(KEYS)}")
        for key in unknown
    )


def _near(key: str) -> str | None:
    if len(key) > _LONGEST:
        return None
    near = [each for each in KEYS if _distance(key.lower(), each) <= _SLIPS]
    return min(near, key=lambda each: _distance(key.lower(), each), default=None)


def unheard(
    variables: Mapping[str, str],
    names: Iterable[str],
    files: Mapping[str, Document | None],
    *,
    layers_dir: str = "",
    manager: str | None = None,
    groups_by: str | None = None,
    started: bool = True,
    commands: Iterable[str] = (),
) -> tuple[str, ...]:
    """A sentence for each; ``names`` are those in the root, ``files`` what was read of it.

    ``manager`` installs, if anything is installed, and ``groups_by`` is the variable that names its groups; ``started``
    says whether the application gets processes; ``commands`` are those that are run in its build.
    """
    present = frozenset(names)
    stated = [name for name in sorted(variables) if variables[name].strip()]
    said = [_variable(name, variables[name].strip()) for name in stated]
    said += [_group(name, variables[name].strip(), manager, groups_by) for name in stated if name in _TITLES]
    vain = () if started else (*COMMAND_VARIABLES, BUILD_VARIABLE)
    said += [f"${name} has no effect: only Python is provided" for name in stated if name in vain]
    if {REQUIREMENTS_VARIABLE, PEER_REQUIREMENTS_VARIABLE} <= set(stated):
        said.append(f"${PEER_REQUIREMENTS_VARIABLE} has no effect: ${REQUIREMENTS_VARIABLE} names the files")
    said += unread_labels(variables)
    packages = brings_packages(variables, layers_dir)
    said += [
        f"{row.name} has no effect: {row.instead}"
        for row in FILES
        if row.name in present or files.get(row.name) is not None
        if not (row.by_another and packages) and not any(row.name in line for line in commands)
    ]
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


def _group(name: str, value: str, manager: str | None, groups_by: str | None) -> str:
    if manager is None or name not in PEER_GROUPS.get(manager, ()):
        other = _OTHER_GROUPS.format(value=visible(value))
        return f"${name} has no effect: {_TITLES[name]} doesn't install this application; {other}"
    return "" if groups_by == name else f"${name} has no effect: ${groups_by} names the groups"


def _variable(name: str, value: str) -> str:
    if name in HONOURED or len(name) > _LONGEST:
        return ""
    row = foreign(name)
    if row is not None:
        switched_off = not row.name.startswith(_ALWAYS) and value.lower() in FALSE_WORDS
        said = row.instead and not switched_off
        return f"${visible(name)} has no effect: {row.instead.format(value=visible(value))}" if said else ""
    meant = meant_by(name)
    if meant is None and name.startswith(_OWN):
        return f"${visible(name)} has no effect: no variable of this name is known; docs/settings.md lists all"
    return f"${visible(name)} has no effect; did you mean {meant}?" if meant else ""


# Whatever is said to these builders, nobody hears.
_ALWAYS: Final = ("RAILPACK_", "NIXPACKS_")


# Names that nobody else gives a meaning to, and of which a buildpack may speak that reads the words after.
_OWN: Final = "BP_PYTHON_"
_SUBJECTS: Final = frozenset({"CPYTHON", "PYTHON", "DJANGO", *(tool.variable.split("_")[1] for tool in TOOLS.values())})


def meant_by(name: str) -> str | None:
    """The variable that a name is spelled like, or has the words of; ``None`` if it is one, or like none."""
    known = dict.fromkeys((*HONOURED, *(each for each in UNDERSTOOD if each.startswith("BP_"))))
    if not name.upper().startswith("BP_") or len(name) > _LONGEST or name in known:
        return None
    upper = name.upper()
    near = [each for each in known if _alike(upper, each)] or [each for each in known if _shares_words(upper, each)]
    return min(near, key=lambda each: _distance(upper, each), default=None)


def _shares_words(name: str, right: str) -> bool:
    """Whether they speak of the same, and one has all words of the other."""
    (_, subject, *words), (_, other, *wanted) = (*name.split("_"), ""), (*right.split("_"), "")
    stems, others = ({word.removesuffix("S") for word in each} for each in (words, wanted))
    return subject == other and subject in _SUBJECTS and len(stems) > 1 and (stems <= others or others <= stems)


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
