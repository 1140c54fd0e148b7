"""What bindings hold: any bytes give it or an error, and no error quotes anything."""

from random import Random
from urllib.parse import unquote, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.bindings.contents import NONE, BoundIndex, understood, written_secrets, written_texts
from pure.bindings.folder import EXPECTED, BadEntry
from pure.outcome import Failure, Success

from tests.bound import binding, held, pem
from tests.fuzz.bindings import play

A, B = "a" * 64, "b" * 64
SECRET = "hunter2secret"
names = st.sampled_from(["one", "two", "three"])
entries = st.dictionaries(
    st.one_of(
        st.sampled_from([name for expected in EXPECTED.values() for name in expected.entries]),
        st.sampled_from([A, f"sha256:{B}", "one.pem"]),
        st.text(max_size=8),
    ),
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [b"https://index.example/simple", b"[a", b"a = 1", pem("a").encode(), b"file:///a", b"http://["]
        ),
    ),
    max_size=4,
)
kinds = st.one_of(st.sampled_from([*EXPECTED, "PYPI", "postgresql"]), st.none(), st.text(max_size=5))


@given(st.lists(st.builds(binding, names, kinds, entries), max_size=4))
def test_any_bytes_give_what_they_hold_or_an_error(bindings: list[object]) -> None:
    read = understood(tuple(bindings))  # type: ignore[arg-type]
    if isinstance(read, Success):
        assert read.unwrap().found == tuple(bindings)
        assert list(written_secrets(read.unwrap())) is not None
        assert list(written_texts(read.unwrap())) is not None


@given(
    st.sampled_from(sorted(EXPECTED)), st.sampled_from([f"[{SECRET}", f"://{SECRET} ", f"\n{SECRET}\x00", f"{SECRET}"])
)
def test_no_error_quotes_what_a_binding_holds(kind: str, text: str) -> None:
    every = dict.fromkeys((*EXPECTED[kind].entries, A), text)  # type: ignore[index]
    read = understood((binding("mine", kind, every),))
    if isinstance(read, Failure):
        assert SECRET not in str(read.failure())


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20)


@given(words.filter(lambda word: word == word.strip()), words)
def test_user_and_password_stand_in_the_address_as_addresses_have_them(user: str, password: str) -> None:
    index = held(
        binding("i", "pypi", {"url": "https://h:8443/simple/\n", "username": user, "password": password})
    ).index
    assert index is not None
    parts = urlsplit(index.with_login)
    assert (parts.hostname, parts.port, parts.path) == ("h", 8443, "/simple/")
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (user, password)
    assert index.place == "h:8443"


@pytest.mark.parametrize(
    ("entries", "index"),
    [
        ({"url": "https://h/s"}, BoundIndex(url="https://h/s")),
        ({"uri": "https://h/s\r\n"}, BoundIndex(url="https://h/s")),
        ({"url": "https://u:p%41@h/s"}, BoundIndex(url="https://h/s", username="u", password="pA")),
        ({"url": "https://h/s", "password": "t"}, BoundIndex(url="https://h/s", username="__token__", password="t")),
        ({"url": "https://h/s", "username": "t"}, BoundIndex(url="https://h/s", username="t")),
        (
            {"url": "https://u:p@h/s", "username": "v", "password": "q\n"},
            BoundIndex(url="https://h/s", username="v", password="q"),
        ),
    ],
)
def test_what_an_index_says(entries: dict[str, str], index: BoundIndex) -> None:
    assert held(binding("i", "pypi", entries)).index == index


@pytest.mark.parametrize("url", ["", "h/simple", "ftp://h/", "https://", "https://[", "https://h:x/", "https://h/a b"])
def test_what_is_no_index(url: str) -> None:
    read = understood((binding("i", "pypi", {"url": url}),))
    assert isinstance(read.failure(), BadEntry)


def test_certificates_of_several_bindings_are_joined() -> None:
    found = held(
        binding("one", "ca-certificates", {"a.pem": f"# text\n{pem('a')}{pem('b')}"}),
        binding("two", "CA-Certificates", {"b": pem("b"), "key": "-----BEGIN PRIVATE KEY-----\nx\n"}),
    )
    assert found.certificates == tuple(pem(name).strip().encode() for name in "ab")


def test_without_a_certificate_there_is_an_error() -> None:
    error = understood((binding("one", "ca-certificates", {"a.der": b"\x30\x82"}),)).failure()
    assert isinstance(error, BadEntry)
    assert error.entry == "a.der"


def test_a_damaged_certificate_is_an_error_that_names_the_entry() -> None:
    entries = {"a.pem": pem("a"), "b.pem": pem("b") + pem("c").replace("MA", "MB")}
    error = understood((binding("one", "ca-certificates", entries),)).failure()
    assert isinstance(error, BadEntry)
    assert (error.entry, error.because) == (
        "b.pem",
        "has a certificate that is cut off or changed (number 2 of the file)",
    )


def test_archives_are_mapped_by_their_digests() -> None:
    found = held(
        binding("one", "dependency-mapping", {A.upper(): "https://h/a\n", "provider": "x"}),
        binding("two", "dependency-mapping", {f"sha256:{A}": "https://other/a", f"sha256_{B}": "file:///b.tar.gz"}),
    )
    assert found.mapped == {A: "https://h/a", B: "file:///b.tar.gz"}


@pytest.mark.parametrize("place", ["", "/a/path", "s3://bucket/a", "https:///a", "file://relative", "https://h/a b"])
def test_what_is_no_place_of_an_archive(place: str) -> None:
    assert isinstance(understood((binding("one", "dependency-mapping", {A: place}),)).failure(), BadEntry)


def test_secrets_of_tools_own_files_are_known() -> None:
    auth = f'[http-basic.corp]\nusername = "deploy-user"\npassword = "{SECRET}"\n[pypi-token]\ncorp = "token-1"\n'
    config = '[http-basic.other]\nusername = "deploy-user"\npassword = "word-2"\n[pypi-token]\nx = "token-3"\n'
    config += '[virtualenvs]\nprompt = "innocent"\n'
    uv = f'[[index]]\nurl = "https://u:{SECRET}@h/simple"\n'
    found = held(
        binding("p", "poetry", {"auth.toml": auth, "config.toml": config}), binding("u", "uv", {"uv.toml": uv})
    )
    assert set(written_secrets(found)) == {SECRET, "token-1", "word-2", "token-3"}
    assert list(written_texts(found)) == [uv, config]
    assert found.poetry == "/platform/bindings/p"
    index = held(binding("i", "pypi", {"url": "https://h/s", "username": "token-2"}))
    assert list(written_secrets(index)) == ["token-2"]


def test_others_are_left_as_they_are() -> None:
    found = held(binding("db", "postgresql"), binding("odd", None))
    assert found.found == (binding("db", "postgresql"), binding("odd", None))
    assert msgspec.structs.replace(found, found=()) == NONE


def test_so_do_many_that_are_nearly_right() -> None:
    random = Random(0)
    assert sum(play(random) for _ in range(2_000)) > 0
