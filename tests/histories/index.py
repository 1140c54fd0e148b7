"""A package index: few distributions, with every property that has ever gone wrong.

What a distribution consists of follows from its release, its revision (how often it was published anew under the same
version) and, if it is built from source, from where and how it is built.
"""

import hashlib
from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["wheel", "sdist"]


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a distribution."""

    name: str
    version: str
    kind: Kind = "wheel"
    requires: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # paths from site-packages; their contents name the release and the path
    scripts: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()  # files without contents, such as those that make a namespace
    shared: tuple[str, ...] = ()  # files that others have too, with other contents
    promised: tuple[str, ...] = ()  # files that the RECORD names and nobody has
    careless: bool = False  # published anew, it has the RECORD that it had
    weight: int = 0  # so many bytes more are in each file of its own

    @property
    def escaped(self) -> str:
        return self.name.replace("-", "_")


def _release(name: str, version: str, **more: object) -> Release:
    escaped = name.replace("-", "_")
    own = (f"{escaped}/__init__.py", f"{escaped}/only_in_{version.replace('.', '_')}.py")
    return Release(**{"name": name, "version": version, "files": own, **more})  # type: ignore[arg-type]


def _releases(*each: Release) -> tuple[str, tuple[Release, ...]]:
    return each[0].name, each


_COMMON = ("common/__init__.py",)
_NAMESPACE = ("ns/__init__.py",)
RELEASES: Mapping[str, tuple[Release, ...]] = dict(
    (
        _releases(*(_release("alpha", version, scripts=("alpha",)) for version in ("1.0", "1.1", "2.0"))),
        _releases(_release("beta", "1.0", requires=("alpha",)), _release("beta", "1.1", requires=("alpha", "gamma"))),
        _releases(_release("gamma", "1.0"), _release("gamma", "1.1")),
        # Two that have a file of other contents at one path.
        _releases(_release("delta", "1.0", shared=_COMMON)),
        _releases(_release("epsilon", "1.0", shared=_COMMON), _release("epsilon", "1.1", shared=_COMMON)),
        # Two that share a namespace.
        _releases(*(_release("ns-one", version, empty=_NAMESPACE) for version in ("1.0", "1.1"))),
        _releases(_release("ns-two", "1.0", empty=_NAMESPACE)),
        # One that records a file that it doesn't have, and one that has to be built.
        _releases(*(_release("ghost", version, promised=("ghost/missing.txt",)) for version in ("1.0", "1.1"))),
        _releases(*(_release("made", version, kind="sdist") for version in ("1.0", "1.1"))),
        # One that is a module and then a package.
        _releases(
            _release("shape", "1.0", files=("shape.py",)),
            _release("shape", "2.0", files=("shape/__init__.py", "shape/deep/er/still.py")),
        ),
        # Heavy ones: in a namespace of others, as modules, and one that is light at first. Two of them have layers.
        _releases(
            *(
                _release(
                    "ns-heavy",
                    version,
                    files=("ns/heavy/__init__.py", "ns/heavy/deep/data.bin", "ns/module.py"),
                    empty=_NAMESPACE,
                    weight=weight,
                )
                for version, weight in (("1.0", 2000), ("1.1", 2500))
            )
        ),
        _releases(
            *(
                _release("modules", v, files=("one.py", "_one.so", "data/deep.bin"), weight=900, careless=True)
                for v in ("1.0", "1.1")
            )
        ),
        _releases(_release("grows", "1.0"), _release("grows", "2.0", weight=4000)),
        _releases(_release("torn", "1.0", shared=_COMMON, weight=3000)),
    )
)
NAMES = tuple(RELEASES)
HEAVY = 1000  # so many bytes make a distribution worth a layer of its own
MOST = 2  # so many of them have one


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how something is built: all that what is built from source depends on."""

    minor: str
    arch: str
    distro: str
    settings: str = ""


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """The index at one moment: ``revisions`` are those of republished releases, by name and version."""

    revisions: Mapping[tuple[str, str], int] = {}
    newest: Mapping[str, int] = {}  # how many releases are there yet; all, where it isn't said

    def releases(self, name: str) -> tuple[Release, ...]:
        return RELEASES[name][: self.newest.get(name, len(RELEASES[name]))]

    def release(self, name: str, version: str | None) -> Release | None:
        """The newest release, or that of this version; ``None`` where there is none."""
        found = [each for each in self.releases(name) if version in (None, each.version)]
        return found[-1] if found else None

    def revision(self, release: Release) -> int:
        return self.revisions.get((release.name, release.version), 0)

    def republished(self, name: str, version: str) -> "Index":
        now = self.revisions.get((name, version), 0)
        return msgspec.structs.replace(self, revisions={**self.revisions, (name, version): now + 1})


def file_name(release: Release) -> str:
    ending = ".tar.gz" if release.kind == "sdist" else "-py3-none-any.whl"
    return f"{release.escaped}-{release.version}{ending}"


def contents(release: Release, revision: int, place: Place | None) -> dict[str, bytes]:
    """The files of a release, by their paths from site-packages; ``place`` is where it is built, if it is."""
    built = f", built for {place}" if place else ""
    what = f"# {release.name} {release.version}, revision {revision}{built}\n".encode()
    found = {path: what + path.encode() for path in (*release.files, *release.shared)}
    found |= {path: found[path] + b"\n" + b"#" * release.weight for path in release.files if release.weight}
    found |= dict.fromkeys(release.empty, b"")
    return found | {f"../../../bin/{name}": what for name in release.scripts}


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
