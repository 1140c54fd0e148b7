"""What is known of an image, on its page."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.decisions import DecidedCommands, DecidedStatic, DecidedVariable, Decisions
from pure.image.contents import Contents, DistributionOfImage, PackageOfImage, contents
from pure.image.difference import compare_sides
from pure.image.manifest import LAMINA, Image, LayerOfImage, Owner, read_image
from pure.image.side import side_of_image
from pure.lifecycle.events import OutputLine, PhaseEnded
from pure.views.explained import explained_python
from pure.views.page.document import document
from pure.views.page.filling import Known, page
from pure.views.page.telling import Page, ShownLayer, ShownTime
from pure.views.timeline import timeline

from tests.golden import check_golden
from tests.images import Made, shop, tar
from tests.pure.image.test_contents import FILES
from tests.pure.views.page.test_document import without_looks
from tests.strategies_image import images


def image_of(made: Made) -> Image:
    return read_image(made.config, digest="sha256:abc").unwrap()


SHOP = image_of(shop())
INSIDE = contents(SHOP, FILES)
EVENTS = (
    PhaseEnded(phase="detect", seconds=0.2),
    OutputLine(buildpack=LAMINA, line="Time: pip 1.5 s, packing 0.5 s"),
    PhaseEnded(phase="build", buildpack=LAMINA, seconds=2.25),
)


def before() -> tuple[Image, Contents]:
    """A previous image: of another Python, flask and application, with a layer more."""
    decisions = SHOP.decisions
    assert isinstance(decisions, Decisions)
    python = msgspec.structs.replace(decisions.python, version="3.13.0", because=("the newest 3.13 there was",))
    layers = tuple(
        msgspec.structs.replace(each, diff_id=f"sha256:{number}") if each.name in ("python", "venv", "") else each
        for number, each in enumerate(SHOP.layers)
    )
    gone = LayerOfImage(diff_id="sha256:9", owner=Owner.BUILDPACK, buildpack=LAMINA, name="dist-pillow")
    image = msgspec.structs.replace(
        SHOP, digest="sha256:b", decisions=msgspec.structs.replace(decisions, python=python), layers=(*layers, gone)
    )
    others = (each for each in INSIDE.distributions if each.name != "flask")
    flask = DistributionOfImage(name="flask", title="flask", version="3.1.1", layer="venv")
    return image, msgspec.structs.replace(INSIDE, distributions=(flask, *others))


def shown(*, previous: bool = False, timed: bool = False) -> Page:
    compared = None
    if previous:
        compared = compare_sides(side_of_image(*before(), name="shop:v1"), side_of_image(SHOP, INSIDE, name="shop:v2"))
    times = timeline(EVENTS, SHOP.labels) if timed else None
    return page(known(SHOP, INSIDE, timeline=times, compared=compared))


def known(image: Image, inside: Contents, *, reference: str = "shop:v2", **more: Any) -> Known:
    python = explained_python(image, inside, end_of_life={"3.13": date(2026, 10, 31)}, today=date(2026, 11, 28))
    return Known(reference=reference, image=image, contents=inside, python=python, **more)


def test_a_python_out_of_support_is_told_with_what_is_linked_into_it() -> None:
    found = shown()
    assert dict(found.facts)["Python"] == "3.13.1, out of support since 2026-10-31"
    assert dict(found.facts)["Linked into Python"] == "openssl 3.0.15"
    python = found.decisions[0]
    assert python.source == "asked for as 3.13, from .python-version, line 1"
    assert python.because == ("the newest 3.13 there is", "out of support since 2026-10-31")


def test_each_layer_of_an_image_has_its_reason() -> None:
    reasons = {each.kind: each.because for each in shown().layers}
    assert "rebase" in reasons["base"]
    assert reasons["application"] == "the application's own files"
    assert reasons["platform"] == "which processes there are, and who built the image"


def test_what_starts_processes_is_no_dependency() -> None:
    layers = tuple(
        LayerOfImage(diff_id=name, owner=Owner.BUILDPACK, buildpack=LAMINA, name=name)
        for name in ("venv", "dist-x", "at-launch", "ca-certificates")
    )
    found = page(known(msgspec.structs.replace(SHOP, layers=layers), INSIDE))
    assert [each.kind for each in found.layers] == ["dependencies", "dependencies", "start", "start"]


@pytest.mark.parametrize(
    ("heavy", "choice"),
    [(True, "1 distribution has a layer of its own"), (False, "all dependencies are in one layer")],
)
def test_the_division_says_what_became_of_dependencies(*, heavy: bool, choice: str) -> None:
    decided = SHOP.decisions
    assert isinstance(decided, Decisions)
    decided = decided if heavy else msgspec.structs.replace(decided, layers=decided.layers[:2])
    found = page(known(msgspec.structs.replace(SHOP, decisions=decided), INSIDE))
    (division,) = (each for each in found.decisions if each.about == "Division over layers")
    assert (division.choice, division.because) == (choice, ("numpy is heavy",))


def test_of_reasons_that_a_label_left_out_nothing_is_told() -> None:
    decided = SHOP.decisions
    assert isinstance(decided, Decisions)
    process = msgspec.structs.replace(
        decided.processes[0], because=("",), sets=(DecidedVariable(name="PORT", value="8000", because=""),)
    )
    decided = msgspec.structs.replace(
        decided,
        processes=(process,),
        commands=DecidedCommands(lines=("make css",), source="pyproject.toml", because=""),
        static=DecidedStatic(collected=True, source="manage.py", because=""),
    )
    found = page(known(msgspec.structs.replace(SHOP, decisions=decided), INSIDE)).decisions
    reasons = {each.choice: each.because for each in found}
    assert (reasons["make css"], reasons["collected"]) == ((), ())
    assert reasons[found[-2].choice] == ("sets PORT=8000",)
    assert all(reason for each in found for reason in each.because)


def test_all_of_it() -> None:
    text = without_looks(document(shown(previous=True, timed=True)))
    check_golden("page_shop", text.replace(SHOP.arch, "amd64"), suffix=".html")


def test_what_starts_is_what_its_configuration_says() -> None:
    assert dict(shown().facts)["Starts"] == "web: gunicorn shop:app --access-logfile -"
    image = msgspec.structs.replace(SHOP, entrypoint=("/bin/sh", "-c", "curl evil"))
    facts = dict(page(Known(reference="x", image=image, contents=INSIDE)).facts)
    assert facts["Starts"].startswith("/bin/sh -c 'curl evil' (by its configuration), which is none of the processes")


def layer(found: Page, name: str) -> ShownLayer:
    (one,) = (each for each in found.layers if each.name == name)
    return one


def test_layers_have_names_reasons_and_what_they_hold() -> None:
    found = shown()
    assert [(each.name, each.kind) for each in found.layers] == [
        ("run image", "base"),
        ("python", "python"),
        ("venv", "dependencies"),
        ("dist-numpy", "dependencies"),
        ("application", "application"),
        ("sbom", "platform"),
        ("config", "platform"),
    ]
    assert layer(found, "venv").because == "the dependencies"
    assert [each.name for each in layer(found, "venv").distributions] == ["flask", "markupsafe", "werkzeug"]
    assert all(each.become == "" for each in found.layers)


def test_of_a_divided_distribution_each_layer_holds_its_part() -> None:
    packages = (
        PackageOfImage(name="numpy", layer="dist-numpy", nbytes=70),
        PackageOfImage(name="share", layer="venv", nbytes=30),
        PackageOfImage(name="numpy-2.dist-info", layer="venv", nbytes=0),
    )
    one = DistributionOfImage(
        name="numpy", title="NumPy", version="2", layer="dist-numpy", nbytes=100, packages=packages
    )
    found = page(Known(reference="x", image=SHOP, contents=Contents(distributions=(one,))))
    for place, nbytes, name in (("dist-numpy", 70, "numpy"), ("venv", 30, "share")):
        (part,) = layer(found, place).distributions
        assert (part.name, part.nbytes, [each.name for each in part.packages]) == ("NumPy", nbytes, [name])


def test_layers_without_names_are_numbered_and_nobodys_have_digests() -> None:
    layers = (
        LayerOfImage(diff_id=f"sha256:{'a' * 64}"),
        LayerOfImage(diff_id="b", owner=Owner.APPLICATION),
        LayerOfImage(diff_id="c", owner=Owner.APPLICATION),
    )
    foreign = LayerOfImage(diff_id="d", owner=Owner.BUILDPACK, buildpack="acme/other", name="python")
    image = Image(digest="sha256:a", arch="amd64", layers=(*layers, foreign))
    found = page(Known(reference="x", image=image, contents=contents(image, {})))
    assert [(each.name, each.kind) for each in found.layers] == [
        ("sha256:aaaaaaaaaaaa", "unknown"),
        ("application 1", "application"),
        ("application 2", "application"),
        ("acme/other: python", "others"),
    ]


def test_what_is_another_than_before_is_marked() -> None:
    found = shown(previous=True)
    assert {each.name for each in found.layers if each.become == "changed"} == {
        "run image",
        "python",
        "venv",
        "application",
    }
    previous = found.previous
    assert previous is not None
    assert [(each.about, each.before, each.after) for each in previous.decisions] == [("Python", "3.13.0", "3.13.1")]
    assert [(each.about, each.before, each.after) for each in previous.distributions or ()] == [
        ("flask", "3.1.1", "3.1.2")
    ]
    assert previous.gone == ("dist-pillow",)


def test_times_are_told_where_they_are_known() -> None:
    assert shown(timed=True).times[1] == ShownTime(
        name="building with lamina/python",
        seconds=2.25,
        parts=(ShownTime(name="pip", seconds=1.5), ShownTime(name="packing", seconds=0.5)),
    )
    assert shown().times == ()
    assert "times of its build" in shown().untimed


def test_an_image_of_anybody_says_what_is_not_known_of_it() -> None:
    image = image_of(Made(layers=(tar({"etc/x": b"1"}),), labels={"maintainer": "<somebody>"}))
    found = page(Known(reference="debian", image=image, contents=contents(image, {})))
    assert found.decisions == ()
    assert "no label io.lamina.decisions" in found.undecided
    assert found.unknown == ("Not known: its distributions, since lamina/python didn't build it.",)


def test_of_a_lifecycles_image_its_processes_are_told() -> None:
    image = msgspec.structs.replace(SHOP, decisions=None, undecided="it has none")
    found = page(Known(reference="x", image=image, contents=INSIDE))
    assert [(each.about, each.choice, each.source) for each in found.decisions] == [
        ("Process web, the default", "gunicorn shop:app", "lamina/python")
    ]


def test_a_local_build_says_that_it_has_no_run_image() -> None:
    found = page(Known(reference="x", image=msgspec.structs.replace(SHOP, based=False), contents=INSIDE))
    assert any("without a run image" in each for each in found.unknown)


@settings(max_examples=30, deadline=None)
@given(images(), st.none() | images())
def test_any_image_has_a_page(image: Image, previous: Image | None) -> None:
    inside = contents(image, {})
    compared = None
    if previous is not None:
        sides = (side_of_image(each, contents(each, {}), name="x") for each in (previous, image))
        compared = compare_sides(*sides)
    known = Known(reference="x", image=image, contents=inside, compared=compared)
    assert len(page(known).layers) == len(image.layers)
    assert document(page(known)) == document(page(known))
    if previous == image:
        assert all(each.become == "" for each in page(known).layers)
