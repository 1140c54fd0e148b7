"""The programs that start an application, as an image has them."""

import sys
from pathlib import Path

from pure.layers.programs import PROGRAMS, ProgramName, executable
from pure.report.launch import executed
from pure.start.processes import Process

from tests.places import ROOT

INTERPRETER = str(Path(sys.executable).resolve())


def source(name: ProgramName) -> bytes:
    """What a program is made of."""
    program = PROGRAMS[name]
    return program.joined((ROOT / program.file).read_bytes(), (ROOT / program.needs).read_bytes())


def install(path: Path, text: bytes) -> Path:
    """A program that can be started."""
    path.write_bytes(executable(text, INTERPRETER))
    path.chmod(0o755)
    return path


def argv_of(process: Process, folder: Path) -> tuple[str, ...]:
    """What a platform executes; what expands words is put into the folder."""
    start = folder / "start"
    if process.expands and not start.exists():
        install(start, source("start"))
    return (*executed(process, str(start)), *process.args)
