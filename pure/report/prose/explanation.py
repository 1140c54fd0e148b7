"""Gives the cause of a failed installation and its cure one shape."""

import msgspec

from pure.project.requirements.itself import AskedBy


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The cause in one or more lines, what it means, and what to do."""

    # A headline of its own, for a cause that says all.
    happened: str = ""
    found: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    do: tuple[str, ...] = ()


def asking(asked: AskedBy | None) -> tuple[str, ...]:
    """The line that asks for what isn't there, to be shown with it."""
    if asked is None:
        return ()
    editable = "-e " if asked.line.kind == "editable" else ""
    return (f"{asked.line.file}, line {asked.line.line}: {editable}{asked.line.text}",)


def instead_of_itself(asked: AskedBy | None) -> tuple[str, ...]:
    """What to do where an application asks for itself, or may do so: `pip freeze` writes that."""
    if asked is None or not (asked.itself or asked.line.kind == "editable"):
        return ()
    if asked.itself:
        return (
            "This is the application itself, as `pip freeze` writes it: delete the line, for its files are in the",
            "image, or write `.` in its place to have them installed. If it is another distribution:",
        )
    return (
        "If this is the application itself (`pip freeze` writes such lines), delete the line, or write `.` in its",
        "place. Otherwise:",
    )
