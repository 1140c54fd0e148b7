"""Says in words what is wrong with what an application asks for: names, contents, locks."""

from typing import assert_never

from pure.complaints.reasons import (
    Conflict,
    ContentReason,
    HashMismatch,
    HashMissing,
    InvalidMetadata,
    LocalFileMissing,
    LockedButGone,
    LockForOtherPython,
    LockMissing,
    LockNewer,
    LockNotParsed,
    LockReason,
    LockStale,
    NameReason,
    NameUnknown,
    NoSuchVersion,
    NotARequirement,
    NotBrought,
    OtherPlatform,
    OtherPython,
    PluginsMissing,
)
from pure.manager.table import PIP_TOOL
from pure.manager.terms import Terms, sentence
from pure.names import normalise_name
from pure.report.prose.explanation import Explanation, asking, instead_of_itself


def explain_name(reason: NameReason, words: Terms) -> Explanation:
    """Of a name or a version that isn't there."""
    match reason:
        case NoSuchVersion(requirement=requirement, known=known):
            newest = ", ".join(known[-6:])
            has = f"The last of the {len(known)} versions that the index has are {newest}."
            few = f"The index has {newest}."
            return Explanation(
                found=(f"{requirement}: no such version for this Python and platform",),
                means=(has if len(known) > 6 else few,) if known else (),
                do=(f"Ask for a version that exists in {words.declared}.", *words.after),
            )
        case InvalidMetadata(name=name, version=version, below=below, better=better):
            major, _, minor = below.partition(".")
            older = f" ({PIP_TOOL.variable}={major}.{int(minor) - 1})" if minor.isdecimal() and int(minor) else ""
            return Explanation(
                found=(f"{name} {version}: pip {below} and newer don't read its metadata, which are invalid",),
                means=("Its makers wrote a requirement that isn't one; older pips let that pass.",),
                do=(
                    f"Ask for {f'{name} {better}' if better else f'another version of {name}'} in {words.declared},",
                    *words.after,
                    f"or have it installed by a pip older than {below}{older}.",
                ),
            )
        case NameUnknown():
            return _name_unknown(reason, words)
        case NotBrought(requirement=requirement, places=places):
            return Explanation(
                found=(f"{requirement}: nothing that fits here is in {' or '.join(places)}",),
                means=("Distributions come from there alone: no index is asked.",),
                do=(
                    f"Add what is missing:  pip download --dest {places[0]} '{requirement}'",
                    "on a machine with the image's Python and platform (elsewhere with --only-binary :all:,",
                    "--python-version and --platform).",
                    "Or have an index asked, too:  PIP_NO_INDEX=false",
                ),
            )
        case OtherPython(name=name, requires=requires, python=python):
            wanted = ", or ".join(requires[-3:])
            own = words.own(normalise_name(name))
            return Explanation(
                found=(f"{name} isn't made for {f'Python {python}' if python else 'this Python'}",),
                means=(f"What there is requires Python {wanted}.",) if wanted else (),
                do=(
                    "Choose a Python that it is made for (BP_PYTHON_VERSION or a file .python-version),",
                    f"or widen its requires-python in {words.declared}."
                    if own
                    else f"or another version of {name} in {words.declared}.",
                    *(() if own else words.after),
                ),
            )
        case OtherPlatform(name=name):
            return Explanation(
                found=(f"{name}: only wheels for other platforms or other versions of Python exist",),
                means=("There is no source distribution either that could be built here.",),
                do=(
                    f"Choose a version of {name} that has wheels for Linux and this Python,",
                    "or a Python that it has wheels for (BP_PYTHON_VERSION or a file .python-version).",
                ),
            )
        case LockedButGone(name=name):
            return Explanation(
                found=(f"{name}: the index offers nothing that {words.lock} names and that fits here",),
                means=(
                    "It may have been removed or replaced, it may have no wheel for this Python and platform,",
                    "or the index refuses to show it without credentials.",
                ),
                do=(
                    sentence(words.relock),
                    f"For a private index, check the credentials: {words.credentials}.",
                ),
            )
        case _:
            assert_never(reason)


def _name_unknown(reason: NameUnknown, words: Terms) -> Explanation:
    name = reason.name
    if reason.standard:
        return Explanation(
            found=(f"{name} is a module of Python itself, not a distribution",),
            means=("It is there without being installed.",),
            do=(f"Remove {name} from {words.declared}.", *words.after),
        )
    if reason.distribution:
        return Explanation(
            found=(f"{name}: no distribution has this name",),
            means=(f"The module {name} is in the distribution {reason.distribution}.",),
            do=(f"Write {reason.distribution.partition(' ')[0]} instead of {name} in {words.declared}.", *words.after),
        )
    uncertain = (
        "If the name is right, the index may have refused to answer: a private one does so without credentials.",
    )
    suggestion = (f"Did you mean {reason.similar}?",) if reason.similar else ()
    return Explanation(
        found=(f"{name}: {'no distribution has this name' if reason.certain else 'nothing was found by this name'}",),
        means=() if reason.certain else uncertain,
        do=(
            *suggestion,
            f"Correct the name in {words.declared}.",
            *words.after,
            f"For a private index, pass its credentials: {words.credentials}.",
        ),
    )


def explain_contents(reason: ContentReason, words: Terms) -> Explanation:
    """Of what a requirement asks for."""
    match reason:
        case Conflict(parties=parties):
            return Explanation(
                found=("these requirements contradict each other:", *(f"  {each}" for each in parties)),
                means=("No set of versions satisfies all of them.",),
                do=(
                    f"Widen or remove one of them in {words.declared}.",
                    *words.after,
                    *(
                        ()
                        if words.lock
                        else ("`uv pip compile` or `pip-compile` on your machine finds a set that fits, and pins it.",)
                        if words.interpolated
                        else ("`uv lock` on your machine finds a set that fits, and locks it.",)
                    ),
                ),
            )
        case HashMismatch(name=name):
            where = words.lock or (words.declared if words.interpolated else "the index")
            anew = words.relock or f"write its hash in {words.declared} anew"
            return Explanation(
                found=(f"{name}: what was downloaded has another hash than {where} says",),
                means=(
                    "Either the file was replaced on the index (a proxy, a rebuilt internal wheel),",
                    "or the hashes belong to another version. It was not installed.",
                ),
                do=("Find out which it is.", f"If the new file is right, {anew}.")
                if words.lock or words.interpolated
                else ("Find out what changes the files between the index and the build.",),
            )
        case HashMissing():
            return _hash_missing(reason, words)
        case LocalFileMissing(path=path, asked=asked):
            return Explanation(
                found=(f"{path}: there is no such file in the build", *asking(asked)),
                means=("The requirement names a path of the machine that the file was written on.",),
                do=(
                    *instead_of_itself(asked),
                    f"Write its name and version instead in {words.declared}: name==1.2.3.",
                    *(
                        ("`pip list --format=freeze` writes such a list, where `pip freeze` writes paths.",)
                        if words.interpolated and not words.lock
                        else ()
                    ),
                    "If the file belongs to the application, commit it and write its path relative to the project.",
                    *words.after,
                ),
            )
        case NotARequirement(text=text, line=line, conda=conda):
            conda = conda and words.interpolated
            return Explanation(
                found=(f"{line or words.declared}: {text}",),
                means=(
                    "This is a line of `conda list --export`, which pip cannot read."
                    if conda
                    else "This is not a requirement as pip knows them.",
                ),
                do=(
                    f"Write the list that pip reads:  pip list --format=freeze > {words.file}",
                    "and remove from it what isn't a Python distribution.",
                )
                if conda
                else (f"Correct it in {words.declared}; a requirement looks like  flask>=3.1", *words.after),
            )
        case _:
            assert_never(reason)


def _hash_missing(reason: HashMissing, words: Terms) -> Explanation:
    name = reason.name or "a requirement"
    if not words.interpolated:
        return Explanation(
            found=(f"{name}: it has no hash, and pip was told to demand one",),
            means=(f"{words.lock} has hashes for others.",)
            if words.lock
            else ("A project's own declaration has no hashes.",),
            do=(sentence(words.relock) if words.lock else "Unset PIP_REQUIRE_HASHES, or lock the project:  uv lock",),
        )
    return Explanation(
        found=(f"{name}: it has no hash or no exact version, and others have",),
        means=("With one hash in it, a requirements file has to pin everything with hashes, dependencies too.",),
        do=(
            "Write the whole file by a tool:",
            f"  uv pip compile --generate-hashes {words.file.removesuffix('.txt')}.in --output-file {words.file}",
            "or remove all --hash options.",
        ),
    )


def explain_lock(reason: LockReason, words: Terms) -> Explanation:
    """Of a lock."""
    again = sentence(words.relock)
    match reason:
        case LockStale():
            return Explanation(
                happened=f"{words.lock} is out of date",
                means=("The project's declarations have changed since it was made.",),
                do=(
                    again,
                    f"If it is up to date on your machine, another {words.title} made it: set {words.variable} to what",
                    f"`{words.title.lower()} --version` tells there.",
                ),
            )
        case LockMissing():
            return Explanation(found=(f"there is no {words.lock}",), do=(again,))
        case LockNewer():
            return Explanation(
                happened=f"{words.lock} was made by a newer {words.title} than this one",
                means=("Its format has changed since, and this release can't read it.",),
                do=(
                    f"Take the {words.title} that made it: set {words.variable} to its version,",
                    f"which `{words.title.lower()} --version` tells on your machine.",
                    f"Or {words.relock}, with an older {words.title}.",
                ),
            )
        case PluginsMissing(plugins=plugins):
            return Explanation(
                found=("Poetry could not install the plugins that the project requires:", *(f"  {p}" for p in plugins)),
                means=("It takes them from the project's own sources, and chooses their versions anew in each build.",),
                do=(
                    f"Take out of requires-plugins in {words.declared} what only development and locking need.",
                    f"An application that is no package needs none for its version: {words.no_package}.",
                    *words.after,
                ),
            )
        case LockNotParsed(detail=detail):
            return Explanation(
                found=(f"{words.lock} cannot be read{f': {detail}' if detail else ''}",),
                means=("Marks of a merge conflict (<<<<<<<) are the usual reason.",),
                do=("Take one side of it.", *words.after),
            )
        case LockForOtherPython(requires=requires, python=python):
            have = f", and the image has Python {python}" if python else ""
            return Explanation(
                found=(f"the project is for Python {requires}{have}",),
                do=(
                    "Choose such a Python (BP_PYTHON_VERSION or a file .python-version),",
                    f"or widen the range in {words.declared}.",
                    *words.after,
                ),
            )
        case _:
            assert_never(reason)
