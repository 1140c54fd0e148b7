"""Adds to the reason of a failed tool what the application's files say of it: the line, the pattern."""

from pathlib import PurePosixPath

import msgspec

from pure.build.facts import Facts
from pure.build.workplace import Workplace
from pure.complaints.reasons import (
    FileMissingInBuild,
    LocalFileMissing,
    LockedButGone,
    NameUnknown,
    NoSuchVersion,
    NotBrought,
    OtherPlatform,
    Recognised,
    RepositoryNotFound,
    RepositoryRefused,
    RepositoryUnreachable,
)
from pure.manager import supply
from pure.manager.managed import Managed
from pure.outcome import Success
from pure.project.ignoring import left_out
from pure.project.requirements.itself import AskedBy, asked_by
from pure.urls import visible_url


def with_own_words(recognised: Recognised | None, facts: Facts, managed: Managed, work: Workplace) -> Recognised | None:
    """The same reason, with what is known of where it comes from."""
    match recognised:
        case FileMissingInBuild(path=path):
            named = PurePosixPath(work.project, path)
            if not named.is_relative_to(work.app) or ".." in named.parts:
                return recognised
            by = left_out(named.relative_to(work.app).as_posix(), facts.elsewhere)
            return msgspec.structs.replace(recognised, left_out=by)
        case RepositoryRefused(place=place) | RepositoryNotFound(place=place) | RepositoryUnreachable(place=place):
            return msgspec.structs.replace(recognised, asked=_asked(place, facts, managed))
        case LocalFileMissing(path=path):
            return msgspec.structs.replace(recognised, asked=_asked(path, facts, managed))
        case NoSuchVersion(requirement=wanted) | NameUnknown(name=wanted, standard=False, distribution=""):
            return _not_brought(wanted, facts) or recognised
        case OtherPlatform(name=wanted) | LockedButGone(name=wanted):
            return _not_brought(wanted, facts) or recognised
        case _:
            return recognised


def _not_brought(wanted: str, facts: Facts) -> NotBrought | None:
    """The same where distributions come from declared folders alone."""
    if not (facts.supplied and supply.alone(facts.settings)):
        return None
    places = map(supply.folder_of, facts.supplied[supply.FIND_LINKS].split())
    shown = tuple(visible_url(place.removeprefix(f"{facts.home}/")) for place in places)
    return NotBrought(requirement=wanted, places=shown)


def _asked(place: str, facts: Facts, managed: Managed) -> AskedBy | None:
    if not managed.manager.by_requirements or not isinstance(facts.requirements, Success):
        return None
    names = facts.project.unwrap() if isinstance(facts.project, Success) else None
    present = (*names.names, *names.source_names) if names else facts.names
    lines = facts.requirements.unwrap().requirements
    return asked_by(lines, place, own=managed.declared.name, names=frozenset(present))
