"""Keeps an environment that is what it shall be, as its record says."""

import msgspec

from pure.build import closing, dividing, environment_steps, findings, news, states, storing
from pure.build.news import News
from pure.build.states import Build, Next
from pure.build.steps import Steps, UnpackLayers
from pure.venv.state import VenvState


def keep(build: Build, known: VenvState, said: tuple[News, ...]) -> Next:
    """The turn that leaves it as it is; what was seen of it is told again."""
    facts, work, seen = build.facts, build.work, known.seen
    plan, keeps = storing.kept(build.plan, facts, work, known)
    plan, layers = dividing.kept(plan, facts)
    steps: Steps = (
        *keeps,
        *layers,
        *environment_steps.prune(plan, work),
        *(findings.survey(plan, work) if seen.offered is None else ()),
        *(findings.seek_libraries(plan, facts, work) if seen.foreign else ()),
    )
    build = msgspec.structs.replace(
        build,
        plan=plan,
        record=known,
        archived=storing.archived(plan),
        unpacked=any(isinstance(step, UnpackLayers) for step in keeps),
        programs=frozenset(seen.programs),
        offered=seen.offered,
    )
    state = states.Settled(resolved=known.resolved, known=seen)
    return closing.turn(build, state, steps, *said, news.Divided(plan=plan, pieces=seen.pieces))
