"""Runs ``bin/detect`` of every buildpack and settles the group."""

from collections.abc import Sequence

import msgspec
from pure.lifecycle.build_plan import (
    ERROR,
    FAIL,
    PASS,
    DetectAnswer,
    PlanEntry,
    Sections,
    parse_build_plan,
    resolve,
)
from pure.lifecycle.descriptor import matches_target
from pure.lifecycle.environment import buildpack_variables, with_platform
from pure.lifecycle.errors import LaunchFailed, LifecycleError, NothingDetected, Verdict
from pure.lifecycle.events import Detected, OutputLine
from pure.outcome import Failure, Outcome, Success

from shell.lifecycle.building_site import PLANS, PLATFORM, Member, Phase, Site


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The buildpacks that take part, in order, and the resolved plan."""

    members: tuple[Member, ...]
    plan: tuple[PlanEntry, ...]


class _Heard(msgspec.Struct, frozen=True, kw_only=True):
    answer: DetectAnswer
    reason: str = ""
    lines: tuple[str, ...] = ()


def detect(site: Site) -> Outcome[Group, LifecycleError]:
    """Ask every buildpack and choose; what they said is reported where it explains a failure."""
    phase = Phase(site.on_event, "detect")
    heard: list[_Heard] = []
    members = _participants(site.members)
    for member in members:
        outcome = _ask(site, member)
        if isinstance(outcome, Failure):
            return outcome
        heard.append(outcome.unwrap())
    result = resolve([each.answer for each in heard])
    for each in heard:
        if isinstance(result, Failure) or each.answer.status not in (PASS, FAIL):
            for line in each.lines:
                site.on_event(OutputLine(buildpack=each.answer.buildpack, line=line))
    match result:
        case Failure(unresolved):
            verdicts = tuple(
                Verdict(buildpack=each.answer.buildpack, answer=_word(each.answer.status), reason=each.reason)
                for each in heard
            )
            return Failure(NothingDetected(verdicts=verdicts, errored=unresolved.errored, plan=unresolved.conflicts))
        case Success(resolution):
            by_id = {member.buildpack.id: member for member in members}
            group = Group(members=tuple(by_id[name] for name in resolution.group), plan=resolution.plan)
            site.on_event(Detected(buildpacks=tuple(member.buildpack.name for member in group.members)))
            phase.done()
            return Success(group)


def _participants(members: Sequence[Member]) -> list[Member]:
    """The members to ask: one of each id, and none that is for another execution environment."""
    chosen: dict[str, Member] = {}
    for member in members:
        buildpack = member.buildpack
        gated = buildpack.exec_env if buildpack.api_at_least("0.12") else ()
        if buildpack.id not in chosen and (not gated or {"*", "production"} & set(gated)):
            chosen[buildpack.id] = member
    return list(chosen.values())


def _ask(site: Site, member: Member) -> Outcome[_Heard, LifecycleError]:
    buildpack = member.buildpack
    answer = DetectAnswer(buildpack=buildpack.id, optional=member.optional, status=ERROR)
    # The reference lifecycle runs optional buildpacks even where the target does not match.
    if not matches_target(buildpack, site.target) and not member.optional:
        return Success(_Heard(answer=answer, reason=f"it does not support the target {site.target}"))
    folder = site.plans / f"detect-{buildpack.folder}"
    folder.mkdir()
    plan = folder / "plan.toml"
    plan.touch(mode=0o600)
    inside = f"{PLANS}/{folder.name}/plan.toml"
    env = with_platform(site.env, user=site.user_env, operator=site.operator_env, clear_env=buildpack.clear_env)
    env |= buildpack_variables(
        buildpack, root=member.root, platform=PLATFORM, target=site.target, more={"CNB_BUILD_PLAN_PATH": inside}
    )
    lines: list[str] = []
    outcome = site.execute(member, "detect", (PLATFORM, inside), env, lines.append)
    match outcome:
        case Failure(LaunchFailed() as error):
            return Success(_Heard(answer=answer, reason=f"bin/detect cannot be started: {error.reason}"))
        case Failure():
            return outcome
        case Success(status):
            return Success(_judge(answer, status, plan.read_bytes() if plan.is_file() else b"", tuple(lines)))


def _judge(answer: DetectAnswer, status: int, plan: bytes, lines: tuple[str, ...]) -> _Heard:
    if status < 0:
        return _Heard(answer=answer, reason=f"bin/detect was ended by signal {-status}", lines=lines)
    if status not in (PASS, FAIL):
        return _Heard(answer=answer, reason=f"bin/detect exited with status {status}", lines=lines)
    alternatives: tuple[Sections, ...] = (Sections(),)
    if status == PASS:
        parsed = parse_build_plan(plan)
        if isinstance(parsed, Failure):
            return _Heard(answer=answer, reason=f"its build plan is invalid: {parsed.failure()}", lines=lines)
        alternatives = parsed.unwrap()
    settled = msgspec.structs.replace(answer, status=status, alternatives=alternatives)
    return _Heard(answer=settled, lines=lines)


def _word(status: int) -> str:
    return {PASS: "pass", FAIL: "fail"}.get(status, "error")
