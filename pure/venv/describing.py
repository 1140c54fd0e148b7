"""Reads what installed distributions say of themselves, for bills of materials, out of their metadata.

It is done while an environment is looked at, and kept in its record: an unchanged build has it without a look.
"""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from pure.hashes import Hash
from pure.names import normalise_name
from pure.project.locks.markers import marker_environment
from pure.sbom.bill import Licence
from pure.sbom.licences import stated
from pure.sbom.texts import line, url
from pure.venv.described import Described
from pure.venv.headers import applies, headers, requirement
from pure.venv.installed import InstalledSet
from pure.venv.resolved import ResolvedSet

if TYPE_CHECKING:
    from packaging.requirements import Requirement

_FIELDS: Final = (
    "name", "license-expression", "license", "classifier", "home-page", "project-url", "requires-dist",
)  # fmt: skip


def described(
    metadata: Mapping[str, bytes],
    installed: InstalledSet,
    resolved: ResolvedSet,
    *,
    python: str,
    arch: str,
    declared: Iterable[str],
    locked: Mapping[str, Hash],
    hide: Callable[[str], str],
) -> tuple[Described, ...]:
    """What each distribution says, sorted by name; any bytes give something.

    ``metadata`` are files of ``dist-info`` folders by their paths, ``declared`` the requirements of the project,
    ``locked`` the digests of wheels by the names of their files. ``hide`` takes out what is known to be secret.
    """
    own = {
        each.name: headers(metadata.get(f"{each.dist_info}/METADATA", b""), _FIELDS) for each in installed.distributions
    }
    asked = {
        name: tuple(one for text in said["requires-dist"] if (one := requirement(text)) is not None)
        for name, said in own.items()
    }
    extras = tuple((each.name, extra) for each in resolved.distributions for extra in each.extras)
    environment = marker_environment(python, arch)
    needs = _needs(asked, extras, environment)
    wished = _needs(asked, (*extras, *_extras(declared)), environment)
    wheels = _by_name(locked)

    def safe(text: str) -> str:
        return text if hide(text) == text else ""

    found = []
    for each in installed.distributions:
        said = own[each.name]
        licence = stated(
            expression=_first(said["license-expression"]),
            classifiers=said["classifier"],
            text=_first(said["license"]),
        )
        wheel = headers(metadata.get(f"{each.dist_info}/WHEEL", b""), ("tag",))["tag"]
        record = metadata.get(f"{each.dist_info}/RECORD")
        found.append(
            Described(
                key=each.name,
                name=line(_first(said["name"])) or each.name,
                licence=Licence(expression=safe(licence.expression), name=safe(licence.name)),
                homepage=safe(_homepage(said)),
                needs=tuple(sorted(needs[each.name])),
                wished=tuple(sorted(wished[each.name] - needs[each.name])),
                record=hashlib.sha256(record).hexdigest() if record is not None else "",
                file=_file(each.version, frozenset(wheel), wheels.get(each.name, {})),
            )
        )
    return tuple({each.key: each for each in found}.values())


def _first(values: list[str]) -> str:
    return values[0] if values else ""


def _homepage(said: Mapping[str, list[str]]) -> str:
    """The address of a project: of its links that which is called so, whatever the spelling (PEP 753)."""
    links = (each.partition(",") for each in said["project-url"])
    called = {"".join(filter(str.isalnum, label)).lower(): url(place) for label, _, place in reversed(tuple(links))}
    return called.get("homepage", "") or url(_first(said["home-page"]))


def _extras(declared: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names of distributions, each with an extra that these requirements ask for."""
    for text in declared:
        if one := requirement(text):
            yield from ((normalise_name(one.name), normalise_name(extra)) for extra in one.extras)


def _needs(
    asked: Mapping[str, "tuple[Requirement, ...]"],
    extras: Iterable[tuple[str, str]],
    environment: Mapping[str, str],
) -> dict[str, set[str]]:
    """What each distribution requires of the others, with the extras that somebody asks for."""
    needs: dict[str, set[str]] = {name: set() for name in asked}
    waiting = [*((name, "") for name in asked), *extras]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        for one in asked.get(name, ()):
            other = normalise_name(one.name)
            if other in asked and applies(one, {**environment, "extra": extra}):
                needs[name] |= {other} - {name}
                more = {(other, normalise_name(each)) for each in one.extras} - seen
                seen |= more
                waiting += more
    return needs


def _by_name(locked: Mapping[str, Hash]) -> dict[str, dict[str, Hash]]:
    found: dict[str, dict[str, Hash]] = {}
    for file, digest in locked.items():
        found.setdefault(normalise_name(file.partition("-")[0]), {})[file] = digest
    return found


def _file(version: str, tags: frozenset[str], locked: Mapping[str, Hash]) -> Hash | None:
    """The digest of the one wheel of this version that is for just these machines; ``None`` if that isn't one."""
    fitting = [digest for file, digest in locked.items() if _tags(file, version) == tags]
    return fitting[0] if tags and len(fitting) == 1 else None


def _tags(file: str, version: str) -> frozenset[str]:
    """What a wheel of this version is for, by its name (PyPA specification "Binary distribution format")."""
    parts = file.removesuffix(".whl").split("-")
    if len(parts) not in (5, 6) or parts[1].replace("_", "-") != version.replace("_", "-"):
        return frozenset()
    return frozenset(map("-".join, itertools.product(*(part.split(".") for part in parts[-3:]))))
