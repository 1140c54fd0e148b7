"""Puts back what earlier builds left: store files, layer metadata, cached contents, SBOMs."""

from pathlib import Path

import tomli_w
from pure.lifecycle.events import LayerRestored, Warned
from pure.lifecycle.records import CacheRecord, ImageRecord, has_store, store_of
from pure.lifecycle.restoring import Restoration, restorations
from pure.lifecycle.toml_data import without_nulls

from shell.lifecycle.building_site import LAYERS, Phase, Site
from shell.lifecycle.detection import Group
from shell.lifecycle.disk import remove
from shell.lifecycle.store import TREES, Store
from shell.lifecycle.tarball import TarError, extract, file_digest
from shell.lifecycle.trees import take


def restore(
    site: Site,
    group: Group,
    *,
    image: ImageRecord | None,
    cache: CacheRecord | None,
    images: Store,
    caches: Store,
    skip_layers: bool,
) -> None:
    """Restore into the layers folder of ``site`` for the buildpacks of ``group``; only stores with ``skip_layers``."""
    phase = Phase(site.on_event, "restore")
    if image is not None:
        _restore_stores(site, group, image)
    if skip_layers:
        phase.done()
        return
    names = {member.buildpack.id: member.buildpack.folder for member in group.members}
    restored, rejected = restorations(tuple(names), image, cache)
    for rejection in rejected:
        site.on_event(
            Warned(
                message=f"Layer {rejection.layer} of {rejection.buildpack} is not restored: the cache holds other"
                " contents than the previous image."
            )
        )
    for restoration in restored:
        folder = site.layers / names[restoration.buildpack]
        folder.mkdir(exist_ok=True)
        _write_metadata(folder / f"{restoration.layer}.toml", restoration.metadata)
        contents = restoration.contents is not None and _restore_contents(site, restoration, folder, images, caches)
        site.on_event(LayerRestored(buildpack=restoration.buildpack, layer=restoration.layer, contents=contents))
    if cache is not None and cache.sbom.sha:
        _restore_sboms(site, names, cache.sbom.sha, caches, "cache")
    if image is not None and image.sbom and image.sbom.sha:
        _restore_sboms(site, names, image.sbom.sha, images, "launch")
    phase.done()


def _restore_stores(site: Site, group: Group, image: ImageRecord) -> None:
    for member in group.members:
        if has_store(image.buildpacks, member.buildpack.id):
            folder = site.layers / member.buildpack.folder
            folder.mkdir(exist_ok=True)
            _write_metadata(folder / "store.toml", store_of(image.buildpacks, member.buildpack.id))


def _write_metadata(path: Path, metadata: object) -> None:
    path.write_bytes(tomli_w.dumps(without_nulls({"metadata": metadata})).encode())


def _restore_contents(site: Site, restoration: Restoration, folder: Path, images: Store, caches: Store) -> bool:
    digest = restoration.contents or ""
    target = folder / restoration.layer
    reason = _unpack(caches, digest, f"{LAYERS}/{folder.name}/{restoration.layer}", target)
    if reason is None:
        return True
    site.on_event(
        Warned(
            message=f"The cached contents of layer {restoration.layer} of {restoration.buildpack} are lost: {reason}."
        )
    )
    remove(target)
    if caches.has(digest):
        if images.has(digest) and images.path(digest).samefile(caches.path(digest)):
            images.discard(digest)
        caches.discard(digest)
    return False


def _unpack(store: Store, digest: str, prefix: str, target: Path) -> str | None:
    """Unpack a tar of a store; a clause that says why not, or ``None``."""
    if not store.has(digest):
        return "they are missing"
    tree = store.folder / TREES
    sound = (tree / digest).is_dir() and file_digest(store.path(digest)) == digest
    if sound and take(tree, digest=digest, root=prefix, target=target):
        return None
    try:
        extract(store.path(digest), digest=digest, prefix=prefix, target=target)
    except TarError as error:
        return str(error)
    return None


def _restore_sboms(site: Site, names: dict[str, str], digest: str, store: Store, kind: str) -> None:
    """Copy the layers' SBOMs of one tree to beside their layers; a buildpack's own SBOMs do not come back."""
    tree = site.layers.parent / f"sbom-{kind}"
    reason = _unpack(store, digest, f"{LAYERS}/sbom/{kind}", tree)
    if reason is not None:
        site.on_event(Warned(message=f"The SBOMs of the earlier build are lost: {reason}."))
    else:
        for folder in names.values():
            for file in sorted(tree.glob(f"{folder}/*/sbom.*json")):
                target = site.layers / folder / f"{file.parent.name}.{file.name}"
                if target.parent.is_dir():
                    target.write_bytes(file.read_bytes())
    remove(tree)
