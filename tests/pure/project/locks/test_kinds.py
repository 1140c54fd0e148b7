"""Any document gives what a lock says, or an error that names the key with the wrong value; the table is complete."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias, get_args

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.manager.table import MANAGERS, PIP, PROJECT, UV_PIP
from pure.outcome import Failure, Success
from pure.project.document import FileUnreadable
from pure.project.locks.facts import LockFacts, origin
from pure.project.locks.kinds import LOCKS, LockKind, LockName
from pure.python.sources import MANAGER_VARIABLE, listen
from pure.python.words import Unusable

from tests.documents import document as documented
from tests.documents import documents
from tests.strategies_plan import junk

Document: TypeAlias = Mapping[str, Any]
# Of each lock the smallest one with everything that is read of it, and the places of that.
FULL: Mapping[str, Document] = {
    "uv": {
        "version": 1,
        "package": [{"name": "a", "source": {"git": "https://host.example/#1"}}, {"name": "b", "source": {"path": "b"}},
                    {"name": "c", "source": {"editable": "c"}}, {"name": "d", "source": {"directory": "d"}},
                    {"name": "e", "source": {"registry": "https://index.example/"}, "sdist": {"hash": "sha256:0"},
                     "wheels": [{"hash": "sha256:1"}]}],
    },
    "poetry": {
        "metadata": {"lock-version": "2.1"},
        "package": [{"name": "a", "source": {"type": "directory"}},
                    {"name": "b", "files": [{"hash": "sha256:0"}],
                     "source": {"type": "git", "resolved_reference": "1"}}],
    },
    "pdm": {
        "metadata": {"lock_version": "4.5.0", "groups": ["default"]},
        "package": [{"name": "a", "path": "./a"}, {"name": "b", "git": "https://host.example/b", "revision": "1"},
                    {"name": "c", "files": [{"hash": "sha256:0"}]}],
    },
    "pipenv": {
        "_meta": {},
        "default": {"a": {"version": "==1", "hashes": ["sha256:0"], "markers": "os_name == 'posix'"},
                    "b": {"path": "b", "editable": True}, "c": {"file": "c.whl"}, "d": {"git": "x", "ref": "1"}},
    },
    "pylock": {
        "lock-version": "1.0",
        "extras": ["fast"],
        "dependency-groups": ["dev"],
        "packages": [
            {"name": "a", "wheels": [{"url": "https://index.example/a.whl", "hashes": {"sha256": "0"}}],
             "sdist": {"path": "a.tar.gz", "hashes": {"sha256": "0"}}},
            {"name": "b", "archive": {"url": "https://index.example/b.zip", "hashes": {"sha256": "0"}}},
            {"name": "c", "vcs": {"commit-id": "1"}}, {"name": "d", "directory": {"path": "d"}},
        ],
    },
}  # fmt: skip
LOCKED = tuple(FULL)
Place: TypeAlias = tuple[str | int, ...]


def _toml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_toml(str(key))} = {_toml(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value)
        case _:
            return str(value)


def _written(manager: str, document: object) -> bytes:
    if manager == "pipenv":
        return json.dumps(document).encode()
    assert isinstance(document, dict)
    return "".join(f"{_toml(key)} = {_toml(value)}\n" for key, value in document.items()).encode()


def _read(manager: str, document: object) -> LockFacts | FileUnreadable:
    outcome = LOCKS[MANAGERS[manager].lock].facts(documented(_written(manager, document)), MANAGERS[manager].lock)
    return outcome.failure() if isinstance(outcome, Failure) else outcome.unwrap()


def _places(value: object, at: Place = ()) -> list[Place]:
    if isinstance(value, dict):
        return [place for key, each in value.items() for place in ((*at, key), *_places(each, (*at, key)))]
    if isinstance(value, list):
        return [place for key, each in enumerate(value) for place in ((*at, key), *_places(each, (*at, key)))]
    return []


def _with(document: Any, place: Place, change: Callable[[Any], Any]) -> Any:
    if not place:
        return change(document)
    copy: Any = dict(document) if isinstance(document, dict) else list(document)
    copy[place[0]] = _with(copy[place[0]], place[1:], change)
    return copy


def _key(place: Place) -> str:
    """A place as errors name it: the keys of hashes aren't told."""
    named = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place).lstrip(".")
    return named.rpartition("hashes.")[0] + "hashes[...]" if "hashes." in named else named


EVERYWHERE = [(manager, place) for manager in LOCKED for place in _places(FULL[manager])]
# What may stand there too: whatever is in _meta, and another version of uv's format.
FREE = {("pipenv", ("_meta",)), ("uv", ("version",))}
MARKS = {("metadata",), ("metadata", "lock-version"), ("metadata", "lock_version"), ("lock-version",), ("_meta",)}


@pytest.mark.parametrize("manager", LOCKED)
def test_the_full_document_is_one(manager: str) -> None:
    found = _read(manager, FULL[manager])
    assert isinstance(found, LockFacts)
    assert found.names
    assert found.local


@pytest.mark.parametrize(("manager", "place"), EVERYWHERE)
def test_a_wrong_type_anywhere_is_an_error_that_names_the_key(manager: str, place: Place) -> None:
    for wrong in (3, "x", True, [], {}, [3], {"x": 3}, date(2026, 1, 1), 1.5):
        if manager == "pipenv" and isinstance(wrong, date):
            continue

        def change(right: object, wrong: object = wrong) -> object:
            return wrong

        right: Any = FULL[manager]
        for step in place:
            right = right[step]
        if type(wrong) is type(right):
            continue
        found = _read(manager, _with(FULL[manager], place, change))
        if (manager, place) in FREE and isinstance(found, LockFacts):
            continue
        assert isinstance(found, FileUnreadable), (wrong, found)
        if place not in MARKS:
            assert f" {_key(place)}" in found.because, (wrong, found.because)
        else:
            assert str(place[-1]).replace("metadata", "lock") in found.because


@pytest.mark.parametrize("manager", [each for each in LOCKED if each != "pipenv"])
def test_a_package_without_a_name_is_an_error(manager: str) -> None:
    key = "packages" if manager == "pylock" else "package"
    nameless = _with(FULL[manager], (key, 0), lambda package: {k: v for k, v in package.items() if k != "name"})
    found = _read(manager, nameless)
    assert isinstance(found, FileUnreadable)
    assert found.because == f"has no name in {key}[0]"


_KEYS = st.sampled_from(sorted({step for _, place in EVERYWHERE for step in place if isinstance(step, str)}))
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=8) | st.floats(allow_nan=False, width=16),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def _without_null(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_null(each) for key, each in value.items() if each is not None}
    return [_without_null(each) for each in value if each is not None] if isinstance(value, list) else value


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_document_gives_facts_or_an_error(manager: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([(), *_places(FULL[manager])]))
    anything = data.draw(_ANY if place else st.dictionaries(_KEYS, _ANY, max_size=5))
    document = _with(FULL[manager], place, lambda _: anything)
    if manager != "pipenv":
        document = _without_null(document)
        try:
            tomli.loads(_written(manager, document).decode())
        except tomli.TOMLDecodeError:
            return
    match LOCKS[MANAGERS[manager].lock].facts(documented(_written(manager, document)), MANAGERS[manager].lock):
        case Success(LockFacts() as facts):
            assert all(len(name) <= 100 for name in (*facts.names, *facts.local))
        case Failure(error):
            assert error.because.isprintable()


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def _from_git(commit: str) -> Mapping[str, Document]:
    """Of each lock one with a distribution from a repository, fixed by this."""
    return {
        "uv": {"version": 1, "package": [{"name": "a", "source": {"git": f"https://host.example/a?rev=x#{commit}"}}]},
        "poetry": {
            "metadata": {"lock-version": "2.1"},
            "package": [{"name": "a", "source": {"type": "git", "reference": "x", "resolved_reference": commit}}],
        },
        "pdm": {
            "metadata": {"lock_version": "4.5.0"},
            "package": [{"name": "a", "git": "https://host.example/a", "revision": commit}],
        },
        "pipenv": {"_meta": {}, "default": {"a": {"git": "https://host.example/a", "ref": commit}}},
        "pylock": {"lock-version": "1.0", "packages": [{"name": "a", "vcs": {"type": "git", "commit-id": commit}}]},
    }


@pytest.mark.parametrize("manager", LOCKED)
@pytest.mark.parametrize(
    ("commit", "moving"),
    [(COMMIT, ()), (COMMIT.upper(), ()), (COMMIT + COMMIT[:24], ()), ("main", ("a",)), (COMMIT[:12], ("a",)),
     ("", ("a",)), ("g" * 40, ("a",))],
)  # fmt: skip
def test_only_a_full_commit_fixes_what_comes_from_a_repository(
    manager: str, commit: str, moving: tuple[str, ...]
) -> None:
    found = _read(manager, _from_git(commit)[manager])
    assert isinstance(found, LockFacts)
    assert (found.local, found.moving) == ((), moving)


@pytest.mark.parametrize(
    ("registry", "artefacts", "local", "moving"),
    [
        ("vendor", {"wheels": [{"path": "a-1.0-py3-none-any.whl"}]}, ("a",), ()),
        ("../vendor", {"wheels": [{"path": "a-1.0-py3-none-any.whl", "hash": "sha256:0"}]}, ("a",), ()),
        ("https://index.example/simple", {"wheels": [{"url": "https://index.example/a.whl"}]}, (), ("a",)),
        ("https://index.example/simple", {"sdist": {"url": "https://index.example/a.tar.gz"}}, (), ("a",)),
        ("https://index.example/simple", {"sdist": {"hash": "sha256:0"}, "wheels": [{"hash": "sha256:1"}]}, (), ()),
    ],
)
def test_what_uv_takes_from_a_folder_or_without_a_hash_is_not_fixed(
    registry: str, artefacts: Document, local: tuple[str, ...], moving: tuple[str, ...]
) -> None:
    package = {"name": "a", "source": {"registry": registry}, **artefacts}
    found = _read("uv", {"version": 1, "package": [package]})
    assert isinstance(found, LockFacts)
    assert (found.local, found.moving) == (local, moving)


@pytest.mark.parametrize(("manager", "mark"), [("poetry", {"lock-version": "2.1"}), ("pdm", {"lock_version": "4.5.0"})])
@pytest.mark.parametrize(("files", "moving"), [([{"hash": "sha256:0"}], ()), ([{"file": "a.whl"}], ("a",))])
def test_a_file_without_a_hash_is_not_fixed(
    manager: str, mark: Document, files: list[Document], moving: tuple[str, ...]
) -> None:
    found = _read(manager, {"metadata": mark, "package": [{"name": "a", "files": files}]})
    assert isinstance(found, LockFacts)
    assert found.moving == moving


def _entries(manager: str, entries: list[tuple[str, list[str]]]) -> Document:
    """A lock with these names, in this order, and the hashes of each one's files."""
    if manager == "pipenv":
        return {"_meta": {}, **{f"c{at}": {name: {"hashes": found}} for at, (name, found) in enumerate(entries)}}
    if manager == "pylock":
        packages = [
            {"name": name, "wheels": [{"url": "https://index.example/", "hashes": {"sha256": each}} for each in found]}
            for name, found in entries
        ]
        return {"lock-version": "1.0", "packages": packages}
    key = "wheels" if manager == "uv" else "files"
    head = {name: FULL[manager][name] for name in FULL[manager] if name != "package"}
    return {**head, "package": [{"name": name, key: [{"hash": each} for each in found]} for name, found in entries]}


def _artefacts(manager: str, document: object) -> dict[str, str]:
    found = _read(manager, document)
    assert isinstance(found, LockFacts), found
    return dict(found.artefacts)


# Names may come several times, for other markers or extras.
_SEVERAL = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c-d"]), st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, unique=True)),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=40, deadline=None)
@given(entries=_SEVERAL, data=st.data())
def test_the_order_in_a_lock_makes_no_other_artefacts(
    manager: str, entries: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    other = [(name, data.draw(st.permutations(found))) for name, found in data.draw(st.permutations(entries))]
    found = _artefacts(manager, _entries(manager, entries))
    assert found == _artefacts(manager, _entries(manager, other))
    assert list(found) == sorted({name for name, _ in entries})


@pytest.mark.parametrize("manager", LOCKED)
@settings(max_examples=40, deadline=None)
@given(entries=_SEVERAL, data=st.data())
def test_another_hash_changes_the_artefact_of_its_name_and_no_other(
    manager: str, entries: list[tuple[str, list[str]]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    name, found = entries[at]
    other = [*entries[:at], (name, [*found[:-1], "another"]), *entries[at + 1 :]]
    one, two = (_artefacts(manager, _entries(manager, each)) for each in (entries, other))
    assert {each for each in one if one[each] != two[each]} == {name}


@pytest.mark.parametrize("manager", LOCKED)
def test_another_commit_is_another_artefact(manager: str) -> None:
    one, two, moving = (_artefacts(manager, _from_git(each)[manager]) for each in (COMMIT, COMMIT[::-1], "main"))
    assert one.keys() == two.keys() == {"a"}
    assert one != two
    assert moving == {}


@given(st.sampled_from(["https://", "git+ssh://"]), st.sampled_from(["", "user@", "user:secret@", "other%40:x@"]))
def test_who_asks_is_no_part_of_an_origin(scheme: str, user: str) -> None:
    plain = origin(f"{scheme}host.example/a?subdirectory=b#{COMMIT}")
    assert origin(f"{scheme}{user}host.example/a?subdirectory=b&token={user}#{COMMIT}") == plain
    assert origin(f"{scheme}host.example/a?subdirectory=c#{COMMIT}") != plain
    assert origin(f"{scheme}host.example/b?subdirectory=b#{COMMIT}") != plain


@pytest.mark.parametrize("manager", LOCKED)
def test_names_are_normalised_for_their_artefacts(manager: str) -> None:
    assert _artefacts(manager, _entries(manager, [("C_d", ["1"])])).keys() == {"c-d"}


def test_the_oldest_locks_of_poetry_have_their_hashes_elsewhere() -> None:
    one, two = (
        _artefacts(
            "poetry",
            {"metadata": {"lock-version": "1.1", "files": {"a": [{"file": "a.whl", "hash": each}]}},
             "package": [{"name": "a"}]},
        )
        for each in ("sha256:0", "sha256:1")
    )  # fmt: skip
    assert one != two


def test_every_name_has_its_kind() -> None:
    assert tuple(LOCKS) == get_args(LockName)
    assert all(kind.file == name for name, kind in LOCKS.items())


def test_all_managers_of_locks_install_from_one() -> None:
    assert {each.lock for each in MANAGERS.values() if each.by_lock} == set(LOCKS)
    assert [each for each in MANAGERS.values() if not each.by_lock] == [PIP, UV_PIP, PROJECT]


@pytest.mark.parametrize("manager", MANAGERS)
def test_the_lock_of_the_manager_that_is_asked_for_is_heard_and_no_other(manager: str) -> None:
    broken = documents(dict.fromkeys(LOCKS, "<"))
    heard = listen({"BP_PYTHON_VERSION": "3.13", MANAGER_VARIABLE: manager}, broken).unwrap()
    because = f"${MANAGER_VARIABLE} chooses {manager}"
    ignored = {each.source.file for each in heard.said if isinstance(each, Unusable) and each.because == because}
    assert ignored == set(LOCKS) - {MANAGERS[manager].lock}


@pytest.mark.parametrize("kind", LOCKS.values(), ids=LOCKS)
@given(junk | st.binary(max_size=60))
def test_any_lock_has_an_answer(kind: LockKind, raw: bytes) -> None:
    lock = documented(raw)
    assert isinstance(kind.facts(lock, kind.file), Success | Failure)
    match kind.parsed(lock):
        case Success(found):
            for each in kind.pythons(found, lock.text):
                assert each.any_of
        case Failure():
            assert isinstance(kind.facts(lock, kind.file), Failure)
