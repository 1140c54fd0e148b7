"""The invalidation matrix of ARCHITECTURE.md, written a second time: what a build has to do to each layer.

It is decided here from what authors and operators did, never from metadata, so that it can disagree with Lamina.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, TypeAlias

import msgspec
from pure.layers.decision import Action

from tests.histories.application import BY_REQUIREMENTS, EXTRA, GROUP, Application, Chosen, UnresolvableError, resolve
from tests.histories.files import texts
from tests.histories.index import MOST, contents
from tests.histories.situation import Situation, tool_of

Key: TypeAlias = tuple[object, ...]
# Of these the lock fixes nothing: they are made anew in every build.
MOVING: Final = frozenset({"folder", "editable", "branch", "checkout", "archive"})


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What the layers of a finished build were made for."""

    situation: Situation
    keys: Mapping[str, Key | None]  # ``None``: metadata that this release of Lamina can't read

    def without(self, layer: str) -> "Made":
        return msgspec.structs.replace(self, keys={**self.keys, layer: None})


def keys(situation: Situation) -> dict[str, Key]:
    """What each layer depends on that this build wants; a layer of another key is made anew."""
    here = situation
    distro = here.distro if here.bound else None
    found: dict[str, Key] = {"python": (here.arch, here.bound, here.archives, distro, here.python)}
    tool = tool_of(here.manager)
    match tool:
        case "pip":
            found["pip"] = (here.arch, here.minor, here.tool_version)
            found["pip-cache"] = (here.arch, here.distro, here.minor)
        case "uv":
            found["uv"] = (here.arch, here.tool_version)
        case _:
            found[tool] = (here.arch, here.distro, here.minor, here.tool_version)
    place = (here.arch, here.distro, here.minor)
    found["venv"] = (*place, here.manager)
    # What it is told stands in it, too, and of its one process that is the same for all applications.
    found["at-launch"] = (here.program,)
    if here.bindings:
        found["ca-certificates"] = (here.program,)
    if not here.later:
        found |= {"python-cache": found["python"], "venv-cache": found["venv"]}
    return found | {name: (*place, *what) for name, what in heavy(here).items()}


def heavy(situation: Situation) -> dict[str, Key]:
    """The layers of single distributions, and what each holds: the heaviest that nothing tears."""
    if not situation.divided:
        return {}
    chosen = [each for each in installed(situation) if each.release is not None]
    torn = [each.name for each in chosen if each.release and each.release.shared]
    shared = [each.name for each in chosen if each.release and each.release.empty]
    found = []
    for each in chosen:
        among = _AMONG_OTHERS.get(each.name, ()) if each.name == "modules" or len(shared) > 1 else ()
        weight = _weight(each, among)
        if weight >= situation.heavy and not (len(torn) > 1 and each.name in torn):
            found.append((-weight, each.name, (each.version, each.revision, among)))
    return {f"dist-{name}": what for _, name, what in sorted(found)[:MOST]}


# What stays in the environment: modules, and what others have too, where there are such others.
_AMONG_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "modules": ("one.py",),
    "ns-heavy": ("ns/__init__.py", "ns/module.py"),
}


def _weight(each: Chosen, among: tuple[str, ...]) -> int:
    assert each.release is not None
    own = contents(each.release, each.revision, None)
    return sum(len(data) for path, data in own.items() if not path.startswith("../") and path not in among)


def installed(situation: Situation) -> tuple[Chosen, ...]:
    """What is installed; nothing where that can't be resolved."""
    application = situation.application
    # Pipenv knows groups and no extras.
    extras = situation.extras and application.manager != "pipenv"
    asked = {"", *([GROUP] if situation.groups else []), *([EXTRA] if extras else [])}
    if application.has_lock:
        whole = application.manager in BY_REQUIREMENTS
        return tuple(each for each in application.locked if whole or each.groups & asked)
    wants = application.wants
    if application.manager == "project":
        wants = (
            *wants,
            *(application.more if situation.groups else ()),
            *(application.fancy if situation.extras else ()),
        )
    with suppress(UnresolvableError):
        return tuple(resolve(wants, application, situation.outside).values())
    return ()


def synchronises(situation: Situation) -> bool:
    return situation.manager not in ("pip", "project")


def expected(
    situation: Situation, restored: Mapping[str, bool], made: Mapping[str, Made], *, fetched: bool
) -> dict[str, Action]:
    """The action on each layer.

    ``restored`` says of each layer that came back whether its contents did, ``made`` what its metadata were made for;
    ``fetched`` that the build has fetched a runtime.
    """
    wanted = keys(situation)
    # The environment is what the cache has of it; that it is in the image, too, spares work only.
    packed = restored.get("venv-cache", False)
    if packed and "venv-cache" in made:
        file = made["venv-cache"]
        made = {**made, "venv": msgspec.structs.replace(file, keys={**file.keys, "venv": file.keys["venv-cache"]})}
    if "venv-cache" in restored and not restored.get("venv", False):
        restored = {**restored, "venv": packed}
    then = made["venv"].situation if "venv" in made else None
    together = packed and then is not None and then.contents_packed
    lost = then is not None and any(
        name not in restored
        or name not in made
        or made[name].keys.get(name) != key
        or not (restored[name] or together or not (situation.later or situation.works))
        for name, key in keys(then).items()
        if name.startswith("dist-")
    )
    found = {name: Action.DROP for name in restored if name not in wanted}
    for name, key in wanted.items():
        if name not in restored:
            found[name] = Action.CREATE
        elif name not in made or made[name].keys.get(name) != key:
            found[name] = Action.RECREATE
        elif name.startswith("dist-") or name in ("ca-certificates", "at-launch"):
            found[name] = Action.KEEP
        elif name == "python" and not situation.later and not made[name].situation.later:
            # What its metadata say of its contents was written where it was in the image only.
            found[name] = Action.KEEP
        elif not restored[name]:
            found[name] = Action.RECREATE
        elif name == "venv":
            found[name] = _environment(situation, made[name].situation, lost=lost)
        else:
            found[name] = Action.KEEP
    if situation.later:
        return found
    if packed:
        other = then is not None and then.contents_packed is not situation.contents_packed
        found["venv-cache"] = Action.RECREATE if other else found["venv"]
    elif found["venv-cache"] is Action.KEEP:
        found["venv-cache"] = Action.RECREATE
    if not fetched and found["python-cache"] is not Action.KEEP:
        # Nobody needs the archive.
        found.pop("python-cache")
        found |= {"python-cache": Action.DROP} if "python-cache" in restored else {}
    return found


def _environment(now: Situation, then: Situation, *, lost: bool) -> Action:
    if synchronises(now) and now.no_binary != then.no_binary:
        return Action.RECREATE
    if lost or now.divided != then.divided:
        return Action.RECONCILE
    return Action.KEEP if pinned(now.application) and _asks_for(now) == _asks_for(then) else Action.RECONCILE


def pinned(application: Application) -> bool:
    """Whether every artefact is fixed by a digest."""
    if not application.has_lock:
        # Nothing has no digest to miss.
        return application.manager in BY_REQUIREMENTS and not application.wants
    return not any(each.source in MOVING for each in application.locked)


def impossible(situation: Situation) -> str:
    """Why no build of this situation can succeed; empty if one can."""
    application, index = situation.application, situation.outside.index
    if application.has_lock:
        comparable = application.manager not in (*BY_REQUIREMENTS, "pylock")
        if comparable and application.locked_from != application.declared:
            return "the lock is out of date"
        gone = [each for each in application.locked if each.release and index.revision(each.release) != each.revision]
        return "the lock has hashes that the index doesn't have any more" if gone else ""
    try:
        resolve((*application.wants, *application.more, *application.fancy), application, situation.outside)
    except UnresolvableError:
        return "the index doesn't have what is required"
    return ""


def _asks_for(situation: Situation) -> object:
    groups, extras = situation.variables.get("BP_PYTHON_GROUPS"), situation.variables.get("BP_PYTHON_EXTRAS")
    files = texts(situation.application)
    if situation.manager in BY_REQUIREMENTS:
        return sorted(files["requirements.txt"].split(b"\n")), situation.no_binary
    return sorted(files.items()), groups, extras, situation.no_binary
