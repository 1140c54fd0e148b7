"""Says which libraries are linked into a runtime: what scanners of packages don't see.

The interpreter is asked once, when a runtime is new. What comes from the system isn't told: the base image has it, and
says so itself.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A library, and how it is asked for."""

    name: str
    # The module that is made with it, and what there says its version, where anything does.
    module: str
    version: str = ""
    # How its files are called, where they are files.
    files: tuple[str, ...]
    # Vendor and product, as the Common Platform Enumeration calls them.
    cpe: tuple[str, str] | None = None


_ASKED: Final = (
    _Asked(name="bzip2", module="_bz2", files=("libbz2.so",), cpe=("bzip", "bzip2")),
    _Asked(
        name="expat",
        module="pyexpat",
        version="EXPAT_VERSION",
        files=("libexpat.so",),
        cpe=("libexpat_project", "libexpat"),
    ),
    _Asked(name="gdbm", module="_gdbm", version="_GDBM_VERSION", files=("libgdbm.so",), cpe=("gnu", "gdbm")),
    _Asked(name="libffi", module="_ctypes", files=("libffi.so",), cpe=("libffi_project", "libffi")),
    _Asked(name="libuuid", module="_uuid", files=("libuuid.so",)),
    _Asked(name="mpdecimal", module="_decimal", version="__libmpdec_version__", files=("libmpdec.so",)),
    _Asked(
        name="ncurses",
        module="_curses",
        version="ncurses_version",
        files=("libncurses", "libtinfo"),
        cpe=("gnu", "ncurses"),
    ),
    _Asked(
        name="openssl",
        module="_ssl",
        version="OPENSSL_VERSION",
        files=("libssl.so", "libcrypto.so"),
        cpe=("openssl", "openssl"),
    ),
    # GNU Readline, or libedit in its place: which, and mostly in which version, the module says.
    _Asked(name="readline", module="readline", version="_READLINE_LIBRARY_VERSION", files=("libreadline", "libedit")),
    _Asked(
        name="sqlite", module="_sqlite3", version="sqlite_version", files=("libsqlite3.so",), cpe=("sqlite", "sqlite")
    ),
    _Asked(name="xz", module="_lzma", files=("liblzma.so",), cpe=("tukaani", "xz")),
    _Asked(name="zlib", module="zlib", version="ZLIB_RUNTIME_VERSION", files=("libz.so",), cpe=("zlib", "zlib")),
    _Asked(name="zstd", module="_zstd", version="zstd_version", files=("libzstd.so",), cpe=("facebook", "zstandard")),
)
_MARK: Final = "linked:"
_NOTHING: Final = "-"
# The last line of an answer: what comes without it isn't all of one.
_ALL: Final = "all"

UNANSWERED: Final = "?"
"""Stands for the libraries of an interpreter that didn't answer."""

_WORDS: Final = tuple((each.name, each.module, each.version, each.files) for each in _ASKED)

VERSION: Final = "import sys\nprint(sys.version.split()[0].rstrip('+'), flush=True)\n"
"""A program in Python that says its version."""

QUESTION: Final = f"""
{VERSION}def ask():
    found = []
    for name, module, version, files in {_WORDS!r}:
        try:
            said = getattr(__import__(module), version, '') if version else __import__(module) and ''
        except ImportError:
            continue
        found.append((name, '.'.join(map(str, said)) if isinstance(said, tuple) else said, files))
    with open('/proc/self/maps', errors='surrogateescape') as maps:
        mapped = {{line.rstrip('\\n').partition('/')[2] for line in maps if '/' in line}}
    own = __import__('os').path.realpath(sys.base_prefix).lstrip('/') + '/'
    system = [path.rpartition('/')[2] for path in mapped if not path.startswith(own)]
    for name, said, files in found:
        if not any(file.startswith(files) for file in system):
            print('{_MARK}', name, said)
    print('{_MARK}', '{_ALL}')
try:
    ask()
except BaseException as wrong:
    print('{_MARK}', type(wrong).__name__)
"""
"""One that says its version, and in further lines what is linked into it.

The version comes first: whatever goes wrong with the rest, a runtime that says it is one that starts.
"""

_NUMBER: Final = re.compile(r"(?<![0-9.])[0-9]{1,8}(?:\.[0-9]{1,8}){1,3}[a-z]{0,2}(?![0-9.])")
_EDITLINE: Final = re.compile("editline|libedit", re.IGNORECASE)


class Linked(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A library in a runtime."""

    name: str
    version: str = ""
    """Empty where the interpreter doesn't know it."""

    @property
    def cpe(self) -> str:
        """Its name of the Common Platform Enumeration; empty where there is none, or no version."""
        asked = next((each.cpe for each in _ASKED if each.name == self.name), None)
        return f"cpe:2.3:a:{':'.join(asked)}:{self.version}:*:*:*:*:*:*:*" if asked and self.version else ""


def answered(said: Iterable[str]) -> tuple[Linked, ...] | None:
    """What an interpreter said to the question, ``None`` if it didn't get to the end; any lines give something."""
    known, found, whole = {each.name for each in _ASKED}, dict[str, Linked](), False
    for line in said:
        mark, _, rest = line.strip().partition(" ")
        name, _, version = rest.partition(" ")
        whole |= mark == _MARK and rest == _ALL
        if mark == _MARK and name in known:
            number = _NUMBER.search(version[:200])
            called = "libedit" if name == "readline" and _EDITLINE.search(version) else name
            found[called] = Linked(name=called, version=number[0] if number else "")
    return tuple(sorted(found.values())) if whole else None


def others(said: Iterable[str]) -> tuple[str, ...]:
    """What else an interpreter said."""
    return tuple(line for line in said if not line.startswith(_MARK))


def encode_linked(linked: Iterable[Linked] | None) -> str:
    """The libraries as text; never an empty one, which stands for an interpreter that wasn't asked.

    One that didn't answer isn't asked again either: the same one says the same.
    """
    if linked is None:
        return UNANSWERED
    return " ".join(f"{each.name}=={each.version}" if each.version else each.name for each in linked) or _NOTHING


def decode_linked(text: str) -> tuple[Linked, ...]:
    """The libraries in a text that ``encode_linked`` wrote; any text gives some, or none."""
    pairs = (each.partition("==") for each in text.split())
    found = (Linked(name=name, version=version) for name, _, version in pairs if _NAME.fullmatch(name))
    return tuple(sorted(each for each in found if not each.version or _NUMBER.fullmatch(each.version)))


_NAME: Final = re.compile(r"[a-z][a-z0-9]*")
