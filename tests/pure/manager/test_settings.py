"""In which environment the tools run."""

import pytest
from pure.manager.commands import Places
from pure.manager.settings import tool_settings
from pure.manager.table import MANAGERS, Manager

PLACES = Places(layer="/layers/tool", venv="/layers/venv", python="/layers/python/bin/python3", temporary="/tmp/x")
SYNCHRONISING = [each for each in MANAGERS.values() if each.synchronises]
ASTRAY = {
    "uv": ("UV_FROZEN", "UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PROJECT"),
    "poetry": ("POETRY_VIRTUALENVS_PATH", "POETRY_VIRTUALENVS_IN_PROJECT"),
    "pipenv": ("PIPENV_PIPFILE", "PIPENV_SKIP_LOCK", "PIPENV_DEFAULT_CATEGORIES"),
    "pdm": ("PDM_LOCKFILE", "PDM_PYTHON", "PDM_NO_SELF"),
}


@pytest.mark.parametrize("manager", SYNCHRONISING, ids=lambda each: each.name)
def test_what_would_lead_a_tool_astray_is_taken_out_and_the_rest_stays(manager: Manager) -> None:
    given_variables = {**dict.fromkeys(ASTRAY[manager.tool.name], "1"), "HTTPS_PROXY": "http://proxy.example"}
    found = tool_settings(manager, given_variables, PLACES)
    assert not found.keys() & set(ASTRAY[manager.tool.name])
    assert found["HTTPS_PROXY"] == "http://proxy.example"
    assert found["VIRTUAL_ENV"] == "/layers/venv"


@pytest.mark.parametrize("manager", SYNCHRONISING, ids=lambda each: each.name)
def test_caches_lie_where_they_end_with_the_build(manager: Manager) -> None:
    found = tool_settings(manager, {}, PLACES)
    caches = {name: value for name, value in found.items() if name.endswith("_CACHE_DIR")}
    assert caches
    assert all(value.startswith("/tmp/x/") for value in caches.values())


@pytest.mark.parametrize("ssh", [False, True])
def test_pipenv_asks_nobody_and_leaves_gits_command_for_ssh_alone(*, ssh: bool) -> None:
    given_variables = {"GIT_SSH_COMMAND": "ssh -i key", "PIP_NO_INPUT": "1"}
    found = tool_settings(MANAGERS["pipenv"], given_variables, PLACES, ssh=ssh)
    assert found["GIT_SSH_COMMAND"] == "ssh -i key"
    # Where pip is told that nobody answers, it replaces that.
    assert ("PIP_NO_INPUT" in found) is not ssh


def test_pip_has_an_environment_of_its_own() -> None:
    with pytest.raises(AssertionError):
        tool_settings(MANAGERS["pip"], {}, PLACES)
