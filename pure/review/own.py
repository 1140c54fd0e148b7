"""Decides which decisions of a plan are the application's own, and how each is written down.

Left out is what changes while the application stays as it is: this buildpack's version, the release of a tool that it
pins, the patch release of Python that its catalogue has, what earlier builds left, and warnings. Python's minor version
stays in, even where it is only a default: it is what runs, and another one is worth a review, whoever caused it.
"""

from collections.abc import Callable, Iterator

from pure.build.estimate import Estimate
from pure.build.plan import Plan
from pure.layers.decision import Action
from pure.manager.decision import PackageManagerDecision
from pure.manager.terms import path
from pure.project.selection import EXTRAS_VARIABLE
from pure.python.choice import PythonDecision
from pure.review.golden import GoldenDecision, GoldenPlan
from pure.source import Source, without_lines
from pure.start.processes import Default, Processes
from pure.wording import size


def golden_plan(plan: Plan, *, app: str, estimate: Estimate | None, redact: Callable[[str], str]) -> GoldenPlan:
    """The golden plan of a plan that nothing was restored for.

    ``app`` is the application's folder, as an absolute path: where it lies isn't the application's decision. ``redact``
    takes credentials out of what users wrote.
    """
    return GoldenPlan(
        target="linux/arm64" if plan.target.arch == "arm64" else "linux/amd64",
        decisions={
            name: GoldenDecision(
                decided=redact(each.decided),
                by=redact(each.by),
                because=tuple(redact(without_lines(reason)) for reason in each.because),
            )
            for name, each in _decisions(plan, app, estimate)
        },
    )


def _decisions(plan: Plan, app: str, estimate: Estimate | None) -> Iterator[tuple[str, GoldenDecision]]:
    yield "python", _python(plan.python)
    if plan.package_manager is not None:
        yield from _manager(plan.package_manager)
        yield (
            "dependencies divided over layers",
            GoldenDecision(decided="yes" if plan.division.divide else "no", because=(plan.division.because,)),
        )
    if estimate is not None:
        because = (f"by the sizes of their wheels in {estimate.lock}",)
        names = ", ".join(sorted(each.name for each in estimate.likely))
        yield "likely in layers of their own", GoldenDecision(decided=names, by=estimate.lock, because=because)
    layers = (each.name for each in plan.layers if each.action is not Action.DROP and each.types and each.types.launch)
    yield "layers of the image", GoldenDecision(decided=", ".join(layers))
    if plan.django.manage is not None:
        collected = "collected, if Django is installed" if plan.django.collect else "not collected"
        yield "static files", GoldenDecision(decided=collected, by=plan.django.manage, because=(plan.django.because,))
    if plan.commands is not None:
        found = plan.commands
        yield (
            "build commands",
            GoldenDecision(decided="\n".join(found.lines), by=_place(found.source), because=(found.because,)),
        )
    yield from _processes(plan.processes, app)
    for label in plan.labels:
        yield f"label {label.key}", GoldenDecision(decided=label.value, by=f"${label.variable}")


def _python(python: PythonDecision) -> GoldenDecision:
    if python.exact:
        return GoldenDecision(decided=python.version, by=_place(python.source), because=python.because)
    # Which patch release that is, the catalogue says.
    because = tuple(reason for reason in python.because if python.version not in reason)
    return GoldenDecision(decided=python.runtime.minor, by=_place(python.source), because=because)


def _manager(manager: PackageManagerDecision) -> Iterator[tuple[str, GoldenDecision]]:
    source = manager.installed_from
    files = ", ".join(path(source.folder, file) for file in source.files)
    yield "package manager", GoldenDecision(decided=manager.name, by=files, because=manager.managed.choice.because)
    tool = manager.tool
    if tool.asked_in is not None:
        title = f"version of {manager.manager.tool.title}"
        yield title, GoldenDecision(decided=tool.asked, by=_place(tool.asked_in))
    added = (
        ("groups", manager.groups, manager.groups_by),
        ("extras", manager.selection.extras, f"${EXTRAS_VARIABLE}"),
    )
    for what, names, by in added:
        if names:
            yield what, GoldenDecision(decided=", ".join(names), by=by)
    if manager.supply:
        yield "dependencies from folders", GoldenDecision(decided="yes", because=manager.supply)


def _processes(found: Processes, app: str) -> Iterator[tuple[str, GoldenDecision]]:
    for each in found.processes:
        place = f" (in {each.working_dir.removeprefix(f'{app}/')})" if each.working_dir else ""
        yield (
            f"process {each.type}",
            GoldenDecision(decided=f"{each.shown}{place}", by=_place(each.source), because=(each.because,)),
        )
        if each.defaults:
            yield (
                f"process {each.type} finds set",
                GoldenDecision(
                    decided=", ".join(map(_set, each.defaults)),
                    because=tuple(one.because for one in each.defaults),
                ),
            )
    default = next((each.type for each in found.processes if each.default), "none")
    yield "default process", GoldenDecision(decided=default, because=found.because)


def _set(each: Default) -> str:
    if each.memory:
        return f"{each.variable} ({size(each.memory)} a worker)"
    return f"{each.variable}={each.value}" if each.value else each.variable


def _place(source: Source) -> str:
    return without_lines(str(source))
