"""What pinned requirements come to without a resolver, and what has to be asked of one."""

from hypothesis import given
from hypothesis import strategies as st
from pure.hashes import Hash
from pure.outcome import Success
from pure.venv.pins import Pin, comparable, decode_pins, encode_pins, expected, pins_of, with_origins, without_origin
from pure.venv.resolved import Distribution, Index, ResolvedSet, resolved_set

from tests.strategies_plan import requirements

A, B = "a" * 64, "b" * 64
SETTINGS: dict[str, str] = {}


def pinned(*lines: str, python: str = "3.13.1", settings: dict[str, str] | None = None) -> tuple[Pin, ...] | None:
    found = requirements("".join(f"{line}\n" for line in lines).encode())
    assert isinstance(found, Success)
    return pins_of(found.unwrap(), python=python, arch="amd64", settings=settings or {})


def line(name: str, version: str = "1.0", digest: str = A, marker: str = "") -> str:
    return f"{name}=={version}{f' ; {marker}' if marker else ''} --hash=sha256:{digest}"


def test_only_lines_that_hold_here_count() -> None:
    found = pinned(
        line("Alpha"), line("old", marker='python_version < "3.12"'), line("b", marker='sys_platform == "linux"')
    )
    assert found is not None
    assert [(pin.name, pin.version) for pin in found] == [("alpha", "1.0"), ("b", "1.0")]


def test_what_leaves_anything_open_is_not_known() -> None:
    assert pinned(line("a"), "b>=1") is None
    assert pinned(line("a"), line("a", "2.0")) is None
    assert pinned(line("a"), line("b", marker='platform_release > "5"')) is not None
    assert pinned(line("a"), "https://files.example/b-1.0-py3-none-any.whl --hash=sha256:" + A) is None


def test_line_and_settings_have_their_own_part_of_the_digest() -> None:
    (one,) = pinned(line("a")) or ()
    (other,) = pinned(line("a", digest=B)) or ()
    (built,) = pinned(line("a"), settings={"PIP_NO_BINARY": "a"}) or ()
    assert one.digest != other.digest
    assert one.digest.rpartition("-")[2] == other.digest.rpartition("-")[2]
    assert one.digest.rpartition("-")[0] == built.digest.rpartition("-")[0]
    previous = resolved_set([_installed("a", "1.0")])
    assert comparable((one,), previous, {"a": other.digest})
    assert not comparable((one,), previous, {"a": built.digest})
    assert not comparable((one,), previous, {})
    assert comparable((one,), ResolvedSet(), {})


def _installed(name: str, version: str) -> Distribution:
    origin = Index(file=f"{name}-{version}.whl", hashes=(Hash(algorithm="sha256", digest=A),))
    return Distribution(name=name, version=version, origin=origin, requested=True)


NAMES = st.sampled_from(["a", "b", "c"])
PINS = st.dictionaries(NAMES, st.tuples(st.sampled_from(["1", "2"]), st.sampled_from(["x-s", "y-s"])))


@given(PINS, PINS)
def test_what_is_there_under_the_same_line_keeps_its_origin_and_all_else_gets_one(
    before: dict[str, tuple[str, str]], now: dict[str, tuple[str, str]]
) -> None:
    previous = resolved_set(_installed(name, version) for name, (version, _) in before.items())
    recorded = {name: digest for name, (_, digest) in before.items()}
    pins = tuple(Pin(name=name, version=version, digest=digest) for name, (version, digest) in sorted(now.items()))
    assert decode_pins(encode_pins(pins)) == {pin.name: pin.digest for pin in pins}
    wanted = expected(pins, previous, recorded)
    same = {pin.name for pin in pins if recorded.get(pin.name) == pin.digest}
    assert {each.name for each in wanted.distributions} == set(now)
    assert set(without_origin(wanted)) == set(now) - same
    report = resolved_set(_installed(name, now[name][0]) for name in without_origin(wanted))
    done = with_origins(wanted, report)
    assert without_origin(done) == ()
    assert all(each == previous.by_name()[each.name] for each in done.distributions if each.name in same)
