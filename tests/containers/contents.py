"""Says what in a file system must not be there when an application runs."""

import re
from collections.abc import Iterable

# Package managers, and of what they bring along whatever finds, fetches, builds or installs: it has no other use. What
# an application may well import itself (requests, packaging, rich) can't be told by its name; tests that know what
# their application needs compare ``distributions`` with that.
_PROGRAMS = (
    "pip[0-9.]*", "uv", "uvx", "poetry", "pipenv", "pipenv-resolver", "pdm", "easy_install[0-9.-]*", "wheel",
    "virtualenv", "findpython", "pbs-install", "pyproject-build",
)  # fmt: skip
_PACKAGES = (
    "pip", "uv", "poetry", "poetry_core", "pipenv", "pdm", "setuptools", "pkg_resources", "_distutils_hack", "wheel",
    "virtualenv", "distlib", "python_discovery", "findpython", "pbs_installer", "build", "pyproject_hooks", "installer",
    "unearth", "dep_logic", "resolvelib", "trove_classifiers",
)  # fmt: skip
_INSTALLERS = re.compile(
    rf"""(?x)
    (?:^|/)s?bin/(?:{"|".join(_PROGRAMS)})$
    | /(?:site|dist)-packages/(?:{"|".join(_PACKAGES)})(?:-[^/]+\.(?:dist|egg)-info)?$
    | (?:^|/)ensurepip$
    | \.whl$                                                      # such as those that ensurepip and virtualenv bundle
    | (?:^|/)\.(?:cache|local/share|config)/(?:pip|uv|pypoetry|pdm|pipenv|virtualenv)$
    | (?:^|/)(?:uv|poetry|pdm|pipenv|pip)-cache$
    | (?:^|/)\.pdm-(?:python|build)$                                 # what PDM writes into a project
    """
)
_COMPILERS = re.compile(
    r"""(?x)
    (?:^|/)bin/(?:[a-z0-9_-]+-)?(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+|tcc|ld|as|make|rustc|cargo)(?:-[0-9.]+)?$
    """
)
_DISTRIBUTION = re.compile(r"(?:^|/)([^/]+)-[^-/]+\.(?:dist|egg)-info$")


def installers(names: Iterable[str]) -> list[str]:
    """The paths that belong to a package manager of Python, or to what it installs with."""
    return sorted(name for name in names if _INSTALLERS.search(name))


def compilers(names: Iterable[str]) -> list[str]:
    """The programs that compile, assemble or link."""
    return sorted(name for name in names if _COMPILERS.search(name))


def distributions(names: Iterable[str]) -> list[str]:
    """The normalised names of the distributions that are installed anywhere, one for each place."""
    found = (_DISTRIBUTION.search(name) for name in names)
    return sorted(re.sub(r"[-_.]+", "-", match[1]).lower() for match in found if match)
