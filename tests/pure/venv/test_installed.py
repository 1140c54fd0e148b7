"""What an environment holds, what may be deleted from it."""

from hypothesis import example, given
from hypothesis import strategies as st
from pure.venv.installed import (
    InstalledSet,
    Overlap,
    Problem,
    RecordEntry,
    RequestedChange,
    emptied_directories,
    missing_files,
    overlaps,
    parse_installed,
    record_with_digest,
    record_with_requested,
    removal,
    requested_changes,
    strays,
)
from pure.venv.resolved import Local

from tests.strategies import NAMES, SITE_PACKAGES, installed_sets

INFO = "alpha-1.0.dist-info"
METADATA = b"Metadata-Version: 2.1\nName: Al_Pha\nVersion: 1.0\n\nName: not this one\n"
RECORD = f"a.py,sha256=x,1\r\n../../../bin/alpha,sha256=y,2\r\n{INFO}/METADATA,,\r\n{INFO}/RECORD,,\r\n".encode()
names = st.sets(st.sampled_from(NAMES))


ROOT = "/layers/lamina_python/venv"


def _parse(record: bytes = RECORD, **more: bytes) -> InstalledSet:
    files = {f"{INFO}/METADATA": METADATA, f"{INFO}/RECORD": record}
    files |= {f"{INFO}/{name}": content for name, content in more.items()}
    return parse_installed(files, python_minor="3.13", root=ROOT)


_hostile_paths = st.lists(
    st.sampled_from(["..", "a", "bin", "/", "", ".", "python3", "pyvenv.cfg", "\0", ROOT]), max_size=7
).map("/".join)
_records = st.lists(st.tuples(_hostile_paths, st.just(""), st.just("")), max_size=5).map(
    lambda rows: "".join(f"{','.join(row)}\n" for row in rows).encode()
)


@given(
    st.dictionaries(
        st.sampled_from([f"{INFO}/METADATA", f"{INFO}/RECORD", f"{INFO}/direct_url.json", "x"]), st.binary()
    )
)
def test_any_bytes_give_a_value(files: dict[str, bytes]) -> None:
    parse_installed(files, python_minor="3.13")


@given(st.binary())
def test_any_record_gives_a_value(record: bytes) -> None:
    _parse(record)


@example(f"{ROOT}/bin,,\n".encode())
@given(_records)
def test_nothing_outside_the_environment_and_nothing_of_its_own_is_ever_deleted(record: bytes) -> None:
    for path in removal(_parse(record), ["al-pha"]):
        assert not path.startswith("/")
        assert ".." not in path.split("/")
        assert path not in {"", "pyvenv.cfg", "bin/python3", "bin", "lib", SITE_PACKAGES}


@given(installed_sets, names)
def test_removal_never_touches_a_file_that_a_kept_distribution_owns(installed: InstalledSet, doomed: set[str]) -> None:
    kept = {path for each in installed.distributions if each.name not in doomed for path in each.paths}
    assert kept.isdisjoint(removal(installed, doomed))


@given(installed_sets, names)
def test_removal_leaves_nothing_of_what_only_the_doomed_own(installed: InstalledSet, doomed: set[str]) -> None:
    kept = {path for each in installed.distributions if each.name not in doomed for path in each.paths}
    own = {path for each in installed.distributions if each.name in doomed for path in each.paths}
    assert own - kept <= set(removal(installed, doomed))


@given(installed_sets, names)
def test_directories_are_pruned_deepest_first(installed: InstalledSet, doomed: set[str]) -> None:
    found = emptied_directories(installed, removal(installed, doomed))
    assert SITE_PACKAGES not in found
    for at, path in enumerate(found):
        assert not any(other.startswith(f"{path}/") for other in found[at + 1 :])


@given(installed_sets)
def test_what_is_recorded_is_neither_stray_nor_missing(installed: InstalledSet) -> None:
    files = {path for each in installed.distributions for path in each.paths}
    assert strays(installed, files) == ()
    assert missing_files(installed, files) == ()


@given(st.lists(st.text("abcXYZ_", min_size=1, max_size=4), unique=True), st.sampled_from([b"\n", b"\r\n"]))
def test_adding_and_removing_the_requested_marker_gives_the_record_back(paths: list[str], end: bytes) -> None:
    record = b"".join(f"{path},sha256=x,1".encode() + end for path in sorted([*paths, f"{INFO}/RECORD"]))
    dist_info = f"{SITE_PACKAGES}/{INFO}"
    add = RequestedChange(name="alpha", requested=True, marker=f"{dist_info}/REQUESTED", record=f"{dist_info}/RECORD")
    remove = RequestedChange(name="alpha", requested=False, marker=add.marker, record=add.record)
    longer = record_with_requested(record, add)
    rows = [line.partition(b",")[0] for line in longer.splitlines()]
    assert rows == sorted(rows)
    assert f"{INFO}/REQUESTED".encode() in rows
    assert record_with_requested(longer, remove) == record


def test_a_distribution_is_read() -> None:
    url = b'{"url": "file:///app", "dir_info": {"editable": true}}'
    found = _parse(REQUESTED=b"", **{"direct_url.json": url})
    assert found.problems == ()
    (only,) = found.distributions
    assert (only.name, only.version, only.requested, only.damaged) == ("al-pha", "1.0", True, False)
    assert only.direct_url == Local(path="/app", editable=True)
    assert only.files[0] == RecordEntry(path="bin/alpha", hash="sha256=y", size="2")
    assert only.files[1].path == f"{SITE_PACKAGES}/a.py"


def test_paths_that_leave_the_environment_are_refused_and_noted() -> None:
    hostile = (
        "/etc/passwd",
        f"{ROOT}-other/bin/alpha",
        f"{ROOT}/../python/bin/python3",
        f"{ROOT}/bin/python3",
        f"{ROOT}/",
        f"{ROOT}/bin",
        "../../../bin",
        "../../../include",
        "../../../../etc/passwd",
        "../../../bin/python3",
        "../../../pyvenv.cfg",
        "..",
        "../../../",
    )
    found = _parse(RECORD + "".join(f'"{path}",,\r\n' for path in hostile).encode())
    assert {each.path for each in found.problems} == set(hostile)
    assert all(each.kind == "outside" for each in found.problems)
    assert found.distributions[0].damaged


def test_absolute_paths_into_the_environment_are_its_files() -> None:
    found = _parse(f"{ROOT}/bin/alpha,sha256=y,2\n{ROOT}/{SITE_PACKAGES}/a.pth,sha256=x,1\n".encode())
    assert not found.problems
    assert found.distributions[0].paths == ("bin/alpha", f"{SITE_PACKAGES}/a.pth")


def test_a_missing_or_broken_record_is_noted() -> None:
    files = {f"{INFO}/METADATA": METADATA}
    assert parse_installed(files, python_minor="3.13").problems[0].kind == "no_record"
    for record in (b"", b"a,b\n", b'"a', b"\xff,,\n"):
        assert _parse(record).problems == (Problem(dist_info=f"{SITE_PACKAGES}/{INFO}", kind="bad_record"),)


def test_two_directories_of_one_distribution_are_noted() -> None:
    other = "alpha-2.0.dist-info"
    files = {
        f"{each}/{name}": data for each in (INFO, other) for name, data in (("METADATA", METADATA), ("RECORD", RECORD))
    }
    assert parse_installed(files, python_minor="3.13").problems[0].kind == "duplicate"


def test_bytecode_goes_with_its_source() -> None:
    gone = removal(_parse(), ["Al.Pha"])
    assert f"{SITE_PACKAGES}/__pycache__/a.cpython-313.pyc" in gone
    assert "bin/alpha" in gone
    assert f"{SITE_PACKAGES}/{INFO}/INSTALLER" in gone
    assert emptied_directories(_parse(), gone) == (f"{SITE_PACKAGES}/__pycache__", f"{SITE_PACKAGES}/{INFO}")


def test_strays_are_what_nobody_owns() -> None:
    own = ["pyvenv.cfg", "bin/python", "bin/python3.13", "bin/activate.fish", "bin/Activate.ps1", ".lamina/state.json"]
    theirs = ["bin/alpha", f"{SITE_PACKAGES}/a.py", f"{SITE_PACKAGES}/__pycache__/a.cpython-313.opt-1.pyc"]
    nobodys = ["bin/python-tool", f"{SITE_PACKAGES}/__pycache__/a.cpython-312.pyc", f"{SITE_PACKAGES}/b.py"]
    assert strays(_parse(), [*own, *theirs, *nobodys]) == tuple(sorted(nobodys))


def test_an_overlap_counts_between_new_and_kept_only() -> None:
    record = b"shared.py,,\n"
    files = {
        f"{name}-1.dist-info/{file}": data
        for name in ("one", "two")
        for file, data in (("METADATA", f"Name: {name}\nVersion: 1\n".encode()), ("RECORD", record))
    }
    installed = parse_installed(files, python_minor="3.13")
    assert overlaps(installed, ["two"]) == (Overlap(path=f"{SITE_PACKAGES}/shared.py", names=("one", "two")),)
    assert overlaps(installed, ["one", "two"]) == ()
    assert overlaps(installed, []) == ()


def test_a_shared_file_of_the_same_contents_is_no_overlap() -> None:
    files = {
        f"{name}-1.dist-info/{file}": data
        for name in ("one", "two")
        for file, data in (("METADATA", f"Name: {name}\nVersion: 1\n".encode()), ("RECORD", b"x.py,sha256=x,1\n"))
    }
    assert overlaps(parse_installed(files, python_minor="3.13"), ["two"]) == ()


def test_requested_markers_change_both_ways() -> None:
    marker = f"{SITE_PACKAGES}/{INFO}/REQUESTED"
    assert requested_changes(_parse(), {"al-pha": True})[0].marker == marker
    assert requested_changes(_parse(REQUESTED=b""), {"al-pha": False})[0].requested is False
    assert requested_changes(_parse(), {"al-pha": False}) == ()


def test_a_changed_file_gets_a_new_row() -> None:
    record = b"a-1.dist-info/METADATA,sha256=abc,3\r\na-1.dist-info/direct_url.json,sha256=old,9\r\na.py,,\r\n"
    changed = record_with_digest(record, "a-1.dist-info/direct_url.json", b"")
    row = b"a-1.dist-info/direct_url.json,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\r\n"
    assert changed == record.replace(b"a-1.dist-info/direct_url.json,sha256=old,9\r\n", row)
