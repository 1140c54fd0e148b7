"""When static files have to be collected again: whatever collecting can depend on makes a difference, nothing else."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.collected import (
    CollectedBefore,
    CollectedRecord,
    Collector,
    Comparable,
    Grounds,
    Trace,
    comparable,
    compare,
    decode_record,
    decode_trace,
    digests_of,
    encode_record,
    recorded,
)
from pure.build.watched import FileSeen, FilesSeen, names_digest
from pure.outcome import Failure, Success

NOW = Collector(
    environment="e1",
    runtime="r1",
    command=("/workspace", "manage.py", "collectstatic"),
    variables=(("API_KEY", "x"), ("HOSTNAME", "one")),
)
FOUND = Comparable(
    names="n1",
    reads=("manage.py", "site.css"),
    made=("collected", "collected/site.css"),
    held={"manage.py": "0644 m", "site.css": "0644 s", "collected": "0755/", "collected/site.css": "0644 s"},
)
RECORD = recorded(FOUND, NOW, "collected")
SAME = CollectedBefore(record=RECORD, names="n1", reads=dict(RECORD.reads), archived=dict(RECORD.files))


def test_nothing_has_changed() -> None:
    assert compare(SAME, digests_of(NOW)) == ""


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"environment": "e2"}, "what is installed has changed"),
        ({"environment": ""}, "what is installed has changed"),
        ({"runtime": "r2"}, "Python has changed"),
        (
            {"command": ("/workspace/backend", "manage.py", "collectstatic")},
            "the command that collects them has changed",
        ),
        ({"variables": (("API_KEY", "y"), ("HOSTNAME", "one"))}, "a variable of the build has changed"),
        ({"variables": (*NOW.variables, ("MORE", ""))}, "a variable of the build has changed"),
        # The machine's name is another in every build.
        ({"variables": (("API_KEY", "x"), ("HOSTNAME", "two"), ("CNB_BP_PLAN_PATH", "/tmp/1"))}, ""),
    ],
)
def test_what_they_are_collected_by(changes: dict[str, Any], because: str) -> None:
    assert compare(SAME, digests_of(msgspec.structs.replace(NOW, **changes))) == because


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"names": "n2"}, "files of the application were added, removed or renamed"),
        ({"reads": {**RECORD.reads, "site.css": "0644 t"}}, "site.css has changed"),
        ({"reads": {"manage.py": "0644 m"}}, "site.css has changed"),
        ({"reads": {}, "names": "n2"}, "manage.py has changed"),
        ({"archived": {}}, "what the cache has of them is damaged"),
        ({"archived": {**RECORD.files, "more": "0644 x"}}, "what the cache has of them is damaged"),
    ],
)
def test_what_they_were_collected_from(changes: dict[str, Any], because: str) -> None:
    assert compare(msgspec.structs.replace(SAME, **changes), digests_of(NOW)) == because


def test_no_value_of_a_variable_is_kept() -> None:
    secret = msgspec.structs.replace(NOW, variables=(("API_KEY", "hunter2"),))
    assert b"hunter2" not in encode_record(recorded(FOUND, secret, ""))


GROUNDS = Grounds(app="/workspace", layers="/layers/l", temporary=("/scratch/t",))
BEFORE = {
    ".git": FileSeen("0755/"),
    ".git/HEAD": FileSeen("0644", (1,), 1),
    "manage.py": FileSeen("0644", (2,), 1),
    "shop": FileSeen("0755/", (3,)),
    "shop/a.html": FileSeen("0644", (4,), 1),
    "shop/site.css": FileSeen("0644", (5,), 1),
    "link.css": FileSeen("->shop/site.css", (6,)),
}
AFTER = {
    **BEFORE,
    "manage.py": FileSeen("0644", (2,), 9),
    "shop/site.css": FileSeen("0644", (5,), 9),
    "collected": FileSeen("0755/", (7,)),
    "collected/site.css": FileSeen("0644", (8,), 9),
}
COLLECTED = "/workspace/collected"


NOTHING = Trace()


def judged(
    before: Mapping[str, FileSeen] = BEFORE,
    after: Mapping[str, FileSeen] = AFTER,
    trace: Trace | None = NOTHING,
    folder: str | None = COLLECTED,
    *,
    notes: bool = True,
) -> Comparable | str:
    was = FilesSeen(root="/workspace", files=before, notes=notes)
    return comparable(GROUNDS, folder, was, FilesSeen(root="/workspace", files=after), trace)


def test_what_was_read_and_made_is_what_a_later_build_compares() -> None:
    found = judged(trace=Trace(reads=("/workspace/shop/a.html", "/workspace/shop", "/usr/lib/x", "/workspace/nothing")))
    assert isinstance(found, Comparable)
    assert found.reads == ("manage.py", "shop/a.html", "shop/site.css")
    assert found.made == ("collected", "collected/site.css")
    assert found.names == names_digest(BEFORE)
    assert found.enabled


def test_a_project_without_static_files_makes_none() -> None:
    read = {path: seen for path, seen in AFTER.items() if not path.startswith("collected")}
    found = judged(after=read, folder=None)
    assert isinstance(found, Comparable)
    assert not found.enabled
    assert found.made == ()
    assert judged(folder=None) == "that writes collected"


Change = Callable[[], Comparable | str]


@pytest.mark.parametrize(
    ("told", "because"),
    [
        (lambda: judged(trace=None), "what that reads could not be seen"),
        (lambda: judged(trace=Trace(started="git")), "that starts another program (git)"),
        (lambda: judged(trace=Trace(connected="x")), "that reaches for the network or a database (x)"),
        (lambda: judged(trace=Trace(reads=("/platform/a",))), "that reads /platform/a"),
        (lambda: judged(trace=Trace(reads=("/layers/other/a",))), "that reads /layers/other/a"),
        (lambda: judged(trace=Trace(reads=("/workspaces/a",))), "that reads /workspaces/a"),
        (lambda: judged(trace=Trace(reads=("/layers/l/venv/a", "/scratch/t/a", "/tmp/a", "/etc/a"))), ""),
        (lambda: judged(trace=Trace(writes=("/layers/l/venv/a",))), "that writes /layers/l/venv/a"),
        (lambda: judged(trace=Trace(writes=("/tmp/a", "/dev/null", "/workspace/collected/site.css"))), ""),
        (lambda: judged(trace=Trace(native="sass"), notes=True), ""),
        (
            lambda: judged(trace=Trace(native="sass"), notes=False),
            "sass may read files, and the filesystem doesn't note when it does",
        ),
        (lambda: judged(trace=Trace(), notes=False), ""),
        (lambda: judged(folder=""), "they don't go into a folder"),
        (lambda: judged(folder="/srv/static"), "/srv/static isn't in the application's folder"),
        (lambda: judged(folder="/workspace"), "/workspace isn't in the application's folder"),
        (lambda: judged(trace=Trace(reads=("/workspace/.git/HEAD",))), "that reads .git/HEAD"),
        (lambda: judged(after={**AFTER, ".git/HEAD": FileSeen("0644", (1,), 9)}), "that reads .git/HEAD"),
        (lambda: judged({**BEFORE, "collected/site.css": FileSeen("0644")}), "collected/site.css lies where they go"),
        (
            lambda: judged(
                {**BEFORE, "collected/.keep": FileSeen("0644")}, {**AFTER, "collected/.keep": FileSeen("0644")}
            ),
            "",
        ),
        (lambda: judged(after={**AFTER, "debug.log": FileSeen("0644")}), "that writes debug.log"),
        (lambda: judged(after={**AFTER, "shop/a.html": FileSeen("0644", (9,), 1)}), "that writes shop/a.html"),
        (lambda: judged(after={**AFTER, "shop/a.html": FileSeen("0600", (4,), 1)}), "that writes shop/a.html"),
        (lambda: judged(after={**AFTER, "link.css": FileSeen("->other", (6,))}), "that writes link.css"),
        (
            lambda: judged(after={path: seen for path, seen in AFTER.items() if path != "manage.py"}),
            "that removes manage.py",
        ),
        # A folder that others are made in has another version.
        (lambda: judged(after={**AFTER, "shop": FileSeen("0755/", (30,))}), ""),
        (lambda: judged(after={**AFTER, "collected/\udc80": FileSeen("0644")}), "not every name of a file is text"),
    ],
)
def test_what_nobody_can_compare(told: Change, because: str) -> None:
    found = told()
    assert (found if isinstance(found, str) else "") == because


PATHS = st.sampled_from(["a", "a/b", "c", "c/.git/d", ".git", ".gitkeep"])
SEEN = st.builds(FileSeen, st.sampled_from(["0644", "0755", "0755/", "->a"]), st.tuples(st.integers()), st.integers())


@given(st.dictionaries(PATHS, SEEN), st.dictionaries(PATHS, SEEN))
def test_names_are_the_same_exactly_if_paths_and_kinds_are(
    one: dict[str, FileSeen], other: dict[str, FileSeen]
) -> None:
    def kinds(files: dict[str, FileSeen]) -> dict[str, str]:
        return {path: seen.kind for path, seen in files.items() if ".git" not in path.split("/")}

    assert (names_digest(one) == names_digest(other)) is (kinds(one) == kinds(other))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1)
NAMES = st.dictionaries(st.lists(TEXT.filter(lambda name: name not in (".", "..")), min_size=1).map("/".join), TEXT)


@given(NAMES, NAMES, st.booleans())
def test_a_record_comes_back_as_it_was(reads: dict[str, str], files: dict[str, str], enabled: bool) -> None:
    record = CollectedRecord(by=RECORD.by, names="n", reads=reads, files=files, enabled=enabled, folder="")
    assert decode_record(encode_record(record)) == Success(record)


@given(st.binary())
def test_any_bytes_are_a_record_or_none_and_a_trace_or_none(raw: bytes) -> None:
    assert isinstance(decode_record(raw), Success | Failure)
    assert decode_trace(raw) is None or isinstance(decode_trace(raw), Trace)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\0"])
def test_a_record_names_nothing_outside_of_the_application(path: str) -> None:
    for changes in ({"reads": {path: ""}}, {"files": {path: ""}}):
        assert decode_record(encode_record(msgspec.structs.replace(RECORD, **changes))) == Failure(None)
