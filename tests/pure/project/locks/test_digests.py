"""Whether a lock was made from the declarations beside it, by the digests that earlier releases of its tool took."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.managed import decide_manager
from pure.outcome import Success
from pure.project.files import ProjectFiles

from pure.project.locks import pdm, pipfile
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


@given(st.one_of(st.binary(), st.just(lock(DIGEST))), st.one_of(st.binary(), st.just(b"[packages]\na = 2026-01-01\n")))
def test_any_bytes_give_an_answer(locked: bytes, declared: bytes) -> None:
    assert pipfile.made_from(document(locked), document(declared)) is False


@pytest.mark.parametrize(("digest", "known"), [(DIGEST, True), ("0" * 64, False)])
def test_pipenv_is_asked_only_where_it_is_not_known(digest: str, *, known: bool) -> None:
    texts = {"Pipfile": PIPFILE.encode(), "Pipfile.lock": lock(digest)}
    decided = decide_manager(ProjectFiles(names=tuple(texts), texts=documents(texts)), {})
    assert isinstance(decided, Success)
    assert decided.unwrap().up_to_date is known


PYPROJECT = """
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["flask>=3", "gunicorn"]

[project.optional-dependencies]
mail = ["aiosmtplib"]

[[tool.pdm.source]]
name = "company"
url = "https://index.example/simple"

[tool.pdm.dev-dependencies]
test = ["pytest>=8"]

[tool.pdm.resolution.overrides]
werkzeug = "3.1"
"""
# What PDM 2.10.4 says of it.
PDM_DIGEST = "f43bab1efdb0cbd499ee14151f33cfc827325aeb651d2e3be695dc1835b914ba"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ('version = "1.0"', 'version = "2.0"', True),
        ("flask>=3", "flask>=2", False),
        ("aiosmtplib", "redmail", False),
        ("pytest>=8", "pytest>=7", False),
        (">=3.11", ">=3.12", False),
        ("index.example", "other.example", False),
        ("werkzeug", "flask", False),
    ],
)
def test_the_digest_of_an_earlier_pdm(old: str, new: str, *, same: bool) -> None:
    locked = f'[metadata]\nlock_version = "4.4"\ncontent_hash = "sha256:{PDM_DIGEST}"\n'.encode()
    assert old in PYPROJECT
    assert pdm.made_from(document(locked), document(PYPROJECT))
    assert pdm.made_from(document(locked), document(PYPROJECT.replace(old, new))) is same
    texts = {"pyproject.toml": PYPROJECT.encode(), "pdm.lock": locked}
    decided = decide_manager(ProjectFiles(names=tuple(texts), texts=documents(texts)), {})
    assert isinstance(decided, Success)
    assert decided.unwrap().up_to_date


@given(
    st.binary(), st.one_of(st.binary(), st.just(PYPROJECT.replace('["flask>=3", "gunicorn"]', "2026-01-01").encode()))
)
def test_any_bytes_give_an_answer_of_pdms(locked: bytes, declared: bytes) -> None:
    assert pdm.made_from(document(locked), document(declared)) is False
