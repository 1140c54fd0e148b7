"""The digests of wheels that locks state."""

import pytest
from hypothesis import given
from pure.hashes import Hash
from pure.project.locks.wheels import digests

from tests.strategies_sbom import brought_documents

DIGEST = "a" * 64
NAME = "flask-3.1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    "document",
    [
        {"package": [{"name": "flask", "wheels": [{"url": f"https://h/x/{NAME}#y", "hash": f"sha256:{DIGEST}"}]}]},
        {"package": [{"name": "flask", "files": [{"file": NAME, "hash": f"sha256:{DIGEST}"}]}]},
        {
            "package": [{"name": "flask"}],
            "metadata": {"files": {"flask": [{"file": NAME, "hash": f"sha256:{DIGEST}"}]}},
        },
        {"package": [{"name": "flask", "files": [{"url": f"https://h/{NAME}", "hash": f"sha256:{DIGEST}"}]}]},
        {
            "packages": [
                {"name": "flask", "wheels": [{"name": NAME, "url": "https://h/x", "hashes": {"sha256": DIGEST}}]}
            ]
        },
    ],
    ids=["uv", "poetry", "poetry 1.1", "pdm", "pylock"],
)
def test_a_lock(document: object) -> None:
    assert digests(document) == {NAME: Hash(algorithm="sha256", digest=DIGEST)}


def test_two_digests_of_one_file_are_none() -> None:
    files = [{"file": NAME, "hash": f"sha256:{letter * 64}"} for letter in "ab"]
    assert digests({"package": [{"name": "flask", "files": files}]}) == {}


@given(brought_documents)
def test_any_document_gives_digests(raw: bytes) -> None:
    import json

    try:
        document = json.loads(raw)
    except ValueError:
        return
    for digest in digests(document).values():
        assert digest.algorithm == "sha256"
