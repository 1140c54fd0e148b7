"""Drives the reference lifecycle's own binaries, so that the local one can be compared with them.

Set ``CNB_LIFECYCLE_DIR`` to a folder with ``lifecycle`` and ``launcher``; tests that need them are skipped otherwise.
Its phases run where ours run: at ``/layers`` and ``/workspace``, as uid 1000, in a namespace.
"""

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec
import pytest
import tomli
import tomli_w
from pure.outcome import Success
from shell.lifecycle.disk import remove
from shell.lifecycle.processes import Description, Mount, Room

APP_IMAGE = "example.test/app:v1"
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LABEL = "io.buildpacks.lifecycle.metadata"


def lifecycle_folder() -> Path:
    """The folder with the binaries, or a visible skip."""
    folder = os.environ.get("CNB_LIFECYCLE_DIR")
    if not folder:
        pytest.skip("CNB_LIFECYCLE_DIR is not set: no reference lifecycle to compare with")
    if not Path(folder, "lifecycle").exists():
        pytest.fail(f"CNB_LIFECYCLE_DIR: there is no lifecycle in {folder}")
    return Path(folder)


class PhaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """A phase's exit status and everything it wrote."""

    phase: str
    status: int
    lines: tuple[str, ...]


class RealResult(msgspec.Struct, frozen=True, kw_only=True):
    """A build by the reference lifecycle; ``labels`` and ``config`` are empty where no image was made.

    ``metadata`` is the decoded label with the layers, ``cache`` the cache's metadata, ``layers`` the image's own
    layers' diffIDs without those of the run image.
    """

    phases: tuple[PhaseResult, ...]
    labels: Mapping[str, str]
    config: Mapping[str, Any]
    metadata: Mapping[str, Any]
    cache: Mapping[str, Any]
    layers: tuple[str, ...]

    @property
    def status(self) -> int:
        """The exit status of the last phase that ran."""
        return self.phases[-1].status

    @property
    def log(self) -> str:
        """What the build phase wrote: the buildpacks' lines and the lifecycle's own."""
        return "\n".join(line for phase in self.phases if phase.phase == "build" for line in phase.lines)

    @property
    def whole_log(self) -> str:
        """What all phases wrote."""
        return "\n".join(f"[{phase.phase}] {line}" for phase in self.phases for line in phase.lines)


class RealLifecycle:
    """The reference lifecycle with a cache and an image store of its own below ``root``, kept from build to build."""

    def __init__(self, binaries: Path, root: Path, *, distro: tuple[str, str] = ("debian", "12")) -> None:
        """Use the empty folder ``root``; ``distro`` is what the run image says about itself."""
        self.binaries, self.root = binaries, root
        for name in ("cache", "layout", "home", "enter"):
            (root / name).mkdir(parents=True)
        write_run_image(root / "layout" / "example.test" / "run" / "base", distro)

    def build(
        self,
        app: Path,
        buildpacks: Sequence[Path],
        env: Mapping[str, str] | None = None,
        *,
        operator_env: Mapping[str, str] | None = None,
        optional: Sequence[Path] = (),
        clear_cache: bool = False,
        process_type: str | None = None,
    ) -> RealResult:
        """Run all phases, up to the first that fails. ``optional`` names those of ``buildpacks`` that may decline."""
        for name in ("layers", "workspace", "platform", "build-config", "buildpacks"):
            remove(self.root / name)
        (self.root / "layers").mkdir()
        (self.root / "none.toml").touch()
        shutil.copytree(app, self.root / "workspace", symlinks=True)
        _env_files(self.root / "platform" / "env", env or {})
        _env_files(self.root / "build-config" / "env", operator_env or {})
        mounts = [
            *(Mount(target=target, source=str(self.root / name)) for target, name in _PLACES.items()),
            Mount(target="/cnb/lifecycle", source=str(self.binaries.resolve()), kind="read-only"),
        ]
        group = []
        for folder in buildpacks:
            info = tomli.loads((folder / "buildpack.toml").read_text())["buildpack"]
            target = f"/cnb/buildpacks/{info['id'].replace('/', '_')}/{info['version']}"
            mounts.append(Mount(target=target, source=str(folder.resolve()), kind="read-only"))
            group.append({"id": info["id"], "version": info["version"], "optional": folder in optional})
        (self.root / "layers" / "order.toml").write_text(tomli_w.dumps({"order": [{"group": group}]}))
        phases: list[PhaseResult] = []
        for phase, arguments in _phases(clear_cache=clear_cache, process_type=process_type).items():
            result = self._execute(phase, ("/cnb/lifecycle/lifecycle", phase, *arguments), mounts)
            phases.append(result)
            if result.status != 0:
                return RealResult(phases=tuple(phases), labels={}, config={}, metadata={}, cache={}, layers=())
        return self._result(tuple(phases))

    def launch(self, command: Sequence[str], *, process: str | None = None) -> PhaseResult:
        """Run the last image through the reference launcher; the process type is chosen by its name."""
        config, mounts = self._unpacked_image()
        program = ("/cnb/lifecycle/launcher", "--") if process is None else (f"/cnb/process/{process}",)
        return self._execute("launcher", (*program, *command), mounts, _environment(config))

    def start(self, env: Mapping[str, str], *, stdout: IO[bytes]) -> "subprocess.Popen[bytes]":
        """Start the last image as a container of it would be: by its own entry point, with ``env`` besides."""
        config, mounts = self._unpacked_image()
        argv, _ = Room(self.root / "enter").prepare(
            Description(
                mounts=mounts,
                argv=tuple(config["config"]["Entrypoint"]),
                env={**_environment(config), **env},
                cwd="/workspace",
                app="/workspace",
            )
        )
        return subprocess.Popen(argv, env={}, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT)

    def layers(self) -> Iterator[bytes]:
        """The last image's own layers, as tars."""
        _, blobs = _read_image(self._image())
        for blob in blobs[1:]:
            yield gzip.decompress(blob.read_bytes())

    def _unpacked_image(self) -> tuple[Mapping[str, Any], tuple[Mount, ...]]:
        tree = self.root / "image"
        remove(tree)
        tree.mkdir()
        config, _ = _read_image(self._image())
        for layer in self.layers():
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                archive.extractall(tree, filter="tar")
        (tree / "workspace").mkdir(exist_ok=True)
        mounts = [
            Mount(target="/layers", source=str(tree / "layers")),
            Mount(target="/workspace", source=str(tree / "workspace")),
            Mount(target="/cnb/home", source=str(self.root / "home")),
            Mount(target="/cnb/lifecycle", source=str(self.binaries.resolve()), kind="read-only"),
        ]
        if (tree / "cnb" / "process").exists():
            mounts.append(Mount(target="/cnb/process", source=str(tree / "cnb" / "process")))
        return config, tuple(mounts)

    def forget_cache(self) -> None:
        """Lose the cache."""
        remove(self.root / "cache")
        (self.root / "cache").mkdir()

    def forget_image(self) -> None:
        """Lose the previous image."""
        remove(self.root / "layout" / "example.test" / "app")

    def _image(self) -> Path:
        return self.root / "layout" / "example.test" / "app" / "v1"

    def _execute(
        self, phase: str, argv: tuple[str, ...], mounts: Sequence[Mount], env: Mapping[str, str] | None = None
    ) -> PhaseResult:
        lines: list[str] = []
        description = Description(
            mounts=tuple(mounts), argv=argv, env=_ENV if env is None else env, cwd="/workspace", app="/workspace"
        )
        outcome = Room(self.root / "enter").run(description, on_line=lines.append)
        assert isinstance(outcome, Success), outcome
        return PhaseResult(phase=phase, status=outcome.unwrap(), lines=tuple(lines))

    def _result(self, phases: tuple[PhaseResult, ...]) -> RealResult:
        config, _ = _read_image(self._image())
        labels = config["config"]["Labels"]
        cache = self.root / "cache" / "committed" / "io.buildpacks.lifecycle.cache.metadata"
        return RealResult(
            phases=phases,
            labels=labels,
            config=config["config"],
            metadata=json.loads(labels[_LABEL]),
            cache=json.loads(cache.read_bytes()),
            layers=tuple(config["rootfs"]["diff_ids"][1:]),
        )


_PLACES = {
    "/layers": "layers",
    "/workspace": "workspace",
    "/platform": "platform",
    "/cnb/build-config": "build-config",
    "/cnb/home": "home",
    "/cnb/cache": "cache",
    "/cnb/none.toml": "none.toml",
    "/layout-repo": "layout",
}
_ENV = {
    "PATH": _PATH,
    "HOME": "/cnb/home",
    "CNB_PLATFORM_API": "0.15",
    "CNB_EXPERIMENTAL_MODE": "quiet",
    "CNB_LAYERS_DIR": "/layers",
    "NO_COLOR": "1",
}


def _phases(*, clear_cache: bool, process_type: str | None) -> dict[str, tuple[str, ...]]:
    layout = ("-layout", "-layout-dir", "/layout-repo", "-uid", "1000", "-gid", "1000")
    run, cache = ("-run", "/cnb/none.toml"), ("-cache-dir", "/cnb/cache")
    skip = ("-skip-layers",) if clear_cache else ()
    process = ("-process-type", process_type) if process_type else ()
    places = ("-app", "/workspace", "-buildpacks", "/cnb/buildpacks", "-platform", "/platform")
    config = ("-build-config", "/cnb/build-config")
    return {
        "analyze": (*layout, *skip, "-run-image", "example.test/run:base", *run, APP_IMAGE),
        "detect": (*places, *config, "-order", "/layers/order.toml", "-log-level", "debug"),
        "restore": (*layout, *skip, *cache, *run),
        "build": (*places, *config),
        "export": (
            *(*layout, *cache, *run, *process, "-app", "/workspace", "-launcher", "/cnb/lifecycle/launcher"),
            APP_IMAGE,
        ),
    }


def _environment(config: Mapping[str, Any]) -> dict[str, str]:
    return {**dict(entry.split("=", 1) for entry in config["config"]["Env"]), "HOME": "/cnb/home"}


def _env_files(folder: Path, variables: Mapping[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, value in variables.items():
        (folder / name).write_bytes(os.fsencode(value))


def _read_image(folder: Path) -> tuple[dict[str, Any], list[Path]]:
    blobs = folder / "blobs" / "sha256"
    index = json.loads((folder / "index.json").read_bytes())
    manifest = json.loads((blobs / index["manifests"][0]["digest"].removeprefix("sha256:")).read_bytes())
    config = json.loads((blobs / manifest["config"]["digest"].removeprefix("sha256:")).read_bytes())
    return config, [blobs / layer["digest"].removeprefix("sha256:") for layer in manifest["layers"]]


def write_layout(folder: Path, *, config: Mapping[str, Any], layer: bytes) -> None:
    """An OCI image layout with one layer, ``layer`` being an uncompressed tar."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(data: bytes, media_type: str) -> dict[str, Any]:
        name = hashlib.sha256(data).hexdigest()
        (blobs / name).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{name}", "size": len(data)}

    document = {
        "os": "linux",
        "architecture": os.uname().machine.replace("x86_64", "amd64").replace("aarch64", "arm64"),
        "config": config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created_by": "test"}],
    }
    kind = "application/vnd.oci.image"
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": blob(json.dumps(document).encode(), f"{kind}.config.v1+json"),
        "layers": [blob(gzip.compress(layer, mtime=0), f"{kind}.layer.v1.tar+gzip")],
    }
    entry = blob(json.dumps(manifest).encode(), f"{kind}.manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def write_run_image(folder: Path, distro: tuple[str, str]) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("base"))
    names = ("io.buildpacks.base.distro.name", "io.buildpacks.base.distro.version")
    config = {"Env": [f"PATH={_PATH}"], "User": "1000:1000", "Labels": dict(zip(names, distro, strict=True))}
    write_layout(folder, config=config, layer=stream.getvalue())
