"""Every detected command line starts with the real server, listens where it should, and ends when it is told to.

Each application is started twice, with ``PORT`` and without. The distributions come from the package index, once for a
test run. Only the commonest servers are in ``make test``; ``make test-all`` has the others.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from pure.start.code_search import code_facts
from pure.start.command import detect_processes
from pure.start.declared import Startup
from pure.start.found import Circumstances
from pure.start.processes import Process
from shell.sources import read_sources

from tests.builds.workshop import PATH
from tests.environments import environment_of, versions
from tests.often import seldom
from tests.starting import argv_of

SERVING = Path(__file__).with_name("serving.py")
HEAVY = pytest.mark.heavy
GREETING = "Hello from"

FLASK = f"""
from flask import Flask

def create_app():
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "{GREETING} Flask")
    return app
"""
FASTAPI = f"""
from fastapi import FastAPI

app = FastAPI()

@app.get("/")
def index():
    return "{GREETING} FastAPI"
"""
STARLETTE = f"""
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

async def index(request):
    return PlainTextResponse("{GREETING} Starlette")

def make_app():
    return Starlette(routes=[Route("/", index)])
"""
LITESTAR = f"""
from litestar import Litestar, get

@get("/")
async def index() -> str:
    return "{GREETING} Litestar"

application = Litestar([index])
"""
QUART = f"""
from quart import Quart

app = Quart(__name__)

@app.get("/")
async def index():
    return "{GREETING} Quart"
"""
SETTINGS = """
SECRET_KEY = "for a test"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_.urls"
WSGI_APPLICATION = "site_.wsgi.application"
"""
URLS = f"""
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse("{GREETING} Django"))]
"""
MANAGE = """
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
GATEWAY = """
import os
from django.core.{0} import get_{0}_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
application = get_{0}_application()
"""
DJANGO = {
    "manage.py": MANAGE,
    "site_/__init__.py": "",
    "site_/settings.py": SETTINGS,
    "site_/urls.py": URLS,
    "site_/wsgi.py": GATEWAY.format("wsgi"),
    "site_/asgi.py": GATEWAY.format("asgi"),
}
DASH = 'from dash import Dash, html\n\napp = Dash(__name__, title="Hello from Dash")\napp.layout = html.Div("x")\n'
FALCON = f"""
import falcon{{0}}

class Index:
    {{1}}def on_get(self, request, response):
        response.text = "{GREETING} Falcon"

app = falcon{{0}}.App()
app.add_route("/", Index())
"""
BOTTLE = f"""
from bottle import get, run

@get("/")
def index():
    return "{GREETING} Bottle"

run(host="localhost", port=8080)
"""
PYRAMID = f"""
from pyramid.config import Configurator
from pyramid.response import Response

with Configurator() as config:
    config.add_route("home", "/")
    config.add_view(lambda request: Response("{GREETING} Pyramid"), route_name="home")
    app = config.make_wsgi_app()
"""
SANIC = f"""
from sanic import Sanic, text

app = Sanic("shop")

@app.get("/")
async def index(request):
    return text("{GREETING} Sanic")
"""
AIOHTTP = f"""
import os
from aiohttp import web

async def index(request):
    return web.Response(text="{GREETING} aiohttp")

app = web.Application()
app.add_routes([web.get("/", index)])

if __name__ == "__main__":
    web.run_app(app, port=int(os.environ.get("PORT", 8000)))
"""
TORNADO = f"""
import asyncio
import os
import tornado.web

class Index(tornado.web.RequestHandler):
    def get(self):
        self.write("{GREETING} Tornado")

async def main():
    tornado.web.Application([("/", Index)]).listen(int(os.environ.get("PORT", 8000)))
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""
NICEGUI = f"""
import os
from nicegui import ui

@ui.page("/")
def index():
    ui.label("{GREETING} NiceGUI")

if __name__ in {{"__main__", "__mp_main__"}}:
    ui.run(port=int(os.environ.get("PORT", 8000)), reload=False, show=False)
"""
FASTHTML = f"""
from fasthtml.common import *

app, rt = fast_app()

@rt("/")
def get():
    return P("{GREETING} FastHTML")

serve()
"""
FUNCTION = f"""
import functions_framework

@functions_framework.http
def hello(request):
    return "{GREETING} functions-framework"
"""
CONNEXION = f"""
import connexion

def index():
    return "{GREETING} Connexion"

app = connexion.FlaskApp(__name__)
app.add_url_rule("/", "index", index)
"""
CHERRYPY = f"""
import os
import cherrypy

class Root:
    @cherrypy.expose
    def index(self):
        return "{GREETING} CherryPy"

cherrypy.config.update({{"server.socket_host": "0.0.0.0", "server.socket_port": int(os.environ.get("PORT", 8000))}})
cherrypy.quickstart(Root())
"""
BLACKSHEEP = f"""
from blacksheep import Application, get

app = Application()

@get("/")
async def index():
    return "{GREETING} BlackSheep"
"""
ROBYN = f"""
from robyn import Robyn

app = Robyn(__file__)

@app.get("/")
async def index(request):
    return "{GREETING} Robyn"

if __name__ == "__main__":
    app.start(port=8080)
"""
FASTMCP = f"""
from fastmcp import FastMCP
from starlette.responses import PlainTextResponse

mcp = FastMCP("weather")

@mcp.custom_route("/", methods=["GET"])
async def index(request):
    return PlainTextResponse("{GREETING} FastMCP")

if __name__ == "__main__":
    mcp.run(transport="http")
"""
MCP = f"""
import os
from mcp.server import MCPServer
from starlette.responses import PlainTextResponse

mcp = MCPServer("weather")

@mcp.custom_route("/", methods=["GET"])
async def index(request):
    return PlainTextResponse("{GREETING} MCP")

if __name__ == "__main__":
    mcp.run("streamable-http", host="0.0.0.0", port=int(os.environ.get("PORT", 8000)))
"""
SOCKETIO = f"""
from flask import Flask
from flask_socketio import SocketIO

app = Flask(__name__)
app.add_url_rule("/", view_func=lambda: "{GREETING} Flask-SocketIO")
socketio = SocketIO(app)

if __name__ == "__main__":
    socketio.run(app)
"""
EVENTS = f"""
import time
from flask import Flask, Response

app = Flask(__name__)
app.add_url_rule("/", view_func=lambda: "{GREETING} Flask")

@app.get("/events")
def events():
    def forever():
        while True:
            yield "data: x\\n\\n"
            time.sleep(0.2)
    return Response(forever(), mimetype="text/event-stream")
"""
OUTER = """
import socketio
from fastapi import FastAPI

sio = socketio.AsyncServer(async_mode="asgi")
app = FastAPI()
asgi = socketio.ASGIApp(sio, other_asgi_app=app)
"""
CHAINLIT = """
import chainlit as cl

@cl.on_message
async def main(message):
    await cl.Message(content="x").send()
"""
OBJECT = "app = create_app()\n"
MAIN = '\nif __name__ == "__main__":\n    app.run()\n'


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An application: its files, the distributions that the decision may count on, and what its process executes.

    ``program`` is the name of the process that has to be there in the end, in the place of the shell.
    """

    files: Mapping[str, str]
    installed: tuple[str, ...]
    program: str
    greeting: str = GREETING
    path: str = "/"
    ends: bool = True
    """It ends on SIGTERM, as it should."""
    held: str = ""
    """A path whose answer never ends, and which somebody has open while ``path`` is asked for."""


APPS: Mapping[str, App] = {
    "flask-gunicorn": App(files={"app.py": FLASK + OBJECT}, installed=("flask", "gunicorn"), program="gunicorn"),
    "fastapi-uvicorn": App(files={"main.py": FASTAPI}, installed=("fastapi", "uvicorn"), program="uvicorn"),
}
HEAVY_APPS: Mapping[str, App] = {
    "flask-factory-gunicorn": App(
        files={"src/shop/__init__.py": FLASK}, installed=("flask", "gunicorn"), program="gunicorn"
    ),
    "flask-waitress": App(
        files={"app.py": FLASK + OBJECT}, installed=("flask", "waitress"), program="waitress-serve"
    ),
    "flask-factory-waitress": App(
        files={"app.py": FLASK}, installed=("flask", "waitress"), program="waitress-serve"
    ),
    "flask-hypercorn": App(
        files={"app.py": FLASK + OBJECT}, installed=("flask", "hypercorn"), program="hypercorn"
    ),
    "flask-factory-hypercorn": App(files={"app.py": FLASK}, installed=("flask", "hypercorn"), program="hypercorn"),
    "flask-granian": App(files={"app.py": FLASK + OBJECT}, installed=("flask", "granian"), program="granian"),
    "flask-factory-granian": App(files={"app.py": FLASK}, installed=("flask", "granian"), program="granian"),
    "flask-uwsgi": App(files={"app.py": FLASK + OBJECT}, installed=("flask", "pyuwsgi"), program="uwsgi"),
    "flask-factory-uwsgi": App(files={"app.py": FLASK}, installed=("flask", "pyuwsgi"), program="uwsgi"),
    "flask-run": App(files={"service.py": FLASK + OBJECT}, installed=("flask",), program="flask"),
    "flask-factory-run": App(files={"service.py": FLASK}, installed=("flask",), program="flask"),
    "fastapi-command": App(
        files={"app/__init__.py": "", "app/text.py": "", "app/main.py": f"from app import text\n{FASTAPI}"},
        installed=("fastapi", "fastapi-cli", "uvicorn"),
        program="fastapi",
    ),
    "fastapi-command-src": App(
        files={"src/shop/api.py": FASTAPI}, installed=("fastapi", "fastapi-cli", "uvicorn"), program="fastapi"
    ),
    "fastapi-own-folder": App(
        files={"backend/words.py": "", "backend/main.py": f"import words\n{FASTAPI}"},
        installed=("fastapi", "uvicorn"),
        program="uvicorn",
    ),
    "fastapi-hypercorn": App(files={"main.py": FASTAPI}, installed=("fastapi", "hypercorn"), program="hypercorn"),
    "fastapi-granian": App(files={"main.py": FASTAPI}, installed=("fastapi", "granian"), program="granian"),
    "fastapi-daphne": App(files={"main.py": FASTAPI}, installed=("fastapi", "daphne"), program="daphne"),
    "fastapi-gunicorn": App(files={"main.py": FASTAPI}, installed=("fastapi", "gunicorn"), program="gunicorn"),
    "fastapi-gunicorn-uvicorn": App(
        files={"main.py": FASTAPI}, installed=("fastapi", "gunicorn", "uvicorn", "uvicorn-worker"), program="gunicorn"
    ),
    "starlette-factory-uvicorn": App(
        files={"site_/web.py": STARLETTE}, installed=("starlette", "uvicorn"), program="uvicorn"
    ),
    "starlette-factory-hypercorn": App(
        files={"web.py": STARLETTE}, installed=("starlette", "hypercorn"), program="hypercorn"
    ),
    "starlette-factory-granian": App(
        files={"web.py": STARLETTE}, installed=("starlette", "granian"), program="granian"
    ),
    "starlette-factory-gunicorn": App(
        files={"web.py": STARLETTE}, installed=("starlette", "gunicorn"), program="gunicorn"
    ),
    "litestar-uvicorn": App(files={"app.py": LITESTAR}, installed=("litestar", "uvicorn"), program="uvicorn"),
    "quart-hypercorn": App(files={"app.py": QUART}, installed=("quart", "flask", "hypercorn"), program="hypercorn"),
    "django-gunicorn": App(files=DJANGO, installed=("django", "gunicorn"), program="gunicorn"),
    "django-waitress": App(files=DJANGO, installed=("django", "waitress"), program="waitress-serve"),
    "django-uwsgi": App(files=DJANGO, installed=("django", "pyuwsgi"), program="uwsgi"),
    "django-granian": App(files=DJANGO, installed=("django", "granian"), program="granian"),
    "django-uvicorn": App(files=DJANGO, installed=("django", "uvicorn"), program="uvicorn"),
    "django-hypercorn": App(files=DJANGO, installed=("django", "hypercorn"), program="hypercorn"),
    "django-daphne": App(files=DJANGO, installed=("django", "daphne"), program="daphne"),
    "django-runserver": App(files=DJANGO, installed=("django",), program="python"),
    "django-subdirectory": App(
        files={f"backend/{path}": text for path, text in DJANGO.items()},
        installed=("django", "gunicorn"),
        program="gunicorn",
    ),
    "streamlit": App(
        files={"streamlit_app.py": 'import streamlit as st\n\nst.title("x")\n'},
        installed=("streamlit",),
        program="streamlit",
        greeting="ok",
        path="/_stcore/health",
    ),
    "gradio": App(
        files={
            "app.py": "import gradio as gr\n\n"
            'demo = gr.Interface(fn=str, inputs="text", outputs="text", title="Hello from Gradio")\ndemo.launch()\n'
        },
        installed=("gradio",),
        program="python",
    ),
    "dash-gunicorn": App(
        files={"app.py": f"{DASH}server = app.server\n"}, installed=("dash", "gunicorn"), program="gunicorn"
    ),
    "dash-waitress": App(
        files={"app.py": f"{DASH}server = app.server\n"}, installed=("dash", "waitress"), program="waitress-serve"
    ),
    "dash": App(files={"app.py": DASH + MAIN}, installed=("dash",), program="python"),
    "panel": App(
        files={"app.py": 'import panel as pn\n\npn.pane.Markdown("x").servable(title="Hello from Panel")\n'},
        installed=("panel",),
        program="panel",
        path="/app",
    ),
    "marimo": App(
        files={
            "notebook.py": 'import marimo\n\napp = marimo.App(app_title="Hello from marimo")\n\n'
            "@app.cell\ndef _():\n    return\n"
        },
        installed=("marimo",),
        program="marimo",
    ),
    "falcon-gunicorn": App(
        files={"app.py": FALCON.format("", "")}, installed=("falcon", "gunicorn"), program="gunicorn"
    ),
    "falcon-uvicorn": App(
        files={"app.py": FALCON.format(".asgi", "async ")}, installed=("falcon", "uvicorn"), program="uvicorn"
    ),
    "bottle": App(files={"app.py": BOTTLE}, installed=("bottle",), program="python"),
    "bottle-waitress": App(files={"app.py": BOTTLE}, installed=("bottle", "waitress"), program="python"),
    "pyramid-waitress": App(files={"shop.py": PYRAMID}, installed=("pyramid", "waitress"), program="waitress-serve"),
    "sanic": App(files={"server.py": SANIC}, installed=("sanic",), program="sanic"),
    "aiohttp-gunicorn": App(files={"main.py": AIOHTTP}, installed=("aiohttp", "gunicorn"), program="gunicorn"),
    "aiohttp-gunicorn-awaited": App(
        files={
            "main.py": AIOHTTP.partition("app = ")[0]
            + "async def make():\n    app = web.Application()\n    app.router.add_get('/', index)\n    return app\n"
        },
        installed=("aiohttp", "gunicorn"),
        program="gunicorn",
    ),
    "aiohttp": App(files={"main.py": AIOHTTP}, installed=("aiohttp",), program="python"),
    "tornado": App(files={"main.py": TORNADO}, installed=("tornado",), program="python"),
    "nicegui": App(files={"shop/main.py": NICEGUI}, installed=("nicegui",), program="python"),
    "fasthtml": App(files={"main.py": FASTHTML}, installed=("python-fasthtml", "uvicorn"), program="uvicorn"),
    "function": App(files={"main.py": FUNCTION}, installed=("functions-framework",), program="functions-framework"),
    "connexion": App(files={"app.py": CONNEXION}, installed=("connexion", "uvicorn"), program="uvicorn"),
    "cherrypy": App(files={"app.py": CHERRYPY}, installed=("cherrypy",), program="python"),
    "blacksheep": App(files={"server.py": BLACKSHEEP}, installed=("blacksheep", "uvicorn"), program="uvicorn"),
    # Its server stops, and its process stays until it is killed.
    "robyn": App(files={"app.py": ROBYN}, installed=("robyn",), program="python", ends=False),
    "fastmcp": App(files={"server.py": FASTMCP}, installed=("fastmcp",), program="fastmcp"),
    "mcp": App(files={"server.py": MCP}, installed=("mcp",), program="python"),
    "socketio-threads": App(
        files={"app.py": SOCKETIO},
        installed=("flask", "flask-socketio", "simple-websocket", "gunicorn"),
        program="gunicorn",
        greeting='"upgrades":["websocket"]',
        path="/socket.io/?EIO=4&transport=polling",
    ),
    "socketio-gevent": App(
        files={"app.py": SOCKETIO},
        installed=("flask", "flask-socketio", "simple-websocket", "gunicorn", "gevent"),
        program="gunicorn",
        greeting='"upgrades":["websocket"]',
        path="/socket.io/?EIO=4&transport=polling",
    ),
    "socketio-asgi": App(
        files={"main.py": OUTER},
        installed=("fastapi", "python-socketio", "uvicorn"),
        program="uvicorn",
        greeting='"sid"',
        path="/socket.io/?EIO=4&transport=polling",
    ),
    "events-gunicorn": App(
        files={"app.py": EVENTS}, installed=("flask", "gunicorn"), program="gunicorn", held="/events"
    ),
    "events-gevent": App(
        files={"app.py": EVENTS}, installed=("flask", "gunicorn", "gevent"), program="gunicorn", held="/events"
    ),
    "events-waitress": App(
        files={"app.py": EVENTS}, installed=("flask", "waitress"), program="waitress-serve", held="/events"
    ),
    "chainlit": App(
        files={"app.py": CHAINLIT}, installed=("chainlit",), program="chainlit", greeting="Assistant"
    ),
}  # fmt: skip

# What is installed together; each is made once, in the order in which tests ask for them.
ENVIRONMENTS = {
    "light": ("flask", "gunicorn", "fastapi", "uvicorn"),
    "servers": (
        *("flask", "fastapi", "fastapi-cli", "starlette", "litestar", "quart", "django"),
        *("gunicorn", "uvicorn", "uvicorn-worker", "hypercorn", "granian", "daphne", "waitress", "pyuwsgi"),
    ),
    "more": (
        *("falcon", "bottle", "pyramid", "sanic", "aiohttp", "tornado", "nicegui", "python-fasthtml"),
        *("functions-framework", "connexion[flask,uvicorn]", "cherrypy", "blacksheep", "robyn", "fastmcp", "mcp"),
        *(
            "flask-socketio",
            "python-socketio",
            "simple-websocket",
            "fastapi",
            "flask",
            "gunicorn",
            "gevent",
            "uvicorn",
            "waitress",
        ),
    ),
    "chat": ("chainlit",),
    "data": ("streamlit", "gradio", "dash", "panel", "marimo", "gunicorn", "waitress"),
}


HEAVY_ENVIRONMENTS = ("servers", "data", "more", "chat")


def names_in(environment: str) -> set[str]:
    return {name.partition("[")[0] for name in ENVIRONMENTS[environment]}


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    return lambda name: environment_of(tmp_path_factory, name, ENVIRONMENTS[name])


def process_of(app: App, folder: Path, venv: Path) -> Process:
    known = versions(venv)
    circumstances = Circumstances(
        installed={name: known[name] for name in app.installed},
        startup=Startup(),
        app=str(folder),
        programs=frozenset(path.name for path in (venv / "bin").iterdir()),
    )
    (process,) = detect_processes(code_facts(read_sources(folder)), circumstances).processes
    return process


def start_and_ask(app: App, folder: Path, venv: Path, *, port: str | None) -> None:
    for name, text in app.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    process = process_of(app, folder, venv)
    home = folder.with_name(f"{folder.name}-home")
    home.mkdir()
    env = {"PATH": f"{venv}/bin:{PATH}", "HOME": str(home), "LANG": "C.UTF-8", **({"PORT": port} if port else {})}
    log = home / "log"
    task = {
        "argv": argv_of(process, home),
        "env": env,
        "cwd": process.working_dir or str(folder),
        "port": int(port or 8000),
        "path": app.path,
        "held": app.held,
        "seconds": 90,
        "log": str(log),
    }
    # A network of its own needs a user namespace, which the local lifecycle needs as well.
    asked = ["unshare", "--user", "--map-root-user", "--net", sys.executable, str(SERVING), json.dumps(task)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    said = f"{process.command}\n{log.read_text(errors='replace')[-2000:]}"
    assert answer["status"] == 200, said
    assert app.greeting in answer["body"], said
    # Nothing is left between the platform's signals and the server.
    assert app.program in answer["command"][:2] or answer["command"][0].startswith(app.program), answer["command"]
    assert (answer["ended"] is not None) is app.ends, f"it doesn't end on SIGTERM: {said}"


@HEAVY
@pytest.mark.parametrize("port", ["8765", None])
@pytest.mark.parametrize("name", APPS)
def test_it_starts(name: str, port: str | None, tmp_path: Path, environment: Callable[[str], Path]) -> None:
    start_and_ask(APPS[name], tmp_path / "app", environment("light"), port=port)


@HEAVY
@pytest.mark.parametrize("port", seldom(["8765", None], "8765"))
@pytest.mark.parametrize("name", HEAVY_APPS)
def test_it_starts_too(name: str, port: str | None, tmp_path: Path, environment: Callable[[str], Path]) -> None:
    app = HEAVY_APPS[name]
    which = next(each for each in HEAVY_ENVIRONMENTS if set(app.installed) <= names_in(each))
    start_and_ask(app, tmp_path / "app", environment(which), port=port)
