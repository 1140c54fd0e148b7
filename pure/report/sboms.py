"""Writes the bills of materials that the platform reads: one for each layer of the image, one for all, one for tools.

They are made of what is known at the end of any build, unchanged ones too, for which nothing is read or started: the
plan, and the record of the environment. Platforms bring those of layers back, mostly, and those of the whole image
never: what begins as it would be written is left as it is, and the image's names no parts of distributions, which may
be thousands. So an unchanged build pays for none of these.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.build.plan import Plan
from pure.hashes import Hash
from pure.layers.decision import Action
from pure.layers.names import PYTHON, VENV, heavy_layer, is_heavy
from pure.project.locks.markers import holds, marker_environment
from pure.report.billed import BUILD, LAUNCH
from pure.runtime.linked import UNANSWERED, Linked, decode_linked
from pure.sbom import cyclonedx, purls, spdx
from pure.sbom.bill import Bill, Component, Hashed, Licence, Part, digest_of
from pure.venv.described import Described
from pure.venv.resolved import Archive, Distribution, Index, Local, ResolvedSet, Vcs
from pure.venv.state import VenvState

_FORMATS: Final[Mapping[str, tuple[Callable[[Bill, str], bytes], Callable[[Bill], bytes]]]] = {
    cyclonedx.ENDING: (cyclonedx.head, cyclonedx.encode),
    spdx.ENDING: (spdx.head, spdx.encode),
}
_PIN: Final = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)[ ]?(?:;(?P<marker>[^\\\n]*))?")
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_LICENCE_OF_PYTHON: Final = Licence(expression="Python-2.0.1")


class BillFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with a bill of materials, in the folder of the layers."""

    name: str
    head: bytes
    """A file that begins so is this one: it has an identifier of all that is in it."""
    bill: Bill
    ending: str

    def encoded(self) -> bytes:
        """All of it, which takes its time."""
        _, encode = _FORMATS[self.ending]
        return encode(self.bill)


def sbom_files(plan: Plan, record: VenvState | None, pins: Mapping[str, str]) -> Iterator[BillFile]:
    """The files.

    ``record`` says what the environment holds, if there is one; ``pins`` are the texts of the tools' pin files.
    """
    for bill in bills(plan, record, pins):
        digest = digest_of(bill)
        for ending, (head, _) in _FORMATS.items():
            yield BillFile(name=f"{bill.name}.sbom.{ending}", head=head(bill, digest), bill=bill, ending=ending)


def bills(plan: Plan, record: VenvState | None, pins: Mapping[str, str]) -> Iterator[Bill]:
    """The bills, named as their files begin."""
    runtime = _runtime(plan)
    parts = {runtime.key: tuple(part.key for part in runtime.parts)}
    yield _bill(PYTHON, _of_layer(PYTHON), (runtime,), parts)
    named = plan.package_manager.declared.name if plan.package_manager else ""
    application = Component(key="application", kind="application", name=named or "application")
    if record is None:
        types = plan.decided(PYTHON).types
        # Another buildpack may want it for the build alone.
        if types is not None and types.launch:
            yield _bill(LAUNCH, application, (runtime,), parts)
        return
    said = {each.key: each for each in record.seen.described}
    components = {
        each.name: _distribution(each, said.get(each.name, Described(key=each.name, name=each.name)))
        for each in record.resolved.distributions
    }
    needs = {**parts, **dict(_needs(components, said))}
    apart = {each.name for each in plan.layers if is_heavy(each.name) and each.action is not Action.DROP}
    together = tuple(each for name, each in components.items() if heavy_layer(name) not in apart)
    yield _bill(VENV, _of_layer(VENV), together, needs)
    for name, each in components.items():
        if heavy_layer(name) in apart:
            yield _bill(heavy_layer(name), _of_layer(heavy_layer(name)), (each,), needs)
    asked = {components[name].key for name in _asked(plan, record.resolved)}
    yield _bill(LAUNCH, application, (runtime, *map(_without_parts, components.values())), needs, asked)
    if tools := tuple(_tools(plan, pins)):
        yield _bill(BUILD, Component(key="build", kind="application", name="build"), tools, {})


def _asked(plan: Plan, resolved: ResolvedSet) -> Iterator[str]:
    """What the application asks for by name, of what is installed.

    What installs from a lock marks all of it as requested, or nothing.
    """
    of_project = plan.manager.managed.asked if plan.package_manager and plan.manager.manager.by_lock else None
    for each in resolved.distributions:
        if each.requested if of_project is None else each.name in of_project:
            yield each.name


def _bill(
    name: str,
    about: Component,
    components: tuple[Component, ...],
    needs: Mapping[str, tuple[str, ...]],
    asked: Iterable[str] = (),
) -> Bill:
    """A bill with those of the needs that it has both ends of; what nobody needs is needed by what it is about."""
    there = {found.key for each in components for found in (each, *each.parts)}
    own = {key: kept for key in there if (kept := tuple(each for each in needs.get(key, ()) if each in there))}
    needed = {other for key, others in own.items() for other in others if other != key}
    tops = {each.key for each in components} - needed
    first = (about.key, tuple(sorted(tops | (there & set(asked)))))
    return Bill(name=name, about=about, components=components, needs=(first, *sorted(own.items())))


def _without_parts(each: Component) -> Component:
    """A distribution as the bill of the whole image has it."""
    if not each.parts:
        return each
    note = ("inside", f"{len(each.parts)} components that the bill of its layer names")
    return msgspec.structs.replace(each, parts=(), notes=(*each.notes, note))


def _of_layer(name: str) -> Component:
    return Component(key=f"layer:{name}", kind="file", name=name)


def _runtime(plan: Plan) -> Component:
    runtime, linked = plan.python.runtime, plan.decided(PYTHON).linked
    unknown = (("linked libraries", "not known: the interpreter didn't say"),) if linked == UNANSWERED else ()
    return Component(
        key="runtime:cpython",
        kind="platform",
        name="cpython",
        version=runtime.version,
        # By its digest alone: the same archive comes from a catalogue, a mirror, the cache or the buildpack.
        purl=purls.generic("cpython", runtime.version, {"checksum": f"sha256:{runtime.sha256}"}),
        cpe=f"cpe:2.3:a:python:python:{runtime.version}:*:*:*:*:*:*:*",
        licence=_LICENCE_OF_PYTHON,
        homepage="https://www.python.org/",
        hashes=(Hash(algorithm="sha256", digest=runtime.sha256),),
        hashed="catalogue",
        parts=tuple(map(_library, decode_linked(linked))),
        notes=unknown,
    )


def _library(linked: Linked) -> Component:
    unknown = () if linked.version else (("version", "not known to the interpreter"),)
    return Component(
        key=f"runtime:cpython/{linked.name}",
        name=linked.name,
        version=linked.version,
        purl=purls.generic(linked.name, linked.version),
        cpe=linked.cpe,
        notes=(("linked", "into the runtime"), *unknown),
    )


def _distribution(found: Distribution, said: Described) -> Component:
    hashes, hashed = _hashes(found, said)
    qualifiers: dict[str, str] = {}
    notes: tuple[tuple[str, str], ...] = ()
    local = False
    match found.origin:
        case Index():
            pass
        case Archive(url=url):
            local = url.startswith("file:")
            qualifiers = {"download_url": url}
        case Vcs(url=url, vcs=vcs, commit=commit):
            qualifiers = {"vcs_url": f"{vcs}+{url}@{commit}"}
        case Local():
            local = True
    if local:
        notes = (("origin", "among the application's files"),)
    unread = (("not merged", f"{name}, which is no CycloneDX or SPDX 2 in JSON") for name in said.unread)
    beyond = (("not merged", f"{name}, which names more than is merged") for name in said.beyond)
    return Component(
        key=f"pypi:{found.name}",
        name=said.name,
        version=found.version,
        # What lies among the application's files is no index's, whatever it is called.
        purl=purls.generic(found.name, found.version) if local else purls.pypi(said.name, found.version, qualifiers),
        licence=said.licence,
        homepage=said.homepage,
        hashes=hashes,
        hashed=hashed,
        parts=tuple(_part(found.name, number, each) for number, each in enumerate(said.parts)),
        notes=(*notes, *unread, *beyond),
    )


def _hashes(found: Distribution, said: Described) -> tuple[tuple[Hash, ...], Hashed]:
    """The digests of a distribution's artefact, else that of its RECORD, and who states them."""
    if isinstance(found.origin, Index | Archive) and found.origin.hashes:
        return found.origin.hashes, "installer"
    if said.file is not None:
        return (said.file,), "lock"
    return ((Hash(algorithm="sha256", digest=said.record),), "RECORD") if said.record else ((), "")


def _part(distribution: str, number: int, part: Part) -> Component:
    return Component(
        key=f"part:{number}:{distribution}",
        kind=part.kind,
        name=part.name,
        version=part.version,
        purl=part.purl,
        cpe=part.cpe,
        licence=part.licence,
        hashes=part.hashes,
        notes=(("named by", f"a bill of materials that {distribution} brings"),),
    )


def _needs(components: Mapping[str, Component], said: Mapping[str, Described]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Who needs whom: distributions each other and their parts, and these each other."""
    for name, each in components.items():
        own = said.get(name)
        wanted = sorted({*own.needs, *own.wished}) if own else ()
        others = tuple(components[other].key for other in wanted if other in components)
        inner = {other for part in (own.parts if own else ()) for other in part.needs}
        outer = tuple(part.key for number, part in enumerate(each.parts) if number not in inner)
        yield each.key, (*others, *outer)
        for part, known in zip(each.parts, own.parts if own else (), strict=True):
            yield part.key, tuple(each.parts[other].key for other in known.needs if other < len(each.parts))


def _tools(plan: Plan, pins: Mapping[str, str]) -> Iterator[Component]:
    """The tool that installs, and all that it is pinned with."""
    decided = plan.package_manager
    if decided is None:
        return
    tool = decided.manager.tool.name
    if not decided.hashed:
        yield _pinned(tool, decided.version, ())
        return
    environment = marker_environment(plan.python.version, plan.target.arch)
    for entry in pins.get(tool, "").replace("\\\n", "").splitlines():
        pin = _PIN.match(entry)
        if pin and (pin["marker"] is None or holds(pin["marker"].partition("--hash")[0], environment)):
            yield _pinned(pin["name"], pin["version"], tuple(_HASH.findall(entry)))


def _pinned(name: str, version: str, allowed: tuple[str, ...]) -> Component:
    # Of several artefacts that are allowed nobody notes which it was.
    one = (Hash(algorithm="sha256", digest=allowed[0]),) if len(allowed) == 1 else ()
    return Component(
        key=f"tool:{name}",
        name=name,
        version=version,
        purl=purls.pypi(name, version),
        hashes=one,
        hashed="pin" if one else "",
    )
