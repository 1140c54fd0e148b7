"""Says in words what the system lacks for an installation."""

from typing import Final, assert_never

from pure.complaints.reasons import (
    BuildFailed,
    FileMissingInBuild,
    Needed,
    OutOfMemory,
    PackageUnknown,
    SystemReason,
    VersionInGit,
)
from pure.complaints.system_needs import WHEELS
from pure.manager.terms import Terms
from pure.report.prose.apt import apt_lines
from pure.report.prose.explanation import Explanation
from pure.visible import visible


def explain_system(reason: SystemReason, words: Terms) -> Explanation:
    """Of the machine that builds."""
    match reason:
        case Needed():
            return _needed(reason, own=words.own(reason.distribution))
        case BuildFailed(distribution=distribution, because=because) if words.own(distribution):
            return Explanation(
                found=(f"the project itself cannot be built: {because}",),
                means=("The project is a distribution of its own, which is built by the build system that it names.",),
                do=("Correct its build, or add what it imports to requires of [build-system] in pyproject.toml.",),
            )
        case BuildFailed(distribution=distribution, because=because):
            return Explanation(
                found=(f"{distribution or 'A distribution'} cannot be built: {because}",),
                means=(
                    "There is no wheel of this version for this Python, and its source is older than today's tools.",
                ),
                do=(
                    f"Ask for a newer version of {distribution or 'it'}, which most likely has a wheel,",
                    "or for an older Python that runs it (BP_PYTHON_VERSION or a file .python-version).",
                ),
            )
        case FileMissingInBuild():
            return _file_missing(reason, words)
        case PackageUnknown():
            return _package_unknown(reason, words)
        case VersionInGit(variable=variable):
            return Explanation(
                found=("the project takes its version from git, and there is no .git in the build",),
                means=("Platforms hand over the files alone, and a shallow clone has no tags.",),
                do=(f"Give the build the version: {variable}=1.2.3", "or write a version into pyproject.toml."),
            )
        case OutOfMemory(distribution=distribution):
            return Explanation(
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
        case _:
            assert_never(reason)


def _file_missing(reason: FileMissingInBuild, words: Terms) -> Explanation:
    file, name = reason.path, reason.distribution
    if not words.own(name) and name:
        return Explanation(
            found=(f"{name} cannot be built: its build reads {file}, which isn't there",),
            means=("Its source distribution lacks a file.",),
            do=(f"Ask for another version of {name}, best one that has a wheel.", *words.after),
        )
    return Explanation(
        found=(f"the project itself cannot be built: its build reads {file}, which isn't there",),
        means=("A build has only what was uploaded of the project.",),
        do=(
            *_leavers(reason),
            "Or take it out of readme, license or license-files in pyproject.toml, or out of setup.py.",
            *(
                (f"An application that is no package needs none of it: {words.no_package}.",)
                if words.no_package
                else ()
            ),
        ),
    )


def _leavers(reason: FileMissingInBuild) -> tuple[str, ...]:
    if not reason.left_out:
        return (
            "If it exists on your machine, look into .gitignore, .dockerignore and the exclude of project.toml,",
            "or whatever else your platform leaves files out by.",
        )
    return tuple(
        f"{each.file}, {each.place} leaves it out ({visible(each.pattern[:_LONGEST])}): take that away, or add "
        f"!{visible(reason.path.rpartition('/')[2])} after it."
        if each.pattern
        else f"{each.file} leaves it out: add it to {each.place}."
        for each in reason.left_out
    )


_LONGEST: Final = 60


def _package_unknown(reason: PackageUnknown, words: Terms) -> Explanation:
    name = reason.distribution
    if not words.own(name) and name:
        return Explanation(
            found=(f"{name} cannot be built: its build system can't tell which files belong to it",),
            do=(f"Ask for another version of {name}, best one that has a wheel.", *words.after),
        )
    several = f": there are {', '.join(reason.found)}" if reason.found else ""
    return Explanation(
        found=(f"the project itself cannot be built: its build system can't tell which files belong to it{several}",),
        means=("An application needs no package of its own; its folder is in the image as it is.",),
        do=(
            f"Say that it is no package: {words.no_package}."
            if words.no_package
            else f"Install the dependencies alone: list them in {words.file}, without the project itself (a full stop)."
            if words.interpolated
            else "Lock it as an application:  uv lock  (with package = false under [tool.uv])",
            *words.after,
            "Or name its packages in pyproject.toml: [tool.setuptools] packages, [tool.hatch.build.targets.wheel] …",
        ),
    )


def _needed(reason: Needed, *, own: bool) -> Explanation:
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
            "(a builder whose build image has it).",
            *apt_lines(reason.packages),
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
    return Explanation(
        found=(f"{built} is built from source, and {reason.missing} is missing",),
        means=("The project has parts that are compiled when it is installed.",)
        if own
        else ("There is no wheel of it for this Python and platform, so it has to be compiled.",),
        do=(*instead, *packaged),
    )
