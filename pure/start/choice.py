"""Decides where the start command is taken from: the ``Procfile``, ``pyproject.toml``, or else the code.

The code is asked twice: for a plan with the requirements' names, and for the image with what was installed in the end.
"""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document
from pure.start.code_facts import CodeFacts
from pure.start.command import detect_processes
from pure.start.declared import DeclarationError, Startup, read_startup
from pure.start.found import Circumstances
from pure.start.processes import Processes, ProcfileError, from_procfile, from_table

ProcessesError: TypeAlias = ProcfileError | DeclarationError


def code_matters(procfile: bytes | None, pyproject: Document | None) -> bool:
    """Whether the code decides: only where the project declares no process itself."""
    if procfile is not None:
        return False
    startup = read_startup(pyproject)
    return isinstance(startup, Success) and startup.unwrap().declared is None


def decide_processes(
    procfile: bytes | None,
    pyproject: Document | None,
    code: CodeFacts | None,
    *,
    installed: Mapping[str, str],
    app: str,
    root: str,
    minor: str,
    programs: frozenset[str] | None = None,
    provisional: bool,
) -> Outcome[Processes, ProcessesError]:
    """The image's processes. ``installed`` maps distributions to versions, ``minor`` is the application's Python's.

    ``programs`` are the commands that the environment has, ``None`` while nobody knows them.

    ``app`` is the project's folder, whose files the others are, and ``root`` the application's, in which a platform
    starts what names no working directory.
    """
    circumstances = Circumstances(
        installed=installed, startup=Startup(), app=app, programs=programs, minor=minor, provisional=provisional
    )
    decided = _decided(procfile, pyproject, code, circumstances)
    if isinstance(decided, Failure) or app == root:
        return decided
    found = decided.unwrap()
    moved = (msgspec.structs.replace(each, working_dir=each.working_dir or app) for each in found.processes)
    return Success(msgspec.structs.replace(found, processes=tuple(moved)))


def _decided(
    procfile: bytes | None,
    pyproject: Document | None,
    code: CodeFacts | None,
    circumstances: Circumstances,
) -> Outcome[Processes, ProcessesError]:
    if procfile is not None:
        return from_procfile(procfile)
    read = read_startup(pyproject)
    if isinstance(read, Failure):
        return read
    startup: Startup = read.unwrap()
    if startup.declared is not None:
        return Success(from_table(startup.declared))
    circumstances = msgspec.structs.replace(circumstances, startup=startup)
    found = detect_processes(code or CodeFacts(), circumstances)
    return Success(msgspec.structs.replace(found, notes=(*found.notes, startup.note)) if startup.note else found)
