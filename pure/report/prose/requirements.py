"""Words the errors of requirements files, of pip's report and of the recorded state of an environment."""

from collections.abc import Mapping
from typing import Final, assert_never

from pure.message import Message
from pure.project.detection import FOLDER_VARIABLE
from pure.project.requirements.errors import (
    CondaList,
    ForeignLine,
    ForeignPaths,
    IncludeMissing,
    OtherSystems,
    RequirementsEncodingUnknown,
    RequirementsError,
    RequirementsUndecodable,
    RequirementsUnmarkedUtf16,
    System,
    TooManyFiles,
)
from pure.venv.resolved import ReportError, ReportHasNoOrigin, ReportUnreadable, ReportVersionUnknown
from pure.venv.state import StateError, StateSchemaUnknown, StateUnreadable
from pure.wording import count, wrapped

_OTHER_PIP = "If BP_PIP_VERSION is set, unset it: this buildpack was tested with its own version of pip."


def describe_requirements(error: RequirementsError | ReportError | StateError) -> Message:
    """The message of an error of this family."""
    match error:
        case RequirementsUndecodable(file=file, encoding=encoding, line=line):
            where = file if line is None else f"{file}, line {line}"
            return Message(
                happened=f"{file} is not {encoding.upper()} text",
                found=(f"{where}: bytes that are not {encoding.upper()}",),
                means=("pip could not read this file either.",),
                do=("Save the file as UTF-8. Its content is most likely right, only its encoding is not.",),
            )
        case RequirementsEncodingUnknown(file=file, encoding=encoding):
            return Message(
                happened=f"{file} declares an encoding that Python does not know",
                found=(f"coding: {encoding}",),
                means=("A comment in one of its first two lines names the encoding of the file.",),
                do=("Save the file as UTF-8 and remove that comment.",),
            )
        case RequirementsUnmarkedUtf16(file=file):
            return Message(
                happened=f"The file {file} is UTF-16 text without a byte order mark",
                found=(f"{file}: nearly every second byte is zero",),
                means=("Some editors, and > in Windows PowerShell, write UTF-16. pip takes this file for UTF-8.",),
                do=(
                    "Save the file as UTF-8.",
                    f"In PowerShell:  pip freeze | Out-File -Encoding utf8 {file}",
                ),
            )
        case CondaList(file=file, lines=lines, number=number):
            return Message(
                happened=f"The file {file} is a list of conda's, which pip cannot read",
                found=_foreign(file, lines, number),
                means=("`conda list --export` writes name=version=build, and lists what isn't Python as well.",),
                do=(
                    "Write the list that pip reads, in the activated environment:",
                    f"  pip list --format=freeze > {file}",
                    "Better: list only what the application itself imports.",
                ),
            )
        case ForeignPaths(file=file, lines=lines, number=number):
            return Message(
                happened=f"The file {file} names folders of the machine that it was written on",
                found=_foreign(file, lines, number),
                means=(
                    "`pip freeze` writes these for what conda installed, or pip from a folder.",
                    "They don't exist in a build.",
                ),
                do=(
                    "Write names and versions instead, in the activated environment:",
                    f"  pip list --format=freeze > {file}",
                    "Better: list only what the application itself imports.",
                    "What is your own: copy it into the application, and name it by its path there, such as  ./shared",
                ),
            )
        case OtherSystems():
            return _other_systems(error)
        case TooManyFiles(file=file, most=most):
            return Message(
                happened=f"{file} includes more than {most:,} files",
                found=(file,),
                means=("Each file that -r or -c names is read, and so are those that it names.",),
                do=("Put the requirements into fewer files.",),
            )
        case IncludeMissing():
            return _include_missing(error)
        case ReportUnreadable(detail=detail):
            return Message(
                happened="pip's installation report cannot be read",
                found=(detail,),
                means=("pip ended without an error, but what it wrote is not the report that it documents.",),
                do=(_OTHER_PIP,),
            )
        case ReportVersionUnknown(version=version):
            return Message(
                happened="pip's installation report has an unknown version",
                found=(f'version "{version}"; known is "1"',),
                means=("This version of pip is newer than what this buildpack understands.",),
                do=("Set BP_PIP_VERSION to an older version, or unset it.",),
            )
        case ReportHasNoOrigin(name=name):
            return Message(
                happened="pip's installation report does not say where a distribution comes from",
                found=(name,),
                means=("It has neither an archive, nor a repository, nor a directory for it.",),
                do=(_OTHER_PIP,),
            )
        case StateUnreadable():
            return Message(
                happened="The record of the previous environment cannot be read",
                means=("What it holds cannot be told from a fresh installation, so it is created anew.",),
            )
        case StateSchemaUnknown(schema=schema):
            return Message(
                happened="The record of the previous environment has another schema",
                found=(f"schema {schema}",),
                means=("It was written by another version of this buildpack, so the environment is created anew.",),
            )
        case _:
            assert_never(error)


def _foreign(file: str, lines: tuple[ForeignLine, ...], number: int) -> tuple[str, ...]:
    more = (f"and {count(number - len(lines), 'more line')} of this kind",) if number > len(lines) else ()
    return (*(f"{file}, line {each.line}: {each.text}" for each in lines), *more)


# Whose they are, and the marker with which they may stay.
_OWNERS: Final[Mapping[System, tuple[str, str]]] = {
    "debian": ("the packages of Debian or Ubuntu itself, which no index has", ""),
    "windows": ("for Windows alone", 'sys_platform == "win32"'),
    "macos": ("for macOS alone", 'sys_platform == "darwin"'),
}
_SHOWN: Final = 20


def _other_systems(error: OtherSystems) -> Message:
    systems = tuple(dict.fromkeys(each.system for each in error.found))
    files = tuple(dict.fromkeys(each.file for each in error.found))
    means = tuple(
        f"{', '.join(each.text for each in error.found if each.system == system)}: {_OWNERS[system][0]}."
        for system in systems
    )
    do = [f"Delete {'this line' if len(error.found) == 1 else 'these lines'} from {' and '.join(files)}."]
    for system in systems:
        if marker := _OWNERS[system][1]:
            first = next(each for each in error.found if each.system == system)
            do.append(f"Or keep {first.text.split(';')[0].strip()} for that system:  {_marked(first.text, marker)}")
    do += [
        f"On Linux, {each.instead} does what {each.text.partition('=')[0].strip()} does."
        for each in error.found
        if each.instead
    ]
    lines = tuple(f"{each.file}, line {each.line}: {each.text}" for each in error.found[:_SHOWN])
    more = len(error.found) - len(lines)
    return Message(
        happened=f"{' and '.join(files)} {'lists' if len(files) == 1 else 'list'} packages of another system",
        found=(*lines, *((f"and {count(more, 'more line')} of this kind",) if more else ())),
        means=(
            *(part for line in means for part in wrapped(line, width=108)),
            "`pip freeze` lists whatever it finds on the machine that it runs on.",
        ),
        do=tuple(do),
    )


def _marked(text: str, marker: str) -> str:
    """The requirement with a marker that leaves it to its system."""
    requirement, _, before = text.partition(";")
    return f"{requirement.strip()}; {f'({before.strip()}) and ' if before.strip() else ''}{marker}"


def _include_missing(error: IncludeMissing) -> Message:
    option = "-r" if error.kind == "requirement" else "-c"
    if not error.file:
        variable = "PIP_REQUIREMENT" if error.kind == "requirement" else "PIP_CONSTRAINT"
        return Message(
            happened=f"{error.path} does not exist",
            found=(f"${variable}: {error.path}",),
            means=("A relative path is looked up in the application's directory.",),
            do=(f"Add the file to the application, or change {variable}.",),
        )
    if error.path.startswith("../"):
        return Message(
            happened=f"{error.path} lies outside of what was uploaded",
            found=(f"{error.file}, line {error.line}: {option} {error.path}",),
            means=("A build sees the application's folder and nothing beside it.",),
            do=(
                f"Upload the folder above this one, and name the project's folder in it:  {FOLDER_VARIABLE}=NAME",
                f"Or copy the file into the application, and correct {error.file}.",
            ),
        )
    return Message(
        happened=f"{error.path} does not exist, but {error.file} includes it",
        found=(f"{error.file}, line {error.line}: {option} {error.path}",),
        means=("A path after -r or -c is relative to the file that it stands in.",),
        do=(
            "Add the file, or correct the path.",
            "If it exists on your machine, look into .gitignore and the build tool's exclusions: it was not uploaded.",
        ),
    )
