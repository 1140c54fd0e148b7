"""Decides how an application starts: what the code offers and what is installed in, processes with their reasons out.

The best web application is started, and whatever else could have been is named beside the decision. Celery and RQ add
processes of their own. Only where there is no web application, a console script or a program is started.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from pure.start.code_facts import CodeFacts
from pure.start.found import Circumstances, Found, Ground, Search, listed
from pure.start.processes import Processes
from pure.start.programs import apart, offered, programs
from pure.start.web import web_applications
from pure.start.workers import workers
from pure.wording import count

_NOTES: Final = 5


def detect_processes(code: CodeFacts, circumstances: Circumstances) -> Processes:
    """The processes that the code and what is installed amount to, possibly none."""
    ground = Ground(code=code, circumstances=circumstances)
    notes: list[str] = []
    web = list(_found(web_applications(ground), notes))
    chosen = web[0] if web else next(_found(programs(ground), notes), None)
    if len(web) > 1:
        notes.append(f"Passed over: {listed(each.what for each in web[1:])}")
    if web:
        notes += apart(code)
    else:
        notes += offered(ground)
    found = [*([chosen] if chosen else []), *_found(workers(ground), notes)]
    processes = tuple(
        msgspec.structs.replace(each.process, default=each is chosen or len(found) == 1) for each in found
    )
    notes += _few((*code.notes, *unparsed_notes(code, circumstances.minor)))
    if not processes:
        nothing = "there is no Procfile, and nothing that could be started was found in the code"
        return Processes(processes=(), because=(nothing,), notes=tuple(notes), provisional=circumstances.provisional)
    because = "found in the code, and started by what is installed"
    if chosen is None and len(found) > 1:
        because += "; none of several processes is the application itself, so the image has no default process"
    return Processes(
        processes=processes,
        because=(because,),
        notes=tuple(notes),
        warnings=tuple(warning for each in found for warning in each.warnings),
        provisional=circumstances.provisional,
    )


def unparsed_notes(code: CodeFacts, minor: str) -> Iterator[str]:
    """Which files couldn't be parsed, and whether that may be because the application's Python is newer than ours."""
    newer = bool(minor and code.own_minor) and _numbers(minor) > _numbers(code.own_minor)
    why = f"; the application runs on Python {minor}, and is read as Python {code.own_minor}" if newer else ""
    for each in code.unparsed:
        yield f"{each.path} was skipped: it isn't Python that this buildpack can read ({each.detail}{why})"


def _found(search: Search, notes: list[str]) -> Iterator[Found]:
    """What a search finds; its remarks are added to the notes on the way."""
    for each in search:
        if isinstance(each, str):
            notes.append(each)
        else:
            yield each


def _numbers(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split(".") if part.isdecimal())


def _few(notes: tuple[str, ...]) -> tuple[str, ...]:
    return (*notes[:_NOTES], f"and {count(len(notes) - _NOTES, 'more note')}") if len(notes) > _NOTES else notes
