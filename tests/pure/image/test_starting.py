"""What a container of an image starts: what its configuration says, and whether a label tells of it."""

import shlex

import msgspec
import pytest
from pure.image.contents import Contents
from pure.image.difference import compare_sides
from pure.image.manifest import Image, ProcessOfImage
from pure.image.side import side_of_image
from pure.image.starting import starting
from pure.views.compared import choice_shown
from pure.views.explained import starts_otherwise

WEB = ProcessOfImage(type="web", command=("gunicorn", "shop:app"), args=("--bind", ":8000"), default=True)
WORKER = ProcessOfImage(type="worker", command=("python", "-m", "work"))
TWIN = ProcessOfImage(type="twin", command=WEB.command, args=("--reload",))
LAUNCHER = ("/cnb/lifecycle/launcher",)
LINK = ("/cnb/process/web",)
SHELL = ("/bin/sh", "-c", "curl evil")
OTHER = "which is none of the processes that its label tells of"


def image(
    entrypoint: tuple[str, ...] = (),
    cmd: tuple[str, ...] = (),
    processes: tuple[ProcessOfImage, ...] = (WEB, WORKER, TWIN),
) -> Image:
    return Image(
        digest="sha256:1", arch="amd64", layers=(), entrypoint=entrypoint, cmd=cmd, processes=processes, undecided="x"
    )


@pytest.mark.parametrize(
    ("found", "process", "told"),
    [
        # What lifecycles write, and `lamina build --output`.
        (image(LINK), "web", ""),
        (image(LAUNCHER), "web", ""),
        (image(LAUNCHER, processes=(WORKER,)), "", "nothing, since no process is the default"),
        (image(processes=(WORKER,)), "", "nothing, since its configuration names no command"),
        (image(WEB.command, WEB.args), "web", ""),
        (image(("/cnb/process/worker",)), "worker", "worker, though the default is web"),
        (image(("/cnb/process/worker",), processes=(WORKER,)), "worker", "worker"),
        (image(TWIN.command, TWIN.args), "twin", "twin, though the default is web"),
        # What was changed afterwards.
        (image(SHELL), "", f"/bin/sh -c 'curl evil' (by its configuration), {OTHER}"),
        (image(LAUNCHER, ("curl", "evil")), "", f"/cnb/lifecycle/launcher curl evil (by its configuration), {OTHER}"),
        (image(("/cnb/process/gone",)), "", f"/cnb/process/gone (by its configuration), {OTHER}"),
        (image(LINK, ("--reload",)), "web", "web, with other arguments: --reload"),
        (image(WEB.command), "web", "web, with other arguments: none"),
        (image(), "", "nothing, since its configuration names no command"),
        # What no lifecycle built.
        (image(SHELL[:1], SHELL[1:], processes=()), "", "/bin/sh -c 'curl evil' (by its configuration)"),
        (image((), ("bash",), processes=()), "", "bash (by its configuration)"),
        (image(processes=()), "", ""),
    ],
)
def test_what_starts(found: Image, process: str, told: str) -> None:
    started = starting(found).process
    assert (started.type if started else "") == process
    assert starts_otherwise(found) == told


@pytest.mark.parametrize(
    ("found", "entrypoint", "cmd"),
    [
        (image(LINK), "(process web)", None),
        # The same is the same, however a lifecycle starts it.
        (image(WEB.command, WEB.args), "(process web)", None),
        (image(WEB.command), "(process web)", ""),
        (image(LINK, ("--reload",)), "(process web)", "--reload"),
        (image(SHELL, ("x",)), "/bin/sh -c 'curl evil'", "x"),
        (image((), ("bash",), processes=()), None, "bash"),
        (image(LAUNCHER, processes=(WORKER,)), None, None),
    ],
)
def test_how_that_is_compared(found: Image, entrypoint: str | None, cmd: str | None) -> None:
    decided = side_of_image(found, Contents(), name="x").decided
    values = [each.value if (each := decided[kind].get("")) else None for kind in ("entrypoint", "cmd")]
    assert values == [entrypoint, cmd]


def test_a_program_of_that_name_is_no_process() -> None:
    made, other = (side_of_image(image(each), Contents(), name="x") for each in (LINK, ("process", "web")))
    assert [each.kind for each in compare_sides(made, other).decisions] == ["entrypoint"]


def test_any_type_is_told() -> None:
    odd = msgspec.structs.replace(WEB, type="it's")
    found = side_of_image(image(LAUNCHER, processes=(odd,)), Contents(), name="x").decided["entrypoint"][""]
    assert shlex.split(choice_shown("entrypoint", found)) == ["process", "it's"]
