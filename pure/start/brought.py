"""Knows what a direct requirement brings along, for a plan that is made before anything is installed."""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.names import normalise_name

_BRINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "fastapi": ("starlette",),
    "fastapi[standard]": ("fastapi-cli", "uvicorn"),
    "fastapi[all]": ("fastapi-cli", "uvicorn"),
    "uvicorn[standard]": ("websockets",),
    "litestar[standard]": ("uvicorn",),
    "gunicorn[gevent]": ("gevent",),
    "gunicorn[eventlet]": ("eventlet",),
    "flask-socketio": ("simple-websocket",),
    "flask-sock": ("simple-websocket",),
    "flask-sockets": ("gevent", "gevent-websocket"),
    "apiflask": ("flask",),
    "functions-framework": ("flask", "gunicorn", "uvicorn"),
    "connexion[flask]": ("flask",),
    "connexion[uvicorn]": ("uvicorn",),
    "python-fasthtml": ("starlette", "uvicorn"),
    "nicegui": ("fastapi", "starlette", "uvicorn"),
    "chainlit": ("fastapi", "starlette", "uvicorn"),
    "mcp": ("starlette", "uvicorn"),
    "fastmcp": ("mcp", "starlette", "uvicorn"),
    "channels": ("django",),
    "djangorestframework": ("django",),
    "quart": ("flask", "hypercorn"),
    "channels[daphne]": ("daphne",),
    "uvicorn-worker": ("gunicorn", "uvicorn"),
    "dash": ("flask",),
    "django-rq": ("django", "rq"),
    "django-celery-beat": ("django", "celery"),
    "django-celery-results": ("celery",),
}
# Extensions that are called after what they extend bring it.
_FAMILIES: Final[Mapping[str, str]] = {"flask-": "flask", "django-": "django"}


def declared_distributions(requirements: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """What direct requirements, as (name, extras), will certainly install; no version is known."""
    names: dict[str, str] = {}
    for name, extras in requirements:
        own = normalise_name(name)
        names[own] = ""
        for family, framework in _FAMILIES.items():
            if own.startswith(family):
                names[framework] = ""
        for key in (own, *(f"{own}[{extra.lower()}]" for extra in extras)):
            names |= dict.fromkeys(_BRINGS.get(key, ()), "")
    return names
