"""Builds with the reference lifecycle's own binaries, a registry and a cache directory, and measures what it moves."""

import shutil
import time
from collections.abc import Mapping
from pathlib import Path

import tomli
import tomli_w
from pure.lifecycle.prose import describe_lifecycle
from pure.outcome import Failure
from pure.report.build_log import error_lines
from shell.lifecycle.disk import remove
from shell.lifecycle.processes import Description, Mount, Room
from tests.real_lifecycle import write_run_image

from tools.rebuild import images, measured
from tools.rebuild.failed import BenchError
from tools.rebuild.registry import Registry

_PLACES = {
    "/layers": "layers",
    "/workspace": "workspace",
    "/platform": "platform",
    "/cnb/build-config": "build-config",
    "/cnb/home": "home",
    "/cnb/cache": "cache",
}
_ENV = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/cnb/home",
    "CNB_PLATFORM_API": "0.15",
    "CNB_LAYERS_DIR": "/layers",
    "NO_COLOR": "1",
    # The registry is on this machine, whatever proxy this shell has.
    "NO_PROXY": "127.0.0.1,localhost",
}
_TAG = "v1"


class ReferenceLifecycle:
    """The binaries with a cache below ``root`` and a repository of their own, kept from build to build."""

    def __init__(
        self, binaries: Path, registry: Registry, repository: str, root: Path, distro: tuple[str, str]
    ) -> None:
        """Use a folder that isn't there yet; ``distro`` is what the run image says about itself."""
        self._binaries, self._registry, self._repository, self._root = binaries, registry, repository, root
        self._images = images.Images()
        for name in ("cache", "home", "enter"):
            (root / name).mkdir(parents=True)
        write_run_image(root / "base", distro)
        self._run_image = registry.push(root / "base", f"{repository}-base", _TAG)

    def build(self, app: Path, buildpack: Path, env: Mapping[str, str]) -> measured.Measured:
        """One build, phase by phase."""
        mounts = self._prepare(app, buildpack, env)
        layers = self._root / "layers"
        phases: dict[str, float] = {}
        restored: dict[str, measured.Part] = {}
        tarred: dict[str, measured.Part] = {}
        for phase, arguments in self._commands().items():
            start = time.monotonic()
            self._run(phase, arguments, mounts)
            phases[phase] = time.monotonic() - start
            if phase == "restore":
                restored = measured.restored(layers)
            elif phase == "build":
                tarred = measured.tarred(layers)
        new, uploaded = self._images.take(images.blobs_of(*self._registry.image(self._repository, _TAG)))
        return measured.Measured(
            seconds=sum(phases.values()), phases=phases, restored=restored, tarred=tarred, new=new, uploaded=uploaded
        )

    def _prepare(self, app: Path, buildpack: Path, env: Mapping[str, str]) -> tuple[Mount, ...]:
        for name in ("layers", "workspace", "platform", "build-config"):
            remove(self._root / name)
        shutil.copytree(app, self._root / "workspace", symlinks=True)
        for name in ("layers", "platform/env", "build-config/env"):
            (self._root / name).mkdir(parents=True)
        for name, value in env.items():
            (self._root / "platform" / "env" / name).write_text(value)
        own = tomli.loads((buildpack / "buildpack.toml").read_text())["buildpack"]
        group = [{"id": own["id"], "version": own["version"]}]
        (self._root / "layers" / "order.toml").write_text(tomli_w.dumps({"order": [{"group": group}]}))
        (self._root / "layers" / "run.toml").touch()
        place = f"/cnb/buildpacks/{own['id'].replace('/', '_')}/{own['version']}"
        return (
            *(Mount(target=target, source=str(self._root / name)) for target, name in _PLACES.items()),
            Mount(target="/cnb/lifecycle", source=str(self._binaries), kind="read-only"),
            Mount(target=place, source=str(buildpack), kind="read-only"),
        )

    def _commands(self) -> dict[str, tuple[str, ...]]:
        image = f"{self._registry.host}/{self._repository}:{_TAG}"
        owner, run, cache = ("-uid", "1000", "-gid", "1000"), ("-run", "/layers/run.toml"), ("-cache-dir", "/cnb/cache")
        places = ("-app", "/workspace", "-buildpacks", "/cnb/buildpacks", "-platform", "/platform")
        config = ("-build-config", "/cnb/build-config")
        return {
            "analyze": (*owner, "-run-image", self._run_image, *run, image),
            "detect": (*places, *config, "-order", "/layers/order.toml"),
            "restore": (*owner, *cache, *run),
            "build": (*places, *config),
            "export": (*owner, *cache, *run, "-app", "/workspace", "-launcher", "/cnb/lifecycle/launcher", image),
        }

    def _run(self, phase: str, arguments: tuple[str, ...], mounts: tuple[Mount, ...]) -> None:
        lines: list[str] = []
        description = Description(
            mounts=mounts,
            argv=("/cnb/lifecycle/lifecycle", phase, *arguments),
            env=_ENV,
            cwd="/workspace",
            app="/workspace",
        )
        ended = Room(self._root / "enter").run(description, on_line=lines.append)
        if isinstance(ended, Failure):
            raise BenchError("\n".join(error_lines(describe_lifecycle(ended.failure()))))
        if ended.unwrap() != 0:
            said = "\n".join(lines)
            raise BenchError(f"{phase} ended with {ended.unwrap()}:\n{said}")
