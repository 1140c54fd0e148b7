"""Describes the image that a build is for, as the platform states it (Buildpack API 0.10, ``CNB_TARGET_*``)."""

from collections.abc import Mapping

import msgspec


class Distro(msgspec.Struct, frozen=True, kw_only=True):
    """A Linux distribution, by the ``ID`` and ``VERSION_ID`` of its os-release file."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The run image's operating system, architecture (``amd64``, ``arm64``) and, where known, distribution."""

    os: str
    arch: str
    distro: Distro | None = None

    def __str__(self) -> str:
        distro = f" ({self.distro})" if self.distro else ""
        return f"{self.os}/{self.arch}{distro}"


def distro_from_os_release(text: str) -> Distro | None:
    """The distribution that an os-release file names; ``None`` where it names none."""
    values = {name: value.strip("\"'") for name, _, value in (line.partition("=") for line in text.splitlines())}
    return Distro(name=values["ID"], version=values.get("VERSION_ID", "")) if values.get("ID") else None


def target_from_environment(environ: Mapping[str, str], *, machine: str) -> Target:
    """The target that the platform states, or that of the build machine where it states none.

    ``machine`` is the hardware name that the kernel reports (``x86_64``, ``aarch64``); it is used only where
    ``CNB_TARGET_ARCH`` is absent.
    """
    arches = {"x86_64": "amd64", "aarch64": "arm64"}
    name = environ.get("CNB_TARGET_DISTRO_NAME", "")
    distro = Distro(name=name, version=environ.get("CNB_TARGET_DISTRO_VERSION", "")) if name else None
    return Target(
        os=environ.get("CNB_TARGET_OS") or "linux",
        arch=environ.get("CNB_TARGET_ARCH") or arches.get(machine, machine),
        distro=distro,
    )
