"""Makes catalogues of Python runtimes."""

from typing import Literal

from hypothesis import strategies as st
from pure.python.catalogue import Catalogue, Runtime
from pure.target import Distro, Target

AMD64 = Target(os="linux", arch="amd64", distro=Distro(name="debian", version="12"))


def runtime(
    version: str, arch: Literal["amd64", "arm64"] = "amd64", distro: Distro | None = None, sha256: str = "0" * 64
) -> Runtime:
    url = f"https://host/{version}-{arch}{'-' + distro.name if distro else ''}.tar.gz"
    return Runtime(version=version, os="linux", arch=arch, url=url, sha256=sha256, distro=distro)


def catalogue(*versions: str) -> Catalogue:
    return Catalogue(runtimes=tuple(runtime(version) for version in versions))


SOME = catalogue("3.12.1", "3.12.10", "3.12.9", "3.13.0", "3.13.2", "3.14.1", "3.15.0rc1")
MINORS = ("3.12", "3.13", "3.14")
VERSIONS = st.builds(
    lambda minor, patch, suffix: f"{minor}.{patch}{suffix}",
    st.sampled_from(MINORS),
    st.integers(0, 12),
    st.sampled_from(["", "", "", "rc1"]),
)
CATALOGUES = st.lists(
    st.builds(
        runtime,
        VERSIONS,
        st.sampled_from(["amd64", "amd64", "arm64"]),
        st.sampled_from([None, None, AMD64.distro, Distro(name="alpine", version="3")]),
    ),
    unique_by=lambda entry: entry.url,
    max_size=12,
).map(lambda entries: Catalogue(runtimes=tuple(entries)))
