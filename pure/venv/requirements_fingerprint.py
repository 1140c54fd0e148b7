"""Decides whether requirements fix every artefact by its digest, and condenses them to one digest if they do.

Where they do, the same fingerprint means that an installation would give the same distributions, so that nothing has to
run. Everything that can change *what* is installed takes part; index addresses, credentials and proxies do not, because
digests leave an index no choice. Where anything is left open, the answer is the list of reasons.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from pure.project.requirements.collection import CollectedFile, RequirementsSet
from pure.project.requirements.file import OptionLine, RequirementLine
from pure.target import Target

MAX_REASONS = 10

# Markers whose value is not given by the Python minor and the target (PyPA specification "Dependency specifiers").
OPEN_MARKERS = re.compile(r"\b(?:python_full_version|implementation_version|platform_release|platform_version)\b")
# Options of files and settings of pip that say where to look, or how to report, but not what to install.
_IRRELEVANT_OPTIONS = frozenset(
    {"--index-url", "--extra-index-url", "--no-index", "--find-links", "--trusted-host", "--hash", "--require-hashes"}
)
_RELEVANT_SETTINGS = frozenset(
    {
        "PIP_ABI",
        "PIP_ALL_RELEASES",
        "PIP_CONFIG_SETTINGS",
        "PIP_GLOBAL_OPTION",
        "PIP_IGNORE_REQUIRES_PYTHON",
        "PIP_IMPLEMENTATION",
        "PIP_NO_BINARY",
        "PIP_NO_BUILD_ISOLATION",
        "PIP_NO_DEPENDENCIES",
        "PIP_NO_DEPS",
        "PIP_ONLY_BINARY",
        "PIP_ONLY_FINAL",
        "PIP_PLATFORM",
        "PIP_PRE",
        "PIP_PREFER_BINARY",
        "PIP_PYTHON_VERSION",
        "PIP_REQUIRE_HASHES",
        "PIP_UPLOADED_PRIOR_TO",
        "PIP_USE_DEPRECATED",
        "PIP_USE_FEATURE",
        "PIP_USE_PEP517",
    }
)
# Settings that bring in content which is not among the files that were read.
OPEN_SETTINGS = (
    "PIP_BUILD_CONSTRAINT",
    "PIP_CONFIG_FILE",
    "PIP_EDITABLE",
    "PIP_GROUP",
    "PIP_REQUIREMENTS_FROM_SCRIPT",
)


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """The sha256 of everything that decides what is installed, in hexadecimal."""

    digest: str


class NotPinned(msgspec.Struct, frozen=True, kw_only=True):
    """Why an installation has to be resolved anew: a line each, fit to be shown, at most ``MAX_REASONS`` of them.

    ``more`` counts those left out. ``pinned_by`` are the commands that would pin all, where there are such.
    """

    because: tuple[str, ...]
    more: int = 0
    pinned_by: tuple[str, ...] = ()


Pinning: TypeAlias = Fingerprint | NotPinned


def not_pinned(reasons: Sequence[str]) -> NotPinned:
    """The answer for these reasons, however many."""
    return NotPinned(because=tuple(reasons[:MAX_REASONS]), more=max(0, len(reasons) - MAX_REASONS))


def pinned_fingerprint(
    requirements: RequirementsSet, *, python_minor: str, target: Target, settings: Mapping[str, str], tool: str = "pip"
) -> Pinning:
    """The fingerprint of requirements that are all pinned with hashes, nested files and constraints included.

    ``settings`` is the environment that pip will get. The files named by ``PIP_CONSTRAINT`` and ``PIP_REQUIREMENT``
    must be among ``requirements``; index addresses in ``settings`` make no difference. ``tool`` is who installs.
    """
    reasons = list(dict.fromkeys(_reasons(requirements, settings, tool)))
    if reasons:
        return not_pinned(reasons)
    content = {
        "python": python_minor,
        "target": str(target),
        "lines": sorted({_normalised(each, line) for each in requirements.files for line in each.content.lines}),
        **settings_that_count(requirements, settings),
    }
    return Fingerprint(digest=hashlib.sha256(msgspec.json.encode(content)).hexdigest())


def settings_that_count(requirements: RequirementsSet, settings: Mapping[str, str]) -> dict[str, object]:
    """The settings of pip and the options of files that say what is installed, besides the requirements themselves."""
    return {
        "settings": sorted((name, value) for name, value in settings.items() if name in _RELEVANT_SETTINGS and value),
        # In their order: of two --no-binary options the later one may undo the earlier one.
        "options": [(option.name, option.value) for option in _relevant_options(requirements)],
    }


def _relevant_options(requirements: RequirementsSet) -> Iterator[OptionLine]:
    for each in requirements.files:
        for option in each.content.options:
            if option.name not in _IRRELEVANT_OPTIONS:
                yield option


def _normalised(where: CollectedFile, line: RequirementLine) -> str:
    fields = (
        where.kind,
        line.kind,
        line.name,
        line.extras,
        line.version,
        line.url,
        line.subdirectory,
        line.marker,
        [str(each) for each in line.hashes],
        line.options,
    )
    return msgspec.json.encode(fields).decode()


def _reasons(requirements: RequirementsSet, settings: Mapping[str, str], tool: str) -> Iterator[str]:
    if requirements.requirements and not hash_checking(requirements, settings):
        # All lines would be named otherwise, each for the same reason.
        yield f"no requirement has a --hash, so {tool} takes the newest versions that satisfy them"
        return
    for include in requirements.remote:
        yield f"{_place(include)}: {include.path} is not a file of the project"
    for each in requirements.files:
        for problem in each.content.problems:
            yield f"{_place(problem)}: “{problem.text}” is not understood here"
        for line in each.content.lines:
            because = _open_line(line)
            if because:
                yield f"{_place(line)}: {line.text} {because}"
    for option in _relevant_options(requirements):
        if option.variables:
            yield f"{_place(option)}: {option.name} depends on {_names(option.variables)}"
    for name in OPEN_SETTINGS:
        if settings.get(name):
            yield f"{name} is set, and it may change what is installed"


def hash_checking(requirements: RequirementsSet, settings: Mapping[str, str]) -> bool:
    """Whether every artefact has to have a hash, because some have one or somebody says so."""
    # A digest in a URL alone does not switch it on (pip's documentation, "Secure installs").
    options = (option.name for each in requirements.files for option in each.content.options)
    by_setting = settings.get("PIP_REQUIRE_HASHES", "").lower() in {"1", "true", "yes", "on", "y", "t"}
    return by_setting or "--require-hashes" in options or any(line.hash_option for line in requirements.requirements)


def _open_line(line: RequirementLine) -> str | None:
    """What the line leaves open, as the rest of a sentence that begins with its text."""
    match line.kind:
        case "editable":
            return "is editable"
        case "local_path":
            return "is a local directory"
        case "local_archive":
            return "is a local file"
        case "vcs":
            return "comes from a repository"
        case "unparsed":
            return "is not pinned to one version"
        case "named" if line.version is None:
            return "is not pinned to one version"
        case "named" | "direct_url":
            pass
    if not line.hashes:
        return "has no hash"
    if OPEN_MARKERS.search(line.marker):
        return "has a marker that depends on more than the Python minor version and the platform"
    # Variables of a URL's user information are gone from url: they say who asks, not what for.
    remaining = (line.version or "") + (line.url or "") + line.marker + "".join(value for _, value in line.options)
    if "${" in remaining:
        return f"depends on {_names(line.variables)}"
    return None


def _place(where: msgspec.Struct) -> str:
    file, line = getattr(where, "file", ""), getattr(where, "line", 0)
    return f"{file} line {line}" if file else "a setting"


def _names(variables: Iterable[str]) -> str:
    return ", ".join(f"${{{name}}}" for name in variables)
