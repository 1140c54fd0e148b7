"""Decides what a Cloud Native Buildpacks lifecycle decides: groups, plans, restored layers, environments, images.

The effects are in ``shell.lifecycle``. Behaviour follows the reference lifecycle at Platform API 0.15 for Buildpack API
0.7 to 0.12. Left out: image extensions, composite buildpacks, registries and daemons, rebase, ``project.toml``,
``system.toml``, ``report.toml``, the legacy bill of materials, stacks, profile scripts and processes that need a shell.
"""
