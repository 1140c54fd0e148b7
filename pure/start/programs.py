"""Decides which program is started where there is no web application: a console script, a file, a package."""

from collections.abc import Iterator

from pure.names import normalise_name
from pure.start.code_facts import CodeFacts, Place
from pure.start.declared import PYPROJECT
from pure.start.found import Ground, Search, found, listed
from pure.start.launching import command_line, fill
from pure.start.servers import ASGI, WSGI, usable
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
            (scripts[0].name,),
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
        yield found("app", ("python", first), place=place, because=because, what="", warnings=warnings)
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
        words = ("python", place.path) if place.root else ("python", "-m", module)
        because = "it is a program, the only one of that kind; whether it listens on $PORT is up to it"
        yield found("app", words, place=place, because=because, what="", warnings=ground.unreachable(place.path))


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
    installed, programs = ground.installed, ground.circumstances.programs
    for each in ground.code.offers:
        sorts = {"wsgi": WSGI, "asgi": ASGI}.get(each.interface, (*WSGI, *ASGI))
        server = next((every for every in sorts if usable(every, installed, factory=False, programs=programs)), None)
        if server is None and not each.interface:
            continue
        what = f"is called as {each.interface.upper()} prescribes" if each.interface else "may be a web application"
        module, _, name = each.target.partition(":")
        command = " ".join(fill((server or sorts[0]).command, module=module, name=name)).replace("{port}", "$PORT")
        first = "" if server else f"add {sorts[0].distributions[0]} to the requirements, and "
        yield f"{each.target} ({each.place}) {what}: to serve it, {first}write a Procfile with  web: {command}"
