"""Decides how a file is started that serves itself, or that a command of its framework's serves."""

from collections.abc import Iterable, Set

from pure.start.code_facts import Kind, Place, ScriptFile, ScriptKind
from pure.start.found import Found, Ground, Search, found, listed
from pure.start.framework_commands import (
    AFTER_OBJECTS,
    BEFORE_OBJECTS,
    BOTTLE_SERVERS,
    FILE_COMMANDS,
    MARIMO,
    FileCommand,
)
from pure.start.launching import HOST_PORT, PYTHON, command_line, fill
from pure.start.servers import within


def files_before(ground: Ground) -> Search:
    """What is meant even where there is an object that a server could serve."""
    yield from _mcp(ground)
    for kind in BEFORE_OBJECTS:
        yield from _run(ground, kind)


def files_after(ground: Ground, served: Set[Kind]) -> Search:
    """What is meant where there is no such object; ``served`` are the kinds of those that a server was found for."""
    yield from _bottle(ground)
    for kind in AFTER_OBJECTS:
        if kind not in served:
            yield from _run(ground, kind)
    yield from _marimo(ground)


def runs_as(module: str, place: Place) -> bool:
    """Whether ``python -m`` runs the file: of a package it runs ``__main__.py``, never ``__init__.py``."""
    return bool(module) and not place.path.endswith("/__init__.py")


def program(
    ground: Ground,
    place: Place,
    module: str,
    because: str,
    *,
    what: str = "",
    kind: str = "web",
    variables: tuple[tuple[str, str], ...] = (),
    listens: bool = True,
    warnings: Iterable[str] = (),
) -> Found:
    """A file that Python runs: as a module where it lies in a folder, so that its imports work."""
    root, folder = ground.importable(place)
    words = ("python", "-m", module) if "/" in place.path and runs_as(module, place) else fill(PYTHON, path=place.path)
    return found(
        kind,
        command_line(words, variables=variables, root=root),
        place=place,
        because=because,
        what=what or f"{because} ({place.path})",
        working_dir=ground.folder(folder),
        warnings=(*warnings, *(ground.unreachable(place.path) if listens else ())),
    )


def _run(ground: Ground, kind: ScriptKind) -> Search:
    files = ground.code.script(kind)
    runner = FILE_COMMANDS[kind]
    if not files:
        return
    if missing := ground.absent(runner.distribution, runner.title, files[0].place):
        yield missing
        return
    if runner.command is not PYTHON and not ground.has(runner.command[0]) and runner.command[0] != "python":
        yield f"{runner.title} in {files[0].place} is passed over: the command {runner.command[0]} isn't installed"
        return
    version = ground.installed[runner.distribution]
    if not within(version, oldest=runner.oldest):
        needed = ".".join(map(str, runner.oldest))
        yield (
            f"{runner.title} in {files[0].place} is passed over: {runner.distribution} {version} doesn't know the "
            f"command that is used here, {runner.distribution} {needed} does"
        )
        return
    if len(files) > 1:
        yield f"{files[0].place.path} is taken before {listed(each.place.path for each in files[1:])}"
    if others := files[0].others:
        yield f"{files[0].name} is taken before {listed(others)} of the same file: a Procfile could choose"
    yield _started(ground, files[0], runner)


def _started(ground: Ground, each: ScriptFile, runner: FileCommand, *, options: tuple[str, ...] = ()) -> Found:
    if runner.command is PYTHON and not runner.decides:
        because = runner.title if runner.variables else f"{runner.title}; whether it listens on $PORT is up to it"
        return program(
            ground,
            each.place,
            each.module,
            because,
            what=f"{runner.title} ({each.place.path})",
            variables=runner.variables,
            warnings=(runner.warning,),
        )
    root, folder = ground.importable(each.place) if "{module}" in runner.command else ("", "")
    words = fill((*runner.command, *options), path=each.place.path, module=each.module, name=each.name)
    return found(
        "web",
        command_line(words, variables=runner.variables, root=root),
        place=each.place,
        because=runner.title,
        what=f"{runner.title} ({each.place.path})",
        working_dir=ground.folder(folder),
        warnings=(runner.warning,),
    )


def _bottle(ground: Ground) -> Search:
    """Routes of the application that has no name, or one that serves itself: Bottle's command takes them from there."""
    files = ground.code.script("bottle")
    if not files or any(not each.starts for each in ground.code.of("bottle")):
        return
    runner, each = FILE_COMMANDS["bottle"], files[0]
    if missing := ground.absent(runner.distribution, runner.title, each.place):
        yield missing
        return
    server = next((name for name in BOTTLE_SERVERS if name in ground.installed), None)
    for unused in ground.code.loopback:
        if unused.place.path == each.place.path:
            host = unused.host or "127.0.0.1"
            yield f"{unused.place}: {unused.callee}() would listen on {host}; Bottle's command listens on 0.0.0.0"
    yield _started(ground, each, runner, options=("--server", server) if server else ())


def _mcp(ground: Ground) -> Search:
    for kind in ("fastmcp", "mcp"):
        files = ground.code.script(kind)
        objects = ground.code.of(kind)
        if not files and not objects:
            continue
        runner = FILE_COMMANDS[kind]
        place = files[0].place if files else objects[0].place
        if missing := ground.absent(runner.distribution, runner.title, place):
            yield missing
            continue
        if any(each.place.path == place.path for each in ground.code.of("asgi")):
            # `app = mcp.http_app()` is meant to be served.
            continue
        if not files and any(each.place.path == place.path for each in ground.code.objects if each.kind != kind):
            # It is mounted on the other, or will be.
            continue
        if files and files[0].name in ("", "stdio"):
            yield _by_standard_input(ground, files[0])
        elif kind == "fastmcp" and objects and not objects[0].factory and ground.has("fastmcp"):
            each = objects[0]
            words = ("fastmcp", "run", "{path}:{name}", "--transport", "http", *HOST_PORT)
            yield found(
                "web",
                command_line(fill(words, path=each.place.path, name=each.name)),
                place=each.place,
                because=f"the MCP server {each.name}, served over HTTP by the fastmcp command",
                what=f"the MCP server {each.name} in {each.place}",
            )
        elif files:
            because = f"{runner.title}; whether it listens on $PORT is up to it"
            yield program(ground, place, files[0].module, because)
        else:
            yield f"{place} has an MCP server, and no line that runs it: add  mcp.run(transport='streamable-http')"


def _by_standard_input(ground: Ground, each: ScriptFile) -> Found:
    warning = (
        f"{each.place}: this MCP server speaks on standard input and output, so nobody reaches it by a port; for HTTP "
        'give run() the arguments transport="streamable-http", host="0.0.0.0" and the port of $PORT'
    )
    because = "an MCP server that speaks on standard input and output"
    return program(ground, each.place, each.module, because, kind="app", listens=False, warnings=(warning,))


def _marimo(ground: Ground) -> Search:
    places = tuple(each.place for each in ground.code.of("marimo") if not each.factory)
    if not places:
        return
    if missing := ground.absent("marimo", "a marimo notebook", places[0]):
        yield missing
        return
    if len(places) > 1:
        yield f"{places[0].path} is taken before {listed(each.path for each in places[1:])}"
    words = fill(MARIMO, path=places[0].path)
    what = "a marimo notebook"
    yield found("web", command_line(words), place=places[0], because=what, what=f"{what} ({places[0].path})")
