"""What is set or written for others, or misspelled: each named with what does it here."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.foreign import FILES, VARIABLES, brings_packages, foreign
from pure.build.unheard import HONOURED, meant_by, unheard
from pure.manager.choice import PEER_REQUIREMENTS_VARIABLE
from pure.manager.table import MANAGERS
from pure.project.selection import PEER_GROUPS
from pure.python.request import PEER_VARIABLES
from pure.start.django import DISABLE_VARIABLE
from pure.start.peers import COMMAND_VARIABLES

from tests.documents import document
from tests.pure.build.test_conversation import first
from tests.strategies_plan import planned

# Of other languages' buildpacks: one letter away from ours, and nobody's mistake.
OTHERS = (
    *("BP_PHP_VERSION", "BP_JVM_VERSION", "BP_GO_VERSION", "BP_NODE_VERSION", "BP_MRI_VERSION", "BP_YARN_VERSION"),
    *("BP_NGINX_VERSION", "BP_HTTPD_VERSION", "BP_NPM_VERSION", "BP_RUST_VERSION", "BP_NODE_PROJECT_PATH"),
    *("BP_INCLUDE_FILES", "BP_KEEP_FILES", "BP_WEB_SERVER", "BP_GO_TARGETS", "BP_LOG_LEVELS_X"),
    *("PATH", "GOOGLE_CLOUD_PROJECT", "GOOGLE_API_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "PYTHON_VERSION"),
)


# Rows of names that are spelled out, which nothing here understands.
INSTEAD = {row.name: row for row in VARIABLES if row.instead and not row.name.endswith("*")}


def test_each_name_has_one_row() -> None:
    names = [row.name for row in (*VARIABLES, *FILES)]
    assert len(names) == len(set(names))
    assert all(foreign(name) is not None for name in names if name not in {row.name for row in FILES})


def test_what_is_understood_is_what_other_modules_read() -> None:
    heard = {row.name for row in VARIABLES if not row.instead}
    peers = {name for names in PEER_GROUPS.values() for name in names}
    elsewhere = {*PEER_VARIABLES, *COMMAND_VARIABLES, *peers, PEER_REQUIREMENTS_VARIABLE, DISABLE_VARIABLE}
    # The last two are read by the server, and by pip.
    assert heard - set(HONOURED) == {*elsewhere, "WEB_CONCURRENCY", "PIP_*"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BP_PIP_REQUIREMNTS", "BP_PIP_REQUIREMENTS"),
        ("BP_PYTHON_VERISON", "BP_PYTHON_VERSION"),
        ("BP_PYTHONVERSION", "BP_PYTHON_VERSION"),
        ("bp_python_version", "BP_PYTHON_VERSION"),
        ("BP_PYHTON_VERSION", "BP_PYTHON_VERSION"),
        ("BP_PYTHON_GROUP", "BP_PYTHON_GROUPS"),
        ("BP_PYTHON_PROJECT_DIRECTORY", "BP_PYTHON_PROJECT_DIR"),
        ("BP_PYTHON_PACKAGE_MANGER", "BP_PYTHON_PACKAGE_MANAGER"),
        ("BP_CPYTHON_VERSIONS", "BP_CPYTHON_VERSION"),
        ("BP_UV_VERSON", "BP_UV_VERSION"),
        ("BP_DJANGO_COLLECT_STATIC", "BP_DJANGO_COLLECTSTATIC"),
        # Others' names that hold here.
        ("BP_POETRY_RUN_TARGT", "BP_POETRY_RUN_TARGET"),
        ("BP_UV_INSTALL_GROUP", "BP_UV_INSTALL_GROUPS"),
        # A word too many, a word too few.
        ("BP_PYTHON_INSTALL_GROUPS", "BP_PYTHON_GROUPS"),
        ("BP_PIP_REQUIREMENT_FILE", "BP_PIP_REQUIREMENTS"),
        ("BP_UV_GROUP", "BP_UV_INSTALL_GROUPS"),
        ("BP_PYTHON_PROVIDE", "BP_PYTHON_PROVIDE_ONLY"),
        *((name, None) for name in OTHERS),
        *((name, None) for name in HONOURED),
    ],
)
def test_slips_of_the_hand_are_known(name: str, meant: str | None) -> None:
    assert meant_by(name) == meant
    said = unheard({name: "x=x"}, (), {})
    assert said == ((f"${name} has no effect; did you mean {meant}?",) if meant else ())


def test_a_name_that_can_be_meant_for_nobody_else_is_named() -> None:
    (said,) = unheard({"BP_PYTHON_HARDENED": "yes"}, (), {})
    assert said.startswith("$BP_PYTHON_HARDENED has no effect: no variable of this name is known")


@pytest.mark.parametrize("name", ["procfile", "PROCFILE", "Procfile.txt"])
def test_a_procfile_of_another_spelling_is_named(name: str) -> None:
    assert unheard({}, (name,), {}) == (f"{name} has no effect; did you mean Procfile?",)
    assert unheard({}, (name, "Procfile"), {}) == ()


@given(st.sampled_from([name for name in HONOURED if any(len(word) > 4 for word in name.split("_"))]), st.data())
def test_a_letter_too_few_or_too_many_in_a_long_word_is_known(name: str, data: st.DataObject) -> None:
    words = name.split("_")
    place = data.draw(st.sampled_from([at for at, word in enumerate(words) if len(word) > 4]))
    at = data.draw(st.integers(0, len(words[place]) - 1))
    if data.draw(st.booleans()):
        words[place] = words[place][:at] + words[place][at + 1 :]
    else:
        words[place] = f"{words[place][:at]}X{words[place][at:]}"
    slip = "_".join(words)
    # One letter off ours may be the name of another builder's.
    assert slip in HONOURED or meant_by(slip) is not None or slip in {each.name for each in VARIABLES}


@pytest.mark.parametrize("name", INSTEAD)
def test_what_other_platforms_would_have_done_is_named(name: str) -> None:
    (said,) = unheard({name: "3.12"}, (), {})
    assert said.startswith(f"${name} has no effect: ")
    assert "{" not in said
    assert unheard({name: ""}, (), {}) == ()
    named = re.findall(r"\$?\b(BP_\w+)", said.partition(": ")[2])
    assert set(named) <= set(HONOURED)


def test_other_settings_of_other_builders_are_named_too() -> None:
    assert unheard({"NIXPACKS_NO_CACHE": "1"}, (), {}) == (
        "$NIXPACKS_NO_CACHE has no effect: it is a setting of Nixpacks",
    )
    assert unheard({"RAILPACK_PRUNE": "1"}, (), {}) == ("$RAILPACK_PRUNE has no effect: it is a setting of Railpack",)
    assert "=a<U+001B>[2Jb would" in unheard({"BP_PIP_DEST_PATH": "a\x1b[2Jb"}, (), {})[0]


def test_files_that_others_read() -> None:
    files = {"bin/post_compile": document("#!/bin/sh\n"), "bin/pre_compile": None}
    said = unheard({}, ("nltk.txt", "app.py"), files)
    assert [each.partition(" ")[0] for each in said] == ["bin/post_compile", "nltk.txt"]
    # None of them is one of ours.
    ours = {name for each in MANAGERS.values() for name in (each.lock, *each.declared_in, *each.configuration)}
    assert not ours & {row.name for row in FILES}


def test_what_a_build_command_starts_is_not_named() -> None:
    files = {"bin/post_compile": document("#!/bin/sh\n")}
    (said,) = unheard({}, (), files)
    assert said == 'bin/post_compile has no effect: BP_PYTHON_BUILD_COMMAND="sh bin/post_compile" would do it'
    assert unheard({}, (), files, commands=("sh bin/post_compile",)) == ()
    assert unheard({"BP_PYTHON_BUILD_COMMAND": "make"}, (), {}, started=False) == (
        "$BP_PYTHON_BUILD_COMMAND has no effect: only Python is provided",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.lamina]\nbuild = 'x'\nfind-links = []\nprocesses = {}\n", ()),
        ("[tool.lamina]\nbuidl = 'x'\n", ("buidl has no effect; did you mean build?",)),
        ("[tool.lamina]\nstart = 'x'\n", ("start has no effect; known are processes, find-links, build",)),
        ("[tool.lamina.Process]\nweb = 'x'\n", ("Process has no effect; did you mean processes?",)),
        ("[tool.lamina]\n'\\e[2J' = 3\n", None),
        ("[tool]\nlamina = 3\n", ()),
        ("[tool.other]\nbuidl = 'x'\n", ()),
    ],
)
def test_keys_of_our_table_that_nobody_reads_are_named(text: str, said: tuple[str, ...] | None) -> None:
    plan = planned(msgspec.structs.replace(first(), pyproject=document(text)))
    found = [each for each in plan.unheard if "pyproject.toml" in each]
    if said is None:
        (one,) = found or ("",)
        assert "\x1b" not in one
    else:
        assert found == [f"pyproject.toml, [tool.lamina] {each}" for each in said]


def test_an_aptfile_is_for_whoever_brings_libraries() -> None:
    (said,) = unheard({}, ("Aptfile",), {}, layers_dir="/layers/lamina_python")
    assert said.startswith("Aptfile has no effect: ")
    apt = {"LD_LIBRARY_PATH": "/usr/lib:/layers/fagiani_apt/apt/usr/lib"}
    assert unheard(apt, ("Aptfile",), {}, layers_dir="/layers/lamina_python") == ()
    own = {"LD_LIBRARY_PATH": "/layers/lamina_python/python/lib"}
    assert not brings_packages(own, "/layers/lamina_python")
    assert not brings_packages({}, "/layers/lamina_python")


@pytest.mark.parametrize(
    "value", ["|\n  gunicorn main:app", ">-\n  gunicorn main:app", "gunicorn\n  main:app", '"gunicorn\\tmain:app"']
)
def test_an_entrypoint_of_app_engine_that_is_not_read_is_named(value: str) -> None:
    files = {"app.yaml": document(f"runtime: python312\nentrypoint: {value}\n")}
    (said,) = unheard({}, ("app.yaml",), files)
    assert said.startswith("app.yaml, entrypoint has no effect: a Procfile would start it:  web: ")
    assert unheard({}, ("app.yaml", "Procfile"), files) == ()
    read = {"app.yaml": document("runtime: python312\nentrypoint: gunicorn main:app\n")}
    assert unheard({}, ("app.yaml",), read) == ()


def test_what_other_builders_would_do_and_is_done_here_is_not_named() -> None:
    heard = dict.fromkeys((*PEER_VARIABLES, *COMMAND_VARIABLES), "3.12")
    assert unheard(heard, (), {}) == ()
    said = unheard(heard, (), {}, started=False)
    assert [each.partition(" ")[0].lstrip("$") for each in said] == sorted(COMMAND_VARIABLES)


@pytest.mark.parametrize(("manager", "name"), [(each, name) for each, names in PEER_GROUPS.items() for name in names])
def test_groups_of_paketos_count_where_their_manager_installs_and_ours_are_not_set(manager: str, name: str) -> None:
    assert unheard({name: "main,web"}, (), {}, manager=manager, groups_by=name) == ()
    (said,) = unheard({name: "main,web"}, (), {}, manager=manager, groups_by="BP_PYTHON_GROUPS")
    assert said == f"${name} has no effect: $BP_PYTHON_GROUPS names the groups"
    for other in ("pip", None):
        (said,) = unheard({name: "main,web"}, (), {}, manager=other)
        assert f"{MANAGERS[manager].title} doesn't install this application" in said
        assert said.endswith("BP_PYTHON_GROUPS=main,web would install these groups")


def test_paketos_requirements_count_where_ours_are_not_named() -> None:
    assert unheard({"BP_PIP_REQUIREMENT": "a.txt"}, (), {}) == ()
    assert unheard({"BP_PIP_REQUIREMENT": "a.txt", "BP_PIP_REQUIREMENTS": "b.txt"}, (), {}) == (
        "$BP_PIP_REQUIREMENT has no effect: $BP_PIP_REQUIREMENTS names the files",
    )


def test_labels_of_googles_are_named_with_the_variable_that_sets_them() -> None:
    (said,) = unheard({"GOOGLE_LABEL_TEAM": "shop"}, (), {})
    assert said == "$GOOGLE_LABEL_TEAM has no effect: BP_IMAGE_LABELS='name=\"shop\"' would label the image"
