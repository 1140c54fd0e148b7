"""What holds after every successful build; each check raises ``Violated`` with words for whoever reads the history.

The lower bounds are exact where the model can state them:

- To the image only those launch layers are added that a build from nothing gives and the previous image hasn't.
- Into the environment only those distributions are written whose files differ from what was there, and those that
  nothing fixes: what comes from a folder, a branch, a URL with a query, or shares a file of other contents with one of
  those. An environment that is made anew, for a reason that the matrix or the check of the result gives, has no bound.
- Of what is restored, what a build then throws away is counted as waste; the platform decides over that, not Lamina.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Final

import msgspec
from pure.build.steps import InstallRuntime, UnpackLayers
from pure.image.difference import compare_sides
from pure.image.manifest import LayerOfImage
from pure.image.side import Kind, Side, decided_by
from pure.layers.decision import Action
from pure.layers.moved import Moved, Work
from pure.report.decided import decisions

from tests.histories.application import SECRETS
from tests.histories.builds import Finished
from tests.histories.disk import Folder, Link, Node, digest, files, size, walk
from tests.histories.matrix import MOVING, Made, expected
from tests.histories.platforms import Exported
from tests.histories.situation import Situation

_HEAVY: Final = "dist-"
_IN_THE_IMAGE_ONLY: Final = frozenset({"python", "ca-certificates", "at-launch"})
_VERBS: Final[Mapping[str, Action]] = {
    "created": Action.CREATE,
    "kept": Action.KEEP,
    "recreated": Action.RECREATE,
    "reconciled": Action.RECONCILE,
    "dropped": Action.DROP,
}
# What a platform does with a layer, in the words of ``pure.layers.moved``.
_LEFT: Final = frozenset[Work]({"left"})
_READ: Final = frozenset[Work]({"read"})
_ADDED: Final = frozenset[Work]({"again", "changed", "new"})
_CACHED: Final = frozenset[Work]({"cached"})
_GONE: Final = frozenset[Work]({"gone"})
# What may become of what a plan foresees. Made anew, a layer may come out as the image has it.
_FORESEEN: Final[Mapping[Work, frozenset[Work]]] = {
    "borrowed": _LEFT,
    "reconciled": frozenset({"left", "read", "again", "changed"}),
    "changed": frozenset({"left", "changed"}),
}
_INSTALLER: Final = re.compile(
    r"(?:site-packages|dist-packages)/(?:pip|uv|poetry|pipenv|pdm)(?:/|-[^/]*\.dist-info/|\Z)"
    r"|bin/(?:pip[0-9.]*|uvx?|poetry|pipenv|pdm)\Z|pip-[^/]+\.whl\Z"
)
# A file of other contents in several distributions, of which one has what its RECORD states, and those of one whose
# RECORD states anything.
_OTHERWISE: Final = re.compile(r"common/__init__\.py|one\.py|_one\.so|data/deep\.bin")
# What shares a file of other contents with somebody: redone with whoever is changed.
_SHARING: Final = frozenset({"delta", "epsilon", "torn"})


class Violated(AssertionError):  # noqa: N818  (the word for what has happened)
    """An invariant doesn't hold."""


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that had to be added to the image, and those restored that the build used."""

    to_image: int
    used: int


def check(
    situation: Situation,
    finished: Finished,
    exported: Exported,
    *,
    nothing: tuple[Finished, Exported] | None,
    made: Mapping[str, Made],
    before: Mapping[str, str],
    restored: bool,
) -> Bound:
    """All invariants of one build.

    ``nothing`` is a build from nothing of the same situation, unless that fails; ``before`` are the digests
    of the previous image's layers; ``restored`` says that a lifecycle brought the layers back, so that the
    matrix says what has to happen to them.
    """
    known = frozenset(before.values())
    if nothing is not None:
        _equal(finished, exported, *nothing)
        _whole(nothing[0])
    _apart(finished)
    _record_is_real(finished)
    _is_exported(finished, exported)
    if restored:
        _moved_as_told(finished, exported, known)
        _moved_as_foreseen(situation, finished)
        _as_the_matrix_says(situation, finished, made)
    _nothing_more_than_needed(situation, finished)
    _clean(finished)
    _compares(finished, exported, before)
    new = {sha: name for name, sha in exported.layers.items() if sha not in known}
    bound = sum(size(finished.after[name]) for name in new.values())
    if exported.moved.to_image != bound:
        raise Violated(f"{exported.moved.to_image} bytes were added to the image instead of {bound}")
    used = sum(
        size(folder) for name, folder in finished.before.items() if name not in finished.begun | finished.dropped
    )
    return Bound(to_image=bound, used=used)


def _compares(finished: Finished, exported: Exported, before: Mapping[str, str]) -> None:
    """5. The comparison of both images says what their digests say, and the label has the layers that there are."""
    decided = decided_by(decisions(finished.done.plan, finished.done.record), labels={})
    kinds: tuple[Kind, ...] = ("layer", "heavy")
    named = {name for kind in kinds for name in decided[kind]}
    if named != exported.layers.keys():
        raise Violated(f"the label names the layers {named}, and the image has {set(exported.layers)}")
    sides = (Side(name="", decided={}, layers=_layers(each, finished.after)) for each in (before, exported.layers))
    compared = compare_sides(*sides)
    found = {each.name: each.become for each in compared.layers or ()}
    wanted = {
        name: "new"
        if name not in before
        else "gone"
        if name not in exported.layers
        else "same"
        if before[name] == exported.layers[name]
        else "changed"
        for name in {*before, *exported.layers}
    }
    if found != wanted:
        raise Violated(f"the comparison says {found}, and the digests {wanted}")
    if compared.moving is None or compared.moving.nbytes != exported.moved.to_image:
        raise Violated(f"the comparison says that {compared.moving} moves, and {exported.moved.to_image} bytes did")


def _layers(digests: Mapping[str, str], contents: Mapping[str, Folder]) -> tuple[LayerOfImage, ...]:
    return tuple(
        LayerOfImage(diff_id=sha, name=name, nbytes=size(contents[name]) if name in contents else None)
        for name, sha in digests.items()
    )


def _equal(finished: Finished, exported: Exported, fresh: Finished, wanted: Exported) -> None:
    """1. The image is that of a build from nothing."""
    if exported.layers.keys() != wanted.layers.keys():
        raise Violated(f"the image has the layers {set(exported.layers)} instead of {set(wanted.layers)}")
    for name, sha in wanted.layers.items():
        if exported.layers[name] != sha:
            raise Violated(f"{name} is not what a build from nothing gives: {_differences(finished, fresh, name)}")
    if exported.data != wanted.data:
        raise Violated(f"the layers' metadata are {exported.data} instead of {wanted.data}")
    if exported.launch != wanted.launch:
        raise Violated("launch.toml is not what a build from nothing writes")
    if finished.sboms != fresh.sboms:
        names = sorted(name for name, _ in finished.sboms.items() ^ fresh.sboms.items())
        raise Violated(f"{', '.join(dict.fromkeys(names))} are not what a build from nothing writes")
    if digest(finished.app_after) != digest(fresh.app_after):
        raise Violated("the application's files are not what a build from nothing leaves")


def _whole(finished: Finished) -> None:
    """1. What the environment's RECORDs name is in the image, with the contents that they state."""
    venv = finished.environment_after
    if venv is None:
        raise Violated("there is no environment")
    for path, record in files(venv).items():
        folder, _, name = path.rpartition("/")
        if name != "RECORD":
            continue
        for row in record.decode().splitlines():
            file, digest_of_row, _ = row.rsplit(",", 2)
            place = _place(folder.rpartition("/")[0], file)
            found = _through_links({**finished.after, "venv": venv}, "venv/" + place)
            if digest_of_row and found is None and not file.endswith("missing.txt"):
                raise Violated(f"{place} is in no layer of the image")
            if (
                found is not None
                and digest_of_row
                and not _OTHERWISE.fullmatch(file)
                and _stated(found) != digest_of_row
            ):
                raise Violated(f"{place} isn't what its RECORD states")


def _apart(finished: Finished) -> None:
    """1. No layer of one distribution has a folder at its top that a platform makes more of, such as ``lib``."""
    for name, layer in finished.after.items():
        if name.startswith(_HEAVY) and layer.keys() != {"root"}:
            raise Violated(f"at the top of {name} are {', '.join(sorted(layer))}")


def _stated(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def _through_links(layers: Mapping[str, Folder], path: str) -> bytes | None:
    """The file at a path of the layers folder, whatever links lead to it."""
    here: Node = Folder(layers)
    parts, seen = path.split("/"), list[str]()
    while parts:
        part = parts.pop(0)
        found = here.get(part) if isinstance(here, Folder) else None
        if isinstance(found, Link):
            return _through_links(layers, _normal("/".join([*seen, found, *parts])))
        if found is None:
            return None
        seen.append(part)
        here = found
    return here if isinstance(here, bytes) else None


def _normal(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _differences(finished: Finished, fresh: Finished, layer: str) -> list[str]:
    one, other = (dict(walk(each.after.get(layer, Folder()))) for each in (finished, fresh))
    paths = one.keys() | other.keys()
    different = [path for path in paths if one.get(path) != other.get(path) and not isinstance(one.get(path), Folder)]
    return sorted(different or (path for path in paths if one.get(path) != other.get(path)))[:6]


def _record_is_real(finished: Finished) -> None:
    """3. The record says what really happened to each layer, and so does the log."""
    actions = {name: each.action for name, each in finished.record.layers.items()}
    told = _told(finished.log)
    if told != actions:
        raise Violated(f"the log says {told}, the record {actions}")
    there = {name for name, action in actions.items() if action is not Action.DROP}
    # What is in the image only needs no contents to stay there.
    there -= {name for name in there if name not in finished.after and not finished.record.layers[name].cache}
    if there != finished.after.keys():
        raise Violated(f"the record tells of {there}, and there are {set(finished.after)}")
    for name, action in actions.items():
        begun, was = name in finished.begun, finished.before.get(name)
        if not _happened(finished, name, action, begun=begun, was=was):
            raise Violated(f"the record says {action} of {name}, which isn't what happened")


def _happened(finished: Finished, name: str, action: Action, *, begun: bool, was: Folder | None) -> bool:
    match action:
        case Action.KEEP:
            # pip's cache grows while it is used.
            stays = _grown if name == "pip-cache" else _same
            # Out of the file, whatever a build that was killed has left of a tree.
            if name == "venv" and (was is None or _unpacked(finished)):
                return not begun and "venv-cache" in finished.before
            if name.startswith(_HEAVY) or name in _IN_THE_IMAGE_ONLY:
                again = begun and name not in _IN_THE_IMAGE_ONLY
                away = was is None or name not in finished.after
                return name in finished.restored and (again or away or _same(was or Folder(), finished, name))
            return not begun and was is not None and stays(was, finished, name)
        case Action.RECONCILE if name == "venv-cache":
            return was is not None
        case Action.RECONCILE:
            return not begun and ("venv-cache" in finished.before or was is not None)
        case Action.CREATE:
            return begun and was is None
        case Action.RECREATE:
            return begun
        case Action.DROP:
            return name in finished.dropped and not begun


def _unpacked(finished: Finished) -> bool:
    return any(isinstance(step, UnpackLayers) and "venv" in step.layers for step in finished.steps)


def _is_exported(finished: Finished, exported: Exported) -> None:
    """3. Every layer goes where its record says."""
    layers = finished.record.layers
    for where, found in (("launch", exported.layers), ("cache", exported.cached)):
        wanted = {name for name, each in layers.items() if getattr(each, where)}
        if wanted != found.keys():
            raise Violated(f"{where}: the record names {sorted(wanted)}, exported are {sorted(found)}")


def _moved_as_told(finished: Finished, exported: Exported, known: frozenset[str]) -> None:
    """3. What the log tells of the platform's work with each layer is what the platform does."""
    told = {each.layer: each.work for each in finished.done.moved}
    if untold := exported.layers.keys() - told.keys():
        raise Violated(f"the image has {sorted(untold)}, of which the log tells nothing")
    for name, work in told.items():
        sha = exported.layers.get(name)
        if sha is None:
            does = _CACHED if name in exported.cached else _GONE
        elif name not in finished.after:
            does = _LEFT
        else:
            # Where the image is lost, nobody in a build knows of it.
            does = _READ | _ADDED if sha in known or not known else _ADDED
        if work not in does:
            raise Violated(f"the log says {work} of {name}, where the platform's work is {' or '.join(sorted(does))}")


def _moved_as_foreseen(situation: Situation, finished: Finished) -> None:
    """3. The plan has promised the same, but for what only a resolution or a look at the environment tells."""
    if finished.started_over:
        return
    told = {each.layer: each for each in finished.done.moved}
    venv = next((each.work for each in finished.foreseen if each.layer == "venv"), "left")
    for each in finished.foreseen:
        found = told.get(each.layer)
        if each.layer.startswith(_HEAVY) and venv not in _LEFT | _READ:
            _heavy_as_foreseen(situation, finished, each, found, anew=venv == "changed")
            continue
        if found is None or found.work not in _FORESEEN.get(each.work, {each.work}):
            raise Violated(f"the plan says {each.work} of {each.layer}, and the log {found and found.work}")
        if found.work == each.work and each.nbytes is not None and found.nbytes not in (None, each.nbytes):
            raise Violated(f"the plan says {each.nbytes} bytes of {each.layer}, and the log {found.nbytes}")


def _heavy_as_foreseen(
    situation: Situation, finished: Finished, foreseen: Moved, found: Moved | None, *, anew: bool
) -> None:
    """What a lock or pins change is foreseen, and nothing else; of what is left open nothing is known."""
    name, here = foreseen.layer.removeprefix(_HEAVY), situation.application
    locked = name in {each.name for each in here.locked} or not here.has_lock
    before, after = (
        {release: rows for release, rows in _releases(venv).items() if release[0] == name}
        for venv in (finished.environment_before, finished.environment_after)
    )
    # That the same files lie elsewhere, since others share their folders now, or no more, only a look tells; that they
    # are other files of the same version pip's pins tell only where the settings are the same.
    known = here.has_lock and before != after and not (situation.manager == "pip" and before.keys() & after.keys())
    match foreseen.work:
        case "left" | "read":
            right = not known or found is None or (found.work != "changed" and (found.work != "gone" or locked))
        case "reconciled":
            right = found is None or found.work not in _LEFT | _READ
        case "changed" if anew:
            right = found is None or found.work not in _LEFT | _READ
        case "gone":
            right = found is None or found.work == "gone"
        case _:
            right = True
    if not right:
        raise Violated(f"the plan says {foreseen.work} of {foreseen.layer}, and the log {found and found.work}")


def _same(was: Folder, finished: Finished, name: str) -> bool:
    return digest(_without_record(was)) == digest(_without_record(finished.after[name]))


def _without_record(layer: Folder) -> Folder:
    """A layer without what an environment that is no file has in it of itself."""
    return Folder((name, node) for name, node in layer.items() if name != ".lamina")


def _grown(was: Folder, finished: Finished, name: str) -> bool:
    return files(was).keys() <= files(finished.after[name]).keys()


def _told(log: tuple[str, ...]) -> dict[str, Action]:
    summary = next(line for line in reversed(log) if line.startswith("Done in "))
    found: dict[str, Action] = {}
    for part in summary.partition(": ")[2].split("; "):
        verb, _, names = part.partition(" ")
        found |= dict.fromkeys(names.split(", "), _VERBS[verb])
    return found


def _as_the_matrix_says(situation: Situation, finished: Finished, made: Mapping[str, Made]) -> None:
    """2. Each layer is treated as the matrix says; that those which it leaves alone stay, ``_record_is_real`` says."""
    back = {name: name in finished.before for name in finished.restored}
    fetched = any(isinstance(step, InstallRuntime) for step in finished.steps)
    wanted = expected(situation, back, made, fetched=fetched)
    found = {name: each.action for name, each in finished.record.layers.items()}
    if finished.started_over:
        over = (Action.RECONCILE, Action.KEEP)
        wanted |= {name: Action.RECREATE for name in ("venv", "venv-cache") if wanted.get(name) in over}
    if found != wanted:
        raise Violated(f"the build decides {_words(found)}, where the matrix says {_words(wanted)}")
    tool, version = next(iter(finished.versions.items()), ("", situation.tool_version))
    if version != situation.tool_version:
        raise Violated(f"{tool} {version} was started instead of {situation.tool_version}")
    if found["venv"] is Action.KEEP and finished.versions:
        raise Violated(f"{tool} was started, though the environment is kept")


def _words(actions: Mapping[str, Action]) -> str:
    return ", ".join(f"{name} {action}" for name, action in sorted(actions.items()))


def _nothing_more_than_needed(situation: Situation, finished: Finished) -> None:
    """3. Whatever could stay in the environment stayed."""
    if "venv" in finished.begun:
        return
    both = (finished.environment_before, finished.environment_after)
    before, after = (_distributions(each or Folder()) for each in both)
    changed = {name for name, content in after.items() if before.get(name) != content}
    here = situation.application
    moving = {each.name for each in here.wants if each.source in MOVING}
    moving |= {each.name for each in here.locked if each.source in MOVING}
    moving |= {"app"} if situation.manager == "project" else set()
    touched = changed | moving | (before.keys() - after.keys())
    allowed = touched | (_SHARING if touched & _SHARING else frozenset())
    anew = (Action.CREATE, Action.RECREATE)
    layers = finished.record.layers.items()
    lost = {n for n, each in layers if n.startswith(_HEAVY) and (each.action in anew or n in finished.begun)}
    more = set(finished.installed) - allowed - {name.removeprefix(_HEAVY) for name in lost}
    if more:
        raise Violated(f"{', '.join(sorted(more))} had not to be installed anew")
    # pip installs what comes from a folder whenever it runs: again, where contents turn out to have no layer any more,
    # or another one, though nothing of the distribution changed.
    dropped = {name.removeprefix(_HEAVY) for name in finished.dropped if name.startswith(_HEAVY)}
    stayed = _releases(finished.environment_before).keys() & _releases(finished.environment_after).keys()
    astray = dropped | ({name.removeprefix(_HEAVY) for name in lost} & {name for name, _ in stayed})
    again = moving if astray & set(finished.installed) else set()
    twice = {name for name in finished.installed if finished.installed.count(name) > 1} - again
    if twice:
        raise Violated(f"{', '.join(sorted(twice))} was installed twice")


def _distributions(venv: Folder) -> dict[str, str]:
    """Each distribution of an environment with a digest of its files, but for the markers of who asked for it."""
    found: dict[str, str] = {}
    content = files(venv)
    for path, record in content.items():
        folder, _, name = path.rpartition("/")
        if name != "RECORD":
            continue
        site = folder.rpartition("/")[0]
        rows = [row.partition(",")[0] for row in record.decode().splitlines()]
        own = sorted(row for row in rows if not row.endswith(("/REQUESTED", "/RECORD")))
        values = [content.get(_place(site, row), b"") for row in own]
        key = folder.rpartition("/")[2].rpartition(".dist-info")[0].rpartition("-")[0].replace("_", "-")
        found[key] = repr(list(zip(own, values, strict=True)))
    return found


def _releases(venv: Folder | None) -> dict[tuple[str, str], frozenset[str]]:
    """What RECORD says of each distribution, by its name and version, but for the marker of who asked for it."""
    found = {}
    for path, record in files(venv or Folder()).items():
        if path.endswith(".dist-info/RECORD"):
            name, _, version = path.split("/")[-2].removesuffix(".dist-info").rpartition("-")
            rows = frozenset(row for row in record.decode().splitlines() if "REQUESTED" not in row)
            found[name.replace("_", "-"), version] = rows
    return found


def _place(site: str, row: str) -> str:
    return row.removeprefix("../../../") if row.startswith("../") else f"{site}/{row}"


def _clean(finished: Finished) -> None:
    """4. No installer is in the image, and no secret in anything that is left."""
    for name, folder in finished.after.items():
        launch = finished.record.layers[name].launch
        for path, node in walk(folder):
            if launch and _INSTALLER.search(path):
                raise Violated(f"{name}/{path} is an installer's, and the image has it")
            text = node.encode() if isinstance(node, Link) else node
            if isinstance(text, bytes) and any(secret.encode() in text for secret in SECRETS):
                raise Violated(f"{name}/{path} holds a secret")
    said = "\n".join((*finished.log, repr(finished.record), finished.launch))
    if any(secret in said for secret in SECRETS):
        raise Violated("the log, the record or launch.toml holds a secret")
