"""Holds how each framework that serves itself is started: by its own command, or by running the file."""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.start.code_facts import ScriptKind
from pure.start.launching import HOST_PORT, PYTHON

_HOST: Final = "0.0.0.0"  # noqa: S104  (an image listens to the outside)


class FileCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A way to start a file."""

    title: str
    """What the file is, in words."""
    distribution: str
    command: tuple[str, ...] = PYTHON
    """In its words ``{path}`` stands for the file, ``{module}`` for its name, ``{name}`` for what is meant in it."""
    variables: tuple[tuple[str, str], ...] = ()
    oldest: tuple[int, ...] = ()
    """The first release that knows this command."""
    decides: bool = False
    """Command and variables decide where it listens, whatever the code says."""
    warning: str = ""


DASH_VARIABLES: Final = (("HOST", _HOST), ("PORT", "{port}"))

FILE_COMMANDS: Final[Mapping[ScriptKind, FileCommand]] = {
    "streamlit": FileCommand(
        title="a Streamlit application",
        distribution="streamlit",
        command=(
            *("streamlit", "run", "{path}", "--server.address", _HOST, "--server.port", "{port}"),
            *("--server.headless", "true"),
        ),
        decides=True,
    ),
    "gradio": FileCommand(
        title="a Gradio application",
        distribution="gradio",
        variables=(("GRADIO_SERVER_NAME", _HOST), ("GRADIO_SERVER_PORT", "{port}")),
    ),
    "panel": FileCommand(
        title="a Panel application",
        distribution="panel",
        command=(
            *("panel", "serve", "{path}", "--address", _HOST, "--port", "{port}"),
            # Nobody knows at build time under which name it will be reached; $BOKEH_ALLOW_WS_ORIGIN narrows it.
            *("--allow-websocket-origin", "{origin}"),
        ),
        decides=True,
    ),
    "chainlit": FileCommand(
        title="a Chainlit application",
        distribution="chainlit",
        command=("chainlit", "run", "{path}", *HOST_PORT, "--headless"),
        decides=True,
    ),
    "nicegui": FileCommand(title="a NiceGUI application", distribution="nicegui"),
    "reflex": FileCommand(
        title="a Reflex application",
        distribution="reflex",
        command=(
            *("reflex", "run", "--env", "prod", "--single-port"),
            *("--backend-host", _HOST, "--frontend-port", "{port}", "--backend-port", "{port}"),
        ),
        oldest=(0, 8, 18),
        decides=True,
        warning="Reflex builds its pages when it starts, with a Node.js that it downloads and writes into its folder",
    ),
    "functions": FileCommand(
        title="a function of functions-framework",
        distribution="functions-framework",
        command=("functions-framework", "--source", "{path}", "--target", "{name}", *HOST_PORT),
        decides=True,
    ),
    # Its own command takes the routes of a module and leaves out the module's call of run() (`load_app`).
    "bottle": FileCommand(
        title="a Bottle application",
        distribution="bottle",
        command=("python", "-m", "bottle", "--bind", f"{_HOST}:{{port}}", "{module}"),
        decides=True,
        warning="Bottle's own server is for one visitor at a time; add gunicorn to the requirements",
    ),
    "cherrypy": FileCommand(title="a CherryPy application", distribution="cherrypy"),
    "tornado": FileCommand(title="a Tornado application", distribution="tornado"),
    "aiohttp": FileCommand(title="an aiohttp application", distribution="aiohttp"),
    "robyn": FileCommand(
        title="a Robyn application",
        distribution="robyn",
        variables=(("ROBYN_HOST", _HOST), ("ROBYN_PORT", "{port}")),
        decides=True,
    ),
    "sanic": FileCommand(title="a Sanic application", distribution="sanic"),
    "fastmcp": FileCommand(title="an MCP server", distribution="fastmcp"),
    "mcp": FileCommand(title="an MCP server", distribution="mcp"),
    "socketio": FileCommand(title="a Flask-SocketIO application", distribution="flask-socketio"),
}
# In this order a project with several of them is taken for one.
BEFORE_OBJECTS: Final[tuple[ScriptKind, ...]] = ("reflex", "functions")
AFTER_OBJECTS: Final[tuple[ScriptKind, ...]] = (
    "chainlit", "streamlit", "gradio", "panel", "nicegui", "robyn", "sanic", "aiohttp", "tornado", "cherrypy",
)  # fmt: skip

# What serves Bottle's application better than its own server does, by its name for it.
BOTTLE_SERVERS: Final = ("gunicorn", "waitress", "gevent", "paste", "tornado")

MARIMO: Final = ("marimo", "run", "{path}", *HOST_PORT, "--headless")
