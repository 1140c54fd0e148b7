"""Decides what a runtime has to say of its own making where it is unpacked, instead of where it was made.

An archive is made below a prefix of its own, by the compiler of the machine that makes it, and its files say so: what
compiles for Python or links to it (setuptools, ``python3-config``, pkg-config, uWSGI) looks for libraries in a folder
that isn't there, and starts ``clang`` in build images that have ``gcc``. ``cc``, ``c++`` and ``ar`` are the names that
every compiler's package provides (POSIX, "c99"; Debian's alternatives).
"""

import re
from pathlib import PurePosixPath
from typing import Final

PREFIX: Final = "/install"
"""Where archives are made, those of python-build-standalone and our own."""

MOST_BYTES: Final = 4_000_000

_PATTERNS: Final = (
    "lib/python3*/_sysconfigdata_*.py",
    "lib/python3*/_sysconfig_vars_*.json",
    "lib/python3*/build-details.json",
    "lib/python3*/config-3*/Makefile",
    "lib/python3*/config-3*/python-config.py",
    "lib/pkgconfig/*.pc",
    "bin/python3*-config",
)
_PATH: Final = re.compile(rb"(?:(?<=-[LI])|(?<![\w./-]))" + PREFIX.encode() + rb"(?![\w.-])")
# What can stand in a path without having to be quoted in any of these files.
_PLAIN: Final = re.compile(r"/[\w./+@-]*\Z", re.ASCII)
_TOOLS: Final = {b"clang": b"cc", b"clang++": b"c++", b"llvm-ar": b"ar"}
_TOOL: Final = re.compile(
    rb"(?P<name>(?:^|[{,])[ \t]*['\"]?(?:CC|CXX|CPP|LINKCC|BLDSHARED|LDSHARED|LDCXXSHARED|AR)['\"]?\s*[:=]\s*['\"]?)"
    rb"(?:[\w./-]*/)?(?P<tool>clang\+\+|clang|llvm-ar)(?=[\s'\"]|$)",
    re.MULTILINE,
)


def is_relocated(path: PurePosixPath) -> bool:
    """Whether a file of a runtime says where and by what it was made; ``path`` starts at the runtime's folder."""
    return any(len(path.parts) == pattern.count("/") + 1 and path.match(pattern) for pattern in _PATTERNS)


def relocated(text: bytes, *, folder: str) -> bytes:
    """Such a file's text for a runtime in this folder."""
    if _PLAIN.match(folder):
        text = _PATH.sub(lambda _: folder.rstrip("/").encode(), text)
    return _TOOL.sub(lambda match: match["name"] + _TOOLS[match["tool"]], text)
