"""Laws of dividing the application over layers, and of processes."""

import posixpath

from hypothesis import given
from hypothesis import strategies as st
from pure.lifecycle.outputs import LaunchProcess
from pure.lifecycle.processes import choose_command, choose_default, process_table
from pure.lifecycle.slices import divide
from pure.outcome import Failure, Success

PARTS = st.sampled_from(["a", "b", "c.txt"])
FILES = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), max_size=6, unique=True)
PATTERNS = st.lists(st.text("ab*?[]/.\\c^-", min_size=1, max_size=6), max_size=2)
SLICES = st.lists(PATTERNS, max_size=3)


def tree(files: list[str]) -> list[tuple[str, bool]]:
    folders = {"/".join(path.split("/")[:count]) for path in files for count in range(1, path.count("/") + 1)}
    return [("", True), *((path, True) for path in folders), *((path, False) for path in files if path not in folders)]


@given(FILES, SLICES)
def test_every_file_is_in_exactly_one_layer(files: list[str], slices: list[list[str]]) -> None:
    paths = tree(files)
    parts = divide(paths, slices)
    assert len(parts) == len(slices) + 1
    plain = [path for path, is_dir in paths if not is_dir]
    assert sorted(path for part in parts for path in part if path in plain) == sorted(plain)


@given(FILES, SLICES)
def test_no_path_is_without_its_folder(files: list[str], slices: list[list[str]]) -> None:
    everything = {path for part in divide(tree(files), slices) for path in part}
    assert everything == {path for path, _ in tree(files)}
    for part in divide(tree(files), slices)[:-1]:
        assert all(posixpath.dirname(path) in part for path in part if path)


@given(FILES)
def test_without_slices_there_is_one_layer(files: list[str]) -> None:
    assert [set(part) for part in divide(tree(files), [])] == [{path for path, _ in tree(files)}]


PROCESSES = st.lists(
    st.builds(
        LaunchProcess,
        type=st.sampled_from(["web", "worker", "a/b"]),
        command=st.just(("run",)),
        args=st.sampled_from([(), ("x",)]),
        default=st.booleans(),
    ),
    max_size=5,
)


@given(PROCESSES)
def test_the_last_of_a_type_counts(declared: list[LaunchProcess]) -> None:
    table, _ = process_table(declared)
    assert list(table.types) == sorted({process.type for process in declared})
    for process in table.processes:
        assert process == [each for each in declared if each.type == process.type][-1]


@given(PROCESSES)
def test_a_default_is_one_that_is_marked(declared: list[LaunchProcess]) -> None:
    table, _ = process_table(declared)
    if table.default:
        default = table.find(table.default)
        assert default is not None
        assert default.default


@given(PROCESSES, st.sampled_from([None, "web", "none"]))
def test_the_users_choice_must_exist(declared: list[LaunchProcess], wanted: str | None) -> None:
    table, _ = process_table(declared)
    outcome = choose_default(table, wanted)
    bad = "a/b" in table.types or (wanted is not None and wanted not in table.types)
    assert isinstance(outcome, Failure) == bad


@given(PROCESSES, st.lists(st.text(max_size=2), max_size=2))
def test_user_arguments_replace_only_arguments(declared: list[LaunchProcess], arguments: list[str]) -> None:
    table, _ = process_table(declared)
    outcome = choose_command(table, process="web", command=arguments)
    process = table.find("web")
    assert isinstance(outcome, Success) == (process is not None)
    if isinstance(outcome, Success) and process is not None:
        assert outcome.unwrap().argv == (*process.command, *(arguments or process.args))
