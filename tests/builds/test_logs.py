"""Goldens of whole logs: what a user reads, build by build."""

import pytest
from pure.outcome import Success
from shell.command.runtime_pack import packed_once
from shell.process import run

from tests.builds.workshop import (
    LAYERS,
    MINOR,
    Bench,
    Workshop,
    differences,
    hashed,
    machine_settings,
    normalised,
    remove,
    tree,
)
from tests.golden import check_golden
from tests.interpreters import interpreters

PROCFILE = "web: gunicorn app:app\nworker: python worker.py $QUEUE\n"


def test_first_build(empty_bench: Bench) -> None:
    empty_bench.write({"requirements.txt": "alpha==1.0\nbeta==1.0\n", "Procfile": PROCFILE})
    check_golden("build_first", normalised(empty_bench.build().log))


def test_unchanged_rebuild(bench: Bench) -> None:
    bench.require("alpha==1.0", "beta")
    bench.build()
    before = tree(bench.own)
    check_golden("build_unchanged", normalised(bench.build().log))
    assert not [path for path in differences(before, tree(bench.own)) if path != "lamina-record.json"]


def test_unchanged_rebuild_with_hashes_starts_nothing(bench: Bench, workshop: Workshop) -> None:
    bench.require(*hashed(workshop.wheels, "alpha==1.0", "beta==1.0").splitlines())
    bench.build()
    before = tree(bench.own)
    # Neither Python nor pip would start any more: a build that tried to would fail.
    for program in (bench.own / "python" / "bin").glob("python3*"):
        program.unlink()
    (bench.own / "pip" / "lib").rename(bench.own / "pip" / "no-lib")
    built = bench.build()
    check_golden("build_unchanged_hashed", normalised(built.log))
    after = tree(bench.own / "venv")
    assert after == {path.removeprefix("venv/"): value for path, value in before.items() if path.startswith("venv/")}


@pytest.mark.heavy
def test_pip_bumped(bench: Bench) -> None:
    bench.require("alpha==1.0")
    bench.build()
    before = tree(bench.own)
    # The one golden that needs a package index.
    settings = machine_settings()
    links = f"/wheels {settings.get('PIP_FIND_LINKS', '')}".strip()
    other = "26.2.1"
    built = bench.build({"PIP_NO_INDEX": None, **settings, "PIP_FIND_LINKS": links, "BP_PIP_VERSION": other})
    check_golden("build_pip_bumped", normalised(built.log))
    changed = {path.partition("/")[0] for path in differences(before, tree(bench.own))}
    tools = {"build.sbom.cdx.json", "build.sbom.spdx.json"}
    assert changed - {"pip-cache", "lamina-record.json"} == {"pip", "pip.toml", *tools}


@pytest.mark.heavy
def test_python_patch_bumped(bench: Bench, workshop: Workshop) -> None:
    catalogue = workshop.write_catalogue("newer", workshop.runtime, workshop.next_patch())
    bench.require("alpha==1.0")
    bench.build()
    before = tree(bench.own)
    built = bench.build({"BP_PYTHON_CATALOGUE": str(catalogue)})
    check_golden("build_python_patch", normalised(built.log))
    assert built.actions() == {"python": "recreated", "pip": "kept", "pip-cache": "kept", "venv": "reconciled"}
    assert not [path for path in differences(before, tree(bench.own)) if path.startswith(("pip/", "venv/"))]


@pytest.mark.heavy
def test_python_minor_changed(bench: Bench, workshop: Workshop) -> None:
    question = "import sys, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for python in interpreters():
        asked = run((str(python), "-I", "-c", question), env={"PATH": "/usr/bin:/bin"})
        if asked.ok and asked.stdout.strip() != MINOR:
            packed = packed_once(python, workshop.shared / "other")
            if isinstance(packed, Success):
                other = packed.unwrap().entry
                break
    else:
        pytest.skip(f"no other CPython than {MINOR} on PATH that can be packed")
    bench.require("alpha==1.0")
    bench.build()
    catalogue = workshop.write_catalogue("other", workshop.runtime, other)
    built = bench.build(
        {
            "BP_PYTHON_CATALOGUE": str(catalogue),
            "BP_PYTHON_CATALOGUE_REPLACES": "true",
            "BP_PYTHON_VERSION": other.minor,
        }
    )
    check_golden("build_python_minor", normalised(built.log, other.version))
    assert set(built.actions().values()) == {"recreated"}
    answer = bench.execute(f"{LAYERS}/venv/bin/python", "-c", "import alpha, sys; print(sys.version)")
    assert answer.log.startswith(other.version)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("added", ("alpha==1.0",), ("alpha==1.0", "gamma"), marks=pytest.mark.heavy),
        pytest.param("removed", ("alpha==1.0", "gamma"), ("alpha==1.0",), marks=pytest.mark.heavy),
        ("upgraded", ("alpha==1.0", "beta==1.0"), ("alpha==2.0", "beta==1.1")),
    ],
)
def test_a_requirement_is(name: str, before: tuple[str, ...], after: tuple[str, ...], bench: Bench) -> None:
    bench.require(*before)
    bench.build()
    bench.require(*after)
    check_golden(f"build_requirement_{name}", normalised(bench.build().log))


@pytest.mark.heavy
def test_metadata_of_an_older_schema(bench: Bench) -> None:
    bench.require("alpha==1.0")
    bench.build()
    for path in (bench.own / "venv-cache.toml", bench.own / "pip.toml"):
        path.write_text(path.read_text().replace('schema = "1"', 'schema = "0"'))
    built = bench.build()
    check_golden("build_older_schema", normalised(built.log))
    assert built.actions() == {"python": "kept", "pip": "recreated", "pip-cache": "kept", "venv": "recreated"}


@pytest.mark.heavy
def test_metadata_without_contents(bench: Bench) -> None:
    bench.require("alpha==1.0")
    bench.build()
    packed = bench.own / "venv-cache" / "venv.tar"
    wanted = packed.read_bytes()
    for name in ("python", "venv", "venv-cache"):
        remove(bench.own / name)
    built = bench.build()
    check_golden("build_without_contents", normalised(built.log))
    # It came out as the image has it, and is left to that.
    assert packed.read_bytes() == wanted
    assert not bench.venv.exists()


def test_pip_install_fails(bench: Bench) -> None:
    bench.require("alpha==1.0", "no-such-distribution==3")
    built = bench.try_build()
    check_golden("build_pip_fails", normalised(built.log))
    assert built.status == 1
    assert built.log.index("ERROR: No matching distribution") < built.log.index("\nError: ")
