"""Estimates which distributions will get layers of their own, before anything is installed.

A lock that states its wheels' sizes allows that. The estimate is for people: a build decides by what it has installed
(``pure.layers.division``).
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from pure.layers.division import Rules
from pure.names import normalise_name
from pure.project.locks.wheels import LockedWheels
from pure.python.wheels import fitting

# So many times as large is what a wheel unpacks to. Measured with 19 wheels of more than 5 MB unpacked (NumPy, pandas,
# SciPy, pyarrow, scikit-learn, Matplotlib, OpenCV, Pillow, lxml, gRPC, cryptography, pydantic-core, kiwisolver,
# fontTools, SymPy, Plotly, Django, botocore, google-cloud-aiplatform): 17 of them between 2.2 and 4.3, 3.2 in the
# middle. botocore has its data compressed (1.3), generated clients are very much alike (9.8).
UNPACKED: Final = 3


class Likely(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that will probably get a layer of its own."""

    name: str
    version: str
    nbytes: int  # of its files, estimated


def likely(locked: Iterable[LockedWheels], *, minor: str, arch: str, rules: Rules) -> tuple[Likely, ...]:
    """The biggest first; nothing where sizes aren't stated. Of several wheels that fit, the largest counts."""
    found: dict[str, Likely] = {}
    for each, wheels in fitting(locked, minor, arch=arch):
        nbytes = UNPACKED * max((each.sizes.get(wheel, 0) for wheel in wheels), default=0)
        name = normalise_name(each.name)
        if nbytes >= rules.heavy and (name not in found or found[name].nbytes < nbytes):
            found[name] = Likely(name=name[:100], version=each.version[:40], nbytes=nbytes)
    return tuple(sorted(found.values(), key=lambda each: (-each.nbytes, each.name))[: rules.limit])
