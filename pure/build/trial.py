"""Decides what is imported once in a changed environment before its image is called good: what starts the application.

The project's own programs load its own code, which may need what only a running application has, so only servers,
runners and workers of other distributions are tried, and the framework that made what they serve. One that Lamina chose
has to import; one that the project declares is its own choice, and gives a warning.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import Ended, RunProgram
from pure.build.workplace import Workplace
from pure.complaints.imports import BrokenProgram, why_not_imported
from pure.layers.names import PYTHON
from pure.manager.environment import application_environment
from pure.start.code_facts import CodeFacts
from pure.start.command_words import SHELLS, runs
from pure.start.declared import read_startup
from pure.start.frameworks import FRAMEWORKS
from pure.start.started import PROGRAMS
from pure.start.started import PYTHON as INTERPRETER
from pure.venv.piece import Piece

# The worker's class follows a colon, the framework of what is served an equals sign. What isn't a console script, such
# as uWSGI's binary, has nothing to import.
_PROGRAM: Final = """\
import importlib, importlib.metadata, sys
trying = "Python"
def hook(*raised, told=sys.excepthook):
    told(*raised)
    sys.stderr.write(f"{trying} cannot be imported\\n")
sys.excepthook = hook
workers = [each[1:] for each in sys.argv[1:] if each.startswith(":")]
wanted = set(sys.argv[1:])
for each in sys.argv[1:]:
    if each.startswith("="):
        trying = each[1:]
        importlib.import_module(trying)
for distribution in importlib.metadata.distributions():
    for entry in distribution.entry_points:
        if entry.group == "console_scripts" and entry.name in wanted:
            trying = entry.name
            entry.load()
if workers:
    import gunicorn.util
    for each in workers:
        trying = f"gunicorn's worker {each}"
        gunicorn.util.load_class(each)
"""
# Their modules, where those have other names.
_MODULES: Final = {"python-fasthtml": "fasthtml"}
_WORKER: Final = ("-k", "--worker-class")
_WORDS_BEFORE: Final = 5
_LONGEST: Final = 200
_TOLD: Final = " cannot be imported"
_NO_MODULE: Final = re.compile(r"No module named '([\w.]{1,300})'")


def try_import(plan: Plan, facts: Facts, work: Workplace, *, may_fail: bool = False) -> RunProgram | None:
    """The step that imports what was chosen; ``None`` where that is nothing of other distributions.

    It ``may_fail`` where not all is at hand that it may need.
    """
    asked = dict.fromkeys(_wanted(plan, facts))
    wanted = tuple(each for each in asked if each[1:] not in asked)
    if not wanted:
        return None
    environment = application_environment(facts.variables, venv=work.venv, python=work.layer(PYTHON))
    return RunProgram(
        purpose="try-import",
        # Nothing of the folder that it runs in is imported, and nothing is written.
        argv=(f"{work.venv}/bin/python", "-I", "-B", "-c", _PROGRAM, *wanted),
        environment=tuple(sorted(environment.items())),
        folder=work.temporary,
        may_fail=may_fail or facts.declared is not None,
    )


def failing(ended: Ended) -> tuple[str, ...]:
    """The program that didn't import; all that were tried, where nothing says which one it was."""
    told = (line.rstrip().removesuffix(_TOLD) for line in reversed(ended.said) if line.rstrip().endswith(_TOLD))
    return tuple(itertools.islice(told, 1)) or names(ended.program)


def misses(ended: Ended, away: tuple[Piece, ...]) -> tuple[str, ...]:
    """Which distributions were missed whose contents are away: of these a trial that failed tells nothing."""
    missing = {found[1] for line in ended.said for found in _NO_MODULE.finditer(line)}
    return tuple(
        piece.name
        for piece in away
        if any(name == module or name.startswith(f"{module}.") for module in _modules(piece) for name in missing)
    )


def _modules(piece: Piece) -> Iterator[str]:
    for link in piece.links:
        path = link.partition("/site-packages/")[2]
        yield path.partition(".")[0].replace("/", ".")


def words(ended: Ended) -> tuple[str, ...]:
    """What was said, without the line that names the program."""
    return tuple(line for line in ended.said if not line.rstrip().endswith(_TOLD))


def names(program: RunProgram) -> tuple[str, ...]:
    """The programs that a trial imports."""
    return tuple(word.lstrip("=") for word in program.argv[_WORDS_BEFORE:] if not word.startswith(":"))


def broken(ended: Ended) -> BrokenProgram:
    """What is to be said of a declared program that doesn't import."""
    said = words(ended)
    last = next((line.strip() for line in reversed(said) if line.strip()), f"status {ended.returncode}")
    return BrokenProgram(names=failing(ended), last=last[:_LONGEST], reason=why_not_imported(said))


def _wanted(plan: Plan, facts: Facts) -> Iterator[str]:
    startup = read_startup(facts.pyproject).value_or(None)
    own = {script.name for script in startup.scripts} if startup else set()
    for process in plan.processes.processes:
        for run in runs(process.command, process.variables):
            name, *rest = run.texts
            if facts.declared is not None and name not in PROGRAMS:
                continue
            if "/" in name or name in own or name in SHELLS or INTERPRETER.match(name):
                continue
            yield name
            yield from (f"={module}" for module in _frameworks(rest, facts.code))
            for option, value in itertools.pairwise(rest):
                if name == "gunicorn" and option in _WORKER:
                    yield f":{value}"


def _frameworks(words: Iterable[str], code: CodeFacts | None) -> Iterator[str]:
    """The modules of the frameworks by which what a server serves was made."""
    for word in words:
        module, colon, _ = word.partition(":")
        for each in code.objects if code and colon else ():
            distribution = FRAMEWORKS[each.kind].distribution
            if each.module == module and distribution:
                yield _MODULES.get(distribution, distribution)
