"""Where distributions come from: an index, or folders that somebody declares."""

import re
from collections.abc import Mapping

import pytest
from pure.manager.supply import alone, folder_of, supplied, undeclared, unheard, variables
from pure.manager.table import MANAGERS, PIP, POETRY, UV_PIP
from pure.outcome import Failure, Success
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import CollectedFile, RequirementsSet
from pure.project.requirements.file import parse_requirements
from pure.project.vendored import Vendored, Wheelhouse
from pure.source import Source

SOURCE = Source(variable="BP_PIP_FIND_LINKS")
VENDOR = Vendored(folders=("vendor",), source=SOURCE)
PROJECT = ProjectFiles(wheelhouses={"vendor": Wheelhouse(wheels=2, sources=1), "wheels": None})


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, {"PIP_FIND_LINKS": "/workspace/vendor", "PIP_NO_INDEX": "1"}),
        ({"PIP_NO_INDEX": "1"}, {"PIP_FIND_LINKS": "/workspace/vendor", "PIP_NO_INDEX": "1"}),
        ({"PIP_NO_INDEX": "false"}, {"PIP_FIND_LINKS": "/workspace/vendor"}),
        ({"PIP_FIND_LINKS": "/mnt/wheels"}, {"PIP_FIND_LINKS": "/workspace/vendor /mnt/wheels", "PIP_NO_INDEX": "1"}),
    ],
)
def test_folders_stand_for_all_indexes_unless_somebody_says_otherwise(
    settings: Mapping[str, str], expected: Mapping[str, str]
) -> None:
    found = variables(VENDOR, "/workspace", settings)
    assert found == expected
    # What they come to are settings like others: taken once more they come to the same.
    assert variables(VENDOR, "/workspace", {**settings, **found}) == found
    assert alone(settings) is ("PIP_NO_INDEX" in found)


def test_an_absolute_folder_is_the_platforms() -> None:
    found = variables(Vendored(folders=("/mnt/wheels", "vendor"), source=SOURCE), "/workspace/api", {})
    assert found["PIP_FIND_LINKS"] == "/mnt/wheels /workspace/api/vendor"


@pytest.mark.parametrize("home", ["/my project, too", "/a\tb", "/plain"])
def test_a_place_is_one_word_and_names_its_folder(home: str) -> None:
    (place,) = re.split(r"[\s,]", variables(VENDOR, home, {})["PIP_FIND_LINKS"])
    assert folder_of(place) == f"{home}/vendor"


def test_the_reason_says_which_and_whether_an_index_is_asked() -> None:
    assert supplied(PIP, PROJECT, VENDOR, {}) == Success((
        "$BP_PIP_FIND_LINKS has distributions come from vendor/ (2 wheels, 1 archive) alone: no index is asked",
    ))  # fmt: skip
    (reason,) = supplied(PIP, PROJECT, VENDOR, {"PIP_NO_INDEX": "0"}).unwrap()
    assert reason.endswith("and from an index, since $PIP_NO_INDEX is off")
    both = Vendored(folders=("vendor", "/mnt/wheels"), source=SOURCE)
    (reason,) = supplied(UV_PIP, PROJECT, both, {}).unwrap()
    assert "from vendor/ (2 wheels, 1 archive) and /mnt/wheels alone" in reason


def test_a_folder_that_is_not_there_is_an_error() -> None:
    found = supplied(PIP, PROJECT, Vendored(folders=("wheels",), source=SOURCE), {})
    assert isinstance(found, Failure)
    assert (found.failure().value, found.failure().because) == ("wheels", "is no folder of the application")


def test_managers_that_take_nothing_from_there_say_so() -> None:
    assert {name for name, manager in MANAGERS.items() if manager.finds_links} == {"pip", "uv-pip", "pipenv", "project"}
    assert supplied(POETRY, PROJECT, Vendored(folders=("wheels",), source=SOURCE), {}) == Success(())
    assert unheard(POETRY, VENDOR) == (
        "$BP_PIP_FIND_LINKS has no effect: Poetry takes distributions from where poetry.lock says",
    )
    assert unheard(PIP, VENDOR) == unheard(POETRY, None) == ()


def requirements(text: str) -> RequirementsSet:
    content = parse_requirements(text.encode(), file="requirements.txt").unwrap()
    return RequirementsSet(files=(CollectedFile(kind="requirement", content=content),))


def test_wheels_that_nothing_says_anything_of_are_named() -> None:
    plain = requirements("alpha\n")
    (said,) = undeclared(PIP, PROJECT, plain, {})
    assert said.startswith("vendor/ has 2 wheels, and nothing says that it counts, so an index is asked")
    assert "BP_PIP_FIND_LINKS=vendor takes" in said
    assert undeclared(PIP, PROJECT, requirements("--find-links vendor\nalpha\n"), {}) == ()
    assert undeclared(PIP, PROJECT, plain, {"PIP_FIND_LINKS": "vendor"}) == ()
    assert undeclared(POETRY, PROJECT, None, {}) == ()
    # Of other languages, or of this one and not to be installed.
    others = ProjectFiles(wheelhouses={"vendor": Wheelhouse(wheels=0, sources=3)})
    assert undeclared(PIP, others, plain, {}) == ()
