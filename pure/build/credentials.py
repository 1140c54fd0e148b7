"""Says where in an application's files credentials may stand that its tools read.

Only the tables that tools read are searched: what a description, a script or another program's setting holds (a test
database's address, say) is no credential of the build, and hiding its words would blank innocent text all over the log.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from pure.bindings.contents import written_secrets, written_texts
from pure.build.facts import Facts
from pure.outcome import Failure, Success
from pure.project.document import Document, at
from pure.redaction import Redactor, redactor

_Path: TypeAlias = tuple[str, ...]

# Of a pyproject.toml, the tables in which package managers look for indexes, sources and requirements.
_PYPROJECT: Final[tuple[_Path, ...]] = (
    ("project", "dependencies"),
    ("project", "optional-dependencies"),
    ("dependency-groups",),
    ("build-system", "requires"),
    ("tool", "uv"),
    ("tool", "poetry", "source"),
    ("tool", "poetry", "dependencies"),
    ("tool", "poetry", "dev-dependencies"),
    ("tool", "poetry", "group"),
    ("tool", "pdm", "source"),
    ("tool", "pdm", "resolution"),
    ("tool", "pdm", "overrides"),
    ("tool", "pdm", "dev-dependencies"),
)
# Of a Pipfile, every table is a category of packages but for these.
_NOT_OF_A_PIPFILE: Final = frozenset({"scripts", "requires", "pipenv"})
# As Python's netrc reads it: a value in quotes may hold blanks, and a backslash before what is meant as it stands.
_NETRC: Final = re.compile(r"(?:^|(?<=\s))password\s++(?:\"(?P<quoted>(?:[^\"\\\n]|\\.)*+)\"|(?P<value>\S+))")
_ESCAPED: Final = re.compile(r"\\(.)")


def known_secrets(facts: Facts) -> Redactor:
    """The credentials that stand in variables, settings, requirements files, locks, declarations and bindings."""
    texts: list[str] = []
    if isinstance(facts.project, Success):
        files = facts.project.unwrap()
        for name, file in (*files.texts.items(), *files.workspace_texts.items()):
            texts += searched(name, file)
    texts += (_text(raw) for raw in facts.requirement_texts.values())
    texts += written_texts(facts.bound)
    passwords = (*netrc(facts.netrc), *written_secrets(facts.bound))
    return redactor(facts.settings, requirement_texts=tuple(texts), passwords=passwords)


def searched(name: str, file: Document) -> tuple[str, ...]:
    """What of a file is searched for credentials: all of it, or its strings in the tables that tools read."""
    plain = PurePosixPath(name).name
    if plain not in ("pyproject.toml", "Pipfile"):
        return (_text(file.raw),)
    parsed = file.toml
    if isinstance(parsed, Failure):
        # Whoever complains of the file may quote any part of it.
        return (_text(file.raw),)
    document = parsed.unwrap()
    if plain == "Pipfile":
        return tuple(_strings(value for name, value in document.items() if name not in _NOT_OF_A_PIPFILE))
    return tuple(_strings(at(document, path) for path in _PYPROJECT))


def netrc(raw: bytes | None) -> Iterator[str]:
    """The passwords in a netrc file; any bytes give some or none."""
    for found in _NETRC.finditer(_text(raw or b"")):
        if found["quoted"] is None:
            yield from {found["value"], found["value"].strip('"'), _ESCAPED.sub(r"\1", found["value"])}
        else:
            yield from {found["quoted"], _ESCAPED.sub(r"\1", found["quoted"])}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _strings(values: Iterable[object]) -> Iterator[str]:
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
