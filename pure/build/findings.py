"""Looks at a finished environment: what it offers to commands, which libraries it lacks, what contradicts itself."""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.build import environment_steps
from pure.build.check import Snapshot
from pure.build.facts import Facts
from pure.build.finding import Finding
from pure.build.plan import Plan
from pure.build.steps import Answer, LibrariesRead, ListFolders, ReadFiles, ReadLibraries, Steps
from pure.build.workplace import Workplace
from pure.layers.names import PYTHON
from pure.outcome import Failure, Outcome, Success
from pure.start.offered import Offered
from pure.switches import switch
from pure.venv.lacks import CHECK_VARIABLE, Contradiction, DependenciesContradict
from pure.venv.resolved import Index, ResolvedSet

# Where the loader looks, beside what a library itself says: ld.so(8), and Debian's folders per architecture.
_LOADERS: Final = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib")
_TRIPLETS: Final[Mapping[str, str]] = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


def survey(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that see what an environment offers to the commands that the project declares."""
    return (ListFolders(folders=_offering(plan, work)),) if facts.declared is not None else ()


def offered(answer: Answer, plan: Plan, work: Workplace) -> Offered | None:
    """What ``survey`` brought back; ``None`` where it wasn't asked for."""
    listed = [answer.names(folder) for folder in _offering(plan, work)]
    own, runtime, site, standard = (each or frozenset() for each in listed)
    if all(each is None for each in listed):
        return None
    return Offered(programs=own | runtime, modules=site | standard)


def inspect(plan: Plan, facts: Facts, now: Snapshot, work: Workplace) -> Steps:
    """The steps that read what the environment's libraries need, and what there is of libraries."""
    from pure.venv.libraries import shared_libraries

    folders = _library_folders(plan, facts, work)
    return (ReadLibraries(root=work.venv, files=shared_libraries(now.files)), ListFolders(folders=folders))


def found(
    answer: Answer, plan: Plan, facts: Facts, now: Snapshot, work: Workplace, resolved: ResolvedSet
) -> tuple[Finding, ...]:
    """What ``inspect`` and the comparison of the indexes brought to light."""
    from pure.venv.libraries import missing_libraries

    names = (answer.names(folder) or frozenset() for folder in _library_folders(plan, facts, work))
    sections = next((each.sections for each in answer.all(LibrariesRead)), {})
    missing = missing_libraries(
        sections, now.installed, now.files, available=frozenset().union(*names), arch=plan.target.arch
    )
    return (*_on_indexes(answer, work, resolved), *missing)


def _on_indexes(answer: Answer, work: Workplace, resolved: ResolvedSet) -> Iterable[Finding]:
    log = answer.read(work.temporary).get(environment_steps.INDEX_LOG)
    if log is None:
        return ()
    from pure.complaints.indexes import read_indexes

    by_name = frozenset(each.name for each in resolved.distributions if isinstance(each.origin, Index))
    return read_indexes(log.decode("utf-8", "replace").splitlines(), by_name)


def read_demands(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that read what distributions demand, where an unchanged environment has to be checked too."""
    if switch(facts.variables, CHECK_VARIABLE) is not True:
        return ()
    site = f"lib/python{plan.python.runtime.minor}/site-packages"
    return (ReadFiles(root=work.venv, patterns=(f"{site}/*.dist-info/METADATA",)),)


def contradicted(
    metadata: Mapping[str, bytes], plan: Plan, facts: Facts, *, note: bool = False
) -> Outcome[tuple[Contradiction, ...], DependenciesContradict]:
    """What distributions demand and don't get: an error where the platform wants it to be one, else only a ``note``."""
    strict = switch(facts.variables, CHECK_VARIABLE) is True
    if not metadata or not (strict or note):
        return Success(())
    from pure.venv.contradictions import contradictions

    found = contradictions(metadata, python=plan.python.version, arch=plan.target.arch)
    if found and strict:
        return Failure(DependenciesContradict(variable=CHECK_VARIABLE, found=found))
    return Success(found)


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
