"""The page of an image, as people and their helpers meet it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pure.report.page.document import document
from pure.report.page.map import drawn

from tests.browsing.axe import NPM, axe
from tests.browsing.browser import CHROMIUM, Browser, browser
from tests.pages import BARE, RICH

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing (Debian's package chromium)"),
    pytest.mark.xdist_group("browser"),
]
PAGES = {"rich": RICH, "bare": BARE}
PHONE, DESKTOP = (360, 740), (1280, 900)
SCREENS = [(*screen, dark) for screen in (PHONE, DESKTOP) for dark in (False, True)]
on_each_screen = pytest.mark.parametrize(
    ("width", "height", "dark"), SCREENS, ids=["phone, light", "phone, dark", "desktop, light", "desktop, dark"]
)
of_each_page = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for name, page in PAGES.items():
        (folder / f"{name}.html").write_text(document(page), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in PAGES}


@pytest.fixture(scope="module")
def axe_source(tmp_path_factory: pytest.TempPathFactory) -> str:
    if NPM is None:
        pytest.skip("npm is missing, which axe-core comes by (Debian's package npm)")
    return axe(tmp_path_factory.mktemp("axe"))


def complaints(tab: Browser) -> list[Any]:
    """What the browser has against the page."""
    return [
        *(each["entry"] for each in tab.events("Log.entryAdded")),
        *tab.events("Runtime.exceptionThrown"),
        *tab.events("Runtime.consoleAPICalled"),
    ]


def requests(tab: Browser) -> list[str]:
    return [each["request"]["url"] for each in tab.events("Network.requestWillBeSent")]


@on_each_screen
@of_each_page
def test_nothing_is_complained_of_and_nothing_fetched(
    tab: Browser, files: dict[str, Path], name: str, width: int, height: int, dark: bool
) -> None:
    tab.open(files[name], width=width, height=height, dark=dark)
    paper = tab.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (sum(paper) < 200) is dark
    # Nothing but tall: nobody reads sideways.
    assert tab.run("document.documentElement.scrollWidth") == width
    assert complaints(tab) == []
    assert requests(tab) == [files[name].as_uri()]
    if folder := os.environ.get("LAMINA_PICTURES"):
        tab.picture(Path(folder) / f"{name}-{width}-{'dark' if dark else 'light'}.png")


def test_what_breaks_the_policy_is_complained_of(tab: Browser, files: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    for more in ('<p style="color: red">x</p>', "<script>1</script>", '<img src="http://192.0.2.1/x.png" alt="">'):
        broken.write_text(files["bare"].read_text().replace("</main>", f"{more}</main>"))
        tab.open(broken, width=360, height=740, dark=False)
        (said,) = complaints(tab)
        assert "Content Security Policy" in said["text"]


@on_each_screen
@of_each_page
def test_axe_finds_nothing(
    tab: Browser, files: dict[str, Path], axe_source: str, name: str, width: int, height: int, dark: bool
) -> None:
    tab.open(files[name], width=width, height=height, dark=dark)
    tab.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    tab.run(f"{axe_source}; 0")
    found = tab.run("axe.run(document, { resultTypes: ['violations', 'passes'] })")
    said = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found["violations"]]
    assert said == []
    assert {"color-contrast", "page-has-heading-one", "region"} <= {each["id"] for each in found["passes"]}


PLACES = "Array.from(document.getElementById('map').children, each => each.getBoundingClientRect().toJSON())"


@pytest.mark.parametrize("script", [True, False], ids=["with its script", "without"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_areas_are_sizes(tab: Browser, files: dict[str, Path], screen: tuple[int, int], script: bool) -> None:
    tab.open(files["rich"], width=screen[0], height=screen[1], dark=False, script=script)
    boxes = drawn(RICH)
    total = sum(each.nbytes for each in boxes)
    places = tab.run(PLACES)
    whole = sum(each["width"] * each["height"] for each in places)
    for box, place in zip(boxes, places, strict=True):
        assert place["width"] * place["height"] / whole == pytest.approx(box.nbytes / total, rel=0.02)
    assert tab.run("document.getElementById('zoom').hidden") is not script


FOCUSED = "(e => e === document.body ? '' : e.textContent.trim())(document.activeElement)"
SHOWN = "Array.from(document.getElementById('map').children).filter(each => each.offsetWidth).map(each => each.id)"


def test_a_keyboard_reaches_and_moves_everything(tab: Browser, files: dict[str, Path]) -> None:
    tab.open(files["rich"], width=1280, height=900, dark=False)
    everything = tab.run(SHOWN)
    reached = []
    for _ in range(4):
        tab.press("Tab")
        reached.append(tab.run(FOCUSED))
        assert tab.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert reached == ["Whole image", "venv", "dist-numpy", "32 distributions, largest first"]
    tab.press("Enter")
    assert tab.run("document.querySelector('details').open")

    tab.run("document.querySelectorAll('#zoom button')[1].focus()")
    tab.press("Enter")
    (one,) = tab.run(SHOWN)
    assert one in everything
    assert tab.run("document.querySelectorAll('#zoom button')[1].getAttribute('aria-pressed')") == "true"
    (place,) = tab.run(f"{PLACES}.filter(each => each.width)")
    assert (round(place["width"]), round(place["height"])) == tuple(
        tab.run("(e => [e.offsetWidth, e.offsetHeight])(document.getElementById('map'))")
    )
    tab.press("Escape")
    assert tab.run(SHOWN) == everything


def test_a_tap_enlarges_and_another_goes_back(tab: Browser, files: dict[str, Path]) -> None:
    tab.open(files["rich"], width=360, height=740, dark=True)
    everything = tab.run(SHOWN)
    tab.run("document.querySelector('#map .more').click()")
    assert len(tab.run(SHOWN)) == 1
    tab.run("document.querySelector('#map .on').click()")
    assert tab.run(SHOWN) == everything
    assert complaints(tab) == []


def test_numbers_are_told_without_a_script(tab: Browser, files: dict[str, Path]) -> None:
    tab.open(files["rich"], width=360, height=740, dark=False, script=False)
    text = tab.run("document.querySelector('main').innerText")
    assert all(f"{each.nbytes:,}" in text for each in RICH.layers if each.nbytes)
    assert all(reason in text for each in RICH.decisions for reason in each.because)
