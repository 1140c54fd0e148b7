"""Which variables break a build, and which environment each process gets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.manager.environment import (
    BREAKING,
    REACHING_AN_INDEX,
    BreakingVariable,
    BreakingVariables,
    offenders,
    pip_bootstrap_environment,
    pip_environment,
    tool_environment,
    trusted_files,
    trusting,
)
from pure.switches import FALSE_WORDS

SWITCHES = ("PIP_USER", "PIP_DRY_RUN", "PIP_HELP", "PIP_VERSION", "PYTHONINSPECT")
OURS = ("/layers/venv/bin", "/layers/python/bin")
LIBRARIES = ("/layers/python/lib",)
SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
START_CHANGING = ("PYTHONPATH", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONSAFEPATH", "PYTHONNOUSERSITE", "PYTHONMALLOC")

names = st.sampled_from(
    [*BREAKING, *REACHING_AN_INDEX, *START_CHANGING, "PIP_CACHE_DIR", "PIP_NO_BINARY", "PIP_CONSTRAINT", "HOME", "LANG"]
)
values = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
paths = st.lists(st.sampled_from(["", "/usr/bin", "/bin", "/opt/x/bin", "/layers/venv/bin"]), max_size=4).map(":".join)
variables = st.fixed_dictionaries({}, optional={"PATH": paths, "LD_LIBRARY_PATH": paths}).flatmap(
    lambda base: st.dictionaries(names, values).map(lambda more: {**more, **base})
)


@given(st.sampled_from(sorted(BREAKING)), values.filter(lambda text: text.strip().lower() not in FALSE_WORDS))
def test_each_alone_is_reported_with_its_effect(name: str, value: str) -> None:
    found = offenders({"HOME": "/", name: value})
    assert found == BreakingVariables(found=(BreakingVariable(name=name, effect=BREAKING[name]),))


@given(st.permutations(sorted(BREAKING)))
def test_all_at_once_are_all_reported_in_the_order_of_the_table(shuffled: list[str]) -> None:
    found = offenders(dict.fromkeys(shuffled, "1"))
    assert found is not None
    assert [each.name for each in found.found] == list(BREAKING)


@given(st.sampled_from(SWITCHES), st.sampled_from(sorted(FALSE_WORDS)), st.sampled_from([str.upper, str.lower]))
def test_a_switch_that_is_off_breaks_nothing(name: str, word: str, case: type[str]) -> None:
    assert offenders({name: case(word)}) is None


@given(st.sampled_from(sorted(BREAKING)))
def test_an_empty_variable_breaks_nothing(name: str) -> None:
    assert offenders({name: ""}) is None


@given(st.dictionaries(values, values))
def test_a_value_is_never_part_of_the_report(given_variables: dict[str, str]) -> None:
    found = offenders({**given_variables, "PIP_TARGET": "hunter2"})
    assert "hunter2" not in repr(found)


@settings(max_examples=100, deadline=None)
@given(variables)
def test_our_steps_get_nothing_that_breaks_them(given_variables: dict[str, str]) -> None:
    tools = tool_environment(given_variables, path=OURS, library_path=LIBRARIES)
    assert not tools.keys() & {*BREAKING, *START_CHANGING}


@settings(max_examples=100, deadline=None)
@given(variables)
def test_our_folders_come_first_and_the_systems_are_there(given_variables: dict[str, str]) -> None:
    tools = tool_environment(given_variables, path=OURS, library_path=LIBRARIES)
    folders = tools["PATH"].split(":")
    assert tuple(folders[:2]) == OURS
    assert set(SYSTEM.split(":")) <= set(folders)
    assert "" not in folders
    assert tools["LD_LIBRARY_PATH"].split(":")[0] == LIBRARIES[0]
    assert "" not in tools["LD_LIBRARY_PATH"].split(":")


def test_the_systems_folders_come_last_unless_the_user_has_them_earlier() -> None:
    assert tool_environment({"PATH": "/opt/bin:/bin"}, path=("/a",), library_path=())["PATH"] == (
        "/a:/opt/bin:/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin"
    )
    assert tool_environment({}, path=("/a",), library_path=())["PATH"] == f"/a:{SYSTEM}"
    assert "LD_LIBRARY_PATH" not in tool_environment({}, path=("/a",), library_path=())


@given(variables)
def test_steps_are_reproducible_and_text_is_utf_8(
    given_variables: dict[str, str],
) -> None:
    tools = tool_environment(given_variables, path=OURS, library_path=LIBRARIES)
    assert tools["PYTHONHASHSEED"] == "0"
    assert tools["LANG"] == (given_variables.get("LANG") or "C.UTF-8")
    assert tools["SOURCE_DATE_EPOCH"] == "315532801"
    assert tool_environment({"SOURCE_DATE_EPOCH": "7"}, path=(), library_path=())["SOURCE_DATE_EPOCH"] == "7"


@settings(max_examples=100, deadline=None)
@given(variables)
def test_pip_itself_is_installed_with_settings_for_reaching_an_index_alone(given_variables: dict[str, str]) -> None:
    tools = tool_environment(given_variables, path=OURS, library_path=LIBRARIES)
    bootstrap = pip_bootstrap_environment(tools, user_base="/layers/pip", cache="/layers/pip-cache")
    ours = {"PIP_CACHE_DIR", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT", "PIP_ROOT_USER_ACTION"}
    assert {name for name in bootstrap if name.startswith("PIP_")} <= REACHING_AN_INDEX | ours
    for name in REACHING_AN_INDEX & given_variables.keys():
        assert bootstrap[name] == given_variables[name]
    assert bootstrap["PIP_CACHE_DIR"] == "/layers/pip-cache"


@given(variables)
def test_every_setting_of_the_users_reaches_the_applications_pip(
    given_variables: dict[str, str],
) -> None:
    tools = tool_environment(given_variables, path=OURS, library_path=LIBRARIES)
    pip = pip_environment(tools, user_base="/layers/pip", cache="/layers/pip-cache")
    for name in ("PIP_NO_BINARY", "PIP_CONSTRAINT", *REACHING_AN_INDEX):
        assert pip.get(name) == given_variables.get(name)


def test_of_pips_features_only_the_systems_certificates_reach_its_own_installation() -> None:
    def bootstrap(features: str) -> dict[str, str]:
        return pip_bootstrap_environment({"PIP_USE_FEATURE": features}, user_base="/pip", cache="/cache")

    assert "PIP_USE_FEATURE" not in bootstrap("inprocess-build-deps")
    assert bootstrap("fast-deps truststore")["PIP_USE_FEATURE"] == "truststore"


def test_pip_writes_no_log_of_its_own() -> None:
    assert "PIP_LOG" not in pip_environment({"PIP_LOG": "pip.log"}, user_base="/pip", cache="/cache")


CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.mark.parametrize("variable", CERTIFICATES)
def test_what_one_tool_trusts_every_tool_trusts(variable: str) -> None:
    found = {variable: "/ca.pem"} | trusting({variable: "/ca.pem"})
    assert found == dict.fromkeys((*CERTIFICATES, "GIT_SSL_CAINFO"), "/ca.pem")


def test_what_pip_trusts_counts_for_indexes_and_not_for_git() -> None:
    assert trusting({"PIP_CERT": "/ca.pem"}) == dict.fromkeys(CERTIFICATES, "/ca.pem")


@given(
    st.dictionaries(st.sampled_from((*CERTIFICATES, "PIP_CERT", "GIT_SSL_CAINFO")), st.sampled_from(["", "/a", "/b"])),
    st.sampled_from(["", "/joined"]),
)
def test_certificates_that_are_set_stay(settings: dict[str, str], joined: str) -> None:
    added = trusting(settings, joined=joined)
    assert not any(settings.get(name) for name in added)
    assert set(added.values()) <= ({joined} if joined else set(trusted_files(settings)[:1]))
    if joined:
        assert {name for name in (*CERTIFICATES, "GIT_SSL_CAINFO") if not settings.get(name)} == added.keys()


@given(st.dictionaries(st.sampled_from((*CERTIFICATES, "PIP_CERT")), st.sampled_from(["", "/a", "/b"])))
def test_what_is_bound_stands_in_for_all_files_that_are_set(settings: dict[str, str]) -> None:
    added = trusting(settings, joined="/joined", over=True)
    own = {"PIP_CERT"} if settings.get("PIP_CERT") else set()
    assert added == dict.fromkeys((*CERTIFICATES, *own, "GIT_SSL_CAINFO"), "/joined")


@pytest.mark.parametrize("ssh", [False, True])
def test_gits_command_for_ssh_is_the_users(*, ssh: bool) -> None:
    tools = {"GIT_SSH_COMMAND": "ssh -i key", "GIT_ASKPASS": "/askpass", "PIP_NO_INPUT": "1"}
    found = pip_environment(tools, user_base="/pip", cache="/cache", ssh=ssh)
    assert (found["GIT_SSH_COMMAND"], found["GIT_ASKPASS"]) == ("ssh -i key", "/askpass")
    assert ("PIP_NO_INPUT" in found) is not ssh
    assert (found.get("GIT_TERMINAL_PROMPT") == "0") is ssh
