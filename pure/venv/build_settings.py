"""Condenses to one digest the settings that say whether and how distributions are built.

The same lock gives other files under others of them, and no tool looks at that: what is installed in the right version
stays. So an environment that was made under other ones is made anew.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Final

from pure.manager.table import Manager
from pure.outcome import Success
from pure.project.document import Document, table

# Parts of their names, as variables have them.
_WORDS: Final = (
    "NO_BINARY", "ONLY_BINARY", "PREFER_BINARY", "NO_BUILD", "EXTRA_BUILD", "BUILD_ISOLATION", "BUILD_CONSTRAINT",
    "CONFIG_SETTING", "GLOBAL_OPTION", "NO_ISOLATION",
)  # fmt: skip
# A project's file, which holds the settings of many tools.
_SHARED: Final = "pyproject.toml"
_DEEPEST: Final = 4
_ISOLATION: Final = ("BUILD_ISOLATION", "NO_ISOLATION")
# Variables that name settings of a tool's own, wherever they are.
_ELSEWHERE: Final = {"uv": "UV_CONFIG_FILE", "pdm": "PDM_CONFIG_FILE", "poetry": "POETRY_CONFIG_DIR"}


def build_settings(
    manager: Manager, variables: Mapping[str, str], *, texts: Mapping[str, Document], above: Mapping[str, Document]
) -> str:
    """The digest; empty where nothing is set, or where pip is asked what it would install, which knows them.

    ``texts`` are the project's files, of which some configure the tool, ``above`` are those of its workspace.
    """
    if not manager.synchronises:
        return ""
    found = list(_found(manager, variables, texts=texts, above=above))
    return hashlib.sha256(json.dumps(sorted(found)).encode()).hexdigest()[:16] if found else ""


def isolation_setting(
    manager: Manager, variables: Mapping[str, str], *, texts: Mapping[str, Document], above: Mapping[str, Document]
) -> str:
    """The first setting that says whether distributions are built apart from what is installed; empty without one.

    A variable that names settings which only the tool reads may say so, too.
    """
    found = _found(manager, variables, texts=texts, above=above)
    isolating = (name for name, value in sorted(found) if any(word in _plain(name + value) for word in _ISOLATION))
    unread = _ELSEWHERE.get(manager.tool.name, "")
    return next(isolating, unread if variables.get(unread) else "")


def _found(
    manager: Manager, variables: Mapping[str, str], *, texts: Mapping[str, Document], above: Mapping[str, Document]
) -> Iterator[tuple[str, str]]:
    yield from (
        (name, value)
        for name, value in variables.items()
        if value and name.startswith(manager.tool.prefixes) and _counts(name)
    )
    for where, files in (("", texts), ("workspace/", above)):
        for name in (name for name in manager.configuration if name in files and name.endswith(".toml")):
            loaded = files[name].toml
            if isinstance(loaded, Success):
                settings = loaded.unwrap()
                if name == _SHARED:
                    settings = table(table(settings.get("tool")).get(manager.tool.name))
                yield from _configured(settings, f"{where}{name}", _DEEPEST)


def _counts(name: str) -> bool:
    return any(word in _plain(name) for word in _WORDS)


def _plain(name: str) -> str:
    return name.upper().replace("-", "_")


def _configured(settings: Mapping[str, object], place: str, depth: int) -> Iterator[tuple[str, str]]:
    for key, value in settings.items():
        # Some settings are options of commands.
        options = value if isinstance(value, list) else ()
        if _counts(key) or any(isinstance(each, str) and _counts(each) for each in options):
            yield f"{place}.{key}", json.dumps(value, sort_keys=True, default=str)
        elif isinstance(value, dict) and depth:
            yield from _configured(value, f"{place}.{key}", depth - 1)
