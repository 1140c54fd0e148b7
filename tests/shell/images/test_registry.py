"""Images of a registry: fetched as far as they are looked into, with the credentials that engines have stored."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pure.image.errors import ImageError, ImageUnreadable, PlatformMissing, RegistryRefused
from pure.outcome import Failure
from shell.images.inside import read_contents

from shell.images import OpenedImage, open_image
from tests.file_server import Exchange
from tests.images import MACHINE, digest, registry, shop
from tests.recognition.stage import certificate

OTHER = "arm64" if MACHINE == "amd64" else "amd64"
NOWHERE = Path("/nowhere")


def opened(reference: str, environ: dict[str, str], platform: str = "") -> OpenedImage:
    found = open_image(reference, cache=NOWHERE, platform=platform, environ=environ)
    assert not isinstance(found, Failure), found.failure()
    return found.unwrap()


def refused(reference: str, environ: dict[str, str], platform: str = "") -> ImageError:
    return open_image(reference, cache=NOWHERE, platform=platform, environ=environ).failure()


def test_only_what_is_looked_into_is_fetched() -> None:
    image = shop()
    with registry(image) as served, opened(f"{served.host}/team/shop:v1", {}) as found:
        assert not found.local
        assert [each.nbytes for each in found.image.layers] == [None] * len(image.layers)
        contents = read_contents(found).unwrap()
        assert [each.name for each in contents.distributions] == ["flask", "markupsafe", "numpy", "werkzeug"]
        fetched = [path for path in served.asked if "/blobs/" in path]
        assert len(fetched) == 3, "the configuration, the bills and the environment"
        by_digest = found.image.digest
    with registry(image) as served, opened(f"{served.host}/team/shop@{by_digest}", {}) as found:
        assert found.image.digest == by_digest


def test_the_platform_is_chosen() -> None:
    with registry(shop(arch=OTHER), shop()) as served:
        with opened(f"{served.host}/team/shop:v1", {}) as found:
            assert found.image.arch == MACHINE
        with opened(f"{served.host}/team/shop:v1", {}, f"linux/{OTHER}") as found:
            assert found.image.arch == OTHER
        assert isinstance(refused(f"{served.host}/team/shop:v1", {}, "linux/s390x"), PlatformMissing)


def test_what_a_registry_refuses() -> None:
    with registry(shop()) as served:
        absent = refused(f"{served.host}/team/shop:v2", {})
        host = served.host
    assert absent == RegistryRefused(
        reference=f"{host}/team/shop:v2", host=host, kind="absent", reason="it answered with status 404"
    )
    gone = refused(f"{host}/team/shop:v1", {})
    assert isinstance(gone, RegistryRefused)
    assert gone.kind == "unreachable"
    assert "refused" in gone.reason
    assert "shop" not in gone.reason

    def broken(exchange: Exchange) -> bool:
        exchange.answer(503)
        return True

    with registry(shop(), answer=broken) as served:
        error = refused(f"{served.host}/team/shop:v1", {})
    assert isinstance(error, RegistryRefused)
    assert (error.kind, error.reason) == ("other", "it answered with status 503")


def test_what_it_sends_is_checked() -> None:
    image = shop()
    blobs, entry = image.blobs()
    layer = json.loads(blobs[entry["digest"]])["layers"][2]["digest"]

    def another(exchange: Exchange) -> bool:
        if exchange.path.endswith(layer):
            exchange.answer(200, blobs[layer][:-30])
            return True
        return False

    with registry(image, answer=another) as served, opened(f"{served.host}/team/shop:v1", {}) as found:
        assert read_contents(found).failure().layer == "venv"

    def wrong(exchange: Exchange) -> bool:
        if exchange.path.endswith(digest(image.config)):
            exchange.answer(200, b"{}")
            return True
        return False

    with registry(image, answer=wrong) as served:
        error = refused(f"{served.host}/team/shop:v1", {})
    assert isinstance(error, RegistryRefused)
    assert "digest" in error.reason


@pytest.mark.parametrize(("where", "name"), [("/manifests/", "manifest"), ("/blobs/", "configuration")])
def test_a_document_that_is_larger_than_one_is_is_not_read(where: str, name: str) -> None:
    def endless(exchange: Exchange) -> bool:
        if where in exchange.path:
            exchange.answer(200, b" " * 20_000_000)
            return True
        return False

    with registry(shop(), answer=endless) as served:
        error = refused(f"{served.host}/team/shop:v1", {})
    assert isinstance(error, ImageUnreadable)
    assert f"its {name} has more than 8.0 MB" in error.reason


AUTH = base64.b64encode(b"ada:sesame").decode()


def guarded(exchange: Exchange) -> bool:
    """Ask for a password at each request."""
    if exchange.headers.get("Authorization") == f"Basic {AUTH}":
        return False
    exchange.answer(401, b"{}", WWW_Authenticate='Basic realm="shop"')
    return True


def with_tokens(exchange: Exchange) -> bool:
    """Ask for a token, which is given for a password."""
    given = exchange.headers.get("Authorization")
    if exchange.path.startswith("/token?"):
        right = given == f"Basic {AUTH}" and "scope=repository%3Ateam%2Fshop%3Apull" in exchange.path
        exchange.answer(200 if right else 401, b'{"token": "t0"}' if right else b"{}")
        return True
    if given == "Bearer t0":
        return False
    realm = f"https://{exchange.headers['Host']}/token"
    scope = 'Bearer realm="{}",service="shop",scope="repository:team/shop:pull"'
    exchange.answer(401, b"{}", WWW_Authenticate=scope.format(realm))
    return True


@pytest.mark.parametrize("asking", [guarded, with_tokens])
@pytest.mark.parametrize("place", ["docker", "podman", "named", "helper"])
def test_the_engines_credentials_are_used(tmp_path: Path, place: str, asking: Callable[[Exchange], bool]) -> None:
    with registry(shop(), answer=asking, tls=certificate(tmp_path)) as served:
        environ = {"HOME": str(tmp_path), "PATH": str(tmp_path), "SSL_CERT_FILE": str(tmp_path / "cert.pem")}
        reference = f"{served.host}/team/shop:v1"
        without = refused(reference, environ)
        assert isinstance(without, RegistryRefused)
        assert (without.kind, without.credentials) == ("unauthorized", "")
        file = tmp_path / {"podman": ".config/containers/auth.json", "named": "auth"}.get(place, ".docker/config.json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"auths": {served.host: {"auth": AUTH}}}))
        if place == "named":
            environ["REGISTRY_AUTH_FILE"] = str(file)
        if place == "helper":
            file.write_text(json.dumps({"credHelpers": {served.host: "test"}}))
            program = tmp_path / "docker-credential-test"
            answer = '{"Username": "ada", "Secret": "sesame"}'
            program.write_text(f"#!/bin/sh\nread host\n[ \"$host\" = {served.host} ] && echo '{answer}'\n")
            program.chmod(0o755)
        with opened(reference, environ) as found:
            assert read_contents(found).unwrap().named("Flask") is not None
        file.write_text(json.dumps({"auths": {served.host: {"username": "ada", "password": "wrong-one"}}}))
        wrong = refused(reference, environ)
        assert isinstance(wrong, RegistryRefused)
        assert (wrong.kind, wrong.credentials) == ("unauthorized", str(file))
        assert "wrong-one" not in repr(wrong)


def test_no_password_is_sent_without_tls(tmp_path: Path) -> None:
    with registry(shop(), answer=guarded) as served:
        (tmp_path / "auth").write_text(json.dumps({"auths": {served.host: {"auth": AUTH}}}))
        error = refused(f"{served.host}/team/shop:v1", {"REGISTRY_AUTH_FILE": str(tmp_path / "auth")})
    assert isinstance(error, RegistryRefused)
    assert error.kind == "unauthorized"
    assert "TLS" in error.reason


def test_a_server_that_nobody_trusts_is_not_believed(tmp_path: Path) -> None:
    with registry(shop(), tls=certificate(tmp_path)) as served:
        error = refused(f"{served.host}/team/shop:v1", {})
    assert isinstance(error, RegistryRefused)
    assert error.kind != "absent"
