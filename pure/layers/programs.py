"""Holds the programs of ours that images have, and decides over the layers that they lie in.

The launcher runs those in ``exec.d`` before the application, whatever the image's base has: no shell, no tool. They are
Python, since the image has that, and lie in layers of their own: a newer one changes neither the runtime nor what is
installed. Each start pays for them, so that they are there only where they do something.
"""

import hashlib
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.layers.decision import Action, LayerDecision, RestoredLayer, decide_layer, drop_layer
from pure.layers.inventory import in_the_image
from pure.layers.metadata import ProgramsLayer
from pure.layers.names import LayerName

ProgramName: TypeAlias = Literal["certificates", "defaults", "start"]


class LaunchProgram(msgspec.Struct, frozen=True, kw_only=True):
    """A program: its file and that of ours which it imports, from the buildpack's root, and the line that does it."""

    file: str
    needs: str
    line: bytes

    def joined(self, source: bytes, needed: bytes) -> bytes:
        """Its source with the other's in place of the line that imports it: an image has nothing of ours."""
        assert source.count(self.line) == 1, "the program imports that module, and nothing else of ours"
        return source.replace(self.line, needed)


PROGRAMS: Final[Mapping[ProgramName, LaunchProgram]] = {
    "certificates": LaunchProgram(
        file="shell/at_launch/certificates.py",
        needs="pure/bindings/pem.py",
        line=b"from pure.bindings.pem import SYSTEM_AUTHORITIES, is_whole, parts, written\n",
    ),
    "defaults": LaunchProgram(
        file="shell/at_launch/defaults.py",
        needs="pure/start/limits.py",
        line=b"from pure.start.limits import SHARED_CPUS, groups, least, share, workers\n",
    ),
    "start": LaunchProgram(
        file="shell/at_launch/start.py",
        needs="pure/start/expansion.py",
        line=b"from pure.start.expansion import expand\n",
    ),
}

Files: TypeAlias = tuple[tuple[str, bytes], ...]


def executable(source: bytes, interpreter: str) -> bytes:
    """A program as it lies in the image, with the interpreter that runs it, which reads nothing of the user's."""
    return f"#!{interpreter} -ISB\n".encode() + source


def with_programs(
    layers: tuple[LayerDecision, ...],
    restored: Mapping[LayerName, RestoredLayer],
    name: LayerName,
    files: Files,
    *,
    because: str,
    gone: str,
) -> tuple[LayerDecision, ...]:
    """The layers with that of these programs; dropped where there are none.

    ``because`` is why there are some, ``gone`` why there are none.
    """
    others = tuple(each for each in layers if each.name != name)
    if not files:
        return (*others, drop_layer(name, gone)) if name in restored else others
    decision = decide_layer(name, ProgramsLayer(program=digest(files)), restored.get(name))
    known = in_the_image(decision, restored)
    if known.action is Action.CREATE:
        known = msgspec.structs.replace(known, because=(because,))
    return (*others, known)


def digest(files: Files) -> str:
    """What their layer is made for."""
    told = ((path, hashlib.sha256(raw).hexdigest()) for path, raw in sorted(files))
    return hashlib.sha256(msgspec.json.encode(tuple(told))).hexdigest()
