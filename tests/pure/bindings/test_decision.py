"""What each binding comes to: by its name and type, with reasons, and never what it holds."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.bindings.decision import (
    BindingDecision,
    BoundBuild,
    decide_bindings,
    joins_netrc,
    netrc_of,
    settings,
    settings_that_count,
)
from pure.manager.table import PDM_TOOL, PIP_TOOL, PIPENV_TOOL, POETRY_TOOL, UV_TOOL, Tool
from pure.project.files import ProjectFiles
from pure.python.catalogue import Runtime

from tests.bound import binding, held, pem

SECRET = "hunter2secret"
RUNTIME = Runtime(version="3.14.1", os="linux", arch="amd64", url="https://h/python.tar.gz", sha256="a" * 64)
ALL = held(
    binding("ca", "ca-certificates", {"a.pem": pem(SECRET)}),
    binding("db", "postgresql"),
    binding("map", "dependency-mapping", {"a" * 64: f"https://u:{SECRET}@h/p.tar.gz"}),
    binding("n", "netrc", {".netrc": f"machine h login u password {SECRET}"}),
    binding("odd", None),
    binding("p", "pip", {"pip.conf": f"[global]\nindex-url = https://u:{SECRET}@h/"}),
    binding("po", "Poetry", {"auth.toml": f'[http-basic.c]\nusername = "u"\npassword = "{SECRET}"\n'}),
    binding("u", "uv", {"uv.toml": f'[[index]]\nurl = "https://u:{SECRET}@h/"\n'}),
    binding("y", "pypi", {"url": "https://h/simple", "username": "u", "password": SECRET}),
)
GIVEN = BoundBuild(bindings=ALL, project=ProjectFiles(), variables={}, tool=PIP_TOOL, runtime=RUNTIME)
USERS = ("PIP_CONFIG_FILE", "NETRC", "PIP_INDEX_URL", "UV_INDEX_URL")
tools = st.sampled_from([None, PIP_TOOL, UV_TOOL, POETRY_TOOL, PIPENV_TOOL, PDM_TOOL])


def said(decisions: tuple[BindingDecision, ...]) -> dict[str, tuple[bool, str]]:
    return {each.name: (each.used, "; ".join(each.because)) for each in decisions}


@given(
    tools, st.dictionaries(st.sampled_from(["PIP_CONFIG_FILE", "NETRC", "PIP_INDEX_URL", "UV_INDEX_URL"]), st.just("x"))
)
def test_each_binding_is_told_with_a_reason_and_without_what_it_holds(tool: Tool | None, set_: dict[str, str]) -> None:
    found = decide_bindings(msgspec.structs.replace(GIVEN, tool=tool, variables=set_))
    assert [each.name for each in found] == [each.name for each in ALL.found]
    assert all(each.because and all(each.because) for each in found)
    assert SECRET not in str(found)


def test_what_pip_makes_of_them() -> None:
    found = said(decide_bindings(GIVEN))
    assert found["ca"] == (True, "1 certificate, trusted beside the system's by every download and every tool")
    assert found["db"] == (False, "ignored: this build has no use for its type")
    assert found["odd"] == (False, "ignored: it has no file named type")
    assert found["map"] == (True, "Python 3.14.1 is fetched from where it says, if it isn't at hand")
    assert found["po"] == (False, "no effect: Poetry has no part in this build")
    assert found["y"] == (True, "pip is told of it by $PIP_INDEX_URL")


def test_who_installs_decides_what_is_used() -> None:
    found = said(decide_bindings(msgspec.structs.replace(GIVEN, tool=UV_TOOL)))
    assert found["p"] == (True, "pip reads its settings where it installs the tool")
    assert found["u"] == (True, "uv reads its settings, below those of the project")
    assert found["y"][1] == "pip is told of it by $PIP_INDEX_URL; uv is told of it by $UV_DEFAULT_INDEX"


@pytest.mark.parametrize("tool", [PIP_TOOL, UV_TOOL])
def test_where_distributions_come_from_folders_an_index_is_for_tools(tool: Tool) -> None:
    found = said(decide_bindings(msgspec.structs.replace(GIVEN, tool=tool, folders_alone=True)))
    others = "; no effect on uv: distributions come from declared folders" if tool is UV_TOOL else ""
    by_pip = "pip is told of it by $PIP_INDEX_URL, for tools alone: distributions come from declared folders"
    assert found["y"] == (True, by_pip + others)


def test_where_no_others_are_trusted_that_is_said() -> None:
    found = said(decide_bindings(msgspec.structs.replace(GIVEN, trusted_alone=True)))
    assert found["ca"] == (True, "1 certificate, trusted by every download and every tool; the build has no others")


@pytest.mark.parametrize(
    ("variable", "name"),
    [("NETRC", "n"), ("PIP_CONFIG_FILE", "p"), ("POETRY_CONFIG_DIR", "po"), ("UV_CONFIG_FILE", "u")],
)
def test_what_the_user_names_holds(variable: str, name: str) -> None:
    tool = POETRY_TOOL if name == "po" else UV_TOOL
    given_ = msgspec.structs.replace(GIVEN, tool=tool, variables={variable: "/mine"})
    assert said(decide_bindings(given_))[name] == (False, f"no effect: ${variable} is set")
    assert variable not in settings(ALL, ProjectFiles(), {variable: "/mine"})


@pytest.mark.parametrize(("value", "used"), [("1", False), ("true", False), ("0", True), ("", True)])
def test_uv_may_be_told_to_read_no_files(value: str, used: bool) -> None:
    given_ = msgspec.structs.replace(GIVEN, tool=UV_TOOL, variables={"UV_NO_CONFIG": value})
    found, because = said(decide_bindings(given_))["u"]
    assert found is used
    assert ("$UV_NO_CONFIG" in because) is not used


def test_files_are_named_where_they_lie() -> None:
    found = settings(ALL, ProjectFiles(), {})
    assert found["PIP_CONFIG_FILE"] == "/platform/bindings/p/pip.conf"
    assert found["NETRC"] == "/platform/bindings/n/.netrc"
    assert found["POETRY_CONFIG_DIR"] == "/platform/bindings/po"


def test_an_index_joins_the_netrc_file() -> None:
    assert joins_netrc(ALL)
    assert netrc_of(ALL, b"machine other\n") == f"machine h login u password {SECRET}\nmachine other\n".encode()
    without = held(binding("y", "pypi", {"url": "https://h/simple"}))
    assert (joins_netrc(without), netrc_of(without, None)) == (False, None)


def test_what_says_where_and_who_does_not_count() -> None:
    text = f"""
no-binary-package = ["a"]
index-url = "https://u:{SECRET}@h/"
[pip]
no-build-isolation = true
[[index]]
url = "https://u:{SECRET}@h/"
"""
    auth = {"auth.toml": f'[http-basic.c]\nusername = "u"\npassword = "{SECRET}"\n'}
    config = {"config.toml": f'[repositories.c]\nurl = "https://u:{SECRET}@h/"\n[installer]\nno-binary = ["b"]\n'}
    found = settings_that_count(held(binding("u", "uv", {"uv.toml": text}), binding("p", "poetry", {**auth, **config})))
    assert found == {
        "UV_FILE_NO_BINARY_PACKAGE": "['a']",
        "UV_FILE_PIP_NO_BUILD_ISOLATION": "True",
        "POETRY_FILE_INSTALLER_NO_BINARY": "['b']",
    }


@given(st.binary(max_size=100))
def test_any_bytes_of_tools_files_count_somehow(raw: bytes) -> None:
    from pure.bindings.contents import understood

    read = understood((binding("u", "uv", {"uv.toml": raw}),))
    assert settings_that_count(read.value_or(ALL)) is not None
