"""Reads marks that may stand anywhere in a file: what is imported, mounted, named as settings, repeated by a clock."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from pure.start.syntax import dotted, string

SETTINGS_VARIABLE: Final = "DJANGO_SETTINGS_MODULE"

# Names that only the definition of periodic tasks uses (Celery, "Periodic Tasks").
_PERIODIC: Final = frozenset({"beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "add_periodic_task"})


def packages(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The top-level names of absolute imports."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]


def mounted(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """``main.mount("/x", app)`` and ``Mount("/x", app=app)``: names that are served by others."""
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
        if called not in ("mount", "Mount"):
            continue
        values = [*node.args[1:2], *(each.value for each in node.keywords if each.arg == "app")]
        yield from (value.id for value in values if isinstance(value, ast.Name))


def settings(nodes: Iterable[ast.AST]) -> str | None:
    """The settings module that a ``manage.py``, ``wsgi.py`` or ``asgi.py`` names."""
    for node in nodes:
        value: ast.expr | None = None
        if isinstance(node, ast.Call) and len(node.args) == 2 and string(node.args[0]) == SETTINGS_VARIABLE:
            value = node.args[1] if isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault" else None
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            value = node.value if string(node.targets[0].slice) == SETTINGS_VARIABLE else None
        if value is None:
            continue
        # A default inside a call counts: os.environ.get("SETTINGS", "site.settings").
        inside = [text for each in ast.walk(value) if (text := string(each)) and _is_module(text)]
        if inside:
            return inside[-1]
    return None


def _is_module(text: str) -> bool:
    return all(part.isidentifier() for part in text.split(".")) and ("." in text or text.islower())


def periodic(nodes: Iterable[ast.AST]) -> int | None:
    """The line that defines Celery's periodic tasks."""
    for node in nodes:
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name, ctx=ast.Store()) if name in _PERIODIC:
                return node.lineno
            case ast.keyword(arg="beat_schedule"):
                return node.value.lineno
            case _:
                continue
    return None


def streams(nodes: Iterable[ast.AST]) -> int | None:
    """The line that names the content of server-sent events, whose connections stay open."""
    return next((each.lineno for each in nodes if isinstance(each, ast.Constant) and _is_stream(each.value)), None)


def async_mode(nodes: Iterable[ast.AST]) -> str:
    """How Socket.IO is told to run, ``threading`` say; empty where that is left to what is installed."""
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg == "async_mode" and (mode := string(node.value)):
            return mode
    return ""


def websockets(nodes: Iterable[ast.AST]) -> int | None:
    """The line that speaks of WebSockets as ASGI frameworks do: a decorator, a route, or the class of a connection."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="websocket" | "websocket_route" | "add_websocket_route" | "ws")):
                return node.lineno
            case ast.Call(func=ast.Name(id="WebSocketRoute")) | ast.Name(id="AsyncWebsocketConsumer"):
                return node.lineno
            case _:
                continue
    return None


def _is_stream(value: object) -> bool:
    return isinstance(value, str) and value.startswith("text/event-stream")
