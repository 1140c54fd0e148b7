"""Writes the golden plan of an application, or checks a plan against it."""

import os
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from pure.message import Message
from pure.outcome import Failure, Outcome, Success
from pure.review.differing import DecisionChanged, changed_decisions, hidden
from pure.review.golden import (
    GoldenMissing,
    GoldenNotWritten,
    GoldenPlan,
    GoldenUnreadable,
    decode_golden,
    encode_golden,
)
from pure.review.own import golden_plan
from pure.target import Target
from pure.views.review_lines import Written
from pure.views.review_words import GoldenError

from shell.command.planning import PlanRequest, planned
from shell.disk import said
from shell.files import ReadError, regular
from shell.layer_store import write_atomically
from shell.output import Output

DEFAULT_TARGET: Final = Target(os="linux", arch="amd64")
"""Whatever machine a golden plan is written on, and checked on."""
_NO_CONFIGURATION: Final = {"PIP_CONFIG_FILE": os.devnull}


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """A golden plan, as it is now, and how it differs from the file."""

    golden: GoldenPlan
    changed: tuple[DecisionChanged, ...]
    written: Written = "unchanged"


Prevented: TypeAlias = Message | GoldenError
"""What prevents a plan, or what is wrong with its file."""


def checked(request: PlanRequest, file: Path, output: Output) -> Outcome[Compared, Prevented]:
    """How a plan differs from the golden one in ``file``, for the target that stands there unless one is asked for."""
    read = _read(file)
    if isinstance(read, Failure):
        return read
    before = read.unwrap()
    system, _, arch = before.target.partition("/")
    now = _golden(msgspec.structs.replace(request, target=request.target or Target(os=system, arch=arch)), output)
    if isinstance(now, Failure):
        return now
    return Success(Compared(golden=now.unwrap(), changed=_changed(before, now.unwrap(), output)))


def written(request: PlanRequest, file: Path, output: Output) -> Outcome[Compared, Prevented]:
    """Write the golden plan to ``file``, unless it stands there already."""
    now = _golden(msgspec.structs.replace(request, target=request.target or DEFAULT_TARGET), output)
    if isinstance(now, Failure):
        return now
    golden = now.unwrap()
    data = encode_golden(golden)
    try:
        there = file.exists()
        if there and not file.is_file():
            # A pipe or a device, which nothing may take the place of.
            return Failure(GoldenNotWritten(file=str(file), reason="it is no regular file"))
        before = _read(file)
        if there and file.read_bytes() == data:
            return Success(Compared(golden=golden, changed=()))
        write_atomically(file.resolve(), data)
    except OSError as error:
        return Failure(GoldenNotWritten(file=str(file), reason=said(error)))
    changed = _changed(before.unwrap(), golden, output) if isinstance(before, Success) else ()
    return Success(Compared(golden=golden, changed=changed, written="changed" if there else "created"))


def _changed(before: GoldenPlan, now: GoldenPlan, output: Output) -> tuple[DecisionChanged, ...]:
    """What differs, as it may be shown in any form: somebody may have written anything into the file."""
    return tuple(hidden(each, output.redacted) for each in changed_decisions(before, now))


def _golden(request: PlanRequest, output: Output) -> Outcome[GoldenPlan, Message]:
    """The golden plan that a platform would come to: nothing of this machine takes part in it."""
    alone = msgspec.structs.replace(
        request, environ=_NO_CONFIGURATION | dict(request.environ), layers=None, catalogue=None
    )
    found = planned(alone, output)
    if isinstance(found, Failure):
        return found
    value = found.unwrap()
    return Success(golden_plan(value.plan, app=value.facts.app_dir, estimate=value.estimate, redact=output.redacted))


def _read(file: Path) -> Outcome[GoldenPlan, GoldenError]:
    try:
        raw = regular(file)
    except FileNotFoundError:
        return Failure(GoldenMissing(file=str(file)))
    except ReadError as error:
        return Failure(GoldenUnreadable(file=str(file), reason=error.error.detail))
    except OSError as error:
        return Failure(GoldenUnreadable(file=str(file), reason=said(error)))
    return decode_golden(raw, file=str(file))
