"""Which credentials the engines' files hold for a registry."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.credentials import Helper, Login, Stored, answered, api_host, stored


def auth(password: str, name: str = "ada") -> dict[str, str]:
    return {"auth": base64.b64encode(f"{name}:{password}".encode()).decode()}


CONFIG = {
    "auths": {
        "x.test": auth("of the host"),
        "x.test/team": auth("of the team"),
        "https://index.docker.io/v1/": auth("of the hub"),
        "https://y.test/v2/": {"username": "ada", "password": "plain"},
        "z.test": {},
        "odd.test": {"auth": "%%%"},
    },
    "credHelpers": {"helped.test": "pass", "bad.test": "../evil"},
}


@pytest.mark.parametrize(
    ("host", "repository", "found"),
    [
        ("x.test", "shop", Login(username="ada", password="of the host")),
        ("x.test", "team/shop", Login(username="ada", password="of the team")),
        ("docker.io", "library/python", Login(username="ada", password="of the hub")),
        ("index.docker.io", "library/python", Login(username="ada", password="of the hub")),
        ("y.test", "shop", Login(username="ada", password="plain")),
        ("helped.test", "shop", Helper(name="pass", server="helped.test")),
        ("z.test", "shop", None),
        ("odd.test", "shop", None),
        ("bad.test", "shop", None),
        ("test", "shop", None),
    ],
)
def test_entries(host: str, repository: str, found: Stored | None) -> None:
    assert stored(json.dumps(CONFIG).encode(), host, repository) == found


def test_a_store_knows_all_registries() -> None:
    config = {"auths": {"z.test": {}}, "credsStore": "desktop"}
    assert stored(json.dumps(config).encode(), "z.test", "x") == Helper(name="desktop", server="z.test")
    hub = Helper(name="desktop", server="https://index.docker.io/v1/")
    assert stored(json.dumps(config).encode(), "docker.io", "x") == hub


def test_where_a_registry_answers() -> None:
    assert api_host("docker.io") == "registry-1.docker.io"
    assert api_host("x.test:5000") == "x.test:5000"


@pytest.mark.parametrize("text", ["", "no", "[]", '{"Username": "<token>", "Secret": "x"}', '{"Username": "ada"}'])
def test_a_helper_that_knows_nothing(text: str) -> None:
    assert answered(text) is None
    assert answered('{"Username": "ada", "Secret": "s", "ServerURL": "x"}') == Login(username="ada", password="s")


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.sampled_from(["x.test", "auth"]), inner, max_size=2),
)


@given(st.fixed_dictionaries({}, optional={"auths": values, "credHelpers": values, "credsStore": values}) | values)
def test_any_file_gives_something_or_nothing(config: Any) -> None:
    assert isinstance(stored(json.dumps(config).encode(), "x.test", "a/b"), Login | Helper | None)
