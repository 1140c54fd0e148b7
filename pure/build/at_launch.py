"""Decides what an image brings to its own start: what starts commands without a shell, and what servers are told."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from pure.build.bound import has_python
from pure.build.facts import Facts
from pure.build.workplace import workplace
from pure.layers.decision import LayerDecision
from pure.layers.names import AT_LAUNCH
from pure.layers.programs import Files, executable, with_programs
from pure.start.defaults import MEMORY_VARIABLE, VARIABLES, WITHOUT_VARIABLE, Surroundings, defaults, one_process
from pure.start.memory import MEGABYTE, worker_memory
from pure.start.processes import Default, Processes
from pure.venv.weight import Weight

START: Final = "start"
"""Where its layer has the program that starts commands."""
_DEFAULTS: Final = "exec.d/{type}/defaults"
_BECAUSE: Final = "processes start without a shell, and their servers read variables"
_GONE: Final = "no process needs anything at its start"
_SETTINGS: Final[Mapping[str, re.Pattern[bytes]]] = {
    name: re.compile(rb"^%b(?::[^=\n]*)? = [^\n]*$" % name.encode(), re.MULTILINE)
    for name in ("DEFAULTS", "WORKERS", "EACH")
}


def told(
    processes: Processes,
    layers: tuple[LayerDecision, ...],
    facts: Facts,
    *,
    installed: Mapping[str, str],
    weight: Weight | None,
) -> tuple[Processes, tuple[LayerDecision, ...]]:
    """The processes with what they find set, and the layers with that of what does it.

    ``weight`` is that of what is installed, ``None`` before that is known.
    """
    around = Surroundings(
        installed=installed,
        code=facts.code,
        app=facts.app_dir,
        home=facts.home,
        memory=_memory(facts.variables) or (worker_memory(weight) if weight else 0),
        without=_without(facts.variables),
    )
    here = has_python(layers) and START in facts.programs
    known = (
        msgspec.structs.replace(each, defaults=defaults(each, around) if here else ()) for each in processes.processes
    )
    notes = (one_process(each, around) for each in processes.processes if here)
    processes = msgspec.structs.replace(
        processes, processes=tuple(known), notes=(*processes.notes, *(note for note in notes if note))
    )
    found = files(processes, facts) if here else ()
    return processes, with_programs(layers, facts.restored, AT_LAUNCH, found, because=_BECAUSE, gone=_GONE)


def unseen(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences on variables that say nothing that could be understood."""
    stated = variables.get(MEMORY_VARIABLE, "").strip()
    bad = f"${MEMORY_VARIABLE} has no effect: {stated[:40]!r} is no number of megabytes, such as 256"
    strange = sorted(_names(variables) - set(VARIABLES))
    return (
        *((bad,) if stated and not _memory(variables) else ()),
        *(f"${WITHOUT_VARIABLE}: {name[:40]} isn't set by this buildpack" for name in strange),
    )


def files(processes: Processes, facts: Facts) -> Files:
    """What lies in the layer."""
    if START not in facts.programs:
        return ()
    interpreter, setting = workplace(facts).interpreter, facts.programs.get("defaults", b"")
    start = ((START, executable(facts.programs[START], interpreter)),)
    return (
        *(start if any(each.expands for each in processes.processes) else ()),
        *(
            (
                _DEFAULTS.format(type=each.type),
                executable(with_settings(setting, each.defaults, facts.app_dir), interpreter),
            )
            for each in processes.processes
            if each.defaults
        ),
    )


def with_settings(source: bytes, chosen: tuple[Default, ...], app: str) -> bytes:
    """The program that sets these variables, where its source has none, for an application in this folder."""
    fixed = tuple(
        (each.variable, each.value, f"{app}/{each.unless}" if each.unless else "") for each in chosen if each.value
    )
    variable, memory = next(((each.variable, each.memory) for each in chosen if not each.value), ("", 0))
    values = {"DEFAULTS": fixed, "WORKERS": variable, "EACH": memory}
    for name, pattern in _SETTINGS.items():
        line = f"{name} = {values[name]!a}"
        source = pattern.sub(line.replace("\\", r"\\").encode(), source, count=1)
    return source


def _memory(variables: Mapping[str, str]) -> int:
    stated = variables.get(MEMORY_VARIABLE, "").strip()
    return int(stated) * MEGABYTE if stated.isdecimal() and len(stated) < 7 else 0


def _without(variables: Mapping[str, str]) -> frozenset[str]:
    return _names(variables) & frozenset(VARIABLES)


def _names(variables: Mapping[str, str]) -> frozenset[str]:
    return frozenset(variables.get(WITHOUT_VARIABLE, "").replace(",", " ").split())
