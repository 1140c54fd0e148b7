"""Says by which variables each tool is told of the package index that is bound, and who may read it there.

Where a project names an index of that host itself, what comes from where stays as it says: its tool is told user and
password only. Otherwise the bound index stands in for the one that the tool would ask.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, assert_never
from urllib.parse import urlsplit

import msgspec

from pure.bindings.contents import BoundIndex
from pure.manager.table import PYLOCK, TOOLS, UV, ToolName
from pure.outcome import Success
from pure.project.document import Document, at
from pure.project.files import ProjectFiles

# What is set by the user and says the same, or more.
_INSTEAD: Final[Mapping[str, tuple[str, ...]]] = {"UV_DEFAULT_INDEX": ("UV_INDEX_URL",)}
# Where the files of a project name indexes.
_NAMED: Final[Mapping[ToolName, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "pip": (),
    "uv": (("pyproject.toml", ("tool", "uv", "index")), ("uv.toml", ("index",))),
    "poetry": (("pyproject.toml", ("tool", "poetry", "source")),),
    "pipenv": (("Pipfile", ("source",)),),
    "pdm": (("pyproject.toml", ("tool", "pdm", "source")),),
}
# The name under which PDM knows the index that its variables speak of.
_PDM_DEFAULT: Final = "pypi"
_REGISTRY: Final = re.compile(r'registry = "(?P<url>[^"\n]*+)"')


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool is told."""

    tool: ToolName
    variables: Mapping[str, str] = {}
    # What the user has set keeps these from it.
    kept_by: tuple[str, ...] = ()
    # What there is to say where it is told nothing by variables.
    because: str = ""


def told(index: BoundIndex, tool: ToolName, project: ProjectFiles, variables: Mapping[str, str]) -> Told:
    """What a tool is told of the index; ``variables`` are the user's, which hold."""
    title = TOOLS[tool].title
    wanted, because = _wanted(index, tool, project)
    kept = tuple(
        found
        for name in wanted
        for found in (name, *_INSTEAD.get(name, ()), *_by_pip(name, project))
        if variables.get(found)
    )
    if kept:
        return Told(tool=tool, kept_by=tuple(dict.fromkeys(kept)))
    return Told(tool=tool, variables=wanted, because=because.format(title=title))


def _by_pip(name: str, project: ProjectFiles) -> tuple[str, ...]:
    """Where uv installs what pip's files say, pip's own setting counts."""
    locked = {UV.lock, PYLOCK.lock} & set(project.names)
    return () if locked or name != "UV_DEFAULT_INDEX" else ("PIP_INDEX_URL",)


def _wanted(index: BoundIndex, tool: ToolName, project: ProjectFiles) -> tuple[Mapping[str, str], str]:
    """The variables, and what is to be said where there are none."""
    here = tuple(name for name, url in named(tool, project) if _place(url) == index.place)
    match tool:
        case "pip":
            return {"PIP_INDEX_URL": index.with_login}, ""
        case "uv" if here:
            return _logins("UV_INDEX_{}", here, index), _BY_NETRC
        case "uv" if (other := _locked_elsewhere(index, project)) is not None:
            return {}, f"{UV.lock} names {other}, and {{title}} takes what it locks from there"
        case "uv":
            return {"UV_DEFAULT_INDEX": index.with_login}, ""
        case "poetry" if here:
            return _logins("POETRY_HTTP_BASIC_{}", here, index), _BY_NETRC
        case "poetry":
            return {}, "{title} asks the sources that the project names, and this isn't one of them"
        case "pipenv" if here:
            return {}, _BY_NETRC
        case "pipenv":
            return {"PIPENV_PYPI_MIRROR": index.with_login}, ""
        case "pdm" if here and _PDM_DEFAULT not in here:
            return {}, _BY_NETRC
        case "pdm":
            login = {"PDM_PYPI_USERNAME": index.username, "PDM_PYPI_PASSWORD": index.password}
            return {"PDM_PYPI_URL": index.url} | {name: value for name, value in login.items() if value}, ""
        case _:
            assert_never(tool)


_BY_NETRC: Final = "{title} asks it as the project says, with user and password from a netrc file"


def _logins(variable: str, names: tuple[str, ...], index: BoundIndex) -> dict[str, str]:
    """User and password for those of the project's indexes that have names."""
    if not index.username:
        return {}
    return {
        f"{variable.format(re.sub('[^A-Z0-9]', '_', name.upper()))}_{part}": value
        for name in names
        if name
        for part, value in (("USERNAME", index.username), ("PASSWORD", index.password))
    }


def _locked_elsewhere(index: BoundIndex, project: ProjectFiles) -> str | None:
    """The host that uv's lock was made from, if it is another than the index's."""
    files = {**project.workspace_texts, **project.texts}
    if UV.lock not in files:
        return None
    places = dict.fromkeys(_place(found["url"]) for found in _REGISTRY.finditer(files[UV.lock].text))
    places.pop("", None)
    return None if not places or index.place in places else next(iter(places))


def named(tool: ToolName, project: ProjectFiles) -> Iterator[tuple[str, str]]:
    """The indexes that a project's files name for a tool, as names, which may be empty, and addresses."""
    for file, path in _NAMED[tool]:
        for texts in (project.texts, project.workspace_texts):
            if file in texts:
                yield from _named(texts[file], path)


def _named(file: Document, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    parsed = file.toml
    listed = at(parsed.unwrap(), path) if isinstance(parsed, Success) else None
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("url"), str):
            name = each.get("name")
            yield (name if isinstance(name, str) else ""), each["url"]


def _place(url: str) -> str:
    """The host of an address, with its port; empty where it has none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def login_line(index: BoundIndex) -> bytes:
    """The line of a netrc file by which the index's server is asked; empty where it asks nobody for a name.

    Python's reader, which pip, Pipenv and PDM use, takes quotes and backslashes as they are meant here.
    """
    host = urlsplit(index.url).hostname
    if not index.username or not host:
        return b""
    words = (host, "login", _quoted(index.username), "password", _quoted(index.password))
    return f"machine {' '.join(words)}\n".encode("utf-8", "surrogateescape")


def _quoted(word: str) -> str:
    if word and not re.search(r"[\s\"\\#]", word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
