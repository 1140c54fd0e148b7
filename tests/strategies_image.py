"""Generators of images: what they decided, their layers and distributions, as sides of a comparison."""

from hypothesis import strategies as st
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
from pure.image.manifest import LAMINA, Builder, Image, LayerOfImage, Owner, ProcessOfImage
from pure.image.side import Side, side_of_image

# Few, so that images have them in common.
NAMES = ("venv", "python", "dist-polars")
VERSIONS = ("1.0", "1.1", "2.0")
reasons = st.lists(st.sampled_from(("it is declared", "it is the newest")), max_size=2).map(tuple)


def decisions() -> st.SearchStrategy[Decisions]:
    process = st.builds(
        DecidedProcess,
        type=st.sampled_from(("web", "worker")),
        command=st.sampled_from((("gunicorn", "shop:app"), ("python", "-m", "shop"))),
        source=st.sampled_from(("Procfile, line 1", "")),
        because=reasons,
        default=st.booleans(),
    )
    version = st.sampled_from(VERSIONS)
    layer = st.builds(
        DecidedLayer,
        name=st.sampled_from(NAMES),
        because=st.sampled_from(("", "it is big")),
        distribution=st.sampled_from(("", "polars")),
        version=version,
    )
    return st.builds(
        Decisions,
        target=st.sampled_from(("linux/amd64", "linux/amd64 (debian 12)")),
        python=st.builds(DecidedPython, version=version, request=version, source=st.just(""), because=reasons),
        manager=st.none() | st.builds(DecidedManager, name=st.just("pip"), source=st.just(""), because=reasons),
        processes=st.lists(process, max_size=2, unique_by=lambda each: each.type).map(tuple),
        layers=st.lists(layer, max_size=3, unique_by=lambda each: each.name).map(tuple),
        divided=st.sampled_from(("", "they are heavy")),
        commands=st.none() | st.just(DecidedCommands(lines=("make css",), source="x", because="y")),
        static=st.none() | st.builds(DecidedStatic, collected=st.booleans(), source=st.just("m"), because=st.just("b")),
        labels=st.sampled_from(({}, {"A": "BP_IMAGE_LABELS"})),
        cut=st.booleans(),
    )


@st.composite
def layers(draw: st.DrawFn) -> LayerOfImage:
    """A layer: its contents have one size, and each of two compressions of them has one."""
    contents = draw(st.integers(1, 6))
    compression = draw(st.sampled_from(("", "a", "b")))
    nbytes = 1_000 * contents
    return LayerOfImage(
        diff_id=f"sha256:{contents}",
        digest=f"sha256:{compression}{contents}" if compression else "",
        compressed=nbytes // 2 + ord(compression) if compression else None,
        nbytes=draw(st.sampled_from((None, nbytes))) if compression else nbytes,
        owner=draw(st.sampled_from((Owner.BASE, Owner.BUILDPACK))),
        name=draw(st.sampled_from(NAMES)),
    )


def images() -> st.SearchStrategy[Image]:
    return st.builds(
        Image,
        digest=st.sampled_from(("sha256:1", "sha256:2")),
        arch=st.just("amd64"),
        layers=st.lists(layers(), max_size=6).map(tuple),
        buildpacks=st.sampled_from(((), (Builder(id=LAMINA, version="1"),), (Builder(id=LAMINA, version="2"),))),
        decisions=st.none() | decisions(),
        undecided=st.just("no label"),
        documents=st.dictionaries(st.sampled_from(("sha256:m", "sha256:n", "sha256:c")), st.just(1_500), max_size=2),
        based=st.booleans(),
        os=st.sampled_from(("linux", "windows")),
        entrypoint=st.sampled_from(((), ("/cnb/process/web",), ("/cnb/lifecycle/launcher",), ("sh", "-c"))),
        cmd=st.sampled_from(((), ("--reload",))),
        user=st.sampled_from(("", "1000")),
        working_dir=st.sampled_from(("", "/workspace")),
        ports=st.sampled_from(((), ("80/tcp",))),
        processes=st.sampled_from(((), (ProcessOfImage(type="web", command=("sh", "-c"), default=True),))),
        env=st.dictionaries(st.sampled_from(("A", "B")), st.sampled_from(("", "x")), max_size=2),
    )


def contents() -> st.SearchStrategy[Contents]:
    distribution = st.builds(
        DistributionOfImage,
        name=(names := st.sampled_from(("flask", "polars", "attrs"))),
        title=names,
        version=st.sampled_from(VERSIONS),
        layer=st.just("venv"),
    )
    return st.builds(
        Contents,
        distributions=st.lists(distribution, max_size=3, unique_by=lambda each: each.name).map(tuple),
        missing=st.sampled_from(((), ("who needs what",))),
    )


def sides() -> st.SearchStrategy[Side]:
    return st.builds(side_of_image, images(), contents(), name=st.just("image"))
