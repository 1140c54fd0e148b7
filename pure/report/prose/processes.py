"""Says in words what is wrong with a declared start command, or why static files couldn't be collected."""

from typing import assert_never

from pure.message import Message
from pure.start.choice import ProcessesError
from pure.start.declared import (
    PYPROJECT,
    TABLE,
    DeclarationError,
    NotACommand,
    NotATable,
    NothingToExecute,
    PyprojectUnreadable,
    SeveralDefaults,
    TypeNotAllowed,
)
from pure.start.django import COLLECT_VARIABLE, SETTINGS_VARIABLE, Cause, CollectStaticFailed
from pure.start.offered import ToolNotInImage
from pure.start.processes import BadLine, BadType, DuplicateType, EmptyCommand, NotText, ProcfileError

_FORM = (
    f"Declare each process by a line in the table [{TABLE}]:",
    '  web = "gunicorn --bind 0.0.0.0:${PORT:-8000} shop:app"',
    '  worker = ["celery", "--app", "shop.tasks", "worker"]',
)
_OFF = f"If the image needs no static files, set {COLLECT_VARIABLE}=false for the build."


def describe_processes(error: ProcessesError | CollectStaticFailed | ToolNotInImage) -> Message:
    """The message for a start command that cannot be used, or for static files that are missing."""
    if isinstance(error, ProcfileError):
        return _procfile(error)
    if isinstance(error, DeclarationError):
        return _declaration(error)
    if isinstance(error, ToolNotInImage):
        return _tool(error)
    return _collectstatic(error)


def _procfile(error: ProcfileError) -> Message:
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


def _tool(error: ToolNotInImage) -> Message:
    is_script = error.script is not None
    return Message(
        happened=f"The process {error.type} is started by {error.tool}, which is not in the image",
        found=(
            f"{error.source}: {error.shown}",
            *((f"{error.file} has the script: {error.script}",) if is_script else ()),
        ),
        means=(
            f"{error.tool} installs the dependencies in the build only; in the image their environment is active,",
            "so programs are called by their own names.",
        ),
        do=(
            f"Write the script's own command instead:  {error.type}: {error.script}"
            if is_script and error.script != "…"
            else f"Write the command that {error.tool} would run, such as  {error.type}: gunicorn app:app",
        ),
    )


def _declaration(error: DeclarationError) -> Message:
    match error:
        case PyprojectUnreadable(detail=detail):
            return Message(
                happened=f"{PYPROJECT} is not TOML",
                found=(detail,),
                means=("It mentions lamina, so it may declare how the application is started.",),
                do=("Correct the file at that place.",),
            )
        case NotATable(found=found):
            return Message(happened=f"{TABLE} in {PYPROJECT} is not a table", found=(f"it is {found}",), do=_FORM)
        case NotACommand(type=kind, found=found):
            return Message(
                happened=f"The process {kind} in {PYPROJECT} has no usable command",
                found=(f"{TABLE}.{kind} is {found}",),
                means=("A command is a string, an array of strings, or a table with command and default.",),
                do=_FORM,
            )
        case TypeNotAllowed(type=kind):
            return Message(
                happened="A process type has characters that are not allowed",
                found=(f"{TABLE} in {PYPROJECT}: {kind!r}",),
                do=("Use letters, digits, dots, dashes and underscores only.",),
            )
        case NothingToExecute(type=kind):
            return Message(
                happened=f"The process type {kind} has no command", found=(f"{TABLE} in {PYPROJECT}",), do=_FORM
            )
        case SeveralDefaults(types=types):
            return Message(
                happened="Several processes claim to be the default",
                found=(f"{TABLE} in {PYPROJECT}: {', '.join(types)}",),
                do=("Leave default = true with one of them.",),
            )
        case _:
            assert_never(error)


def _collectstatic(error: CollectStaticFailed) -> Message:
    ending = f"was ended by {error.signal}" if error.signal else f"ended with status {error.returncode}"
    means, do = _explained(error.cause, error.manage, error.candidates)
    if error.signal == "SIGKILL":
        means, do = ("SIGKILL usually means that the build ran out of memory.",), ("Give the build more memory.",)
    return Message(
        happened="Django's static files could not be collected",
        found=(f"python {error.manage} collectstatic --noinput {ending}; its own messages stand above.",),
        means=means,
        do=(*do, _OFF),
    )


def _explained(
    cause: Cause | None, manage: str, candidates: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if cause is None:
        return (
            ("The command runs in the build with the build's variables, without a database and other services.",),
            (f"Run it yourself in a fresh checkout:  python {manage} collectstatic --noinput",),
        )
    subject = cause.subject
    match cause.kind:
        case "settings":
            known = (f"These look like settings: {', '.join(candidates[:3])}",) if candidates else ()
            example = next((each for each in candidates if "prod" in each), "…")
            default = f'os.environ.setdefault("{SETTINGS_VARIABLE}", "{example}")'
            return (
                (f"No settings were loaded: {manage} names none, and {SETTINGS_VARIABLE} is not set in the build.",
                 *known),
                ("Name the settings, for the build and where the image runs:",
                 f"  --env {SETTINGS_VARIABLE}={example}",
                 f"Or give {manage} and wsgi.py a default:",
                 f"  {default}"),
            )  # fmt: skip
        case "arguments":
            return (
                (f"{manage} took a word for itself that was meant for Django: {subject}",),
                (f"Let {manage} read the settings from {SETTINGS_VARIABLE} instead, and set that for the build.",
                 "Or collect the files yourself, before the build."),
            )  # fmt: skip
        case "static_root":
            return (
                ("The settings don't say into which folder static files are collected.",),
                ('Add to the settings:  STATIC_ROOT = BASE_DIR / "staticfiles"',),
            )
        case "variable":
            return (
                (f"The settings read the variable {subject}, which is not set in the build.",
                 "A build doesn't see the variables that the running application gets."),
                (f"Give the build a value:  --env {subject}=…   (any value will do if collecting doesn't use it)",
                 f'Or give the settings a default:  os.environ.get("{subject}", "…")'),
            )  # fmt: skip
        case "secret_key":
            return (
                ("SECRET_KEY is empty in the build. It is usually read from a variable that the build doesn't have.",),
                ("Give the build a value that is not the real one, by --env and the variable's name.",
                 "Or give the settings a default for it that is only good for a build."),
            )  # fmt: skip
        case "module":
            return (
                (f"The settings, or an application that they name, import {subject}, which is not installed.",),
                (
                    f"Add what provides {subject} to the requirements; development ones are not installed here.",
                    "If manage.py names the settings of development, give the build those of production:",
                    "  --env DJANGO_SETTINGS_MODULE=…",
                ),
            )
        case "manifest":
            return (
                (f"The storage with hashed names found a reference to {subject}, which doesn't exist.",),
                ("Add that file, or remove the reference in the CSS or JavaScript file that stands above.",),
            )
        case "database":
            return (
                ("Something connects to a database while the settings or applications are loaded.",),
                ("Move the query out of the module level, to where its result is needed.",),
            )
        case _:
            assert_never(cause.kind)
