"""Decides which of a program's own lines are worth showing while it works; all of them are shown if it fails."""

import re
from typing import Final, TypeAlias, assert_never

from pure.build.steps import Purpose

Lines: TypeAlias = tuple[str, ...]


def live(purpose: Purpose, line: str) -> Lines:
    """The lines to show of one that a program said which runs for this purpose."""
    match purpose:
        case "install":
            return pip_line(line)
        case "synchronise":
            return tool_line(line)
        case "build-command":
            return (f"    {line}",)
        case (
            "probe"
            | "install-tool"
            | "create-environment"
            | "resolve"
            | "ask-again"
            | "compare-indexes"
            | "check-lock"
            | "collect-static"
            | "try-import"
        ):
            return ()
        case _:
            assert_never(purpose)


_PIP_SHOWN: Final = re.compile(
    # Errors aren't among them: if pip fails, all that it said is shown.
    r"^\s*(WARNING|DEPRECATION|Building (wheel|editable)|Cloning|Running command|Obtaining|Running setup\.py)"
)
_PIP_DOWNLOAD: Final = re.compile(r"^\s*Downloading (?P<name>\S+) \((?P<size>[0-9.]+) (?P<unit>MB|GB)\)")
_LARGE: Final = 10.0


def pip_line(line: str) -> Lines:
    """Of pip's own lines those worth showing while it works; all of them are shown if it fails."""
    download = _PIP_DOWNLOAD.match(line)
    if download and (download["unit"] == "GB" or float(download["size"]) >= _LARGE):
        return (f"    Downloading {download['name'].rpartition('/')[2]} ({download['size']} {download['unit']})",)
    return (f"    {line.strip()}",) if _PIP_SHOWN.match(line) else ()


_TOOL_SHOWN: Final = re.compile(
    # Compilations take long, and warnings tell something; what was installed is told afterwards. An indented warning is
    # one of a build that failed, and repeated with all the rest.
    r"^\s*(Building |Cloning |Downloading .*\((?:[1-9]\d|\d{3,})(?:\.\d+)?MiB\))|^(warning:|WARNING|Warning:)"
)


def tool_line(line: str) -> Lines:
    """Of a package manager's own lines those worth showing while it works; all of them are shown if it fails."""
    return (f"    {line.strip()}",) if _TOOL_SHOWN.match(line) else ()
