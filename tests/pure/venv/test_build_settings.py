"""Which settings make an environment another one, although its lock is the same."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.manager.table import MANAGERS
from pure.venv.build_settings import build_settings

from tests.documents import documents


def _digest(manager: str, variables: Mapping[str, str] | None = None, texts: Mapping[str, str] | None = None) -> str:
    files = documents(texts or {})
    return build_settings(MANAGERS[manager], variables or {}, texts=files, above={})


@pytest.mark.parametrize(
    ("manager", "name"),
    [("uv", "UV_NO_BINARY_PACKAGE"), ("uv", "UV_NO_BUILD"), ("uv", "UV_NO_BUILD_ISOLATION"), ("pylock", "UV_NO_BINARY"),
     ("poetry", "POETRY_INSTALLER_NO_BINARY"), ("poetry", "POETRY_INSTALLER_BUILD_CONFIG_SETTINGS_A"),
     ("pipenv", "PIP_NO_BINARY"), ("pipenv", "PIP_CONFIG_SETTINGS"), ("pdm", "PDM_ONLY_BINARY")],
)  # fmt: skip
def test_variables_of_builds_count_for_their_tool(manager: str, name: str) -> None:
    assert _digest(manager, {name: ""}) == ""
    assert len({"", _digest(manager, {name: "a"}), _digest(manager, {name: "b"})}) == 3
    others = {each for each, row in MANAGERS.items() if not name.startswith(row.tool.prefixes)}
    assert {_digest(each, {name: "a"}) for each in others} == {""}


@pytest.mark.parametrize(
    ("manager", "file", "text"),
    [
        ("uv", "pyproject.toml", '[tool.uv]\nno-binary-package = ["{}"]\n'),
        ("uv", "pyproject.toml", '[tool.uv]\nconfig-settings = {{ a = "{}" }}\n'),
        ("uv", "uv.toml", 'no-build-isolation-package = ["{}"]\n'),
        ("pylock", "uv.toml", '[pip]\nno-binary = ["{}"]\n'),
        ("poetry", "poetry.toml", '[installer]\nno-binary = ["{}"]\n'),
        ("poetry", "poetry.toml", '[installer.build-config-settings.a]\nb = "{}"\n'),
    ],
)
def test_configuration_of_builds_counts(manager: str, file: str, text: str) -> None:
    assert len({"", *(_digest(manager, texts={file: text.format(each)}) for each in "ab")}) == 3
    # The same in a file that this tool doesn't read.
    assert _digest("pdm", texts={file: text.format("a")}) == ""


@given(
    st.dictionaries(
        st.sampled_from(["UV_INDEX_URL", "UV_INDEX_LOCAL_PASSWORD", "UV_HTTP_TIMEOUT", "BP_UV_VERSION", "NO_BINARY"]),
        st.text(max_size=4),
    )
)
def test_other_settings_do_not_count(variables: Mapping[str, str]) -> None:
    other = '[project]\nname = "no-binary"\n[tool.uv]\npackage = false\n[tool.other]\nno-binary = true\n'
    assert _digest("uv", variables, {"pyproject.toml": other}) == ""


@given(st.binary(max_size=40))
def test_any_bytes_give_a_digest(raw: bytes) -> None:
    found = build_settings(MANAGERS["uv"], {}, texts=documents({"uv.toml": b"no-build = true\n" + raw}), above={})
    assert len(found) in (0, 16)


def test_a_date_among_the_settings_is_a_value() -> None:
    assert _digest("uv", texts={"uv.toml": "config-settings = { a = 2026-01-01 }\n"})


@pytest.mark.parametrize("manager", ["uv", "pip", "project"])
def test_settings_of_the_workspace_count_for_who_reads_them(manager: str) -> None:
    texts = documents({"pyproject.toml": "[tool.uv]\nno-binary = true\n"})
    above = build_settings(MANAGERS[manager], {"PIP_NO_BINARY": "a"}, texts={}, above=texts)
    assert bool(above) is (manager == "uv")
