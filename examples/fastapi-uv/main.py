"""A small API."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def greet(name: str = "world") -> dict[str, str]:
    """Greet somebody."""
    return {"message": f"Hello, {name}, from FastAPI and uv"}
