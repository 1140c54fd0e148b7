"""Holds what build systems say of a project's own files: one that is missing, or a package that they don't find."""

import re
from collections.abc import Callable
from typing import Final

from pure.complaints.parts import Found, built
from pure.complaints.reasons import FileMissingInBuild, PackageUnknown, PluginsMissing, Recognised

# A name of a file: a program that is missing is called by a bare lower-case word.
_FILE: Final = re.compile(r"[./A-Z]")


def file_missing(match: Found, text: str) -> Recognised | None:
    """A file that a build reads."""
    path = match["path"].strip("`'\"")
    if not _FILE.search(path) or path.startswith("-"):
        return None
    return FileMissingInBuild(distribution=built(text), path=path)


def package_unknown(match: Found, text: str) -> Recognised:
    """A build system that doesn't know what the package is."""
    listed = match.groupdict().get("found") or ""
    return PackageUnknown(distribution=built(text), found=tuple(re.findall(r"'([^']{1,100})'", listed)[:8]))


_NO_PACKAGE: Final = (
    r"Multiple top-level (?:packages|modules) discovered in a flat-layout: \[(?P<found>[^\]]{1,1000})\]"
    r"|Unable to determine which files to ship inside the wheel|No file/folder found for (?:package|module) "
    r"|Expected a Python module at:"
)
# Poetry goes on to the lock only where it has them.
PLUGINS: Final = (
    r"Poetry plugins are required by the project but are not installed in Poetry's environment:(?P<plugins>.{1,1000}?)"
    r" Installing Poetry plugins only for the current project(?:(?!Installing dependencies from lock file).){0,4000}+\Z"
)


def plugins_missing(match: Found, _: str) -> Recognised:
    """Plugins of Poetry's that a project requires and that can't be had."""
    return PluginsMissing(plugins=tuple(each.strip() for each in match["plugins"].split(" - ") if each.strip())[:8])


# As in the table of rules: a pattern, and what to make of the match.
PROJECT_FILES: Final[tuple[tuple[str, Callable[[Found, str], Recognised | None]], ...]] = (
    (
        # setuptools, hatchling, Poetry and flit, uv
        _NO_PACKAGE,
        package_unknown,
    ),
    # hatchling and PDM, flit and Poetry, uv, and whoever opens a file
    (r"(?:Readme|License) file (?:does not exist: |not found \()(?P<path>[^ )]{1,300})", file_missing),
    (r"(?:Description file|Readme path) (?P<path>[^ ]{1,300}) does not exist", file_missing),
    (r"failed to open file `(?P<path>[^ `]{1,300})`", file_missing),
    (
        r"FileNotFoundError: \[Errno 2\] No such file or directory: (?:Posix[A-Za-z]+\()?'(?P<path>[^']{1,300})'",
        file_missing,
    ),
)
