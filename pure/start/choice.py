"""Decides where the start command is taken from: the ``Procfile``, ``pyproject.toml``, other buildpacks', or the code.

The code is asked twice: for a plan with the requirements' names, and for the image with what was installed in the end.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document
from pure.start.code_facts import CodeFacts
from pure.start.command import detect_processes
from pure.start.declared import TABLE, DeclarationError, Startup, read_startup
from pure.start.found import Circumstances
from pure.start.peers import APP_ENGINE, PeerCommand
from pure.start.processes import PROCFILE, Processes, ProcfileError, from_peer, from_procfile, from_table

ProcessesError: TypeAlias = ProcfileError | DeclarationError


def code_matters(procfile: bytes | None, pyproject: Document | None, peers: Sequence[PeerCommand] = ()) -> bool:
    """Whether the code decides: only where the project declares no process itself."""
    if procfile is not None or peers:
        return False
    startup = read_startup(pyproject)
    return isinstance(startup, Success) and startup.unwrap().declared is None


def decide_processes(
    procfile: bytes | None,
    pyproject: Document | None,
    code: CodeFacts | None,
    *,
    peers: Sequence[PeerCommand] = (),
    installed: Mapping[str, str],
    app: str,
    root: str,
    minor: str,
    programs: frozenset[str] | None = None,
    provisional: bool,
) -> Outcome[Processes, ProcessesError]:
    """The image's processes. ``installed`` maps distributions to versions, ``minor`` is the application's Python's.

    ``programs`` are the commands that the environment has, ``None`` while nobody knows them; ``peers`` are the commands
    that other buildpacks would take.

    ``app`` is the project's folder, whose files the others are, and ``root`` the application's, in which a platform
    starts what names no working directory.
    """
    circumstances = Circumstances(
        installed=installed, startup=Startup(), app=app, programs=programs, minor=minor, provisional=provisional
    )
    decided = _decided(procfile, pyproject, code, peers, circumstances)
    if isinstance(decided, Failure) or app == root:
        return decided
    found = decided.unwrap()
    moved = (msgspec.structs.replace(each, working_dir=each.working_dir or app) for each in found.processes)
    return Success(msgspec.structs.replace(found, processes=tuple(moved)))


def _decided(
    procfile: bytes | None,
    pyproject: Document | None,
    code: CodeFacts | None,
    peers: Sequence[PeerCommand],
    circumstances: Circumstances,
) -> Outcome[Processes, ProcessesError]:
    if procfile is not None:
        listed = from_procfile(procfile)
        return listed if isinstance(listed, Failure) else Success(_passing_over(listed.unwrap(), peers, PROCFILE))
    read = read_startup(pyproject)
    if isinstance(read, Failure):
        return read
    startup: Startup = read.unwrap()
    if startup.declared is not None:
        return Success(_passing_over(from_table(startup.declared), peers, TABLE))
    if peers:
        return Success(_passing_over(from_peer(peers[0]), peers[1:], str(peers[0].source)))
    circumstances = msgspec.structs.replace(circumstances, startup=startup)
    found = detect_processes(code or CodeFacts(), circumstances)
    return Success(msgspec.structs.replace(found, notes=(*found.notes, startup.note)) if startup.note else found)


def _passing_over(found: Processes, peers: Sequence[PeerCommand], by: str) -> Processes:
    """The processes, with a note on other buildpacks' variables that were passed over."""
    others = (str(each.source) for each in peers if each.source.file != APP_ENGINE)
    notes = tuple(f"{each} was passed over: {by} comes first" for each in others)
    return msgspec.structs.replace(found, notes=(*found.notes, *notes)) if notes else found
