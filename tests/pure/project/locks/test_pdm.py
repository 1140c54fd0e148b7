"""Whether a lock was made from the project beside it, by the digest that earlier releases of PDM took."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.managed import decide_manager
from pure.outcome import Success
from pure.project.files import ProjectFiles

from pure.project.locks import pdm
from tests.documents import document, documents

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
DIGEST = "f43bab1efdb0cbd499ee14151f33cfc827325aeb651d2e3be695dc1835b914ba"


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
    locked = f'[metadata]\nlock_version = "4.4"\ncontent_hash = "sha256:{DIGEST}"\n'.encode()
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
def test_any_bytes_give_an_answer(locked: bytes, declared: bytes) -> None:
    assert pdm.made_from(document(locked), document(declared)) is False


@pytest.mark.parametrize(
    ("version", "read"), [("3.1", False), ("2", False), ("4.0", True), ("4.5.0", True), ("5.0", True)]
)
def test_locks_of_pdm_1_are_told(version: str, *, read: bool) -> None:
    # Newer ones are PDM's to judge, for its version can be chosen.
    found = pdm.read(document(f'[metadata]\nlock_version = "{version}"\n'))
    assert isinstance(found, Success) is read
    if not read:
        assert "is of PDM 1" in found.failure().because
