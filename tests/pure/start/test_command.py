"""Which command starts which application, and why: many small sources, each as people write them."""

import re
from collections.abc import Mapping

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.start.code_facts import CodeFacts, Unparsed
from pure.start.code_search import code_facts
from pure.start.command import detect_processes
from pure.start.declared import Script, Startup
from pure.start.found import Circumstances
from pure.start.frameworks import FRAMEWORKS
from pure.start.processes import Process, Processes
from pure.start.servers import Server, usable
from pure.start.source_files import SourceFile, Sources

from tests.golden import check_golden

FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n"
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n"
FLASK_FACTORY = """
from flask import Flask

def create_app(config=None):
    app = Flask(__name__)
    app.config.from_object(config)
    return app
"""
FLASK_CALLED = FLASK_FACTORY.replace("config=None", "config_name")
MANAGE = """
import os
import sys

def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)

if __name__ == "__main__":
    main()
"""
WSGI = "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
ASGI = "from django.core.asgi import get_asgi_application\n\napplication = get_asgi_application()\n"
DJANGO = {
    "manage.py": MANAGE,
    "site_/__init__.py": "",
    "site_/settings.py": 'DEBUG = False\nWSGI_APPLICATION = "site_.wsgi.application"\n',
    "site_/wsgi.py": WSGI,
    "site_/asgi.py": ASGI,
}
CELERY = 'from celery import Celery\n\napp = Celery("shop")\n'
KEPT_ALIVE = {
    "keep_alive.py": "from threading import Thread\nfrom flask import Flask\n\napp = Flask('')\n\n"
    "def run():\n    app.run(host='0.0.0.0', port=8080)\n\ndef keep_alive():\n    Thread(target=run).start()\n",
    "main.py": "import discord\nfrom keep_alive import keep_alive\n\n"
    "client = discord.Client()\nkeep_alive()\nclient.run('…')\n",
}

SOCKETIO = (
    f"{FLASK}\nfrom flask_socketio import SocketIO\n\nsocketio = SocketIO(app)\n\n"
    "if __name__ == '__main__':\n    socketio.run(app, host='0.0.0.0')\n"
)
AIOHTTP = (
    "from aiohttp import web\n\napp = web.Application()\napp.add_routes([])\n\n"
    "if __name__ == '__main__':\n    web.run_app(app, port=8080)\n"
)
GUARDED = 'if __name__ == "__main__":\n    go()\n'

NO_STARTUP = Startup()


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An application: its files, what is installed, and what ``pyproject.toml`` says of it."""

    files: Mapping[str, str | bytes]
    installed: tuple[str, ...]
    startup: Startup = NO_STARTUP


def case(files: Mapping[str, str | bytes], *installed: str, startup: Startup = NO_STARTUP) -> Case:
    return Case(files=files, installed=installed, startup=startup)


CASES: Mapping[str, Case] = {
    "Flask with gunicorn": case({"app.py": FLASK}, "flask", "gunicorn==27.0"),
    "Flask with waitress": case({"app.py": FLASK}, "flask", "waitress"),
    "Flask with uWSGI": case({"app.py": FLASK}, "flask", "uwsgi", "waitress"),
    "Flask with uWSGI from a wheel": case({"shop/__init__.py": FLASK_FACTORY}, "flask", "pyuwsgi"),
    "Flask derived from": case(
        {
            "shop/__init__.py": "from shop.web import Shop\n\ndef create_app(config='x'):\n    app = Shop(__name__)\n"
            "    with app.app_context():\n        app.ready = True\n    return app\n",
            "shop/web.py": "from typing import Generic\nimport flask\n\n"
            "class Base(flask.Flask, Generic[int]):\n    pass\n\nclass Shop(Base):\n    ready = False\n",
            "wsgi.py": "import monkey\nmonkey.patch_all()\nfrom shop import create_app\napp = create_app()\n",
            "manage.py": "from shop import create_app\ncreate_app().cli()\n",
        },
        "flask",
        "gunicorn",
    ),
    "A manage.py that isn't Django's": case(
        {
            "manage.py": "# Like Django's.\nimport sys\nsys.path.append('src/py')\nfrom shop.cli import main\nmain()\n",
            "src/py/shop/__init__.py": "",
            "src/py/shop/cli.py": "def main():\n    pass\n",
            "src/py/shop/asgi.py": "from litestar import Litestar\nfrom shop.cli import main\n\n"
            "def create_app():\n    return Litestar()\n",
        },
        "litestar",
        "uvicorn",
    ),
    "Flask with hypercorn": case({"app.py": FLASK}, "flask", "hypercorn"),
    "Flask without a server": case({"app.py": FLASK}, "flask"),
    "Flask by another name": case(
        {"app.py": "from apiflask import APIFlask\n\napp = APIFlask(__name__)\n"}, "apiflask", "flask", "gunicorn"
    ),
    "Flask's name spelled differently": case(
        {"service.py": "import flask as f\nsite: f.Flask = f.Flask('site')\n"}, "flask", "gunicorn"
    ),
    "A factory in a package": case({"shop/__init__.py": FLASK_FACTORY}, "flask", "gunicorn"),
    "A factory with waitress": case({"shop/__init__.py": FLASK_FACTORY}, "flask", "waitress"),
    "A factory and a wsgi.py that calls it": case(
        {"shop/__init__.py": FLASK_FACTORY, "wsgi.py": "from shop import create_app\n\napplication = create_app()\n"},
        "flask",
        "gunicorn",
    ),
    "A wsgi.py that hands an object on": case(
        {"wsgi.py": "from shop.web import app as application\n", "shop/__init__.py": "", "shop/web/__init__.py": FLASK},
        "flask",
        "gunicorn",
    ),
    "A factory that needs arguments is none": case(
        {"shop.py": "from flask import Flask\ndef create_app(config):\n    return Flask(config)\n"}, "flask", "gunicorn"
    ),
    "A factory that is called with arguments": case(
        {
            "app/__init__.py": FLASK_CALLED,
            "flasky.py": 'import os\nfrom app import create_app\n\napp = create_app(os.getenv("FLASK_CONFIG"))\n',
        },
        "flask",
        "gunicorn",
    ),
    "A wsgi.py that calls a factory with arguments": case(
        {
            "shop/__init__.py": FLASK_CALLED,
            "wsgi.py": 'from shop import create_app\n\napplication = create_app("prod")\n',
        },
        "flask",
        "gunicorn",
    ),
    "FastAPI from a function with arguments, beside Celery": case(
        {
            "main.py": "from celery import Celery\nfrom fastapi import FastAPI\n\n"
            "def build_app(*, title):\n    return FastAPI(title=title)\n\n"
            'app = build_app(title="x")\ncelery_app = Celery("x")\n',
        },
        "fastapi",
        "uvicorn",
        "celery",
    ),
    "Celery from a function that takes the Flask object": case(
        {
            "app.py": f"{FLASK}\nfrom celery import Celery\n\n"
            "def make_celery(app):\n    celery = Celery(app.import_name)\n    return celery\n\n"
            "celery = make_celery(app)\n",
        },
        "flask",
        "gunicorn",
        "celery",
    ),
    "FastAPI with its own command": case({"main.py": FASTAPI}, "fastapi", "fastapi-cli==0.0.24", "uvicorn"),
    "FastAPI with an old command": case({"main.py": FASTAPI}, "fastapi", "fastapi-cli==0.0.8", "uvicorn"),
    "FastAPI with uvicorn": case({"main.py": FASTAPI}, "fastapi", "uvicorn"),
    "FastAPI with hypercorn": case({"main.py": FASTAPI}, "fastapi", "hypercorn"),
    "FastAPI with granian": case({"main.py": FASTAPI}, "fastapi", "granian"),
    "FastAPI with gunicorn and uvicorn's worker": case(
        {"main.py": FASTAPI}, "fastapi", "gunicorn", "uvicorn", "uvicorn-worker"
    ),
    "FastAPI with a new gunicorn": case({"main.py": FASTAPI}, "fastapi", "gunicorn==24.1"),
    "FastAPI with an old gunicorn": case({"main.py": FASTAPI}, "fastapi", "gunicorn==23.0"),
    "FastAPI that isn't installed": case({"main.py": FASTAPI}, "uvicorn"),
    "FastAPI in src": case(
        {"src/shop/__init__.py": "", "src/shop/main.py": FASTAPI}, "fastapi", "uvicorn"
    ),
    "FastAPI in src, itself installed": case(
        {"src/shop/__init__.py": "", "src/shop/main.py": FASTAPI},
        "fastapi",
        "uvicorn",
        "my-shop",
        startup=Startup(name="My.Shop"),
    ),
    "FastAPI in a member of a workspace": case(
        {
            "packages/api/src/api/__init__.py": f"from greeting import greeting\n{FASTAPI}",
            "packages/greeting/src/greeting/__init__.py": "",
        },
        "fastapi",
        "uvicorn",
        "api",
        "greeting",
    ),
    "FastAPI in a member of a workspace that isn't installed": case(
        {
            "packages/api/src/api/__init__.py": f"from greeting import greeting\n{FASTAPI}",
            "packages/greeting/src/greeting/__init__.py": "",
        },
        "fastapi",
        "uvicorn",
        "greeting",
    ),
    "FastAPI in a src further down": case({"backend/src/main.py": FASTAPI}, "fastapi", "uvicorn"),
    "A src that is a package": case(
        {"src/__init__.py": "", "src/words.py": "", "src/main.py": f"from src import words\n{FASTAPI}"},
        "fastapi",
        "uvicorn",
    ),
    "FastAPI in a package": case(
        {"app/__init__.py": "", "app/core.py": "", "app/main.py": f"from app.core import x\n{FASTAPI}"},
        "fastapi",
        "uvicorn",
    ),
    "FastAPI started from its own folder": case(
        {"backend/routers/users.py": "", "backend/main.py": f"from routers import users\n{FASTAPI}"},
        "fastapi",
        "uvicorn",
    ),
    "FastAPI in a folder that no import could name": case({"my-service/main.py": FASTAPI}, "fastapi", "uvicorn"),
    "FastAPI with a mounted application": case(
        {"main.py": f"{FASTAPI}api = FastAPI()\napp.mount('/api', api)\n"}, "fastapi", "uvicorn"
    ),
    "Several FastAPI objects": case(
        {"main.py": FASTAPI, "admin.py": FASTAPI, "tools/one.py": FASTAPI, "tools/two.py": FASTAPI, "z.py": FASTAPI},
        "fastapi",
        "uvicorn",
    ),
    "FastAPI behind a middleware": case(
        {"main.py": f"from m import Wrap\n{FASTAPI}app = Wrap(app)\n"}, "fastapi", "uvicorn"
    ),
    "Starlette": case(
        {"main.py": "from starlette.applications import Starlette\nsite = Starlette(routes=[])\n"},
        "starlette",
        "uvicorn",
    ),
    "Litestar": case(
        {"app.py": "from litestar import Litestar, get\n\napp = Litestar([])\n"}, "litestar", "uvicorn"
    ),
    "Litestar's factory": case(
        {"shop/asgi.py": "from litestar import Litestar\ndef create_app() -> Litestar:\n    return Litestar([])\n"},
        "litestar",
        "granian",
    ),
    "Quart": case({"app.py": "from quart import Quart\napp = Quart(__name__)\n"}, "quart", "flask", "hypercorn"),
    "Quart with uvicorn": case(
        {"app.py": "from quart import Quart\napp = Quart(__name__)\n"}, "quart", "flask", "hypercorn", "uvicorn"
    ),
    "Django with gunicorn": case(DJANGO, "django", "gunicorn"),
    "Django with uvicorn alone": case(DJANGO, "django", "uvicorn"),
    "Django with daphne alone": case(DJANGO, "django", "daphne"),
    "Django without a server": case(DJANGO, "django"),
    "Django with settings in several files": case(
        {
            **DJANGO,
            "manage.py": MANAGE.replace("site_.settings", "site_.settings.production"),
            "site_/settings.py": "",
            "site_/settings/__init__.py": "",
            "site_/settings/base.py": 'WSGI_APPLICATION = "site_.serving.application"\n',
            "site_/settings/production.py": "from .base import *\n",
        },
        "django",
        "gunicorn",
    ),
    "Django whose settings don't say": case(
        {**DJANGO, "site_/settings.py": "DEBUG = False\n"}, "django", "gunicorn"
    ),
    "Django in a subdirectory": case(
        {f"backend/{path}": text for path, text in DJANGO.items()}, "django", "gunicorn"
    ),
    "Django Channels": case(
        {
            **DJANGO,
            "site_/settings.py": f'{DJANGO["site_/settings.py"]}ASGI_APPLICATION = "site_.asgi.application"\n',
            "site_/asgi.py": "from channels.routing import ProtocolTypeRouter\n\n"
            "application = ProtocolTypeRouter({})\n",
        },
        "django",
        "channels",
        "daphne",
        "gunicorn",
    ),
    "Django and Celery": case(
        {
            **DJANGO,
            "site_/celery.py": CELERY,
            "site_/__init__.py": "from .celery import app as celery_app\n",
            "shop/tasks.py": "from celery import shared_task\n\n@shared_task\ndef work():\n    pass\n",
        },
        "django",
        "gunicorn",
        "celery",
        "django-celery-beat",
    ),
    "Django and RQ": case(
        {**DJANGO, "shop/jobs.py": "import django_rq\n\ndjango_rq.enqueue(print)\n"},
        "django",
        "gunicorn",
        "django-rq",
        "rq",
    ),
    "Django and RQ with several queues": case(
        {
            **DJANGO,
            "shop/jobs.py": "import django_rq\nfrom django_rq import job\n\n@job('mails')\ndef send():\n    pass\n\n"
            "django_rq.get_queue('high').enqueue(print)\ndjango_rq.enqueue(print)\n",
        },
        "django",
        "gunicorn",
        "django-rq",
        "rq",
    ),
    "Streamlit": case({"streamlit_app.py": "import streamlit as st\n\nst.title('x')\n"}, "streamlit"),
    "Streamlit with pages": case(
        {
            "Home.py": "import streamlit as st\nst.title('x')\n",
            "helpers.py": "import streamlit as st\ndef draw():\n    st.title('y')\n",
            "pages/1_more.py": "import streamlit as st\nst.title('y')\n",
        },
        "streamlit",
    ),
    "Gradio": case(
        {"app.py": "import gradio as gr\n\nwith gr.Blocks() as demo:\n    gr.Textbox()\n\ndemo.launch()\n"}, "gradio"
    ),
    "Dash": case(
        {"app.py": "from dash import Dash\napp = Dash(__name__)\nserver = app.server\n"}, "dash", "flask", "gunicorn"
    ),
    "Dash without a server's name": case(
        {"app.py": "import dash\napp = dash.Dash(__name__)\nif __name__ == '__main__':\n    app.run()\n"},
        "dash",
        "flask",
        "gunicorn",
    ),
    "Panel": case({"app.py": "import panel as pn\n\npn.Row('x').servable()\n"}, "panel"),
    "marimo": case({"notebook.py": "import marimo\n\napp = marimo.App()\n"}, "marimo"),
    "A web application and a dashboard": case(
        {"main.py": FASTAPI, "dashboard.py": "import streamlit as st\nst.title('x')\n"},
        "fastapi",
        "uvicorn",
        "streamlit",
    ),
    "Celery with periodic tasks": case(
        {"shop/tasks.py": f"{CELERY}app.conf.beat_schedule = {{}}\n", "shop/__init__.py": ""}, "celery", "redis"
    ),
    "Celery beside Flask": case({"app.py": FLASK, "tasks.py": CELERY}, "flask", "gunicorn", "celery"),
    "RQ": case(
        {"jobs.py": "from redis import Redis\nfrom rq import Queue\n\nhigh = Queue('high', connection=Redis())\n"}, "rq"
    ),
    "RQ with queues of all kinds": case(
        {
            "jobs.py": "import os\nfrom redis import Redis\nfrom rq import Queue\nfrom rq.decorators import job\n\n"
            "LOW = 'low'\nredis = Redis()\n\n"
            "unnamed, low = Queue(connection=redis), Queue(LOW, connection=redis)\n"
            "high = Queue(connection=redis, name='high')\nunknown = Queue(os.environ['QUEUE'])\n\n"
            "@job(queue='mails', connection=redis)\ndef send():\n    pass\n",
        },
        "rq",
    ),
    "RQ with a variable of its own": case(
        {
            "connection.py": "import os\nimport redis\n\nurl = os.getenv('QUEUE_DSN', 'redis://')\n"
            "connection = redis.from_url(url)\n",
            "jobs.py": "from rq import Queue\nfrom connection import connection\n\nq = Queue(connection=connection)\n",
        },
        "rq",
    ),
    "RQ beside a cache": case(
        {
            "cache.py": "from os import environ\nfrom redis import Redis\n\ncache = Redis.from_url(environ['CACHE'])\n",
            "jobs.py": "from os import environ as env\nfrom redis import Redis\nfrom rq import Queue\n\n"
            "q = Queue(connection=Redis.from_url(url=env.get('JOBS') or 'redis://'))\n",
        },
        "rq",
    ),
    "RQ with several variables": case(
        {
            "jobs.py": "import os\nfrom redis import Redis\nfrom rq import Queue\n\n"
            "one, other = Redis.from_url(os.environ['ONE']), Redis.from_url(os.environ['OTHER'])\n"
            "q = Queue(connection=one)\n",
        },
        "rq",
    ),
    "A console script": case(
        {"shop/cli.py": "def main():\n    pass\n"},
        "shop",
        startup=Startup(name="shop", scripts=(Script(name="shop-bot", target="shop.cli:main"),)),
    ),
    "A console script that isn't installed": case(
        {"shop/__init__.py": "", "shop/__main__.py": "print('x')\n"},
        startup=Startup(name="shop", scripts=(Script(name="shop-bot", target="shop.cli:main"),)),
    ),
    "Several console scripts": case(
        {"main.py": "print('x')\n"},
        "shop",
        startup=Startup(name="shop", scripts=(Script(name="a", target="a:a"), Script(name="b", target="b:b"))),
    ),
    "A server of its own": case({"server.py": f"from aiohttp import web\n{GUARDED}", "util.py": ""}, "aiohttp"),
    "A program with others beside it": case({"run.py": GUARDED, "bot.py": GUARDED}, "requests"),
    "A bot in its folder": case(
        {"bot/main.py": f"from helper import go\n{GUARDED}", "bot/helper.py": "def go():\n    pass\n"}, "discord-py"
    ),
    "A program of a package": case(
        {"bot/__init__.py": "", "bot/main.py": f"from .helper import go\n{GUARDED}", "bot/helper.py": ""}, "aiogram"
    ),
    "Programs of several services": case({"api/main.py": GUARDED, "jobs/main.py": GUARDED}, "requests"),
    "A module that only looks like a program": case({"shop/main.py": "print('loaded')\n"}, "requests"),
    "A bot": case(
        {"bot.py": "import discord\n\nclient = discord.Client()\nclient.run('…')\n", "util.py": "x = 1\n"}, "discord-py"
    ),
    "A bot that a web application keeps alive": case(KEPT_ALIVE, "discord-py", "flask"),
    "A bot that a web application keeps alive, by its module": case(
        {
            "keep_alive.py": KEPT_ALIVE["keep_alive.py"],
            "bot.py": "import keep_alive\nfrom pyrogram import Client\n\n"
            "keep_alive.keep_alive()\napp = Client('x')\napp.run()\n",
        },
        "pyrogram",
        "flask",
        "gunicorn",
    ),
    "Programs that serve what is in the project": case(
        {
            "shop/__init__.py": "from shop.web import app\n",
            "shop/web.py": FLASK,
            "app.py": "import shop.web\nshop.web.app.run()\n",
            "main.py": "import uvicorn\nuvicorn.run('shop:app')\n",
            "run.py": "from shop import app\nif __name__ == '__main__':\n    app.run()\n",
            "server.py": "import shop\nshop.web.app.run()\n",
        },
        "flask",
        "gunicorn",
    ),
    "A program that only defines something": case({"main.py": '"""Says nothing."""\n\ndef main():\n    pass\n'}),
    "A package that runs": case({"src/shop/__init__.py": "", "src/shop/__main__.py": "print('x')\n"}),
    "A root that runs": case({"__main__.py": "print('x')\n"}),
    "Broken files": case(
        {
            "app.py": FLASK,
            "broken.py": "import flask\ndef (:\n",
            "wide.py": "x = 'ä'\n".encode("utf-16"),
            "latin.py": b"import flask\nx = '\xe4'\n",
            "null.py": b"import flask\0\n",
        },
        "flask",
        "gunicorn",
    ),
    "Tests, examples and virtual environments": case(
        {"tests/app.py": FLASK, "examples/app.py": FLASK, ".tox/app.py": FLASK, "test_app.py": FLASK},
        "flask",
        "gunicorn",
    ),
    "Words in comments and strings": case(
        {"notes.py": '# app = Flask(__name__)\nTEXT = "app = FastAPI()"\n'}, "flask", "fastapi", "gunicorn", "uvicorn"
    ),
    "Flask-SocketIO": case({"app.py": SOCKETIO}, "flask", "flask-socketio", "simple-websocket", "gunicorn"),
    "Flask-SocketIO with gevent": case(
        {"app.py": SOCKETIO}, "flask", "flask-socketio", "simple-websocket", "gunicorn", "gevent"
    ),
    "Flask-SocketIO with gevent-websocket": case(
        {"app.py": SOCKETIO}, "flask", "flask-socketio", "gunicorn", "gevent", "gevent-websocket"
    ),
    "Flask-SocketIO with eventlet": case(
        {"app.py": SOCKETIO}, "flask", "flask-socketio", "simple-websocket", "gunicorn==23.0", "eventlet"
    ),
    "Flask-SocketIO with eventlet, which a new gunicorn doesn't know": case(
        {"app.py": SOCKETIO}, "flask", "flask-socketio", "simple-websocket", "gunicorn==27.0", "eventlet"
    ),
    "Flask-SocketIO with eventlet, told to use threads": case(
        {"app.py": SOCKETIO.replace("(app)", "(app, async_mode='threading')")},
        *("flask", "flask-socketio", "gunicorn==27.0", "eventlet"),
    ),
    "Flask-SocketIO without a server": case({"app.py": SOCKETIO}, "flask", "flask-socketio", "simple-websocket"),
    "Flask-SocketIO from a factory": case(
        {
            "shop/__init__.py": "from flask import Flask\n"
                "from flask_socketio import SocketIO\n\nsocketio = SocketIO()\n\n"
            "def create_app():\n    app = Flask(__name__)\n    socketio.init_app(app)\n    return app\n",
        },
        *("flask", "flask-socketio", "simple-websocket", "gunicorn"),
    ),
    "Flask-Sock": case(
        {"app.py": f"{FLASK}\nfrom flask_sock import Sock\n\nsock = Sock(app)\n\n"
            "@sock.route('/echo')\ndef echo(ws):\n    pass\n"},
        *("flask", "flask-sock", "simple-websocket", "gunicorn"),
    ),
    "Flask with server-sent events": case(
        {
            "app.py": f"from flask import Response\n{FLASK}\n@app.get('/stream')\ndef stream():\n"
            "    return Response(iter('x'), mimetype='text/event-stream')\n",
        },
        "flask",
        "gunicorn",
    ),
    "Flask with server-sent events and waitress": case(
        {"app.py": f"{FLASK}\nEVENTS = 'text/event-stream'\n"}, "flask", "waitress"
    ),
    "Flask-SSE with gevent": case(
        {"app.py": f"{FLASK}\nfrom flask_sse import sse\n\napp.register_blueprint(sse, url_prefix='/stream')\n"},
        *("flask", "flask-sse", "gunicorn", "gevent"),
    ),
    "python-socketio around Flask": case(
        {
            "app.py": f"import socketio\n{FLASK}\nsio = socketio.Server(async_mode='threading')\n"
            "wsgi = socketio.WSGIApp(sio, app)\n",
        },
        *("flask", "python-socketio", "simple-websocket", "gunicorn"),
    ),
    "python-socketio around FastAPI": case(
        {
            "main.py": f"import socketio\n{FASTAPI}\nsio = socketio.AsyncServer(async_mode='asgi')\n"
            "asgi = socketio.ASGIApp(sio, other_asgi_app=app)\n",
        },
        *("fastapi", "python-socketio", "uvicorn", "websockets"),
    ),
    "python-socketio mounted in FastAPI": case(
        {
            "main.py": f"import socketio\n{FASTAPI}\nsio = socketio.AsyncServer(async_mode='asgi')\n"
            "sockets = socketio.ASGIApp(sio)\napp.mount('/ws', sockets)\n",
        },
        *("fastapi", "python-socketio", "uvicorn", "websockets"),
    ),
    "WebSockets without a library for them": case(
        {"main.py": f"{FASTAPI}\n@app.websocket('/ws')\nasync def ws(socket):\n    pass\n"}, "fastapi", "uvicorn"
    ),
    "Flask in a middleware of its own name": case(
        {"app.py": f"from werkzeug.middleware.proxy_fix import ProxyFix\n{FLASK}app = ProxyFix(app)\n"},
        "flask",
        "gunicorn",
    ),
    "Flask in a middleware by another name": case(
        {
            "shop.py": FLASK,
            "wsgi.py": "from sentry_sdk.integrations.wsgi import SentryWsgiMiddleware\nfrom shop import app\n\n"
            "application = SentryWsgiMiddleware(app)\n",
        },
        "flask",
        "gunicorn",
    ),
    "Flask in several layers": case(
        {
            "app.py": f"from a import Lag\nfrom b import TransLogger\n{FLASK}\n"
            "inner_app = Lag(app)\napplication = TransLogger(inner_app, logger=None)\n",
        },
        "flask",
        "gunicorn",
    ),
    "Flask and its extensions": case(
        {
            "app.py": f"from flask_sqlalchemy import SQLAlchemy\nfrom flasgger import Swagger\nfrom x import Migrate\n"
            f"{FLASK}\ndb = SQLAlchemy(app)\nswagger = Swagger(app)\nmigrate = Migrate(app, db)\n",
        },
        "flask",
        "gunicorn",
    ),
    "Flask in something unknown": case(
        {"app.py": f"from timing import timed\n{FLASK}\nmeasured = timed(app)\n"}, "flask", "gunicorn"
    ),
    "FastAPI that something else looks at": case(
        {
            "main.py": f"from prometheus_fastapi_instrumentator import Instrumentator\n{FASTAPI}\n"
            "numbers = Instrumentator().instrument(app)\n",
        },
        "fastapi",
        "uvicorn",
    ),
    "FastAPI in something unknown": case(
        {"main.py": f"from timing import Timing\n{FASTAPI}\ntimed = Timing(app)\n"}, "fastapi", "uvicorn"
    ),
    "FastAPI with an administration, a client and an adapter": case(
        {
            "main.py": "from mangum import Mangum\nfrom sqladmin import Admin\n"
                "from fastapi.testclient import TestClient\n"
            f"{FASTAPI}\nadmin = Admin(app)\nadmin.add_view(1)\nhandler = Mangum(app)\nclient = TestClient(app)\n",
        },
        "fastapi",
        "uvicorn",
    ),
    "FastAPI in a class of its own": case(
        {
            "main.py": f"{FASTAPI}\nclass Outer:\n    def __init__(self, app):\n        self.app = app\n\n"
            "    async def __call__(self, scope, receive, send):\n        await self.app(scope, receive, send)\n\n"
            "class Service:\n    def __init__(self, app):\n        self.app = app\n\n"
            "service = Service(app)\nouter = Outer(app)\n",
        },
        "fastapi",
        "uvicorn",
    ),
    "Flask as ASGI": case(
        {"app.py": f"from asgiref.wsgi import WsgiToAsgi\n{FLASK}\nasgi_app = WsgiToAsgi(app)\n"},
        *("flask", "gunicorn", "uvicorn"),
    ),
    "Flask that serves itself when it is imported": case(
        {"app.py": f"{FLASK}\napp.run(port=5000)\n"}, "flask", "gunicorn"
    ),
    "Django in WhiteNoise": case(
        {
            **DJANGO,
            "site_/settings.py": "ROOT_URLCONF = 'site_.urls'\n",
            "site_/wsgi.py": "import os\nfrom django.core.wsgi import get_wsgi_application\n"
                "from whitenoise import WhiteNoise\n\n"
            "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
            "application = WhiteNoise(get_wsgi_application(), root='static')\n",
        },
        "django",
        "gunicorn",
        "whitenoise",
    ),
    "Django with django-configurations": case(
        {
            **DJANGO,
            "site_/settings.py": "from configurations import Configuration\n\nclass Dev(Configuration):\n"
            "    ROOT_URLCONF = 'site_.urls'\n",
            "site_/wsgi.py": "from configurations.wsgi import get_wsgi_application\n\n"
                "application = get_wsgi_application()\n",
            "site_/asgi.py": "",
        },
        *("django", "django-configurations", "gunicorn"),
    ),
    "Django whose application is made elsewhere": case(
        {
            **DJANGO,
            "site_/settings.py": "ROOT_URLCONF = 'site_.urls'\n",
            "site_/wsgi.py": "from somewhere import build\n\napplication = build()\n",
            "site_/asgi.py": "",
        },
        "django",
        "gunicorn",
    ),
    "Django without any application": case(
        {"manage.py": MANAGE, "site_/__init__.py": "", "site_/settings.py": "DEBUG = False\n"}, "django", "gunicorn"
    ),
    "Django whose settings nothing names": case(
        {
            "manage.py": "import sys\nfrom django.core.management import execute_from_command_line\n\n"
            "if __name__ == '__main__':\n    execute_from_command_line(sys.argv)\n",
            "config/wsgi.py": WSGI,
            "config/settings/base.py": "SECRET_KEY = 'x'\nWSGI_APPLICATION = 'config.wsgi.application'\n",
            "config/settings/production.py": "from config.settings.base import *\n",
        },
        "django",
        "gunicorn",
    ),
    "Django Channels without a server for it": case(
        {
            **DJANGO,
            "site_/settings.py": f'{DJANGO["site_/settings.py"]}ASGI_APPLICATION = "site_.asgi.application"\n',
        },
        *("django", "channels", "gunicorn"),
    ),
    "Falcon": case(
        {"app.py": "import falcon\n\napp = falcon.App()\napp.add_route('/', object())\n"}, "falcon", "gunicorn"
    ),
    "Falcon with ASGI": case({"app.py": "import falcon.asgi\n\napp = falcon.asgi.App()\n"}, "falcon", "uvicorn"),
    "Falcon without a server": case(
        {"app.py": "import falcon\n\napp = falcon.App()\napp.add_route('/', object())\n"}, "falcon"
    ),
    "Bottle without a name": case(
        {"app.py": "import bottle\n\n@bottle.get('/')\ndef index():\n    return 'x'\n\n"
                   "bottle.run(host='localhost', port=8080)\n"},
        "bottle",
    ),
    "Bottle with a name": case(
        {"app.py": "from bottle import Bottle, run\n\napp = Bottle()\n\n"
                   "if __name__ == '__main__':\n    run(app, host='localhost')\n"},
        *("bottle", "waitress"),
    ),
    "Pyramid": case(
        {
            "shop.py": "from pyramid.config import Configurator\n\nwith Configurator() as config:\n"
            "    config.add_route('home', '/')\n    app = config.make_wsgi_app()\n",
        },
        *("pyramid", "waitress"),
    ),
    "Pyramid from a function": case(
        {
            "shop/__init__.py": "from pyramid.config import Configurator\n\ndef make_app():\n"
            "    config = Configurator(settings={})\n    return config.make_wsgi_app()\n",
            "wsgi.py": "from shop import make_app\n\napp = make_app()\n",
        },
        *("pyramid", "gunicorn"),
    ),
    "Sanic": case({"server.py": "from sanic import Sanic\n\napp = Sanic('shop')\n"}, "sanic"),
    "aiohttp with gunicorn": case({"main.py": AIOHTTP}, "aiohttp", "gunicorn"),
    "aiohttp by itself": case({"main.py": AIOHTTP}, "aiohttp"),
    "aiohttp from a function that is awaited": case(
        {"main.py": "from aiohttp import web\n\nasync def make():\n    app = web.Application()\n    return app\n"},
        *("aiohttp", "gunicorn"),
    ),
    "aiohttp from a function": case(
        {"main.py": "from aiohttp import web\n\ndef make():\n    return web.Application()\n"},
        *("aiohttp", "gunicorn"),
    ),
    "FastAPI from a function that nobody awaits": case(
        {"main.py": "from fastapi import FastAPI\n\nasync def make():\n    return FastAPI()\n"}, "fastapi", "uvicorn"
    ),
    "An object of a class of its own, by a framework that nobody knows": case(
        {
            "app.py": "import morepath\n\nclass App(morepath.App):\n    pass\n\n"
            "morepath.commit(App)\napplication = App()\n",
        },
        *("morepath", "gunicorn"),
    ),
    "Tornado": case(
        {
            "main.py": "import asyncio\nimport tornado.web\n\nasync def main():\n"
                "    app = tornado.web.Application([])\n"
            "    app.listen(8888, address='127.0.0.1')\n    await asyncio.Event().wait()\n\n"
            "if __name__ == '__main__':\n    asyncio.run(main())\n",
        },
        "tornado",
    ),
    "NiceGUI": case(
        {"main.py": "from nicegui import ui\n\nui.label('x')\n\n"
                    "if __name__ in {'__main__', '__mp_main__'}:\n    ui.run()\n"},
        *("nicegui", "fastapi", "uvicorn"),
    ),
    "FastHTML": case(
        {"main.py": "from fasthtml.common import *\n\napp, rt = fast_app()\n\n"
            "@rt('/')\ndef get():\n    return P('x')\n\nserve()\n"},
        *("python-fasthtml", "starlette", "uvicorn"),
    ),
    "Chainlit": case(
        {"app.py": "import chainlit as cl\n\n@cl.on_message\nasync def main(message):\n    pass\n"},
        *("chainlit", "fastapi", "uvicorn"),
    ),
    "Reflex": case(
        {
            "rxconfig.py": "import reflex as rx\n\nconfig = rx.Config(app_name='shop')\n",
            "shop/shop.py": "import reflex as rx\n\napp = rx.App()\n",
        },
        "reflex",
    ),
    "A function": case(
        {"main.py": "import functions_framework\n\n@functions_framework.http\ndef hello(request):\n    return 'x'\n"},
        *("functions-framework", "flask", "gunicorn"),
    ),
    "Connexion": case(
        {"app.py": "import connexion\n\napp = connexion.FlaskApp(__name__)\n"}, "connexion==3.1", "uvicorn", "gunicorn"
    ),
    "Connexion before it was ASGI": case(
        {"app.py": "import connexion\n\napp = connexion.FlaskApp(__name__)\n"}, "connexion==2.14", "uvicorn", "gunicorn"
    ),
    "CherryPy": case(
        {"app.py": "import cherrypy\n\nclass Root:\n    pass\n\ncherrypy.quickstart(Root())\n"}, "cherrypy"
    ),
    "CherryPy that says where": case(
        {
            "app.py": "import cherrypy\n\nclass Root:\n    pass\n\n"
            "cherrypy.config.update({'server.socket_host': '0.0.0.0'})\ncherrypy.quickstart(Root())\n",
        },
        "cherrypy",
    ),
    "CherryPy with a server": case(
        {"app.py": "import cherrypy\n\nclass Root:\n    pass\n\napp = cherrypy.tree.mount(Root(), '/')\n"},
        *("cherrypy", "gunicorn"),
    ),
    "BlackSheep": case(
        {"server.py": "from blacksheep import Application, get\n\napp = Application()\n"}, "blacksheep", "uvicorn"
    ),
    "Robyn": case(
        {"app.py": "from robyn import Robyn\n\napp = Robyn(__file__)\n\n"
                   "if __name__ == '__main__':\n    app.start(port=8080)\n"},
        "robyn",
    ),
    "An MCP server on standard input": case(
        {"weather.py": "from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP('w')\n\n"
                       "if __name__ == '__main__':\n    mcp.run()\n"},
        *("mcp", "starlette", "uvicorn"),
    ),
    "An MCP server over HTTP": case(
        {"server.py": "from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP('w', host='0.0.0.0')\n\n"
                      "if __name__ == '__main__':\n    mcp.run(transport='streamable-http')\n"},
        *("mcp", "starlette", "uvicorn"),
    ),
    "An MCP server over HTTP for itself": case(
        {"server.py": "from mcp.server import MCPServer\n\nmcp = MCPServer('w')\n\n"
                      "if __name__ == '__main__':\n    mcp.run('streamable-http')\n"},
        *("mcp", "starlette", "uvicorn"),
    ),
    "FastMCP": case(
        {"server.py": "from fastmcp import FastMCP\n\nmcp = FastMCP('w')\n\n"
                      "if __name__ == '__main__':\n    mcp.run(transport='http')\n"},
        *("fastmcp", "mcp", "starlette", "uvicorn"),
    ),
    "FastMCP as ASGI": case(
        {"server.py": "from fastmcp import FastMCP\n\nmcp = FastMCP('w')\napp = mcp.http_app()\n"},
        *("fastmcp", "mcp", "starlette", "uvicorn"),
    ),
    "An application by its shape": case(
        {
            "serve.py": "def application(environ, start_response):\n"
                "    start_response('200 OK', [])\n    return [b'']\n",
            "other.py": "class Site:\n    async def __call__(self, scope, receive, send):\n"
                "        pass\n\nsite = Site()\n",
        },
        "gunicorn",
    ),
    "A command line and a bot, both called app": case(
        {"tool.py": "import typer\n\napp = typer.Typer()\n", "chat.py": "from slack_bolt import App\n\napp = App()\n"},
        *("typer", "slack-bolt", "gunicorn"),
    ),
    "An MCP server that is mounted": case(
        {"server.py": "from mcp.server.fastmcp import FastMCP\nfrom starlette.applications import Starlette\n"
                      "from starlette.routing import Mount\n\nmcp = FastMCP('w')\n"
                      "app = Starlette(routes=[Mount('/mcp', app=mcp.streamable_http_app())])\n"},
        *("mcp", "starlette", "uvicorn"),
    ),
    "Two functions": case(
        {"main.py": "import functions_framework\n\n@functions_framework.cloud_event\ndef changed(event):\n    pass\n\n"
                    "@functions_framework.http\ndef hello(request):\n    return 'x'\n"},
        *("functions-framework", "flask", "gunicorn"),
    ),
    "An application of an unknown framework": case(
        {"app.py": "import hug\n\napp = hug.API(__name__)\n"}, "hug", "gunicorn"
    ),
    "Pyramid as PasteDeploy starts it": case(
        {
            "shop/__init__.py": "from pyramid.config import Configurator\n\ndef main(global_config, **settings):\n"
            "    with Configurator(settings=settings) as config:\n        config.scan()\n"
            "    return config.make_wsgi_app()\n",
        },
        *("pyramid", "waitress"),
    ),
    "A function without a decorator": case(
        {"main.py": "def hello(request):\n    return 'x'\n"}, "functions-framework", "flask", "gunicorn"
    ),
    "Django in Socket.IO": case(
        {
            **DJANGO,
            "site_/settings.py": "ROOT_URLCONF = 'site_.urls'\n",
            "site_/asgi.py": "import socketio\nfrom django.core.asgi import get_asgi_application\n\n"
            "sio = socketio.AsyncServer(async_mode='asgi')\n"
            "application = socketio.ASGIApp(sio, get_asgi_application())\n",
        },
        *("django", "python-socketio", "gunicorn", "uvicorn", "websockets"),
    ),
    "Chainlit mounted in FastAPI": case(
        {
            "main.py": f"from chainlit.utils import mount_chainlit\n{FASTAPI}\n"
            "mount_chainlit(app=app, target='chat.py')\n",
            "chat.py": "import chainlit as cl\n\n@cl.on_message\nasync def main(message):\n    pass\n",
        },
        *("chainlit", "fastapi", "uvicorn"),
    ),
    "A program that only gets things ready": case(
        {
            "main.py": "import logging\nfrom dotenv import load_dotenv\n\n"
                "load_dotenv()\nlogging.basicConfig(level='INFO')\n"
            "logging.getLogger('x').setLevel('INFO')\n\nfor name in ():\n"
            "    logging.getLogger(name).addHandler(None)\n\n"
            "def handler(event, context):\n    return 'ok'\n",
        },
        "requests",
    ),
    "A program that only speaks of what it defines": case(
        {"main.py": "print('loaded')\n\ndef handler(event):\n    return 'ok'\n"}, "requests"
    ),
    "A server of the standard library": case(
        {
            "server.py": "from http.server import HTTPServer, SimpleHTTPRequestHandler\n\n"
            "HTTPServer(('localhost', 8000), SimpleHTTPRequestHandler).serve_forever()\n",
        },
    ),
    "uvicorn in code": case(
        {
            "run.py": "import os\nimport uvicorn\n\nHOST = '127.0.0.1'\n\n"
            "if __name__ == '__main__':\n"
            "    uvicorn.run('shop.web:build', factory=True, host=os.environ.get('HOST', HOST))\n",
        },
        "uvicorn",
    ),
    "Nothing": case({}, "requests"),
}  # fmt: skip


def facts(files: Mapping[str, str | bytes]) -> CodeFacts:
    texts = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return code_facts(Sources(files=tuple(SourceFile(path=path, raw=raw) for path, raw in sorted(texts.items()))))


def decide(each: Case) -> Processes:
    installed = dict(name.partition("==")[::2] for name in each.installed)
    circumstances = Circumstances(installed=installed, startup=each.startup, app="/workspace")
    return detect_processes(facts(each.files), circumstances)


def _shown(name: str, processes: Processes) -> str:
    lines = [f"# {name}"]
    for process in processes.processes:
        default = "*" if process.default else ""
        place = f"  [in {process.working_dir}]" if process.working_dir else ""
        lines += [
            f"{process.type}{default}: {process.shown}{place}",
            f"    {process.source}; {process.because}",
        ]
    if not processes.processes:
        lines += [f"none: {reason}" for reason in processes.because]
    lines += [f"  warning: {warning}" for warning in processes.warnings]
    # What an interpreter says of a broken file differs from version to version.
    lines += [f"  note: {re.sub('can read [(].*[)]', 'can read (…)', note)}" for note in processes.notes]
    return "\n".join(lines) + "\n"


def test_commands_and_reasons() -> None:
    check_golden("start_commands", "\n".join(_shown(name, decide(each)) for name, each in CASES.items()))


def test_a_server_whose_command_is_not_there_is_not_chosen() -> None:
    files = {"main.py": FASTAPI}
    installed = {"fastapi": "0.139", "fastapi-cli": "0.0.27", "uvicorn": "0.38"}
    circumstances = Circumstances(installed=installed, startup=NO_STARTUP, app="/workspace", programs=frozenset())
    assert not detect_processes(facts(files), circumstances).processes
    circumstances = msgspec.structs.replace(circumstances, programs=frozenset({"uvicorn", "python"}))
    (process,) = detect_processes(facts(files), circumstances).processes
    assert process.shown.startswith("uvicorn ")
    circumstances = msgspec.structs.replace(circumstances, programs=frozenset({"uvicorn", "fastapi"}))
    (process,) = detect_processes(facts(files), circumstances).processes
    assert process.shown.startswith("fastapi run ")


def test_an_old_flask_is_started_as_it_was_then() -> None:
    (process,) = decide(case({"app.py": FLASK}, "flask==2.1.3")).processes
    assert process.shown.startswith("FLASK_APP=app:app flask run --host")
    (process,) = decide(case({"app.py": FLASK}, "flask==2.2")).processes
    assert process.shown.startswith("flask --app app:app run")


@pytest.mark.parametrize("name", CASES)
def test_at_most_one_process_is_the_default_and_types_are_unique(name: str) -> None:
    processes = decide(CASES[name]).processes
    assert sum(process.default for process in processes) <= 1
    assert len({process.type for process in processes}) == len(processes)


@pytest.mark.parametrize("name", CASES)
def test_the_order_of_the_files_does_not_matter(name: str) -> None:
    each = CASES[name]
    turned = dict(reversed(list(each.files.items())))
    assert decide(msgspec.structs.replace(each, files=turned)) == decide(each)


names = st.sampled_from(sorted({name.partition("==")[0] for each in CASES.values() for name in each.installed}))
sources = st.dictionaries(
    st.sampled_from(sorted({path for each in CASES.values() for path in each.files})),
    st.sampled_from(sorted({str(text) for each in CASES.values() for text in each.files.values()})),
    max_size=6,
)


@given(sources, st.sets(names, max_size=6))
def test_every_detected_command_starts_with_something_installed(files: dict[str, str], installed: set[str]) -> None:
    known = {program for each in FRAMEWORKS.values() for server in each.servers for program in _programs(server)}
    decided = decide(Case(files=files, installed=tuple(installed)))
    for process in decided.processes:
        program = _program(process)
        assert program not in known or any(
            program in _programs(server) and usable(server, dict.fromkeys(installed, ""), factory=False)
            for each in FRAMEWORKS.values()
            for server in each.servers
        )


def test_the_begin_of_a_package_is_run_as_the_file_that_it_is() -> None:
    """Of a package ``python -m`` runs ``__main__.py``, and this one has none."""
    code = (
        "from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP('w', host='0.0.0.0')\n\nif __name__ == '__main__':\n"
    )
    files = {"packages/api/src/api/__init__.py": f"{code}    mcp.run(transport='streamable-http')\n"}
    (process,) = decide(Case(files=files, installed=("mcp", "starlette", "uvicorn"))).processes
    assert process.command == ("python", "packages/api/src/api/__init__.py")


@given(sources, st.sets(names, max_size=6))
def test_what_is_served_listens_to_the_outside_on_the_port(files: dict[str, str], installed: set[str]) -> None:
    for process in decide(Case(files=files, installed=tuple(installed))).processes:
        # What serves itself is told nothing, and warned about where it stays inside the container.
        if process.type == "web" and _program(process) != "python":
            assert "0.0.0.0" in " ".join(process.command)
            assert "${PORT:-8000}" in " ".join(process.command)
            assert process.expands


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        ("3.14", "3.14, and is read as Python 3.12"),
        ("3.9", None),
        ("3.12", None),
        ("", None),
    ],
)
def test_an_unparsed_file_says_if_the_applications_python_is_newer_than_ours(minor: str, said: str | None) -> None:
    code = CodeFacts(unparsed=(Unparsed(path="app.py", detail="line 3: invalid syntax"),), own_minor="3.12")
    circumstances = Circumstances(installed={}, startup=NO_STARTUP, app="/workspace", minor=minor)
    (note,) = detect_processes(code, circumstances).notes
    assert note.startswith("app.py was skipped: it isn't Python that this buildpack can read (line 3: invalid syntax")
    assert (said in note) if said else ("is read as" not in note)


def _program(process: Process) -> str:
    return process.command[0]


def _programs(server: Server) -> set[str]:
    return {words[0] for words in (server.command, server.factory) if words} - {"python"}
