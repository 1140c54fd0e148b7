"""Knows what a direct requirement brings along, for a plan that is made before anything is installed."""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.names import normalise_name

_BRINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "fastapi": ("starlette",),
    "fastapi[standard]": ("fastapi-cli", "uvicorn"),
    "fastapi[all]": ("fastapi-cli", "uvicorn"),
    "litestar[standard]": ("uvicorn",),
    "quart": ("flask", "hypercorn"),
    "channels[daphne]": ("daphne",),
    "uvicorn-worker": ("gunicorn", "uvicorn"),
    "dash": ("flask",),
    "django-rq": ("django", "rq"),
    "django-celery-beat": ("django", "celery"),
    "django-celery-results": ("celery",),
}


def declared_distributions(requirements: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """What direct requirements, as (name, extras), will certainly install; no version is known."""
    names: dict[str, str] = {}
    for name, extras in requirements:
        own = normalise_name(name)
        names[own] = ""
        for key in (own, *(f"{own}[{extra.lower()}]" for extra in extras)):
            names |= dict.fromkeys(_BRINGS.get(key, ()), "")
    return names
