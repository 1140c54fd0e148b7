"""What a plan says of a first build's layers, by what the application's lock states."""

import msgspec
import pytest
from pure.build.estimate import Estimate, estimated
from pure.build.facts import Facts
from pure.build.plan import decide
from pure.layers.decision import Action, LayerDecision
from pure.layers.likely import Likely
from pure.layers.names import heavy_layer
from pure.outcome import Success
from pure.report.record import encode_record, record

from pure.report import build_log
from tests.strategies_locked import FIRST, locked, with_texts, with_variables
from tests.strategies_plan import after, planned

UV = b"""version = 1
[[package]]
name = "shop"
source = { virtual = "." }
dependencies = [{ name = "polars" }, { name = "small" }]
[[package]]
name = "polars"
version = "1.35.2"
source = { registry = "https://index.example/simple" }
wheels = [
    { url = "https://index.example/polars-1.35.2-cp39-abi3-manylinux_2_17_x86_64.whl", size = 40000000 },
    { url = "https://index.example/polars-1.35.2-cp39-abi3-win_amd64.whl", size = 90000000 },
]
[[package]]
name = "small"
version = "1"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/small-1-py3-none-any.whl", size = 4000 }]
[[package]]
name = "torch"
version = "2"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/torch-2-py3-none-any.whl", size = 90000000 }]
"""
PYLOCK = b"""lock-version = "1.0"
[[packages]]
name = "polars"
version = "1.35.2"
[[packages.wheels]]
name = "polars-1.35.2-cp39-abi3-manylinux_2_17_x86_64.whl"
size = 40000000
hashes = { sha256 = "a" }
"""
POLARS = (Likely(name="polars", version="1.35.2", nbytes=120_000_000),)
TEXTS = {"uv": {"uv__lock": UV}, "pylock": {"pylock__toml": PYLOCK}}
LINE = "  Likely in layers of their own, by the sizes of their wheels in uv.lock:"


def facts(manager: str) -> Facts:
    return with_texts(locked(FIRST, manager), **TEXTS.get(manager, {}))


def of(given: Facts) -> Estimate | None:
    return estimated(planned(given), given)


@pytest.mark.parametrize("manager", TEXTS)
def test_locks_that_state_sizes(manager: str) -> None:
    found = of(facts(manager))
    assert found == Estimate(lock="uv.lock" if manager == "uv" else "pylock.toml", likely=POLARS)


@pytest.mark.parametrize("manager", ["poetry", "pipenv", "pdm"])
def test_other_locks_state_none(manager: str) -> None:
    assert of(facts(manager)) is None


@pytest.mark.parametrize("size", ["true", "-1", '"40000000"', "4e7", "9" * 40])
def test_what_is_no_size_says_nothing(size: str) -> None:
    assert of(with_texts(locked(FIRST, "uv"), uv__lock=UV.replace(b"40000000", size.encode()))) is None


def test_it_is_of_first_builds_that_divide() -> None:
    first = facts("uv")
    assert of(with_variables(first, BP_PYTHON_DIVIDE="false")) is None
    again = after(first, planned(first))
    assert of(again) is None
    # Made anew, it is divided anew.
    assert of(msgspec.structs.replace(again, restored={}, packed_state=None)) is not None
    assert of(msgspec.structs.replace(FIRST, variables={**FIRST.variables, "BP_PYTHON_PROVIDE_ONLY": "true"})) is None


def test_what_is_planned_with_its_layer_is_not_estimated_beside_it() -> None:
    first = facts("uv")
    plan = planned(first)
    layer = LayerDecision(name=heavy_layer("polars"), action=Action.RECREATE, because=("another Python",))
    assert estimated(msgspec.structs.replace(plan, layers=(*plan.layers, layer)), first) is None


def test_how_it_is_told() -> None:
    first = facts("uv")
    plan, estimate = planned(first), of(first)
    lines = build_log.plan("1", plan, estimate=estimate)
    at = lines.index(LINE)
    assert lines[at + 1] == "    polars 1.35.2 (about 120 MB)"
    assert lines[at - 1].startswith("  Layer venv: ")
    recorded = encode_record(record(plan, version="1", redact=str, estimate=estimate))
    (likely,) = msgspec.json.decode(recorded)["likely_layers"]
    assert likely == {"name": "polars", "version": "1.35.2", "nbytes": 120_000_000}
    assert b"likely" not in encode_record(record(plan, version="1", redact=str))
    assert isinstance(decide(first), Success)
