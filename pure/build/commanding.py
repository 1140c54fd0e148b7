"""Runs an application's build commands, and sees that they leave alone what is installed.

They run as they are declared, in the finished environment, and nobody knows what they read: so they run in each build.
What they write among the application's files is part of the image. What lies in layers is what the locks say, and so:

- While they run, no ``<layer>.toml`` says that a layer with contents is whole: a build that is killed meanwhile leaves
  nothing that the next one trusts.
- What they added to a layer is taken out again, and told. What they changed or removed there can't be put back, and
  ends the build.
"""

from typing import Final, TypeAlias

import msgspec

from pure.build import binding_steps
from pure.build.facts import Facts
from pure.build.states import Build, Commanding
from pure.build.steps import Answer, ReadFiles, RemoveFiles, RunProgram, Steps, WriteFiles
from pure.build.watched import FileSeen, FilesSeen, LookAtFiles
from pure.build.workplace import Workplace
from pure.complaints.commands import CommandChangedLayers, LeftInLayers
from pure.layers.names import PYTHON
from pure.manager.environment import application_environment, trusting
from pure.manager.table import TOOLS
from pure.redaction import Redactor, names_a_secret

_TOMLS: Final = "*.toml"
_SHELL: Final = "sh"
# pip's variables speak of indexes, and so do the others'; these lead to where secrets are written.
_OF_TOOLS: Final = tuple(sorted({prefix for tool in TOOLS.values() for prefix in tool.prefixes}))
_PLACES: Final = frozenset({"NETRC", "SERVICE_BINDING_ROOT", "CNB_PLATFORM_DIR"})
# What programs are found and run by; a secret that is a word of a path isn't hidden by leaving them out.
_NEEDED: Final = frozenset({
    "PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "LIBRARY_PATH", "CPATH", "PKG_CONFIG_PATH", "PYTHONPATH",
})  # fmt: skip
_PLATFORMS: Final = "CNB_"
_SHOWN: Final = 6

Found: TypeAlias = CommandChangedLayers | LeftInLayers | None


def hidden(facts: Facts, hide: Redactor) -> tuple[str, ...]:
    """The variables of the build that its commands don't get: those of package managers, and what holds a secret."""
    given = ((name, value) for name, value in facts.variables.items() if not name.startswith(_PLATFORMS))
    return tuple(sorted(name for name, value in given if _hidden(name, value, hide)))


def environment(facts: Facts, work: Workplace, hide: Redactor, *, installed: bool) -> tuple[tuple[str, str], ...]:
    """The environment of build commands; without anything ``installed`` there is no virtual one."""
    given = {name: value for name, value in facts.variables.items() if not _hidden(name, value, hide)}
    found = application_environment(given, venv=work.venv, python=work.layer(PYTHON))
    if not installed:
        del found["VIRTUAL_ENV"]
        found["PATH"] = found["PATH"].removeprefix(f"{work.programs}:")
    joined = work.certificates if facts.certificates else ""
    trusted = trusting(facts.settings, joined=joined, over=bool(facts.bound.certificates))
    trusted.pop("PIP_CERT", "")
    return tuple(sorted({**found, **trusted}.items()))


def look(facts: Facts, work: Workplace) -> Steps:
    """The steps before the first command: what there is, which no command shall change, and no secret in a file."""
    return (
        *binding_steps.withdraw(facts, work),
        LookAtFiles(root=work.layers),
        ReadFiles(root=work.layers, patterns=(_TOMLS,)),
    )


def looked(state: Commanding, answer: Answer) -> Commanding:
    """The state in which it is known what there was before the first command."""
    (before,) = answer.all(FilesSeen)
    told = {
        path: raw
        for path, raw in answer.read(before.root).items()
        if (folder := before.files.get(path.removesuffix(".toml"))) and _is_folder(folder)
    }
    return msgspec.structs.replace(state, before=before, tomls=tuple(sorted(told.items())))


def run(build: Build, state: Commanding) -> Steps:
    """The steps of the command that is next."""
    assert build.plan.commands is not None, "there are commands"
    lines, work = build.plan.commands.lines, build.work
    program = RunProgram(
        purpose="build-command",
        # Of several lines, too, the first that fails ends it.
        argv=(_SHELL, "-e", "-c", lines[state.done]),
        environment=environment(build.facts, work, build.hide, installed=state.resolved is not None),
        folder=work.project,
    )
    first = RemoveFiles(root=work.layers, files=tuple(path for path, _ in state.tomls))
    before: Steps = (first,) if state.done == 0 and state.tomls else ()
    after: Steps = (LookAtFiles(root=work.layers),) if state.done + 1 == len(lines) else ()
    return (*before, program, *after)


def found(state: Commanding, answer: Answer) -> Found:
    """What the commands did to the layers."""
    assert state.before is not None, "it was looked at before"
    (now,) = answer.all(FilesSeen)
    apart = {path for path, _ in state.tomls}
    before = {path: each for path, each in state.before.files.items() if path not in apart}
    changed = tuple(sorted(path for path, each in before.items() if _differs(each, now.files.get(path))))
    if changed:
        return CommandChangedLayers(paths=changed[:_SHOWN], number=len(changed))
    added = _added(state, now)
    files = tuple(path for path in added if not _is_folder(now.files[path]))
    return LeftInLayers(paths=(files or added)[:_SHOWN], number=len(files or added)) if added else None


def put_right(state: Commanding, work: Workplace, answer: Answer) -> Steps:
    """The steps by which the layers are again what they were."""
    (now,) = answer.all(FilesSeen)
    added = _added(state, now)
    folders = tuple(sorted((path for path in added if _is_folder(now.files[path])), reverse=True))
    files = tuple(path for path in added if not _is_folder(now.files[path]))
    out = RemoveFiles(root=work.layers, files=files, directories=folders)
    back = WriteFiles(root=work.layers, files=state.tomls)
    return (*((out,) if added else ()), *((back,) if state.tomls else ()))


def _added(state: Commanding, now: FilesSeen) -> tuple[str, ...]:
    assert state.before is not None, "it was looked at before"
    return tuple(sorted(now.files.keys() - state.before.files.keys()))


def _differs(before: FileSeen, now: FileSeen | None) -> bool:
    """Whether something is gone, replaced or written to. A folder's times change with what it holds."""
    if now is None or now.kind != before.kind:
        return True
    return not _is_folder(before) and now.version != before.version


def _is_folder(seen: FileSeen) -> bool:
    return seen.kind.endswith("/") and not seen.kind.startswith("->")


def _hidden(name: str, value: str, hide: Redactor) -> bool:
    if name in _NEEDED or (name.startswith(_PLATFORMS) and name not in _PLACES):
        return False
    return name.startswith(_OF_TOOLS) or name in _PLACES or names_a_secret(name) or hide(value) != value
