"""Defines what the page of an image tells, whatever it was read from."""

from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["base", "python", "dependencies", "start", "application", "others", "platform", "unknown"]
"""What a layer is for; the page has a colour for each."""


class ShownPackage(msgspec.Struct, frozen=True, kw_only=True):
    """A folder or file at the top of what a distribution installs."""

    name: str
    nbytes: int


class ShownDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution, as far as one layer holds it."""

    name: str
    version: str
    nbytes: int
    packages: tuple[ShownPackage, ...] = ()


class ShownLayer(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of the image; sizes that nobody knows are ``None``."""

    name: str
    kind: Kind
    because: str = ""
    """Why it is one."""
    nbytes: int | None = None
    compressed: int | None = None
    distributions: tuple[ShownDistribution, ...] = ()
    become: str = ""
    """How it differs from that of the previous image, in a word or two."""


class ShownDecision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: what about, what was chosen, where that stands, and why."""

    about: str
    choice: str
    source: str = ""
    because: tuple[str, ...] = ()
    command: bool = False
    """The choice is a command, which is shown as one."""


class ShownTime(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the build, and the parts of that."""

    name: str
    seconds: float
    parts: tuple["ShownTime", ...] = ()


class ShownChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is another; a side that is empty has it not."""

    about: str
    before: str
    after: str
    because_before: tuple[str, ...] = ()
    because: tuple[str, ...] = ()


class ShownPrevious(msgspec.Struct, frozen=True, kw_only=True):
    """What differs from a previous image."""

    reference: str
    said: tuple[str, ...]
    """How much differs, and what has to be pushed and pulled, in sentences."""
    decisions: tuple[ShownChange, ...] = ()
    distributions: tuple[ShownChange, ...] | None = ()
    """``None``, where one side's aren't known."""
    gone: tuple[str, ...] = ()
    """The layers that only the previous image has."""
    unknown: tuple[str, ...] = ()
    """What couldn't be compared, each one clause."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of an image."""

    name: str
    facts: tuple[tuple[str, str], ...]
    """Its digest, its target, who built it: a few words each."""
    layers: tuple[ShownLayer, ...]
    decisions: tuple[ShownDecision, ...] = ()
    undecided: str = ""
    """Why there are no decisions."""
    times: tuple[ShownTime, ...] = ()
    untimed: str = ""
    """Why there are no times."""
    previous: ShownPrevious | None = None
    unknown: tuple[str, ...] = ()
    """What the page can't tell, in sentences."""
