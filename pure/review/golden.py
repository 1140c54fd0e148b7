"""Defines the golden plan: the decisions of an application, as a file that lies in its repository.

A pull request that changes a decision changes the file, or fails where it is checked. So nothing stands in it that can
change while the application stays as it is (``pure.review.own`` says what that leaves), and what does is one decision
below another, each with where it comes from and why.
"""

from typing import Final, Literal, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success

FILE: Final = "lamina.plan.json"
"""What the file is called, if nobody calls it otherwise."""
SCHEMA: Final = 1
GoldenTarget: TypeAlias = Literal["linux/amd64", "linux/arm64"]


class GoldenDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One decision: what was decided, by what, and why. A reason's words are for people and are never compared."""

    decided: str
    by: str = ""
    because: tuple[str, ...] = ()


class GoldenPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions of one application for one target, by their names."""

    schema: int = SCHEMA
    target: GoldenTarget
    decisions: dict[str, GoldenDecision]


class GoldenUnreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A file is no golden plan; ``reason`` completes a sentence about it."""

    file: str
    reason: str


class GoldenOfAnotherSchema(msgspec.Struct, frozen=True, kw_only=True):
    """Another version of Lamina wrote the file."""

    file: str
    schema: int


class GoldenMissing(msgspec.Struct, frozen=True, kw_only=True):
    """There is no such file."""

    file: str


class GoldenNotWritten(msgspec.Struct, frozen=True, kw_only=True):
    """The file can't be written."""

    file: str
    reason: str


class _Schema(msgspec.Struct, frozen=True):
    schema: int


def encode_golden(golden: GoldenPlan) -> bytes:
    """The file: indented, decisions in the order of their names; equal decisions give equal bytes."""
    ordered = msgspec.structs.replace(golden, decisions=dict(sorted(golden.decisions.items())))
    return msgspec.json.format(msgspec.json.encode(ordered), indent=2) + b"\n"


def decode_golden(raw: bytes, *, file: str) -> Outcome[GoldenPlan, GoldenUnreadable | GoldenOfAnotherSchema]:
    """What a file says; any bytes give a value or an error."""
    try:
        schema = msgspec.json.decode(raw, type=_Schema).schema
        if schema != SCHEMA:
            return Failure(GoldenOfAnotherSchema(file=file, schema=schema))
        return Success(msgspec.json.decode(raw, type=GoldenPlan))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        return Failure(GoldenUnreadable(file=file, reason=str(error)))
