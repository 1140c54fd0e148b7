"""No credential survives redaction, and nothing else is lost."""

import base64
import html
import json
import re
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pure.redaction import HIDDEN, MOST_OF_FILES, SHORTEST, Redactor, redactor, without_credentials

_LETTERS = string.ascii_letters + string.digits
# "Q" marks secrets, so that no secret is part of the innocent text around it.
secrets = st.text(_LETTERS + "@:/?#%&+~!$'\"\\<>äß🐍", min_size=SHORTEST - 1, max_size=30).map(lambda text: f"Q{text}")
plain_secrets = st.text(_LETTERS + "-._~", min_size=SHORTEST - 1, max_size=30).map(lambda text: f"Q{text}")
users = st.text(string.ascii_lowercase, min_size=1, max_size=8)
variable_names = (
    *("TOKEN", "GITHUB_TOKEN", "PIP_PASSWORD", "db_password", "AWS_SECRET_ACCESS_KEY", "STRIPE_API_KEY", "FTP_PASS"),
    *("AUTHORIZATION", "NPM_AUTH", "GH_PAT", "SSH_PRIVATE_KEY", "DATABASE_URL", "SENTRY_DSN", "MY_CREDENTIALS"),
)
names = st.sampled_from(variable_names)
schemes = st.sampled_from(["https", "http", "git+https", "postgresql+psycopg", "ftp", "git+ssh", "socks5h"])
around = st.sampled_from(["", "Looking in indexes: ", "  -i ", "error: '", "(", "<", '{"url": "'])


@settings(max_examples=100, deadline=None)
@given(around, schemes, users, secrets)
def test_a_password_in_a_url_is_hidden_though_no_variable_holds_it(
    before: str, scheme: str, user: str, secret: str
) -> None:
    password = quote(secret, safe="")
    line = redactor({})(f"{before}{scheme}://{user}:{password}@host.example/simple x")
    assert line == f"{before}{scheme}://{HIDDEN}@host.example/simple x"


@settings(max_examples=50, deadline=None)
@given(schemes, plain_secrets)
def test_a_user_without_a_password_is_hidden_as_the_token_it_may_be(scheme: str, token: str) -> None:
    assert redactor({})(f"{scheme}://{token}@host/x") == f"{scheme}://{HIDDEN}@host/x"


@settings(max_examples=50, deadline=None)
@given(users, secrets.filter(lambda text: not ("@" in text and set("/?#") & set(text))))
def test_a_password_that_should_have_been_quoted_is_hidden(user: str, secret: str) -> None:
    assert secret not in redactor({})(f"cannot reach https://{user}:{secret}@host/simple today")


@settings(max_examples=100, deadline=None)
@given(names, secrets, around, st.sampled_from(["plain", "quoted", "lower", "json", "repr", "url"]))
def test_the_value_of_a_secret_variable_is_hidden_however_it_is_written(
    name: str, secret: str, before: str, form: str
) -> None:
    assume("%" not in secret or form == "plain")
    written = {
        "plain": secret,
        "quoted": quote(secret, safe=""),
        "lower": re.sub("%..", lambda found: found[0].lower(), quote(secret, safe="")),
        "json": json.dumps(secret, ensure_ascii=False),
        "repr": repr(secret),
        "url": f"https://me:{quote(secret, safe='')}@host",
    }[form]
    redacted = redactor({name: secret})(f"{before}{written} was refused")
    assert "Q" not in redacted
    assert redacted.startswith(before)
    assert redacted.endswith(" was refused")


@settings(max_examples=50, deadline=None)
@given(users, plain_secrets, st.sampled_from(["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "FOO", "HTTPS_PROXY"]))
def test_the_password_of_a_variables_url_is_hidden_outside_of_the_url_too(user: str, secret: str, name: str) -> None:
    learned = redactor({name: f"https://host/ https://{user}:{secret}@host/simple"})
    assert learned(f"401: {secret} is wrong") == f"401: {HIDDEN} is wrong"


@settings(max_examples=50, deadline=None)
@given(users, plain_secrets, st.sampled_from(["HTTPS_PROXY", "http_proxy", "PIP_PROXY", "ALL_PROXY"]))
def test_the_password_of_a_proxy_without_a_scheme_is_hidden(user: str, secret: str, name: str) -> None:
    value = f"{user}:{secret}@proxy:3128"
    assert secret not in redactor({name: value})(f"Cannot connect to proxy {value}")


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["https://me:${X_1}@h/", "https://${X_1}@h/", "-i https://${X_1}:x@h/", "https://h/${X_1}/simple"]),
    plain_secrets,
)
def test_what_requirements_put_into_a_url_is_hidden(template: str, secret: str) -> None:
    learned = redactor({"X_1": secret}, requirement_texts=(f"flask\n{template}\n",))
    assert secret not in learned(f"Looking at {template.replace('${X_1}', secret)}, got {secret}")


def test_what_requirements_interpolate_elsewhere_is_shown() -> None:
    learned = redactor({"FLASK": "3.1.3-final"}, requirement_texts=("flask==${FLASK}\n-i https://me:pass@h/\n",))
    assert learned("flask 3.1.3-final") == "flask 3.1.3-final"


@settings(max_examples=50, deadline=None)
@given(names, st.lists(plain_secrets, min_size=2, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_each_line_of_a_secret_of_several_lines_is_hidden(name: str, lines: list[str], end: str) -> None:
    learned = redactor({name: end.join(lines)})
    for line in lines:
        assert learned(f"key: {line}.") == f"key: {HIDDEN}."


@settings(max_examples=50, deadline=None)
@given(plain_secrets, plain_secrets)
def test_secrets_that_are_parts_of_each_other_are_hidden_whole(one: str, other: str) -> None:
    learned = redactor({"A_TOKEN": one, "B_TOKEN": one + other, "C_TOKEN": other + one})
    assert learned(f"{one} {one + other} {other + one}") == f"{HIDDEN} {HIDDEN} {HIDDEN}"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(names, st.text("*aQ:/@ \n", max_size=12), max_size=4),
    st.text("*aQ:/@ h", max_size=40),
)
def test_redacting_twice_changes_nothing_more(variables: dict[str, str], text: str) -> None:
    redact = redactor(variables)
    assert redact(redact(text)) == redact(text)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(), st.text()), st.text(), st.tuples(st.text()))
def test_nothing_raises(variables: dict[str, str], text: str, files: tuple[str, ...]) -> None:
    assert isinstance(redactor(variables, requirement_texts=files)(text), str)


def test_bytes_that_are_not_utf_8_are_hidden_too() -> None:
    value = b"hunter2\xff".decode("utf-8", "surrogateescape")
    assert redactor({"TOKEN": value})(f"is {value}, hunter2%FF") == f"is {HIDDEN}, {HIDDEN}"


@settings(max_examples=100, deadline=None)
@given(st.text().filter(lambda text: "://" not in text), st.dictionaries(st.just("HOME"), st.text(max_size=5)))
def test_text_without_secrets_is_unchanged(text: str, variables: dict[str, str]) -> None:
    assert redactor(variables)(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "git@github.example:me/project.git",
        "git+ssh://git@github.example/me/project.git@v1.0",
        "https://host:8443/simple/flask@3.0",
        "pkg @ https://host/pkg-1.whl#sha256=aaa",
        "git+https://host:443/me/x.git@main",
        "http://[::1]:8080/simple/@scope",
        "see https://host or mail me@host",
        "web: gunicorn --bind 0.0.0.0:8000 app:app",
    ],
)
def test_what_only_looks_like_a_credential_stays_readable(text: str) -> None:
    assert redactor({"PIP_FIND_LINKS": text})(text) == text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_AUTHOR_NAME", "Ada Lovelace"),
        ("AUTHOR", "Ada Lovelace"),
        ("AUTHORS", "Ada Lovelace"),
        ("REQUIRE_AUTH", "false"),
        ("AUTH_MODE", "disabled"),
        ("PATH", "/usr/bin:/bin"),
    ],
)
def test_values_that_are_no_secrets_are_shown(name: str, value: str) -> None:
    assert redactor({name: value})(f"{value}!") == f"{value}!"


def test_a_short_secret_is_hidden_in_urls_only() -> None:
    # Otherwise a password "dev" would blank every "device" in the log.
    learned = redactor({"PASSWORD": "abcd"})
    assert learned("abcd https://me:abcd@host/") == f"abcd https://{HIDDEN}@host/"


def test_a_long_line_is_no_denial_of_service() -> None:
    text = "a" * 200_000 + "://a:b" * 2_000
    assert redactor({"TOKEN": "hunter2"})(text) == text


@settings(max_examples=30, deadline=None)
@given(plain_secrets)
def test_a_redactor_is_a_value(secret: str) -> None:
    one = redactor({"A_TOKEN": secret, "HOME": "/root"})
    assert one == redactor({"HOME": "/root", "A_TOKEN": secret})
    assert msgspec.convert(msgspec.to_builtins(one), Redactor) == one


# A parameter of a query may have any name, and any value that a URL can hold.
parameters = st.text(_LETTERS + "_-.~%", min_size=1, max_size=12)
# One with an address in it is hidden together with what surrounds it.
values = (
    st.text(_LETTERS + "-._~%+/@:!$*", min_size=1, max_size=20)
    .filter(lambda text: "://" not in text)
    .map(lambda text: f"Q{text}Q")
)
ends = st.sampled_from(["", ")", ",", ".", "'", '"', "#sha256=00ff&egg=flask", "`) was refused"])


@settings(max_examples=150, deadline=None)
@example(before="(", scheme="https", query=[("KEY", "Q0Q")], end=")")
@given(
    around, st.sampled_from(["https", "git+https", "http"]), st.lists(st.tuples(parameters, values), min_size=1), ends
)
def test_no_value_of_a_query_is_shown_whatever_its_name(
    before: str, scheme: str, query: list[tuple[str, str]], end: str
) -> None:
    url = f"{scheme}://host.example/files/a-1.0.whl?{'&'.join(f'{name}={value}' for name, value in query)}"
    shown = redactor({})(f"{before}{url}{end}")
    hidden = "&".join(f"{name}={HIDDEN}" for name, _ in query)
    assert shown == f"{before}{scheme}://host.example/files/a-1.0.whl?{hidden}{end}"


@settings(max_examples=50, deadline=None)
@example(token="Q0JWT", padding="==")
@given(plain_secrets, st.sampled_from(["", "=", "=="]))
def test_a_query_that_is_nothing_but_a_token_is_hidden(token: str, padding: str) -> None:
    shown = redactor({})(f"GET https://host/a.whl?{token}{padding} failed")
    # A stop at the end may be that of a sentence.
    assert shown.replace(".", "") == f"GET https://host/a.whl?{HIDDEN} failed".replace(".", "")


@settings(max_examples=50, deadline=None)
@given(parameters, values)
def test_a_query_is_hidden_where_a_tool_shows_the_path_alone(name: str, value: str) -> None:
    shown = redactor({})(f"Max retries exceeded with url: /simple/alpha/?{name}={value} (Caused by)")
    assert shown == f"Max retries exceeded with url: /simple/alpha/?{name}={HIDDEN} (Caused by)"


@pytest.mark.parametrize(
    "text",
    ["^admin/(?P<name>.*)$", "and/or? b=c", "/what?", "is it a/b?", "https://host/a#sha256=00ff&egg=b", "a ?b=c"],
)
def test_what_only_looks_like_a_query_stays_readable(text: str) -> None:
    assert redactor({})(text) == text


@pytest.mark.parametrize("name", ["token", "access_token", "X-Amz-Signature", "sig", "api_key", "PRIVATE-TOKEN"])
def test_a_part_of_a_query_is_hidden_by_its_name_alone(name: str) -> None:
    assert redactor({})(f"&{name}=s3cr3t#sha256=ab") == f"&{name}={HIDDEN}#sha256=ab"


@settings(max_examples=100, deadline=None)
@given(st.text("/?&=*#.): ab'", max_size=60), st.lists(st.text("/?&=*ab", min_size=SHORTEST, max_size=8), max_size=3))
def test_redacting_queries_ends_and_is_final(text: str, tokens: list[str]) -> None:
    redact = redactor({f"TOKEN_{number}": token for number, token in enumerate(tokens)})
    assert redact(redact(text)) == redact(text)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["UV_INDEX_LOCAL_", "POETRY_HTTP_BASIC_LOCAL_", "PDM_PYPI_"]),
    plain_secrets,
    st.sampled_from(["", "x-oauth-basic"]),
)
def test_the_user_of_an_index_without_a_password_is_the_token_it_may_be(prefix: str, token: str, password: str) -> None:
    variables = {f"{prefix}USERNAME": token} | ({f"{prefix}PASSWORD": password} if password else {})
    assert redactor(variables)(f"hello {token}") == f"hello {HIDDEN}"
    assert redactor({f"{prefix}USERNAME": token, f"{prefix}PASSWORD": "hunter2"})(f"hello {token}") == f"hello {token}"


@settings(max_examples=30, deadline=None)
@given(plain_secrets)
def test_what_a_pipfile_interpolates_without_braces_is_hidden(token: str) -> None:
    learned = redactor({"INDEX_KEY": token}, requirement_texts=("https://me:$INDEX_KEY@host.example/simple",))
    assert learned(f"got {token}") == f"got {HIDDEN}"


@pytest.mark.parametrize("word", ["postgres", "password", "user", "guest"])
def test_words_of_everyday_logs_are_hidden_in_urls_only(word: str) -> None:
    learned = redactor({"DATABASE_URL": f"postgres://{word}:{word}@localhost/test"})
    assert learned(f"cannot reach the {word} server") == f"cannot reach the {word} server"
    assert word not in learned(f"https://me:{word}@host.example/")


def test_the_folder_of_a_file_url_is_no_secret() -> None:
    learned = redactor({"ROOT": "/workspace"}, requirement_texts=("lib @ file://${ROOT}/lib",))
    assert learned("/workspace/lib") == "/workspace/lib"


@settings(max_examples=100, deadline=None)
@given(
    secrets.filter(lambda text: "%" not in text),
    st.binary(max_size=4),
    st.binary(max_size=4),
    st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]),
)
def test_a_secret_inside_of_base64_is_hidden(
    secret: str, before: bytes, after: bytes, encode: Callable[[bytes], bytes]
) -> None:
    written = encode(before + secret.encode() + after).decode()
    shown = redactor({"A_TOKEN": secret})(f"sent {written}")
    # What remains are bits of its neighbours, and of its first and last character.
    assert HIDDEN in shown
    assert len(shown.removeprefix("sent ").replace(HIDDEN, "")) <= len(encode(before)) + len(encode(after)) + 4


@pytest.mark.parametrize("user", ["", "__token__", "me"])
def test_a_header_for_basic_authentication_is_hidden_whoever_it_is_for(user: str) -> None:
    header = base64.b64encode(f"{user}:s3cr3t-word".encode()).decode()
    assert redactor({})(f"> Authorization: Basic {header}'") == f"> Authorization: Basic {HIDDEN}'"
    assert redactor({})("basic authentication is needed, Basic words too") == (
        "basic authentication is needed, Basic words too"
    )


@settings(max_examples=200, deadline=None)
@given(
    secrets.filter(lambda text: "%" not in text),
    st.sampled_from([
        html.escape,
        lambda text: html.escape(text, quote=False),
        lambda text: html.escape(text).replace("&#x27;", "&#39;"),
        json.dumps,
        lambda text: json.dumps(text).replace("/", "\\/"),
        shlex.quote,
        quote_plus,
        lambda text: quote(text, safe="/"),
    ]),
)  # fmt: skip
def test_a_secret_is_hidden_in_what_tools_make_of_it(secret: str, clothe: Callable[[str], str]) -> None:
    assert "Q" not in redactor({"A_TOKEN": secret})(f"said {clothe(secret)} and went")


def test_files_cannot_make_every_line_slow_by_many_secrets() -> None:
    text = "\n".join(f"https://me:secret{number}@host/" for number in range(MOST_OF_FILES * 3))
    assert len(redactor({}, requirement_texts=(text,)).secrets) < MOST_OF_FILES * 20
    assert "secret2999" not in redactor({}, requirement_texts=(text,))("at https://me:secret2999@host/")


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    words: tuple[str, ...]
    by_name: dict[str, str | int | None]


@given(st.lists(st.text(max_size=20)), st.dictionaries(st.text(max_size=5), st.text(max_size=20) | st.none()))
def test_a_value_keeps_its_shape_and_loses_its_credentials(words: list[str], by_name: dict[str, str | None]) -> None:
    hide = redactor({})
    value = _Told(words=(*words, "curl https://usr:s3cr3tpw@host/x"), by_name={**by_name})
    shown = without_credentials(value, hide)
    assert len(shown.words) == len(value.words)
    assert shown.by_name.keys() == value.by_name.keys()
    assert "s3cr3tpw" not in repr(shown)
    assert without_credentials(shown, hide) == shown
