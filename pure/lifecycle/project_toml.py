"""Says what an application's ``project.toml`` asks of a build, as pack does: variables, and which files take part.

Project descriptor, schema 0.2 (``[io.buildpacks]``) and 0.1 (``[build]``). Which buildpacks take part is not followed:
the command line says that.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec

from pure.lifecycle.toml_data import Value, parse_toml
from pure.outcome import Failure, Outcome, Success
from pure.project.ignoring import DESCRIPTOR, matcher, read_patterns

FILE: Final = DESCRIPTOR


class ProjectDescriptor(msgspec.Struct, frozen=True, kw_only=True):
    """What it says."""

    # The variables of the build; those of the command line count more.
    env: tuple[tuple[str, str], ...] = ()
    # Patterns as in .gitignore files: only these files take part, or all but these. One of the two is empty.
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    # It names buildpacks.
    group: bool = False


class DescriptorInvalid(msgspec.Struct, frozen=True, kw_only=True):
    """An application's ``project.toml`` can't be used; ``reason`` is one clause."""

    file: str
    reason: str


def read_descriptor(raw: bytes | None) -> Outcome[ProjectDescriptor, DescriptorInvalid]:
    """What a ``project.toml`` says; nothing where there is none. Any bytes give a value or an error."""
    if raw is None:
        return Success(ProjectDescriptor())
    parsed = parse_toml(raw)
    if isinstance(parsed, Failure):
        return _invalid(parsed.failure())
    document = parsed.unwrap()
    buildpacks, older = _under(document, "io", "buildpacks"), _under(document, "build")
    build = _under(document, "io", "buildpacks", "build")
    name, table = ("io.buildpacks", buildpacks) if buildpacks else ("build", older)
    place, env = ("io.buildpacks.build.env", build.get("env")) if build else (f"{name}.env", table.get("env"))
    patterns = []
    for key in ("include", "exclude"):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            return _invalid(f"{name}.{key} is no list of strings")
        patterns.append(tuple(value))
    if all(patterns):
        return _invalid(f"{name} has both include and exclude, and only one of them can hold")
    variables = []
    for each in env if isinstance(env, list) else [] if env is None else [None]:
        variable = _variable(each)
        if variable is None:
            return _invalid(f"{place} has an entry without a name and a value, each a string")
        variables.append(variable)
    include, exclude = patterns
    return Success(
        ProjectDescriptor(env=tuple(variables), include=include, exclude=exclude, group=bool(table.get("group")))
    )


def _variable(entry: Value) -> tuple[str, str] | None:
    name, value = (entry.get("name"), entry.get("value")) if isinstance(entry, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(value, str):
        return None
    return (name, value) if _NAME.match(name) and "\0" not in value else None


_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def _under(document: Value, *keys: str) -> dict[str, Value]:
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _invalid(reason: str) -> Failure[DescriptorInvalid]:
    return Failure(DescriptorInvalid(file=FILE, reason=reason))


def takes_part(descriptor: ProjectDescriptor) -> Callable[[str], bool] | None:
    """Whether a file takes part, by its path from the application's root; ``None`` where all do."""
    if descriptor.include:
        return _matcher(descriptor.include)
    if descriptor.exclude:
        excluded = _matcher(descriptor.exclude)
        return lambda path: not excluded(path)
    return None


def _matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a path matches; the last pattern that has something to say counts, and ``!`` takes back."""
    known = [(matcher(pattern), negative) for pattern, negative in read_patterns(patterns)]

    def matches(path: str) -> bool:
        found = False
        for each, negative in known:
            if found is negative and each(path):
                found = not negative
        return found

    return matches
