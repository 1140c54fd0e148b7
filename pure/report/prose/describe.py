"""Says every error in words: what happened, what it means, what to do.

Each family of errors has a function of its own; those of the runtime, the sources of its version, the package managers,
standard lock files, the requirements, the start command and the local lifecycle live in ``prose_runtime``,
``prose_versions``, ``prose_managers``, ``prose_pylock``, ``prose_requirements``, ``prose_processes`` and
``prose_lifecycle``.
"""

from typing import TypeAlias, assert_never

from pure.build.errors import (
    BuildError,
    MissingVariable,
    NoEnvironment,
    NoPipWheel,
    NotAsResolved,
    NotReadable,
    NotWritable,
    PipFailed,
    PipNotInstalled,
    RuntimeDoesNotStart,
)
from pure.build.plan import NothingRequired
from pure.manager.environment import BreakingVariables
from pure.manager.pip_configuration import BadPin, BadPipVersion, PipTooOld
from pure.message import Message
from pure.python.choice import CatalogueUnreachable, ContradictingRequirers, NothingReplaces
from pure.python.requirers import BadRequirement, BadVersion, UnreadablePlan
from pure.report.prose.managers import ManagersFamily, describe_managers, folder_choice
from pure.report.prose.processes import ProcessesFamily, describe_processes
from pure.report.prose.pylock import PylockFamily, describe_pylock
from pure.report.prose.recognised import describe_installer
from pure.report.prose.requirements import RequirementsFamily, describe_requirements
from pure.report.prose.runtime import describe_runtime
from pure.report.prose.versions import VersionsFamily, describe_versions
from pure.start.processes import BadLine, BadType, DuplicateType, EmptyCommand, NotText
from pure.switches import BadSwitch

_Environment: TypeAlias = BreakingVariables | BadSwitch | MissingVariable | NothingReplaces
_Project: TypeAlias = NothingRequired | ContradictingRequirers
_Requirers: TypeAlias = UnreadablePlan | BadRequirement | BadVersion
_Procfile: TypeAlias = NotText | BadLine | BadType | EmptyCommand | DuplicateType
_Pip: TypeAlias = (
    BadPipVersion | PipTooOld | BadPin | PipFailed | PipNotInstalled | NoPipWheel | NotAsResolved | NoEnvironment
)
_Disk: TypeAlias = NotReadable | NotWritable | CatalogueUnreachable | RuntimeDoesNotStart

BUG: tuple[str, ...] = ("This is a bug in Lamina. Please report it with the build log.",)


def describe(error: BuildError) -> Message:
    """The message for any error that a build can end with."""
    match error:
        case BreakingVariables() | BadSwitch() | MissingVariable() | NothingReplaces():
            return _environment(error)
        case NothingRequired() | ContradictingRequirers():
            return _project(error)
        case UnreadablePlan() | BadRequirement() | BadVersion():
            return _requirers(error)
        case NotText() | BadLine() | BadType() | EmptyCommand() | DuplicateType():
            return _procfile(error)
        case (
            BadPipVersion()
            | PipTooOld()
            | BadPin()
            | PipFailed()
            | PipNotInstalled()
            | NoPipWheel()
            | NotAsResolved()
            | NoEnvironment()
        ):
            return _pip(error)
        case NotReadable() | NotWritable() | CatalogueUnreachable() | RuntimeDoesNotStart():
            return _disk(error)
        case _:
            # isinstance with the unions: their members are the business of the modules that describe them.
            if isinstance(error, ProcessesFamily):
                return describe_processes(error)
            if isinstance(error, RequirementsFamily):
                return describe_requirements(error)
            if isinstance(error, ManagersFamily):
                return describe_managers(error)
            if isinstance(error, PylockFamily):
                return describe_pylock(error)
            if isinstance(error, VersionsFamily):
                return describe_versions(error)
            return describe_runtime(error)


def _environment(error: _Environment) -> Message:
    match error:
        case BreakingVariables(found=found):
            names = ", ".join(each.name for each in found)
            several = len(found) > 1
            return Message(
                happened="Variables are set that would break this build"
                if several
                else f"{names} is set and would break this build",
                found=tuple(f"{each.name}: {each.effect}" for each in found),
                means=(
                    "Lamina installs the dependencies into a virtual environment in a layer of its own.",
                    "These settings change what ends up there."
                    if several
                    else "This setting changes what ends up there.",
                ),
                do=(
                    f"Remove {'them' if several else 'it'} from the build's environment: your build command's --env,",
                    "project.toml, the builder's build-config, an earlier buildpack, or pip's configuration file.",
                ),
            )
        case BadSwitch(variable=variable, value=value):
            return Message(
                happened=f"${variable} is neither true nor false",
                found=(f"{variable}={value[:60]}",),
                do=(f"Write {variable}=true or {variable}=false.",),
            )
        case NothingReplaces(variable=variable, needed=needed):
            return Message(
                happened=f"${variable} is set, and ${needed} is not",
                means=("Without a catalogue of your own there would be no Python to choose from.",),
                do=(f"Set {needed} to the path of your catalogue, or remove {variable}.",),
            )
        case MissingVariable(name=name):
            return Message(
                happened=f"The platform didn't set ${name}",
                means=("A Cloud Native Buildpacks lifecycle sets it for every buildpack of API 0.8 and newer.",),
                do=("Run this buildpack by a lifecycle (pack, kpack, Tekton), or locally by `lamina build`.",),
            )
        case _:
            assert_never(error)


def _project(error: _Project) -> Message:
    match error:
        case NothingRequired(variable=variable, nested=nested):
            switch = f"et {variable}=true if Python is wanted for another buildpack only."
            return Message(
                happened="There is no Python project here",
                found=(f"but there is: {', '.join(nested[:6])}",) if nested else (),
                means=("A project in a folder of its own has to be pointed at.",) if nested else (),
                do=(f"Name its folder:  {folder_choice(nested)}", f"Or s{switch}") if nested else (f"S{switch}",),
            )
        case ContradictingRequirers(first=first, first_source=one, second=second, second_source=two):
            return Message(
                happened="Two requests for a Python version contradict each other",
                found=(f"{first}: {one}", f"{second}: {two}"),
                means=("No version of Python satisfies every request.",),
                do=("Change one of them so that a version satisfies all.",),
            )
        case _:
            assert_never(error)


def _requirers(error: _Requirers) -> Message:
    match error:
        case UnreadablePlan(because=because):
            return Message(
                happened=f"The buildpack plan {because}",
                means=("The platform writes it; $CNB_BP_PLAN_PATH names it.",),
                do=("Report this to the maintainers of your platform.",),
            )
        case BadRequirement(entry=entry, key=key, value=value, expected=expected):
            return Message(
                happened=f"Another buildpack requires python with an unusable {key}",
                found=(f"{key} = {value}  (entry {entry} of the buildpack plan)",),
                means=(f"{key} should be {expected}.",),
                do=("Report this to the maintainers of the buildpack that requires python.",),
            )
        case BadVersion(entry=entry, error=inner):
            message = describe_runtime(inner)
            return Message(
                happened=f"Another buildpack requires a Python version that isn't one (entry {entry} of the plan)",
                found=message.found,
                means=message.means,
                do=("Report this to the maintainers of the buildpack that requires python.",),
            )
        case _:
            assert_never(error)


def _procfile(error: _Procfile) -> Message:
    form = ("Each line of a Procfile is a process type, a colon and a command:", "  web: gunicorn app:app")
    match error:
        case NotText(line=line):
            return Message(
                happened="The Procfile is not UTF-8 text",
                found=(f"Procfile, line {line}",),
                do=("Save it as UTF-8.",),
            )
        case BadLine(line=line, text=text):
            return Message(
                happened="A line of the Procfile declares no process",
                found=(f"Procfile, line {line}: {text}",),
                do=form,
            )
        case BadType(line=line, type=kind):
            return Message(
                happened="A process type has characters that are not allowed",
                found=(f"Procfile, line {line}: {kind}",),
                do=("Use letters, digits, dots, dashes and underscores only.",),
            )
        case EmptyCommand(line=line, type=kind):
            return Message(
                happened=f"The process type {kind} has no command", found=(f"Procfile, line {line}: {kind}:",), do=form
            )
        case DuplicateType(first=first, line=line, type=kind):
            return Message(
                happened=f"The process type {kind} is declared twice",
                found=(f"Procfile, lines {first} and {line}",),
                do=("Remove one of the two lines, or give it another type.",),
            )
        case _:
            assert_never(error)


def _pip(error: _Pip) -> Message:
    match error:
        case BadPipVersion(value=value):
            return Message(
                happened="$BP_PIP_VERSION is not a version number",
                found=(f"BP_PIP_VERSION={value}",),
                do=("Write a release of pip, such as BP_PIP_VERSION=25.3, or unset it to get the pinned one.",),
            )
        case PipTooOld(version=version, oldest=oldest):
            return Message(
                happened=f"pip {version} is too old for this buildpack",
                means=(f"From {oldest} on pip can report what it resolves, which this buildpack needs to know.",),
                do=(f"Set BP_PIP_VERSION to {oldest} or newer, or unset it to get the pinned one.",),
            )
        case BadPin(file=file):
            return Message(happened=f"The buildpack's {file} names no pip version", do=BUG)
        case PipFailed(source=source, returncode=returncode, signal=signal, version=version, recognised=recognised):
            return describe_installer(source, version, recognised, returncode=returncode, signal=signal)
        case PipNotInstalled(version=version, hashed=hashed, output=output, title=title, variable=variable):
            return Message(
                happened=f"{title} {version} itself could not be installed",
                found=output,
                means=(f"{title} is fetched from the package index, like your dependencies.",),
                do=(
                    "Check that the build reaches the index: PIP_INDEX_URL, HTTPS_PROXY, PIP_CERT or SSL_CERT_FILE.",
                    *(() if hashed else (f"Check that {title} {version} exists; ${variable} asks for it.",)),
                ),
            )
        case NoPipWheel(python=python):
            return Message(
                happened="There is no pip wheel to start from",
                means=(f"Neither the runtime {python}, nor the restored pip layer, nor the buildpack holds one.",),
                do=("Build once with an empty cache: pack build --clear-cache, or lamina build --clear-cache.",),
            )
        case NotAsResolved(mismatches=mismatches):
            return Message(
                happened="What pip installed is not what it said it would install",
                found=tuple(
                    f"{each.name}: {each.installed or 'not installed'} instead of {each.wanted or 'nothing'}"
                    for each in mismatches[:5]
                ),
                means=("The package index may have changed while the build ran.",),
                do=("Build again. If it happens again, report it as a bug in Lamina with the build log.",),
            )
        case NoEnvironment(returncode=returncode, output=output):
            return Message(
                happened=f"The virtual environment could not be created (status {returncode})", found=output, do=BUG
            )
        case _:
            assert_never(error)


def _disk(error: _Disk) -> Message:
    match error:
        case NotReadable(path=path, detail=detail):
            return Message(
                happened="A file cannot be read",
                found=(f"{path}: {detail}",),
                do=("Check that it exists and that the build's user may read it.",),
            )
        case NotWritable(path=path, detail=detail, full=full):
            return Message(
                happened="The disk is full" if full else "a file cannot be written",
                found=(f"{path}: {detail}",),
                means=("Nothing of this build is kept; the layers of the last successful build are untouched.",),
                do=("Free some space, or give the build a larger disk, then build again.",)
                if full
                else ("Check that the build's user may write there.",),
            )
        case CatalogueUnreachable(variable=variable, place=place, detail=detail):
            return Message(
                happened=f"The catalogue that ${variable} names cannot be read",
                found=(f"{place}: {detail}",),
                do=("Give the absolute path of a catalogue file that the build's container can read.",),
            )
        case RuntimeDoesNotStart(version=version, target=target, output=output):
            return Message(
                happened=f"Python {version} was installed and does not start on {target}",
                found=output,
                means=("The archive may have been made for another system, or for a newer C library than this one.",),
                do=("Choose another version by BP_PYTHON_VERSION, or correct the catalogue entry's target.",),
            )
        case _:
            assert_never(error)
