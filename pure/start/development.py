"""Reads which distributions a project declares for development or optionally, which an image doesn't get by itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pure.names import normalise_name
from pure.outcome import Failure
from pure.project.document import Document, table
from pure.start.declared import PYPROJECT

PIPFILE: Final = "Pipfile"
_NAME: Final = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)")


def left_out(files: Mapping[str, Document | None]) -> Mapping[str, str]:
    """Such distributions, each with the place where it is declared."""
    found: dict[str, str] = {}
    for file, read in ((PIPFILE, _pipfile), (PYPROJECT, _pyproject)):
        document = files.get(file)
        if document is None or isinstance(document.toml, Failure):
            continue
        for place, listed in read(document.toml.unwrap()):
            for name in _names(listed):
                found.setdefault(name, f"{place} of {file}")
    return found


def _pipfile(document: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield "[dev-packages]", document.get("dev-packages")


def _pyproject(document: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    tool = table(document.get("tool"))
    poetry, pdm, uv = (table(tool.get(name)) for name in ("poetry", "pdm", "uv"))
    for name, group in table(document.get("dependency-groups")).items():
        yield f"the group {name}", group
    for name, group in table(poetry.get("group")).items():
        yield f"the group {name}", table(group).get("dependencies")
    yield "dev-dependencies", poetry.get("dev-dependencies")
    yield "dev-dependencies", uv.get("dev-dependencies")
    for name, group in table(pdm.get("dev-dependencies")).items():
        yield f"the group {name}", group
    for name, extra in table(table(document.get("project")).get("optional-dependencies")).items():
        yield f"the extra {name}", extra


def _names(listed: object) -> Iterator[str]:
    if isinstance(listed, dict | list):
        for each in listed:
            match = _NAME.match(each) if isinstance(each, str) else None
            if match:
                yield normalise_name(match["name"])
