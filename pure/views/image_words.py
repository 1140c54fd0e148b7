"""Says in words why an image can't be read."""

from collections.abc import Mapping
from typing import Final, assert_never

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
from pure.image.reference import decide_reference
from pure.message import Message
from pure.outcome import Failure
from pure.wording import command

_FORMS = (
    "a folder of an application that `lamina build` built, or an OCI layout folder",
    "an archive, as `docker save`, `podman save` and skopeo write it",
    "docker:NAME or podman:NAME, an image that this machine's engine has",
    "HOST/NAME:TAG, an image in a registry",
)


def describe_image(error: ImageError, *, cache: str = "") -> Message:
    """The message for an image that can't be read; ``cache`` is the folder of builds, where one was named."""
    match error:
        case ReferenceUnknown(reference=reference):
            return Message(
                happened=f"There is no image {reference!r}",
                found=("No file and no folder of that name is here, and no registry is named in it.",),
                means=("An image is named by one of these:", *(f"  {each}" for each in _FORMS)),
                do=_other_forms(reference),
            )
        case ReferenceMalformed(reference=reference, reason=reason):
            return Message(
                happened=f"{reference!r} names no image",
                found=(reason,),
                means=("An image is named by one of these:", *(f"  {each}" for each in _FORMS)),
                do=("Correct it.",),
            )
        case FolderWithoutImage(path=path, cache=looked):
            build = command("lamina", "build", path, *(("--cache", cache) if cache else ()))
            return Message(
                happened=f"There is no image in {path}",
                found=(f"It is no OCI layout, and no image that was built of it is in {looked}",),
                do=(f"Build it: {build}", "Or name the folder of its builds: --cache FOLDER"),
            )
        case ImageNotNamed() | PlatformMissing():
            return _several(error)
        case ImageUnreadable(reference=reference, reason=reason):
            return Message(
                happened=f"{reference} can't be read as an image",
                found=(reason,),
                do=("Write it again, and check that nothing was cut off.",),
            )
        case LayerUnreadable(reference=reference, layer=layer, reason=reason):
            return Message(
                happened=f"A layer of {reference} can't be read",
                found=(f"{layer}: {reason}",),
                do=("Write or push the image again.",),
            )
        case EngineMissing() | EngineSilent() | EngineRefused():
            return _engine(error)
        case RegistryRefused():
            return _registry(error)
        case _:
            assert_never(error)


# What other programs, or other commands, write before a name.
_PREFIXES: Final[Mapping[str, str]] = {
    "oci:": "A layout is named by its folder alone: {rest}",
    "oci-archive:": "An archive is named by its file alone: {rest}",
    "docker-archive:": "An archive is named by its file alone: {rest}",
    "docker-daemon:": "Of an engine: docker:{rest}",
    "containers-storage:": "Of an engine: podman:{rest}",
    "https://": "An image of a registry is named without that: {rest}",
    "http://": "An image of a registry is named without that: {rest}",
    "plan:": "A plan is no image, but can be compared with one: lamina compare IMAGE {whole}",
}


def _other_forms(reference: str) -> tuple[str, ...]:
    if reference.startswith((".", "/")):
        return ("Correct the path.",)
    for prefix, form in _PREFIXES.items():
        if rest := reference.removeprefix(prefix) if reference.startswith(prefix) else "":
            return (form.format(rest=command(rest), whole=command(reference)),)
    if isinstance(decide_reference(f"localhost/{reference}", {}, cache=""), Failure):
        # Nobody can have an image of that name.
        return ("Correct it.",)
    return (f"Of an engine: docker:{reference} or podman:{reference}", f"Of a registry: its host, and {reference}")


def _several(error: ImageNotNamed | PlatformMissing) -> Message:
    match error:
        case PlatformMissing(reference=reference, platform=platform, platforms=platforms):
            return Message(
                happened=f"{reference} has no image for {platform}",
                found=(f"It has images for {', '.join(platforms)}.",),
                do=(f"Choose one: {command('--platform', platforms[0])}" if platforms else "Name another image.",),
            )
        case ImageNotNamed(reference=reference, name=name, names=names):
            happened = f"{reference} has no image of that name" if name else f"{reference} doesn't have one image"
            path = reference.removesuffix(f":{name}") if name else reference
            return Message(
                happened=happened,
                found=(f"It has {', '.join(names)}." if names else "None in it has a name.",),
                do=(
                    f"Choose one: {command(f'{path}:{names[0]}')}"
                    if names
                    else "Write the image that you mean by itself.",
                ),
            )


_REACHING: Final[Mapping[str, tuple[str, ...]]] = {
    "docker": (
        "Start it, and check that you may use it.",
        "Where it listens is said by DOCKER_HOST=unix:///PATH, or by docker context use NAME.",
    ),
    "podman": ("Correct its configuration, or where it looks for its storage.",),
}


def _engine(error: EngineMissing | EngineSilent | EngineRefused) -> Message:
    match error:
        case EngineMissing(engine=engine):
            return Message(
                happened=f"There is no program {engine} on this machine",
                means=(f"{engine}:NAME is an image that it has.",),
                do=("Install it, or name an archive or a layout of the image.",),
            )
        case EngineSilent(engine=engine, said=said):
            return Message(
                happened=f"{engine} doesn't reach its engine",
                found=said,
                do=(*_REACHING[engine], f"This has to work first: {engine} image ls"),
            )
        case EngineRefused(engine=engine, name=name, there=True, said=said):
            return Message(
                happened=f"{engine} can't save the image {name}",
                found=said,
                means=("It is saved to a temporary file (TMPDIR says where), which takes all of its size.",),
                do=(
                    f"Save it yourself, and name the file instead: {command(engine, 'save', '--output', 'FILE', name)}",
                ),
            )
        case EngineRefused(engine=engine, name=name, said=said):
            return Message(
                happened=f"{engine} doesn't give the image {name}",
                found=said,
                do=(f"See which images it has: {engine} image ls",),
            )


_CURES: Final[Mapping[str, tuple[str, ...]]] = {
    "absent": ("Correct its name or its tag.", "If it is private, log in: podman login {host}"),
    "unauthorized": ("Log in: docker login {host}, or podman login {host}",),
    "unreachable": (
        "Check its name, the network, and proxies (HTTPS_PROXY, NO_PROXY).",
        "Authorities of your own are named by SSL_CERT_FILE.",
    ),
    "other": ("Try again; if it stays so, ask whoever runs the registry.",),
}


def _registry(error: RegistryRefused) -> Message:
    asked = f"It was asked with the credentials of {error.credentials}" if error.credentials else ""
    return Message(
        happened=f"The registry {error.host} doesn't give the image {error.reference}",
        found=(error.reason, *((asked,) if asked else ())),
        do=tuple(each.format(host=command(error.host)) for each in _CURES[error.kind]),
    )
