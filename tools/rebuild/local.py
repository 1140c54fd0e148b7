"""Builds with this project's own lifecycle, which works everywhere, and measures what it moves."""

import time
from collections.abc import Mapping
from pathlib import Path

from pure.lifecycle.events import LifecycleEvent, OutputLine, PhaseEnded
from pure.lifecycle.prose import describe_lifecycle
from pure.outcome import Failure
from pure.report.build_log import error_lines
from shell.lifecycle import LocalBuild
from shell.lifecycle import build as build_locally
from shell.world import read_target
from tests.real_lifecycle import write_run_image

from tools.rebuild import images, measured
from tools.rebuild.failed import BenchError


class LocalLifecycle:
    """The local lifecycle with a cache, a run image and an image below ``root``, kept from build to build."""

    def __init__(self, root: Path, distro: tuple[str, str]) -> None:
        """Use a folder that isn't there yet; ``distro`` is what the run image says about itself."""
        self._root = root
        self._images = images.Images()
        write_run_image(root / "base", distro)

    def build(self, app: Path, buildpack: Path, env: Mapping[str, str]) -> measured.Measured:
        """One build."""
        watch = _Watch(self._root / "cache" / "work" / "layers")
        request = LocalBuild(
            app=app,
            buildpacks=(buildpack,),
            cache=self._root / "cache",
            target=read_target({}),
            env=env,
            run_image=self._root / "base",
            output=self._root / "image",
        )
        start = time.monotonic()
        built = build_locally(request, on_event=watch.see)
        seconds = time.monotonic() - start - watch.own
        if isinstance(built, Failure):
            raise BenchError("\n".join((*watch.lines, *error_lines(describe_lifecycle(built.failure())))))
        new, uploaded = self._images.take(images.blobs_of(*images.layout_image(self._root / "image")))
        # What is in no phase: copying the application, compressing layers, writing the image.
        watch.phases["rest"] = seconds - sum(watch.phases.values())
        return measured.Measured(
            seconds=seconds,
            phases=watch.phases,
            restored=watch.restored,
            tarred=watch.tarred,
            new=new,
            uploaded=uploaded,
        )


class _Watch:
    """Looks at the layers directory between phases; the time that this takes isn't the build's."""

    def __init__(self, layers: Path) -> None:
        self._layers = layers
        self.own = 0.0
        self.phases: dict[str, float] = {}
        self.restored: dict[str, measured.Part] = {}
        self.tarred: dict[str, measured.Part] = {}
        self.lines: list[str] = []

    def see(self, event: LifecycleEvent) -> None:
        start = time.monotonic()
        match event:
            case PhaseEnded(phase=phase, seconds=seconds):
                self.phases[phase] = seconds
                if phase == "restore":
                    self.restored = measured.restored(self._layers)
                elif phase == "build":
                    self.tarred = measured.tarred(self._layers)
            case OutputLine(line=line):
                self.lines.append(line)
            case _:
                pass
        self.own += time.monotonic() - start
