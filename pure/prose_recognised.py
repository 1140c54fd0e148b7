"""Says the recognised reasons of a failed installation in words: the cause and the cure."""

from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never

import msgspec

from pure.message import Message
from pure.recognised import (
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
from pure.system_needs import WHEELS

_Names: TypeAlias = VersionUnknown | NameUnknown | OtherPython | OtherPlatform | LockedButGone
_Contents: TypeAlias = Conflict | HashMismatch | HashMissing | LocalFileMissing | NotARequirement
_Index: TypeAlias = IndexRefused | IndexUnreachable | CertificateUntrusted | CertificatesMissing
_Repository: TypeAlias = RepositoryRefused | RepositoryNotFound | RepositoryUnreachable | GitMissing
_System: TypeAlias = Needed | BuildFailed | VersionInGit | OutOfMemory | DiskFull
_Lock: TypeAlias = LockStale | LockMissing | LockUnreadable | LockForOtherPython


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """The cause in one or more lines, what it means, and what to do."""

    found: tuple[str, ...]
    means: tuple[str, ...] = ()
    do: tuple[str, ...] = ()


class _Tool(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool's users name things: where they declare, what they lock, how; where its settings are."""

    declared: str
    lock: str = ""
    command: str = ""
    credentials: str = "PIP_INDEX_URL"
    certificates: str = "PIP_CERT or SSL_CERT_FILE"


_TOOLS: Final[Mapping[str, _Tool]] = {
    "pip": _Tool(declared="requirements.txt"),
    "uv": _Tool(
        declared="pyproject.toml",
        lock="uv.lock",
        command="uv lock",
        credentials="UV_INDEX_<NAME>_USERNAME and UV_INDEX_<NAME>_PASSWORD",
        certificates="SSL_CERT_FILE",
    ),
    "poetry": _Tool(
        declared="pyproject.toml",
        lock="poetry.lock",
        command="poetry lock",
        credentials="POETRY_HTTP_BASIC_<NAME>_USERNAME and POETRY_HTTP_BASIC_<NAME>_PASSWORD",
        certificates="REQUESTS_CA_BUNDLE or POETRY_CERTIFICATES_<NAME>_CERT",
    ),
    "pipenv": _Tool(
        declared="Pipfile",
        lock="Pipfile.lock",
        command="pipenv lock",
        credentials="the variables that the source's URL in the Pipfile names, such as ${TOKEN}",
    ),
    "pdm": _Tool(
        declared="pyproject.toml",
        lock="pdm.lock",
        command="pdm lock",
        credentials="PDM_SOURCE_USERNAME and PDM_SOURCE_PASSWORD, or the variables in the source's URL",
        certificates="SSL_CERT_FILE or REQUESTS_CA_BUNDLE",
    ),
}


_USERINFO: Final = "=https://user:password@host/simple/"


def describe_installer(
    tool: str, version: str, recognised: Recognised | None, *, returncode: int, signal: str | None
) -> Message:
    """The message of a failed installation: the recognised reason, or at least how the tool ended."""
    happened = f"{tool} {version} could not install the application's dependencies"
    if recognised is not None:
        advice = advise(tool, recognised)
        return Message(happened=happened, found=advice.found, means=advice.means, do=advice.do)
    ending = f"was ended by {signal}" if signal else f"ended with status {returncode}"
    return Message(
        happened=happened,
        found=(f"{tool} {ending}; its own messages stand above.",),
        means=("Nothing of this build is kept; the layers of the last successful build are untouched.",),
        do=("Build again. If it happens again, look for what was built from source just before.",)
        if signal
        else (f"Correct {_terms(tool).declared} as these messages say, then build again.",),
    )


def _terms(tool: str) -> _Tool:
    return _TOOLS.get(tool, _TOOLS["pip"])


def advise(tool: str, recognised: Recognised) -> Advice:
    """What to tell about a recognised reason, in the terms of the tool that failed."""
    terms = _terms(tool)
    match recognised:
        case VersionUnknown() | NameUnknown() | OtherPython() | OtherPlatform() | LockedButGone():
            return _names(recognised, terms)
        case Conflict() | HashMismatch() | HashMissing() | LocalFileMissing() | NotARequirement():
            return _contents(recognised, terms)
        case IndexRefused() | IndexUnreachable() | CertificateUntrusted() | CertificatesMissing():
            return _index(recognised, terms)
        case RepositoryRefused() | RepositoryNotFound() | RepositoryUnreachable() | GitMissing():
            return _repository(recognised, terms)
        case Needed() | BuildFailed() | VersionInGit() | OutOfMemory() | DiskFull():
            return _system(recognised)
        case LockStale() | LockMissing() | LockUnreadable() | LockForOtherPython():
            return _lock(recognised, terms)
        case _:
            assert_never(recognised)


def _names(reason: _Names, terms: _Tool) -> Advice:
    match reason:
        case VersionUnknown(requirement=requirement, known=known):
            newest = ", ".join(known[-6:])
            more = f"the last of {len(known)} are {newest}" if len(known) > 6 else newest
            return Advice(
                found=(f"{requirement}: no such version for this Python and platform",),
                means=(f"The index has {more}.",) if known else (),
                do=(f"Ask for a version that exists, in {terms.declared}.",),
            )
        case NameUnknown():
            return _name_unknown(reason, terms)
        case OtherPython(name=name, requires=requires, python=python):
            wanted = ", or ".join(requires[-3:])
            return Advice(
                found=(f"{name} isn't made for {f'Python {python}' if python else 'this Python'}",),
                means=(f"What there is requires Python {wanted}.",) if wanted else (),
                do=(
                    "Choose a Python that it is made for (BP_PYTHON_VERSION or a file .python-version),",
                    f"or another version of {name} in {terms.declared}.",
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
                found=(f"{name}: the index offers nothing that {terms.lock} names and that fits here",),
                means=(
                    "It may have been removed or replaced, it may have no wheel for this Python and platform,",
                    "or the index refuses to show it without credentials.",
                ),
                do=(
                    f"Run {terms.command} against the same index and commit {terms.lock}.",
                    f"For a private index, check {terms.credentials}.",
                ),
            )
        case _:
            assert_never(reason)


def _name_unknown(reason: NameUnknown, terms: _Tool) -> Advice:
    name = reason.name
    if reason.standard:
        return Advice(
            found=(f"{name} is a module of Python itself, not a distribution",),
            means=("It is there without being installed.",),
            do=(f"Remove {name} from {terms.declared}.",),
        )
    if reason.distribution:
        return Advice(
            found=(f"{name}: no distribution has this name",),
            means=(f"The module {name} is in the distribution {reason.distribution}.",),
            do=(f"Write {reason.distribution.partition(' ')[0]} instead of {name} in {terms.declared}.",),
        )
    uncertain = (
        "If the name is right, the index may have refused to answer: a private one does so without credentials",
        f"({terms.credentials}).",
    )
    suggestion = (f"Did you mean {reason.similar}?",) if reason.similar else ()
    return Advice(
        found=(f"{name}: {'no distribution has this name' if reason.certain else 'nothing was found by this name'}",),
        means=() if reason.certain else uncertain,
        do=(
            *suggestion,
            f"Correct the name in {terms.declared}; for a private distribution, name its index ({terms.credentials}).",
        ),
    )


def _contents(reason: _Contents, terms: _Tool) -> Advice:
    match reason:
        case Conflict(parties=parties):
            return Advice(
                found=("these requirements contradict each other:", *(f"  {each}" for each in parties)),
                means=("No set of versions satisfies all of them.",),
                do=(
                    f"Widen or remove one of them in {terms.declared}.",
                    "`uv pip compile` or `pip-compile` on your machine finds a set that fits, and pins it.",
                )
                if not terms.lock
                else (f"Widen or remove one of them in {terms.declared}, then run {terms.command}.",),
            )
        case HashMismatch(name=name):
            where = terms.lock or terms.declared
            return Advice(
                found=(f"{name}: what was downloaded has another hash than {where} says",),
                means=(
                    "Either the file was replaced on the index (a proxy, a rebuilt internal wheel),",
                    "or the hashes belong to another version. It was not installed.",
                ),
                do=(
                    f"Find out which it is. If the new file is right, write its hash anew: {terms.command}."
                    if terms.command
                    else "Find out which it is. If the new file is right, compile requirements.txt anew.",
                ),
            )
        case HashMissing(name=name):
            return Advice(
                found=(f"{name or 'A requirement'} has no hash or no exact version, and others have",),
                means=(
                    "With one hash in it, a requirements file has to pin everything with hashes, dependencies too.",
                ),
                do=(
                    "Write the whole file by a tool:",
                    "  uv pip compile --generate-hashes requirements.in -o requirements.txt",
                    "or remove all --hash options.",
                ),
            )
        case LocalFileMissing(path=path):
            return Advice(
                found=(f"{path}: there is no such file in the build",),
                means=("The requirement names a path of the machine that the file was written on.",),
                do=(
                    "Write its name and version instead: name==1.2.3.",
                    "`pip list --format=freeze` writes such a list, where `pip freeze` writes paths.",
                    "If the file belongs to the application, commit it and write its path relative to the application.",
                ),
            )
        case NotARequirement(text=text, line=line, conda=conda):
            return Advice(
                found=(f"{line or terms.declared}: {text}",),
                means=(
                    "This is a line of `conda list --export`, which pip cannot read."
                    if conda
                    else "This is not a requirement as pip knows them.",
                ),
                do=(
                    "Write the list that pip reads:  pip list --format=freeze > requirements.txt",
                    "and remove from it what isn't a Python distribution.",
                )
                if conda
                else ("Correct the line; a requirement looks like  flask>=3.1  or  flask==3.1.2",),
            )
        case _:
            assert_never(reason)


def _index(reason: _Index, terms: _Tool) -> Advice:
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
                    "Pass the proxy's credentials to the build: HTTPS_PROXY=http://user:password@proxy:port"
                    if status == 407
                    else f"Pass its credentials to the build: {terms.credentials}{'' if terms.lock else _USERINFO}.",
                    "They never appear in the log or in the image.",
                ),
            )
        case IndexUnreachable(host=host, status=status):
            poetry = terms.lock == "poetry.lock"
            return Advice(
                found=(f"the package index{_at(host)} {f'answered {status}' if status else 'cannot be reached'}",),
                means=("It may be down for the moment.",)
                if status
                else ("The build has no network, the name is wrong, or a proxy stands between.",),
                do=("Build again later.", f"If it stays so, check the index's address in {terms.declared}.")
                if status
                else (
                    "Check that the build has a network: pack build --network host, or HTTPS_PROXY and NO_PROXY.",
                    *(("Check that its certificate is trusted; Poetry doesn't tell that apart.",) if poetry else ()),
                    f"Check the index's address: {'PIP_INDEX_URL or ' if not terms.lock else ''}{terms.declared}.",
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
                    f"and name the file: {terms.certificates}.",
                ),
            )
        case CertificatesMissing(path=path):
            return Advice(
                found=(f"{path}: there is no such file of certificates in the build",),
                do=(f"Correct or unset the variable that names it: {terms.certificates}, REQUESTS_CA_BUNDLE.",),
            )
        case _:
            assert_never(reason)


def _repository(reason: _Repository, terms: _Tool) -> Advice:
    match reason:
        case RepositoryRefused(place=place, ssh=ssh):
            return Advice(
                found=(f"{place or 'a repository'}: the code host wants credentials",),
                means=("The build has no key for SSH, and none should be in an image.",)
                if ssh
                else ("The repository is private, or it doesn't exist; code hosts don't tell which.",),
                do=(
                    "Use HTTPS with a token from a variable:  name @ git+https://${TOKEN}@host/team/name.git@v1.0"
                    if not terms.lock
                    else "Use HTTPS, and pass a token to git by a git-credentials binding or GIT_CONFIG_* variables.",
                    "Pass the variable to the build (pack build --env TOKEN); it never appears in log or image.",
                    "Better: publish a wheel to a package index of your own, and ask for it by name and version.",
                ),
            )
        case RepositoryNotFound(place=place, revision=revision):
            found = f"{place}: there is no revision {revision}" if revision else f"{place}: no such repository"
            return Advice(
                found=(found,),
                means=() if revision else ("A private repository looks the same to somebody without credentials.",),
                do=(
                    f"Correct the tag, branch or commit in {terms.declared}."
                    if revision
                    else f"Correct the URL in {terms.declared}, or give it a token from a variable.",
                ),
            )
        case RepositoryUnreachable(place=place):
            return Advice(
                found=(f"{place or 'a repository'}: the code host cannot be reached",),
                means=("The build has no network, the name is wrong, or a firewall stands between (often for SSH).",),
                do=(
                    "Check that the build has a network: pack build --network host, or HTTPS_PROXY and NO_PROXY.",
                    f"Check the URL in {terms.declared}; https:// gets through where ssh:// doesn't.",
                ),
            )
        case GitMissing():
            return Advice(
                found=("git is not on the build image, and a requirement is a git repository",),
                do=(
                    "Build on an image with git (a larger builder), or add it by a buildpack before this one,",
                    "or replace the repository by a released version or by the URL of an archive:",
                    "  name @ https://host/team/name/archive/v1.0.tar.gz",
                ),
            )
        case _:
            assert_never(reason)


def _system(reason: _System) -> Advice:
    match reason:
        case Needed():
            return _needed(reason)
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
                    if not distribution
                    else f"Ask for a version of {distribution} that has a wheel, so that nothing is compiled,",
                    *(
                        ("or give the build more memory, or compile with fewer jobs: MAX_JOBS=1.",)
                        if distribution
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


def _needed(reason: Needed) -> Advice:
    name = reason.distribution
    wheels = WHEELS.get(name, ())
    packages = " ".join(reason.packages)
    packaged: tuple[str, ...]
    if not reason.known:
        packaged = (f"Or find the Debian package that has {reason.missing}, and add it to the build image.",)
    elif packages:
        packaged = (
            f"{'Or add' if wheels or name else 'Add'} it to the build image. On Debian and Ubuntu it is in: {packages}",
            "(an apt buildpack before this one, or a builder whose build image has it).",
        )
    else:
        packaged = (
            "Or take a runtime with headers; Lamina's own have them.",
            "Debian's python3-dev is for Debian's Python only.",
        )
    instead = (
        (f"Without building: {wheels[0]}", *(f"  or {each}" for each in wheels[1:]))
        if wheels
        else (f"Ask for a version of {name} that has a wheel for this Python; often the newest has.",)
        if name
        else ()
    )
    return Advice(
        found=(f"{name or 'A distribution'} is built from source, and {reason.missing} is missing",),
        means=("There is no wheel of it for this Python and platform, so it has to be compiled.",),
        do=(*instead, *packaged),
    )


def _lock(reason: _Lock, terms: _Tool) -> Advice:
    again = f"Run `{terms.command}`, and commit {terms.lock}."
    match reason:
        case LockStale():
            return Advice(
                found=(f"{terms.lock} is not that of {terms.declared} as it is now",),
                means=("Somebody changed what the project asks for and didn't lock it anew.",),
                do=(again,),
            )
        case LockMissing():
            return Advice(found=(f"there is no {terms.lock}",), do=(again,))
        case LockUnreadable(detail=detail):
            return Advice(
                found=(f"{terms.lock} cannot be read{f': {detail}' if detail else ''}",),
                means=("Marks of a merge conflict (<<<<<<<) are the usual reason.",),
                do=(f"Take one side of it, then: {again[0].lower()}{again[1:]}",),
            )
        case LockForOtherPython(requires=requires, python=python):
            have = f", and the image has Python {python}" if python else ""
            return Advice(
                found=(f"the project is for Python {requires}{have}",),
                do=(
                    "Choose such a Python (BP_PYTHON_VERSION or a file .python-version),",
                    f"or widen the range in {terms.declared}, run `{terms.command}` and commit {terms.lock}.",
                ),
            )
        case _:
            assert_never(reason)


def _at(host: str) -> str:
    return f" ({host})" if host else ""
