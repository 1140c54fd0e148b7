"""A local Cloud Native Buildpacks lifecycle: ``build`` makes an image in a folder, ``run`` starts it.

A build's temporary files lie in a folder of its own (``TMPDIR``). Of ``project.toml`` it takes which files take part;
the command reads the rest. Left out: image extensions, composite buildpacks, registries and daemons, rebase,
``profile.d`` and processes that need a shell.
"""

from shell.lifecycle.engine import LocalBuild, OptionalBuildpack, build
from shell.lifecycle.launch import run

__all__ = ["LocalBuild", "OptionalBuildpack", "build", "run"]
