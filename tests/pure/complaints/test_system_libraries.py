"""The table of the system's libraries."""

import pytest
from pure.complaints.system_libraries import LOADED, VARIANTS, not_missed, packages_of
from pure.names import normalise_name


@pytest.mark.parametrize(
    ("library", "packages"),
    [
        ("libGL.so.1", ("libgl1",)),
        ("libX11-xcb.so.1", ("libx11-xcb1",)),
        ("libX11.so.6", ("libx11-6",)),
        ("libxml2.so.2", ("libxml2",)),
        ("libldap-2.5.so.0", ("libldap2",)),
        ("libunheard.so.7", ()),
    ],
)
def test_the_package_of_a_library(library: str, packages: tuple[str, ...]) -> None:
    assert packages_of(library) == packages


def test_names_are_written_as_they_are_looked_for() -> None:
    assert [name for name in (*VARIANTS, *LOADED) if name != normalise_name(name)] == []


def test_every_library_that_is_loaded_by_name_is_known_by_package_or_variant() -> None:
    unknown = [name for name, row in LOADED.items() for each in row.libraries if not packages_of(each)]
    assert unknown == []


def test_what_comes_from_the_machine_that_runs_the_image() -> None:
    assert not_missed("libcuda.so.1")
    assert not not_missed("libcudart.so.12")
