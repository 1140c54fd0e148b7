"""Turns the division of an environment into steps: what is taken out before a tool runs, and moved and linked after it.

While a tool runs, the environment is a plain one in which distributions that lie in layers of their own have their
metadata only: every installer leaves those in peace. Links are taken out first and made last.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from pure.build.check import Snapshot
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import (
    BeginLayer,
    DropLayer,
    FinishLayer,
    MakeLinks,
    MoveTrees,
    RemoveFiles,
    Step,
    Steps,
)
from pure.build.watched import HashFiles
from pure.build.workplace import STATE_FILE, Workplace
from pure.layers.decision import Action, drop_layer
from pure.layers.division import Rules, back_links, divide
from pure.layers.heavy import UNFINISHED, BuiltFor, Fate, final_layers, why_lost, why_other
from pure.layers.inventory import with_heavy
from pure.layers.names import VENV, heavy_layer, is_heavy
from pure.target import Target
from pure.venv.elf import MACHINES, Dynamic
from pure.venv.installed import InstalledDistribution, is_bytecode
from pure.venv.piece import Piece, parents

# Contents lie below a folder of a layer, so that the platform takes nothing of them for its own (Layer Paths).
_ROOT: Final = "root"


class EnvironmentDivided(msgspec.Struct, frozen=True, kw_only=True):
    """An environment that was divided."""

    plan: Plan
    pieces: tuple[Piece, ...]
    steps: Steps


def place(target: Target, minor: str) -> BuiltFor:
    """For which machines an environment is."""
    return BuiltFor(arch=target.arch, distro=str(target.distro or ""), python_minor=minor)


def take_links_out(plan: Plan, work: Workplace) -> Steps:
    """The steps that leave a plain environment; its record goes first, since it isn't whole from then on."""
    links = tuple(link for piece in _before(plan) for link in piece.links)
    if not links:
        return ()
    site = f"lib/python{plan.python.runtime.minor}/site-packages"
    folders = {parent for link in links for parent in parents(link) if parent.startswith(f"{site}/")}
    return (
        RemoveFiles(root=work.venv, files=(STATE_FILE,)),
        RemoveFiles(
            root=work.venv,
            files=links,
            directories=tuple(sorted(folders, key=lambda path: (-path.count("/"), path))),
        ),
    )


def lost(plan: Plan, facts: Facts) -> frozenset[str]:
    """The distributions whose contents the platform doesn't have, so that they have to be installed again."""
    here = place(plan.target, plan.python.runtime.minor)
    return frozenset(each.name for each in _before(plan) if why_lost(each, facts.restored, plan.division, here))


def with_apart(seen: Snapshot, plan: Plan) -> Snapshot:
    """What was seen of an environment without its links, the files that lie in layers counted among it.

    They lie there if none of them is at hand and the distribution is the same.
    """
    installed = {each.name: each for each in seen.installed.distributions}
    listed = frozenset(seen.files)
    apart: list[Piece] = []
    files: list[str] = []
    for piece in _before(plan):
        found = installed.get(piece.name)
        if found is None or found.version != piece.version:
            continue
        content = _content(found, piece)
        if not listed.isdisjoint(content):
            continue
        apart.append(piece)
        files += content
    if not apart:
        return seen
    return Snapshot(installed=seen.installed, files=tuple(sorted((*seen.files, *files))), apart=tuple(apart))


def with_pieces(seen: Snapshot, plan: Plan, rules: Rules) -> Snapshot:
    """What was seen of an environment that a tool is done with, with what is to lie in layers of its own."""
    return msgspec.structs.replace(seen, pieces=divide(seen.installed, rules)) if plan.division.divide else seen


def astray(now: Snapshot) -> tuple[str, ...]:
    """The distributions whose contents are away in layers that aren't wanted any more: they can't be linked again.

    Others are heavier now, or share their paths no more or only now. Only what was installed tells, so nobody can know
    it before; installed again by themselves, they lie where they belong.
    """
    keys = {piece.name: piece.key for piece in now.pieces}
    return tuple(piece.name for piece in now.apart if keys.get(piece.name) != piece.key)


def look_at_contents(now: Snapshot, work: Workplace) -> Steps:
    """The step that looks at what the pieces hold whose contents are at hand; none where all are away."""
    files = tuple(sorted(path for content in _at_hand(now).values() for path in content))
    return (HashFiles(root=work.venv, files=files),) if files else ()


def divided(
    plan: Plan,
    facts: Facts,
    work: Workplace,
    now: Snapshot,
    held: Mapping[str, str],
    sections: Mapping[str, Dynamic],
    programs: Mapping[str, Dynamic],
) -> EnvironmentDivided:
    """The steps that divide an environment whose links are out, and the plan with what becomes of its layers.

    ``held`` is what was seen of the contents at hand, ``sections`` what the libraries say to the loader, ``programs``
    what programs do.
    """
    here = place(plan.target, plan.python.runtime.minor)
    at_hand, away = _at_hand(now), {piece.name: piece for piece in now.apart}
    pieces = tuple(
        # What is away was looked at by the build that had it at hand.
        msgspec.structs.replace(piece, needs=known.needs, contents=known.contents)
        if (known := away.get(piece.name)) is not None
        else _with_contents(_with_needs(piece, plan, sections), at_hand[piece.name], held)
        for piece in now.pieces
    )
    fates = {piece.name: _fate(piece, plan, facts, here, away=piece.name in away) for piece in pieces}
    heavy = final_layers(fates, pieces, facts.restored, plan.division, here)
    decisions = {each.name: each for each in heavy}
    steps: list[Step] = [DropLayer(layer=each.name) for each in heavy if each.action is Action.DROP]
    for piece in pieces:
        if fates[piece.name] != "held":
            steps += _made(piece, work, {**sections, **programs})
        steps.append(FinishLayer(decision=decisions[heavy_layer(piece.name)]))
    if pieces:
        steps.append(MakeLinks(root=work.venv, links=tuple(_links(pieces))))
    plan = msgspec.structs.replace(plan, layers=with_heavy(plan.layers, heavy))
    return EnvironmentDivided(plan=plan, pieces=pieces, steps=tuple(steps))


def needs_of(apart: Iterable[Piece], plan: Plan) -> dict[str, Dynamic]:
    """What the libraries say to the loader that lie in layers of their own, as far as it was recorded."""
    machine = MACHINES.get(plan.target.arch, 0)
    return {path: Dynamic(machine=machine, needed=names) for piece in apart for path, names in piece.needs}


def _with_needs(piece: Piece, plan: Plan, sections: Mapping[str, Dynamic]) -> Piece:
    """A piece with what its libraries need of others, so that nobody has to read them again while they are away."""
    machine = MACHINES.get(plan.target.arch)
    held = {path: each for path, each in sections.items() if each.machine == machine and piece.holds(path)}
    own = {path.rpartition("/")[2] for path in held}
    needs = ((path, tuple(name for name in each.needed if name not in own)) for path, each in sorted(held.items()))
    return msgspec.structs.replace(piece, needs=tuple((path, names) for path, names in needs if names))


def _with_contents(piece: Piece, content: Iterable[str], held: Mapping[str, str]) -> Piece:
    """A piece with the digest of what its files hold, as it was seen."""
    rows = (f"{path}\0{held[path]}" for path in sorted(content) if path in held)
    seen = "\n".join((piece.key, *rows))
    digest = hashlib.sha256(seen.encode("utf-8", "surrogateescape")).hexdigest()
    return msgspec.structs.replace(piece, contents=digest)


def _at_hand(now: Snapshot) -> dict[str, tuple[str, ...]]:
    """The files of each piece whose contents are at hand, by its name."""
    away = {piece.name for piece in now.apart}
    installed = {each.name: each for each in now.installed.distributions}
    return {piece.name: _content(installed[piece.name], piece) for piece in now.pieces if piece.name not in away}


def _content(each: InstalledDistribution, piece: Piece) -> tuple[str, ...]:
    """The distribution's files that lie in the piece's layer, bytecode left aside, which follows from them."""
    return tuple(path for path in each.paths if piece.holds(path) and not is_bytecode(path))


def kept(plan: Plan, facts: Facts) -> tuple[Plan, Steps]:
    """The steps that keep the layers of an environment that is kept, and the plan with what else lies there.

    That is of a build which didn't come to its end.
    """
    heavy = tuple(each for each in plan.layers if is_heavy(each.name))
    known = {each.name for each in heavy}
    gone = tuple(
        drop_layer(each, UNFINISHED) for each in sorted(facts.restored) if is_heavy(each) and each not in known
    )
    steps: Steps = (*(DropLayer(layer=each.name) for each in gone), *(FinishLayer(decision=each) for each in heavy))
    return msgspec.structs.replace(plan, layers=(*plan.layers, *gone)), steps


def _before(plan: Plan) -> tuple[Piece, ...]:
    """What lay in layers of its own, where the environment of an earlier build is changed in place."""
    reconciled = plan.decided(VENV).action is Action.RECONCILE
    return plan.previous.seen.pieces if reconciled and plan.previous else ()


def _fate(piece: Piece, plan: Plan, facts: Facts, here: BuiltFor, *, away: bool) -> Fate:
    if away:
        return "held"
    return "made" if why_other(piece, facts.restored, here) else "same"


def _made(piece: Piece, work: Workplace, said: Mapping[str, Dynamic]) -> Iterable[Step]:
    layer = heavy_layer(piece.name)
    root = f"{work.layer(layer)}/{_ROOT}"
    yield BeginLayer(layer=layer)
    yield MoveTrees(root=work.venv, target=root, paths=piece.links)
    back = back_links(piece, {path: each for path, each in said.items() if piece.holds(path)})
    if back:
        links = tuple((path, _relative(path, f"../../{VENV}/{path}")) for path in back)
        yield MakeLinks(root=root, links=links)


def _links(pieces: Iterable[Piece]) -> Iterable[tuple[str, str]]:
    for piece in pieces:
        for path in piece.links:
            yield path, _relative(path, f"../{heavy_layer(piece.name)}/{_ROOT}/{path}")


def _relative(path: str, target: str) -> str:
    """A target that is relative to the root of a layer's tree, as a link at a path in that tree has to state it."""
    return "../" * path.count("/") + target
