"""Decides which of a project's Python files are its own code, and which of those are worth parsing.

Only files that mention a framework, or what such functions are called, are parsed, so the work is bounded by their
number and size, which the shell bounds again.
"""

import codecs
import re
from typing import Final

import msgspec

# What a file has to mention to be parsed. Substrings, so that no import is missed; the syntax tree decides.
_WORDS: Final = tuple(
    word.encode()
    for word in (
        *("fastapi", "starlette", "litestar", "quart", "flask", "dash", "gradio", "marimo", "celery", "django"),
        *("streamlit", "panel", "rq", "redis", "WSGI_APPLICATION", "ASGI_APPLICATION", "beat_schedule", "channels"),
        *("falcon", "bottle", "pyramid", "sanic", "aiohttp", "tornado", "nicegui", "fasthtml", "chainlit", "reflex"),
        *("functions_framework", "connexion", "cherrypy", "blacksheep", "robyn", "mcp", "MCP", "socketio", "websocket"),
        *("event-stream", "start_response", "receive, send", "ROOT_URLCONF"),
        # create_app, build_app, make_application: a file that calls one needn't mention the framework.
        "_app",
    )
)

# Folders with code that isn't the application's own, or isn't meant to be started.
IGNORED_FOLDERS: Final = frozenset({
    "tests", "test", "testing", "docs", "doc", "examples", "example", "samples", "node_modules", "site-packages",
    "migrations", "alembic", "versions", "venv", "env", "virtualenv", "build", "dist", "staticfiles", "static",
    "__pycache__", "__pypackages__", "vendor", "third_party", "benchmarks", "notebooks", "e2e",
})  # fmt: skip
_TEST_FILE: Final = re.compile(r"(?:test_.*|.*_test|tests?|conftest|setup|noxfile|fabfile)\.py\Z")

# How a manage.py speaks of Django, apart from comments that compare it with Django's.
_DJANGOS: Final = re.compile(rb"DJANGO_|\bdjango\.|\b(?:from|import) django\b")
PROGRAMS: Final = ("main.py", "app.py", "bot.py", "server.py", "run.py")
MANAGE: Final = "manage.py"
# What people call the files that hold or make an application.
NAMES: Final = ("main", "app", "wsgi", "asgi", "application", "server", "run", "api", "web", "__init__")


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A Python file's contents, at its path from the project's root, with ``/``."""

    path: str
    raw: bytes


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """The project's Python files, sorted by path."""

    files: tuple[SourceFile, ...] = ()
    left_out: tuple[str, ...] = ()
    """In words: which weren't read, and why."""
    own_minor: str = ""
    """The minor version of the Python that runs this: the newest whose grammar can be parsed."""


def is_ignored(path: str) -> bool:
    """Whether a file isn't the application's own code, or isn't meant to be started."""
    *folders, name = path.split("/")
    return bool(_TEST_FILE.match(name)) or any(each in IGNORED_FOLDERS or each.startswith(".") for each in folders)


def is_manage(file: SourceFile) -> bool:
    """Whether this is Django's ``manage.py``: others give that name to a program of their own."""
    return file.path.rpartition("/")[2] == MANAGE and _DJANGOS.search(file.raw) is not None


def worth_parsing(file: SourceFile) -> bool:
    """Whether a file may hold something that decides over the start."""
    return (
        # In UTF-16 the words don't show; then the file isn't Python (language reference, "Encoding"), which is said.
        file.raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or any(word in file.raw for word in _WORDS)
        or (is_program(file.path) and file.path.count("/") <= 1)
        or file.path.rpartition("/")[2] in (MANAGE, "__main__.py")
        or stem(file.path) in NAMES
        or b"import *" in file.raw
        or "settings" in file.path
    )


def is_program(path: str) -> bool:
    """Whether a file has a name that people give to programs."""
    return path.rpartition("/")[2] in PROGRAMS


def stem(path: str) -> str:
    """A file's name without its ending."""
    return path.rpartition("/")[2].removesuffix(".py")
