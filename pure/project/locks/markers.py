"""States what environment markers see in the image, and what they make of it.

PyPA specification "Dependency specifiers", with the additions of "pylock.toml" for markers in locks.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

Environment: TypeAlias = Mapping[str, "str | frozenset[str]"]

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def marker_environment(python_version: str, arch: str) -> dict[str, str]:
    """What all marker variables are for CPython ``python_version`` on Linux; the kernel's are empty, being unknown."""
    return {
        "implementation_name": "cpython",
        "implementation_version": python_version,
        "os_name": "posix",
        "platform_machine": MACHINES.get(arch, arch),
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python_version,
        "python_version": ".".join(python_version.split(".")[:2]),
        "sys_platform": "linux",
        "extra": "",
    }


def holds(marker: str, environment: Environment, context: str = "metadata") -> bool | None:
    """Whether a marker holds there; ``None`` where it can't be evaluated. ``context`` is that of ``packaging``."""
    from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName

    try:
        # The type of the parameter doesn't know the sets that the context "lock_file" is about.
        return bool(Marker(marker).evaluate(cast("dict[str, str]", dict(environment)), context=cast("Any", context)))
    # ValueError: no marker, or one with a number of more digits than Python reads.
    except (ValueError, UndefinedComparison, UndefinedEnvironmentName, RecursionError):
        return None
