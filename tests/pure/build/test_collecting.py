"""Whether static files have to be collected, as far as a plan knows."""

import msgspec
import pytest
from pure.build.collected import CollectedRecord, Collector, Comparable, recorded
from pure.build.collecting import collects, digest_of, place_of
from pure.start.django import DjangoDecision
from pure.venv.offered import Offered
from pure.venv.resolved import Distribution, Index, ResolvedSet
from pure.venv.state import Insight, VenvState

from tests.strategies_locked import FIRST

RECORD: CollectedRecord = recorded(
    Comparable(names="n", reads=(), made=()), Collector(environment="e", runtime="r", command=(), variables=()), ""
)


def state(*names: str) -> VenvState:
    found = tuple(
        Distribution(name=name, version="1", origin=Index(file=f"{name}.whl"), requested=True) for name in names
    )
    return VenvState(resolved=ResolvedSet(distributions=found))


@pytest.mark.parametrize(
    ("same", "installed", "wanted", "expected"),
    [
        ("", state("django"), True, True),
        ("site.css has changed", state("django", "flask"), True, True),
        (RECORD, state("django"), True, False),
        ("", state("flask"), True, False),
        ("", None, True, False),
        ("", state("django"), False, False),
    ],
)
def test_what_is_kept_is_needed_where_django_is_installed_and_something_has_changed(
    same: CollectedRecord | str, installed: VenvState | None, wanted: bool, expected: bool
) -> None:
    django = DjangoDecision(manage="manage.py", collect=wanted, because="")
    assert collects(django, same, installed) is expected


@pytest.mark.parametrize(
    ("manage", "place"),
    [("manage.py", ("/workspace", "manage.py")), ("a/b/manage.py", ("/workspace/a/b", "manage.py"))],
)
def test_a_manage_py_is_run_in_its_folder(manage: str, place: tuple[str, str]) -> None:
    assert place_of(msgspec.structs.replace(FIRST, app_dir="/workspace"), manage) == place


def test_what_python_offers_is_no_part_of_what_is_installed() -> None:
    one = state("django")
    seen = msgspec.structs.replace(one, seen=Insight(offered=Offered(programs=frozenset(), modules=frozenset())))
    assert digest_of(one) == digest_of(seen)
    assert digest_of(one) != digest_of(state("django", "flask"))
