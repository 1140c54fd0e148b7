"""Says how each tool is started: by which arguments, in which order.

uv: https://docs.astral.sh/uv/reference/cli/ ; Poetry: https://python-poetry.org/docs/cli/ ; Pipenv:
https://pipenv.pypa.io/en/latest/cli.html ; PDM: https://pdm-project.org/latest/reference/cli/ .
"""

from typing import assert_never

import msgspec

from pure.manager.table import Manager
from pure.project.selection import Selection


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One start of a tool."""

    argv: tuple[str, ...]
    # Whether it only looks if the lock is up to date.
    check: bool = False


class Required(msgspec.Struct, frozen=True, kw_only=True):
    """How requirements files are installed by a tool that isn't pip."""

    files: tuple[str, ...] = ()
    # What of pip's settings is handed on.
    options: tuple[str, ...] = ()
    # What they resolve to, as constraints; empty where the files have hashes and so say it themselves.
    constraints: str = ""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """The absolute paths that a tool is told."""

    # Its own layer.
    layer: str
    # The environment.
    venv: str
    # The runtime's interpreter.
    python: str
    # A free folder.
    temporary: str


def commands(
    manager: Manager,
    places: Places,
    *,
    file: str,
    selection: Selection,
    groups: tuple[str, ...],
    defaults: tuple[str, ...] = (),
    comparable: bool = True,
    itself: bool = True,
    alone: bool = False,
    required: Required = Required(),  # noqa: B008 (a value)
) -> tuple[Command, ...]:
    """What brings the environment to what ``file`` locks; ``groups`` are all dependency groups that there are.

    ``defaults`` are those that a standard lock file always adds; ``comparable`` says that the lock has to be compared
    with its declaration, and can be; ``itself`` that the project itself is to be installed, where that isn't up to the
    tool, and ``alone`` that it is no package, whatever the tool believes. ``required`` is what requirements are.
    """
    module = (places.python, "-P", "-m", manager.tool.name)
    asked_groups = _each("--group", selection.groups)
    match manager.name:
        case "uv":
            extras = _each("--extra", selection.extras)
            options = ("--locked", "--no-default-groups", "--no-editable", *asked_groups, *extras)
            options = (*options, "--no-install-project") if alone else options
            return (Command(argv=(f"{places.layer}/bin/uv", "sync", *options)),)
        case "pylock":
            options = ("--python", f"{places.venv}/bin/python", "--preview-features", "pylock")
            extras = _each("--extra", selection.extras)
            empty = "--allow-empty-requirements"
            pip = (f"{places.layer}/bin/uv", "pip")
            if not defaults:
                return (Command(argv=(*pip, "sync", *options, empty, *asked_groups, *extras, file)),)
            # uv leaves out the default groups as soon as another one is named, so that those are added afterwards.
            synchronised = Command(argv=(*pip, "sync", *options, empty, *extras, file))
            added = Command(argv=(*pip, "install", *options, *asked_groups, *extras, "-r", file))
            return (synchronised, added) if selection.groups else (synchronised,)
        case "uv-pip":
            # Resolved as for an empty environment; what isn't asked for goes.
            options = ("--python", f"{places.venv}/bin/python", "--exact", "--upgrade", *required.options)
            fixed = ("--constraints", required.constraints) if required.constraints else ("--require-hashes",)
            return (Command(argv=(f"{places.layer}/bin/uv", "pip", "install", *options, *fixed, *_files(required))),)
        case "poetry":
            only = ",".join(("main", *selection.groups))
            options = ("--only", only, *_each("--extras", selection.extras), "--no-interaction", "--no-ansi")
            options = (*options, "--no-root") if alone or not itself else options
            return (Command(argv=(*module, "sync", *options)),)
        case "pipenv":
            wanted = " ".join(dict.fromkeys(("packages", *selection.groups)))
            categories = ("--categories", wanted) if selection.groups else ()
            verify = (Command(argv=(*module, "verify"), check=True),) if comparable else ()
            return (*verify, Command(argv=(*module, "sync", *categories)))
        case "pdm":
            # PDM refuses --prod beside one of the groups that it leaves out; naming one leaves out the others.
            production = () if set(selection.groups) & set(groups) else ("--prod",)
            named = _each("--group", (*selection.groups, *selection.extras))
            sync = (*module, "sync", *production, "--clean-unselected", "--no-editable", *named)
            sync = (*sync, "--no-self") if alone else sync
            verify = (Command(argv=(*module, "lock", "--check"), check=True),) if comparable else ()
            return (*verify, Command(argv=sync))
        case "pip" | "project":
            raise AssertionError(f"{manager.name} doesn't synchronise by itself")
        case _:
            assert_never(manager.name)


def resolving(places: Places, required: Required, to: str) -> Command:
    """What has uv write down which artefacts requirements come to, for the runtime's Python."""
    options = ("--python", places.python, "--generate-hashes", "--no-annotate", "--no-header", "--quiet")
    words = (*options, *required.options, "--output-file", to, *required.files)
    return Command(argv=(f"{places.layer}/bin/uv", "pip", "compile", *words))


def _files(required: Required) -> tuple[str, ...]:
    return _each("--requirements", required.files)


def _each(option: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for name in names for word in (option, name))
