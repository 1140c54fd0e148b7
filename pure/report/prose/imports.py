"""Says in words why what was chosen to start an application can't be imported."""

from typing import assert_never

from pure.build.errors import DoesNotImport
from pure.complaints.imports import REMOVED, BrokenProgram, ImportReason
from pure.complaints.system_libraries import VARIANTS, packages_of
from pure.complaints.system_needs import IMPORT_NAMES
from pure.message import Message
from pure.names import normalise_name

_OTHERWISE = "Or name another command in a Procfile:  web: python -m shop"


def describe_import(error: DoesNotImport) -> Message:
    """The message for an environment whose server or program doesn't import."""
    ending = f"; it was ended by {error.signal}" if error.signal else ""
    means, do = _explained(error.reason, error.names)
    return Message(
        happened=f"{' and '.join(error.names)} cannot be imported in the finished environment{ending}",
        found=error.output,
        means=("The image would not start: this is what was chosen to start the application.", *means),
        do=(*do, _OTHERWISE),
    )


def broken_lines(broken: BrokenProgram) -> tuple[str, ...]:
    """The warning about programs that the project declares itself."""
    means, do = _explained(broken.reason, broken.names)
    return (
        f"Warning: {' and '.join(broken.names)} cannot be imported in the finished environment:",
        f"  {broken.last}",
        *(f"  {line}" for line in (*means, *do)),
    )


def _explained(reason: ImportReason | None, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if reason is None:
        return (), ("Ask for other versions of what the last lines of the traceback name.",)
    importer = reason.importer or names[0]
    newer = f"Ask for a newer version of {importer} in the requirements."
    match reason.kind:
        case "pkg_resources":
            return (
                (f"{importer} imports pkg_resources, which setuptools has no longer since its version 82.",),
                (newer, "Or add setuptools<81 to the requirements, which still has it."),
            )
        case "removed":
            top = reason.subject.partition(".")[0]
            return (
                (f"{importer} imports {reason.subject}, which Python has no longer since its version {REMOVED[top]}.",),
                (newer, "Or use an older Python: BP_PYTHON_VERSION, or a file .python-version."),
            )
        case "module":
            top = reason.subject.partition(".")[0]
            provider = IMPORT_NAMES.get(normalise_name(top), top)
            return (
                (f"{importer} imports {reason.subject}, which is not installed, and does not say that it needs it.",),
                (f"Add what provides it to the requirements, most likely {provider}.",),
            )
        case "name":
            other = reason.other.partition(".")[0]
            inside = f" in {reason.other}" if reason.other != other else ""
            return (
                (f"The installed {other} has no {reason.subject}{inside}, which {importer} expects.",),
                (newer, f"Or ask for an older {other}, of the time of this {importer}."),
            )
        case "attribute":
            return (
                (f"{reason.other} has no {reason.subject}, which {importer} expects.",),
                (newer, "Or use an older Python: BP_PYTHON_VERSION, or a file .python-version."),
            )
        case "library":
            packages = " ".join(packages_of(reason.subject))
            others = VARIANTS.get(normalise_name(importer), ())
            return (
                (f"{importer} needs {reason.subject}, a library that the system doesn't have.",),
                (
                    *(f"Require instead: {each}" for each in others),
                    f"Add it to the images{f'; in Debian it is in {packages}' if packages else ''}.",
                ),
            )
        case "syntax":
            return (
                (f"{importer} is written for another version of Python.",),
                (newer, "Or use an older Python: BP_PYTHON_VERSION, or a file .python-version."),
            )
        case "unpackaged":
            return (
                (f"{importer} asks for the metadata of {reason.subject}, which is not installed.",),
                (f"Add {reason.subject} to the requirements.",),
            )
        case _:
            assert_never(reason.kind)
