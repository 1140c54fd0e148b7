"""Turns a finished build into an image and a cache: tars by digest, records, labels."""

import hashlib
import os
from collections.abc import Iterable, Iterator

import msgspec
from pure.lifecycle import image as images_
from pure.lifecycle.errors import LayerWithoutContents, LifecycleError
from pure.lifecycle.events import ExportedLayer, Warned
from pure.lifecycle.image import ImageLayer, StoredImage
from pure.lifecycle.processes import choose_default
from pure.lifecycle.records import (
    BuildpackRecord,
    CacheRecord,
    ImageRecord,
    LayerRecord,
    RunImageRecord,
    Sha,
    encode,
    layers_of,
)
from pure.lifecycle.slices import divide
from pure.outcome import Failure, Outcome, Success

from shell.lifecycle.building import Built, BuiltLayer, BuiltMember
from shell.lifecycle.building_site import APP, LAYERS, Phase, Site
from shell.lifecycle.disk import readable
from shell.lifecycle.store import TREES, Store
from shell.lifecycle.tarball import Entry, layer_entries, walk, write_tar
from shell.lifecycle.trees import keep


class Exporter:
    """One export: makes each tar at most once, whatever needs it."""

    def __init__(
        self,
        site: Site,
        built: Built,
        *,
        images: Store,
        caches: Store,
        image: ImageRecord | None,
        cache: CacheRecord | None,
    ) -> None:
        """Export what ``built`` left; ``image`` and ``cache`` are the records of the previous build."""
        self._site, self._built = site, built
        self._images, self._caches = images, caches
        self._old_image, self._old_cache = image or ImageRecord(), cache or CacheRecord()
        self._tars: dict[str, str] = {}
        self._cached: dict[str, str] = {}
        self._layers: list[ImageLayer] = []

    def image(self, *, process_type: str | None, run_image: RunImageRecord) -> Outcome[StoredImage, LifecycleError]:
        """Make the image and commit it to its store."""
        phase = Phase(self._site.on_event, "export")
        chosen = choose_default(self._built.table, process_type)
        if isinstance(chosen, Failure):
            return chosen
        table = chosen.unwrap()
        records: list[BuildpackRecord] = []
        for member in self._built.members:
            record = self._launch_layers(member)
            if isinstance(record, Failure):
                return record
            records.append(record.unwrap())
        group = [member.member.buildpack for member in self._built.members]
        record_ = ImageRecord(
            sbom=self._sboms(),
            app=tuple(self._application()),
            buildpacks=tuple(records),
            config=self._config(),
            run_image=run_image,
        )
        labels = images_.labels(
            record_, group, table, buildpack_default=self._built.table.default, declared=self._built.labels
        )
        stored = StoredImage(
            layers=tuple(self._layers),
            labels=labels,
            group=tuple(buildpack.folder for buildpack in group),
            table=table,
        )
        self._images.commit(msgspec.json.encode(stored), {layer.diff_id for layer in self._layers})
        phase.done()
        return Success(stored)

    def cache(self) -> None:
        """Write the cache anew: the cached layers of this group and nothing else."""
        phase = Phase(self._site.on_event, "cache")
        records: list[BuildpackRecord] = []
        wanted: set[str] = set()
        for member in self._built.members:
            buildpack = member.member.buildpack
            layers: dict[str, LayerRecord] = {}
            for layer in member.layers:
                if not layer.file.cache:
                    continue
                if not layer.contents:
                    self._warn(f"Layer {layer.name} of {buildpack.id} is not cached: it has no contents.")
                    continue
                previous = layers_of(self._old_cache.buildpacks, buildpack.id).get(layer.name)
                root = _root(member, layer)
                diff_id = self._seal(root, self._caches, previous.sha if previous else "")
                self._tell(
                    f"{buildpack.id}:{layer.name}", diff_id, previous is not None and diff_id == previous.sha, "cache"
                )
                layers[layer.name] = _record(layer, diff_id)
                wanted.add(diff_id)
                self._cached[root] = diff_id
            records.append(BuildpackRecord(key=buildpack.id, version=buildpack.version, layers=layers))
        sbom = Sha()
        if (self._site.layers / "sbom" / "cache").is_dir():
            sbom = Sha(sha=self._seal(f"{LAYERS}/sbom/cache", self._caches, self._old_cache.sbom.sha))
            wanted.add(sbom.sha)
        self._caches.commit(encode(CacheRecord(buildpacks=tuple(records), sbom=sbom)), wanted)
        phase.done()

    def keep_trees(self) -> None:
        """Keep the folders of the cached layers for the next build; nothing reads the build's layers after this."""
        folders = {
            self._cached[_root(member, layer)]: self._site.layers / member.member.buildpack.folder / layer.name
            for member in self._built.members
            for layer in member.layers
            if _root(member, layer) in self._cached
        }
        keep(self._caches.folder / TREES, folders)

    def _launch_layers(self, member: BuiltMember) -> Outcome[BuildpackRecord, LifecycleError]:
        buildpack = member.member.buildpack
        old = layers_of(self._old_image.buildpacks, buildpack.id)
        layers: dict[str, LayerRecord] = {}
        for layer in member.layers:
            if not layer.file.launch:
                continue
            previous = old.get(layer.name)
            known = previous.sha if previous else ""
            root = _root(member, layer)
            if layer.contents:
                diff_id = self._seal(root, self._images, known)
            elif layer.file.cache or not self._images.has(known):
                return Failure(LayerWithoutContents(buildpack=buildpack.id, layer=layer.name, cached=layer.file.cache))
            else:
                diff_id = known
            name = f"{buildpack.id}:{layer.name}"
            self._add(
                ImageLayer(
                    name=name,
                    diff_id=diff_id,
                    root=root,
                    buildpack=buildpack.folder,
                    layer=layer.name,
                    reused=diff_id == known,
                )
            )
            layers[layer.name] = _record(layer, diff_id)
        store = member.store if member.store is msgspec.UNSET else {"metadata": member.store}
        return Success(BuildpackRecord(key=buildpack.id, version=buildpack.version, layers=layers, store=store))

    def _sboms(self) -> Sha | msgspec.UnsetType:
        if not (self._site.layers / "sbom" / "launch").is_dir():
            return msgspec.UNSET
        readable(self._site.layers / "sbom")
        known = self._old_image.sbom.sha if self._old_image.sbom else ""
        return self._whole("sbom", f"{LAYERS}/sbom/launch", known)

    def _config(self) -> Sha:
        group = [member.member.buildpack for member in self._built.members]
        metadata = images_.build_metadata(
            group,
            self._built.table,
            buildpack_default=self._built.table.default,
            declared=self._built.labels,
            slices=self._built.slices,
        )
        folder = self._site.layers / "config"
        folder.mkdir(exist_ok=True)
        (folder / "metadata.toml").write_bytes(metadata)
        readable(folder)
        return self._whole("config", f"{LAYERS}/config", self._old_image.config.sha)

    def _whole(self, name: str, root: str, known: str) -> Sha:
        diff_id = self._seal(root, self._images, known)
        self._add(ImageLayer(name=name, diff_id=diff_id, root=root, reused=diff_id == known))
        return Sha(sha=diff_id)

    def _application(self) -> Iterator[Sha]:
        known = {layer.sha for layer in self._old_image.app}
        app = os.fspath(self._site.app)
        if not self._built.slices:
            candidates: list[Iterable[Entry]] = [walk(app, APP)]
        else:
            paths = [(entry.name[len(APP) + 1 :], _is_folder(entry.source or "")) for entry in walk(app, APP)]
            candidates = [
                [Entry(name=f"{APP}/{path}".rstrip("/"), source=os.path.join(app, path).rstrip("/")) for path in part]
                for part in divide(paths, self._built.slices)
            ]
        for number, entries in enumerate(candidates, start=1):
            # By the bytes of whole paths, as the reference lifecycle orders an application's files, unlike a layer's.
            entries = sorted(entries, key=lambda entry: os.fsencode(entry.name))
            # Hashing is cheap; only what is new is written, in a second pass.
            diff_id = write_tar(entries, None)
            if diff_id not in known or not self._images.has(diff_id):
                diff_id = self._images.write(lambda stream, entries=entries: write_tar(entries, stream))  # type: ignore[misc]
            name = "app" if len(candidates) == 1 else f"app slice {number}"
            self._add(ImageLayer(name=name, diff_id=diff_id, root=APP, reused=diff_id in known))
            yield Sha(sha=diff_id)

    def _seal(self, root: str, store: Store, known: str) -> str:
        """The digest of the tar of what is at ``root``, which is in ``store`` afterwards.

        Where the digest of an earlier build is ``known``, the first pass only hashes; the tar is written if it differs.
        """
        done = self._tars.get(root)
        if done is not None:
            store.adopt(self._images, done)
            return done
        source = os.fspath(self._site.view.locate(os.path.dirname(root)) / os.path.basename(root))
        other = self._caches if store is self._images else self._images
        diff_id = ""
        if store.has(known) or other.has(known):
            diff_id = write_tar(layer_entries(source, root), None)
            if diff_id == known and not store.has(known):
                store.adopt(other, known)
        if not diff_id or not store.has(diff_id):
            diff_id = store.write(lambda stream: write_tar(layer_entries(source, root), stream))
        if store is self._images:
            self._tars[root] = diff_id
        return diff_id

    def _add(self, layer: ImageLayer) -> None:
        self._layers.append(layer)
        self._tell(layer.name, layer.diff_id, layer.reused, "image")

    def _tell(self, name: str, diff_id: str, reused: bool, where: str) -> None:
        self._site.on_event(ExportedLayer(name=name, diff_id=diff_id, reused=reused, where=where))

    def _warn(self, message: str) -> None:
        self._site.on_event(Warned(message=message))


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _root(member: BuiltMember, layer: BuiltLayer) -> str:
    return f"{LAYERS}/{member.member.buildpack.folder}/{layer.name}"


def _record(layer: BuiltLayer, diff_id: str) -> LayerRecord:
    file = layer.file
    return LayerRecord(sha=diff_id, data=layer.metadata, build=file.build, launch=file.launch, cache=file.cache)


def image_digest(stored: StoredImage) -> str:
    """The digest that names a stored image: equal images have equal ones, whatever was reused to make them."""
    layers = tuple(msgspec.structs.replace(layer, reused=False) for layer in stored.layers)
    data = msgspec.json.encode(msgspec.structs.replace(stored, layers=layers), order="deterministic")
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
