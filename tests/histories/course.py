"""One course of an application, which meets everything that a divided environment can meet in few builds."""

from typing import Final

import msgspec

from tests.histories.application import BY_REQUIREMENTS, Application, Manager, Outside, Want
from tests.histories.history import Counts, History, Nothing
from tests.histories.situation import Situation, tool_of


def wants(*words: str) -> tuple[Want, ...]:
    pairs = (each.partition("==") for each in words)
    return tuple(Want(name=name, version=version or None) for name, _, version in pairs)


# What an author does to an application with heavy distributions, from build to build.
COURSE: Final = (
    wants("alpha==1.0", "ns-heavy==1.0"),
    wants("alpha==1.1", "ns-heavy==1.0"),
    wants("alpha==1.1", "ns-heavy==1.1", "modules==1.0"),
    wants("alpha==1.1", "ns-heavy==1.1", "ns-one==1.0", "modules==1.0"),
    wants("alpha==1.1", "grows==2.0", "ns-heavy==1.1", "ns-one==1.0", "modules==1.0"),
    wants("alpha==1.1", "grows==2.0", "ns-heavy==1.1", "ns-one==1.1", "modules==1.1"),
    wants("alpha==1.1", "grows==1.0", "ns-heavy==1.1"),
    wants("torn", "ns-heavy==1.1"),
    wants("torn", "delta", "ns-heavy==1.1"),
    wants("alpha==2.0", "beta==1.0"),
    wants("beta==1.0"),
)


def follow(manager: Manager, *, hashed: bool) -> None:
    """Build again and again, and last of all where image, cache and both are lost."""
    outside = Outside()
    applications = [Application(manager=manager, hashed=hashed, wants=each).with_lock(outside) for each in COURSE]
    history = begun(manager, hashed=hashed)
    for application in applications:
        history.change("the next requirements", application=application)
        history.build()
    history.change("back to the second ones", application=applications[1])
    history.build()
    history.change("alpha is built from its source", no_binary=True)
    history.build()
    other = msgspec.structs.replace(outside, index=outside.index.republished("alpha", "1.1"))
    history.change("alpha is published anew", outside=other, application=applications[1].with_lock(other))
    history.build()
    for number in (0, 1):
        # Its RECORD is what it was: only its contents tell.
        if number:
            other = msgspec.structs.replace(other, index=other.index.republished("modules", "1.0"))
        history.change("with modules, then published anew", outside=other, application=applications[2].with_lock(other))
        history.build()
    for python in ("3.13.0", "3.12.1"):
        history.change(f"Python {python}", python=python)
        history.build()
    history.change("another release of the tool", tools={tool_of(manager): 1})
    history.build()
    history.change("the target is arm64", arch="arm64")
    history.build()
    history.change("the target is another distribution", distro=1)
    history.build()
    for lose in (history.lose_image, history.lose_cache):
        lose()
        history.build()
    for divided in (False, True):
        history.change("divided, or not", divided=divided)
        history.build()
    for commands in (True, False):
        history.change("a build command, or none", commands=commands)
        history.build()
    for collects in (True, False, True):
        history.change("a manage.py, or none", collects=collects)
        history.build()
        history.build()
    history.change("back to the first requirements", application=applications[0])
    history.build()
    for later in (True, False):
        history.change("a later buildpack, or none", later=later)
        history.build()
        history.build()
    if manager in BY_REQUIREMENTS:
        for by_hash, wanted in ((not hashed, COURSE[0]), (hashed, COURSE[2]), (not hashed, COURSE[1])):
            application = Application(manager=manager, hashed=by_hash, wants=wanted).with_lock(outside)
            history.change("with hashes, or without", application=application)
            history.build()


def begun(manager: Manager, *, hashed: bool) -> History:
    """A history of the course's application before its first build."""
    application = Application(manager=manager, hashed=hashed, wants=COURSE[0]).with_lock(Outside())
    return History(Situation(application=application), counts=Counts(), nothing=Nothing())


def asking(history: History, *words: str) -> Application:
    """The application with these requirements."""
    situation = history.situation
    return msgspec.structs.replace(situation.application, wants=wants(*words)).with_lock(situation.outside)
