"""Compiles an application's and a runtime's sources to bytecode that is the same in every build.

The bytecode is hash-based and unchecked (PEP 552): layers carry no file times, so bytecode that compares them would be
stale at once.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec
from pure.build.steps import WithoutBytecode
from pure.disk import DiskFull
from pure.outcome import Failure, Outcome, Success
from pure.runtime.endings import CompileError, CompileNotWritable, CompilerFailed, CompileSummary

from shell.disk import NO_ROOM
from shell.process import run
from shell.scratch import scratch_folder

_WORKER = Path(__file__).with_name("compile_worker.py")


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    compiled: int = 0
    current: int = 0
    invalid: int = 0
    removed: int = 0
    left_out: int = 0
    seconds: float = 0.0
    path: str = ""
    errno: int | None = None
    signal: int | None = None


def compile_files(
    python: Path,
    places: Iterable[Path],
    *,
    env: Mapping[str, str],
    jobs: int | None = None,
    recorded: tuple[Path, PurePosixPath] | None = None,
    left_out: WithoutBytecode | None = None,
) -> Outcome[CompileSummary, CompileError]:
    """Bring the bytecode of ``places`` up to date: files, and folders with all below them.

    ``python`` is the interpreter that will import it. Files with the right bytecode are left alone; those that do not
    compile are counted and passed over, as pip does; bytecode below a folder whose source is gone, or is ``left_out``,
    is removed. The same folders at the same path give the same bytes, whatever was compiled before. ``jobs`` defaults
    to the number of usable processors; of ``env`` the variables of Python itself are not passed on. Bytecode records
    the path of its source, so the places must be where they will be used; otherwise ``recorded`` is a folder that they
    are in, with the path that it will have.
    """
    paths = sorted(set(places))
    task = {
        "files": [str(path) for path in paths if not path.is_dir()],
        "roots": [str(path) for path in paths if path.is_dir()],
        "jobs": jobs or len(os.sched_getaffinity(0)),
        "recorded": [str(path) for path in recorded] if recorded else ["", ""],
        "left_out": msgspec.to_builtins(left_out) if left_out else {"below": [], "names": []},
    }
    clean = {name: value for name, value in env.items() if not name.startswith("PYTHON")}
    # Python 3.13.0 orders some constants by hash; -I would ignore the seed, so its parts are given one by one.
    clean |= {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    with scratch_folder() as folder:
        task_file = folder / "task.json"
        task_file.write_text(json.dumps(task), encoding="ascii")
        ended = run([str(python), "-S", "-s", "-P", "-B", str(_WORKER), str(task_file)], env=clean, own_group=False)
    if not ended.ok:
        ending = ended.signal_name or f"exit status {ended.returncode}"
        return Failure(CompilerFailed(python=str(python), ending=ending, output=_last_lines(ended.stderr)))
    try:
        answer = msgspec.json.decode(ended.stdout, type=_Answer)
    except msgspec.DecodeError:
        return Failure(CompilerFailed(python=str(python), ending="no answer", output=_last_lines(ended.stdout)))
    if answer.signal is not None:
        return Failure(
            CompilerFailed(python=str(python), ending=f"killed by signal {answer.signal}", output=answer.path)
        )
    if answer.errno is not None:
        if answer.errno in NO_ROOM:
            return Failure(DiskFull(task="compile", path=answer.path, detail=os.strerror(answer.errno)))
        return Failure(CompileNotWritable(path=answer.path, detail=os.strerror(answer.errno)))
    return Success(
        CompileSummary(
            compiled=answer.compiled,
            current=answer.current,
            invalid=answer.invalid,
            removed=answer.removed,
            left_out=answer.left_out,
            seconds=answer.seconds,
        )
    )


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-5:])
