"""Says in words which paths and addresses of an application lead nowhere in a build."""

from pathlib import PurePosixPath
from typing import TypeAlias, assert_never

from pure.manager.outside import OutsideUpload
from pure.manager.terms import terms
from pure.manager.unset import UnsetVariables, VariableUse
from pure.message import Message
from pure.project.detection import FOLDER_VARIABLE
from pure.project.vendored import FOLDERS_VARIABLE, BadVendorFolder
from pure.urls import visible_url
from pure.visible import visible
from pure.wording import wrapped

AddressError: TypeAlias = OutsideUpload | UnsetVariables | BadVendorFolder

_WIDTH = 108


def describe_addresses(error: AddressError) -> Message:
    """The message for an error of this family."""
    match error:
        case OutsideUpload():
            return _outside(error)
        case UnsetVariables():
            return _unset(error)
        case BadVendorFolder(value=value, source=source, because=because):
            return Message(
                happened=f"{source} names no folder that distributions can come from",
                found=(f"{visible(visible_url(value))}: it {because}",),
                means=(
                    "It names folders of the application, or of the platform by absolute paths, with blanks between.",
                ),
                do=(
                    "Bring the wheels along in a folder, and name it:  pip download --dest vendor -r requirements.txt",
                    f"  {FOLDERS_VARIABLE}=vendor",
                    "For a page or an index with links set PIP_FIND_LINKS instead.",
                ),
            )
        case _:
            assert_never(error)


def _outside(error: OutsideUpload) -> Message:
    words = terms(error.source)
    paths = tuple(dict.fromkeys(path for _, path in error.found))
    one = len(paths) == 1
    it = "it" if one else "them"
    above = "the folder above" if error.up == 1 else f"the folder {error.up} levels above"
    folder = str(PurePosixPath("NAME", error.source.home))
    do = (
        f"Upload {above} the application's, and name this project's folder in it:  {FOLDER_VARIABLE}={folder}",
        (
            f"Or publish {it} as {'a wheel' if one else 'wheels'} on an index, or copy {it} into the application, "
            f"and correct {words.declared}."
        ),
        *words.after,
    )
    return Message(
        happened=f"{', '.join(paths[:3])} {'lies' if one else 'lie'} outside of what was uploaded",
        found=tuple(f"{place}: {path}" for place, path in error.found[:8]),
        means=("A build sees the application's folder and nothing beside it.",),
        do=tuple(part for line in do for part in wrapped(line, width=_WIDTH)),
    )


def _unset(error: UnsetVariables) -> Message:
    words = terms(error.source)
    unset = tuple(each for each in error.found if each.expanded)
    literal = tuple(each for each in error.found if not each.expanded)
    names = tuple(dict.fromkeys(each.name for each in unset))
    if literal and not unset:
        happened = f"{_several(literal)} stands in an address that no variable is put into"
    else:
        happened = f"{' and '.join(f'${name}' for name in names)} {'is' if len(names) == 1 else 'are'} not set"
    means = []
    if unset:
        means.append("It would stay in the address as it is written, and whoever is asked would refuse it.")
    misspelled = tuple(each for each in literal if each.written)
    if misspelled:
        means.append(
            f"pip takes a variable by ${{NAME}} in braces, of capitals, digits and _, and {_several(misspelled)} "
            "as it is written."
        )
    literal = tuple(each for each in literal if not each.written)
    if literal:
        settings = [each for each in literal if each.place.startswith("$") or ".conf" in each.place]
        who = "pip's own settings take" if len(settings) == len(literal) else f"{words.title} takes"
        means.append(f"{who} addresses as they are written: {_several(literal)} is never replaced there.")
    do = []
    if unset:
        passed = " ".join(f"--env {name}" for name in names)
        do.append(f"Pass {'it' if len(names) == 1 else 'them'} to the build:  pack build {passed}")
        do.append("Its value never appears in the log or in the image.")
    for each in misspelled:
        name = each.name.upper()
        do.append(f"Write ${{{name}}} for {each.written}, and pass it to the build:  pack build --env {name}")
    if literal:
        do.append(f"Take it out of the address, and pass the credentials to the build: {words.credentials}.")
    return Message(
        happened=happened,
        found=tuple(f"{each.place}: {each.written or f'${{{each.name}}}'}" for each in error.found[:8]),
        means=tuple(part for line in means for part in wrapped(line, width=_WIDTH)),
        do=tuple(part for line in do for part in wrapped(line, width=_WIDTH)),
    )


def _several(uses: tuple[VariableUse, ...]) -> str:
    return " and ".join(dict.fromkeys(each.written or f"${{{each.name}}}" for each in uses))
