"""Whether a lock was made from the Pipfile beside it, by the digest that Pipenv took for ten years."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.managed import decide_manager
from pure.outcome import Success
from pure.project.files import ProjectFiles

from pure.project.locks import pipfile
from tests.documents import document, documents

PIPFILE = """
[[source]]
name = "company"
url = "https://index.example/simple"
verify_ssl = true

[packages]
Django = "~=5.2"
gunicorn = {version = "*", extras = ["gevent"]}

[dev-packages]
PyYAML = "*"

[worker]
Celery = ">=5"

[requires]
python_version = "3.13"

[scripts]
start = "gunicorn shop"

[pipenv]
allow_prereleases = true
"""
# What plette says of it, the library that Pipenv took it from.
DIGEST = "f991d8bc88eb6fd7407944f49064dfc59d05a87e82ed5494b490b22b8b6b4754"


def lock(digest: str) -> bytes:
    return json.dumps({"_meta": {"hash": {"sha256": digest}, "pipfile-spec": 6}, "default": {}}).encode()


def test_the_digest_is_pipenvs() -> None:
    assert pipfile.made_from(document(lock(DIGEST)), document(PIPFILE))


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("start =", "begin =", True),
        ("allow_prereleases = true", "allow_prereleases = false", True),
        ("\n[packages]", "\n# what the image needs\n[packages]", True),
        ("~=5.2", "~=5.3", False),
        ("Django", "django", False),
        ("Celery", "rq", False),
        ("PyYAML", "tomlkit", False),
        ("3.13", "3.12", False),
        ("index.example", "other.example", False),
    ],
)
def test_what_the_digest_covers(old: str, new: str, *, same: bool) -> None:
    assert old in PIPFILE
    assert pipfile.made_from(document(lock(DIGEST)), document(PIPFILE.replace(old, new))) is same


SOURCES = [{"name": "company", "url": "https://index.example/simple", "verify_ssl": True}]
CUSTOM = [{"name": "custom", "url": "https://index.example/simple", "verify_ssl": True}]
# The same of another source that Pipenv took, where the Pipfile names none.
CUSTOM_DIGEST = "414d9dd38a1b4f0fdadb1c6ab68a7e5958396861d5842f02d645db3fef28b292"


@pytest.mark.parametrize(
    ("digest", "sources", "same"),
    [
        (DIGEST, SOURCES, True),
        (CUSTOM_DIGEST, CUSTOM, True),
        (DIGEST, CUSTOM, False),
        (DIGEST, [], False),
        (DIGEST, None, False),
    ],
)
def test_without_a_source_the_digest_has_the_one_that_pipenv_took(digest: str, sources: object, *, same: bool) -> None:
    declared = PIPFILE[PIPFILE.index("[packages]") :]
    meta = {"hash": {"sha256": digest}, "pipfile-spec": 6} | ({} if sources is None else {"sources": sources})
    locked = json.dumps({"_meta": meta, "default": {}})
    assert pipfile.made_from(document(locked), document(declared)) is same


def test_the_full_version_wins() -> None:
    for requires, value in (
        ({"python_full_version": "3.12.4", "python_version": "3.13"}, "3.12.4"),
        ({"python_version": "3.13"}, "3.13"),
    ):
        text = json.dumps({"_meta": {"requires": requires}})
        (found,) = pipfile.pythons(json.loads(text), text)
        assert [each.value for each in found.any_of] == [value]
    assert pipfile.pythons({"_meta": {}}, "") == ()


@given(st.one_of(st.binary(), st.just(lock(DIGEST))), st.one_of(st.binary(), st.just(b"[packages]\na = 2026-01-01\n")))
def test_any_bytes_give_an_answer(locked: bytes, declared: bytes) -> None:
    assert pipfile.made_from(document(locked), document(declared)) is False


@pytest.mark.parametrize(("digest", "known"), [(DIGEST, True), ("0" * 64, False)])
def test_pipenv_is_asked_only_where_it_is_not_known(digest: str, *, known: bool) -> None:
    texts = {"Pipfile": PIPFILE.encode(), "Pipfile.lock": lock(digest)}
    decided = decide_manager(ProjectFiles(names=tuple(texts), texts=documents(texts)), {})
    assert isinstance(decided, Success)
    assert decided.unwrap().up_to_date is known
