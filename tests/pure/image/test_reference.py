"""What a reference is: by what lies on this machine, then by its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.errors import FolderWithoutImage, ReferenceMalformed, ReferenceUnknown
from pure.image.reference import (
    ApplicationReference,
    ArchiveReference,
    AtPath,
    EngineReference,
    LayoutReference,
    Reference,
    RegistryReference,
    decide_reference,
    places,
)
from pure.outcome import Failure, Success

DIGEST = "sha256:" + "0" * 64
HERE = {
    "shop": AtPath.FOLDER,
    "built": AtPath.BUILT,
    "out": AtPath.LAYOUT,
    "out:1": AtPath.FILE,
    "shop.tar": AtPath.FILE,
    "docker:odd": AtPath.FILE,
    "example.test/x": AtPath.LAYOUT,
}


def decide(text: str) -> Reference:
    return decide_reference(text, HERE, cache="/cache").unwrap()


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("built", ApplicationReference(path="built")),
        ("out", LayoutReference(path="out")),
        ("out:v2", LayoutReference(path="out", name="v2")),
        ("out:1", ArchiveReference(path="out:1")),
        ("shop.tar", ArchiveReference(path="shop.tar")),
        ("shop.tar:x.test/shop:v1", ArchiveReference(path="shop.tar", name="x.test/shop:v1")),
        ("docker:odd", ArchiveReference(path="docker:odd")),
        ("docker:shop", EngineReference(engine="docker", name="shop")),
        ("podman:localhost/shop:v1", EngineReference(engine="podman", name="localhost/shop:v1")),
        ("example.test/x", LayoutReference(path="example.test/x")),
        ("example.test/team/shop", RegistryReference(host="example.test", repository="team/shop", version="latest")),
        ("example.test/shop:v1", RegistryReference(host="example.test", repository="shop", version="v1")),
        ("localhost/shop", RegistryReference(host="localhost", repository="shop", version="latest")),
        ("host:5000/shop:v1", RegistryReference(host="host:5000", repository="shop", version="v1")),
        (f"host:5000/shop@{DIGEST}", RegistryReference(host="host:5000", repository="shop", version=DIGEST)),
        (f"host:5000/shop:v1@{DIGEST}", RegistryReference(host="host:5000", repository="shop", version=DIGEST)),
        ("[::1]:5000/shop", RegistryReference(host="[::1]:5000", repository="shop", version="latest")),
    ],
)
def test_references(text: str, reference: Reference) -> None:
    assert decide(text) == reference


@pytest.mark.parametrize(
    "text", ["", "shop2", "shop2:v1", "team/shop2", "./example.test/shop", "/absent/x.tar", "a.b/"]
)
def test_what_is_nothing(text: str) -> None:
    error = decide_reference(text, HERE, cache="").failure()
    assert isinstance(error, ReferenceUnknown | ReferenceMalformed)
    assert error.reference == text


def test_a_folder_without_an_image() -> None:
    assert decide_reference("shop", HERE, cache="/cache").failure() == FolderWithoutImage(path="shop", cache="/cache")


@pytest.mark.parametrize(
    "text",
    ["docker:", "docker:--help", "podman:a b", "docker://x.test/shop", "x.test/Shop", "x.test/a:b/c:d", "x.test/a@b"],
)
def test_what_is_malformed(text: str) -> None:
    assert isinstance(decide_reference(text, HERE, cache="").failure(), ReferenceMalformed)


def test_plain_http_is_for_this_machine_alone() -> None:
    hosts = {"localhost": True, "localhost:5000": True, "127.0.0.1:5000": True, "127.1.2.3": True, "[::1]:5000": True}
    hosts |= {"example.test": False, "localhost.example.test": False, "10.0.0.1:5000": False, "[fe80::1]:5000": False}
    for host, loopback in hosts.items():
        assert RegistryReference(host=host, repository="x", version="v").loopback is loopback


@given(st.text(max_size=60), st.sampled_from(AtPath))
def test_any_text_is_something_or_an_error(text: str, found: AtPath) -> None:
    decided = decide_reference(text, dict.fromkeys(places(text), found), cache="")
    assert isinstance(decided, Success | Failure)
    # What lies there is never asked of a registry or an engine.
    if found is not AtPath.NOTHING and not isinstance(decided, Failure):
        assert not isinstance(decided.unwrap(), RegistryReference | EngineReference)
