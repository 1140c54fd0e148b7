"""Decides which files of a CPython archive are left out, or refused.

One table says what no running application needs; paths are relative to the runtime's root (``bin``, ``lib``, …). What
compiles extension modules stays: headers, ``Makefile``, ``pkgconfig``, ``python3-config``.
"""

import re
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import PurePosixPath
from typing import Final, Literal

import msgspec


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Paths that match ``pattern``, with all below them, are left out because of ``reason``.

    ``*`` stands for any characters within one part of the path, ``**/`` for any number of whole parts.
    """

    pattern: str
    reason: str


_TESTS: Final = "test suite of the standard library"
_TK: Final = "graphical user interface (Tk)"
_PIP: Final = "package manager; it lives in a layer of its own"
_TOOLS: Final = "developer's tool"
_DOCS: Final = "documentation"

RULES: Final = (
    LeftOut(pattern="lib/python3*/test", reason=_TESTS),
    LeftOut(pattern="lib/python3*/*/test", reason=_TESTS),
    LeftOut(pattern="lib/python3*/*/tests", reason=_TESTS),
    LeftOut(pattern="lib/python3*/*/idle_test", reason=_TESTS),
    LeftOut(pattern="lib/python3*/_testinternalcapi*", reason=_TESTS),
    LeftOut(pattern="lib/python3*/lib-dynload/_test*", reason=_TESTS),
    LeftOut(pattern="lib/python3*/lib-dynload/_ctypes_test*", reason=_TESTS),
    LeftOut(pattern="lib/python3*/lib-dynload/_xxtestfuzz*", reason=_TESTS),
    LeftOut(pattern="lib/python3*/lib-dynload/xx*", reason=_TESTS),
    LeftOut(pattern="**/*.a", reason="static library"),
    LeftOut(pattern="lib/python3*/config-3*/*.o", reason="static library"),
    LeftOut(pattern="lib/python3*/config-3*/*.c", reason="static library"),
    LeftOut(pattern="lib/python3*/idlelib", reason=_TK),
    LeftOut(pattern="lib/python3*/tkinter", reason=_TK),
    LeftOut(pattern="lib/python3*/turtledemo", reason=_TK),
    LeftOut(pattern="lib/python3*/turtle.py", reason=_TK),
    LeftOut(pattern="lib/python3*/lib-dynload/_tkinter*", reason=_TK),
    LeftOut(pattern="lib/tcl*", reason=_TK),
    LeftOut(pattern="lib/tk*", reason=_TK),
    LeftOut(pattern="lib/itcl*", reason=_TK),
    LeftOut(pattern="lib/thread*", reason=_TK),
    LeftOut(pattern="lib/Tix*", reason=_TK),
    LeftOut(pattern="lib/libtcl*", reason=_TK),
    LeftOut(pattern="lib/libtk*", reason=_TK),
    LeftOut(pattern="lib/libtommath*", reason=_TK),
    LeftOut(pattern="bin/idle*", reason=_TK),
    LeftOut(pattern="bin/tclsh*", reason=_TK),
    LeftOut(pattern="bin/wish*", reason=_TK),
    LeftOut(pattern="bin/pydoc*", reason=_TOOLS),
    LeftOut(pattern="bin/2to3*", reason=_TOOLS),
    LeftOut(pattern="bin/smtpd*", reason=_TOOLS),
    LeftOut(pattern="lib/python3*/lib-dynload/nis.*", reason="client of NIS, which brings Kerberos along"),
    LeftOut(pattern="lib/python3*/pydoc_data", reason=_DOCS),
    LeftOut(pattern="share/man", reason=_DOCS),
    LeftOut(pattern="share/doc", reason=_DOCS),
    LeftOut(pattern="share/info", reason=_DOCS),
    LeftOut(pattern="lib/python3*/ensurepip", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/pip", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/pip-*", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/setuptools", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/setuptools-*", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/pkg_resources", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/_distutils_hack", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/distutils-precedence.pth", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/wheel", reason=_PIP),
    LeftOut(pattern="lib/python3*/site-packages/wheel-*", reason=_PIP),
    LeftOut(pattern="bin/pip*", reason=_PIP),
    LeftOut(pattern="bin/easy_install*", reason=_PIP),
    LeftOut(pattern="bin/wheel*", reason=_PIP),
    LeftOut(pattern="**/__pycache__", reason="bytecode; compiled anew, in a form that does not depend on file times"),
)
"""Everything that is left out, each with its reason; the first match counts."""

_ENSUREPIP_WHEEL: Final = re.compile(r"lib/python3[^/]*/ensurepip/_bundled/pip-[^/]+\.whl\Z")


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of an archive: its path as it is written there and, for a link, what that names."""

    path: str
    kind: Literal["file", "directory", "symlink", "hardlink", "other"]
    link: str = ""


class UnsafeMember(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that would be written, or lead, outside the folder that the archive is unpacked into."""

    path: str
    reason: Literal[
        "absolute path", "parent folder in path", "link outside", "through a link", "device", "other folder"
    ]
    link: str = ""


def decide(path: PurePosixPath) -> str | None:
    """Why ``path``, relative to the runtime's root, is left out; ``None`` if it stays."""
    match = _table().match(path.as_posix())
    return RULES[match.lastindex - 1].reason if match and match.lastindex else None


def is_ensurepip_wheel(path: PurePosixPath) -> bool:
    """Whether ``path``, relative to the runtime's root, is the wheel of pip that CPython bundles."""
    return _ENSUREPIP_WHEEL.match(path.as_posix()) is not None


def member_fault(member: Member, *, top: str, links: AbstractSet[PurePosixPath]) -> UnsafeMember | None:
    """Why an entry must not be unpacked, or ``None``; everything has to stay within the folder ``top``.

    ``links`` are the symbolic links unpacked before, as paths with ``top``. A link may climb only with leading ``..``:
    behind another link a later ``..`` would mean something else than it says.
    """
    path = PurePosixPath(member.path)

    def fault(
        reason: Literal[
            "absolute path", "parent folder in path", "link outside", "through a link", "device", "other folder"
        ],
    ) -> UnsafeMember:
        return UnsafeMember(path=member.path, reason=reason, link=member.link)

    if path.is_absolute() or "\0" in member.path:
        return fault("absolute path")
    if ".." in path.parts:
        return fault("parent folder in path")
    if path.parts[:1] != (top,):
        return fault("other folder")
    if path in links or any(parent in links for parent in path.parents):
        return fault("through a link")
    match member.kind:
        case "file" | "directory":
            return None
        case "other":
            return fault("device")
        case "symlink" | "hardlink":
            return None if _stays_inside(path, member, top, links) else fault("link outside")


def _stays_inside(path: PurePosixPath, member: Member, top: str, links: AbstractSet[PurePosixPath]) -> bool:
    to = PurePosixPath(member.link)
    if to.is_absolute() or not to.parts or "\0" in member.link:
        return False
    if member.kind == "hardlink":
        return ".." not in to.parts and to.parts[0] == top and not any(each in links for each in (to, *to.parents))
    climbs = next((index for index, part in enumerate(to.parts) if part != ".."), len(to.parts))
    return ".." not in to.parts[climbs:] and climbs < len(path.parts) - 1


@cache
def _table() -> re.Pattern[str]:
    return re.compile("|".join(f"({_expression(rule.pattern)})" for rule in RULES))


def _expression(pattern: str) -> str:
    parts = (
        (r"(?:[^/]+/)*" if part == "**/" else r"[^/]*" if part == "*" else re.escape(part))
        for part in _TOKEN.findall(pattern)
    )
    return "".join(parts) + r"(?=/|\Z)"


_TOKEN: Final = re.compile(r"\*\*/|\*|[^*]+")
