"""The words for the local lifecycle's errors, as a user reads them."""

from typing import get_args

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
from pure.lifecycle.prose import describe_lifecycle
from pure.message import Message

from tests.places import GOLDENS

GOLDEN = GOLDENS / "errors_lifecycle.txt"
VERDICTS = (
    Verdict(buildpack="lamina/python", answer="fail"),
    Verdict(buildpack="toy/broken", answer="error", reason="bin/detect exited with status 3"),
)
ERRORS: tuple[LifecycleError, ...] = (
    BuildpackInvalid(path="buildpacks/one", reason="buildpack.toml: No such file or directory"),
    BuildpackApiUnsupported(buildpack="toy/one", api="0.6", supported=("0.7", "0.8", "0.9", "0.10", "0.11", "0.12")),
    BuildpackApiUnsupported(buildpack="toy/one", api="", supported=("0.12",)),
    NothingDetected(verdicts=VERDICTS[:1], errored=False),
    NothingDetected(verdicts=VERDICTS, errored=True),
    NothingDetected(
        verdicts=(Verdict(buildpack="toy/one", answer="pass"),),
        errored=False,
        plan=("toy/one requires node, which nothing before it provides",),
    ),
    BuildpackFailed(buildpack="toy/one", status=1),
    BuildpackFailed(buildpack="toy/one", status=-9, signal="SIGKILL"),
    OutputInvalid(buildpack="toy/one", file="venv.toml", reason="types: `launch` must be true or false"),
    LayerWithoutContents(buildpack="toy/one", layer="venv", cached=True),
    LayerWithoutContents(buildpack="toy/one", layer="venv", cached=False),
    ProcessTypeInvalid(process="web/1"),
    ProcessTypeInvalid(process=""),
    ProcessUnknown(process="worker", available=("release", "web")),
    ProcessUnknown(process="worker", available=()),
    NoCommand(available=("release",)),
    LaunchFailed(program="gunicorn", reason="No such file or directory"),
    NamespaceRefused(step="unshare", reason="Operation not permitted"),
    NamespaceRefused(
        step="bind",
        reason="Permission denied",
        settings=(("kernel.apparmor_restrict_unprivileged_userns", "1"), ("user.max_user_namespaces", "63000")),
    ),
    NamespaceRefused(
        step="unshare",
        reason="Operation not permitted",
        settings=(("kernel.unprivileged_userns_clone", "0"), ("user.max_user_namespaces", "0")),
    ),
    RunImageMissing(output="image"),
    RunImageInvalid(path="base", reason="index.json names 2 images for linux/amd64; one is needed"),
    OutputRefused(path="image", reason="the folder is not empty and is not an OCI image layout"),
    CacheUnusable(path=".lamina", reason="another build uses it"),
    AppUnreadable(path="app/secret", reason="Permission denied"),
    NoImage(path=".lamina"),
    DiskRefused(path=".lamina/image", reason="No space left on device"),
    DescriptorInvalid(file="project.toml", reason="io.buildpacks has both include and exclude"),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words_are_those_of_the_golden_file() -> None:
    assert "\n".join(_shown(describe_lifecycle(error)) for error in ERRORS) == GOLDEN.read_text()


def test_every_error_of_the_family_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(LifecycleError))
