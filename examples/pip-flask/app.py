"""A small web application: says which Python answers."""

import platform

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index() -> str:
    """Answer with a line of text."""
    return f"Hello from Flask on Python {platform.python_version()}\n"
