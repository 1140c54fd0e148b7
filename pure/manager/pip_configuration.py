"""Reads pip's configuration files in pip's order, and decides which of their settings reach or break an installation.

The files have sections (``[global]``, ``[install]``): https://pip.pypa.io/en/stable/topics/configuration/.
"""

import configparser
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

import msgspec

from pure.manager.environment import BREAKING, REACHING_AN_INDEX, BreakingVariable
from pure.switches import FALSE_WORDS


class ConfigurationFile(msgspec.Struct, frozen=True, kw_only=True):
    """One of pip's configuration files, in the order in which pip reads them (later ones win)."""

    path: str
    text: str


# Named as pip's file, it stands for no file at all.
_NO_FILE: Final = "/dev/null"


def places(variables: Mapping[str, str], folder: str) -> tuple[str, ...]:
    """Where pip looks for its files, in the order in which it reads them; it runs in the project's ``folder``."""
    own = variables.get("PIP_CONFIG_FILE", "")
    if own == _NO_FILE:
        return ()
    home = PurePosixPath(variables.get("HOME") or "/nonexistent")
    config = PurePosixPath(variables.get("XDG_CONFIG_HOME") or home / ".config")
    shared = (PurePosixPath(each) for each in (variables.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"))
    usual = (
        *(each / "pip/pip.conf" for each in shared),
        PurePosixPath("/etc/pip.conf"),
        home / ".pip/pip.conf",
        config / "pip/pip.conf",
    )
    named = (PurePosixPath(folder, own),) if own else ()
    return tuple(map(str, (*usual, *named)))


def configured(files: tuple[ConfigurationFile, ...]) -> tuple[tuple[str, str, str], ...]:
    """The settings of ``[global]`` and ``[install]`` as (variable, value, path); unreadable files give none.

    pip itself complains about a file that it can't read, in its own words.
    """
    found: dict[str, tuple[str, str]] = {}
    for section in ("global", "install"):
        for file in files:
            parser = configparser.RawConfigParser()
            try:
                parser.read_string(file.text)
            except configparser.Error:
                continue
            if parser.has_section(section):
                for option, value in parser.items(section):
                    found[f"PIP_{option.upper().replace('-', '_')}"] = (" ".join(value.split()), file.path)
    return tuple((name, value, path) for name, (value, path) in sorted(found.items()))


def configured_offenders(settings: tuple[tuple[str, str, str], ...]) -> tuple[BreakingVariable, ...]:
    """Settings of configuration files that would break the build as their variables would."""
    return tuple(
        BreakingVariable(name=f"{name.removeprefix('PIP_').lower().replace('_', '-')} in {path}", effect=BREAKING[name])
        for name, value, path in settings
        if name in BREAKING and value.lower() not in FALSE_WORDS
    )


def bootstrap_settings(settings: tuple[tuple[str, str, str], ...]) -> dict[str, str]:
    """What the installation of pip itself takes from configuration files: how to reach an index, nothing else.

    The files themselves are switched off for that step by ``PIP_CONFIG_FILE``.
    """
    return {name: value for name, value, _ in settings if name in REACHING_AN_INDEX - {"PIP_CONFIG_FILE"}}
