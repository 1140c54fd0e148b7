"""A real HTTP server on 127.0.0.1 whose every answer a test scripts."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Exchange:
    """One request as it arrived, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, number: int) -> None:
        self.handler = handler
        self.number = number
        self.path = handler.path
        self.headers = handler.headers

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send(status, body, {"Content-Length": str(len(body)), **_dashed(headers)})

    def cut(self, body: bytes, after: int, **headers: str) -> None:
        """Announce the whole body, send the first bytes, close the connection."""
        self.send(200, body[:after], {"Content-Length": str(len(body)), **_dashed(headers)})
        self.handler.close_connection = True

    def part(self, body: bytes, **headers: str) -> None:
        """Answer a request for a range from some byte to the end."""
        start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(body) - 1}/{len(body)}"
        rest = body[start:]
        self.send(206, rest, {"Content-Length": str(len(rest)), "Content-Range": span, **_dashed(headers)})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def hang(self, seconds: float) -> None:
        time.sleep(seconds)
        self.handler.close_connection = True


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


class Server:
    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.seen: list[Exchange] = []


@contextmanager
def serving(respond: Callable[[Exchange], None], *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            exchange = Exchange(self, len(server.seen) + 1)
            server.seen.append(exchange)
            try:
                respond(exchange)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            return

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    if tls:
        httpd.socket = tls.wrap_socket(httpd.socket, server_side=True, do_handshake_on_connect=False)
    server = Server(httpd.server_address[1], "https" if tls else "http")
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
