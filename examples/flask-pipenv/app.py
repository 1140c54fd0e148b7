"""A small Flask application."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def greet() -> str:
    """Greet whoever asks."""
    return "Hello from Flask and Pipenv\n"
