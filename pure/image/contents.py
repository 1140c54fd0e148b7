"""Says what is in an image that Lamina built: its runtime, its distributions, and which layer holds what.

The bills of materials say what there is and who needs it, the environment's layer what that weighs and which versions
are asked for. Strangers wrote all of it: what can't be read is left out, and named in ``missing``.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from pure.image.asking import Asked, asking
from pure.image.manifest import LAMINA, Image, LayerOfImage
from pure.layers.division import Rules, divide
from pure.layers.names import VENV, heavy_layer
from pure.names import normalise_name
from pure.venv.headers import headers
from pure.venv.installed import InstalledDistribution, InstalledSet, RecordEntry, parse_installed
from pure.venv.piece import Piece

_BUILDPACK: Final = LAMINA.replace("/", "_")
# Below the folder of the layers.
_BILL: Final = re.compile(rf"sbom/launch/{_BUILDPACK}/(?P<layer>(?:[^/]+/)?)sbom\.cdx\.json")
_METADATA: Final = re.compile(
    rf"{_BUILDPACK}/{VENV}/lib/python(?P<minor>3\.[0-9]+)/site-packages/"
    r"(?P<path>[^/]+\.dist-info/(?:METADATA|RECORD|REQUESTED|direct_url\.json))"
)
_PYPI: Final = "pypi:"
_RUNTIME: Final = "runtime:"
_APPLICATION: Final = "application"
_OF_INDEX: Final = "pkg:pypi/"


class LayerFiles(msgspec.Struct, frozen=True, kw_only=True):
    """What a look into a layer brought: its bytes, uncompressed, and the files that were asked for, by their paths."""

    nbytes: int
    files: Mapping[str, bytes] = {}


class PackageOfImage(msgspec.Struct, frozen=True, kw_only=True):
    """A folder or file at the top of what a distribution installs, and what its files weigh in one layer."""

    name: str
    layer: str
    nbytes: int


class DistributionOfImage(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution that is installed in an image."""

    name: str
    """Normalised."""
    title: str
    """As it spells itself."""
    version: str
    layer: str
    """The layer that holds its contents."""
    nbytes: int | None = None
    """Of its files, by its RECORD, which doesn't know bytecode; ``None`` where that can't be read."""
    declared: bool = False
    """Whether the application asks for it itself, as far as that is known."""
    own: bool = False
    """Whether it is the application itself, which was installed as a distribution."""
    needs: tuple[str, ...] = ()
    """Others of the image that it requires there."""
    asks: tuple[Asked, ...] = ()
    """What it asks of these, in its own words."""
    licence: str = ""
    purl: str = ""
    packages: tuple[PackageOfImage, ...] = ()
    """What it is made of; sorted by layer and name. Of a divided one not everything lies in its own layer."""


class LinkedLibrary(msgspec.Struct, frozen=True, kw_only=True):
    """A library that is linked into the runtime."""

    name: str
    version: str = ""


class RuntimeOfImage(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime of an image."""

    name: str
    version: str
    linked: tuple[LinkedLibrary, ...] = ()


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What is in an image."""

    runtime: RuntimeOfImage | None = None
    distributions: tuple[DistributionOfImage, ...] = ()
    """Sorted by name."""
    missing: tuple[str, ...] = ()
    """What couldn't be read of it, each one clause."""

    def named(self, name: str) -> DistributionOfImage | None:
        """A distribution, however its name is spelt."""
        wanted = normalise_name(name)
        return next((each for each in self.distributions if each.name == wanted), None)

    def needed_by(self, name: str) -> tuple[str, ...]:
        """Who needs a distribution, by its normalised name."""
        return tuple(each.name for each in self.distributions if name in each.needs)


class Bills(msgspec.Struct, frozen=True, kw_only=True):
    """What an image's bills of materials say, as far as they can be read."""

    runtime: RuntimeOfImage | None = None
    components: Mapping[str, "_Component"] = {}
    """Distributions, by their normalised names."""
    needs: Mapping[str, tuple[str, ...]] = {}
    declared: frozenset[str] = frozenset()
    own: str = ""
    """The application's own distribution, where it was installed as one."""


class _Licence(msgspec.Struct, frozen=True):
    id: str = ""
    name: str = ""


class _Licensed(msgspec.Struct, frozen=True):
    license: _Licence = _Licence()
    expression: str = ""


class _Component(msgspec.Struct, frozen=True, rename={"ref": "bom-ref"}):
    name: str
    ref: str = ""
    version: str = ""
    purl: str = ""
    licenses: tuple[_Licensed, ...] = ()
    components: tuple["_Component", ...] = ()


class _Dependency(msgspec.Struct, frozen=True, rename="camel"):
    ref: str
    depends_on: tuple[str, ...] = ()


class _About(msgspec.Struct, frozen=True):
    component: _Component | None = None


class _Document(msgspec.Struct, frozen=True):
    metadata: _About = _About()
    components: tuple[_Component, ...] = ()
    dependencies: tuple[_Dependency, ...] = ()


def looking(image: Image) -> tuple[tuple[LayerOfImage, re.Pattern[str]], ...]:
    """Which layers of an image have to be looked into, each with the paths of the files that are wanted of it."""
    bills = tuple(each for each in image.layers if (each.owner, each.name) == ("lifecycle", "sbom"))
    venv = image.layer(VENV)
    wanted = (*((each, _BILL) for each in bills[:1]), *(((venv, _METADATA),) if venv else ()))
    root = re.escape(_root(image).lstrip("/"))
    return tuple((layer, re.compile(f"{root}/{pattern.pattern}")) for layer, pattern in wanted)


def contents(
    image: Image, files: Mapping[str, bytes], *, wanted: Mapping[str, Collection[str]] | None = None
) -> Contents:
    """What is in an image, of the ``files`` that were found where ``looking`` says; any bytes give a value.

    ``wanted`` are extras of distributions that the application asks for, as far as that is known.
    """
    if not image.by_lamina:
        return Contents(missing=(f"its distributions, since {LAMINA} didn't build it",))
    missing: list[str] = []
    root = f"{_root(image).lstrip('/')}/"
    below = {path.removeprefix(root): raw for path, raw in files.items() if path.startswith(root)}
    bills = _bills(below, missing)
    installed, metadata, minor = _installed(image, below)
    if not installed.distributions and image.layer(VENV):
        missing.append("the sizes of its distributions, since their metadata aren't in its layer")
    runtime = bills.runtime
    if runtime is None and image.decisions:
        runtime = RuntimeOfImage(name="cpython", version=image.decisions.python.version)
    python = image.decisions.python.version if image.decisions else runtime.version if runtime else minor
    distributions = _distributions(image, bills, installed, metadata, python=python, wanted=wanted)
    return Contents(runtime=runtime, distributions=distributions, missing=tuple(missing))


def _distributions(
    image: Image,
    bills: Bills,
    installed: InstalledSet,
    metadata: Mapping[str, bytes],
    *,
    python: str,
    wanted: Mapping[str, Collection[str]] | None,
) -> tuple[DistributionOfImage, ...]:
    held = {each.name: each for each in installed.distributions}
    weights = {each.distribution: each.nbytes for each in image.decisions.layers} if image.decisions else {}
    # As its builder divided them: whatever that took for heavy, the label says which have layers.
    rules = Rules(heavy=min((each for each in weights.values() if each), default=Rules().heavy), limit=len(held))
    pieces = {each.name: each for each in divide(installed, rules)}
    own = {name: _said(held.get(name), metadata) for name in sorted({*held, *bills.components})}
    asked = asking(
        {name: said["requires-dist"] for name, said in own.items()},
        python=python,
        arch=image.arch,
        needs=bills.needs if bills.components else None,
        wanted=wanted,
    )
    found = []
    for name, said in own.items():
        here, billed, asks = held.get(name), bills.components.get(name), asked[name]
        needs = bills.needs.get(name, ()) if bills.components else tuple(sorted({each.name for each in asks}))
        layer = heavy_layer(name) if image.layer(heavy_layer(name)) else VENV
        found.append(
            DistributionOfImage(
                name=name,
                title=billed.name if billed else _first(said["name"]) or name,
                version=billed.version if billed else here.version if here else "",
                layer=layer,
                nbytes=sum(map(_size, here.files)) if here and here.files else weights.get(name) or None,
                declared=name in bills.declared if bills.components else bool(here and here.requested),
                own=bool(bills.own) and name == bills.own,
                needs=needs,
                asks=asks,
                licence=_licence(billed),
                purl=billed.purl if billed else "",
                packages=_packages(here, layer, pieces.get(name) if layer != VENV else None),
            )
        )
    return tuple(found)


_FIELDS: Final = ("name", "requires-dist")


def _said(here: InstalledDistribution | None, metadata: Mapping[str, bytes]) -> dict[str, list[str]]:
    return headers(metadata.get(f"{here.dist_info.rpartition('/')[2]}/METADATA", b"") if here else b"", _FIELDS)


def _bills(files: Mapping[str, bytes], missing: list[str]) -> Bills:
    documents: dict[str, _Document] = {}
    for path, raw in files.items():
        place = _BILL.fullmatch(path)
        if place is None:
            continue
        try:
            documents[place["layer"].rstrip("/")] = msgspec.json.decode(raw, type=_Document)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            missing.append(f"the bill of materials {path}, which isn't one: {error}")
    whole = documents.get("")
    if whole is None:
        missing.append("who needs what, since it has no bill of materials of the whole image")
        return Bills()
    # Of the whole image's bill the runtime has its libraries, and nobody else has anything inside.
    runtime = next((each for each in whole.components if each.ref.startswith(_RUNTIME)), None)
    components = {
        normalise_name(each.ref.removeprefix(_PYPI)): each for each in whole.components if each.ref.startswith(_PYPI)
    }
    by_ref = {each.ref: each.depends_on for each in whole.dependencies}
    needs = {name: _names(by_ref.get(each.ref, ()), components) for name, each in components.items()}
    own = _own(whole, components)
    return Bills(
        runtime=_runtime(runtime) if runtime else None,
        components=components,
        needs=needs,
        # What the application's own distribution asks for, the application does; itself it only is.
        declared=frozenset((*_names(by_ref.get(_APPLICATION, ()), components), *needs.get(own, ()))) - {own},
        own=own,
    )


def _own(whole: _Document, components: Mapping[str, _Component]) -> str:
    """The distribution that the bill is about, unless an index has another one of that name."""
    about = whole.metadata.component
    name = normalise_name(about.name) if about else ""
    return name if name in components and not components[name].purl.startswith(_OF_INDEX) else ""


def _runtime(component: _Component) -> RuntimeOfImage:
    linked = tuple(LinkedLibrary(name=each.name, version=each.version) for each in component.components)
    return RuntimeOfImage(name=component.name, version=component.version, linked=linked)


def _names(refs: tuple[str, ...], components: Mapping[str, _Component]) -> tuple[str, ...]:
    names = (normalise_name(each.removeprefix(_PYPI)) for each in refs if each.startswith(_PYPI))
    return tuple(name for name in dict.fromkeys(names) if name in components)


def _installed(image: Image, files: Mapping[str, bytes]) -> tuple[InstalledSet, Mapping[str, bytes], str]:
    found = tuple((place, raw) for path, raw in files.items() if (place := _METADATA.fullmatch(path)))
    minor = found[0][0]["minor"] if found else "3"
    metadata = {place["path"]: raw for place, raw in found if place["minor"] == minor}
    installed = parse_installed(metadata, python_minor=minor, root=f"{_root(image)}/{_BUILDPACK}/{VENV}")
    return installed, metadata, minor


def _root(image: Image) -> str:
    """The folder of the layers."""
    return image.env.get("CNB_LAYERS_DIR", "").rstrip("/") or "/layers"


def _size(entry: RecordEntry) -> int:
    # No build's number is longer; what isn't one weighs nothing.
    return int(entry.size) if entry.size.isascii() and entry.size.isdigit() and len(entry.size) < 16 else 0


def _packages(here: InstalledDistribution | None, layer: str, piece: Piece | None) -> tuple[PackageOfImage, ...]:
    """What a distribution is made of: what lies in site-packages, and of the rest the folders beside that."""
    weights: dict[tuple[str, str], int] = {}
    for entry in here.files if here else ():
        _, found, inside = entry.path.partition("/site-packages/")
        place = layer if piece and piece.holds(entry.path) else VENV
        at = (place, (inside if found else entry.path).partition("/")[0])
        weights[at] = weights.get(at, 0) + _size(entry)
    return tuple(
        PackageOfImage(name=name, layer=place, nbytes=nbytes) for (place, name), nbytes in sorted(weights.items())
    )


def _licence(billed: _Component | None) -> str:
    first = billed.licenses[0] if billed and billed.licenses else None
    return (first.expression or first.license.id or first.license.name) if first else ""


def _first(values: list[str]) -> str:
    return values[0] if values else ""
