"""Says how each server, runner and worker is started so that it listens on ``0.0.0.0`` at ``$PORT``, or at 8000.

A platform executes a process directly: without a shell, nothing replaces ``$PORT``. The ways out, and why this one:

- Some servers read ``PORT`` themselves, most don't, or not in every version, or then bind to 127.0.0.1 without it.
- An ``exec.d`` program can compute a variable at launch, and needs a launcher: an image that ``lamina build --output``
  writes has none, and its environment is fixed.
- ``sh -c 'exec … "${PORT:-8000}" … "$@"' sh`` works wherever there is a POSIX shell, which is far more often than bash:
  in every lifecycle and without one, and by hand. ``exec`` leaves the server as the process that gets the signals, and
  ``"$@"`` hands it whatever arguments the container is started with.

So a command that needs the port, a variable or another import path is run by ``sh``, every other one directly.
"""

import re
import shlex
from collections.abc import Mapping
from typing import Final, Literal

import msgspec

# What a word may hold, and what it becomes: inside double quotes in `sh`, and in words for a reader.
_REDIS: Final = "${REDIS_URL:-redis://localhost:6379}"
_EXPANSIONS: Final[Mapping[str, str]] = {
    "{port}": "${PORT:-8000}",
    "{redis}": f"${{RQ_REDIS_URL:-{_REDIS}}}",
    "{origin}": "${BOKEH_ALLOW_WS_ORIGIN:-*}",
}
# Beside those: the URL of a Redis by a variable that the code names.
_MARKER: Final = re.compile("|".join((*map(re.escape, _EXPANSIONS), r"\{redis:(?P<variable>[A-Za-z_][A-Za-z0-9_]*)\}")))
# Words with markers come from our own tables, which hold none of these; a file's name may hold anything.
_MEANT_FOR_SHELLS: Final = re.compile(r"[\"$`\\]")
_TAIL: Final = ' "$@"'


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """A way to start an object."""

    name: str
    distributions: tuple[str, ...]
    """All that have to be installed."""
    command: tuple[str, ...]
    """In its words ``{target}`` stands for ``module:name``, ``{module}`` and ``{name}`` for its parts."""
    factory: tuple[str, ...] = ()
    """The command where calling the object gives the application, empty if the server can't do that."""
    oldest: tuple[int, ...] = ()
    """The first release of the first distribution that can do this."""
    warning: str = ""
    """What is wrong with it, if it is a last resort."""


_GUNICORN: Final = ("gunicorn", "--bind", "0.0.0.0:{port}")
_HOST_PORT: Final = ("--host", "0.0.0.0", "--port", "{port}")  # noqa: S104  (an image listens to the outside)

GUNICORN: Final = Server(
    name="gunicorn",
    distributions=("gunicorn",),
    command=(*_GUNICORN, "{target}"),
    factory=(*_GUNICORN, "{target}()"),
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
    command=("granian", "--interface", "wsgi", *_HOST_PORT, "{target}"),
    factory=("granian", "--interface", "wsgi", *_HOST_PORT, "--factory", "{target}"),
)
HYPERCORN: Final = Server(
    name="hypercorn",
    distributions=("hypercorn",),
    command=("hypercorn", "--bind", "0.0.0.0:{port}", "{target}"),
    factory=("hypercorn", "--bind", "0.0.0.0:{port}", "{target}()"),
)
FLASK_RUN: Final = Server(
    name="flask run",
    distributions=("flask",),
    command=("flask", "--app", "{target}", "run", *_HOST_PORT),
    factory=("flask", "--app", "{target}()", "run", *_HOST_PORT),
    warning="flask run is Flask's development server, for one visitor at a time; add gunicorn to the requirements",
)
FASTAPI_CLI: Final = Server(
    name="the fastapi command",
    distributions=("fastapi-cli",),
    command=("fastapi", "run", *_HOST_PORT, "--entrypoint", "{target}"),
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
    command=("uvicorn", *_HOST_PORT, "{target}"),
    factory=("uvicorn", *_HOST_PORT, "--factory", "{target}"),
)
GRANIAN_ASGI: Final = Server(
    name="granian",
    distributions=("granian",),
    command=("granian", "--interface", "asgi", *_HOST_PORT, "{target}"),
    factory=("granian", "--interface", "asgi", *_HOST_PORT, "--factory", "{target}"),
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
WSGI: Final = (GUNICORN, UWSGI, PYUWSGI, WAITRESS, HYPERCORN, GRANIAN_WSGI)

SERVERS: Final[Mapping[str, tuple[Server, ...]]] = {
    "fastapi": (GUNICORN_UVICORN, FASTAPI_CLI, *ASGI[1:]),
    "starlette": ASGI,
    "litestar": ASGI,
    "quart": (GUNICORN_UVICORN, UVICORN, GRANIAN_ASGI, DAPHNE, GUNICORN_ASGI, HYPERCORN),
    "flask": (*WSGI, FLASK_RUN),
    "dash": (GUNICORN, UWSGI, PYUWSGI, WAITRESS),
    "django_wsgi": (GUNICORN, UWSGI, PYUWSGI, WAITRESS, GRANIAN_WSGI),
    "django_asgi": ASGI,
}

# Frameworks that bring their own server run a file.
STREAMLIT: Final = (
    *("streamlit", "run", "{path}", "--server.address", "0.0.0.0", "--server.port", "{port}"),  # noqa: S104
    *("--server.headless", "true"),
)
PANEL: Final = (
    *("panel", "serve", "{path}", "--address", "0.0.0.0", "--port", "{port}"),  # noqa: S104
    # Nobody knows at build time under which name it will be reached; $BOKEH_ALLOW_WS_ORIGIN narrows it.
    *("--allow-websocket-origin", "{origin}"),
)
MARIMO: Final = ("marimo", "run", "{path}", *_HOST_PORT, "--headless")
PYTHON: Final = ("python", "{path}")
GRADIO_VARIABLES: Final = (("GRADIO_SERVER_NAME", "0.0.0.0"), ("GRADIO_SERVER_PORT", "{port}"))  # noqa: S104
DASH_VARIABLES: Final = (("HOST", "0.0.0.0"), ("PORT", "{port}"))  # noqa: S104

Interface = Literal["fastapi", "starlette", "litestar", "quart", "flask", "dash", "django_wsgi", "django_asgi"]


def usable(server: Server, installed: Mapping[str, str], *, factory: bool) -> bool:
    """Whether a server is installed, in a release that can do this. ``installed`` maps names to versions.

    An empty version is one that isn't known yet; the newest is assumed.
    """
    if factory and not server.factory:
        return False
    if any(name not in installed for name in server.distributions):
        return False
    return _release(installed[server.distributions[0]]) >= server.oldest or not installed[server.distributions[0]]


def fill(words: tuple[str, ...], *, module: str = "", name: str = "", path: str = "") -> tuple[str, ...]:
    """A command's words with what is started in them."""
    values = {"{target}": f"{module}:{name}", "{module}": module, "{name}": name, "{path}": path}
    filled = []
    for word in words:
        for marker, value in values.items():
            word = word.replace(marker, value)
        filled.append(word)
    return tuple(filled)


def command_line(
    words: tuple[str, ...], *, variables: tuple[tuple[str, str], ...] = (), root: str = ""
) -> tuple[str, ...]:
    """What the platform executes: the words themselves, or ``sh`` if something has to be known at launch.

    ``root`` is a folder that has to be importable, beside the one that the process starts in.
    """
    if root:
        variables = (*variables, ("PYTHONPATH", root))
    if not variables and not any(_MARKER.search(word) for word in words):
        return words
    assignments = "".join(f"{name}={_assigned(name, value)} " for name, value in variables)
    return ("sh", "-c", f"{assignments}exec {' '.join(_quoted(word) for word in words)}{_TAIL}", "sh")


def shown(command: tuple[str, ...]) -> str:
    """A command as a log shows it: without the wrapping that ``command_line`` or a Procfile's bash put around it."""
    if len(command) == 4 and command[:2] == ("sh", "-c") and command[2].endswith(_TAIL):
        return command[2].removesuffix(_TAIL).removeprefix("exec ")
    if command[:2] == ("bash", "-c") and len(command) == 3:
        return command[2]
    return " ".join(command)


def _assigned(name: str, value: str) -> str:
    if name == "PYTHONPATH":
        return f'{shlex.quote(value)}"${{PYTHONPATH:+:$PYTHONPATH}}"'
    return _quoted(value)


def _quoted(word: str) -> str:
    if not _MARKER.search(word) or _MEANT_FOR_SHELLS.search(word):
        return shlex.quote(word)
    return f'"{_MARKER.sub(_expansion, word)}"'


def _expansion(marker: re.Match[str]) -> str:
    variable = marker["variable"]
    return f"${{RQ_REDIS_URL:-${{{variable}:-{_REDIS}}}}}" if variable else _EXPANSIONS[marker[0]]


def _release(version: str) -> tuple[int, ...]:
    found = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", version)
    return tuple(int(part[:9]) for part in found[1].split(".")) if found else ()
