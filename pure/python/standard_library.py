"""Holds the names of the standard library's modules, by the minor version of Python.

Those of ``sys.stdlib_module_names`` that begin with no underscore; a test compares them with the interpreter that runs
it, and the changes are those of "What's New in Python", "New Modules" and "Removed".
"""

from typing import Final

import msgspec


class LibraryChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a minor version added and removed."""

    minor: tuple[int, int]
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


_FIRST: Final = frozenset({
    "abc", "aifc", "antigravity", "argparse", "array", "ast", "asynchat", "asyncio", "asyncore", "atexit",
    "audioop", "base64", "bdb", "binascii", "binhex", "bisect", "builtins", "bz2", "calendar", "cgi", "cgitb",
    "chunk", "cmath", "cmd", "code", "codecs", "codeop", "collections", "colorsys", "compileall", "concurrent",
    "configparser", "contextlib", "contextvars", "copy", "copyreg", "cProfile", "crypt", "csv", "ctypes", "curses",
    "dataclasses", "datetime", "dbm", "decimal", "difflib", "dis", "distutils", "doctest", "email", "encodings",
    "ensurepip", "enum", "errno", "faulthandler", "fcntl", "filecmp", "fileinput", "fnmatch", "fractions",
    "ftplib", "functools", "gc", "genericpath", "getopt", "getpass", "gettext", "glob", "graphlib", "grp", "gzip",
    "hashlib", "heapq", "hmac", "html", "http", "idlelib", "imaplib", "imghdr", "imp", "importlib", "inspect",
    "io", "ipaddress", "itertools", "json", "keyword", "lib2to3", "linecache", "locale", "logging", "lzma",
    "mailbox", "mailcap", "marshal", "math", "mimetypes", "mmap", "modulefinder", "msilib", "msvcrt",
    "multiprocessing", "netrc", "nis", "nntplib", "nt", "ntpath", "nturl2path", "numbers", "opcode", "operator",
    "optparse", "os", "ossaudiodev", "pathlib", "pdb", "pickle", "pickletools", "pipes", "pkgutil", "platform",
    "plistlib", "poplib", "posix", "posixpath", "pprint", "profile", "pstats", "pty", "pwd", "py_compile",
    "pyclbr", "pydoc", "pydoc_data", "pyexpat", "queue", "quopri", "random", "re", "readline", "reprlib",
    "resource", "rlcompleter", "runpy", "sched", "secrets", "select", "selectors", "shelve", "shlex", "shutil",
    "signal", "site", "smtpd", "smtplib", "sndhdr", "socket", "socketserver", "spwd", "sqlite3", "sre_compile",
    "sre_constants", "sre_parse", "ssl", "stat", "statistics", "string", "stringprep", "struct", "subprocess",
    "sunau", "symtable", "sys", "sysconfig", "syslog", "tabnanny", "tarfile", "telnetlib", "tempfile", "termios",
    "textwrap", "this", "threading", "time", "timeit", "tkinter", "token", "tokenize", "trace", "traceback",
    "tracemalloc", "tty", "turtle", "turtledemo", "types", "typing", "unicodedata", "unittest", "urllib", "uu",
    "uuid", "venv", "warnings", "wave", "weakref", "webbrowser", "winreg", "winsound", "wsgiref", "xdrlib", "xml",
    "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib", "zoneinfo",
})  # fmt: skip
"""Those of Python 3.10."""

_CHANGES: Final = (
    LibraryChange(
        minor=(3, 11),
        added=frozenset({"tomllib"}),
        removed=frozenset({
            "binhex",
        }),
    ),
    LibraryChange(
        minor=(3, 12),
        removed=frozenset({
            "asynchat", "asyncore", "distutils", "imp", "smtpd",
        }),
    ),
    LibraryChange(
        minor=(3, 13),
        removed=frozenset({
            "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib",
            "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu",
            "xdrlib",
        }),
    ),
    LibraryChange(
        minor=(3, 14),
        added=frozenset({"annotationlib", "compression"}),
    ),
    LibraryChange(
        minor=(3, 15),
        added=frozenset({"profiling"}),
        removed=frozenset({
            "sre_compile", "sre_constants", "sre_parse",
        }),
    ),
)  # fmt: skip


def is_standard(name: str, minor: str) -> bool:
    """Whether a module of this name belongs to this minor version of Python; to any that is known, if it is empty."""
    wanted = name.lower()
    if not minor:
        return any(wanted in _lower(names) for names in (_FIRST, *(change.added for change in _CHANGES)))
    return wanted in _lower(standard_modules(minor))


def standard_modules(minor: str) -> frozenset[str]:
    """The modules of a minor version; what is newer than this table has those of its newest."""
    major, _, number = minor.partition(".")
    names = _FIRST
    for change in _CHANGES:
        if change.minor <= (int(major), int(number)):
            names = (names | change.added) - change.removed
    return names


def _lower(names: frozenset[str]) -> set[str]:
    return {name.lower() for name in names}
