"""Reads ``buildpack.toml`` and says whether the buildpack fits this lifecycle and the target."""

import re

import msgspec

from pure.lifecycle.errors import BuildpackApiUnsupported, BuildpackInvalid
from pure.lifecycle.toml_data import boolean, parse_toml, string, strings, subtable, tables
from pure.outcome import Failure, Outcome, Success
from pure.target import Target

SUPPORTED_APIS = ("0.7", "0.8", "0.9", "0.10", "0.11", "0.12")
RESERVED_IDS = frozenset({"app", "config", "generated", "sbom"})
_ID = re.compile(r"[A-Za-z0-9.-]+(/[A-Za-z0-9.-]+)*\Z")
_VERSION = re.compile(r"[A-Za-z0-9.+-]+\Z")


class TargetPattern(msgspec.Struct, frozen=True, kw_only=True):
    """A target that a buildpack declares; an empty field matches anything."""

    os: str = ""
    arch: str = ""
    distros: tuple[tuple[str, str], ...] = ()


class Buildpack(msgspec.Struct, frozen=True, kw_only=True):
    """What the lifecycle needs to know about a component buildpack."""

    id: str
    version: str
    api: str
    homepage: str = ""
    clear_env: bool = False
    sbom_formats: tuple[str, ...] = ()
    exec_env: tuple[str, ...] = ()
    targets: tuple[TargetPattern, ...] = ()

    @property
    def name(self) -> str:
        """``id@version``, as logs name it."""
        return f"{self.id}@{self.version}"

    @property
    def folder(self) -> str:
        """The buildpack's folder below the layers directory."""
        return escape_id(self.id)

    def api_at_least(self, version: str) -> bool:
        """Whether the declared API is ``version`` or newer."""
        return SUPPORTED_APIS.index(self.api) >= SUPPORTED_APIS.index(version)


def escape_id(buildpack_id: str) -> str:
    """A buildpack id as a folder name."""
    return buildpack_id.replace("/", "_")


def parse_descriptor(
    data: bytes, *, path: str, has_build: bool
) -> Outcome[Buildpack, BuildpackInvalid | BuildpackApiUnsupported]:
    """The buildpack that ``data``, the contents of its ``buildpack.toml``, describes.

    ``has_build`` says that ``bin/build`` exists: without declared targets the buildpack is then one for linux.
    """
    document = parse_toml(data)
    if isinstance(document, Failure):
        return Failure(BuildpackInvalid(path=path, reason=f"buildpack.toml: {document.failure()}"))
    table = document.unwrap()
    try:
        info = subtable(table, "buildpack")
        buildpack = Buildpack(
            id=string(info, "id"),
            version=string(info, "version"),
            api=string(table, "api"),
            homepage=string(info, "homepage"),
            clear_env=boolean(info, "clear-env"),
            sbom_formats=strings(info, "sbom-formats"),
            exec_env=strings(info, "exec-env"),
            targets=_targets(table, has_build=has_build),
        )
    except TypeError as error:
        return Failure(BuildpackInvalid(path=path, reason=f"buildpack.toml: {error}"))
    if buildpack.api not in SUPPORTED_APIS:
        return Failure(
            BuildpackApiUnsupported(buildpack=buildpack.id or path, api=buildpack.api, supported=SUPPORTED_APIS)
        )
    reason = _objection(buildpack, composite="order" in table)
    return Failure(BuildpackInvalid(path=path, reason=reason)) if reason else Success(buildpack)


def _objection(buildpack: Buildpack, *, composite: bool) -> str:
    if composite:
        return "it is a composite buildpack (it has an [[order]]), which is not supported here; give its members"
    if not _ID.match(buildpack.id) or {".", ".."} & set(buildpack.id.split("/")):
        return (
            f"buildpack.toml: `buildpack.id` is {buildpack.id!r}; letters, digits, dots, dashes and slashes are allowed"
        )
    if buildpack.id in RESERVED_IDS:
        return f"buildpack.toml: `buildpack.id` is {buildpack.id!r}, a reserved name"
    if not _VERSION.match(buildpack.version) or buildpack.version in {".", ".."}:
        return f"buildpack.toml: `buildpack.version` is {buildpack.version!r}; write X.Y.Z"
    return ""


def _targets(table: dict[str, object], *, has_build: bool) -> tuple[TargetPattern, ...]:
    declared = tuple(
        TargetPattern(
            os=string(target, "os"),
            arch=string(target, "arch"),
            distros=tuple((string(distro, "name"), string(distro, "version")) for distro in tables(target, "distros")),
        )
        for target in tables(table, "targets")
    )
    if declared:
        return declared
    if any(string(stack, "id") == "*" for stack in tables(table, "stacks")):
        return (TargetPattern(),)
    return (TargetPattern(os="linux"),) if has_build else ()


def matches_target(buildpack: Buildpack, target: Target) -> bool:
    """Whether the buildpack declares to support ``target`` (Buildpack API, section on targets)."""
    if not buildpack.targets:
        return True
    return any(_matches(pattern, target) for pattern in buildpack.targets)


def _matches(pattern: TargetPattern, target: Target) -> bool:
    def same(left: str, right: str) -> bool:
        return not left or not right or left == right

    if not same(pattern.os, target.os) or not same(pattern.arch, target.arch):
        return False
    if not pattern.distros:
        return True
    distro = target.distro
    return distro is not None and any(
        same(distro.name, name) and same(distro.version, version) for name, version in pattern.distros
    )
