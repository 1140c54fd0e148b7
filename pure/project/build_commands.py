"""States which commands an application has run in its build, in the finished environment.

``BP_PYTHON_BUILD_COMMAND`` is one line for a shell; ``pyproject.toml`` may have several::

    [tool.lamina]
    build = ["pybabel compile -d locales", "python -m shop.fetch_model"]
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document, at
from pure.source import Source

BUILD_VARIABLE: Final = "BP_PYTHON_BUILD_COMMAND"
BUILD_KEY: Final = ("tool", "lamina", "build")
PLACE: Final = f"pyproject.toml, [{'.'.join(BUILD_KEY[:-1])}] {BUILD_KEY[-1]}"


class BuildCommands(msgspec.Struct, frozen=True, kw_only=True):
    """Lines for a shell, in their order, and who declares them."""

    lines: tuple[str, ...]
    source: Source
    because: str


class NotCommands(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared are no commands; ``found`` says what it is."""

    found: str


class EmptyBuildCommand(msgspec.Struct, frozen=True, kw_only=True):
    """One of the commands is empty; ``number`` counts from 1."""

    number: int


BuildCommandsError: TypeAlias = NotCommands | EmptyBuildCommand


def build_commands(
    variables: Mapping[str, str], pyproject: Document | None
) -> Outcome[BuildCommands | None, BuildCommandsError]:
    """The commands of a build; ``None`` where there are none. The variable comes first."""
    parsed = pyproject.toml if pyproject else None
    stated = at(parsed.unwrap(), BUILD_KEY) if isinstance(parsed, Success) else None
    said = variables.get(BUILD_VARIABLE, "").strip()
    if said:
        over = f"; {PLACE} is passed over" if stated else ""
        because = f"${BUILD_VARIABLE} says so{over}"
        return Success(BuildCommands(lines=(said,), source=Source(variable=BUILD_VARIABLE), because=because))
    listed = [stated] if isinstance(stated, str) else stated
    if listed is None or listed == []:
        return Success(None)
    if not isinstance(listed, list):
        return Failure(NotCommands(found=_kind(listed)))
    for number, each in enumerate(listed, start=1):
        if not isinstance(each, str):
            return Failure(NotCommands(found=f"an array with {_kind(each)} in it"))
        if not each.strip() or "\0" in each:
            return Failure(EmptyBuildCommand(number=number))
    lines = tuple(each.strip() for each in listed)
    return Success(BuildCommands(lines=lines, source=Source(file=PLACE), because=f"{PLACE} says so"))


def _kind(value: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")
