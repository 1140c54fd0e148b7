"""When an environment is kept as it is, and what is said where it isn't."""

import msgspec
import pytest
from hypothesis import given, settings
from pure.build.facts import Facts
from pure.layers.decision import Action
from pure.outcome import Success
from pure.project.files import ProjectFiles

from tests.documents import documents
from tests.strategies_locked import LOCKED, LOCKS, locked, with_variables
from tests.strategies_plan import after, facts, planned


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=10, deadline=None)
@given(first=facts())
def test_an_unchanged_build_keeps_everything_and_starts_nothing(manager: str, first: Facts) -> None:
    given_facts = locked(first, manager)
    again = planned(after(given_facts, planned(given_facts)))
    assert {layer.action for layer in again.layers} == {Action.KEEP}
    assert again.layers[-1].built_from


@settings(max_examples=5, deadline=None)
@given(first=facts())
def test_the_lock_that_has_changed_is_named_as_it_is(first: Facts) -> None:
    def chosen(lock: bytes) -> Facts:
        files = {"pylock.prod.toml": lock}
        project = ProjectFiles(folder="api", names=tuple(files), texts=documents(files))
        return with_variables(
            msgspec.structs.replace(locked(first, "pylock"), project=Success(project)), BP_PYLOCK="prod"
        )

    one, two = (chosen(LOCKS["pylock"][at]) for at in (0, 1))
    built = after(one, planned(one))
    now = planned(msgspec.structs.replace(two, restored=built.restored, packed_state=built.packed_state)).layer("venv")
    assert now is not None
    assert now.because == ("api/pylock.prod.toml, the configuration, groups or settings have changed",)
