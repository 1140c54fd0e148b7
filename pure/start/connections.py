"""Finds what decides over an application's connections: who keeps them open, and where nobody outside can open any."""

from collections.abc import Iterable, Iterator
from typing import Final

from pure.start.code_facts import FixedPort, Holder, HolderKind, Loopback, Offer, Place
from pure.start.code_module import Module
from pure.start.listening import Listening
from pure.start.names import Names

# What is made to keep connections open, the most demanding first.
_HOLDERS: Final[dict[str, HolderKind]] = {
    "flask_socketio.SocketIO": "flask-socketio",
    "socketio.Server": "python-socketio",
    "engineio.Server": "python-socketio",
    "flask_sockets.Sockets": "flask-sockets",
    "flask_sock.Sock": "flask-sock",
    "simple_websocket.Server": "flask-sock",
    "simple_websocket.Server.accept": "flask-sock",
}
_ORDER: Final[tuple[HolderKind, ...]] = (
    "flask-sockets", "flask-socketio", "python-socketio", "flask-sock", "stream",
)  # fmt: skip
# Libraries whose objects are called app, too, and are none that a server could serve.
_NO_SERVERS: Final = frozenset({
    "aiogram", "arq", "click", "customtkinter", "cyclopts", "dramatiq", "faust", "huey", "kivy", "mcp", "procrastinate",
    "pyrogram", "PyQt5", "PyQt6", "PySide2", "PySide6", "rumps", "slack_bolt", "telegram", "telethon", "textual",
    "tkinter", "typer", "wx",
})  # fmt: skip
# What listens on 127.0.0.1 unless it is told otherwise.
_AT_HOME: Final = frozenset({
    "flask.Flask.run", "quart.Quart.run", "flask_socketio.SocketIO.run", "uvicorn.run", "uvicorn.Config", "bottle.run",
    "bottle.Bottle.run", "sanic.Sanic.run", "cherrypy.quickstart", "connexion.App.run", "connexion.FlaskApp.run",
    "mcp.server.MCPServer.run", "mcp.server.mcpserver.MCPServer.run", "mcp.server.fastmcp.FastMCP",
    "connexion.AsyncApp.run", "granian.Granian", "granian.server.Granian", "robyn.Robyn.start",
})  # fmt: skip
# The port of what isn't told one.
_USUAL_PORTS: Final[dict[str, int]] = {
    "aiohttp.web.run_app": 8080,
    "nicegui.ui.run": 8080,
    "flask.Flask.run": 5000,
    "flask_socketio.SocketIO.run": 5000,
    "quart.Quart.run": 5000,
    "uvicorn.run": 8000,
    "sanic.Sanic.run": 8000,
    "connexion.App.run": 8000,
    "connexion.FlaskApp.run": 8000,
    "connexion.AsyncApp.run": 8000,
    "mcp.server.fastmcp.FastMCP": 8000,
    "mcp.server.MCPServer.run": 8000,
    "mcp.server.mcpserver.MCPServer.run": 8000,
}


def holders(modules: Iterable[tuple[Module, str]], names: Names) -> tuple[Holder, ...]:
    """What keeps connections open, the most demanding first."""
    found: list[Holder] = []
    for module, root in modules:
        for callee, line, _ in module.calls:
            kind = next((_HOLDERS[name] for name in names.origins(callee) if name in _HOLDERS), None)
            if kind is not None:
                place = Place(path=module.path, line=line, root=root)
                found.append(Holder(kind=kind, place=place, mode=module.async_mode))
        if module.streams is not None or any(each.target.startswith("flask_sse.") for each in module.imported):
            found.append(Holder(kind="stream", place=Place(path=module.path, line=module.streams or 1, root=root)))
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.kind)))


def websockets(modules: Iterable[tuple[Module, str]]) -> Place | None:
    """Where an ASGI application speaks of WebSockets."""
    return next(
        (Place(path=module.path, line=module.websockets, root=root) for module, root in modules if module.websockets),
        None,
    )


def loopback(modules: Iterable[tuple[Module, str]], names: Names) -> Iterator[Loopback]:
    """The calls that listen where only the container itself can reach them."""
    for module, root in modules:
        for each in module.listening:
            if _at_home(each, names):
                place = Place(path=module.path, line=each.line, root=root)
                yield Loopback(place=place, callee=each.callee.rpartition(".")[2], host=each.host or "")


def fixed_ports(modules: Iterable[tuple[Module, str]], names: Names) -> Iterator[FixedPort]:
    """The calls that others can reach, at a port that no variable decides."""
    for module, root in modules:
        for each in module.listening:
            # Of what stands alone only Tornado makes a port; to others it may be anything.
            if _at_home(each, names) or (each.alone and "tornado" not in module.packages):
                continue
            usual = next((_USUAL_PORTS[name] for name in names.origins(each.callee) if name in _USUAL_PORTS), 0)
            port = usual if each.port is None else each.port
            if port:
                place = Place(path=module.path, line=each.line, root=root)
                callee = each.callee.rpartition(".")[2]
                yield FixedPort(place=place, callee=callee, port=port, stated=each.port is not None)


def _at_home(each: Listening, names: Names) -> bool:
    return bool(each.host) or (each.host is None and any(name in _AT_HOME for name in names.origins(each.callee)))


def offers(modules: Iterable[tuple[Module, str]], names: Names, project: frozenset[str]) -> Iterator[Offer]:
    """What may be an application: by its arguments, or by its name alone if it was made by an unknown library.

    ``project`` are the first parts of the names of the project's own modules.
    """
    for module, root in modules:
        classes = {each.name: each for each in module.shaped if each.instances}
        for each in module.shaped:
            # Where functions-framework looks without being told; views are called that way, too.
            if not each.instances and (each.interface != "function" or module.path == "main.py"):
                place = Place(path=module.path, line=each.line, root=root)
                yield Offer(target=f"{module.name}:{each.name}", place=place, interface=each.interface)
        for function in module.functions:
            if function.needs and any(names.kind_of(each) == "pyramid" for each in function.returns):
                place = Place(path=module.path, line=function.line, root=root)
                yield Offer(target=f"{module.name}:{function.name}", place=place, interface="paste")
        for call in module.called:
            shape = classes.get(call.callee.rpartition(".")[2]) if call.callee.startswith(f"{module.name}.") else None
            # A class or a function of the project's own is what it is made of.
            made_of = {name.partition(".")[0] for name in names.origins(call.callee)} - project
            unknown = bool(made_of) and not made_of & _NO_SERVERS and names.kind_of(call.callee) is None
            if shape is not None or (unknown and call.name in ("app", "application", "wsgi_app", "asgi_app")):
                place = Place(path=module.path, line=call.line, root=root)
                target = f"{module.name}:{call.name}"
                yield Offer(target=target, place=place, interface=shape.interface if shape is not None else "")
