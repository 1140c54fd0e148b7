"""Builds an application with buildpacks on this machine: detect, restore, build, export.

A local stand-in for the reference lifecycle that works for any buildpack folder, without root, daemon or registry.
Processes run at the real paths (``/layers``, ``/workspace``, ``/platform``, ``/cnb``) as uid 1000 in a mount namespace.
What is left out is said in ``pure.lifecycle``.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from pure.lifecycle.descriptor import parse_descriptor
from pure.lifecycle.errors import (
    AppUnreadable,
    BuildpackInvalid,
    CacheUnusable,
    DiskRefused,
    LifecycleError,
    RunImageMissing,
)
from pure.lifecycle.events import LifecycleEvent, Warned
from pure.lifecycle.image import LABEL_LIFECYCLE, BuiltImage, LayerWeight, StoredImage, decode_stored
from pure.lifecycle.oci import BaseImage
from pure.lifecycle.project_toml import ProjectDescriptor, takes_part
from pure.lifecycle.records import RunImageRecord, decode_cache, decode_image
from pure.outcome import Failure, Outcome, Success
from pure.target import Target

from shell.lifecycle.building import build as run_builds
from shell.lifecycle.building_site import Member, Site
from shell.lifecycle.detection import detect
from shell.lifecycle.disk import remove
from shell.lifecycle.export import Exporter, image_digest
from shell.lifecycle.launch_config import created_by, launch_config
from shell.lifecycle.oci_layout import check_output, compressed, read_run_image, write_image
from shell.lifecycle.restoration import restore
from shell.lifecycle.store import Store
from shell.lifecycle.tarball import TarError


class OptionalBuildpack(msgspec.Struct, frozen=True, kw_only=True):
    """A buildpack folder whose refusal does not fail the group."""

    path: Path


class LocalBuild(msgspec.Struct, frozen=True, kw_only=True):
    """What to build and with what.

    ``buildpacks`` are the folders of one group in order. ``cache`` is a folder of its own: ``cache/`` and ``image/`` in
    it hold what the next build may reuse; ``clear_cache`` forgets the first, as the reference lifecycle does, and the
    metadata of the second. ``env`` are the user's variables, byte for byte (text, or bytes); ``operator_env`` those of
    the build configuration, with the suffix rules in their names. ``environ`` is the caller's own environment, of which
    buildpacks see proxies, ``HOSTNAME`` and search paths only. ``run_image`` and ``output`` are OCI image layouts.
    """

    app: Path
    buildpacks: tuple[Path | OptionalBuildpack, ...]
    cache: Path
    target: Target
    env: Mapping[str, bytes | str] = {}
    operator_env: Mapping[str, str] = {}
    environ: Mapping[str, str] = {}
    clear_cache: bool = False
    run_image: Path | None = None
    output: Path | None = None
    process_type: str | None = None
    # What the application's project.toml says; its variables are among ``env`` already.
    descriptor: ProjectDescriptor = ProjectDescriptor()


class _BusyError(Exception):
    pass


def build(request: LocalBuild, *, on_event: Callable[[LifecycleEvent], None]) -> Outcome[BuiltImage, LifecycleError]:
    """Build; the image and the cache are replaced only if everything succeeds."""
    if request.output is not None and request.run_image is None:
        return Failure(RunImageMissing(output=str(request.output)))
    cache = request.cache.absolute()
    try:
        with _locked(cache):
            work = cache / "work"
            remove(work)
            work.mkdir()
            try:
                return _build(request, cache, work, on_event)
            finally:
                remove(work)
    except _BusyError:
        return Failure(CacheUnusable(path=str(cache), reason="another build uses it"))
    except TarError as error:
        return Failure(DiskRefused(path=str(cache / "image"), reason=f"a stored layer is damaged: {error}"))
    except OSError as error:
        path = str(error.filename or cache)
        return Failure(DiskRefused(path=path, reason=error.strerror or str(error)))


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    cache.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(cache / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _BusyError from None
        yield
    finally:
        os.close(descriptor)


def _build(
    request: LocalBuild, cache: Path, work: Path, on_event: Callable[[LifecycleEvent], None]
) -> Outcome[BuiltImage, LifecycleError]:
    members = _members(request)
    if isinstance(members, Failure):
        return members
    base: BaseImage | None = None
    if request.run_image is not None:
        read = read_run_image(request.run_image.absolute(), request.target)
        if isinstance(read, Failure):
            return read
        base = read.unwrap()
    if request.output is not None:
        refused = check_output(request.output.absolute())
        if refused is not None:
            return Failure(refused)
    site = Site(
        work,
        members=members.unwrap(),
        target=request.target,
        environ=request.environ,
        user_env={name: os.fsdecode(value) for name, value in request.env.items()},
        operator_env=request.operator_env,
        on_event=on_event,
    )
    try:
        site.copy_app(request.app, leave_out=cache, wanted=takes_part(request.descriptor))
    except OSError as error:
        return Failure(AppUnreadable(path=str(error.filename or request.app), reason=error.strerror or str(error)))
    images, caches = Store(cache / "image", "image.json"), Store(cache / "cache", "metadata.json")
    previous = decode_stored(images.read())
    label = previous.labels.get(LABEL_LIFECYCLE) if previous else None
    old_image = decode_image(label.encode() if label else None)
    old_cache = decode_cache(caches.read())
    group = detect(site)
    if isinstance(group, Failure):
        return group
    restore(
        site,
        group.unwrap(),
        image=old_image,
        cache=old_cache,
        images=images,
        caches=caches,
        skip_layers=request.clear_cache,
    )
    built = run_builds(site, group.unwrap())
    if isinstance(built, Failure):
        return built
    exporter = Exporter(site, built.unwrap(), images=images, caches=caches, image=old_image, cache=old_cache)
    run_image = _run_image_record(request, base)
    exported = exporter.image(process_type=request.process_type, run_image=run_image)
    if isinstance(exported, Failure):
        return exported
    exporter.cache()
    stored = exported.unwrap()
    digest = image_digest(stored)
    if request.output is not None and request.run_image is not None and base is not None:
        config, warnings = launch_config(stored, built.unwrap(), site, base, images)
        for warning in warnings:
            on_event(Warned(message=warning))
        digest = write_image(
            request.output.absolute(),
            run_image=request.run_image.absolute(),
            base=base,
            layers=stored.layers,
            created_by=created_by(stored, group.unwrap().members),
            store=images,
            config=config,
            target=request.target,
        )
    exporter.keep_trees()
    return Success(
        BuiltImage(
            buildpacks=tuple(member.buildpack.name for member in group.unwrap().members),
            layers=stored.layers,
            table=stored.table,
            labels=stored.labels,
            digest=digest,
            output=str(request.output) if request.output else None,
            previous=previous.layers if previous else None,
            weights=_weights(stored, previous, images, blobs=request.output is not None),
            rebased=old_image is not None and old_image.run_image.topLayer != run_image.topLayer,
        )
    )


def _weights(
    stored: StoredImage, previous: StoredImage | None, images: Store, *, blobs: bool
) -> dict[str, LayerWeight]:
    """Of the layers that the previous build hasn't."""
    known = {layer.diff_id for layer in previous.layers} if previous else set()
    weights: dict[str, LayerWeight] = {}
    for diff_id in {layer.diff_id for layer in stored.layers} - known:
        weight = LayerWeight(nbytes=images.path(diff_id).stat().st_size)
        if blobs:
            blob = compressed(images, diff_id)
            weight = msgspec.structs.replace(weight, digest=blob.digest, compressed=blob.size)
        weights[diff_id] = weight
    return weights


def _run_image_record(request: LocalBuild, base: BaseImage | None) -> RunImageRecord:
    if base is None or request.run_image is None:
        return RunImageRecord()
    # The folder's name only: where it is on this machine is nobody's business.
    return RunImageRecord(topLayer=base.diff_ids[-1], reference=f"{request.run_image.name}@{base.digest}")


def _members(request: LocalBuild) -> Outcome[tuple[Member, ...], LifecycleError]:
    members: list[Member] = []
    for given in request.buildpacks:
        folder = (given.path if isinstance(given, OptionalBuildpack) else given).absolute()
        try:
            data = (folder / "buildpack.toml").read_bytes()
        except OSError as error:
            return Failure(BuildpackInvalid(path=str(folder), reason=f"buildpack.toml: {error.strerror}"))
        parsed = parse_descriptor(data, path=str(folder), has_build=(folder / "bin" / "build").exists())
        if isinstance(parsed, Failure):
            return parsed
        members.append(Member(buildpack=parsed.unwrap(), folder=folder, optional=isinstance(given, OptionalBuildpack)))
    return Success(tuple(members))
