"""What uv is told of what pip is told, and what it is said of the rest."""

from hypothesis import given
from hypothesis import strategies as st
from pure.manager.choice import ManagerChoice, choose_manager
from pure.manager.table import PIP, UV_PIP
from pure.manager.uv_requirements import advice, facts_of, options, unheard, variables, with_counterparts
from pure.outcome import Success
from pure.project.declarations import Declarations
from pure.project.files import ProjectFiles
from pure.project.requirements.collection import CollectedFile, RequirementsSet
from pure.project.requirements.file import parse_requirements

from tests.documents import documents

A, B = "a" * 64, "b" * 64


def required(text: str) -> RequirementsSet:
    content = parse_requirements(text.encode(), file="requirements.txt").unwrap()
    return RequirementsSet(files=(CollectedFile(kind="requirement", content=content),))


def chosen(variables: dict[str, str], *names: str) -> ManagerChoice:
    files = ProjectFiles(names=names, texts=documents(dict.fromkeys(names, b"")))
    found = choose_manager(files, Declarations(), variables)
    assert isinstance(found, Success)
    return found.unwrap()


def test_it_is_chosen_where_uv_is_asked_for_and_has_no_lock() -> None:
    by_word = chosen({"BP_PYTHON_PACKAGE_MANAGER": "uv"}, "requirements.txt")
    assert by_word.manager is UV_PIP
    assert by_word.because[0].endswith("asks for uv, and there is no uv.lock")
    assert chosen({"BP_PYTHON_PACKAGE_MANAGER": "uv-pip"}, "requirements.txt", "uv.lock").manager is UV_PIP
    named = {"BP_PYTHON_PACKAGE_MANAGER": "uv", "BP_PIP_REQUIREMENTS": "web.txt"}
    assert chosen(named, "web.txt", "requirements.txt").source.files == ("web.txt",)
    assert (
        chosen({"BP_PYTHON_PACKAGE_MANAGER": "uv"}, "requirements.txt", "uv.lock", "pyproject.toml").manager.name
        == "uv"
    )
    assert chosen({}, "requirements.txt").manager is PIP


def test_settings_that_have_a_counterpart_are_handed_on() -> None:
    settings = {
        "PIP_INDEX_URL": "https://a.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://b.example/simple https://c.example/simple",
        "PIP_FIND_LINKS": "one two",
        "PIP_PRE": "no",
        "PIP_NO_BUILD_ISOLATION": "false",  # pip reads it against its name
        "PIP_KEYRING_PROVIDER": "import",
        "PIP_TIMEOUT": "9",
        "PIP_DEFAULT_TIMEOUT": "10",
        "PIP_NO_INDEX": "0",
        "PIP_NO_BINARY": "alpha,beta",
        "PIP_ONLY_BINARY": ":all:",
        "PIP_NO_DEPS": "yes",
        "PIP_NO_DEPENDENCIES": "1",
    }
    assert variables(settings) == {
        "UV_DEFAULT_INDEX": "https://a.example/simple",
        "UV_INDEX": "https://b.example/simple https://c.example/simple",
        "UV_FIND_LINKS": "one,two",
        "UV_NO_BUILD_ISOLATION": "1",
        "UV_HTTP_TIMEOUT": "9",
    }
    assert options(settings) == (
        "--no-binary", "alpha", "--no-binary", "beta", "--only-binary", ":all:", "--no-deps",
    )  # fmt: skip
    assert "UV_NO_BUILD_ISOLATION" not in variables({"PIP_NO_BUILD_ISOLATION": "1"})
    assert variables({**settings, "UV_DEFAULT_INDEX": "https://own.example"}).keys().isdisjoint({"UV_DEFAULT_INDEX"})


@given(st.dictionaries(st.sampled_from(["PIP_PRE", "PIP_RETRIES", "PIP_NO_INDEX", "PIP_ISOLATED", "PATH"]), st.text()))
def test_every_setting_of_pips_is_handed_on_or_named(settings: dict[str, str]) -> None:
    said = " ".join(unheard(UV_PIP, settings, None))
    for name, value in settings.items():
        known = name in ("PIP_PRE", "PIP_RETRIES", "PIP_NO_INDEX")
        assert (f"${name} has no effect" in said) is (name.startswith("PIP_") and bool(value.strip()) and not known)
    assert tuple(unheard(PIP, settings, None)) == ()


def test_what_files_say_and_uv_passes_over_is_named() -> None:
    found = required("--pre\n--trusted-host h\n--prefer-binary\n--no-binary alpha\nalpha\n")
    assert tuple(unheard(UV_PIP, {}, found)) == (
        "--pre (requirements.txt, line 1) has no effect: uv passes over it; UV_PRERELEASE=allow would do it",
        "--trusted-host (requirements.txt, line 2) has no effect: uv passes over it; UV_INSECURE_HOST=h would do it",
        "--prefer-binary (requirements.txt, line 3) has no effect: uv passes over it",
    )
    assert with_counterparts(UV_PIP, {}, found) == {"UV_FILE--no-binary": " alpha"}
    assert with_counterparts(PIP, {"PIP_PRE": "1"}, found) == {"PIP_PRE": "1"}


def test_another_order_of_indexes_is_told() -> None:
    extra = required("--extra-index-url https://b.example/simple\nalpha\n")
    assert "UV_INDEX_STRATEGY=unsafe-best-match" in advice({}, extra)[0]
    assert advice({"PIP_EXTRA_INDEX_URL": "https://b.example"}, required("alpha\n"))
    assert advice({"UV_INDEX_STRATEGY": "first-index"}, extra) == ()
    assert advice({}, required("--index-url https://a.example/simple\nalpha\n")) == ()


def test_what_requirements_fix() -> None:
    found = facts_of(
        required(
            f"Alpha==1.0 --hash=sha256:{A}\nbeta @ https://a.example/beta.whl --hash=sha256:{B}\n"
            "-e ./libs/local\n./other\nlocal @ file:///workspace/libs/x\n"
        )
    )
    assert found.names == ("alpha", "beta", "local")
    assert dict(found.artefacts).keys() == {"alpha", "beta"}
    assert found.pinned == ("alpha==1.0",)
    assert len(found.unfixed) == 3
    other = facts_of(required(f"alpha==1.0 --hash=sha256:{B}\n"))
    assert dict(other.artefacts)["alpha"] != dict(found.artefacts)["alpha"]


def test_a_revision_that_was_asked_for_is_part_of_the_artefact() -> None:
    resolved = required(f"remote @ git+https://git.example/remote.git@{'0' * 40}\n")
    branch, tag = (
        facts_of(resolved, asked=required(f"remote @ git+https://git.example/remote.git@{name}\n"))
        for name in ("main", "v1")
    )
    assert branch.artefacts != tag.artefacts
    assert branch == facts_of(resolved, asked=required("git+https://git.example/remote.git@main\n"))
