"""Decides which pip is installed, and which of pip's configuration files' settings reach its installation.

Configuration files have sections (``[global]``, ``[install]``): https://pip.pypa.io/en/stable/topics/configuration/.
"""

import configparser
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import msgspec

from pure.manager.environment import BREAKING, REACHING_AN_INDEX, BreakingVariable
from pure.outcome import Failure, Outcome, Success
from pure.source import Source
from pure.switches import FALSE_WORDS

VERSION_VARIABLE: Final = "BP_PIP_VERSION"
PIN_FILE: Final = "data/pip-requirements.txt"

# Kept short on purpose: a release's number, with or without a pre-release. pip publishes no other forms.
_VERSION: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}(?:(?:a|b|rc)[0-9]{1,3})?\Z")
_PIN: Final = re.compile(r"^pip==(?P<version>\S+)", re.MULTILINE)
_OLDEST: Final = (23, 1)


class BadPipVersion(msgspec.Struct, frozen=True, kw_only=True):
    """``BP_PIP_VERSION`` isn't a version number."""

    value: str


class PipTooOld(msgspec.Struct, frozen=True, kw_only=True):
    """``BP_PIP_VERSION`` names a pip that can't report what it resolves or can't work on another environment."""

    version: str
    oldest: str


class BadPin(msgspec.Struct, frozen=True, kw_only=True):
    """The buildpack's own pin file names no pip version: the buildpack is damaged."""

    file: str


PipVersionError: TypeAlias = BadPipVersion | PipTooOld | BadPin


class PipChoice(msgspec.Struct, frozen=True, kw_only=True):
    """The pip to install. ``hashed`` says that the pin file's hashes verify it."""

    version: str
    hashed: bool
    source: Source
    because: tuple[str, ...]


def choose_pip(variables: Mapping[str, str], pin_file: str) -> Outcome[PipChoice, PipVersionError]:
    """The pinned pip, or the one that ``BP_PIP_VERSION`` names (which none of our hashes can verify)."""
    pin = _PIN.search(pin_file)
    if pin is None:
        return Failure(BadPin(file=PIN_FILE))
    pinned = pin["version"].rstrip("\\")
    wanted = variables.get(VERSION_VARIABLE, "").strip()
    if not wanted or wanted == pinned:
        source = Source(variable=VERSION_VARIABLE) if wanted else Source(file=PIN_FILE)
        return Success(
            PipChoice(version=pinned, hashed=True, source=source, because=("pinned by this buildpack, with hashes",))
        )
    if not _VERSION.match(wanted):
        return Failure(BadPipVersion(value=wanted[:60]))
    numbers = tuple(int(number) for number in re.findall(r"[0-9]+", wanted)[:2])
    if numbers < _OLDEST:
        return Failure(PipTooOld(version=wanted, oldest=".".join(map(str, _OLDEST))))
    return Success(
        PipChoice(
            version=wanted,
            hashed=False,
            source=Source(variable=VERSION_VARIABLE),
            because=(f"${VERSION_VARIABLE} asks for {wanted}, which this buildpack's hashes don't cover",),
        )
    )


class ConfigurationFile(msgspec.Struct, frozen=True, kw_only=True):
    """One of pip's configuration files, in the order in which pip reads them (later ones win)."""

    path: str
    text: str


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
