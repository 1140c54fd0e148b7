"""Lists the calls whose result can be started."""

from collections.abc import Mapping
from typing import Final

from pure.start.code_facts import Kind

CALLS: Final[Mapping[str, Kind]] = {
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "litestar.Litestar": "litestar",
    "litestar.app.Litestar": "litestar",
    "quart.Quart": "quart",
    "quart.app.Quart": "quart",
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "apiflask.APIFlask": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "dash.Dash": "dash",
    "dash.dash.Dash": "dash",
    "marimo.App": "marimo",
    "celery.Celery": "celery",
    "celery.app.Celery": "celery",
    "django.core.wsgi.get_wsgi_application": "django_wsgi",
    "django.core.asgi.get_asgi_application": "django_asgi",
    "channels.routing.ProtocolTypeRouter": "django_asgi",
}
"""What is made, by the dotted name of what is called."""
