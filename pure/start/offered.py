"""Holds what declared commands are checked against among the application's files."""

from collections.abc import Mapping

import msgspec

from pure.source import Source


class DeclaredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A path that a declared command depends on."""

    folder: bool = False
    executable: bool = False
    raw: bytes = b""
    """Its first bytes."""


class DeclaredFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What the application's folder and the build image hold of what declared commands name."""

    files: Mapping[str, DeclaredFile] = {}
    """By path from the project's folder; what isn't there is left out."""
    programs: frozenset[str] = frozenset()
    """Programs that the build image has, of those that are named."""
    modules: tuple[str, ...] = ()
    """The paths of the project's Python files."""


class ToolNotInImage(msgspec.Struct, frozen=True, kw_only=True):
    """A command starts by a tool that isn't in the image, and what it would run isn't known without the tool."""

    source: Source
    type: str
    tool: str
    shown: str
    """The words in question."""
    script: str | None = None
    """What the tool's own script of that name says, where it is one."""
    file: str = ""
    """Where that script stands."""
