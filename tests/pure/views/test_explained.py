"""What is told of an image, and of a distribution in it."""

import itertools
from collections import deque
from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.contents import Contents, DistributionOfImage, contents
from pure.image.demands import Demanded
from pure.image.manifest import Owner, read_image
from pure.views.explained import DemandFor, ExplainedPython, explained, explained_distribution, paths_to

from tests.images import Made, shop, shop_files, tar
from tests.pure.image.test_contents import about_shop

SHOP = read_image(shop().config, digest="sha256:x").unwrap()
INSIDE = contents(SHOP, shop_files())
ENDS = {"3.13": date(2029, 10, 31)}
DEMANDED = (
    Demanded(name="flask", words="flask>=3", source="requirements.txt, line 1"),
    Demanded(name="numpy", words="numpy==2.3.1", source="requirements.txt, line 2"),
)


@pytest.mark.parametrize(
    ("ends", "today", "until", "supported"),
    [
        (ENDS, date(2029, 10, 30), ENDS["3.13"], True),
        (ENDS, date(2029, 10, 31), ENDS["3.13"], False),
        ({}, date(2029, 10, 31), None, None),
    ],
)
def test_how_long_its_python_is_supported(
    ends: dict[str, date], today: date, until: date | None, supported: bool | None
) -> None:
    python = explained(SHOP, INSIDE, reference="shop", end_of_life=ends, today=today).python
    assert isinstance(python, ExplainedPython)
    assert (python.supported_until, python.supported) == (until, supported)


def test_who_made_an_image() -> None:
    def made_by(made: Made) -> str:
        image = read_image(made.config, digest="sha256:x").unwrap()
        return explained(image, contents(image, {}), reference="x", end_of_life={}, today=date.min).made_by

    lifecycle = {"io.buildpacks.lifecycle.metadata": "{}"}
    assert [made_by(shop()), made_by(Made(layers=(tar({}),), labels=lifecycle)), made_by(Made(layers=(tar({}),)))] == [
        "lamina",
        "lifecycle",
        "nobody",
    ]


def test_what_somebody_added_is_remarked() -> None:
    def whys(made: Made) -> list[str]:
        image = read_image(made.config, digest="sha256:x").unwrap()
        found = explained(image, contents(image, {}), reference="x", end_of_life={}, today=date.min)
        return [each.because for each in found.layers if each.owner is Owner.UNKNOWN]

    added = "added after the image was built; what it changes isn't known"
    assert whys(shop(layers_on_top=(tar({"a": b""}), tar({"b": b""})))) == [added, added]
    assert whys(shop()) == []
    # Of what no lifecycle built nobody knows what came afterwards.
    assert whys(Made(layers=(tar({"a": b""}), tar({"b": b""})))) == ["", ""]


def test_a_local_build_has_no_configuration() -> None:
    image = msgspec.structs.replace(SHOP, based=False)
    assert explained(image, INSIDE, reference="x", end_of_life={}, today=date.min).settings is None


def test_why_a_distribution_is_there() -> None:
    found = explained_distribution(SHOP, INSIDE, DEMANDED, reference="shop", name="MarkupSafe").unwrap()
    assert found.paths == (("flask", "markupsafe"),)
    assert found.needed_by == ("flask", "werkzeug")
    assert found.asked == (
        DemandFor(by="flask", words="markupsafe>=2.1.1", source="the metadata of flask 3.1.2"),
        DemandFor(by="werkzeug", words="MarkupSafe>=2.1.1", source="the metadata of werkzeug 3.1.3"),
    )
    numpy = explained_distribution(SHOP, INSIDE, DEMANDED, reference="shop", name="numpy").unwrap()
    assert numpy.paths == (("numpy",),)
    assert numpy.distribution.layer == "dist-numpy"
    assert numpy.asked == (DemandFor(by="", words="numpy==2.3.1", source="requirements.txt, line 2"),)


def test_no_path_leads_through_the_application_itself() -> None:
    inside = contents(SHOP, about_shop("pkg:generic/shop@1"))
    assert paths_to(inside, "markupsafe") == (("flask", "markupsafe"),)
    assert paths_to(inside, "flask") == (("flask",),)
    assert paths_to(inside, "shop") == ()


@pytest.mark.parametrize(("name", "near"), [("flaks", ("flask",)), ("Mark_up_safe", ("markupsafe",)), ("zzz", ())])
def test_names_that_nothing_has(name: str, near: tuple[str, ...]) -> None:
    error = explained_distribution(SHOP, INSIDE, (), reference="shop", name=name).failure()
    assert (error.near, error.known) == (near, 4)


NAMES = "abcdefgh"
graphs = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.booleans(), st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
)


@given(graphs, st.sampled_from(NAMES))
def test_paths_are_the_shortest_from_all_that_is_declared(
    graph: dict[str, tuple[bool, list[str]]], target: str
) -> None:
    inside = Contents(
        distributions=tuple(
            DistributionOfImage(name=name, title=name, version="1", layer="venv", declared=declared, needs=tuple(needs))
            for name, (declared, needs) in sorted(graph.items())
        )
    )

    def distance(start: str) -> int | None:
        seen, waiting = {start: 0}, deque([start])
        while waiting:
            current = waiting.popleft()
            for other in graph.get(current, (False, []))[1]:
                if other not in seen:
                    seen[other] = seen[current] + 1
                    waiting.append(other)
        return seen.get(target)

    paths = paths_to(inside, target)
    assert [len(each) for each in paths] == sorted(len(each) for each in paths)
    expected = {
        name: steps for name, (declared, _) in graph.items() if declared and (steps := distance(name)) is not None
    }
    assert {each[0]: len(each) - 1 for each in paths} == expected
    for path in paths:
        assert path[-1] == target
        assert all(after in graph[before][1] for before, after in itertools.pairwise(path))
