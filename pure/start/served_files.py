"""Finds the files that serve themselves when they are run, or that a command of their framework's serves."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from pure.start.code_facts import Place, ScriptFile, ScriptKind
from pure.start.code_module import Module
from pure.start.names import Names

# What is called to serve, by the name of what is called; a method stands after what its object is made by.
_CALLED: Final[dict[str, ScriptKind]] = {
    "nicegui.ui.run": "nicegui",
    "bottle.run": "bottle",
    "cherrypy.quickstart": "cherrypy",
    "cherrypy.engine.start": "cherrypy",
    "aiohttp.web.run_app": "aiohttp",
    "aiohttp.web.AppRunner": "aiohttp",
    "robyn.Robyn.start": "robyn",
    "fastmcp.FastMCP.run": "fastmcp",
    "fastmcp.FastMCP.run_async": "fastmcp",
    "mcp.server.fastmcp.FastMCP.run": "mcp",
    "mcp.server.FastMCP.run": "mcp",
    "mcp.server.MCPServer.run": "mcp",
    "mcp.server.mcpserver.MCPServer.run": "mcp",
    "sanic.Sanic.run": "sanic",
    "flask_socketio.SocketIO.run": "socketio",
}
# What such a call is like where a library's own names don't end in one: the last part of it, by the package.
_METHODS: Final[tuple[tuple[ScriptKind, tuple[str, ...]], ...]] = (
    ("panel", ("servable",)),
    ("gradio", ("launch",)),
    ("tornado", ("listen", "bind", "add_sockets")),
)
_FUNCTIONS: Final = ("http", "cloud_event", "typed")
# Bottle's decorators add to an application that has no name.
_ROUTES: Final = frozenset(f"bottle.{name}" for name in ("route", "get", "post", "put", "delete", "patch"))


def served_files(modules: Iterable[tuple[Module, str]], names: Names) -> tuple[ScriptFile, ...]:
    """One for each file and kind; the modules come in the order of preference."""
    found: dict[tuple[ScriptKind, str], ScriptFile] = {}
    for module, root in modules:
        for each in _of_module(module, root, names):
            first = found.setdefault((each.kind, module.path), each)
            if first is not each and each.kind == "functions":
                more = msgspec.structs.replace(first, others=(*first.others, each.name))
                found[each.kind, module.path] = more
    return tuple(found.values())


def _of_module(module: Module, root: str, names: Names) -> Iterator[ScriptFile]:
    def file(kind: ScriptKind, line: int = 1, name: str = "") -> ScriptFile:
        place = Place(path=module.path, line=line, root=root)
        return ScriptFile(kind=kind, place=place, module=module.name, name=name)

    if "streamlit" in module.packages and "pages" not in module.path.split("/")[:-1] and module.acts:
        yield file("streamlit")
    if module.path == "rxconfig.py":
        yield file("reflex")
    for callee, line, text in module.calls:
        for kind, methods in _METHODS:
            if kind in module.packages and callee.endswith(methods):
                yield file(kind, line)
        for name in names.origins(callee):
            if name in _CALLED:
                # Of an MCP server it is the transport that such a call names.
                yield file(_CALLED[name], line, "?" if text is None else text)
            elif name in _ROUTES:
                yield file("bottle", line)
    for each in module.decorated:
        package, _, last = each.decorator.partition(".")
        if package == "chainlit":
            yield file("chainlit", each.line)
        elif package == "functions_framework" and last in _FUNCTIONS:
            yield file("functions", each.line, each.function)
        elif each.decorator in _ROUTES:
            yield file("bottle", each.line)
