"""The environment of our own steps: the user's, and what is bound below it."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from pure.build.workplace import own_environment, workplace

from tests.pure.build.test_binding_steps import ALL
from tests.strategies_locked import locked

FILES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@given(
    st.dictionaries(
        st.sampled_from(["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_CONFIG_FILE", "NETRC", *FILES, "PIP_CERT"]),
        st.just("/mine"),
    )
)
def test_what_the_user_has_set_holds_but_for_what_is_joined(set_: dict[str, str]) -> None:
    facts = msgspec.structs.replace(ALL, variables={**ALL.variables, **set_})
    found = own_environment(facts, workplace(facts))
    for name in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "PIP_CONFIG_FILE"):
        assert (found.get(name) == "/mine") is (name in set_)
    # These have what the user names, too.
    assert found["NETRC"] == "/tmp/x/netrc"
    assert {found[name] for name in FILES} == {"/tmp/x/certificates.pem"}
    assert found.get("PIP_CERT", "/tmp/x/certificates.pem") == "/tmp/x/certificates.pem"
    assert found["GIT_SSL_CAINFO"] == "/tmp/x/certificates.pem"


def test_settings_of_every_tool_are_told() -> None:
    for name in ("uv", "poetry", "pipenv", "pdm"):
        facts = locked(ALL, name)
        found = own_environment(facts, workplace(facts))
        assert found["POETRY_CONFIG_DIR"] == "/platform/bindings/po"
        assert found["PIP_CONFIG_FILE"] == "/platform/bindings/p/pip.conf"
        assert "hunter2secret" in found["PIPENV_PYPI_MIRROR"]
