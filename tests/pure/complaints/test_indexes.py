"""What a log of pip's says of several package indexes."""

import pytest
from pure.complaints.indexes import IndexPassedOver, OnSeveralIndexes, read_indexes

ONE, OTHER = "https://index.example.com/simple", "https://team.example.com/pip"


def _has(index: str, name: str) -> tuple[str, ...]:
    return (
        f"2026-01-01T10:00:00,000 Fetched page {index}/{name}/ as text/html",
        f"2026-01-01T10:00:00,000   Found link https://files/{name}-1.0.tar.gz (from {index}/{name}/), version: 1.0",
    )


def _failed(index: str, name: str, why: str) -> str:
    return f"2026-01-01T10:00:00,000 Could not fetch URL {index}/{name}/: {why} - skipping"


def _answered(status: int, name: str = "tiny-pkg") -> str:
    kind = "Client" if status < 500 else "Server"
    return _failed(OTHER, name, f"{status} {kind} Error: Whatever for url: {OTHER}/{name}/")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (_answered(401), 401),
        (_answered(403), 403),
        (_answered(500), 500),
        (_failed(OTHER, "tiny-pkg", "Max retries (Caused by ResponseError('too many 503 error responses'))"), 503),
        (_failed(OTHER, "tiny-pkg", "connection error: HTTPSConnectionPool(host='team.example.com', port=443)"), 0),
    ],
)
def test_an_index_that_gives_no_answer_is_told_where_another_has_the_name(line: str, status: int) -> None:
    passed = IndexPassedOver(host="team.example.com", status=status, names=("tiny-pkg",))
    assert read_indexes((*_has(ONE, "tiny-pkg"), line), {"tiny-pkg"}) == (passed,)
    # Of what nobody has, the error tells.
    assert read_indexes((line,), {"tiny-pkg"}) == ()
    # Builds ask for what they need beside.
    assert read_indexes((*_has(ONE, "tiny-pkg"), line), {"flask"}) == ()


def test_an_index_that_does_not_have_a_name_is_none_of_these() -> None:
    assert read_indexes((*_has(ONE, "tiny-pkg"), _answered(404)), {"tiny-pkg"}) == ()


def test_an_index_that_forbids_what_it_does_not_have_is_none_of_these() -> None:
    log = (*_has(ONE, "tiny-pkg"), _answered(403), *_has(OTHER, "torch"))
    assert read_indexes(log, {"tiny-pkg", "torch"}) == ()
    refused = (*_has(ONE, "tiny-pkg"), _answered(401), *_has(OTHER, "torch"))
    assert len(read_indexes(refused, {"tiny-pkg", "torch"})) == 1


def test_an_index_that_is_named_twice_is_one() -> None:
    log = (*_has(ONE, "alpha"), *_has(ONE.replace("://", "://reader:****@"), "alpha"))
    assert read_indexes(log, {"alpha"}) == ()


def test_names_on_several_indexes_are_told_by_the_indexes() -> None:
    names = ("alpha", "beta", "gamma")
    log = (*(line for name in names for line in _has(ONE, name)), *_has(OTHER, "beta"), *_has(OTHER, "alpha"))
    shared = OnSeveralIndexes(hosts=("index.example.com", "team.example.com"), names=("alpha", "beta"))
    assert read_indexes(log, set(names)) == (shared,)
