"""Decides what each binding comes to in a build, and says why; never what it holds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias, assert_never

import msgspec

from pure.bindings.certificates import certificates_in
from pure.bindings.contents import Bindings
from pure.bindings.folder import Binding, BindingType, known
from pure.bindings.indexes import login_line, told
from pure.manager.table import PIP_TOOL, POETRY_TOOL, TOOLS, UV_TOOL, Tool
from pure.project.files import ProjectFiles
from pure.python.catalogue import Runtime
from pure.switches import switch
from pure.wording import count

PIP_FILE: Final = "PIP_CONFIG_FILE"
NETRC_FILE: Final = "NETRC"
POETRY_FOLDER: Final = "POETRY_CONFIG_DIR"
_UV_FILE: Final = "UV_CONFIG_FILE"
_NO_UV_FILES: Final = "UV_NO_CONFIG"

# Parts of the names of settings that say where to look and who asks, but not what is installed.
_ELSEWHERE: Final = ("INDEX", "REPOSITOR", "HTTP_BASIC", "CERT", "PROXY", "PYPI_TOKEN", "TIMEOUT", "RETRIES", "CACHE")
_DEEPEST: Final = 6


class BindingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one binding."""

    name: str
    # As it is written; empty where nothing says it.
    kind: str
    # Whether anything of this build depends on it.
    used: bool
    because: tuple[str, ...]


def settings(bindings: Bindings, project: ProjectFiles, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables by which tools are told what bindings hold; those of the user's hold over them."""
    found: dict[str, str] = {}
    if bindings.index is not None:
        for tool in TOOLS.values():
            found |= told(bindings.index, tool.name, project, variables).variables
    others = {name: value for name, value in found.items() if value and not variables.get(name)}
    return files_named(bindings, variables) | others


def files_named(bindings: Bindings, variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the variables that name files of tools; of what the user names, the binding's isn't named."""
    found = {PIP_FILE: bindings.pip_conf, NETRC_FILE: bindings.netrc, POETRY_FOLDER: bindings.poetry}
    return {name: value for name, value in found.items() if value and not variables.get(name)}


def settings_that_count(bindings: Bindings) -> dict[str, str]:
    """What tools' own files say that changes what is installed, as variables of the tools would say it."""
    files = {UV_TOOL: bindings.uv, POETRY_TOOL: bindings.poetry_files.get("config.toml")}
    return {
        name: value
        for tool, file in files.items()
        if file is not None
        for name, value in _flat(file.toml.value_or({}), f"{tool.prefixes[0]}FILE", _DEEPEST)
        if not any(word in name for word in _ELSEWHERE)
    }


def _flat(table: Mapping[str, object], name: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        own = f"{name}_{key.upper().replace('-', '_')}"
        if isinstance(value, dict) and depth:
            yield from _flat(value, own, depth - 1)
        else:
            yield own, repr(value)


def netrc_of(bindings: Bindings, own: bytes | None) -> bytes | None:
    """What tools read for a netrc file: ``own`` is the user's, which holds over what is bound."""
    line = login_line(bindings.index) if bindings.index is not None else b""
    return line + (own or b"") if line else own


def joins_netrc(bindings: Bindings) -> bool:
    """Whether what tools read for a netrc file lies in none."""
    return bindings.index is not None and bool(login_line(bindings.index))


class BoundBuild(msgspec.Struct, frozen=True, kw_only=True):
    """What the decisions depend on."""

    bindings: Bindings
    project: ProjectFiles
    # The environment of the build, which holds over what is bound.
    variables: Mapping[str, str]
    # Installs, if anything does.
    tool: Tool | None
    runtime: Runtime
    # What is done in the image about certificates that are bound there, if anything is.
    at_launch: str = ""
    # No others are trusted than the certificates that are bound.
    trusted_alone: bool = False
    # The tool takes distributions from declared folders, and asks no index.
    folders_alone: bool = False


_Uses: TypeAlias = tuple[bool, tuple[str, ...]]


def decide_bindings(given: BoundBuild) -> tuple[BindingDecision, ...]:
    """What each binding comes to."""
    return tuple(_decided(binding, given) for binding in given.bindings.found)


def _decided(binding: Binding, given: BoundBuild) -> BindingDecision:
    kind = known(binding.kind)
    used, because = _uses(kind, binding, given) if kind else _ignored(binding)
    return BindingDecision(name=binding.name, kind=kind or binding.kind or "", used=used, because=because)


def _ignored(binding: Binding) -> _Uses:
    because = "it has no file named type" if binding.kind is None else "this build has no use for its type"
    return False, (f"ignored: {because}",)


def _uses(kind: BindingType, binding: Binding, given: BoundBuild) -> _Uses:
    match kind:
        case "ca-certificates":
            number = sum(len(certificates_in(raw).whole) for raw in binding.entries.values())
            beside = "" if given.trusted_alone else " beside the system's"
            others = "; the build has no others" if given.trusted_alone else ""
            what = f"{count(number, 'certificate')}, trusted{beside} by every download and every tool{others}"
            return True, (what, *((given.at_launch,) if given.at_launch else ()))
        case "dependency-mapping":
            if given.runtime.sha256 in given.bindings.mapped:
                return True, (f"Python {given.runtime.version} is fetched from where it says, if it isn't at hand",)
            return False, ("no effect: it has no archive of this build",)
        case "netrc":
            return _file(given, NETRC_FILE, "every tool reads it for users and passwords")
        case "pip":
            otherwise = "" if given.tool in (None, PIP_TOOL) else " where it installs the tool"
            return _file(given, PIP_FILE, f"pip reads its settings{otherwise}")
        case "poetry":
            return _of(given, POETRY_TOOL) or _file(given, POETRY_FOLDER, "Poetry reads its settings from there")
        case "uv":
            settings = "uv reads its settings, below those of the project"
            return _of(given, UV_TOOL) or _unread_by_uv(given) or _file(given, _UV_FILE, settings)
        case "pypi":
            return _index(given)
        case _:
            assert_never(kind)


def _file(given: BoundBuild, variable: str, because: str) -> _Uses:
    if given.variables.get(variable):
        return False, (f"no effect: ${variable} is set",)
    return True, (because,)


def _of(given: BoundBuild, wanted: Tool) -> _Uses | None:
    return None if given.tool is wanted else (False, (f"no effect: {wanted.title} has no part in this build",))


def _unread_by_uv(given: BoundBuild) -> _Uses | None:
    off = switch(given.variables, _NO_UV_FILES) is True
    return (False, (f"no effect: ${_NO_UV_FILES} has uv read no files of settings",)) if off else None


_FOLDERS: Final = "distributions come from declared folders"


def _index(given: BoundBuild) -> _Uses:
    index = given.bindings.index
    assert index is not None, "there is one where it is bound"
    reasons: list[str] = []
    used = bool(login_line(index))
    # pip installs all other tools.
    for tool in dict.fromkeys((PIP_TOOL, given.tool or PIP_TOOL)):
        what = told(index, tool.name, given.project, given.variables)
        if what.variables and given.folders_alone and tool is not PIP_TOOL:
            reasons.append(f"no effect on {tool.title}: {_FOLDERS}")
        elif what.variables:
            used = True
            tools = f", for tools alone: {_FOLDERS}" if given.folders_alone else ""
            reasons.append(f"{tool.title} is told of it by {_listed(what.variables)}{tools}")
        elif what.kept_by:
            reasons.append(f"no effect on {tool.title}: {_listed(what.kept_by)} is set")
        else:
            reasons.append(what.because)
    return used, tuple(reasons)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"${name}" for name in names)
