"""What a rebuild moves, in bytes, which are the same on every machine: bounds that follow from what has changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from shell.lifecycle.disk import remove
from shell.world import read_target
from tools.rebuild.applications import GENERATED
from tools.rebuild.generated import HEAVY_BYTES, generated
from tools.rebuild.local import LocalLifecycle
from tools.rebuild.measured import Measured, total
from tools.rebuild.play import VARIANTS, Setting, play
from tools.rebuild.rows import rows

from tests.builds.workshop import MINOR, Workshop
from tests.local_index import serve
from tests.places import ROOT

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("bytes-moved")]
LIGHTS, FEW, MANY = 4, 1, 3
ONE, OTHER = VARIANTS
METADATA = 30_000
"""What the environment keeps of a heavy distribution: its dist-info, links, the record's lines. Rather too much."""
DOCUMENTS = 20_000
"""The application itself and the image's configuration."""

Played = dict[str, Measured]


@contextmanager
def folder_of(wheels: Path, workshop: Workshop) -> Iterator[dict[str, str]]:
    yield {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": f"{wheels} {workshop.pips}"}


@contextmanager
def index_of(wheels: Path, workshop: Workshop) -> Iterator[dict[str, str]]:
    """An index from which pip keeps what it downloads."""
    with serve(wheels, cacheable=True) as host:
        own = {"PIP_INDEX_URL": f"http://{host}/simple/", "PIP_TRUSTED_HOST": host}
        yield {**own, "PIP_FIND_LINKS": str(workshop.pips)}


def played(root: Path, workshop: Workshop, heavies: int, *wanted: str, variant: str = ONE, own: bool = False) -> Played:
    """Builds of ``LIGHTS`` small distributions and so many heavy ones, by a folder or an index of their ``own``."""
    wheels = root / "wheels"
    locks = generated(wheels, LIGHTS + heavies, heavies, {})
    target = read_target({})
    distro = (target.distro.name, target.distro.version) if target.distro else ("", "")
    with (index_of if own else folder_of)(wheels, workshop) as env:
        setting = Setting(
            application=GENERATED,
            locks=locks,
            index="",
            env={"BP_PYTHON_CATALOGUE": str(workshop.catalogue), "BP_PYTHON_DEFAULT_VERSION": MINOR, **env},
            releases=(ROOT, ROOT),
            pythons=({}, {}),
        )
        try:
            found = play(
                setting,
                rows(django=False, wanted=wanted),
                lambda folder, _: LocalLifecycle(folder, distro),
                root / "builds",
                lambda _: None,
                {variant: VARIANTS[variant]},
            )
        finally:
            remove(root)
    return {row: each[variant] for row, each in found.items()}


@pytest.fixture(scope="module")
def divided(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Played:
    wanted = ("unchanged", "a line of code", "a small one older", "a heavy one older")
    return played(tmp_path_factory.mktemp("divided"), workshop, MANY, *wanted)


@pytest.fixture(scope="module")
def undivided(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Played:
    wanted = ("unchanged", "a small one older")
    return played(tmp_path_factory.mktemp("undivided"), workshop, MANY, *wanted, variant=OTHER)


@pytest.fixture(scope="module")
def light_bytes(undivided: Played) -> int:
    """What the environment holds beside the contents of heavy distributions; compressed it is less."""
    return undivided["first build"].tarred["lamina/python:venv"].bytes - MANY * (HEAVY_BYTES - METADATA)


def test_an_unchanged_build_brings_nothing_new_and_moves_no_heavy_contents(divided: Played, undivided: Played) -> None:
    first, again = divided["first build"], divided["unchanged"]
    assert again.new == {}
    assert total(again.restored).bytes <= total(first.tarred).bytes - MANY * HEAVY_BYTES
    assert total(again.tarred).bytes <= total(first.tarred).bytes - MANY * HEAVY_BYTES
    saved = total(undivided["unchanged"].restored).bytes - total(again.restored).bytes
    assert saved >= MANY * (HEAVY_BYTES - METADATA)


def test_a_line_of_code_brings_itself(divided: Played) -> None:
    found = divided["a line of code"]
    assert sum(found.new.values()) <= DOCUMENTS
    assert total(found.tarred) == total(divided["unchanged"].tarred)


def test_a_small_distribution_brings_no_heavy_contents(divided: Played, undivided: Played, light_bytes: int) -> None:
    found = divided["a small one older"]
    assert sum(found.new.values()) <= light_bytes + DOCUMENTS
    assert not [name for name in found.new if ":dist-" in name]
    assert sum(undivided["a small one older"].new.values()) >= MANY * HEAVY_BYTES


def test_a_heavy_distribution_brings_itself_alone(divided: Played, light_bytes: int) -> None:
    found = divided["a heavy one older"]
    assert HEAVY_BYTES <= sum(found.new.values()) <= HEAVY_BYTES * 1.01 + light_bytes + DOCUMENTS
    assert [name for name in found.new if ":dist-" in name] == ["lamina/python:dist-heavy-000"]


def test_what_an_unchanged_build_moves_does_not_grow_with_heavy_contents(
    divided: Played, workshop: Workshop, tmp_path: Path
) -> None:
    many, few = divided["unchanged"], played(tmp_path / "few", workshop, FEW, "unchanged")["unchanged"]
    assert total(many.restored).bytes - total(few.restored).bytes <= (MANY - FEW) * METADATA
    assert total(many.tarred).bytes - total(few.tarred).bytes <= (MANY - FEW) * METADATA


def test_no_wheel_of_an_index_comes_back(divided: Played, workshop: Workshop, tmp_path: Path) -> None:
    found = played(tmp_path / "index", workshop, MANY, "unchanged", own=True)["unchanged"]
    grown = total(found.restored).bytes - total(divided["unchanged"].restored).bytes
    assert grown <= (LIGHTS + MANY) * METADATA
