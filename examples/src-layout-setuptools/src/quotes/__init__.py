"""Answers every request with a quotation."""

import os

from bottle import Bottle, run

app = Bottle()


@app.get("/")
def quote() -> str:
    """A quotation."""
    return "Simple is better than complex.\n"


def main() -> None:
    """Serve until somebody stops it."""
    run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))
