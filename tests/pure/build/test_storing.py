"""How the record of an environment is kept, where that is a tree."""

import msgspec
import pytest
import tomli_w
from pure.build.plan import Plan
from pure.build.steps import FinishLayer, Steps, WriteFiles
from pure.build.storing import record
from pure.build.workplace import workplace
from pure.hashes import Hash
from pure.layers.decision import RestoredLayer
from pure.layers.metadata import metadata_table
from pure.layers.names import VENV, VENV_CACHE
from pure.layers.packing import Packing
from pure.venv.described import Described
from pure.venv.resolved import Distribution, Index, resolved_set
from pure.venv.state import Insight, VenvState

from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import planned

INSTALLED = resolved_set([Distribution(name="alpha", version="1", origin=Index(file=""), requested=True)])
DIGEST = Hash(algorithm="sha256", digest="a" * 64)


def recorded(plan: Plan, said: Described) -> tuple[VenvState, Steps]:
    """An environment of which a lock says so, and the steps that record it."""
    state = VenvState(resolved=INSTALLED, seen=Insight(described=(said,)))
    return state, record(plan, workplace(locked(FIRST, "uv")), state)


def as_a_tree() -> Plan:
    return msgspec.structs.replace(planned(locked(FIRST, "uv")), packing=Packing(pack=False))


def written(steps: Steps) -> list[tuple[str, bytes]]:
    return [file for each in steps if isinstance(each, WriteFiles) for file in each.files]


def stated(steps: Steps) -> str:
    (found,) = (each.decision.stated for each in steps if isinstance(each, FinishLayer))
    return found


@pytest.mark.parametrize(
    "said",
    [
        Described(key="alpha", name="alpha", file=DIGEST),
        Described(key="alpha", name="alpha", wished=("beta",)),
    ],
)
def test_what_a_lock_states_lies_beside_the_layer_and_comes_back(said: Described) -> None:
    plan = as_a_tree()
    _, plain = recorded(plan, Described(key="alpha", name="alpha"))
    state, steps = recorded(plan, said)
    assert written(steps) == written(plain)
    assert (stated(plain), bool(stated(steps))) == ("", True)

    venv = plan.decided(VENV)
    assert venv.metadata is not None
    toml = tomli_w.dumps({"metadata": metadata_table(venv.metadata, stated=stated(steps))}).encode()
    ((_, raw),) = written(steps)
    given = locked(FIRST, "uv")
    restored = {name: each for name, each in given.restored.items() if name != VENV_CACHE}
    restored[VENV] = RestoredLayer(toml=toml, contents=True)
    again = planned(msgspec.structs.replace(given, restored=restored, venv_state=raw))
    assert again.previous == state
