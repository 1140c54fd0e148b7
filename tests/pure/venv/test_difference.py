"""Laws of the difference between an environment and a resolved set."""

from hypothesis import given
from hypothesis import strategies as st
from pure.venv.difference import Changed, Changes, Redone, always_redone, diff, verify
from pure.venv.installed import InstalledDistribution, InstalledSet, shared_files
from pure.venv.resolved import Archive, Distribution, Index, ResolvedSet, pins, resolved_set

from tests.strategies import fixed_origins, installed_of, installed_sets, resolved_sets


@st.composite
def situations(draw: st.DrawFn) -> tuple[InstalledSet, ResolvedSet, ResolvedSet]:
    previous = draw(resolved_sets())
    return draw(installed_of(previous)), previous, draw(resolved_sets())


def _applied(installed: InstalledSet, changes: Changes, resolved: ResolvedSet) -> dict[str, str]:
    """Name and version of each distribution after deleting and installing what ``changes`` says."""
    left = {each.name: each.version for each in installed.distributions if each.name not in changes.to_delete}
    wanted = {each.name: each.version for each in resolved.distributions}
    return left | {name: wanted[name] for name in changes.to_install}


@given(situations())
def test_applying_the_diff_gives_the_resolved_set(situation: tuple[InstalledSet, ResolvedSet, ResolvedSet]) -> None:
    installed, previous, resolved = situation
    changes = diff(installed, previous, resolved)
    assert _applied(installed, changes, resolved) == {each.name: each.version for each in resolved.distributions}


@given(st.data())
def test_the_diff_of_equal_sets_is_empty(data: st.DataObject) -> None:
    resolved = data.draw(resolved_sets(fixed_origins))
    changes = diff(data.draw(installed_of(resolved)), resolved, resolved)
    assert changes.empty
    assert {each.name for each in changes.keep} == {each.name for each in resolved.distributions}


@given(st.data())
def test_the_diff_of_equal_sets_redoes_what_may_have_changed_without_a_trace(data: st.DataObject) -> None:
    resolved = data.draw(resolved_sets())
    changes = diff(data.draw(installed_of(resolved)), resolved, resolved)
    own = {each.name for each in changes.redo if isinstance(each, Redone) and each.because != "shares_files"}
    assert own == {each.name for each in resolved.distributions if always_redone(each)}
    assert not changes.remove
    assert not changes.install


@given(situations(), st.randoms())
def test_the_order_of_inputs_does_not_matter(
    situation: tuple[InstalledSet, ResolvedSet, ResolvedSet], random: object
) -> None:
    installed, previous, resolved = situation

    def shuffled(items: tuple[object, ...]) -> list[object]:
        return sorted(items, key=lambda _: random.random())  # type: ignore[attr-defined]

    other = InstalledSet(python_minor="3.13", distributions=tuple(shuffled(installed.distributions)))  # type: ignore[arg-type]
    again = diff(
        other,
        resolved_set(shuffled(previous.distributions)),  # type: ignore[arg-type]
        resolved_set(shuffled(resolved.distributions)),  # type: ignore[arg-type]
    )
    assert again == diff(installed, previous, resolved)


@given(situations())
def test_every_name_has_one_fate(situation: tuple[InstalledSet, ResolvedSet, ResolvedSet]) -> None:
    installed, previous, resolved = situation
    changes = diff(installed, previous, resolved)
    fates = [each.name for each in (*changes.remove, *changes.install, *changes.redo, *changes.keep)]
    assert len(fates) == len(set(fates))
    assert set(fates) == installed.names | {each.name for each in resolved.distributions}


@given(situations())
def test_what_is_kept_shares_no_file_of_other_contents_with_what_is_deleted(
    situation: tuple[InstalledSet, ResolvedSet, ResolvedSet],
) -> None:
    installed, previous, resolved = situation
    changes = diff(installed, previous, resolved)
    kept = {each.name for each in changes.keep}
    for overlap in shared_files(installed):
        assert overlap.same or kept.isdisjoint(overlap.names) or kept.issuperset(overlap.names)


@given(situations())
def test_every_tuple_is_sorted(situation: tuple[InstalledSet, ResolvedSet, ResolvedSet]) -> None:
    changes = diff(*situation)
    for group in (changes.remove, changes.install, changes.redo, changes.keep):
        names = [each.name for each in group]
        assert names == sorted(names)


@given(resolved_sets())
def test_without_a_previous_set_nothing_is_kept(resolved: ResolvedSet) -> None:
    installed = InstalledSet(
        python_minor="3.13",
        distributions=tuple(
            InstalledDistribution(name=each.name, version=each.version, dist_info=f"{each.name}.dist-info")
            for each in resolved.distributions
        ),
    )
    assert diff(installed, ResolvedSet(), resolved).keep == ()


@given(st.data())
def test_verify_finds_nothing_iff_names_and_versions_agree(data: st.DataObject) -> None:
    installed, resolved = data.draw(installed_sets), data.draw(resolved_sets())
    found = {(each.name, each.version) for each in installed.distributions}
    wanted = {(each.name, each.version) for each in resolved.distributions}
    assert (verify(installed, resolved) == ()) is (found == wanted)


@given(resolved_sets())
def test_pins_name_what_comes_from_an_index_and_nothing_else(resolved: ResolvedSet) -> None:
    lines = {f"{each.name}=={each.version}" for each in resolved.distributions if isinstance(each.origin, Index)}
    assert set(pins(resolved)) == lines


def _one(name: str, version: str, **origin: object) -> ResolvedSet:
    where = Index(file=f"{name}.whl") if not origin else Archive(url="https://h/x.whl", **origin)  # type: ignore[arg-type]
    return resolved_set([Distribution(name=name, version=version, origin=where, requested=True)])


def _on_disk(*found: tuple[str, str], damaged: bool = False) -> InstalledSet:
    return InstalledSet(
        python_minor="3.13",
        distributions=tuple(
            InstalledDistribution(name=name, version=version, dist_info=f"{name}-{version}", damaged=damaged)
            for name, version in found
        ),
    )


def test_another_version_is_changed() -> None:
    changes = diff(_on_disk(("alpha", "1.0")), _one("alpha", "1.0"), _one("alpha", "2.0"))
    assert changes == Changes(redo=(Changed(name="alpha", old="1.0", new="2.0"),))


def test_a_distribution_that_is_there_twice_is_redone() -> None:
    changes = diff(_on_disk(("alpha", "1.0"), ("alpha", "2.0")), _one("alpha", "2.0"), _one("alpha", "2.0"))
    assert changes.redo == (Redone(name="alpha", version="2.0", because="installed_twice"),)


def test_a_damaged_record_is_redone() -> None:
    changes = diff(_on_disk(("alpha", "1.0"), damaged=True), _one("alpha", "1.0"), _one("alpha", "1.0"))
    assert changes.redo == (Redone(name="alpha", version="1.0", because="record_damaged"),)


def test_another_kind_of_origin_is_redone() -> None:
    changes = diff(_on_disk(("alpha", "1.0")), _one("alpha", "1.0"), _one("alpha", "1.0", hashes=()))
    assert changes.redo == (Redone(name="alpha", version="1.0", because="origin_changed"),)
