"""Addresses with variables that nobody gives."""

import pytest
from pure.manager.unset import UnsetVariables, VariableUse, unset_variables

from tests.managed_applications import application


def _unset(
    texts: dict[str, str], variables: dict[str, str], settings: tuple[tuple[str, str, str], ...] = ()
) -> tuple[VariableUse, ...]:
    found = unset_variables(*application(texts), variables=variables, pip_settings=settings)
    assert found is None or isinstance(found, UnsetVariables)
    return found.found if found else ()


SOURCE = 'url = "https://bot:${TOKEN}@index.example/simple"\nname = "private"\n'
LOCK = '{"_meta": {"sources": [{"name": "private", "url": "https://bot:${TOKEN}@index.example/simple"}]}}'
REQUIREMENTS = "--extra-index-url https://bot:${TOKEN}@index.example/simple\nshop @ git+https://${GIT}@host/shop.git\n"


def test_pip_names_each_variable_of_its_requirements_that_is_unset_or_empty() -> None:
    texts = {"requirements.txt": REQUIREMENTS}
    token = VariableUse(name="TOKEN", place="requirements.txt, line 1")
    git = VariableUse(name="GIT", place="requirements.txt, line 2")
    assert _unset(texts, {}) == (token, git)
    assert _unset(texts, {"TOKEN": "", "GIT": "x"}) == (token,)
    assert _unset(texts, {"TOKEN": "x", "GIT": "x"}) == ()


@pytest.mark.parametrize(
    ("address", "written", "name"),
    [
        ("--extra-index-url https://${token}@index.example/simple", "${token}", "token"),
        ("-i https://$TOKEN@index.example/simple", "$TOKEN", "TOKEN"),
        ("-i https://bot:$index_token@index.example/simple", "$index_token", "index_token"),
        ("shop @ git+https://$GIT:x@host.example/shop.git", "$GIT", "GIT"),
    ],
)
def test_what_pip_does_not_take_for_a_variable_is_named_as_it_is_written(address: str, written: str, name: str) -> None:
    use = VariableUse(name=name, place="requirements.txt, line 1", expanded=False, written=written)
    assert _unset({"requirements.txt": f"{address}\n"}, {name: "set"}) == (use,)


@pytest.mark.parametrize(
    "address", ["-i https://bot:pa$SWORD@index.example/simple", "-i https://bot:a$@index.example/", "./$HOME/x"]
)
def test_a_dollar_may_be_one_of_a_password_or_a_path(address: str) -> None:
    assert _unset({"requirements.txt": f"{address}\n"}, {}) == ()


def test_a_requirement_that_linux_leaves_out_needs_no_variable() -> None:
    assert _unset({"requirements.txt": 'a @ https://${T}@host/a.whl ; sys_platform == "win32"\n'}, {}) == ()


@pytest.mark.parametrize("variables", [{}, {"TOKEN": "x"}], ids=["unset", "set"])
def test_pips_own_settings_take_no_variables_even_if_they_are_set(variables: dict[str, str]) -> None:
    texts = {"requirements.txt": "flask\n"}
    setting = ("PIP_INDEX_URL", "https://${TOKEN}@index.example/simple", "/etc/pip.conf")
    assert _unset(texts, variables, (setting,)) == (
        VariableUse(name="TOKEN", place="index-url in /etc/pip.conf", expanded=False),
    )
    given = {**variables, "PIP_EXTRA_INDEX_URL": "https://${TOKEN}@index.example/simple"}
    assert _unset(texts, given) == (VariableUse(name="TOKEN", place="$PIP_EXTRA_INDEX_URL", expanded=False),)


@pytest.mark.parametrize(
    ("texts", "place", "expanded"),
    [
        (
            {"pyproject.toml": f"[tool.uv]\n[[tool.uv.index]]\n{SOURCE}", "uv.lock": "version = 1\n"},
            "index in pyproject.toml (private)",
            False,
        ),
        (
            {"pyproject.toml": "", "uv.toml": f"[[index]]\n{SOURCE}", "uv.lock": "version = 1\n"},
            "index in uv.toml (private)",
            False,
        ),
        (
            {
                "pyproject.toml": f"[[tool.poetry.source]]\n{SOURCE}",
                "poetry.lock": '[metadata]\nlock-version = "2.1"\n',
            },
            "source in pyproject.toml (private)",
            False,
        ),
        (
            {"pyproject.toml": f"[[tool.pdm.source]]\n{SOURCE}", "pdm.lock": '[metadata]\nlock_version = "4.5.0"\n'},
            "source in pyproject.toml (private)",
            True,
        ),
        ({"Pipfile": "", "Pipfile.lock": LOCK}, "Pipfile.lock (private)", True),
    ],
    ids=["uv", "uv.toml", "poetry", "pdm", "pipenv"],
)
def test_sources_name_what_is_missing_and_what_is_never_replaced(
    texts: dict[str, str], place: str, *, expanded: bool
) -> None:
    use = VariableUse(name="TOKEN", place=place, expanded=expanded)
    assert _unset(texts, {}) == (use,)
    assert _unset(texts, {"TOKEN": "x"}) == (() if expanded else (use,))


def test_a_project_that_pip_installs_has_its_addresses_as_they_are_written() -> None:
    declared = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["a @ https://${TOKEN}@host/a.whl"]\n'
    assert _unset({"pyproject.toml": declared}, {"TOKEN": "x"}) == (
        VariableUse(name="TOKEN", place="dependencies in pyproject.toml", expanded=False),
    )


def test_pdms_own_word_is_no_variable() -> None:
    declared = '[[tool.pdm.source]]\nname = "local"\nurl = "file:///${PROJECT_ROOT}/wheels"\n'
    assert _unset({"pyproject.toml": declared, "pdm.lock": '[metadata]\nlock_version = "4.5.0"\n'}, {}) == ()
