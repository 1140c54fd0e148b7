"""Resolved sets: names, sets, pip's report, the state of an environment."""

import json

from hypothesis import given
from hypothesis import strategies as st
from pure.hashes import Hash
from pure.names import normalise_name
from pure.outcome import Failure, Success
from pure.urls import without_secrets
from pure.venv.resolved import (
    Archive,
    Distribution,
    Index,
    Local,
    ReportHasNoOrigin,
    ReportVersionUnknown,
    ResolvedSet,
    Vcs,
    parse_direct_url,
    parse_report,
    resolved_set,
    same_artefact,
    with_hidden_urls,
    without_credentials,
)
from pure.venv.state import StateSchemaUnknown, VenvState, decode_state, encode_state

from tests.strategies import distributions, origins, resolved_sets

COMMIT = "0123456789abcdef0123456789abcdef01234567"
names = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?", fullmatch=True)


@given(names)
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normalise_name(normalise_name(name)) == normalise_name(name)


@given(st.lists(st.sampled_from("-_."), min_size=1, max_size=3).map("".join), st.booleans())
def test_names_compare_as_pep_503_says(separator: str, upper: bool) -> None:
    name = f"one{separator}two"
    assert normalise_name(name.upper() if upper else name) == "one-two"


@given(st.lists(distributions()), st.randoms())
def test_a_resolved_set_knows_no_order(found: list[Distribution], random: object) -> None:
    other = sorted(found, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert resolved_set(found) == resolved_set(other)


@given(resolved_sets())
def test_decoding_an_encoded_state_is_the_identity(resolved: ResolvedSet) -> None:
    state = VenvState(resolved=resolved)
    assert decode_state(encode_state(state)) == Success(state)


@given(st.binary())
def test_any_bytes_of_a_state_give_a_value(raw: bytes) -> None:
    assert isinstance(decode_state(raw), Success | Failure)


@given(st.binary())
def test_any_bytes_of_a_report_give_a_value(raw: bytes) -> None:
    assert isinstance(parse_report(raw), Success | Failure)


_json = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
_shaped = st.fixed_dictionaries(
    {
        "version": st.just("1") | _json,
        "install": st.lists(
            st.fixed_dictionaries(
                {"metadata": st.fixed_dictionaries({"name": st.text(max_size=5), "version": st.text(max_size=5)})},
                optional={
                    "download_info": st.fixed_dictionaries(
                        {"url": st.text() | st.just("http://[")},
                        optional={"archive_info": st.fixed_dictionaries({"hash": st.text()}), "dir_info": _json},
                    ),
                    "is_direct": st.booleans() | _json,
                },
            ),
            max_size=3,
        ),
    }
)


@given(_shaped)
def test_any_report_of_about_the_right_shape_gives_a_value(report: object) -> None:
    assert isinstance(parse_report(json.dumps(report).encode()), Success | Failure)


@given(st.binary())
def test_any_bytes_of_a_direct_url_give_a_value(raw: bytes) -> None:
    parse_direct_url(raw)


@given(st.text())
def test_any_url_has_a_form_without_secrets(url: str) -> None:
    assert "hunter2" not in without_secrets(f"https://user:hunter2@host/{url.replace('hunter2', '')}?hunter2#hunter2")


@given(origins)
def test_an_origin_is_its_own_artefact(origin: object) -> None:
    assert same_artefact(origin, origin)  # type: ignore[arg-type]


def test_a_state_of_another_schema_says_so() -> None:
    assert decode_state(b'{"schema": 99, "anything": 1}') == Failure(StateSchemaUnknown(schema=99))


def _report(**item: object) -> bytes:
    whole = {"metadata": {"name": "Foo.Bar", "version": "1.0"}, "requested": True, **item}
    return json.dumps({"version": "1", "pip_version": "26", "install": [whole]}).encode()


def _only(**item: object) -> Distribution:
    return parse_report(_report(**item)).unwrap().distributions[0]


def test_a_report_of_an_index_artefact() -> None:
    url = "https://user:secret@host/simple/foo_bar-1.0-py3-none-any.whl"
    found = _only(
        download_info={"url": url, "archive_info": {"hash": "sha256=aa", "hashes": {"sha256": "aa"}}},
        requested_extras=["B", "a"],
    )
    assert found == Distribution(
        name="foo-bar",
        version="1.0",
        origin=Index(file="foo_bar-1.0-py3-none-any.whl", hashes=(Hash(algorithm="sha256", digest="aa"),)),
        requested=True,
        extras=("a", "b"),
    )


def test_a_report_with_the_older_hash_alone() -> None:
    found = _only(download_info={"url": "https://h/x.whl", "archive_info": {"hash": "sha256=aa"}}, is_direct=True)
    assert found.origin == Archive(url="https://h/x.whl", hashes=(Hash(algorithm="sha256", digest="aa"),))


def test_a_commit_is_immutable_only_if_it_was_asked_for_in_full() -> None:
    def origin(revision: str | None) -> Vcs:
        info = {"vcs": "git", "commit_id": COMMIT, "requested_revision": revision}
        found = _only(download_info={"url": "https://h/x.git", "vcs_info": info}, is_direct=True).origin
        assert isinstance(found, Vcs)
        return found

    assert origin(COMMIT).immutable
    assert not any(origin(each).immutable for each in (None, "main", COMMIT[:12], "f" * 40))


def test_a_report_of_a_directory() -> None:
    found = _only(download_info={"url": "file:///app/my%20lib", "dir_info": {"editable": True}}, is_direct=True)
    assert found.origin == Local(path="/app/my lib", editable=True)


def test_another_version_of_the_report_is_an_error() -> None:
    assert parse_report(b'{"version": "2"}') == Failure(ReportVersionUnknown(version="2"))


def test_a_distribution_without_an_origin_is_an_error() -> None:
    assert parse_report(_report(download_info={"url": "https://h/x"})) == Failure(ReportHasNoOrigin(name="foo-bar"))


def test_a_recorded_url_loses_its_query() -> None:
    raw = b'{"archive_info": {"hashes": {"sha256": "ab"}}, "url": "https://h.example/a.whl?token=s3cr3t"}'
    assert without_credentials(raw, str) == raw.replace(b"?token=s3cr3t", b"")


def test_a_recorded_url_loses_what_is_known_to_be_secret() -> None:
    def hide(text: str) -> str:
        return text.replace("s3cr3t", "****")

    raw = b'{"archive_info": {}, "url": "https://h.example/s3cr3t/a.whl"}'
    assert without_credentials(raw, hide) == raw.replace(b"s3cr3t", b"****")
    local = b'{"dir_info": {}, "url": "file:///workspace/s3cr3t"}'
    assert without_credentials(local, hide) is None


@given(resolved_sets())
def test_no_secret_is_left_in_the_urls_of_a_resolved_set(resolved: ResolvedSet) -> None:
    hidden = with_hidden_urls(resolved, lambda url: url.replace("a", "*"))
    assert with_hidden_urls(resolved, str) == resolved
    for before, after in zip(resolved.distributions, hidden.distributions, strict=True):
        assert (before.name, before.version) == (after.name, after.version)
        url = getattr(after.origin, "url", "")
        assert "a" not in url or url.startswith("file:")


@given(st.binary(max_size=80))
def test_what_has_no_query_stays_as_it_is(raw: bytes) -> None:
    assert without_credentials(raw, str) is None or b"?" in raw
