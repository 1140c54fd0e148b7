"""Builds without a network: a package that carries all of its own, in a namespace without a route."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tools.carried import Carried, host_arch, own_runtime
from tools.package import Packaged, package

from tests.builds.locked import Index, lock, project
from tests.builds.workshop import LAYERS, MINOR, VERSION, Bench, Built, Workshop, hashed, next_patch, write_files
from tests.local_index import serve

pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("offline")]

# In a network of its own a process has a loopback that isn't up, and no route.
ALONE = ("/usr/bin/unshare", "--user", "--map-current-user", "--net")
BUILDPACK = "/cnb/buildpacks/lamina_python/0.1.0"
TOOLS = ("pip", "uv", "poetry", "pipenv", "pdm")


@pytest.fixture(scope="module")
def carried(workshop: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    """A package for builds without a network, with two releases of this Python."""
    later = workshop.next_patch()
    more = Carried(archive=Path(later.url.removeprefix("file://")), entry=later)
    output = tmp_path_factory.mktemp("offline")
    return package(target=f"linux/{host_arch()}", carried=own_runtime(), more=(more,), output=output, offline=True)


@pytest.fixture
def index(workshop: Workshop) -> Iterator[Index]:
    with serve(workshop.wheels) as host:
        yield Index(host)


@pytest.fixture
def site(empty_bench: Bench, carried: Packaged) -> Bench:
    empty_bench.buildpack = carried.folder
    return empty_bench


def build(site: Bench, env: Mapping[str, str | None] | None = None) -> Built:
    """Run ``bin/build`` without a network, with nothing said of indexes and catalogues."""
    nothing = dict.fromkeys(("BP_PYTHON_CATALOGUE", "BP_PYTHON_DEFAULT_VERSION", "PIP_NO_INDEX", "PIP_FIND_LINKS"))
    program = (*ALONE, f"{BUILDPACK}/bin/build", LAYERS, "/platform", "/cnb/plan.toml")
    return site.run(site.description({**nothing, **(env or {})}, argv=program))


def built(site: Bench, env: Mapping[str, str | None] | None = None) -> str:
    done = build(site, env)
    assert done.status == 0, done.log
    return done.log


def vendored(workshop: Workshop, *names: str, folder: str = "vendor") -> dict[str, bytes]:
    wheels = (f"{name}-py3-none-any.whl" for name in names)
    return {f"{folder}/{wheel}": (workshop.wheels / wheel).read_bytes() for wheel in wheels}


def test_there_is_no_route(site: Bench) -> None:
    # Keeps the tests below honest.
    program = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    python = f"{BUILDPACK}/runtime/bin/python3"
    said = site.run(site.description(argv=(*ALONE, python, "-c", program)))
    assert said.status != 0
    assert "Network is unreachable" in said.log


def test_what_is_carried_is_noted(carried: Packaged) -> None:
    noted = json.loads((carried.folder / "data/carried-tools.json").read_text())
    assert noted == {tool: [MINOR] for tool in TOOLS}
    wheels = {path.name.partition("-")[0] for path in (carried.folder / "wheels").glob("*.whl")}
    assert set(TOOLS) <= wheels


@pytest.mark.parametrize("manager", ["pip", "uv"])
def test_vendored_wheels_are_all_that_a_build_needs(site: Bench, workshop: Workshop, manager: str) -> None:
    pinned = hashed(workshop.wheels, "alpha==2.0", "beta==1.0")
    site.write({"requirements.txt": pinned, **vendored(workshop, "alpha-2.0", "beta-1.0")})
    env = {"BP_PIP_FIND_LINKS": "vendor", "BP_PYTHON_PACKAGE_MANAGER": manager}
    log = built(site, env)
    assert "$BP_PIP_FIND_LINKS has distributions come from vendor/ (2 wheels) alone: no index is asked" in log
    assert "This buildpack carries it, so no index is asked for it" in log
    assert f"Python {next_patch()}" in log
    assert site.versions() == {"alpha": "2.0", "beta": "1.0"}
    record = json.loads((site.own / "lamina-record.json").read_text())
    assert any("no index is asked" in reason for reason in record["package_manager"]["because"])
    again = build(site, env)
    assert again.status == 0, again.log
    assert again.actions() == dict.fromkeys(again.actions(), "kept"), again.log


def test_a_project_can_declare_its_folder(site: Bench, workshop: Workshop) -> None:
    files = {
        "pyproject.toml": '[tool.lamina]\nfind-links = ["wheels"]\n',
        "requirements.txt": "alpha\n",
        ".python-version": f"{VERSION}\n",
    }
    site.write({**files, **vendored(workshop, "alpha-1.0", folder="wheels")})
    log = built(site)
    assert "pyproject.toml, [tool.lamina] find-links has distributions come from wheels/ (1 wheel) alone" in log
    assert f"Python {VERSION}" in log
    assert "from the buildpack in" in log
    assert site.versions() == {"alpha": "1.0"}


def test_what_is_not_among_them_is_told(site: Bench, workshop: Workshop) -> None:
    site.write({"requirements.txt": "alpha==2.0\ngamma\n", **vendored(workshop, "alpha-2.0")})
    for manager in ("pip", "uv"):
        done = build(site, {"BP_PIP_FIND_LINKS": "vendor", "BP_PYTHON_PACKAGE_MANAGER": manager})
        assert done.status != 0
        assert "gamma: nothing that fits here is in vendor" in done.log, done.log
        assert "pip download --dest vendor 'gamma'" in done.log


def test_pipenv_takes_its_distributions_from_there_too(
    site: Bench, workshop: Workshop, index: Index, tmp_path: Path
) -> None:
    files = lock("pipenv", workshop, project("pipenv", index, "alpha==1.0"), tmp_path / "lock")
    site.write({**files, **vendored(workshop, "alpha-1.0")})
    log = built(site, {"BP_PIP_FIND_LINKS": "vendor"})
    assert "Pipenv" in log
    assert site.versions() == {"alpha": "1.0"}


@pytest.mark.parametrize("manager", ["uv", "poetry", "pdm", "pylock"])
def test_every_other_tool_comes_out_of_the_buildpack(
    site: Bench, workshop: Workshop, index: Index, tmp_path: Path, manager: str
) -> None:
    # A lock without distributions: whatever is fetched would be the tool's.
    site.write(lock(manager, workshop, project(manager, index), tmp_path / "lock"))
    log = built(site, {"BP_PIP_FIND_LINKS": "vendor"})
    assert "This buildpack carries it, so no index is asked for it" in log
    assert "$BP_PIP_FIND_LINKS has no effect" in log
    assert site.versions() == {}


def test_uv_takes_what_was_locked_against_a_folder(site: Bench, workshop: Workshop, tmp_path: Path) -> None:
    declared = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["beta"]\n'
    declared += '[[tool.uv.index]]\nname = "vendored"\nurl = "vendor"\nformat = "flat"\ndefault = true\n'
    wheels = vendored(workshop, "alpha-2.0", "beta-1.0")
    write_files(tmp_path / "lock", wheels)
    site.write({**lock("uv", workshop, {"pyproject.toml": declared}, tmp_path / "lock"), **wheels})
    built(site)
    assert site.versions() == {"alpha": "2.0", "beta": "1.0"}


def test_pdm_takes_what_was_locked_against_a_folder(site: Bench, workshop: Workshop, tmp_path: Path) -> None:
    declared = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["beta"]\n'
    declared += "[dependency-groups]\nextra-group = []\n[tool.pdm]\ndistribution = false\n"
    declared += '[[tool.pdm.source]]\nname = "pypi"\nurl = "file:///${PROJECT_ROOT}/vendor"\ntype = "find_links"\n'
    wheels = vendored(workshop, "alpha-2.0", "beta-1.0")
    write_files(tmp_path / "lock", wheels)
    site.write({**lock("pdm", workshop, {"pyproject.toml": declared}, tmp_path / "lock"), **wheels})
    built(site)
    assert site.versions() == {"alpha": "2.0", "beta": "1.0"}


def test_a_standard_lock_file_can_name_files(site: Bench, workshop: Workshop) -> None:
    wheels = vendored(workshop, "alpha-2.0")
    ((path, data),) = wheels.items()
    text = 'lock-version = "1.0"\ncreated-by = "hand"\n[[packages]]\nname = "alpha"\nversion = "2.0"\n'
    text += f'wheels = [{{ path = "{path}", hashes = {{ sha256 = "{hashlib.sha256(data).hexdigest()}" }} }}]\n'
    site.write({"pylock.toml": text, **wheels})
    built(site)
    assert site.versions() == {"alpha": "2.0"}


def test_poetry_can_name_files(site: Bench, workshop: Workshop, tmp_path: Path) -> None:
    wheels = vendored(workshop, "alpha-2.0")
    (path,) = wheels
    write_files(tmp_path / "lock", wheels)
    declared = '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n'
    declared += f'[tool.poetry]\npackage-mode = false\n[tool.poetry.dependencies]\nalpha = {{ path = "{path}" }}\n'
    site.write({**lock("poetry", workshop, {"pyproject.toml": declared}, tmp_path / "lock"), **wheels})
    built(site)
    assert site.versions() == {"alpha": "2.0"}


def test_a_python_that_is_not_carried_is_an_error_at_once(site: Bench) -> None:
    site.require("# nothing")
    done = build(site, {"BP_PYTHON_VERSION": "3.12" if MINOR != "3.12" else "3.13"})
    assert done.status != 0
    assert "This buildpack does not carry the Python that is asked for" in done.log
    assert f"there are: {next_patch()}, {VERSION}." in done.log


def test_a_tool_of_another_version_is_said_to_come_from_an_index(site: Bench) -> None:
    site.require("# nothing")
    done = build(site, {"BP_PIP_VERSION": "25.3", "PIP_RETRIES": "0"})
    assert done.status != 0
    assert "This buildpack doesn't carry it, so it comes from a package index" in done.log


def test_a_tool_comes_from_an_index_of_the_operators(site: Bench, workshop: Workshop, tmp_path: Path) -> None:
    # Any release but the pinned one; the application's distributions come from elsewhere.
    get = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(tmp_path), "pip==25.3"]
    subprocess.run(get, check=True, stdout=subprocess.DEVNULL)
    site.write({"requirements.txt": "alpha==2.0\n", **vendored(workshop, "alpha-2.0")})
    nothing = dict.fromkeys(("BP_PYTHON_CATALOGUE", "BP_PYTHON_DEFAULT_VERSION", "PIP_NO_INDEX", "PIP_FIND_LINKS"))
    with serve(tmp_path) as host:
        own = {"PIP_INDEX_URL": f"http://{host}/simple/", "BP_PIP_VERSION": "25.3", "BP_PIP_FIND_LINKS": "vendor"}
        log = site.build({**nothing, **own}).log
    assert "$BP_PIP_VERSION asks for 25.3, which this buildpack's hashes don't cover" in log
    assert site.versions() == {"alpha": "2.0"}


def test_wheels_that_nothing_declares_are_named(site: Bench, workshop: Workshop) -> None:
    site.write({"requirements.txt": "# nothing\n", **vendored(workshop, "alpha-2.0")})
    assert "Warning: vendor/ has 1 wheel, and nothing says that it counts" in built(site)
