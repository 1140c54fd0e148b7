"""Reads where a program listens, as far as it stands in its code."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.start.syntax import dotted, string

# The last part of what is called to listen somewhere.
_LISTENING: Final = frozenset({
    "run", "run_app", "run_simple", "run_server", "run_async", "run_http_async", "run_task", "serve", "serve_forever",
    "start", "start_server", "create_server", "listen", "bind", "launch", "make_server", "quickstart",
    "add_insecure_port", "add_secure_port", "TCPSite", "Config", "FastMCP", "Granian",
    "HTTPServer", "ThreadingHTTPServer", "TCPServer", "ThreadingTCPServer", "WSGIServer", "StreamServer",
})  # fmt: skip
_HOSTS: Final = frozenset({"host", "address", "addr", "hostname", "interface", "ip", "server_name", "bind"})
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]", "::1")
# CherryPy's name for it, in a dictionary.
_SOCKET_HOST: Final = "server.socket_host"


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """A call that listens somewhere."""

    callee: str
    line: int
    host: str | None
    """The loopback address that stands there; empty if it says another or one that isn't known, ``None`` if nothing."""


def listening(node: ast.Call, callee: str, texts: Mapping[str, str]) -> Iterator[Listening]:
    """Where a call listens, if that is what it does. ``texts`` are the strings that names stand for."""
    if callee.rpartition(".")[2] not in _LISTENING:
        return
    host: str | None = None
    for argument in (*node.args, *(each.value for each in node.keywords if each.arg is None or each.arg in _HOSTS)):
        said = _host(argument, texts)
        if said:
            host = said
            break
    if host is None and any(each.arg is None or each.arg in _HOSTS for each in node.keywords):
        host = ""
    yield Listening(callee=callee, line=node.lineno, host=host)


def socket_host(nodes: Iterable[ast.AST], texts: Mapping[str, str]) -> str | None:
    """What CherryPy's configuration says of the address: a loopback address, empty for another, ``None`` for none."""
    for node in nodes:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None and string(key) == _SOCKET_HOST:
                    return _host(value, texts) or ""
    return None


def _host(value: ast.expr, texts: Mapping[str, str]) -> str:
    """The loopback address that an argument holds, at its beginning or as the default of a variable."""
    match value:
        case ast.Tuple(elts=[first, *_]):
            return _host(first, texts)
        case ast.Call(args=[_, default]):  # os.environ.get("HOST", "localhost")
            return _host(default, texts)
        case ast.BoolOp(op=ast.Or(), values=[*_, last]):
            return _host(last, texts)
        case _:
            text = string(value) or texts.get(dotted(value) or "") or ""
            return next((each for each in _LOOPBACK if text == each or text.startswith(f"{each}:")), "")
