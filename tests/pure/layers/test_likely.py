"""Which distributions will likely get layers of their own, by the sizes that a lock states."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.layers.division import Rules
from pure.layers.likely import UNPACKED, Likely, likely
from pure.project.locks.wheels import LockedWheels

RULES = Rules(heavy=10_000_000, limit=3)
ENOUGH = 4_000_000
LINUX, ARM = "manylinux_2_28_x86_64", "manylinux_2_28_aarch64"


def locked(name: str, sizes: dict[str, int], *, version: str = "1.0", markers: tuple[str, ...] = ()) -> LockedWheels:
    """One with wheels of these tags and sizes."""
    wheels = {f"{name}-{version}-{tags}.whl": size for tags, size in sizes.items()}
    return LockedWheels(name=name, version=version, wheels=tuple(wheels), markers=markers, sizes=wheels)


def found(*each: LockedWheels, minor: str = "3.13", arch: str = "amd64") -> dict[str, int]:
    return {one.name: one.nbytes for one in likely(each, minor=minor, arch=arch, rules=RULES)}


@pytest.mark.parametrize(
    ("sizes", "counts"),
    [
        ({f"cp313-cp313-{LINUX}": ENOUGH}, ENOUGH),
        ({"py3-none-any": ENOUGH}, ENOUGH),
        ({f"cp39-abi3-{LINUX}": ENOUGH}, ENOUGH),
        # Of those that fit it is the largest.
        ({f"cp313-cp313-{LINUX}": ENOUGH + 1, "py3-none-any": ENOUGH}, ENOUGH + 1),
        # Others are for other Pythons, machines and systems.
        ({f"cp312-cp312-{LINUX}": 9 * ENOUGH, f"cp313-cp313-{LINUX}": ENOUGH}, ENOUGH),
        ({f"cp313-cp313-{ARM}": 9 * ENOUGH}, 0),
        ({"cp313-cp313-win_amd64": 9 * ENOUGH}, 0),
        ({"cp313-cp313-musllinux_1_2_x86_64": 9 * ENOUGH}, 0),
        ({f"cp313-cp313-{LINUX}": 3_000_000}, 0),
    ],
)
def test_the_wheel_that_fits_counts(sizes: dict[str, int], counts: int) -> None:
    assert found(locked("polars", sizes)) == ({"polars": UNPACKED * counts} if counts else {})


def test_what_the_target_does_not_need_is_left_out() -> None:
    wheel = {"py3-none-any": ENOUGH}
    assert found(locked("a", wheel, markers=("sys_platform == 'win32'",))) == {}
    assert found(locked("a", wheel, markers=("sys_platform == 'win32'", "sys_platform == 'linux'"))) != {}
    arm = {f"cp313-cp313-{ARM}": ENOUGH}
    assert found(locked("a", arm), arch="arm64") != {}


def test_a_lock_that_states_no_sizes_says_nothing() -> None:
    without = msgspec.structs.replace(locked("polars", {"py3-none-any": ENOUGH}), sizes={})
    assert found(without) == {}


def test_versions_of_one_name_are_one() -> None:
    one = locked("polars", {"py3-none-any": ENOUGH})
    other = locked("Polars", {"py3-none-any": ENOUGH + 1}, version="2.0")
    assert likely((one, other), minor="3.13", arch="amd64", rules=RULES) == (
        Likely(name="polars", version="2.0", nbytes=UNPACKED * (ENOUGH + 1)),
    )


@given(st.lists(st.integers(1, 50_000_000), max_size=8), st.randoms())
def test_the_biggest_within_the_limit_whatever_the_order(sizes: list[int], random: st.DataObject) -> None:
    each = [locked(f"d{at}", {"py3-none-any": size}) for at, size in enumerate(sizes)]
    result = likely(each, minor="3.13", arch="amd64", rules=RULES)
    assert [one.nbytes for one in result] == sorted(
        (UNPACKED * size for size in sizes if UNPACKED * size >= RULES.heavy), reverse=True
    )[: RULES.limit]
    random.shuffle(each)  # type: ignore[attr-defined]
    assert likely(each, minor="3.13", arch="amd64", rules=RULES) == result
