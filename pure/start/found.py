"""Holds what the search for something to start goes by and what it finds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec

from pure.names import normalise_name
from pure.source import Source
from pure.start.code_facts import CodeFacts, Place
from pure.start.declared import PYPROJECT, Startup
from pure.start.launching import StartCommand
from pure.start.processes import Process

_SHOWN: Final = 3


class Circumstances(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision depends on beside the code."""

    installed: Mapping[str, str]
    """The normalised names of distributions, with their versions; an empty version isn't known yet."""
    startup: Startup
    """What the project declares of its start."""
    app: str
    """The project's folder in the image."""
    programs: frozenset[str] | None = None
    """The commands that the environment has; ``None`` where they aren't known yet."""
    minor: str = ""
    """The minor version of the application's Python, empty where it isn't known."""
    provisional: bool = False
    """Nothing is installed yet."""


def unreachable(code: CodeFacts, path: str) -> tuple[str, ...]:
    """What a file's program does so that nobody outside the container, or no platform, can reach it."""
    home = (
        f"{each.place}: {each.callee}() {'' if each.host else 'without a host '}listens on "
        f"{each.host or '127.0.0.1'}, where nobody outside the container can reach it: "
        'give it the host "0.0.0.0", and the port of $PORT'
        for each in code.loopback
        if each.place.path == path
    )
    fixed = (
        f"{each.place}: {each.callee}() listens on the fixed port {each.port}{'' if each.stated else ', its own'}: "
        f'platforms that set PORT send requests there; give it the port int(os.environ.get("PORT", "{each.port}"))'
        for each in code.fixed_ports
        if each.place.path == path
    )
    return (*home, *fixed)


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """The code and the circumstances together."""

    code: CodeFacts
    circumstances: Circumstances

    @property
    def installed(self) -> Mapping[str, str]:
        """The normalised names of distributions, with their versions."""
        return self.circumstances.installed

    def has(self, command: str) -> bool:
        """Whether the environment has this command, as far as that is known."""
        programs = self.circumstances.programs
        return programs is None or command in programs

    def unreachable(self, path: str) -> tuple[str, ...]:
        """What a file's program does so that nobody outside the container, or no platform, can reach it."""
        return unreachable(self.code, path)

    def absent(self, distribution: str, what: str, place: Place) -> str | None:
        """The remark that something can't be started without this distribution; ``None`` where it is installed."""
        if distribution in self.installed:
            return None
        return f"{what} in {place} is passed over: {distribution} isn't installed"

    def importable(self, place: Place) -> tuple[str, str]:
        """How a file's root becomes importable: on the path (``src``), or as the folder where the process starts.

        Neither is needed for what is installed: the project itself, and in a workspace the member that the ``src``
        belongs to, whose distribution is called like its package.
        """
        root = place.root
        if not root:
            return "", ""
        if root == "src" or root.endswith("/src"):
            package = place.path.removeprefix(f"{root}/").partition("/")[0].removesuffix(".py")
            owner = self.circumstances.startup.name if root == "src" else package
            return ("", "") if owner and normalise_name(owner) in self.installed else (root, "")
        return "", root

    def folder(self, folder: str) -> str:
        """A folder of the project's, in the image; empty for the project's own."""
        return f"{self.circumstances.app}/{folder}" if folder else ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A way to start something."""

    process: Process
    what: str
    """In words, what it is."""
    warnings: tuple[str, ...] = ()
    """What is wrong with it."""


# What a search comes upon, in this order: ways to start something, and remarks about what it passes over.
Search: TypeAlias = Iterator[Found | str]


def found(
    kind: str,
    command: StartCommand,
    *,
    place: Place | None,
    because: str,
    what: str,
    working_dir: str = "",
    warnings: Iterable[str] = (),
) -> Found:
    """A way to start something; without a place it stands in ``pyproject.toml``."""
    source = Source(file=PYPROJECT) if place is None else Source(file=place.path, line=place.line)
    return Found(
        process=Process(
            type=kind,
            command=command.words,
            args=command.args,
            variables=command.variables,
            expands=command.expands,
            default=False,
            source=source,
            because=because,
            working_dir=working_dir,
        ),
        what=what,
        warnings=tuple(each for each in warnings if each),
    )


def listed(items: Iterable[str]) -> str:
    """The first few of them, and how many more there are."""
    known = list(items)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{', '.join(known[:_SHOWN])}{more}"
