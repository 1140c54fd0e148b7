"""Divides the application's files over image layers by the buildpacks' slices."""

import re
from collections.abc import Iterable, Sequence


def divide(paths: Iterable[tuple[str, bool]], slices: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The paths of each slice and, last, the remainder: n slices give n + 1 tuples, each sorted.

    ``paths`` are those below the application folder as (relative path, is a directory). A pattern matches whole
    relative paths, ``*`` does not cross ``/``, a matched directory takes what is in it, the first match owns a path.
    Folders above a sliced path come along with it. The empty path stands for the application folder itself.
    """
    is_dir = dict(paths)
    order = sorted(is_dir, key=_components)
    free = dict.fromkeys(order)
    result: list[tuple[str, ...]] = []
    for patterns in slices:
        taken = _take(free, order, patterns)
        for path in taken:
            del free[path]
        above = {parent for path in taken for parent in _parents(path)} - set(taken)
        occupied = {parent for path in free for parent in _parents(path)}
        for folder in above:
            # A folder whose whole contents are sliced away goes with them.
            if folder not in occupied and folder in free and folder:
                del free[folder]
        result.append(_sorted({*taken, *above}))
    rest = set(free)
    # The folders that hold what remains are listed again only if they remain themselves: extraction creates them.
    result.append(_sorted(rest | {""}))
    return tuple(result)


def _take(free: dict[str, None], order: Sequence[str], patterns: Sequence[str]) -> tuple[str, ...]:
    compiled = [_compile(pattern) for pattern in patterns]
    taken: dict[str, None] = {}
    folders: set[str] = set()
    for path in order:
        if any(parent in folders for parent in _parents(path)) or any(regex.fullmatch(path) for regex in compiled):
            folders.add(path)
            if path in free:
                taken[path] = None
    return tuple(taken)


def _parents(path: str) -> Iterable[str]:
    yield ""
    index = path.find("/")
    while index != -1:
        yield path[:index]
        index = path.find("/", index + 1)


def _components(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")) if path else ()


def _sorted(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(paths, key=_components))


def _compile(pattern: str) -> re.Pattern[str]:
    """A glob in which ``*`` and ``?`` stop at ``/``; a malformed one matches nothing."""
    out: list[str] = []
    index = 0
    pattern = _clean(pattern)
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            close = pattern.find("]", index + 1)
            if close == -1:
                return re.compile(r"(?!)")
            body = pattern[index:close]
            negated = body.startswith("^")
            out.append(f"[{'^/' if negated else ''}{_class(body[negated:])}]")
            index = close + 1
        elif char == "\\" and index < len(pattern):
            out.append(re.escape(pattern[index]))
            index += 1
        else:
            out.append(re.escape(char))
    try:
        return re.compile("".join(out))
    except re.error:
        return re.compile(r"(?!)")


def _class(body: str) -> str:
    return "".join(char if char == "-" else re.escape(char) for char in body)


def _clean(pattern: str) -> str:
    parts: list[str] = []
    for part in pattern.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if pattern.startswith("/") else "") + "/".join(parts)
