"""Removes from pip's cache what the next build can do without."""

from pathlib import Path

from pure.manager.pip_cache import BEGINNING, BODY, FOLDER, artefacts


def prune_downloads(cache: Path, *, resolves: bool) -> None:
    """Remove the downloads that ``pure.manager.pip_cache`` finds to be of no use, with their headers."""
    bodies = {str(path).removesuffix(BODY): path for path in (cache / FOLDER).rglob(f"*{BODY}")}
    headers = {name: _beginning(Path(name)) for name in bodies}
    begin = {name: _beginning(path) for name, path in bodies.items()}
    for name in artefacts(headers, begin, resolves=resolves):
        # Without its headers a body is of no use to pip, and it is fetched again.
        Path(name).unlink(missing_ok=True)
        bodies[name].unlink(missing_ok=True)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BEGINNING)
    except OSError:
        return b""
