"""Computes the configuration of an image that has no launcher: what a launcher would do at start is done now."""

from collections.abc import Sequence

from pure.lifecycle.environment import after_launch_layers, launch_base
from pure.lifecycle.image import ImageConfig, StoredImage, image_config
from pure.lifecycle.oci import BaseImage
from pure.lifecycle.processes import command_of

from shell.lifecycle.building import Built
from shell.lifecycle.building_site import APP, DEFAULT_PATH, LAYERS, Member, Site
from shell.lifecycle.disk import View
from shell.lifecycle.store import Store
from shell.lifecycle.tarball import extract


def launch_config(
    stored: StoredImage, built: Built, site: Site, base: BaseImage, store: Store
) -> tuple[ImageConfig, tuple[str, ...]]:
    """The configuration on top of ``base``, and warnings about what an image cannot do without a launcher."""
    process = stored.table.find(stored.table.default) if stored.table.default else None
    command = command_of(process) if process else None
    warnings: list[str] = []
    if command is None:
        warnings.append("The image has no default process: it needs a command to start.")
    groups: list[list[str]] = []
    for member in built.members:
        groups.append([])
        for layer in member.layers:
            if layer.file.launch:
                groups[-1].append(f"{LAYERS}/{member.member.buildpack.folder}/{layer.name}")
    view = _view(stored, site, store)
    kind = process.type if process else ""
    programs = [program for group in groups for root in group for program in view.exec_d(root, kind)]
    if programs:
        warnings.append(f"{len(programs)} exec.d programs are in the image but nothing runs them: it has no launcher.")
    env = after_launch_layers(
        launch_base({"PATH": DEFAULT_PATH, **base.env}),
        [[view.layer_env(root) for root in group] for group in groups],
        process=kind,
    )
    return image_config(env, command, stored.labels, app=APP), tuple(warnings)


def _view(stored: StoredImage, site: Site, store: Store) -> View:
    """The layers folder, with layers that were taken from the previous image unpacked beside it."""
    folders = {LAYERS: str(site.layers)}
    for layer in stored.layers:
        if layer.buildpack and not (site.layers / layer.buildpack / layer.layer).exists():
            target = site.plans / layer.diff_id
            extract(store.path(layer.diff_id), digest=layer.diff_id, prefix=layer.root, target=target)
            folders[layer.root] = str(target)
    return View(folders)


def created_by(stored: StoredImage, members: Sequence[Member]) -> list[str]:
    """The words for each layer in the image's history."""
    names = {member.buildpack.folder: member.buildpack.name for member in members}
    return [
        f"Layer: '{layer.layer}', Created by buildpack: {names[layer.buildpack]}" if layer.buildpack else layer.name
        for layer in stored.layers
    ]
