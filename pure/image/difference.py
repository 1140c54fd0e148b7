"""Says how two sides differ: what was decided and why, what is installed, which layers, and how many bytes move.

What moves from A to B is what a registry that has A lacks of B, and what a node that has A lacks: the blobs of B that A
hasn't, with B's manifest and configuration. Blobs are told apart by their own digests where both sides have these, and
by the digests of what they hold otherwise. Equal blobs count once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from pure.image.manifest import LayerOfImage, Owner
from pure.image.side import INSTEAD, KINDS, OF_BASES, Decided, DecidedValue, Kind, NotKnown, Side

COMPARISON_SCHEMA: Final = 1

Become: TypeAlias = Literal[
    "same",
    "recompressed",  # the same contents as another blob
    "changed",
    "new",
    "gone",
]


Lines: TypeAlias = Mapping[str, DecidedValue]
"""By their numbers."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was decided otherwise, or for other reasons where both values are equal."""

    kind: Kind
    name: str
    before: DecidedValue | None
    after: DecidedValue | None

    @property
    def for_other_reasons(self) -> bool:
        """Whether the same was decided."""
        return self.before is not None and self.after is not None and self.before.value == self.after.value


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that was added (``before`` is empty), removed (``after`` is), or changed."""

    name: str
    before: str
    after: str


class ComparedLayer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A layer of one side or of both."""

    become: Become
    owner: Owner
    buildpack: str = ""
    name: str = ""
    before: str = ""
    """The digest of its uncompressed tar."""
    after: str = ""
    nbytes: int | None = None
    """What moves of it, zero where A has it; ``None`` if its size isn't known."""
    uncompressed: bool = False
    """Whether ``nbytes`` are those before compression: less moves."""


class Moving(msgspec.Struct, frozen=True, kw_only=True):
    """What a push, or a pull, moves."""

    nbytes: int = 0
    """Of all blobs whose size is known, with manifest and configuration."""
    blobs: int = 0
    uncompressed: int = 0
    """How many of the blobs count with their size before compression: less moves."""
    unknown: int = 0
    """How many of the blobs are of unknown size, and don't count."""
    documents: int = 0
    """Of ``nbytes``: manifest and configuration."""


class ComparedSide(msgspec.Struct, frozen=True, kw_only=True):
    """A side by its name, its digest (empty, if it is no image), and what isn't known of it."""

    name: str
    digest: str
    unknown: tuple[NotKnown, ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How B differs from A."""

    schema: int = COMPARISON_SCHEMA
    before: ComparedSide
    after: ComparedSide
    differs: bool
    """Whether anything does, of all that is known of both."""
    otherwise: bool
    """Whether only manifests or configurations differ, in what isn't told here: times, the order of layers."""
    decisions: tuple[Decision, ...]
    not_compared: tuple[Kind, ...]
    """The kinds of decisions that are known of one side only."""
    distributions: tuple[Version, ...] | None
    """``None``, where one side's aren't known."""
    same_distributions: int
    layers: tuple[ComparedLayer, ...] | None
    """Lowest first, then those that are gone; ``None``, where one side has none yet."""
    moving: Moving | None
    """To push where a registry has A, and to pull where a node has it."""


def compare_sides(before: Side, after: Side) -> Comparison:
    """How ``after`` differs from ``before``."""
    if before.based is not after.based:
        # What a run image brings is no difference to what has none.
        before, after = (each if each.based else _without_base(each) for each in (before, after))
    decisions = decided_otherwise(before.decided, after.decided)
    versions: tuple[Version, ...] | None = None
    same = 0
    if before.distributions is not None and after.distributions is not None:
        versions = _versions(before.distributions, after.distributions)
        same = sum(after.distributions.get(name) == version for name, version in before.distributions.items())
    layers: tuple[ComparedLayer, ...] | None = None
    moving: Moving | None = None
    if before.layers is not None and after.layers is not None:
        layers = _layers(before.layers, after.layers)
        documents = sum(nbytes for digest, nbytes in after.documents.items() if digest not in before.documents)
        moving = moved(before.layers, after.layers, documents=documents)
    told = bool(decisions or versions or any(each.become != "same" for each in layers or ()))
    otherwise = not told and _digested(before) == _digested(after) and before.digest != after.digest
    return Comparison(
        before=_side(before),
        after=_side(after),
        differs=told or otherwise,
        otherwise=otherwise,
        decisions=decisions,
        not_compared=tuple(
            kind
            for kind in KINDS
            if (kind in before.decided) != (kind in after.decided) and not _told_otherwise(kind, before, after)
        ),
        distributions=versions,
        same_distributions=same,
        layers=layers,
        moving=moving,
    )


def decided_otherwise(before: Decided, after: Decided) -> tuple[Decision, ...]:
    """What was decided otherwise, or for other reasons, of the kinds that both know."""
    found: list[Decision] = []
    for kind in KINDS:
        if kind not in before or kind not in after or _has(INSTEAD.get(kind), before, after):
            continue
        one, other = _without_like(before[kind], after[kind]) if kind == "build" else (before[kind], after[kind])
        found += (
            Decision(kind=kind, name=name, before=one.get(name), after=other.get(name))
            for name in sorted({*one, *other}, key=_in_order if kind == "build" else None)
            if _otherwise(one.get(name), other.get(name))
        )
    return tuple(found)


def _otherwise(before: DecidedValue | None, after: DecidedValue | None) -> bool:
    if before is None or after is None or before.value != after.value:
        return before != after
    # Where no reasons stand, they aren't known.
    return bool(before.because and after.because) and before.because != after.because


def _without_like(one: Lines, other: Lines) -> tuple[Lines, Lines]:
    """The lines that the other side hasn't, wherever they stand; all, where both sides have the same ones."""
    left, right = _nth(one), _nth(other)
    if left.keys() == right.keys():
        return one, other
    return (
        {number: one[number] for line, number in left.items() if line not in right},
        {number: other[number] for line, number in right.items() if line not in left},
    )


def _nth(lines: Lines) -> dict[tuple[str, int], str]:
    """The numbers of lines, by each line and how many like it stand before."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], str] = {}
    for number in sorted(lines, key=_in_order):
        line = lines[number].value
        found[line, seen[line]] = number
        seen[line] += 1
    return found


def _in_order(number: str) -> tuple[int, str]:
    return len(number), number


def moved(before: Sequence[LayerOfImage], after: Sequence[LayerOfImage], *, documents: int = 0) -> Moving:
    """What moves where A's layers are there; ``documents`` are the bytes of manifest and configuration."""
    sizes = [_size(each) for each in _new(before, after).values()]
    return Moving(
        nbytes=sum(nbytes for nbytes, _ in sizes if nbytes is not None) + documents,
        blobs=len(sizes),
        uncompressed=sum(nbytes is not None and uncompressed for nbytes, uncompressed in sizes),
        unknown=sum(nbytes is None for nbytes, _ in sizes),
        documents=documents,
    )


def _without_base(side: Side) -> Side:
    decided = {kind: found for kind, found in side.decided.items() if kind not in OF_BASES}
    return msgspec.structs.replace(side, decided=decided)


def _digested(side: Side) -> tuple[bool, bool, bool]:
    """What a side's digest is of: a manifest, a configuration with a run image's or without; nothing of a plan."""
    return bool(side.digest), bool(side.documents), side.based


def _side(side: Side) -> ComparedSide:
    return ComparedSide(name=side.name, digest=side.digest, unknown=side.unknown)


def _has(kind: Kind | None, before: Side | Decided, after: Side | Decided) -> bool:
    one, other = (each.decided if isinstance(each, Side) else each for each in (before, after))
    return kind is not None and kind in one and kind in other


def _told_otherwise(kind: Kind, before: Side, after: Side) -> bool:
    """Whether what is known of one side only is compared in other words."""
    words = {kind, *((INSTEAD[kind],) if kind in INSTEAD else ()), *(it for it, of in INSTEAD.items() if of == kind)}
    return any(_has(each, before, after) for each in words)


def _versions(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Version, ...]:
    return tuple(
        Version(name=name, before=before.get(name, ""), after=after.get(name, ""))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )


def _layers(before: Sequence[LayerOfImage], after: Sequence[LayerOfImage]) -> tuple[ComparedLayer, ...]:
    counted = _new(before, after)
    pairs = {id(other): one for one, other in _pairs(before, after)}
    told: list[ComparedLayer] = []
    for each in after:
        new = counted.pop(_blob(each), None)
        nbytes, uncompressed = (0, False) if new is None else _size(each)
        told.append(_compared(pairs.get(id(each)), each, nbytes=nbytes, uncompressed=uncompressed))
    stayed = {id(one) for one in pairs.values()}
    told += (_compared(each, None, nbytes=0, uncompressed=False) for each in before if id(each) not in stayed)
    return tuple(told)


def _pairs(
    before: Sequence[LayerOfImage], after: Sequence[LayerOfImage]
) -> Iterator[tuple[LayerOfImage, LayerOfImage]]:
    """Which layers of both sides are the same one: by all that is known of it, by its contents, or by its name."""
    for key in _ALIKE:
        left: dict[tuple[str, ...], list[LayerOfImage]] = {}
        for each in before:
            left.setdefault(key(each), []).append(each)
        found = [(left[key(each)].pop(0), each) for each in after if left.get(key(each))]
        yield from found
        paired = {id(each) for pair in found for each in pair}
        before = [each for each in before if id(each) not in paired]
        after = [each for each in after if id(each) not in paired]


def _name(layer: LayerOfImage) -> tuple[str, ...]:
    return (layer.owner, layer.buildpack, layer.name)


_ALIKE: Final[tuple[Callable[[LayerOfImage], tuple[str, ...]], ...]] = (
    lambda layer: (*_name(layer), layer.diff_id, layer.digest),
    lambda layer: (*_name(layer), layer.diff_id),
    lambda layer: (layer.diff_id,),
    _name,
)


def _compared(
    before: LayerOfImage | None, after: LayerOfImage | None, *, nbytes: int | None, uncompressed: bool
) -> ComparedLayer:
    layer = after or before
    assert layer is not None
    return ComparedLayer(
        become=_become(before, after),
        owner=layer.owner,
        buildpack=layer.buildpack,
        name=layer.name,
        before=before.diff_id if before else "",
        after=after.diff_id if after else "",
        nbytes=nbytes,
        uncompressed=uncompressed,
    )


def _become(before: LayerOfImage | None, after: LayerOfImage | None) -> Become:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    if before.diff_id != after.diff_id:
        return "changed"
    return "recompressed" if before.digest and after.digest and before.digest != after.digest else "same"


def _new(before: Iterable[LayerOfImage], after: Iterable[LayerOfImage]) -> dict[str, LayerOfImage]:
    """The layers whose blobs aren't there, each blob once."""
    blobs = {each.digest for each in before if each.digest}
    contents = {each.diff_id for each in before}
    uncompressed = {each.diff_id for each in before if not each.digest}
    return {
        _blob(each): each
        for each in after
        if not (each.digest in blobs or each.diff_id in (uncompressed if each.digest else contents))
    }


def _blob(layer: LayerOfImage) -> str:
    return layer.digest or layer.diff_id


def _size(layer: LayerOfImage) -> tuple[int | None, bool]:
    """What moves of a layer, and whether that is its size before compression."""
    if layer.compressed is not None:
        return layer.compressed, False
    return layer.nbytes, layer.nbytes is not None
