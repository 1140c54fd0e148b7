"""Holds what is to know of each framework whose application is an object: its title, its distribution, its servers."""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.start.code_facts import Kind
from pure.start.launching import HOST_PORT
from pure.start.servers import (
    ASGI,
    DAPHNE,
    FASTAPI_CLI,
    FLASK_RUN,
    FLASK_RUN_OLD,
    GRANIAN_ASGI,
    GRANIAN_WSGI,
    GUNICORN,
    GUNICORN_ASGI,
    GUNICORN_UVICORN,
    HYPERCORN,
    PYUWSGI,
    UVICORN,
    UWSGI,
    WAITRESS,
    WSGI,
    Server,
)


class Framework(msgspec.Struct, frozen=True, kw_only=True):
    """A framework, or one of the two interfaces of a framework that knows both."""

    title: str
    distribution: str
    """What has to be installed; empty if anything may have made the object."""
    servers: tuple[Server, ...]
    """In the order of preference."""
    add: str = "uvicorn"
    """The server to add where none is installed."""
    changed: tuple[int, ...] = ()
    """The release since when ``servers`` are right, empty if they always were."""
    before: tuple[Server, ...] = ()
    """The servers before that release."""


_PLAIN_WSGI: Final = (GUNICORN, UWSGI, PYUWSGI, WAITRESS)
_AIOHTTP: Final = Server(
    name="gunicorn with aiohttp's worker",
    distributions=("gunicorn", "aiohttp"),
    command=("gunicorn", "--bind", "0.0.0.0:{port}", "--worker-class", "aiohttp.GunicornWebWorker", "{target}"),
    factory=("gunicorn", "--bind", "0.0.0.0:{port}", "--worker-class", "aiohttp.GunicornWebWorker", "{target}()"),
    oldest_factory=(20, 0, 1),
)
_SANIC: Final = Server(
    name="the sanic command",
    distributions=("sanic",),
    # Its manager of processes, which came with the option, may outlive SIGTERM.
    command=("sanic", "{target}", "--single-process", *HOST_PORT),
    factory=("sanic", "{target}", "--factory", "--single-process", *HOST_PORT),
    oldest=(22, 9),
)
_SANIC_OLD: Final = Server(
    name="the sanic command",
    distributions=("sanic",),
    command=("sanic", "{target}", *HOST_PORT),
    factory=("sanic", "{target}", "--factory", *HOST_PORT),
    oldest=(21, 3),
    oldest_factory=(21, 12),
    until=(22, 9),
)
FRAMEWORKS: Final[Mapping[Kind, Framework]] = {
    "fastapi": Framework(title="FastAPI", distribution="fastapi", servers=(GUNICORN_UVICORN, FASTAPI_CLI, *ASGI[1:])),
    "starlette": Framework(title="Starlette", distribution="starlette", servers=ASGI),
    "litestar": Framework(title="Litestar", distribution="litestar", servers=ASGI),
    "quart": Framework(
        title="Quart",
        distribution="quart",
        servers=(GUNICORN_UVICORN, UVICORN, GRANIAN_ASGI, DAPHNE, GUNICORN_ASGI, HYPERCORN),
    ),
    "blacksheep": Framework(title="BlackSheep", distribution="blacksheep", servers=ASGI),
    "fasthtml": Framework(title="FastHTML", distribution="python-fasthtml", servers=ASGI),
    "sanic": Framework(title="Sanic", distribution="sanic", servers=(_SANIC, _SANIC_OLD, *ASGI)),
    "falcon_asgi": Framework(title="Falcon (ASGI)", distribution="falcon", servers=ASGI),
    "connexion": Framework(title="Connexion", distribution="connexion", servers=ASGI, changed=(3,), before=_PLAIN_WSGI),
    "aiohttp": Framework(title="aiohttp", distribution="aiohttp", servers=(_AIOHTTP,), add="gunicorn"),
    "flask": Framework(title="Flask", distribution="flask", servers=(*WSGI, FLASK_RUN, FLASK_RUN_OLD), add="gunicorn"),
    "falcon": Framework(title="Falcon", distribution="falcon", servers=WSGI, add="gunicorn"),
    "pyramid": Framework(title="Pyramid", distribution="pyramid", servers=WSGI, add="waitress"),
    "bottle": Framework(title="Bottle", distribution="bottle", servers=WSGI, add="gunicorn"),
    "cherrypy": Framework(title="CherryPy", distribution="cherrypy", servers=WSGI, add="gunicorn"),
    "dash": Framework(title="Dash", distribution="dash", servers=_PLAIN_WSGI, add="gunicorn"),
    "marimo": Framework(title="marimo", distribution="marimo", servers=()),
    "celery": Framework(title="Celery", distribution="celery", servers=()),
    "django_wsgi": Framework(
        title="Django (WSGI)", distribution="django", servers=(*_PLAIN_WSGI, GRANIAN_WSGI), add="gunicorn"
    ),
    "django_asgi": Framework(title="Django (ASGI)", distribution="django", servers=ASGI),
    "fastmcp": Framework(title="FastMCP", distribution="fastmcp", servers=()),
    "mcp": Framework(title="MCP", distribution="mcp", servers=()),
    "asgi": Framework(title="ASGI", distribution="", servers=ASGI),
    "wsgi": Framework(title="WSGI", distribution="", servers=WSGI, add="gunicorn"),
}
# In this order a project with several of them is taken for one; what was put around others comes first.
SERVED: Final[tuple[Kind, ...]] = (
    *("asgi", "wsgi", "fastapi", "starlette", "litestar", "quart", "blacksheep", "fasthtml", "sanic", "falcon_asgi"),
    *("connexion", "aiohttp", "flask", "falcon", "pyramid", "bottle", "cherrypy"),
)  # fmt: skip
