"""Looks at a finished environment: what it offers to commands, which libraries it lacks, what contradicts itself."""

from collections.abc import Mapping
from typing import Final

from pure.build import environment_steps
from pure.build.check import Snapshot
from pure.build.facts import Facts
from pure.build.finding import Finding
from pure.build.plan import Plan
from pure.build.steps import Answer, LibrariesRead, ListFolders, ReadLibraries, Steps
from pure.build.workplace import Workplace
from pure.layers.names import PYTHON
from pure.outcome import Failure, Outcome, Success
from pure.switches import switch
from pure.venv.elf import Dynamic
from pure.venv.lacks import CHECK_VARIABLE, Contradiction, DependenciesContradict, ForeignLibraries, MissingLibraries
from pure.venv.offered import Offered
from pure.venv.resolved import Index, ResolvedSet

# Where the loader looks, beside what a library itself says: ld.so(8), and Debian's folders per architecture.
_LOADERS: Final = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
_TRIPLETS: Final[Mapping[str, str]] = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


def survey(plan: Plan, work: Workplace) -> Steps:
    """The steps that see what an environment offers to commands that a project declares."""
    return (ListFolders(folders=_offering(plan, work)),)


def offered(answer: Answer, plan: Plan, work: Workplace) -> Offered | None:
    """What ``survey`` brought back; ``None`` where it wasn't asked for."""
    listed = [answer.names(folder) for folder in _offering(plan, work)]
    own, runtime, site, standard = (each or frozenset() for each in listed)
    if all(each is None for each in listed):
        return None
    return Offered(programs=own | runtime, modules=site | standard)


def inspect(now: Snapshot, work: Workplace) -> Steps:
    """The steps that read what the environment's libraries need, and where programs look that move into layers."""
    from pure.venv.libraries import possible_programs, shared_libraries

    away = {piece.name for piece in now.apart}
    moving = [piece for piece in now.pieces if piece.name not in away]
    moved = [path for path in now.files if any(piece.holds(path) for piece in moving)]
    return (
        ReadLibraries(root=work.venv, files=shared_libraries(now.files)),
        *((ReadLibraries(root=work.venv, files=possible_programs(moved)),) if moving else ()),
    )


def inspected(answer: Answer) -> tuple[Mapping[str, Dynamic], Mapping[str, Dynamic]]:
    """What ``inspect`` brought back: what libraries say to the loader, and what programs do."""
    read = [each.sections for each in answer.all(LibrariesRead)]
    return read[0] if read else {}, read[1] if len(read) > 1 else {}


def on_indexes(answer: Answer, work: Workplace, resolved: ResolvedSet) -> tuple[Finding, ...]:
    """What the comparison of the indexes brought to light."""
    log = answer.read(work.temporary).get(environment_steps.INDEX_LOG)
    if log is None:
        return ()
    from pure.complaints.indexes import read_indexes

    by_name = frozenset(each.name for each in resolved.distributions if isinstance(each.origin, Index))
    return tuple(read_indexes(log.decode("utf-8", "replace").splitlines(), by_name))


def foreign(
    sections: Mapping[str, Dynamic], plan: Plan, now: Snapshot, work: Workplace, answer: Answer
) -> tuple[ForeignLibraries, ...]:
    """What the environment's libraries need and neither it nor Python has, by what they say to the loader."""
    from pure.venv.libraries import foreign_libraries

    own = answer.names(f"{work.layer(PYTHON)}/lib") or frozenset()
    return foreign_libraries(sections, now.installed, (*now.files, *own), arch=plan.target.arch)


def seek_libraries(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The step that sees which libraries the build image has."""
    return (ListFolders(folders=_library_folders(plan, facts, work)),)


def lacking(
    answer: Answer, plan: Plan, facts: Facts, work: Workplace, needed: tuple[ForeignLibraries, ...]
) -> tuple[MissingLibraries, ...]:
    """What of the libraries ``needed`` by an environment ``seek_libraries`` found nowhere."""
    if not needed:
        return ()
    from pure.venv.libraries import missing_libraries

    names = (answer.names(folder) or frozenset() for folder in _library_folders(plan, facts, work))
    return missing_libraries(needed, frozenset().union(*names))


def contradicted(metadata: Mapping[str, bytes], plan: Plan) -> tuple[Contradiction, ...]:
    """What distributions demand of each other and don't get."""
    if not metadata:
        return ()
    from pure.venv.contradictions import contradictions

    return contradictions(metadata, python=plan.python.version, arch=plan.target.arch)


def judged(
    contradictions: tuple[Contradiction, ...], facts: Facts
) -> Outcome[tuple[Contradiction, ...], DependenciesContradict]:
    """Contradictions are an error where the platform wants them to be one, else only to be told."""
    if contradictions and switch(facts.variables, CHECK_VARIABLE) is True:
        return Failure(DependenciesContradict(variable=CHECK_VARIABLE, found=contradictions))
    return Success(contradictions)


def _offering(plan: Plan, work: Workplace) -> tuple[str, ...]:
    python = f"python{plan.python.runtime.minor}"
    runtime = work.layer(PYTHON)
    return (
        f"{work.venv}/bin",
        f"{runtime}/bin",
        f"{work.venv}/lib/{python}/site-packages",
        f"{runtime}/lib/{python}",
    )


def _library_folders(plan: Plan, facts: Facts, work: Workplace) -> tuple[str, ...]:
    triplet = _TRIPLETS.get(plan.target.arch)
    own = tuple(path for path in facts.variables.get("LD_LIBRARY_PATH", "").split(":") if path.startswith("/"))
    multiarch = (f"/lib/{triplet}", f"/usr/lib/{triplet}") if triplet else ()
    return tuple(dict.fromkeys((f"{work.layer(PYTHON)}/lib", *own, *_LOADERS, *multiarch)))
