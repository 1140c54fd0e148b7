"""How two images differ in words: as text and as Markdown, which takes nothing that strangers wrote as its own."""

import msgspec
import pytest
from pure.build.decisions import (
    DecidedCommands,
    DecidedLayer,
    DecidedManager,
    DecidedProcess,
    DecidedPython,
    DecidedStatic,
    Decisions,
)
from pure.image.contents import Contents, DistributionOfImage
from pure.image.difference import compare_sides
from pure.image.manifest import LAMINA, Builder, Image, LayerOfImage, Owner, ProcessOfImage
from pure.image.side import Side, side_of_image
from pure.layers.decision import Action
from pure.report.record import (
    DefaultRecord,
    LayerEntry,
    ProcessRecord,
    PythonRecord,
    Record,
    encode_record,
)
from pure.views.compared import comparison_lines, comparison_markdown
from pure.views.planned import side_of_plan

from tests.golden import check_golden

DECISIONS = Decisions(
    target="linux/amd64 (debian 12)",
    python=DecidedPython(
        version="3.12.12",
        request="3.12",
        source=".python-version, line 1",
        because=(".python-version, line 1 asks for 3.12", "3.12.12 is the newest 3.12 in the catalogue"),
    ),
    manager=DecidedManager(
        name="pip", source="", because=("the application has a requirements.txt", "pinned, with hashes")
    ),
    processes=(
        DecidedProcess(
            type="web",
            command=("bash", "-c", "gunicorn --bind 0.0.0.0:${PORT:-8000} shop:app"),
            source="Procfile, line 1",
            because=("its command needs a shell: run by bash",),
            default=True,
        ),
    ),
    layers=(
        DecidedLayer(name="python", because="Python by itself"),
        DecidedLayer(name="venv", because="the dependencies"),
        DecidedLayer(name="dist-polars", because="120.3 MB of one distribution", distribution="polars", version="1.2"),
    ),
    divided="distributions of 5 MB and more have layers of their own",
)


def layer(number: int, owner: Owner, name: str = "", *, mb: float) -> LayerOfImage:
    return LayerOfImage(
        diff_id=f"sha256:{number:02}{'0' * 62}",
        digest=f"sha256:{number:02}{'f' * 62}",
        compressed=round(mb * 1_000_000),
        owner=owner,
        buildpack=LAMINA if owner is Owner.BUILDPACK else "",
        name=name,
    )


BEFORE = Image(
    digest=f"sha256:{'a' * 64}",
    arch="amd64",
    layers=(
        layer(1, Owner.BASE, mb=30),
        layer(2, Owner.BUILDPACK, "python", mb=18),
        layer(3, Owner.BUILDPACK, "venv", mb=5.2),
        layer(4, Owner.BUILDPACK, "dist-polars", mb=40),
        layer(5, Owner.APPLICATION, mb=0.1),
        layer(6, Owner.LIFECYCLE, "config", mb=0.001),
    ),
    processes=(ProcessOfImage(type="web", command=("bash", "-c"), args=("gunicorn shop:app",), default=True),),
    buildpacks=(Builder(id=LAMINA, version="1.0"),),
    env={"PATH": "/cnb/process:/bin"},
    entrypoint=("/cnb/process/web",),
    user="1000:1000",
    working_dir="/workspace",
    decisions=DECISIONS,
    documents={"sha256:manifest": 4_000, "sha256:configuration": 3_000},
)


def contents(**versions: str) -> Contents:
    return Contents(
        distributions=tuple(
            DistributionOfImage(name=name, title=name, version=version, layer="venv")
            for name, version in versions.items()
        )
    )


def replaced(image: Image, **more: object) -> Image:
    return msgspec.structs.replace(image, **more)


def before() -> Side:
    return side_of_image(BEFORE, contents(flask="3.1.2", requests="2.34.2", polars="1.2"), name="shop:v1")


def after() -> Side:
    """Another Python and base, numpy beside polars, a worker."""
    python = msgspec.structs.replace(
        DECISIONS.python,
        version="3.13.9",
        because=(".python-version, line 1 asks for 3.13", "3.13.9 is the newest 3.13 in the catalogue"),
    )
    worker = DecidedProcess(
        type="worker",
        command=("python", "-m", "shop.worker"),
        source="Procfile, line 2",
        because=("it is declared",),
    )
    numpy = DecidedLayer(name="dist-numpy", because="71.2 MB of one distribution", distribution="numpy", version="2.3")
    polars = msgspec.structs.replace(DECISIONS.layers[2], version="1.3")
    commands = DecidedCommands(
        lines=("pybabel compile --directory locales", "python -m shop.fetch_model"),
        source="pyproject.toml, [tool.lamina] build",
        because="pyproject.toml, [tool.lamina] build says so",
    )
    static = DecidedStatic(
        collected=True, source="manage.py", because="the project has manage.py", folder="staticfiles"
    )
    manager = DecidedManager(
        name="pip",
        source="",
        because=("$BP_PYTHON_PACKAGE_MANAGER asks for it",),
        groups=("docs", "web"),
        groups_by="$BP_PYTHON_GROUPS",
        extras=("redis",),
    )
    decisions = msgspec.structs.replace(
        DECISIONS,
        python=python,
        manager=manager,
        commands=commands,
        static=static,
        processes=(*DECISIONS.processes, worker),
        layers=(*DECISIONS.layers[:2], numpy, polars),
    )
    image = replaced(
        BEFORE,
        digest=f"sha256:{'b' * 64}",
        decisions=decisions,
        layers=(
            layer(7, Owner.BASE, mb=31),
            layer(8, Owner.BUILDPACK, "python", mb=19),
            layer(9, Owner.BUILDPACK, "venv", mb=5.4),
            layer(10, Owner.BUILDPACK, "dist-numpy", mb=24),
            layer(11, Owner.BUILDPACK, "dist-polars", mb=41),
            layer(5, Owner.APPLICATION, mb=0.1),
            msgspec.structs.replace(layer(6, Owner.LIFECYCLE, "config", mb=0.001), digest="sha256:other"),
        ),
    )
    return side_of_image(image, contents(flask="3.1.3", httpx="0.28.1", numpy="2.3", polars="1.3"), name="shop:v2")


def built_here() -> Side:
    """What a local build has: no blobs, no base."""
    layers = tuple(
        msgspec.structs.replace(each, digest="", compressed=None, nbytes=(each.compressed or 0) * 3)
        for each in (*BEFORE.layers[1:4], layer(12, Owner.APPLICATION, mb=0.2))
    )
    image = replaced(BEFORE, layers=layers, env={}, documents={}, digest=f"sha256:{'c' * 64}", based=False)
    return side_of_image(image, contents(flask="3.1.2", requests="2.34.2", polars="1.2"), name="path/to/app")


def somebody_elses() -> Side:
    image = replaced(
        BEFORE,
        digest=f"sha256:{'d' * 64}",
        layers=tuple(layer(number, Owner.UNKNOWN, mb=30) for number in (1, 40)),
        processes=(),
        buildpacks=(),
        env={"PATH": "/bin"},
        entrypoint=("nginx",),
        cmd=("-g", "daemon off;"),
        user="",
        working_dir="",
        ports=("80/tcp",),
        decisions=None,
        undecided="it has no label io.lamina.decisions",
    )
    return side_of_image(image, Contents(missing=("its packages",)), name="docker:other")


def built_upon() -> Side:
    """What ``FROM shop:v1`` with another entrypoint and user makes: the labels stay."""
    image = replaced(
        BEFORE, digest=f"sha256:{'e' * 64}", entrypoint=("/bin/sh", "-c", "curl evil"), user="0", ports=("22/tcp",)
    )
    return side_of_image(image, contents(flask="3.1.2", requests="2.34.2", polars="1.2"), name="shop:evil")


def undecided() -> Side:
    """An image without Lamina's label, and without a process."""
    image = replaced(
        BEFORE,
        digest=f"sha256:{'f' * 64}",
        processes=(),
        decisions=None,
        undecided="it has no label",
        entrypoint=("/cnb/lifecycle/launcher",),
    )
    return side_of_image(image, contents(flask="3.1.2", requests="2.34.2", polars="1.2"), name="shop:v0")


def plan() -> Side:
    """A first build's plan, of another Python; its lock doesn't say how large wheels are."""
    because = ("no version is asked for; 3.14 is Lamina's default",)
    python = PythonRecord(
        version="3.14.1", request="3.14", source="Lamina's default", because=because, ignored=(), sha256=""
    )
    web = ProcessRecord(
        type="web",
        command=("gunicorn", "--bind", "0.0.0.0:${PORT:-8000}", "shop:app"),
        default=True,
        source="Procfile, line 1",
        because="executed directly",
        working_dir="",
        at_launch={
            "PORT": DefaultRecord(value="8000", because="servers that are told no address read it"),
            "WEB_CONCURRENCY": DefaultRecord(because="as many workers as CPUs keep busy"),
        },
    )
    layers = {
        name: LayerEntry(action=Action.CREATE, because=(), build=False, launch=launch, cache=not launch, metadata={})
        for name, launch in (("python", True), ("venv", True), ("venv-cache", False))
    }
    written = Record(
        lamina="1.0",
        target="linux/amd64",
        python=python,
        package_manager=None,
        layers=layers,
        findings=(),
        processes=(web,),
        processes_because=(),
        processes_notes=(),
        processes_provisional=True,
        build_commands=DecidedCommands(
            lines=("make css",), source="$BP_PYTHON_BUILD_COMMAND", because="$BP_PYTHON_BUILD_COMMAND says so"
        ),
        static_files=DecidedStatic(collected=True, source="manage.py", because="the project has manage.py"),
        labels={"org.opencontainers.image.title": "Shop"},
    )
    return side_of_plan(encode_record(written), name="plan:plan.json").unwrap()


SIDES = {
    "images": (before(), after()),
    "unchanged": (before(), before()),
    "only-manifests": (before(), msgspec.structs.replace(before(), digest="sha256:" + "9" * 64)),
    "local-build": (before(), built_here()),
    "not-laminas": (before(), somebody_elses()),
    "built-upon": (before(), built_upon()),
    "undecided": (undecided(), before()),
    "plan": (before(), plan()),
}


def test_as_text() -> None:
    told = ("\n".join((f"# {name}", "", *comparison_lines(compare_sides(*both)))) for name, both in SIDES.items())
    check_golden("compared", "\n\n\n".join(told))


@pytest.mark.parametrize("width", [70, 80, 112, 140])
def test_columns_of_decisions_fit_a_terminal(width: int) -> None:
    lines = comparison_lines(compare_sides(before(), after()), width=width)
    decisions = lines[lines.index("Decisions") + 1 : lines.index("Distributions")]
    assert width - 20 < max(map(len, decisions)) <= width


def test_as_markdown() -> None:
    told = ("\n".join((f"# {name}", "", *comparison_markdown(compare_sides(*both)))) for name, both in SIDES.items())
    check_golden("compared", "\n\n".join(told), suffix=".md")


def test_markdown_takes_no_orders() -> None:
    hostile = "a|b `c` <img src=x> @team #1 [d](e) *f*\n| g"
    image = replaced(BEFORE, env={hostile: hostile})
    compared = compare_sides(before(), side_of_image(image, contents(**{hostile: hostile}), name=hostile))
    for line in comparison_markdown(compared):
        assert "<img" not in line
        assert "@team" not in line
        assert "](e)" not in line.replace("\\](e)", "")
        if line.startswith("| ") and "g" in line:
            assert line.replace("\\|", "").count("|") == 4
