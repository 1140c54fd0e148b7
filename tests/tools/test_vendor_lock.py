"""vendor.lock: what is packaged is what was tested, and the file says nothing about where it comes from."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.vendor_lock import (
    CONSTRAINTS,
    LOCK,
    MINORS,
    NAMES,
    OF_THE_COMMAND,
    PLATFORMS,
    ROOT,
    LockError,
    Pin,
    normalised,
    parse,
    pinned_versions,
    platform_options,
    render,
)

PINS = st.builds(
    Pin,
    name=st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True),
    version=st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){1,2}", fullmatch=True),
    sha256=st.lists(st.from_regex(r"[0-9a-f]{64}", fullmatch=True), min_size=1, max_size=3, unique=True).map(
        lambda digests: tuple(sorted(digests))
    ),
)


def test_the_locked_versions_are_those_of_the_constraints() -> None:
    constrained = pinned_versions(CONSTRAINTS.read_text())
    locked = {pin.name: pin.version for pin in parse(LOCK.read_text())}
    assert locked == {name: constrained[name] for name in NAMES}


def test_everything_that_the_buildpack_depends_on_is_locked() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert {normalised(each.partition(">")[0]) for each in declared} <= {*NAMES, *OF_THE_COMMAND}
    assert not {*NAMES} & {*OF_THE_COMMAND}


def test_the_lock_names_no_host() -> None:
    text = LOCK.read_text()
    assert "://" not in text
    assert "--index" not in text


def test_the_lock_is_written_in_one_way_only() -> None:
    assert render(parse(LOCK.read_text())) == LOCK.read_text()


def test_a_binary_distribution_has_a_wheel_for_each_minor_and_architecture() -> None:
    wheels = {pin.name: len(pin.sha256) for pin in parse(LOCK.read_text())}
    assert wheels["msgspec"] == len(MINORS) * len(PLATFORMS)


@given(st.lists(PINS, unique_by=lambda pin: pin.name, max_size=4))
def test_parsing_is_the_inverse_of_rendering(pins: list[Pin]) -> None:
    assert sorted(parse(render(pins)), key=lambda pin: pin.name) == sorted(pins, key=lambda pin: pin.name)


@given(st.permutations([Pin(name=name, version="1", sha256=("0" * 64,)) for name in "abc"]))
def test_the_order_of_pins_does_not_matter(pins: list[Pin]) -> None:
    assert render(pins) == render(reversed(pins))


@pytest.mark.parametrize("line", ["msgspec", "msgspec==1", "msgspec==1 --hash=sha256:12", "msgspec>=1 --hash=md5:x"])
def test_a_line_without_pin_and_hashes_is_refused(line: str) -> None:
    with pytest.raises(LockError):
        parse(line)


def test_pip_looks_for_the_wheels_of_the_target_and_not_of_this_machine() -> None:
    options = platform_options("arm64", "3.12")
    assert "cp312" in options
    assert not any("x86_64" in option for option in options)
