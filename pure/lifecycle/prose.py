"""Says the errors of the local lifecycle in words."""

from typing import assert_never

from pure.lifecycle.errors import (
    AppUnreadable,
    BuildpackApiUnsupported,
    BuildpackFailed,
    BuildpackInvalid,
    CacheUnusable,
    DiskRefused,
    LaunchFailed,
    LayerWithoutContents,
    LifecycleError,
    NamespaceRefused,
    NoCommand,
    NoImage,
    NothingDetected,
    OutputInvalid,
    OutputRefused,
    ProcessTypeInvalid,
    ProcessUnknown,
    RunImageInvalid,
    RunImageMissing,
    Verdict,
)
from pure.lifecycle.project_toml import DescriptorInvalid
from pure.message import Message

_APPARMOR = "kernel.apparmor_restrict_unprivileged_userns"
_CLONE = "kernel.unprivileged_userns_clone"
_LIMIT = "user.max_user_namespaces"


def describe_lifecycle(error: LifecycleError) -> Message:
    """What happened, what it means and what to do."""
    match error:
        case BuildpackInvalid() | BuildpackApiUnsupported() | OutputInvalid() | LayerWithoutContents():
            return _buildpack(error)
        case NothingDetected():
            return _nothing_detected(error)
        case BuildpackFailed():
            return _build_failed(error)
        case ProcessTypeInvalid() | ProcessUnknown() | NoCommand() | LaunchFailed() | NoImage():
            return _launch(error)
        case NamespaceRefused():
            return _namespace(error)
        case RunImageMissing() | RunImageInvalid() | OutputRefused():
            return _output(error)
        case CacheUnusable() | AppUnreadable() | DiskRefused():
            return _disk(error)
        case DescriptorInvalid(file=file, reason=reason):
            return Message(
                happened=f"{file} can't be used",
                found=(reason,),
                means=("It says which variables and files a build has, to pack as well.",),
                do=(f"Correct {file}, or delete it.",),
            )
        case _:
            assert_never(error)


def _buildpack(error: BuildpackInvalid | BuildpackApiUnsupported | OutputInvalid | LayerWithoutContents) -> Message:
    match error:
        case BuildpackInvalid():
            return Message(
                happened="A buildpack folder cannot be used",
                found=(error.path, error.reason),
                do=("Give the folder that holds buildpack.toml and bin/.",),
            )
        case BuildpackApiUnsupported():
            stated = f"It states Buildpack API {error.api}." if error.api else "Its buildpack.toml states no `api`."
            return Message(
                happened=f"Buildpack {error.buildpack} speaks another Buildpack API",
                means=(stated, f"Supported are {', '.join(error.supported)}."),
                do=('Write one of them at the top of its buildpack.toml, such as api = "0.10".',),
            )
        case OutputInvalid():
            return Message(
                happened=f"Buildpack {error.buildpack} left an invalid file",
                found=(f"{error.file}: {error.reason}",),
                means=("The file is part of the interface between buildpacks and the platform.",),
                do=("This is a fault of the buildpack; report it there.",),
            )
        case LayerWithoutContents():
            why = (
                "A layer that is cached and in the image must have its directory at the end of the build."
                if error.cached
                else "It was to be taken from the previous image, which does not have it."
            )
            return Message(
                happened=f"Layer {error.layer} of buildpack {error.buildpack} has no contents",
                means=(why,),
                do=("This is a fault of the buildpack; building with an empty cache folder may help for now.",),
            )
        case _:
            assert_never(error)


def _nothing_detected(error: NothingDetected) -> Message:
    return Message(
        happened="No group of buildpacks takes this application",
        found=(*map(_verdict, error.verdicts), *error.plan),
        means=(
            ("A buildpack broke while it looked at the application.",)
            if error.errored
            else ("Every buildpack that must take part has to find what it looks for, and what it requires.",)
        ),
        do=("Check that the folder is the application's root; the lines above say what the buildpacks looked for.",),
    )


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.answer}: {verdict.buildpack}" + (f" ({verdict.reason})" if verdict.reason else "")


def _build_failed(error: BuildpackFailed) -> Message:
    how = f"It was ended by {error.signal}." if error.signal else f"Its bin/build exited with status {error.status}."
    killed = ("SIGKILL usually means that the machine ran out of memory.",) if error.signal == "SIGKILL" else ()
    return Message(
        happened=f"Buildpack {error.buildpack} failed",
        means=(how, *killed, "The image and the cache of the previous build are unchanged."),
        do=("Read its own message above.",),
    )


def _launch(error: ProcessTypeInvalid | ProcessUnknown | NoCommand | LaunchFailed | NoImage) -> Message:
    match error:
        case ProcessTypeInvalid():
            shown = repr(error.process) if error.process else "a process without a type"
            return Message(
                happened="A buildpack declared a process type that cannot be used",
                found=(shown,),
                means=("A type becomes a file name in the image; / > < : | & and \\ are not allowed.",),
                do=("Rename it; types of letters, digits, dots, dashes and underscores are safe.",),
            )
        case ProcessUnknown():
            return Message(
                happened=f"There is no process {error.process!r}",
                means=(_available(error.available),),
                do=("Name one of these, or add it to the Procfile and build again.",),
            )
        case NoCommand():
            return Message(
                happened="There is nothing to run",
                means=("The image has no default process, and no command was given.", _available(error.available)),
                do=(
                    "Name a process, or give a command after `--`.",
                    "A line of a Procfile makes one:  web: gunicorn app:app",
                ),
            )
        case LaunchFailed():
            return Message(
                happened=f"{error.program or 'The command'} cannot be started",
                found=(error.reason,),
                means=("It is looked up in the image's PATH, seen from the image's own files.",),
                do=("Check its name, and that the build installed it.",),
            )
        case NoImage():
            return Message(
                happened="There is no built image",
                found=(error.path,),
                do=("Build the application first:  lamina build APP",),
            )
        case _:
            assert_never(error)


def _available(types: tuple[str, ...]) -> str:
    return f"The image has: {', '.join(types)}." if types else "The image has no processes."


def _namespace(error: NamespaceRefused) -> Message:
    settings = dict(error.settings)
    do: list[str] = []
    if settings.get(_APPARMOR, "0") != "0":
        do += ["On Ubuntu, AppArmor forbids it. To allow it until the next start:", f"  sudo sysctl -w {_APPARMOR}=0"]
    if settings.get(_CLONE, "1") == "0":
        do += ["On Debian, a setting forbids it. To allow it until the next start:", f"  sudo sysctl -w {_CLONE}=1"]
    if settings.get(_LIMIT, "1") == "0":
        do += ["The number of user namespaces is limited to none. To allow some:", f"  sudo sysctl -w {_LIMIT}=10000"]
    do += [
        "In a container, its seccomp profile forbids it: start it with --security-opt seccomp=unconfined",
        "(and --security-opt apparmor=unconfined, --security-opt systempaths=unconfined), or build outside of it.",
        "As root none of this is needed, if the container has the capability SYS_ADMIN.",
    ]
    return Message(
        happened="This machine does not let you make a mount namespace",
        found=(f"{error.step}: {error.reason}", *(f"{name} = {value}" for name, value in error.settings)),
        means=(
            "Buildpacks need the paths /layers and /workspace. They are made in a namespace of their own, so that",
            "neither root nor Docker is needed, but the kernel has to allow that to ordinary users.",
        ),
        do=tuple(do),
    )


def _output(error: RunImageMissing | RunImageInvalid | OutputRefused) -> Message:
    match error:
        case RunImageMissing():
            return Message(
                happened="An image needs a run image to stand on",
                found=(f"--output {error.output}",),
                means=("The layers hold the application and what it needs, not an operating system.",),
                do=(
                    "Give an OCI image layout with the same C library as this machine:  --run-image FOLDER",
                    "One can be made from any image:  skopeo copy docker-archive:base.tar oci:FOLDER:base",
                ),
            )
        case RunImageInvalid():
            return Message(
                happened="The run image cannot be used",
                found=(error.path, error.reason),
                means=("It has to be an OCI image layout: a folder with oci-layout, index.json and blobs.",),
                do=("Make one:  skopeo copy docker-archive:base.tar oci:FOLDER:base",),
            )
        case OutputRefused():
            return Message(
                happened="The image cannot be written there",
                found=(error.path, error.reason),
                do=("Give a new folder, or one that holds an OCI image layout.",),
            )
        case _:
            assert_never(error)


def _disk(error: CacheUnusable | AppUnreadable | DiskRefused) -> Message:
    match error:
        case CacheUnusable():
            return Message(
                happened="The cache folder cannot be used",
                found=(error.path, error.reason),
                do=("Wait for the other build, or give another folder:  --cache FOLDER",),
            )
        case AppUnreadable():
            return Message(
                happened="The application cannot be copied",
                found=(error.path, error.reason),
                means=("A build works on a copy of the application, so every file in it must be readable.",),
                do=("Give the application's folder, and read permission on all of it.",),
            )
        case DiskRefused():
            return Message(
                happened="The disk refused an operation",
                found=(error.path, error.reason),
                means=("The image and the cache of the previous build are unchanged.",),
                do=("Make room or give permission, or use another place:  --cache FOLDER",),
            )
        case _:
            assert_never(error)
