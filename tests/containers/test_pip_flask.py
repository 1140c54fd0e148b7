"""The packaged buildpack builds examples/pip-flask on a Debian without Python, and the result runs."""

import json
from pathlib import Path

import pytest

from tests import sbom_oracles
from tests.containers.buildpack_run import LAYERS, USER, Site, opened
from tests.containers.contents import compilers, installers
from tests.containers.engine import Engine
from tests.containers.served import served
from tests.containers.trees import digest_of
from tests.places import ROOT

pytestmark = pytest.mark.containers

KEPT = ("pip", "venv-cache")


class Built:
    """A first build, and the image made of it."""

    def __init__(self, site: Site, user_env: dict[str, str]) -> None:
        self.site, self.user_env = site, user_env
        self.detect_log = site.detect(user_env)
        self.log = site.build(user_env)
        self.types = site.types()
        self.metadata = site.metadata()
        self.image = site.image("localhost/lamina-pip-flask")


@pytest.fixture(scope="module")
def built(engine: Engine, base: str, buildpack: Path, version: str, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = opened(tmp_path_factory.mktemp("site"))
    site = Site(engine, base, buildpack, ROOT / "examples" / "pip-flask", folder)
    return Built(site, {"BP_PYTHON_VERSION": version})


def test_the_page_answers_without_a_network(engine: Engine, built: Built, version: str) -> None:
    with served(engine, built.image) as container:
        assert container.get("/") == f"Hello from Flask on Python {version}\n"


def test_the_runtime_is_the_carried_one(built: Built, version: str) -> None:
    assert version in built.log
    assert "Download" not in built.log.partition("pip")[0]


def test_python_runs_as_the_unprivileged_user_from_its_layer(engine: Engine, built: Built) -> None:
    program = "import os, sys; print(os.getuid(), os.getgid(), sys.base_prefix, sys.prefix)"
    with served(engine, built.image) as container:
        assert container.run("python", "-c", program).split() == [
            str(USER),
            str(USER),
            f"{LAYERS}/python",
            f"{LAYERS}/venv",
        ]


def test_the_bills_of_materials_name_what_is_there(engine: Engine, built: Built, version: str) -> None:
    files = {path.name: path.read_bytes() for path in built.site.own.glob("*.sbom.*")}
    for name, raw in files.items():
        (sbom_oracles.cyclonedx if name.endswith("cdx.json") else sbom_oracles.spdx)(raw)
    found = {each["name"]: each for each in json.loads(files["launch.sbom.cdx.json"])["components"]}
    assert found["cpython"]["version"] == version
    installed = "from importlib.metadata import distributions as d; print(*(each.name for each in d()))"
    with served(engine, built.image) as container:
        names = container.run("python", "-I", "-c", installed).split()
        assert sorted(found.keys() - {"cpython"}) == sorted(names)
        linked = {each["name"]: each.get("version") for each in found["cpython"].get("components", [])}
        if "openssl" in linked:
            assert linked["openssl"] in container.run("python", "-c", "import ssl; print(ssl.OPENSSL_VERSION)")


def test_no_installer_is_left_in_the_image(engine: Engine, built: Built) -> None:
    assert installers(engine.names(built.image)) == []


def test_the_search_for_installers_finds_the_build_layers(built: Built) -> None:
    # Keeps the test above honest: the same search has to see pip where it has to be.
    own = built.site.own
    assert installers(str(path.relative_to(own)) for path in own.rglob("*")) != []


def test_no_compiler_is_left_in_the_image(engine: Engine, built: Built) -> None:
    assert compilers(engine.names(built.image)) == []


def test_the_layers_have_the_flags_of_the_table(built: Built) -> None:
    in_the_image = {"build": False, "launch": True, "cache": False}
    in_the_cache = {"build": False, "launch": False, "cache": True}
    expected = {
        "python": in_the_image,
        "at-launch": in_the_image,
        "pip": in_the_cache,
        "pip-cache": in_the_cache,
        "venv": in_the_image,
        "venv-cache": in_the_cache,
    }
    actual = {name: {flag: types.get(flag, False) for flag in in_the_cache} for name, types in built.types.items()}
    assert actual == expected


def test_a_second_build_in_a_new_container_keeps_every_layer(built: Built) -> None:
    own = built.site.own
    before = {layer: digest_of(own / layer) for layer in KEPT}
    built.site.restore()
    built.site.detect(built.user_env)
    log = built.site.build(built.user_env)
    assert {layer: digest_of(own / layer) for layer in KEPT} == before, log
    assert built.site.types() == built.types
    assert built.site.metadata() == built.metadata


def test_skopeo_copies_the_image_and_the_copy_runs(engine: Engine, built: Built, version: str, tmp_path: Path) -> None:
    copy = "localhost/lamina-copied"
    layout = f"oci:{tmp_path}/layout:copied"
    engine.skopeo("copy", "--quiet", engine.storage_name(built.image), layout)
    engine.skopeo("copy", "--quiet", layout, engine.storage_name(copy))
    with served(engine, copy) as container:
        assert container.get("/") == f"Hello from Flask on Python {version}\n"
