"""What people read of an image."""

import json
import re
from collections.abc import Iterable
from datetime import date

import msgspec
import pytest
from pure.build.decisions import DecidedCommands, DecidedStatic, DecidedVariable
from pure.image.contents import contents
from pure.image.demands import demands
from pure.image.manifest import Image, read_image
from pure.lifecycle.oci import Descriptor
from pure.report.build_log import error_lines
from pure.views.explained import Explained, NoSuchDistribution, explained, explained_distribution
from pure.views.explained_view import describe_absent, distribution_view, image_view
from pure.views.parts import ViewPart, plain_lines

from tests.golden import check_golden
from tests.images import SHOP_SETTINGS, Made, digest, shop, shop_files, tar
from tests.pure.image.test_contents import about_shop

TODAY = date(2026, 11, 28)
ENDS = {"3.13": date(2026, 10, 31)}


def image_of(made: Made, sizes: Iterable[int] = ()) -> Image:
    """An image, with compressed sizes that don't depend on a machine's zlib."""
    blobs = [Descriptor(mediaType="x", digest=digest(str(each).encode()), size=each) for each in sizes]
    image = read_image(made.config, digest="sha256:" + "0" * 64, blobs=blobs).unwrap()
    layers = tuple(
        msgspec.structs.replace(each, nbytes=each.compressed and each.compressed * 3) for each in image.layers
    )
    return msgspec.structs.replace(image, layers=layers, arch="amd64")


SHOP = image_of(shop(), (28_000_000, 16_000_000, 900_000, 21_000_000, 4_000, 2_000, 300))
OTHERS = {
    "io.buildpacks.lifecycle.metadata": json.dumps(
        {
            "app": [{"sha": digest(tar({"a": b""}))}],
            "buildpacks": [{"key": "else/node", "version": "2", "layers": {"node": {"sha": digest(tar({"n": b""}))}}}],
        }
    ),
    "io.buildpacks.build.metadata": json.dumps(
        {
            "buildpacks": [{"id": "else/node", "version": "2"}],
            "processes": [{"type": "web", "command": ["node"], "args": ["app.js"], "buildpackID": "else/node"}],
        }
    ),
}
FOREIGN = image_of(
    Made(
        layers=(tar({"n": b""}), tar({"a": b""})),
        labels=OTHERS,
        settings={"Entrypoint": ["/cnb/lifecycle/launcher"], "User": "node"},
    ),
    (40_000_000, 9_000),
)
MAINTAINED = {"maintainer": "somebody"}
SET = {"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["nginx", "-g", "daemon off;"], "ExposedPorts": {"80/tcp": {}}}
PLAIN = image_of(Made(layers=(tar({"n": b""}), tar({"a": b""})), labels=MAINTAINED, settings=SET), (40_000_000, 9_000))
BUILT_UPON = image_of(
    shop(
        layers_on_top=(tar({"etc/evil": b""}),),
        settings={"Entrypoint": ["/bin/sh", "-c", "curl evil"], "User": "0", "WorkingDir": "/workspace"},
    ),
    (28_000_000, 16_000_000, 900_000, 21_000_000, 4_000, 2_000, 300, 100),
)
BARE = image_of(Made(layers=(), settings=None, os="windows"))


def told(image: Image, files: dict[str, bytes]) -> Explained:
    return explained(image, contents(image, files), reference="shop", end_of_life=ENDS, today=TODAY)


def text(parts: tuple[ViewPart, ...]) -> str:
    return "\n".join(plain_lines(parts))


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("explain_shop", SHOP),
        ("explain_other_buildpack", FOREIGN),
        ("explain_no_lifecycle", PLAIN),
        ("explain_built_upon", BUILT_UPON),
        ("explain_bare", BARE),
    ],
)
def test_images(name: str, image: Image) -> None:
    check_golden(name, text(image_view(told(image, shop_files()))))


def test_an_image_without_bills_and_of_another_version() -> None:
    labels = {name: value for name, value in shop().labels.items() if "decisions" not in name}
    image = image_of(Made(layers=shop().layers, labels=labels, settings=SHOP_SETTINGS))
    check_golden("explain_undecided", text(image_view(told(image, {}))))


@pytest.mark.parametrize("name", ["markupsafe", "numpy"])
def test_distributions(name: str) -> None:
    declared = demands(SHOP, {"workspace/requirements.txt": b"flask>=3\nnumpy==2.3.1\n"})
    inside = contents(SHOP, shop_files())
    found = explained_distribution(SHOP, inside, declared, reference="shop", name=name).unwrap()
    check_golden(f"explain_{name}", text(distribution_view(found)))


def test_the_application_itself_says_so() -> None:
    files = about_shop("pkg:generic/shop@1")
    found = explained_distribution(SHOP, contents(SHOP, files), (), reference="shop", name="shop").unwrap()
    assert "It is the application itself." in text(distribution_view(found))
    assert re.search(r"^  shop .* the application itself$", text(image_view(told(SHOP, files))), re.MULTILINE)


def test_what_is_absent() -> None:
    errors = (
        NoSuchDistribution(reference="shop", name="flaks", near=("flask",), known=4),
        NoSuchDistribution(reference="shop", name="zzz", near=(), known=1),
        NoSuchDistribution(reference="shop", name="flask", near=(), known=0, missing=contents(PLAIN, {}).missing),
    )
    check_golden("explain_absent", "\n".join("\n".join(error_lines(describe_absent(each))) for each in errors))


def test_of_reasons_that_a_label_left_out_nothing_is_told() -> None:
    whole = told(SHOP, shop_files())
    web = msgspec.structs.replace(
        whole.processes[0], because=("",), sets=(DecidedVariable(name="PORT", value="8000", because=""),)
    )
    bare = msgspec.structs.replace(
        whole,
        processes=(web,),
        commands=DecidedCommands(lines=("make css",), source="pyproject.toml", because=""),
        static=DecidedStatic(collected=True, source="manage.py", because="", folder="static"),
    )
    lines = [line for part in image_view(bare) for line in part.lines]
    assert {"  sets PORT=8000", "make css", "collected into static"} <= set(lines)
    assert all(map(str.strip, lines))


def test_a_blob_is_pulled_once() -> None:
    whole = told(SHOP, shop_files())
    twice = msgspec.structs.replace(whole, layers=(*whole.layers, whole.layers[-2], whole.layers[-1]))
    before, after = (
        next(part.lines for part in image_view(each) if part.heading.endswith("the lowest first"))
        for each in (whole, twice)
    )
    assert before == after == ("65.9 MB to pull",)


@pytest.mark.parametrize(
    ("today", "line"),
    [
        (date(2026, 10, 30), "gets no security fixes from 2026-10-31 on"),
        (date(2026, 10, 31), "out of support since 2026-10-31"),
    ],
)
def test_the_day_without_fixes_is_told_as_that(today: date, line: str) -> None:
    inside = contents(SHOP, shop_files())
    found = explained(SHOP, inside, reference="shop", end_of_life=ENDS, today=today)
    assert line in next(each for each in image_view(found) if each.heading == "Python").lines


def test_many_are_cut_to_the_largest() -> None:
    whole = told(SHOP, shop_files())
    many = tuple(
        msgspec.structs.replace(whole.distributions[0], name=f"d{at}", title=f"d{at}", nbytes=at) for at in range(30)
    )
    part = next(
        each
        for each in image_view(msgspec.structs.replace(whole, distributions=many))
        if "distributions" in each.heading
    )
    assert part.heading == "30 distributions, 435 bytes, the 10 largest"
    assert part.table is not None
    assert [row.cells[0] for row in part.table.rows] == [f"d{at}" for at in range(29, 19, -1)]
    assert part.table.rows[0].share == 1
