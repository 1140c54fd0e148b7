"""Bindings in the reference lifecycle: used in the build and at launch, and nowhere in the image."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.bound import bind
from tests.builds.workshop import make_wheels
from tests.containers.engine import Engine
from tests.containers.test_real_lifecycle import LIFECYCLE, Platform
from tests.local_index import serve
from tests.recognition.stage import certificate

pytestmark = [
    pytest.mark.containers,
    pytest.mark.skipif(not LIFECYCLE, reason="CNB_LIFECYCLE_DIR names no folder with the lifecycle's binaries"),
]

USER, PASSWORD = "deploy-user-7301", "s3cret-of-the-index"
ASK = '''
"""Asks a server whose certificate only a binding has; whoever is trusted gets told that a password is missing."""
import os, sys, urllib.error, urllib.request
import alpha

print(alpha.VERSION, os.environ.get("REQUESTS_CA_BUNDLE", "nothing bound"))
try:
    urllib.request.urlopen(sys.argv[1])
except urllib.error.HTTPError as error:
    print("trusted:", error.code)
except urllib.error.URLError as error:
    print("not trusted:", error.reason)
'''


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server of wheels that asks for a password, and its certificate."""
    folder = tmp_path_factory.mktemp("index")
    make_wheels(folder / "wheels")
    with serve(folder / "wheels", tls=certificate(folder), credentials=f"{USER}:{PASSWORD}") as host:
        yield host, folder / "cert.pem"


@pytest.fixture(scope="module")
def platform(
    engine: Engine,
    base: str,
    buildpack: Path,
    version: str,
    index: tuple[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Platform:
    platform = Platform(engine, base, buildpack, tmp_path_factory.mktemp("platform"), version)
    for name in platform.settings:
        platform.unset(name)
    platform.settings = {}
    platform.app = tmp_path_factory.mktemp("app")
    (platform.app / "requirements.txt").write_text("alpha==1.0\n")
    (platform.app / "Procfile").write_text(f"web: python ask.py https://{index[0]}/simple/\n")
    (platform.app / "ask.py").write_text(ASK)
    root = platform.folder / "platform" / "bindings"
    bind(root, "corporate-ca", "CA-Certificates", {"ca.pem": index[1].read_bytes()})
    bind(root, "index", "pypi", {"url": f"https://{index[0]}/simple/", "username": USER, "password": PASSWORD})
    bind(root, "orders", "postgresql", {"password": "s3cret-of-orders"})
    return platform


@pytest.fixture(scope="module")
def first(platform: Platform) -> str:
    return platform.build()


def start(platform: Platform, *options: str) -> str:
    """What the application says in a container that may write into temporary folders alone."""
    name = platform.image("localhost/lamina-bindings")
    run = ("run", "--rm", "--network", "host", "--read-only", *options, name)
    return platform.engine.podman(*run, merged=True).stdout


def test_the_build_has_what_is_bound(first: str) -> None:
    assert "  index (pypi): pip is told of it by $PIP_INDEX_URL\n" in first
    assert "  orders (postgresql): ignored: this build has no use for its type\n" in first
    assert "Installed 1 distribution" in first


def test_what_is_bound_at_launch_is_trusted(platform: Platform, first: str) -> None:
    bindings = platform.folder / "platform" / "bindings"
    for places in (
        ("--volume", f"{bindings}:/platform/bindings:ro"),
        ("--volume", f"{bindings}:/mine:ro", "--env", "SERVICE_BINDING_ROOT=/mine"),
    ):
        said = start(platform, *places)
        assert said.startswith("1.0 /tmp/ca-certificates-"), said
        assert "\ntrusted: 401\n" in said


def test_nothing_is_trusted_that_is_not_bound(platform: Platform, first: str) -> None:
    said = start(platform)
    assert said.startswith("1.0 nothing bound\nnot trusted: ")
    assert "CERTIFICATE_VERIFY_FAILED" in said


def test_nothing_that_is_bound_is_in_the_image_or_the_cache(
    engine: Engine, platform: Platform, first: str, index: tuple[str, Path]
) -> None:
    name = platform.image("localhost/lamina-bindings-searched")
    container = engine.podman("create", "--network", "none", name, "true").stdout.strip()
    certificate_line = index[1].read_text().splitlines()[1]
    secrets = tuple(each.encode() for each in (PASSWORD, quote(PASSWORD), "s3cret-of-orders", certificate_line))
    try:
        mounted = Path(engine.podman("mount", container).stdout.strip())
        places = (mounted / "layers", mounted / "workspace", platform.folder / "cache")
        files = [path for place in places for path in place.rglob("*") if path.is_file() and not path.is_symlink()]
        assert any(path.name == "ca-certificates" for path in files)
        assert [path for path in files if any(secret in path.read_bytes() for secret in secrets)] == []
    finally:
        engine.podman("rm", "--force", container)
    configuration = str(engine.configuration(name))
    assert not any(secret.decode() in configuration + first for secret in secrets)


def test_an_unchanged_build_gives_the_same_image(platform: Platform, first: str) -> None:
    before = platform.digest()
    (platform.folder / "platform" / "bindings" / "index" / "password").write_text(f"{PASSWORD}\n")
    log = platform.build()
    assert platform.digest() == before, log
    for layer in ("python", "venv", "ca-certificates"):
        assert f"Reusing layer 'lamina/python:{layer}'" in log
