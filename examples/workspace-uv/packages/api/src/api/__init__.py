"""The API of the workspace."""

from greeting import greeting
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def greet(request: Request) -> PlainTextResponse:
    """Greet whoever asks."""
    return PlainTextResponse(greeting("workspace"))


app = Starlette(routes=[Route("/", greet)])
