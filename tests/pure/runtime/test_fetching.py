"""When a download is tried again, and that credentials cannot be seen."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.disk import DiskFull
from pure.runtime.fetching import (
    RETRIED_STATUS,
    BodyTruncated,
    CertificateRejected,
    ConnectionFailed,
    DigestMismatch,
    FetchFailure,
    FetchPolicy,
    FetchSlow,
    GiveUp,
    HttpStatus,
    InvalidUrl,
    Stretch,
    TimedOut,
    TooSlow,
    Wait,
    paced,
    retry_decision,
)
from pure.urls import host_and_name, visible_url

PASSING: tuple[FetchFailure, ...] = (
    ConnectionFailed(detail=""),
    TimedOut(seconds=1, received=0),
    TooSlow(seconds=1, received=1, expected=None),
    BodyTruncated(received=1, expected=2),
    *(HttpStatus(status=status, reason="") for status in sorted(RETRIED_STATUS)),
)
FINAL: tuple[FetchFailure, ...] = (
    *(HttpStatus(status=status, reason="") for status in (400, 401, 403, 404, 410, 501)),
    CertificateRejected(detail="", authorities=None),
    DiskFull(task="download", path="", detail=""),
    InvalidUrl(detail=""),
)
POLICIES = st.builds(
    FetchPolicy,
    attempts=st.integers(1, 9),
    backoff=st.floats(0.001, 5),
    backoff_max=st.floats(1, 60),
    retry_after_max=st.floats(0, 60),
    overall=st.floats(1, 600),
)
JITTER = st.floats(0, 1)


@given(st.sampled_from(FINAL), POLICIES)
def test_what_cannot_change_is_not_tried_again(failure: FetchFailure, policy: FetchPolicy) -> None:
    assert retry_decision(1, failure, policy) == GiveUp()


@pytest.mark.parametrize("failure", PASSING, ids=repr)
def test_what_may_pass_is_tried_again(failure: FetchFailure) -> None:
    assert isinstance(retry_decision(1, failure, FetchPolicy()), Wait)


@given(st.sampled_from(PASSING), POLICIES, JITTER)
def test_attempts_are_bounded(failure: FetchFailure, policy: FetchPolicy, jitter: float) -> None:
    assert retry_decision(policy.attempts, failure, policy, jitter=jitter) == GiveUp()


@given(st.sampled_from(PASSING), POLICIES, JITTER, st.floats(0, 1000), st.integers(1, 10**6))
def test_the_time_is_bounded(
    failure: FetchFailure, policy: FetchPolicy, jitter: float, elapsed: float, attempt: int
) -> None:
    decision = retry_decision(attempt, failure, policy, jitter=jitter, elapsed=elapsed)
    if isinstance(decision, Wait):
        assert 0 < decision.seconds <= max(policy.backoff_max, policy.retry_after_max)
        assert elapsed + decision.seconds < policy.overall


@given(st.floats(0, 10**6), POLICIES, JITTER)
def test_a_wish_to_wait_is_honoured_within_bounds(asked: float, policy: FetchPolicy, jitter: float) -> None:
    decision = retry_decision(1, HttpStatus(status=503, reason="", retry_after=asked), policy, jitter=jitter)
    if isinstance(decision, Wait):
        assert decision.seconds >= min(asked, policy.retry_after_max)


@given(JITTER)
def test_waits_double_until_the_longest(jitter: float) -> None:
    policy = FetchPolicy(attempts=10, backoff=1, backoff_max=8)
    waits = [retry_decision(attempt, PASSING[0], policy, jitter=jitter) for attempt in range(1, 7)]
    seconds = [wait.seconds for wait in waits if isinstance(wait, Wait)]
    assert seconds == [pytest.approx(each * (0.5 + 0.5 * jitter)) for each in (1, 2, 4, 8, 8, 8)]


def test_a_wrong_digest_is_tried_once_more_from_the_first_byte() -> None:
    failure = DigestMismatch(expected="", actual="", size=1)
    decision = retry_decision(1, failure, FetchPolicy())
    assert isinstance(decision, Wait)
    assert not decision.keep
    assert retry_decision(2, failure, FetchPolicy()) == GiveUp()


SECRET = "s3cr3t-W0rd"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/a/b.tar.gz", "https://host/a/b.tar.gz"),
        (f"https://user:{SECRET}@host:8443/a", "https://host:8443/a"),
        (f"https://{SECRET}@host/a", "https://host/a"),
        (f"https://host/a?token={SECRET}&x=1&{SECRET}", "https://host/a?token=***&x=***&***"),
        (f"https://host/a#{SECRET}", "https://host/a"),
        (f"https://u:{SECRET}/x@host/a", "https://host/a"),
        (f"https://u:{SECRET}?x@host/a", "https://host/a"),
        (f"https://u:{SECRET}#x@host/a", "https://host/a"),
        (f"https://u:{SECRET}@[::1/a", "https://[::1/a"),
        ("file:///mnt/a%2Bb", "file:///mnt/a%2Bb"),
        ("", ""),
    ],
)
def test_what_is_shown_of_a_url(url: str, shown: str) -> None:
    assert visible_url(url) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://user:{SECRET}@host:8443/{SECRET}/x/b.tar.gz?a={SECRET}#{SECRET}", "https://host:8443/…/b.tar.gz"),
        (f"https://user:{SECRET}/x@host/{SECRET}/b.tar.gz", "https://host/…/b.tar.gz"),
        (f"https://host/{SECRET}/", "https://host/…/"),
        ("https://host/b.tar.gz", "https://host/b.tar.gz"),
        ("https://host", "https://host"),
        ("file:///mnt/b.tar.gz", "file:///mnt/b.tar.gz"),
        ("", ""),
    ],
)
def test_what_is_shown_of_a_url_whose_folders_are_secret(url: str, shown: str) -> None:
    assert host_and_name(url) == shown


@given(st.text(), st.text(), st.sampled_from(["https", "http"]), st.sampled_from(["", ":80"]))
def test_a_password_is_never_shown(before: str, after: str, scheme: str, port: str) -> None:
    password = quote(before, safe="") + SECRET + quote(after, safe="")
    assert SECRET not in visible_url(f"{scheme}://user:{password}@host{port}/path?a={SECRET}&{SECRET}#{SECRET}")


@given(st.text())
def test_no_text_raises(text: str) -> None:
    visible_url(text)


@given(st.lists(st.tuples(st.floats(0.01, 40), st.integers(0, 2_000_000)), min_size=1, max_size=30))
def test_a_download_is_slow_where_little_arrives_for_as_long_as_anybody_waits(chunks: list[tuple[float, int]]) -> None:
    policy = FetchPolicy(patience=30.0, pace=20_000.0)
    stretch, now, received = Stretch(since=0.0, received=0), 0.0, 0
    for seconds, nbytes in chunks:
        now, received, before = now + seconds, received + nbytes, stretch
        stretch, slow = paced(before, url="u", size=None, received=received, now=now, policy=policy)
        if now - before.since < 30:
            assert (stretch, slow) == (before, None)
            continue
        assert stretch == Stretch(since=now, received=received)
        lately = received - before.received
        if lately >= 20_000 * (now - before.since):
            assert slow is None
        else:
            assert slow == FetchSlow(url="u", received=received, size=None, lately=lately, seconds=now - before.since)
