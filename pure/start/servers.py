"""Holds how each server of WSGI and ASGI applications is started."""

import re
from collections.abc import Mapping, Set
from typing import Final

import msgspec

from pure.start.launching import HOST_PORT


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A way to start an object."""

    name: str
    distributions: tuple[str, ...]
    """All that have to be installed."""
    command: tuple[str, ...]
    """In its words ``{target}`` stands for ``module:name``, ``{module}`` and ``{name}`` for its parts."""
    factory: tuple[str, ...] = ()
    """The command where calling the object gives the application, empty if the server can't do that."""
    args: tuple[str, ...] = ()
    """What tunes it, behind either command: whoever starts a container may write something else instead."""
    variables: tuple[tuple[str, str], ...] = ()
    """What the command needs in its environment, with the same markers."""
    oldest: tuple[int, ...] = ()
    """The first release of the first distribution that can do this."""
    oldest_factory: tuple[int, ...] = ()
    """The first that can call a factory, where that is a later one."""
    until: tuple[int, ...] = ()
    """The first release that can't any more, empty while all can."""
    warning: str = ""
    """What is wrong with it, if it is a last resort."""


_GUNICORN: Final = ("gunicorn", "--bind", "0.0.0.0:{port}")

GUNICORN: Final = Server(
    name="gunicorn",
    distributions=("gunicorn",),
    command=(*_GUNICORN, "{target}"),
    factory=(*_GUNICORN, "{target}()"),
    # 20.0.0 had forgotten how to call one.
    oldest_factory=(20, 0, 1),
)
WAITRESS: Final = Server(
    name="waitress",
    distributions=("waitress",),
    command=("waitress-serve", "--listen", "0.0.0.0:{port}", "{target}"),
    factory=("waitress-serve", "--listen", "0.0.0.0:{port}", "--call", "{target}"),
)
# uWSGI's documentation, "Things to know": without a web server in front it is --http, not --http-socket.
_UWSGI: Final = ("uwsgi", "--http", "0.0.0.0:{port}", "--master", "--die-on-term", "--need-app", "--enable-threads")
UWSGI: Final = Server(
    name="uWSGI",
    distributions=("uwsgi",),
    command=(*_UWSGI, "--module", "{target}"),
    factory=(*_UWSGI, "--module", "{target}()"),
)
# The same program as wheels.
PYUWSGI: Final = msgspec.structs.replace(UWSGI, distributions=("pyuwsgi",))
GRANIAN_WSGI: Final = Server(
    name="granian",
    distributions=("granian",),
    command=("granian", "--interface", "wsgi", *HOST_PORT, "{target}"),
    factory=("granian", "--interface", "wsgi", *HOST_PORT, "--factory", "{target}"),
    oldest_factory=(1, 6),
)
HYPERCORN: Final = Server(
    name="hypercorn",
    distributions=("hypercorn",),
    command=("hypercorn", "--bind", "0.0.0.0:{port}", "{target}"),
    factory=("hypercorn", "--bind", "0.0.0.0:{port}", "{target}()"),
    args=("--access-logfile", "-"),
)
_FLASK_RUN: Final = (
    "flask run is Flask's development server, for one visitor at a time; add gunicorn to the requirements"
)
FLASK_RUN: Final = Server(
    name="flask run",
    distributions=("flask",),
    command=("flask", "--app", "{target}", "run", *HOST_PORT),
    factory=("flask", "--app", "{target}()", "run", *HOST_PORT),
    oldest=(2, 2),
    warning=_FLASK_RUN,
)
# Before it had --app.
FLASK_RUN_OLD: Final = Server(
    name="flask run",
    distributions=("flask",),
    command=("flask", "run", *HOST_PORT),
    factory=("flask", "run", *HOST_PORT),
    variables=(("FLASK_APP", "{target}"),),
    oldest=(1,),
    until=(2, 2),
    warning=_FLASK_RUN,
)
# Before, it took every application for one of ASGI.
HYPERCORN_WSGI: Final = msgspec.structs.replace(HYPERCORN, oldest=(0, 14))
FASTAPI_CLI: Final = Server(
    name="the fastapi command",
    distributions=("fastapi-cli",),
    command=("fastapi", "run", *HOST_PORT, "--entrypoint", "{target}"),
    # Before it had --entrypoint, it guessed the module's name from the files around it.
    oldest=(0, 0, 20),
)
GUNICORN_UVICORN: Final = Server(
    name="gunicorn with uvicorn's worker",
    distributions=("gunicorn", "uvicorn-worker"),
    command=(*_GUNICORN, "--worker-class", "uvicorn_worker.UvicornWorker", "{target}"),
    factory=(*_GUNICORN, "--worker-class", "uvicorn_worker.UvicornWorker", "{target}()"),
)
UVICORN: Final = Server(
    name="uvicorn",
    distributions=("uvicorn",),
    command=("uvicorn", *HOST_PORT, "{target}"),
    factory=("uvicorn", *HOST_PORT, "--factory", "{target}"),
    oldest_factory=(0, 13),
)
GRANIAN_ASGI: Final = Server(
    name="granian",
    distributions=("granian",),
    command=("granian", "--interface", "asgi", *HOST_PORT, "{target}"),
    factory=("granian", "--interface", "asgi", *HOST_PORT, "--factory", "{target}"),
    oldest_factory=(1, 6),
)
DAPHNE: Final = Server(
    name="daphne",
    distributions=("daphne",),
    command=("daphne", "--bind", "0.0.0.0", "--port", "{port}", "{target}"),  # noqa: S104
)
GUNICORN_ASGI: Final = Server(
    name="gunicorn with its ASGI worker",
    distributions=("gunicorn",),
    command=(*_GUNICORN, "--worker-class", "asgi", "{target}"),
    factory=(*_GUNICORN, "--worker-class", "asgi", "{target}()"),
    oldest=(24,),
)
RUNSERVER: Final = Server(
    name="manage.py runserver",
    distributions=("django",),
    command=("python", "manage.py", "runserver", "--noreload", "0.0.0.0:{port}"),
    warning="runserver is Django's development server, which isn't made for the public; add gunicorn to the "
    "requirements",
)

# In the order of preference. Who installs uvicorn-worker wants gunicorn in front; who only installs gunicorn beside an
# ASGI server need not. hypercorn comes with every Quart, so another server beside it is the one that is meant.
ASGI: Final = (GUNICORN_UVICORN, UVICORN, HYPERCORN, GRANIAN_ASGI, DAPHNE, GUNICORN_ASGI)
WSGI: Final = (GUNICORN, UWSGI, PYUWSGI, WAITRESS, HYPERCORN_WSGI, GRANIAN_WSGI)

# Servers that hold many connections open at once, each of them for long: WebSockets, server-sent events, Socket.IO.
# One worker: clients of Socket.IO come back to the process that knows them, and $WEB_CONCURRENCY would start several.
_ONE: Final = ("--workers", "1")
_GEVENT_WEBSOCKET: Final = "geventwebsocket.gunicorn.workers.GeventWebSocketWorker"


def _gunicorn(name: str, *others: str, options: tuple[str, ...], until: tuple[int, ...] = ()) -> Server:
    return Server(
        name=name,
        distributions=("gunicorn", *others),
        command=(*_GUNICORN, *_ONE, *options, "{target}"),
        factory=(*_GUNICORN, *_ONE, *options, "{target}()"),
        oldest_factory=GUNICORN.oldest_factory,
        until=until,
    )


GUNICORN_EVENTLET: Final = _gunicorn(
    "gunicorn with eventlet's worker", "eventlet", options=("--worker-class", "eventlet"), until=(26,)
)
GUNICORN_GEVENT_WEBSOCKET: Final = _gunicorn(
    "gunicorn with gevent-websocket's worker",
    *("gevent", "gevent-websocket"),
    options=("--worker-class", _GEVENT_WEBSOCKET),
)
GUNICORN_SOCKETS: Final = _gunicorn(
    "gunicorn with Flask-Sockets' worker", "flask-sockets", options=("--worker-class", "flask_sockets.worker")
)
GUNICORN_GEVENT: Final = _gunicorn("gunicorn with gevent's worker", "gevent", options=("--worker-class", "gevent"))
GUNICORN_THREADS: Final = _gunicorn("gunicorn with 100 threads", options=("--threads", "100"))
UWSGI_GEVENT: Final = Server(
    name="uWSGI with gevent",
    distributions=("uwsgi", "gevent"),
    command=(*_UWSGI, "--gevent", "1000", "--http-websockets", "--module", "{target}"),
    factory=(*_UWSGI, "--gevent", "1000", "--http-websockets", "--module", "{target}()"),
)
UWSGI_THREADS: Final = Server(
    name="uWSGI with 100 threads",
    distributions=("uwsgi",),
    command=(*_UWSGI, "--threads", "100", "--module", "{target}"),
    factory=(*_UWSGI, "--threads", "100", "--module", "{target}()"),
)
PYUWSGI_THREADS: Final = msgspec.structs.replace(UWSGI_THREADS, distributions=("pyuwsgi",))
# It takes no options behind the application.
_WAITRESS_THREADS: Final = ("waitress-serve", "--listen", "0.0.0.0:{port}", "--threads", "100")
WAITRESS_THREADS: Final = Server(
    name="waitress with 100 threads",
    distributions=("waitress",),
    command=(*_WAITRESS_THREADS, "{target}"),
    factory=(*_WAITRESS_THREADS, "--call", "{target}"),
)


def usable(server: Server, installed: Mapping[str, str], *, factory: bool, programs: Set[str] | None = None) -> bool:
    """Whether a server is installed, in a release that can do this. ``installed`` maps names to versions.

    An empty version is one that isn't known yet; the newest is assumed. ``programs`` are the commands that the
    environment has, ``None`` where they aren't known yet.
    """
    words = server.factory if factory else server.command
    if not words or any(name not in installed for name in server.distributions):
        return False
    if programs is not None and words[0] != "python" and words[0] not in programs:
        return False
    return within(
        installed[server.distributions[0]],
        oldest=max(server.oldest, server.oldest_factory) if factory else server.oldest,
        until=server.until,
    )


def within(version: str, *, oldest: tuple[int, ...], until: tuple[int, ...] = ()) -> bool:
    """Whether a version lies between two releases; one that isn't known counts as the newest."""
    if not version:
        return not until
    release = _release(version)
    return release >= oldest and (not until or release < until)


def _release(version: str) -> tuple[int, ...]:
    found = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part[:9]) for part in found[1].split(".")) if found else ()
