"""A local Cloud Native Buildpacks lifecycle: ``build`` makes an image in a folder, ``run`` starts it.

Left out: image extensions, composite buildpacks, registries and daemons, rebase, ``project.toml``, ``profile.d`` and
processes that need a shell.
"""

from shell.lifecycle.engine import LocalBuild, OptionalBuildpack, build
from shell.lifecycle.launch import run

__all__ = ["LocalBuild", "OptionalBuildpack", "build", "run"]
