"""Says in words what was found in the application's folder or in the finished environment that should be changed."""

from collections.abc import Iterable
from typing import Final, assert_never

from pure.build.finding import Finding
from pure.complaints.commands import LeftInLayers
from pure.complaints.imports import BrokenProgram
from pure.complaints.indexes import IndexPassedOver, OnSeveralIndexes
from pure.message import Message
from pure.project.baggage import Baggage
from pure.venv.lacks import Contradiction, DependenciesContradict, MissingLibraries
from pure.wording import size

_SHOWN: Final = 6


def finding_lines(finding: Finding) -> tuple[str, ...]:
    """A finding, in lines: what it is, and what to do."""
    match finding:
        case Baggage():
            return _baggage(finding)
        case MissingLibraries():
            return _libraries(finding)
        case BrokenProgram():
            from pure.report.prose.imports import broken_lines

            return broken_lines(finding)
        case LeftInLayers():
            from pure.report.prose.commands import left_lines

            return left_lines(finding)
        case IndexPassedOver():
            return _passed_over(finding)
        case OnSeveralIndexes():
            return _on_several_indexes(finding)
        case Contradiction():
            return (f"Note: {_contradiction(finding)}",)
        case _:
            assert_never(finding)


def describe_contradictions(error: DependenciesContradict) -> Message:
    """The message for dependencies that contradict each other, where that is an error."""
    return Message(
        happened="The installed dependencies contradict each other",
        found=tuple(_contradiction(each) for each in error.found),
        means=(f"{error.variable} is set, which makes this an error.",),
        do=("Change the versions in the requirements, or make the lock again, so that all demands are met.",),
    )


def _contradiction(found: Contradiction) -> str:
    wants = f"{found.distribution} {found.version} demands {found.demand}"
    return (
        f"{wants}, and {found.name} {found.found} is installed" if found.found else f"{wants}, which is not installed"
    )


def _baggage(found: Baggage) -> tuple[str, ...]:
    much = f"{'more than ' if found.more else ''}{size(found.size)}"
    match found.kind:
        case "environment":
            return (
                f"Warning: {found.path}/ is a virtual environment ({much}). It goes into the image, and nothing of it",
                "  is used: the dependencies are installed anew. Take it out of the repository and name it in",
                f"  .gitignore (`git rm -r --cached {found.path}`), or leave it out of the upload.",
            )
        case "packages":
            return (
                f"Warning: {found.path}/ goes into the image ({much}). Leave it out of the upload, unless the",
                "  application runs Node.js: name it in .gitignore, or under exclude in project.toml.",
            )
        case "history":
            return (
                f"Warning: {found.path}/ goes into the image ({much}), with all that was ever committed.",
                f'  Leave it out of the upload: exclude = ["{found.path}"] below [io.buildpacks] in project.toml.',
            )
        case _:
            assert_never(found.kind)


def _passed_over(found: IndexPassedOver) -> tuple[str, ...]:
    answered = f"answered {found.status}" if found.status else "gave no answer"
    come = "comes" if len(found.names) == 1 else "come"
    return (
        f"Warning: the package index {found.host} {answered} for {_listed(found.names)},",
        f"  which {come} from another index, where your own names may be somebody else's distributions.",
        "  Pass its credentials to the build: PIP_EXTRA_INDEX_URL, with user:password@ before its host; or take it out."
        if found.status in (401, 403, 407)
        else "  Check its address, and build again; or take it out.",
    )


def _on_several_indexes(found: OnSeveralIndexes) -> tuple[str, ...]:
    hosts = _listed(dict.fromkeys(found.hosts))
    return (
        f"Warning: several package indexes ({hosts}) have {_listed(found.names)},",
        "  and pip takes the newest version, whichever index that is on. Where a name is your own, somebody else can",
        "  offer a newer one: have one index that has all and name it alone, or pin by hashes (uv pip compile).",
    )


def _libraries(found: MissingLibraries) -> tuple[str, ...]:
    who = found.distribution or found.path
    names = _listed(found.libraries)
    inside = f" ({found.path.rpartition('site-packages/')[2]})" if found.distribution and found.path else ""
    lines = [
        f"Warning: {who} needs {names}{inside},",
        f"  which neither the environment nor the build image has: {who} will not import unless the run image has it."
        if found.distribution
        else "  which neither the environment nor the build image has: it will not import unless the run image has it.",
    ]
    lines += [f"  Require instead: {each}" for each in found.instead]
    if found.packages:
        add = "Or add" if found.instead else "Add"
        lines.append(
            f"  {add} Debian's {_listed(found.packages)} to the run image (another builder, or an apt buildpack)."
        )
    elif not found.instead:
        lines.append("  Find the Debian package that has it, and add it to the run image.")
    return tuple(lines)


def _listed(items: Iterable[str]) -> str:
    known = list(items)
    return f"{', '.join(known[:_SHOWN])}{f' and {len(known) - _SHOWN} more' if len(known) > _SHOWN else ''}"
