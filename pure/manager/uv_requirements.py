"""Decides how uv installs what pip's requirements files say: settings that are pip's in uv's terms, and what is lost.

uv reads no configuration of pip's: https://docs.astral.sh/uv/pip/compatibility/ . What has a counterpart is handed on;
of whatever else is set, it is said that it has no effect.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from pure.manager.table import UV_PIP, Manager
from pure.project.locks.facts import Entry, LockFacts, lock_facts, origin
from pure.project.requirements.collection import RequirementsSet
from pure.project.requirements.file import RequirementLine
from pure.switches import FALSE_WORDS

RESOLUTION: Final = "resolution.txt"
"""The file in which uv writes what the requirements resolve to."""


def _as_it_is(value: str) -> str:
    return value


def _by_commas(value: str) -> str:
    return ",".join(value.split())


def _allowed(value: str) -> str:
    return "" if value.lower() in FALSE_WORDS else "allow"


def _known_keyring(value: str) -> str:
    return value if value in ("disabled", "subprocess") else ""


def _on(value: str) -> str:
    return "" if value.lower() in FALSE_WORDS else "1"


def _off(value: str) -> str:
    # pip's variable says whether there is isolation, against its name.
    return "1" if value and value.lower() in FALSE_WORDS else ""


# Those of pip's settings that uv has variables for. What an empty value comes to isn't set.
_VARIABLES: Final[tuple[tuple[str, str, Callable[[str], str]], ...]] = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", _as_it_is),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", _as_it_is),
    ("PIP_FIND_LINKS", "UV_FIND_LINKS", _by_commas),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", _as_it_is),
    ("PIP_CLIENT_CERT", "SSL_CLIENT_CERT", _as_it_is),
    ("PIP_PROXY", "ALL_PROXY", _as_it_is),
    ("PIP_TIMEOUT", "UV_HTTP_TIMEOUT", _as_it_is),
    ("PIP_DEFAULT_TIMEOUT", "UV_HTTP_TIMEOUT", _as_it_is),
    ("PIP_RETRIES", "UV_HTTP_RETRIES", _as_it_is),
    ("PIP_KEYRING_PROVIDER", "UV_KEYRING_PROVIDER", _known_keyring),
    ("PIP_CONSTRAINT", "UV_CONSTRAINT", _as_it_is),
    ("PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT", _as_it_is),
    ("PIP_PRE", "UV_PRERELEASE", _allowed),
    ("PIP_NO_BUILD_ISOLATION", "UV_NO_BUILD_ISOLATION", _off),
)
# Those that uv has options for, and no variables. pip separates names by commas.
_LISTS: Final = (("PIP_NO_BINARY", "--no-binary"), ("PIP_ONLY_BINARY", "--only-binary"))
_SWITCHES: Final = (("PIP_NO_INDEX", "--no-index"), ("PIP_NO_DEPS", "--no-deps"), ("PIP_NO_DEPENDENCIES", "--no-deps"))
# What is handed on otherwise, and what says how pip reports or caches, which nobody misses.
_ELSEWHERE: Final = frozenset({
    "PIP_CERT", "PIP_REQUIRE_HASHES", "PIP_CONFIG_FILE", "PIP_CACHE_DIR", "PIP_NO_CACHE_DIR", "PIP_NO_INPUT",
    "PIP_PROGRESS_BAR", "PIP_QUIET", "PIP_VERBOSE", "PIP_LOG", "PIP_NO_COLOR", "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_ROOT_USER_ACTION", "PIP_NO_PYTHON_VERSION_WARNING", "PIP_NO_WARN_SCRIPT_LOCATION", "PIP_NO_WARN_CONFLICTS",
    "PIP_COMPILE", "PIP_NO_COMPILE", "PIP_EXISTS_ACTION", "PIP_BREAK_SYSTEM_PACKAGES", "PIP_REQUIRE_VIRTUALENV",
})  # fmt: skip
# Options of requirements files that uv passes over, with what does the same, if something does.
_IGNORED: Final[Mapping[str, str]] = {
    "--pre": "UV_PRERELEASE=allow",
    "--trusted-host": "UV_INSECURE_HOST={value}",
    "--prefer-binary": "",
    "--use-feature": "",
}
_LOCAL: Final = frozenset({"local_path", "local_archive", "editable"})
_FIRST_INDEX: Final = (
    "uv takes each distribution from the first index that has it, an extra one before the main one, and pip takes the "
    "best of all; UV_INDEX_STRATEGY=unsafe-best-match does as pip does"
)


def variables(settings: Mapping[str, str]) -> dict[str, str]:
    """The variables by which uv is told what pip is told; what is set for uv itself holds."""
    found: dict[str, str] = {}
    for name, counterpart, translate in _VARIABLES:
        value = translate(settings.get(name, "").strip())
        if value and not settings.get(counterpart):
            found.setdefault(counterpart, value)
    return found


def options(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The options by which uv is told what it has no variables for."""
    lists = (
        word
        for name, option in _LISTS
        for each in re.split(r"[\s,]+", settings.get(name, "").strip())
        if each
        for word in (option, each)
    )
    switches = (option for name, option in _SWITCHES if _on(settings.get(name, "").strip()) and settings.get(name))
    return (*lists, *dict.fromkeys(switches))


def with_counterparts(
    manager: Manager, settings: Mapping[str, str], requirements: RequirementsSet | None
) -> dict[str, str]:
    """The settings, with what those of pip's and the options of files come to where uv installs from such files."""
    if manager is not UV_PIP:
        return dict(settings)
    named = {f"UV_{name}": settings[name] for name, _ in _LISTS if settings.get(name)}
    written: dict[str, str] = {}
    for each in requirements.files if requirements else ():
        for option in each.content.options:
            if option.name in ("--no-binary", "--only-binary"):
                written[f"UV_FILE{option.name}"] = f"{written.get(f'UV_FILE{option.name}', '')} {option.value}"
    return {**settings, **variables(settings), **named, **written}


def unheard(manager: Manager, settings: Mapping[str, str], requirements: RequirementsSet | None) -> Iterator[str]:
    """A sentence for each of pip's settings, and option of a requirements file, that uv has no counterpart for."""
    if manager is not UV_PIP:
        return
    translated = {name for name, *_ in (*_VARIABLES, *_LISTS, *_SWITCHES)} | _ELSEWHERE
    for name in sorted(settings):
        if name.startswith("PIP_") and settings[name].strip() and name not in translated:
            yield f"${name} has no effect: uv installs the requirements, and has no such setting"
    if settings.get("PIP_KEYRING_PROVIDER") and not _known_keyring(settings["PIP_KEYRING_PROVIDER"].strip()):
        yield "$PIP_KEYRING_PROVIDER has no effect: uv installs the requirements, and knows subprocess only"
    for each in requirements.files if requirements else ():
        for option in each.content.options:
            if option.name in _IGNORED:
                instead = _IGNORED[option.name].format(value=option.value[:100])
                more = f"; {instead} would do it" if instead else ""
                yield f"{option.name} ({option.file}, line {option.line}) has no effect: uv passes over it{more}"


def advice(settings: Mapping[str, str], requirements: RequirementsSet) -> tuple[str, ...]:
    """What somebody should know whose requirements pip installed before."""
    if settings.get("UV_INDEX_STRATEGY"):
        return ()
    written = (option.name for each in requirements.files for option in each.content.options)
    several = settings.get("PIP_EXTRA_INDEX_URL") or settings.get("UV_INDEX") or settings.get("UV_EXTRA_INDEX_URL")
    return (_FIRST_INDEX,) if several or "--extra-index-url" in written else ()


def facts_of(requirements: RequirementsSet | None, *, asked: RequirementsSet | None = None) -> LockFacts:
    """What requirements fix, as of a lock; a resolution of uv's, of what was ``asked``, fixes all but folders."""
    lines = requirements.requirements if requirements else ()
    # A resolution has a repository's commit; what is installed notes the revision that was asked for, too.
    revisions = tuple(line for line in (asked.requirements if asked else ()) if line.kind == "vcs")
    facts = lock_facts(_entry(line, revisions) for line in lines if line.name)
    pinned = (f"{line.name}=={line.version}" for line in lines if line.kind == "named" and line.version)
    unfixed = (f"{line.text} may change" for line in lines if line.kind in _LOCAL or not (line.name or line.pinned))
    return msgspec.structs.replace(facts, pinned=tuple(pinned), unfixed=tuple(unfixed))


def _entry(line: RequirementLine, revisions: tuple[RequirementLine, ...]) -> Entry:
    own = (each.url or "" for each in revisions if line.kind == "vcs" and each.name in (None, line.name))
    return Entry(
        name=line.name or "",
        hashes=tuple(map(str, line.hashes)),
        origin=origin(line.url, line.subdirectory, *own) if line.url else (line.version or "",),
        local=line.kind in _LOCAL,
    )
