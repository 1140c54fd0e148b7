"""What is lacking on a machine, for facts of all kinds."""

from typing import get_args

import msgspec
import pytest
from pure.lifecycle.errors import NamespaceRefused
from pure.machine.examination import CONDITIONS, FULL, SHORT, Examined, Trait, can_build, examined
from pure.machine.facts import AskedIndex, BuildPlace, EngineFound, MachineFacts
from pure.runtime.fetching import (
    AuthoritiesUnreadable,
    CertificateRejected,
    ConnectionFailed,
    FetchFailure,
    HttpStatus,
    ProxyFailed,
    TimedOut,
)

ROOM = BuildPlace(path="/home/me/.cache", free=SHORT)
WELL = MachineFacts(
    system="Linux",
    release="6.1",
    machine="x86_64",
    python="3.13.1",
    packable=True,
    cache=ROOM,
    temporary=msgspec.structs.replace(ROOM, path="/tmp"),
    indexes=(AskedIndex(url="https://pypi.org/simple/"),),
    git="2.39.5",
    compiler="/usr/bin/cc",
    engines=(EngineFound(name="podman", version="4.3.1"),),
)


def index(failure: FetchFailure, *, named: bool = False) -> dict[str, object]:
    return {"indexes": (AskedIndex(url="https://index.example/simple/", failure=failure, named=named),)}


# What is otherwise than well, and the one verdict that isn't "ok" for it.
OTHERWISE: tuple[tuple[dict[str, object], Trait], ...] = (
    ({"system": "Darwin"}, "other-system"),
    ({"packable": False}, "python-not-packable"),
    ({"namespace": NamespaceRefused(step="unshare", reason="Operation not permitted")}, "namespaces-refused"),
    ({"untried": "No such file or directory"}, "namespaces-untried"),
    ({"paths": 2}, "paths-refused"),
    ({"overlays": False}, "no-overlays"),
    ({"cache": msgspec.structs.replace(ROOM, free=SHORT - 1)}, "cache-short"),
    ({"cache": msgspec.structs.replace(ROOM, free=FULL - 1)}, "cache-full"),
    ({"cache": msgspec.structs.replace(ROOM, refused="Read-only file system")}, "cache-refused"),
    ({"temporary": msgspec.structs.replace(ROOM, free=SHORT - 1)}, "temporary-short"),
    ({"temporary": msgspec.structs.replace(ROOM, free=FULL - 1)}, "temporary-full"),
    ({"temporary": msgspec.structs.replace(ROOM, refused="Permission denied")}, "temporary-refused"),
    ({"certificates_refused": "the certificates in /x cannot be used"}, "certificates-refused"),
    (index(HttpStatus(status=401, reason="Unauthorized", retry_after=None)), "index-asks-who"),
    (index(HttpStatus(status=403, reason="Forbidden", retry_after=None)), "index-asks-who"),
    (index(HttpStatus(status=404, reason="Not Found", retry_after=None)), "index-refuses"),
    (index(CertificateRejected(detail="self-signed certificate", authorities=None)), "index-distrusted"),
    (
        index(AuthoritiesUnreadable(variable="PIP_CERT", file="/x", detail="no certificate in it")),
        "index-without-certificates",
    ),
    (index(ProxyFailed(proxy="http://proxy.example:3128", detail="Connection refused")), "index-without-proxy"),
    (index(ConnectionFailed(detail="Name or service not known")), "index-silent"),
    (index(TimedOut(seconds=5, received=0)), "index-silent"),
    (index(TimedOut(seconds=5, received=0), named=True), "named-index-silent"),
    ({"git": ""}, "no-git"),
    ({"compiler": ""}, "no-compiler"),
    ({"engines": (EngineFound(name="docker", version=""),)}, "engine-silent"),
    ({"engines": ()}, "no-engine"),
)
# What is well in another way.
AS_WELL: tuple[tuple[dict[str, object], Trait], ...] = (
    ({}, "index-answers"),
    ({"without_users": True}, "namespaces-by-root"),
    ({"certificates": "/etc/ssl/own.pem"}, "certificates-named"),
    ({"indexes": ()}, "no-index-asked"),
)


def of(changed: dict[str, object]) -> tuple[Examined, ...]:
    return examined(msgspec.structs.replace(WELL, **changed))


@pytest.mark.parametrize(("changed", "trait"), OTHERWISE, ids=lambda each: each if isinstance(each, str) else "")
def test_what_is_not_well(changed: dict[str, object], trait: Trait) -> None:
    found = of(changed)
    assert [each.trait for each in found if each.condition != "ok"] == [trait]
    assert can_build(found) is (CONDITIONS[trait] != "missing")


@pytest.mark.parametrize(("changed", "trait"), AS_WELL)
def test_what_is_well(changed: dict[str, object], trait: Trait) -> None:
    found = of(changed)
    assert trait in [each.trait for each in found]
    assert all(each.condition == "ok" for each in found)
    assert can_build(found)


def test_the_tables_have_each_trait() -> None:
    assert set(CONDITIONS) == set(get_args(Trait))
    seen = {each.trait for changed, _ in (*OTHERWISE, *AS_WELL) for each in of(changed)}
    assert seen == set(CONDITIONS)
