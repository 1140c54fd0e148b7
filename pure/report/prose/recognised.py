"""Says the recognised reasons of a failed installation in words: the cause and the cure."""

from typing import Final, TypeAlias, assert_never

import msgspec

from pure.complaints.reasons import (
    BuildFailed,
    CertificatesMissing,
    CertificateUntrusted,
    Conflict,
    DiskFull,
    GitMissing,
    HashMismatch,
    HashMissing,
    IndexRefused,
    IndexUnreachable,
    LocalFileMissing,
    LockedButGone,
    LockForOtherPython,
    LockMissing,
    LockStale,
    LockUnreadable,
    NameUnknown,
    Needed,
    NotARequirement,
    OtherPlatform,
    OtherPython,
    OutOfMemory,
    Recognised,
    RepositoryNotFound,
    RepositoryRefused,
    RepositoryUnreachable,
    VersionInGit,
    VersionUnknown,
)
from pure.complaints.system_needs import WHEELS
from pure.manager.terms import InstalledFrom, Terms, sentence, terms
from pure.message import Message
from pure.names import normalise_name
from pure.wording import wrapped

_Names: TypeAlias = VersionUnknown | NameUnknown | OtherPython | OtherPlatform | LockedButGone
_Contents: TypeAlias = Conflict | HashMismatch | HashMissing | LocalFileMissing | NotARequirement
_Index: TypeAlias = IndexRefused | IndexUnreachable | CertificateUntrusted | CertificatesMissing
_Repository: TypeAlias = RepositoryRefused | RepositoryNotFound | RepositoryUnreachable | GitMissing
_System: TypeAlias = Needed | BuildFailed | VersionInGit | OutOfMemory | DiskFull
_Lock: TypeAlias = LockStale | LockMissing | LockUnreadable | LockForOtherPython


# Names of files make lines longer than they were written here.
_WIDTH: Final = 108


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """The cause in one or more lines, what it means, and what to do."""

    # A headline of its own, for a cause that says all.
    happened: str = ""
    found: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    do: tuple[str, ...] = ()


def describe_installer(
    source: InstalledFrom, version: str, recognised: Recognised | None, *, returncode: int, signal: str | None
) -> Message:
    """The message of a failed installation: the recognised reason, or at least how the tool ended."""
    words = terms(source)
    happened = f"{words.title} {version} could not install the application's dependencies"
    if recognised is not None:
        advice = advise(words, recognised)
        return Message(
            happened=advice.happened or happened,
            found=_wrapped(advice.found),
            means=_wrapped(advice.means),
            do=_wrapped(advice.do),
        )
    ending = f"was ended by {signal}" if signal else f"ended with status {returncode}"
    return Message(
        happened=happened,
        found=(f"{words.title} {ending}; its own messages stand above.",),
        means=("Nothing of this build is kept; the layers of the last successful build are untouched.",),
        do=("Build again. If it happens again, look for what was built from source just before.",)
        if signal
        else _wrapped((f"Correct {words.declared} as these messages say, then build again.", *words.after)),
    )


def _wrapped(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for line in lines for part in wrapped(line, width=_WIDTH))


def advise(words: Terms, recognised: Recognised) -> Advice:
    """What to tell about a recognised reason, in the terms of the application that was built."""
    match recognised:
        case VersionUnknown() | NameUnknown() | OtherPython() | OtherPlatform() | LockedButGone():
            return _names(recognised, words)
        case Conflict() | HashMismatch() | HashMissing() | LocalFileMissing() | NotARequirement():
            return _contents(recognised, words)
        case IndexRefused() | IndexUnreachable() | CertificateUntrusted() | CertificatesMissing():
            return _index(recognised, words)
        case RepositoryRefused() | RepositoryNotFound() | RepositoryUnreachable() | GitMissing():
            return _repository(recognised, words)
        case Needed() | BuildFailed() | VersionInGit() | OutOfMemory() | DiskFull():
            return _system(recognised, words)
        case LockStale() | LockMissing() | LockUnreadable() | LockForOtherPython():
            return _lock(recognised, words)
        case _:
            assert_never(recognised)


def _names(reason: _Names, words: Terms) -> Advice:
    match reason:
        case VersionUnknown(requirement=requirement, known=known):
            newest = ", ".join(known[-6:])
            more = f"the last of {len(known)} are {newest}" if len(known) > 6 else newest
            return Advice(
                found=(f"{requirement}: no such version for this Python and platform",),
                means=(f"The index has {more}.",) if known else (),
                do=(f"Ask for a version that exists in {words.declared}.", *words.after),
            )
        case NameUnknown():
            return _name_unknown(reason, words)
        case OtherPython(name=name, requires=requires, python=python):
            wanted = ", or ".join(requires[-3:])
            own = words.own(normalise_name(name))
            return Advice(
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
            return Advice(
                found=(f"{name}: only wheels for other platforms or other versions of Python exist",),
                means=("There is no source distribution either that could be built here.",),
                do=(
                    f"Choose a version of {name} that has wheels for Linux and this Python,",
                    "or a Python that it has wheels for (BP_PYTHON_VERSION or a file .python-version).",
                ),
            )
        case LockedButGone(name=name):
            return Advice(
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


def _name_unknown(reason: NameUnknown, words: Terms) -> Advice:
    name = reason.name
    if reason.standard:
        return Advice(
            found=(f"{name} is a module of Python itself, not a distribution",),
            means=("It is there without being installed.",),
            do=(f"Remove {name} from {words.declared}.", *words.after),
        )
    if reason.distribution:
        return Advice(
            found=(f"{name}: no distribution has this name",),
            means=(f"The module {name} is in the distribution {reason.distribution}.",),
            do=(f"Write {reason.distribution.partition(' ')[0]} instead of {name} in {words.declared}.", *words.after),
        )
    uncertain = (
        "If the name is right, the index may have refused to answer: a private one does so without credentials.",
    )
    suggestion = (f"Did you mean {reason.similar}?",) if reason.similar else ()
    return Advice(
        found=(f"{name}: {'no distribution has this name' if reason.certain else 'nothing was found by this name'}",),
        means=() if reason.certain else uncertain,
        do=(
            *suggestion,
            f"Correct the name in {words.declared}.",
            *words.after,
            f"For a private index, pass its credentials: {words.credentials}.",
        ),
    )


def _contents(reason: _Contents, words: Terms) -> Advice:
    match reason:
        case Conflict(parties=parties):
            return Advice(
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
            return Advice(
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
        case LocalFileMissing(path=path):
            return Advice(
                found=(f"{path}: there is no such file in the build",),
                means=("The requirement names a path of the machine that the file was written on.",),
                do=(
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
            return Advice(
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


def _hash_missing(reason: HashMissing, words: Terms) -> Advice:
    name = reason.name or "a requirement"
    if not words.interpolated:
        return Advice(
            found=(f"{name}: it has no hash, and pip was told to demand one",),
            means=(f"{words.lock} has hashes for others.",)
            if words.lock
            else ("A project's own declaration has no hashes.",),
            do=(sentence(words.relock) if words.lock else "Unset PIP_REQUIRE_HASHES, or lock the project:  uv lock",),
        )
    return Advice(
        found=(f"{name}: it has no hash or no exact version, and others have",),
        means=("With one hash in it, a requirements file has to pin everything with hashes, dependencies too.",),
        do=(
            "Write the whole file by a tool:",
            f"  uv pip compile --generate-hashes {words.file.removesuffix('.txt')}.in --output-file {words.file}",
            "or remove all --hash options.",
        ),
    )


def _index(reason: _Index, words: Terms) -> Advice:
    match reason:
        case IndexRefused(host=host, status=status):
            answered = f" answered {status}" if status else " refused"
            meaning = {
                401: "It wants a user and a password or a token, or those that it got are wrong.",
                403: "It knows who asks and doesn't allow it, or it doesn't let this network in.",
                407: "A proxy between the build and the index wants credentials.",
            }.get(status, "It wants credentials, or other ones.")
            return Advice(
                found=(f"the package index{_at(host)}{answered}",),
                means=(meaning,),
                do=(
                    "Pass the proxy's credentials to the build: HTTPS_PROXY, with user:password@ before its host."
                    if status == 407
                    else f"Pass its credentials to the build: {words.credentials}.",
                    "They never appear in the log or in the image.",
                ),
            )
        case IndexUnreachable(host=host, status=status):
            poetry = words.title == "Poetry"
            return Advice(
                found=(f"the package index{_at(host)} {f'answered {status}' if status else 'cannot be reached'}",),
                means=("It may be down for the moment.",)
                if status
                else ("The build has no network, the name is wrong, or a proxy stands between.",),
                do=("Build again later.", f"If it stays so, check the index's address in {words.index}.")
                if status
                else (
                    "Check that the build has a network: pack build --network host, or HTTPS_PROXY and NO_PROXY.",
                    *(("Check that its certificate is trusted; Poetry doesn't tell that apart.",) if poetry else ()),
                    f"Check the index's address in {words.index}.",
                ),
            )
        case CertificateUntrusted(host=host):
            return Advice(
                found=(f"the certificate of the package index{_at(host)} is not trusted",),
                means=(
                    "It is signed by an authority of your own, or a proxy opens the connection and signs anew.",
                    "The authority's certificate isn't known in the build.",
                ),
                do=(
                    "Bring the authority's certificate into the build, by a ca-certificates binding or in the builder,",
                    f"and name the file: {words.certificates}.",
                ),
            )
        case CertificatesMissing(path=path):
            return Advice(
                found=(f"{path}: there is no such file of certificates in the build",),
                do=(f"Correct or unset the variable that names it: {words.certificates}, REQUESTS_CA_BUNDLE.",),
            )
        case _:
            assert_never(reason)


def _repository(reason: _Repository, words: Terms) -> Advice:
    match reason:
        case RepositoryRefused(place=place, ssh=ssh):
            return Advice(
                found=(f"{place or 'a repository'}: the code host wants credentials",),
                means=("The build has no key for SSH, and none should be in an image.",)
                if ssh
                else ("The repository is private, or it doesn't exist; code hosts don't tell which.",),
                do=(
                    *(
                        (
                            f"Use HTTPS in {words.declared}, with ${{TOKEN}}@ before the host.",
                            "Pass the variable to the build: pack build --env TOKEN.",
                        )
                        if words.interpolated
                        else (
                            f"Use HTTPS in {words.declared}.",
                            *words.after,
                            "Pass a token to git by a git-credentials binding or by GIT_CONFIG_* variables.",
                        )
                    ),
                    "It never appears in the log or in the image.",
                    "Better: publish a wheel to a package index of your own, and ask for it by name and version.",
                ),
            )
        case RepositoryNotFound(place=place, revision=revision):
            found = f"{place}: there is no revision {revision}" if revision else f"{place}: no such repository"
            return Advice(
                found=(found,),
                means=() if revision else ("A private repository looks the same to somebody without credentials.",),
                do=(
                    f"Correct the {'tag, branch or commit' if revision else 'URL'} in {words.declared}.",
                    *words.after,
                    *(() if revision else ("If it is private, pass a token to the build.",)),
                ),
            )
        case RepositoryUnreachable(place=place):
            return Advice(
                found=(f"{place or 'a repository'}: the code host cannot be reached",),
                means=("The build has no network, the name is wrong, or a firewall stands between (often for SSH).",),
                do=(
                    "Check that the build has a network: pack build --network host, or HTTPS_PROXY and NO_PROXY.",
                    f"Check the URL in {words.declared}; https:// gets through where ssh:// doesn't.",
                ),
            )
        case GitMissing():
            return Advice(
                found=("git is not on the build image, and a requirement is a git repository",),
                do=(
                    "Build on an image with git (a larger builder), or add it by a buildpack before this one,",
                    f"or, in {words.declared}, replace the repository by a released version or an archive's URL:",
                    '  name = {file = "https://host/team/name/archive/v1.0.tar.gz"}'
                    if words.title == "Pipenv"
                    else "  name @ https://host/team/name/archive/v1.0.tar.gz",
                    *words.after,
                ),
            )
        case _:
            assert_never(reason)


def _system(reason: _System, words: Terms) -> Advice:
    match reason:
        case Needed():
            return _needed(reason, own=words.own(reason.distribution))
        case BuildFailed(distribution=distribution, because=because) if words.own(distribution):
            return Advice(
                found=(f"the project itself cannot be built: {because}",),
                means=("The project is a distribution of its own, which is built by the build system that it names.",),
                do=("Correct its build, or add what it imports to requires of [build-system] in pyproject.toml.",),
            )
        case BuildFailed(distribution=distribution, because=because):
            return Advice(
                found=(f"{distribution or 'A distribution'} cannot be built: {because}",),
                means=(
                    "There is no wheel of this version for this Python, and its source is older than today's tools.",
                ),
                do=(
                    f"Ask for a newer version of {distribution or 'it'}, which most likely has a wheel,",
                    "or for an older Python that runs it (BP_PYTHON_VERSION or a file .python-version).",
                ),
            )
        case VersionInGit(variable=variable):
            return Advice(
                found=("the project takes its version from git, and there is no .git in the build",),
                means=("Platforms hand over the files alone, and a shallow clone has no tags.",),
                do=(f"Give the build the version: {variable}=1.2.3", "or write a version into pyproject.toml."),
            )
        case OutOfMemory(distribution=distribution):
            return Advice(
                found=(f"memory ran out{f' while {distribution} was built' if distribution else ''}",),
                means=("Processes that are ended by SIGKILL nearly always met the memory limit of the build.",),
                do=(
                    "Give the build more memory (Docker Desktop: Settings, Resources; Kubernetes: resources.limits)."
                    if not distribution or words.own(distribution)
                    else f"Ask for a version of {distribution} that has a wheel, so that nothing is compiled,",
                    *(
                        ("or give the build more memory, or compile with fewer jobs: MAX_JOBS=1.",)
                        if distribution and not words.own(distribution)
                        else ()
                    ),
                ),
            )
        case DiskFull():
            return Advice(
                found=("there is no room left on the disk",),
                means=("The disk of the build's container or of its /tmp is full.",),
                do=(
                    "Free some space (docker system prune), or give the build a larger disk.",
                    "What is large: PyTorch for graphics cards. Its build for CPUs is a tenth of that.",
                ),
            )
        case _:
            assert_never(reason)


def _needed(reason: Needed, *, own: bool) -> Advice:
    name = "" if own else reason.distribution
    wheels = WHEELS.get(name, ())
    packages = " ".join(reason.packages)
    packaged: tuple[str, ...]
    if not reason.known:
        find = "Or find" if name else "Find"
        packaged = (f"{find} the Debian package that has {reason.missing}, and add it to the build image.",)
    elif packages:
        packaged = (
            f"{'Or add' if name else 'Add'} it to the build image. On Debian and Ubuntu it is in: {packages}",
            "(an apt buildpack before this one, or a builder whose build image has it).",
        )
    else:
        packaged = (
            f"{'Or take' if name else 'Take'} a runtime with headers; Lamina's own have them.",
            "Debian's python3-dev is for Debian's Python only.",
        )
    instead = (
        (f"Without building: {wheels[0]}", *(f"  or {each}" for each in wheels[1:]))
        if wheels
        else (f"Ask for a version of {name} that has a wheel for this Python; often the newest has.",)
        if name
        else ()
    )
    built = "the project itself" if own else name or "A distribution"
    return Advice(
        found=(f"{built} is built from source, and {reason.missing} is missing",),
        means=("The project has parts that are compiled when it is installed.",)
        if own
        else ("There is no wheel of it for this Python and platform, so it has to be compiled.",),
        do=(*instead, *packaged),
    )


def _lock(reason: _Lock, words: Terms) -> Advice:
    again = sentence(words.relock)
    match reason:
        case LockStale():
            return Advice(
                happened=f"{words.lock} is out of date",
                means=("The project's declarations have changed since it was made.",),
                do=(again,),
            )
        case LockMissing():
            return Advice(found=(f"there is no {words.lock}",), do=(again,))
        case LockUnreadable(detail=detail):
            return Advice(
                found=(f"{words.lock} cannot be read{f': {detail}' if detail else ''}",),
                means=("Marks of a merge conflict (<<<<<<<) are the usual reason.",),
                do=("Take one side of it.", *words.after),
            )
        case LockForOtherPython(requires=requires, python=python):
            have = f", and the image has Python {python}" if python else ""
            return Advice(
                found=(f"the project is for Python {requires}{have}",),
                do=(
                    "Choose such a Python (BP_PYTHON_VERSION or a file .python-version),",
                    f"or widen the range in {words.declared}.",
                    *words.after,
                ),
            )
        case _:
            assert_never(reason)


def _at(host: str) -> str:
    return f" ({host})" if host else ""
