"""The words for an image that can't be read."""

from typing import get_args

from pure.image.errors import (
    EngineMissing,
    EngineRefused,
    EngineSilent,
    FolderWithoutImage,
    ImageError,
    ImageNotNamed,
    ImageUnreadable,
    LayerUnreadable,
    PlatformMissing,
    ReferenceMalformed,
    ReferenceUnknown,
    RegistryRefused,
)
from pure.report.build_log import error_lines
from pure.views.image_words import describe_image

from tests.golden import check_golden

HOST, SHOP = "registry.test", "registry.test/shop:v1"
ERRORS: tuple[ImageError, ...] = (
    ReferenceUnknown(reference="shop"),
    ReferenceUnknown(reference="./out"),
    *(
        ReferenceUnknown(reference=each)
        for each in (
            "oci:my image",
            "docker-archive:shop.tar",
            "containers-storage:shop",
            "http://x/y",
            "plan:a b",
            "$(x)",
            ":",
        )
    ),
    ReferenceMalformed(reference="docker:", reason="after docker: stands no name of an image"),
    FolderWithoutImage(path="shop", cache="/home/me/.cache/lamina/builds/shop-1"),
    ImageNotNamed(reference="o u;t", name="", names=("v1", "v2")),
    ImageNotNamed(reference="out:v3", name="v3", names=("v1", "v2")),
    ImageNotNamed(reference="out", name="", names=()),
    PlatformMissing(reference=SHOP, platform="linux/s390x", platforms=("linux/amd64", "linux/arm64")),
    ImageUnreadable(reference="out", reason="its manifest: Object missing required field `config`"),
    LayerUnreadable(reference="out", layer="venv", reason="its contents are not those of its digest"),
    EngineMissing(engine="docker"),
    EngineSilent(engine="docker", said=("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",)),
    EngineSilent(engine="podman", said=("Error: configuration is invalid",)),
    EngineRefused(engine="podman", name="shop", said=("Error: shop: image not known",)),
    EngineRefused(engine="docker", name="shop:v1", there=True, said=("write /tmp/image.tar: no space left on device",)),
    RegistryRefused(reference=SHOP, host=HOST, kind="absent", reason="it answered with status 404"),
    RegistryRefused(
        reference=SHOP,
        host=HOST,
        kind="unauthorized",
        reason="it answered with status 401",
        credentials="/home/me/auth.json",
    ),
    RegistryRefused(reference=SHOP, host=HOST, kind="unreachable", reason="Connection refused"),
    RegistryRefused(reference=SHOP, host=HOST, kind="other", reason="it answered with status 503"),
)


def test_where_builds_lie_elsewhere_the_next_one_lies_there() -> None:
    error = FolderWithoutImage(path="my app; x", cache="/the/builds")
    assert "Build it: lamina build 'my app; x'" in describe_image(error).do
    assert "Build it: lamina build 'my app; x' --cache /the/builds" in describe_image(error, cache="/the/builds").do


def test_each_error_has_its_words() -> None:
    assert {type(each) for each in ERRORS} == set(get_args(ImageError))
    shown = ("\n".join(error_lines(describe_image(each))) for each in ERRORS)
    check_golden("errors_images", "\n".join(shown))
