"""Reads where a program listens, as far as it stands in its code: on which address, at which port."""

import ast
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.start.syntax import bindings, dotted, string

# The last part of what is called to listen somewhere.
_LISTENING: Final = frozenset({
    "run", "run_app", "run_simple", "run_server", "run_async", "run_http_async", "run_task", "serve", "serve_forever",
    "start", "start_server", "create_server", "listen", "bind", "launch", "make_server", "quickstart",
    "add_insecure_port", "add_secure_port", "TCPSite", "Config", "FastMCP", "Granian",
    "HTTPServer", "ThreadingHTTPServer", "TCPServer", "ThreadingTCPServer", "WSGIServer", "StreamServer",
})  # fmt: skip
_HOSTS: Final = frozenset({"host", "address", "addr", "hostname", "interface", "ip", "server_name", "bind"})
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]", "::1")
_PORTS: Final = frozenset({"port", "server_port"})
# These take no port beside a socket of one's own, or a path.
_INSTEAD: Final = frozenset({"sock", "path", "fd", "uds"})
# What says it for a whole program: keys of CherryPy's dictionaries, attributes of CherryPy's and of MCP's servers.
_HOST_SETTINGS: Final = ("server.socket_host", "settings.host")
_PORT_SETTINGS: Final = ("server.socket_port", "settings.port")
# Smaller numbers that stand alone are lengths of queues (`socket.listen`), and nobody but root can have such a port.
_UNPRIVILEGED: Final = 1024
_HIGHEST: Final = 65535


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """A call that listens somewhere."""

    callee: str
    line: int
    host: str | None
    """The loopback address that stands there; empty if it says another or one that isn't known, ``None`` if nothing."""
    port: int | None = None
    """The port that stands there; 0 if it is one that isn't known before it runs, ``None`` if it says nothing."""
    alone: bool = False
    """The port is a number that stands for itself, before any host."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a whole file's names stand for, and what it says of where its servers listen, apart from their calls."""

    texts: Mapping[str, str]
    numbers: Mapping[str, int]
    host: str | None
    port: int | None


def said(nodes: Iterable[ast.AST], texts: Mapping[str, str]) -> Said:
    """What a file says beside its calls. ``texts`` are the strings that names stand for."""
    nodes = list(nodes)
    numbers = _numbers(nodes)
    host: str | None = None
    port: int | None = None
    for name, value in _settings(nodes):
        if name.endswith(_HOST_SETTINGS):
            host = host or _host(value, texts) or ""
        elif name.endswith(_PORT_SETTINGS):
            port = port or _number(value, numbers)
    return Said(texts=texts, numbers=numbers, host=host, port=port)


def listening(node: ast.Call, callee: str, said: Said) -> Iterator[Listening]:
    """Where a call listens, if that is what it does."""
    if callee.rpartition(".")[2] not in _LISTENING:
        return
    port, alone = _port(node, said)
    host = _said_host(node, said.texts)
    yield Listening(
        callee=callee,
        line=node.lineno,
        host=said.host if host is None else host,
        port=said.port if port is None else port,
        alone=alone,
    )


def _said_host(node: ast.Call, texts: Mapping[str, str]) -> str | None:
    named = [each.value for each in node.keywords if each.arg is None or each.arg in _HOSTS]
    found = next((host for each in (*node.args, *named) if (host := _host(each, texts))), None)
    return "" if found is None and named else found


def _port(node: ast.Call, said: Said) -> tuple[int | None, bool]:
    """The port that a call names, and whether it stands alone."""
    numbers = said.numbers
    for each in node.keywords:
        if each.arg in _PORTS:
            return _number(each.value, numbers), False
    match node.args:
        case [ast.Tuple(elts=[_, port, *_]), *_]:  # HTTPServer(("", 8000), Handler)
            return _number(port, numbers), False
        case [ast.Constant(value=str(address))] if address.rpartition(":")[2].isdecimal():  # "[::]:50051"
            return _in_range(int(address.rpartition(":")[2][:6])), False
        case [first] if (number := _number(first, numbers)) >= _UNPRIVILEGED:  # Application().listen(8888)
            return number, True
    for before, after in itertools.pairwise(node.args):
        # "0.0.0.0", 8000
        host = isinstance(before, ast.Constant) and (before.value is None or isinstance(before.value, str))
        if host or dotted(before) in said.texts:
            return _number(after, numbers), False
    unknown = len(node.args) > 1 or any(each.arg is None or each.arg in _INSTEAD for each in node.keywords)
    return (0 if unknown else None), False


def _number(value: ast.expr, numbers: Mapping[str, int]) -> int:
    """The port that stands there as a number, or as a name for one; 0 where it isn't known."""
    match value:
        case ast.Constant(value=bool()):
            return 0
        case ast.Constant(value=int(number)):
            return _in_range(number)
        case ast.Constant(value=str(text)) if text.isdecimal():
            return _in_range(int(text[:6]))
        case ast.Name() | ast.Attribute():
            return numbers.get(".".join((dotted(value) or "").split(".")[-2:]), 0)
        case _:
            return 0


def _last(function: ast.expr) -> str:
    return (dotted(function) or "").rpartition(".")[2]


def _in_range(number: int) -> int:
    return number if 0 < number <= _HIGHEST else 0


def _numbers(nodes: Iterable[ast.AST]) -> dict[str, int]:
    """The names that stand for one number in the whole file."""
    bound: Counter[str] = Counter()
    found: dict[str, int] = {}
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                bound[name] += 1
            case ast.Assign() | ast.AnnAssign():
                found |= {name: _number(value, {}) for name, value in bindings(node)}
            # Tornado's, which are read as `options.port`.
            case ast.Call(func=function, args=[name, *_], keywords=keywords) if (
                string(name) and _last(function) == "define"
            ):
                option = f"options.{string(name)}"
                bound[option] += 1
                found[option] = next((_number(each.value, {}) for each in keywords if each.arg == "default"), 0)
            case _:
                pass
    return {name: number for name, number in found.items() if bound[name] == 1 and number}


def _settings(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """What is given to keys of dictionaries and to attributes, by their names."""
    for node in nodes:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None and (text := string(key)):
                    yield text, value
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and (name := dotted(target)):
                    yield name, node.value


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
