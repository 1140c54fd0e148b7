"""Decides whether Django's static files are collected, and what became of it.

Whether ``staticfiles`` is enabled only the project's own settings know, so the project is asked by the command itself:
a ``manage.py`` whose settings don't enable it answers that it doesn't know ``collectstatic``. Asking first and
collecting then would load the settings twice.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from pure.switches import BadSwitch, switch

COLLECT_VARIABLE: Final = "BP_DJANGO_COLLECTSTATIC"
DJANGO: Final = "django"
COMMAND: Final = ("collectstatic", "--noinput")

# What Heroku and those who followed it call the same.
DISABLE_VARIABLE: Final = "DISABLE_COLLECTSTATIC"
SETTINGS_VARIABLE: Final = "DJANGO_SETTINGS_MODULE"

CauseKind: TypeAlias = Literal[
    "settings", "arguments", "static_root", "variable", "secret_key", "module", "manifest", "database"
]

# What everyone meets, in the words of Django and of the libraries that read settings from the environment. The last
# line that matches decides: it stands at the end of the traceback.
_CAUSES: Final[tuple[tuple[CauseKind, re.Pattern[str]], ...]] = (
    # Nothing names the settings: Django's command says it this way, everything that reads them the others.
    ("settings", re.compile(r"^No Django settings specified\.")),
    ("settings", re.compile(r"ImproperlyConfigured: Requested settings?\b.{0,300}?settings are not configured")),
    ("settings", re.compile(rf"ImproperlyConfigured: .{{0,300}}?environment variable {SETTINGS_VARIABLE}\b")),
    ("settings", re.compile(rf"^KeyError: ['\"]{SETTINGS_VARIABLE}['\"]")),
    # The manage.py takes words for itself that were meant for Django.
    (
        "arguments",
        re.compile(r"^ModuleNotFoundError: No module named ['\"](?P<subject>[\w.]{0,300}\bcollectstatic)['\"]"),
    ),
    ("arguments", re.compile(r"^Unknown command: ['\"](?P<subject>--noinput)['\"]")),
    ("static_root", re.compile(r"ImproperlyConfigured: .{0,300}?STATIC_ROOT setting")),
    ("secret_key", re.compile(r"ImproperlyConfigured: The (?P<subject>SECRET_KEY) setting must not be empty")),
    ("variable", re.compile(r"ImproperlyConfigured: .{0,300}?\b(?P<subject>[A-Z][A-Z0-9_]{2,}) environment variable")),
    (
        "variable",
        re.compile(r"ImproperlyConfigured: .{0,300}?environment variable:? ['\"]?(?P<subject>[A-Z][A-Z0-9_]{2,})"),
    ),
    ("variable", re.compile(r"^KeyError: ['\"](?P<subject>[A-Za-z_][A-Za-z0-9_]*)['\"]")),
    ("variable", re.compile(r"UndefinedValueError: (?P<subject>[A-Za-z_][A-Za-z0-9_]*) not found")),
    ("variable", re.compile(r"EnvError: Environment variable [\"'](?P<subject>\w+)[\"']")),
    ("module", re.compile(r"^ModuleNotFoundError: No module named ['\"](?P<subject>[\w.]+)['\"]")),
    (
        "manifest",
        re.compile(r"(?:MissingFileError|ValueError): The file ['\"](?P<subject>.{1,500}?)['\"] could not be found"),
    ),
    ("database", re.compile(r"OperationalError: (?P<subject>.{0,300}?connect.*)")),
)
_UNKNOWN: Final = re.compile(r"^Unknown command: ['\"]collectstatic['\"]", re.MULTILINE)
_SUMMARY: Final = re.compile(r"^\d+ static files? ")
# "130 static files copied to '/workspace/static', 4 unmodified, 384 post-processed", and what Django may count further.
_INTO: Final = re.compile(
    r"^\d+ static files? \w{1,40} to '(?P<folder>.{1,4000}?)'(?P<counts>(?:, \d{1,9} [a-z -]{1,60}){0,5})$"
)
_LAY_THERE: Final = "unmodified"
_ENVIRONMENT: Final = re.compile(r"environ|getenv|config\(|env\(")


def meant(found: Iterable[str]) -> tuple[str, ...]:
    """Which of the ``manage.py`` that were found may be meant: the root's alone where it has one; the nearest first."""
    paths = sorted(found, key=lambda path: (path.count("/"), path))
    return tuple([path for path in paths if "/" not in path] or paths)


class DjangoDecision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether static files are to be collected if Django is installed: by which ``manage.py``, and why (not).

    ``manage`` is its path from the application's folder. ``folder`` is where they went, once that is known, and if it
    lies there.
    """

    manage: str | None
    collect: bool
    because: str
    folder: str = ""


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """The static files are collected; ``summary`` are Django's words."""

    summary: str


class NotEnabled(msgspec.Struct, frozen=True, kw_only=True):
    """The project doesn't use ``django.contrib.staticfiles``."""


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """What the output shows to be wrong; ``subject`` is the variable, module or file."""

    kind: CauseKind
    subject: str = ""


class CollectStaticFailed(msgspec.Struct, frozen=True, kw_only=True):
    """``collectstatic`` failed; the project's own error was printed above."""

    manage: str
    returncode: int
    signal: str | None
    cause: Cause | None
    candidates: tuple[str, ...] = ()
    """Modules that look like settings, where nothing names them."""


Judgement: TypeAlias = Collected | NotEnabled | CollectStaticFailed


def decide_django(variables: Mapping[str, str], manage: Sequence[str]) -> DjangoDecision | BadSwitch:
    """The decision before anything is installed. ``manage`` are the project's ``manage.py``, the best first."""
    said = bool(variables.get(COLLECT_VARIABLE, "").strip())
    wanted = switch(variables, COLLECT_VARIABLE) if said else True
    if isinstance(wanted, BadSwitch):
        return wanted
    first = manage[0] if manage else None
    if first is None:
        return DjangoDecision(manage=None, collect=False, because="there is no manage.py of Django's")
    if not wanted:
        because = f"${COLLECT_VARIABLE} is {variables[COLLECT_VARIABLE].strip()}"
        return DjangoDecision(manage=first, collect=False, because=because)
    # Heroku asks whether it is there and isn't 0.
    disabled = variables.get(DISABLE_VARIABLE, "").strip()
    if disabled not in ("", "0") and not said:
        because = f"${DISABLE_VARIABLE} is set; its name here is {COLLECT_VARIABLE}=false"
        return DjangoDecision(manage=first, collect=False, because=because)
    others = f"; {', '.join(manage[1:4])} passed over" if len(manage) > 1 else ""
    return DjangoDecision(manage=first, collect=True, because=f"the project has {first}{others}")


def collected_into(summary: str) -> str:
    """The folder that all static files were copied into, by Django's words; empty where it doesn't say so.

    It doesn't of storages elsewhere, nor where some lay there already.
    """
    found = _INTO.match(summary)
    return found["folder"] if found and _LAY_THERE not in found["counts"] else ""


def turned_out(decision: DjangoDecision, *, enabled: bool, folder: str) -> DjangoDecision:
    """The decision once it is known whether the project has static files, and where they went."""
    if enabled:
        return msgspec.structs.replace(decision, folder=folder)
    because = "django.contrib.staticfiles is not among the project's INSTALLED_APPS"
    return msgspec.structs.replace(decision, collect=False, because=because)


def went_into(summary: str, app: str) -> str:
    """The folder that Django names, whatever lay there before, from the application's: ``.`` for that itself.

    Empty for a folder elsewhere, too: what was written there isn't in the image.
    """
    found = _INTO.match(summary)
    folder = found["folder"] if found else ""
    if folder == app:
        return "."
    return folder.removeprefix(f"{app}/") if folder.startswith(f"{app}/") else ""


def judge(
    manage: str, returncode: int, signal: str | None, lines: Sequence[str], *, candidates: tuple[str, ...] = ()
) -> Judgement:
    """What became of ``collectstatic``, from its exit status and its output.

    ``candidates`` are modules that look like settings.
    """
    if returncode == 0:
        summary = next((line.strip() for line in reversed(lines) if _SUMMARY.match(line.strip())), "")
        return Collected(summary=summary.rstrip("."))
    text = "\n".join(lines)
    cause = None if signal else _cause(lines)
    unread = cause is not None and cause.kind == "settings"
    # Without settings no command of an application's is known, whatever the settings enable.
    if signal is None and _UNKNOWN.search(text) and not unread:
        return NotEnabled()
    return CollectStaticFailed(
        manage=manage,
        returncode=returncode,
        signal=signal,
        cause=cause,
        candidates=candidates if unread else (),
    )


def _cause(lines: Sequence[str]) -> Cause | None:
    for number in range(len(lines) - 1, -1, -1):
        for kind, pattern in _CAUSES:
            match = pattern.search(lines[number])
            if match is None:
                continue
            subject = (match.groupdict().get("subject") or "")[:120]
            if lines[number].startswith("KeyError:") and not _reads_environment(lines[:number]):
                continue
            return Cause(kind=kind, subject=subject)
    return None


def _reads_environment(before: Sequence[str]) -> bool:
    """Whether a traceback ends in a look-up of an environment variable: any other ``KeyError`` says nothing."""
    return any(_ENVIRONMENT.search(line) for line in before[-8:])
