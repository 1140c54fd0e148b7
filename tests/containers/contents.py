"""Says what in a file system must not be there when an application runs."""

import re
from collections.abc import Iterable

_INSTALLERS = re.compile(
    r"""(?x)
    (?:^|/)s?bin/(?:pip[0-9.]*|uv|uvx|poetry|pipenv|pdm|easy_install[0-9.-]*)$   # their programs
    | /(?:site|dist)-packages/(?:pip|uv|poetry|pipenv|pdm)$                      # their packages
    | /(?:pip|uv|poetry|pipenv|pdm)-[^/]+\.dist-info$
    | (?:^|/)pip-[^/]+\.whl$                                                     # the wheel that ensurepip bundles
    | (?:^|/)ensurepip$
    """
)
_COMPILERS = re.compile(
    r"""(?x)
    (?:^|/)bin/(?:[a-z0-9_-]+-)?(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+|tcc|ld|as|make|rustc)(?:-[0-9.]+)?$
    """
)


def installers(names: Iterable[str]) -> list[str]:
    """The paths that belong to a package manager of Python."""
    return sorted(name for name in names if _INSTALLERS.search(name))


def compilers(names: Iterable[str]) -> list[str]:
    """The programs that compile, assemble or link."""
    return sorted(name for name in names if _COMPILERS.search(name))
