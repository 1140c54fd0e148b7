"""Computes the variables that buildpacks and processes get.

Buildpack API, "Environment"; the effects of file names, directories and order are those of the reference lifecycle.
Values are text in which undecodable bytes are surrogates, so that any bytes survive the way to ``execve``.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from pure.lifecycle.descriptor import Buildpack
from pure.target import Target

Env: TypeAlias = Mapping[str, str]

#: Variables that pass from the lifecycle's own environment to buildpacks.
INHERITED = (
    "CNB_STACK_ID",
    "HOSTNAME",
    "HOME",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "NO_PROXY",
    "no_proxy",
)

#: Which subdirectory of a build layer is prepended to which variables.
BUILD_ROOTS: Mapping[str, tuple[str, ...]] = {
    "bin": ("PATH",),
    "lib": ("LD_LIBRARY_PATH", "LIBRARY_PATH"),
    "include": ("CPATH",),
    "pkgconfig": ("PKG_CONFIG_PATH",),
}
LAUNCH_ROOTS: Mapping[str, tuple[str, ...]] = {"bin": ("PATH",), "lib": ("LD_LIBRARY_PATH",)}

_PATH_LISTS = frozenset(name for names in BUILD_ROOTS.values() for name in names)

#: Variables of the image that a launched process does not see.
LAUNCH_HIDDEN = ("CNB_LAYERS_DIR", "CNB_APP_DIR", "CNB_PROCESS_TYPE", "CNB_PLATFORM_API", "CNB_DEPRECATION_MODE")
_LAUNCH_PATH_HIDDEN = ("/cnb/process", "/cnb/lifecycle")


class EnvDir(msgspec.Struct, frozen=True, kw_only=True):
    """The files of an ``env``-like directory as (name, contents)."""

    files: tuple[tuple[str, str], ...] = ()


class LayerEnv(msgspec.Struct, frozen=True, kw_only=True):
    """What a layer says about the environment; ``path`` is its absolute path as processes see it.

    ``roots`` are those of ``bin``, ``lib``, ``include`` and ``pkgconfig`` that exist, ``process`` the directories of
    ``env.launch`` by process type.
    """

    path: str
    roots: frozenset[str] = frozenset()
    env: EnvDir = EnvDir()
    build: EnvDir = EnvDir()
    launch: EnvDir = EnvDir()
    process: tuple[tuple[str, EnvDir], ...] = ()


def inherited_env(environ: Env) -> dict[str, str]:
    """The part of ``environ`` that buildpacks may see."""
    allowed = {*INHERITED, *_PATH_LISTS}
    return {name: value for name, value in environ.items() if name in allowed}


def apply_env_dir(env: Env, directory: EnvDir, *, bare: str = "override") -> dict[str, str]:
    """``env`` after the files of one directory, in byte order of their names.

    ``bare`` is the action of a file without suffix. Delimiters count within the directory only; unknown suffixes are
    ignored.
    """
    result = dict(env)
    files = dict(directory.files)
    for file_name in sorted(files, key=_bytes):
        name, dot, suffix = file_name.partition(".")
        value, current = files[file_name], result.get(name, "")
        delimiter = files.get(f"{name}.delim", "") if current else ""
        match suffix if dot else bare:
            case "override":
                result[name] = value
            case "default":
                result[name] = current or value
            case "append":
                result[name] = current + delimiter + value
            case "prepend":
                result[name] = value + delimiter + current
            case _:
                pass
    return result


def apply_roots(env: Env, layer: LayerEnv, roots: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """``env`` with the layer's existing subdirectories prepended to their variables."""
    result = dict(env)
    for root, names in roots.items():
        if root in layer.roots:
            for name in names:
                result[name] = _prepend(f"{layer.path}/{root}", result.get(name, ""))
    return result


def after_build_layers(env: Env, layers: Iterable[LayerEnv]) -> dict[str, str]:
    """The accumulated environment for later buildpacks: for each layer in turn its roots, ``env``, ``env.build``."""
    result = dict(env)
    for layer in layers:
        result = apply_roots(result, layer, BUILD_ROOTS)
        result = apply_env_dir(result, layer.env)
        result = apply_env_dir(result, layer.build)
    return result


def with_platform(env: Env, *, user: Env, operator: Env, clear_env: bool) -> dict[str, str]:
    """``env`` as one buildpack sees it: the user's variables (unless it clears them), then the operator's."""
    result = dict(env)
    if not clear_env:
        for name, value in user.items():
            result[name] = _prepend(value, result.get(name, "")) if name in _PATH_LISTS else value
    return apply_env_dir(result, EnvDir(files=tuple(operator.items())), bare="default")


def buildpack_variables(buildpack: Buildpack, *, root: str, platform: str, target: Target, more: Env) -> dict[str, str]:
    """The ``CNB_*`` variables of a phase; ``more`` are those of this phase from API 0.8 on."""
    result = {"CNB_BUILDPACK_DIR": root}
    if buildpack.api_at_least("0.8"):
        result |= {"CNB_PLATFORM_DIR": platform, **more}
    if buildpack.api_at_least("0.10"):
        result |= {"CNB_TARGET_OS": target.os, "CNB_TARGET_ARCH": target.arch}
        if target.distro is not None and target.distro.name:
            result["CNB_TARGET_DISTRO_NAME"] = target.distro.name
        if target.distro is not None and target.distro.version:
            result["CNB_TARGET_DISTRO_VERSION"] = target.distro.version
    if buildpack.api_at_least("0.12"):
        result["CNB_EXEC_ENV"] = "production"
    return result


def launch_base(env: Env) -> dict[str, str]:
    """A container's environment without the platform's own variables and directories."""
    result = {name: value for name, value in env.items() if name not in LAUNCH_HIDDEN}
    if "PATH" in result:
        kept = [entry for entry in result["PATH"].split(":") if entry not in _LAUNCH_PATH_HIDDEN]
        result["PATH"] = ":".join(kept)
    return result


def after_launch_layers(env: Env, buildpacks: Iterable[Iterable[LayerEnv]], *, process: str) -> dict[str, str]:
    """A process's environment: per buildpack all roots first, then ``env``, ``env.launch``, ``env.launch/<type>``."""
    result = dict(env)
    for group in buildpacks:
        layers = tuple(group)
        for layer in layers:
            result = apply_roots(result, layer, LAUNCH_ROOTS)
        for layer in layers:
            result = apply_env_dir(result, layer.env)
            result = apply_env_dir(result, layer.launch)
            if process:
                result = apply_env_dir(result, dict(layer.process).get(process, EnvDir()))
    return result


def _prepend(value: str, current: str) -> str:
    return f"{value}:{current}" if current else value


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
