"""Decides which servers hold an application's connections open: those of Socket.IO, WebSockets, server-sent events.

One worker that answers one request at a time is blocked by the first client that stays.
"""

from collections.abc import Mapping
from typing import Final

from pure.start.code_facts import Holder, HolderKind
from pure.start.servers import (
    GUNICORN_EVENTLET,
    GUNICORN_GEVENT,
    GUNICORN_GEVENT_WEBSOCKET,
    GUNICORN_SOCKETS,
    GUNICORN_THREADS,
    PYUWSGI_THREADS,
    UWSGI_GEVENT,
    UWSGI_THREADS,
    WAITRESS_THREADS,
    Server,
)

TITLES: Final[Mapping[HolderKind, str]] = {
    "flask-socketio": "Flask-SocketIO",
    "python-socketio": "python-socketio",
    "flask-sock": "WebSockets",
    "flask-sockets": "Flask-Sockets",
    "stream": "server-sent events",
}
_GEVENT: Final = (GUNICORN_GEVENT_WEBSOCKET, GUNICORN_GEVENT, UWSGI_GEVENT)
# gunicorn's threads hand a WebSocket's connection over, as simple-websocket needs it; others answer requests only.
_THREADS: Final = (GUNICORN_THREADS,)
_REQUESTS: Final = (GUNICORN_THREADS, UWSGI_THREADS, PYUWSGI_THREADS, WAITRESS_THREADS)


def servers_for(holder: Holder, installed: Mapping[str, str]) -> tuple[Server, ...]:
    """The servers that hold these connections, in the order of preference, whether they are installed or not."""
    match holder.kind:
        case "flask-sockets":
            return (GUNICORN_SOCKETS,)
        case "stream":
            return (GUNICORN_GEVENT, *_REQUESTS) if "gevent" in installed else _REQUESTS
        case "flask-sock":
            return _THREADS
        case "flask-socketio" | "python-socketio":
            match mode_of(holder, installed):
                case "eventlet":
                    return (GUNICORN_EVENTLET,)
                case "gevent":
                    return _GEVENT
                case "gevent_uwsgi":
                    return (UWSGI_GEVENT,)
                case _:
                    return _THREADS


def mode_of(holder: Holder, installed: Mapping[str, str]) -> str:
    """How Socket.IO runs: as it is told, else by what is installed, in the order in which it looks."""
    return holder.mode or next((name for name in ("eventlet", "gevent") if name in installed), "threading")


def advice(holder: Holder, installed: Mapping[str, str]) -> str:
    """What to write, where no server that is installed holds these connections."""
    what = f"{TITLES[holder.kind]} ({holder.place}) keeps connections open"
    if holder.kind == "flask-sockets":
        return f"{what}, and needs gunicorn with the worker flask_sockets.worker: add gunicorn to the requirements"
    if holder.kind in ("flask-socketio", "python-socketio") and mode_of(holder, installed) == "eventlet":
        return (
            f"{what}, by eventlet, whose worker gunicorn 26 dropped: pin gunicorn<26 in the requirements, "
            "or take eventlet out of them"
        )
    return f"{what}, and needs gunicorn with threads: add gunicorn to the requirements"


def lacks(holder: Holder, installed: Mapping[str, str]) -> str:
    """What else these connections need and don't have; empty if nothing."""
    if holder.kind not in ("flask-socketio", "python-socketio") or mode_of(holder, installed) == "eventlet":
        return ""
    if {"simple-websocket", "gevent-websocket"} & installed.keys():
        return ""
    return (
        f"{TITLES[holder.kind]} ({holder.place}) falls back to repeated requests without a library for WebSockets: "
        "add simple-websocket to the requirements"
    )
