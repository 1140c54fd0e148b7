"""Notices builds of PyTorch for graphics cards, which are many times the size of those for CPUs.

Nothing that a platform tells says whether there will be a graphics card, so this is a warning, never an error.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from pure.venv.installed import InstalledSet
from pure.venv.resolved import ResolvedSet

_NVIDIA: Final = ("nvidia-", "cuda-")
_COMPANIONS: Final = frozenset({"torch", "torchaudio", "torchvision", "triton", "pytorch-triton-rocm"})


class AcceleratedTorch(msgspec.Struct, frozen=True, kw_only=True):
    """A resolved torch for graphics cards of ``vendor``, with the distributions that come along and their bytes."""

    version: str
    vendor: str
    companions: int
    size: int


def accelerated_torch(resolved: ResolvedSet, installed: InstalledSet) -> AcceleratedTorch | None:
    """What of the environment is there for graphics cards alone; ``None`` without such a torch."""
    by_name = resolved.by_name()
    torch = by_name.get("torch")
    if torch is None:
        return None
    local = torch.version.partition("+")[2]
    if local.startswith("rocm"):
        vendor = "AMD"
    elif local.startswith("cu") or (not local and any(name.startswith(_NVIDIA) for name in by_name)):
        vendor = "NVIDIA"
    else:
        return None
    names = {name for name in by_name if name.startswith(_NVIDIA) or name in _COMPANIONS}
    sizes = (each.size for one in installed.distributions if one.name in names for each in one.files)
    return AcceleratedTorch(version=torch.version, vendor=vendor, companions=len(names) - 1, size=_sum(sizes))


def _sum(sizes: Iterable[str]) -> int:
    # Sizes stand in RECORDs as whoever built the distribution wrote them.
    return sum(int(size) for size in sizes if size.isascii() and size.isdigit() and len(size) < 16)
