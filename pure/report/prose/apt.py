"""Says how system packages get into an image, ready to be copied: for the common apt buildpacks."""

from collections.abc import Iterable
from typing import Final

from pure.build.finding import Finding
from pure.venv.lacks import MissingLibraries

# A compiler looks for its parts and headers where Debian has them: it belongs into the build image itself.
_NOT_AS_A_LAYER: Final = frozenset({"build-essential"})


def missing_packages(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Debian's packages that have what findings say is missing, each once, sorted."""
    return tuple(sorted({name for each in findings if isinstance(each, MissingLibraries) for name in each.packages}))


def apt_lines(packages: Iterable[str]) -> tuple[str, ...]:
    """Files for an apt buildpack that comes before this one; nothing where there is nothing for one to install."""
    names = [name for name in packages if name not in _NOT_AS_A_LAYER]
    if not names:
        return ()
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        "System packages by an apt buildpack before this one, which reads an Aptfile:",
        f"  printf '%s\\n' {' '.join(names)} >> Aptfile",
        "or project.toml:",
        "  [com.heroku.buildpacks.deb-packages]",
        f"  install = [{listed}]",
    )
