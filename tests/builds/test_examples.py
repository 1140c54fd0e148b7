"""Every example with its real tool and real distributions: built, started, requested, built again with changes.

They come from the package index that this machine is set up for. What builds say, and what is shown of their images, is
kept in golden files, without what the index decides. With ``CNB_LIFECYCLE_DIR`` the reference lifecycle does the same,
and makes the same.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import pytest
from pure.layers.names import STATIC_CACHE
from pure.manager.table import TOOLS
from shell.lifecycle.disk import remove

from tests.builds.example_apps import (
    ADDED,
    ADDED_MODULE,
    EXAMPLES,
    Checkout,
    Example,
    cache_digests,
    golden_log,
    image_digests,
)
from tests.builds.example_views import golden_views
from tests.builds.lamina import Lamina
from tests.builds.started import Started, started
from tests.builds.test_lifecycles_agree import Both
from tests.builds.workshop import Built, Workshop, machine_settings
from tests.golden import check_golden
from tests.places import ROOT

pytestmark = pytest.mark.heavy

STEPS = ("The first build", "Nothing has changed", f"{ADDED} is added", "Another version of the tool")
# The names and versions of all distributions that the application can import.
VERSIONS = """
import importlib.metadata as metadata, json
print(json.dumps({each.name.lower(): each.version for each in metadata.distributions()}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    # Pytest keeps the folders of several runs: these are large.
    remove(tmp_path)


def test_every_example_is_tested() -> None:
    assert {path.name for path in (ROOT / "examples").iterdir() if path.is_dir()} == EXAMPLES.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_by_the_local_lifecycle(name: str, folder: Path, workshop: Workshop) -> None:
    example = EXAMPLES[name]
    checkout = Checkout(name, folder, workshop)
    lamina = Lamina(folder, workshop)
    lamina.offline = {}
    at = ("run", checkout.app, "--cache", lamina.cache)
    logs: list[str] = []

    def build(**more: str) -> dict[str, str]:
        ran = lamina.build(checkout.app, env={**machine_settings(), **more})
        assert ran.status == 0, ran.both
        logs.append(golden_log(example, ran.out))
        return actions(ran.out)

    def digests() -> dict[str, str]:
        own = image_digests(lamina.cache).items()
        return {name.rpartition(":")[2]: digest for name, digest in own} | cache_digests(lamina.cache)

    def start(env: Mapping[str, str], stdout: IO[bytes]) -> "subprocess.Popen[bytes]":
        given = [f"--env={name}={value}" for name, value in env.items()]
        return subprocess.Popen(
            lamina.argv(*at, *given), env=lamina.env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.STDOUT
        )

    def installed(*modules: str) -> dict[str, str]:
        ran = lamina.run(*at, "--", "python", "-c", "\n".join([*(f"import {each}" for each in modules), VERSIONS]))
        assert ran.status == 0, ran.both
        versions: dict[str, str] = json.loads(ran.out)
        return versions

    assert build() == expected(example, tool="created", venv="created", rest="created")
    with started(start, folder / "log") as running:
        answers(example, running)
    first, before = digests(), installed()
    assert {*example.names} <= before.keys()
    assert not before.keys() & TOOLS.keys()

    venv = "kept" if example.kept else "reconciled"
    assert build() == expected(example, tool="kept", venv=venv)
    assert digests() == first

    before_it = folder / "before"
    # Builds write new files, so that second names do.
    subprocess.run(("cp", "-al", lamina.cache, before_it), check=True)
    checkout.add_a_dependency()
    assert build() == expected(example, tool="kept", venv="reconciled")
    check_golden(f"views_{name}", golden_views(example, lamina, before_it))
    now = installed(ADDED_MODULE)
    assert now == {**before, ADDED: now[ADDED]}
    added = digests()
    assert added["venv"] != first["venv"]
    assert all(added[name] == first[name] for name in ("python", example.tool))

    variable, version = example.bump
    assert build(**{variable: version}) == expected(example, tool="recreated", venv=venv)
    changed = {name for name, digest in digests().items() if added.get(name) != digest and name != STATIC_CACHE}
    assert changed == {example.tool}
    with started(start, folder / "log") as running:
        answers(example, running)

    check_golden(f"example_{name}", "\n".join(f"# {title}\n\n{log}" for title, log in zip(STEPS, logs, strict=True)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_by_the_reference_lifecycle(name: str, folder: Path, workshop: Workshop) -> None:
    # The reference lifecycle takes the layout's path for an image name: lower case only.
    example, scratch = EXAMPLES[name], Path(tempfile.mkdtemp(prefix="real-"))
    try:
        # Skipped without the binaries, before anything takes time.
        both = Both(
            folder,
            scratch,
            workshop,
            app=folder / "pushed" / name,
            env=machine_settings(),
            said=lambda log: golden_log(example, log),
        )
        checkout = Checkout(name, folder, workshop)
        assert checkout.app == both.app

        def build(**more: str) -> dict[str, str]:
            return actions("\n".join(both.agree(more)[0].lines))

        assert build() == expected(example, tool="created", venv="created", rest="created")
        with started(lambda env, stdout: both.real.start(env, stdout=stdout), folder / "log") as running:
            answers(example, running)
        venv = "kept" if example.kept else "reconciled"
        assert build() == expected(example, tool="kept", venv=venv)
        checkout.add_a_dependency()
        assert build() == expected(example, tool="kept", venv="reconciled")
        ours, theirs = both.launched("python", "-c", f"import {ADDED_MODULE}\n{VERSIONS}")
        assert ours == theirs
        assert ADDED in json.loads(ours)
        variable, version = example.bump
        assert build(**{variable: version}) == expected(example, tool="recreated", venv=venv)
        with started(lambda env, stdout: both.real.start(env, stdout=stdout), folder / "log") as running:
            answers(example, running)
    finally:
        remove(scratch)


def expected(example: Example, *, tool: str, venv: str, rest: str = "kept") -> dict[str, str]:
    """What becomes of each layer; pip's cache stays where pip goes."""
    cache = {"pip-cache": rest} if example.tool == "pip" else {}
    at_launch = {"at-launch": rest} if example.at_launch else {}
    return {"python": rest, example.tool: tool, **cache, "venv": venv, **at_launch}


def actions(log: str) -> dict[str, str]:
    """What became of each layer, as the last line says, but for those of single distributions and static files."""
    found = Built(status=0, log=re.findall(r"^Done in .*", log, re.MULTILINE)[-1]).actions()
    return {name: what for name, what in found.items() if "dist-" not in name and name != STATIC_CACHE}


def answers(example: Example, running: Started) -> None:
    """Assert that the application does what it is for."""
    if not example.pages:
        running.wait_for(example.prints)
    body = ""
    for page in example.pages:
        path = page.path
        if page.linked:
            named = re.search(path, body)
            assert named is not None, body
            path = named[0]
        body = running.get(path)
        assert page.says in body, body
