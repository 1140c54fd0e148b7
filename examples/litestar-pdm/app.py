"""A small Litestar application."""

from litestar import Litestar, get


@get("/")
async def greet() -> dict[str, str]:
    """Greet whoever asks."""
    return {"message": "Hello from Litestar and PDM"}


app = Litestar(route_handlers=[greet])
