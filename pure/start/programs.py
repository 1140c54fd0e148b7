"""Decides which program is started where there is no web application: a console script, a file, a package."""

from collections.abc import Iterator
from typing import assert_never

from pure.names import normalise_name
from pure.start.code_facts import CodeFacts, Place
from pure.start.declared import PYPROJECT
from pure.start.files import runs_as
from pure.start.found import Ground, Search, found, listed
from pure.start.launching import command_line, fill
from pure.start.servers import ASGI, UVICORN, WSGI, Server, usable
from pure.wording import count


def programs(ground: Ground) -> Search:
    """The program to start, if it is clear which one."""
    startup = ground.circumstances.startup
    scripts = startup.scripts
    own = normalise_name(startup.name) if startup.name else ""
    if scripts and own not in ground.installed:
        what = count(len(scripts), "console script")
        yield f"{what} of {PYPROJECT} passed over: the project itself isn't installed"
    elif len(scripts) > 1:
        names = listed(each.name for each in scripts)
        yield f"{PYPROJECT} has several console scripts ({names}): a Procfile could choose one"
    elif scripts:
        yield found(
            "app",
            command_line((scripts[0].name,)),
            place=None,
            because=f"the project's only console script, {scripts[0].target}",
            what="",
        )
        return
    if ground.code.programs:
        first, *others = ground.code.programs
        if others:
            yield f"{first} is taken before {listed(others)}"
        because = "it does something when it is run; whether it listens on $PORT is up to it"
        place = Place(path=first, line=1)
        warnings = ground.unreachable(first)
        command = command_line(("python", first))
        yield found("app", command, place=place, because=because, what="", warnings=warnings)
        return
    if ground.code.packages:
        (name, place), *more = ground.code.packages
        if more:
            yield f"{place.path} is taken before {listed(other.path for _, other in more)}"
        path, folder = ground.importable(place)
        words = ("python", "-m", name) if name else ("python", "__main__.py")
        yield found(
            "app",
            command_line(words, root=path),
            place=place,
            because="the package runs as a program",
            what="",
            working_dir=ground.folder(folder),
        )
        return
    yield from _inner_program(ground)


def _inner_program(ground: Ground) -> Search:
    """The only program in a folder of the root; of several nobody knows which one is the application."""
    programs = ground.code.inner_programs
    if len(programs) > 1:
        places = listed(each.path for _, each in programs)
        yield f"there are several programs ({places}): a Procfile could choose one"
    elif programs:
        (module, place), *_ = programs
        # A program that imports its neighbours by their own names is started as the file that it is.
        words = ("python", "-m", module) if not place.root and runs_as(module, place) else ("python", place.path)
        because = "it is a program, the only one of that kind; whether it listens on $PORT is up to it"
        warnings = ground.unreachable(place.path)
        yield found("app", command_line(words), place=place, because=because, what="", warnings=warnings)


def apart(code: CodeFacts) -> Iterator[str]:
    """A bot, say, beside the small web application that keeps it alive."""
    scripts = {each.place.path for each in code.scripts}
    for path in code.apart:
        if path not in scripts:
            yield (
                f"{path} is a program, too, and isn't started: "
                f"a Procfile or [tool.lamina.processes] of {PYPROJECT} could choose it"
            )


def offered(ground: Ground) -> Iterator[str]:
    """What a server could serve if it is an application, which nobody but its author knows for certain."""
    for each in ground.code.offers:
        about, first, command = f"{each.target} ({each.place})", "", ""
        match each.interface:
            case "function":
                if "functions-framework" in ground.installed:
                    about += " may be a function of functions-framework"
                    command = f"functions-framework --target {each.target.rpartition(':')[2]}"
            case "paste":
                about += " makes a Pyramid application for PasteDeploy, whose .ini file says where it listens"
                command = "pserve production.ini"
            case "wsgi" | "asgi":
                about += f" is called as {each.interface.upper()} prescribes"
                first, command = _serving(ground, each.target, WSGI if each.interface == "wsgi" else (UVICORN, *ASGI))
            case "":
                about += " may be a web application"
                missing, command = _serving(ground, each.target, (*WSGI, *ASGI))
                command = "" if missing else command
            case _:
                assert_never(each.interface)
        if command:
            yield f"{about}: to start it, {first}write a Procfile with  web: {command}"


def _serving(ground: Ground, target: str, servers: tuple[Server, ...]) -> tuple[str, str]:
    """What has to be done first, and the command that serves an object."""
    installed, programs = ground.installed, ground.circumstances.programs
    server = next((each for each in servers if usable(each, installed, factory=False, programs=programs)), None)
    module, _, name = target.partition(":")
    command = " ".join(fill((server or servers[0]).command, module=module, name=name)).replace("{port}", "$PORT")
    first = f"add {servers[0].distributions[0]} to the requirements, and "
    return "" if server else first, command
