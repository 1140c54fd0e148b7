"""Downloads against a real server that fails in every way that servers and disks fail."""

import hashlib
import json
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from pure.disk import DiskFull
from pure.outcome import Failure, Success
from pure.runtime.fetching import (
    AuthoritiesUnreadable,
    BodyTruncated,
    CertificateRejected,
    ConnectionFailed,
    DigestMismatch,
    FetchError,
    FetchEvent,
    FetchPolicy,
    FetchRetry,
    FetchSlow,
    FetchStarted,
    HttpStatus,
    InvalidUrl,
    LocalFileUnreadable,
    NotStored,
    ProxyFailed,
    TimedOut,
    TooManyRedirects,
    TooSlow,
)
from shell.network import fetch, fetch_first

from tests.file_server import Exchange, serving
from tests.places import ROOT

BODY = bytes(range(256)) * 1200
SHA256 = hashlib.sha256(BODY).hexdigest()
QUICK = FetchPolicy(connect_timeout=0.5, read_timeout=0.3, attempts=3, backoff=0.01, retry_after_max=0.05)


class Run:
    """One download, with what it reported and left behind."""

    def __init__(
        self,
        url: str,
        folder: Path,
        *,
        environ: Mapping[str, str] | None = None,
        sha256: str = SHA256,
        policy: FetchPolicy = QUICK,
    ) -> None:
        self.events: list[FetchEvent] = []
        self.destination = folder / "file.tar.gz"
        self.outcome = fetch(
            url, self.destination, sha256=sha256, environ=environ or {}, policy=policy, on_event=self.events.append
        )
        self.left = sorted(path.name for path in folder.iterdir())

    @property
    def error(self) -> FetchError:
        assert isinstance(self.outcome, Failure)
        assert self.left == [], "nothing stays behind after a failure"
        return self.outcome.failure()

    @property
    def retries(self) -> int:
        return sum(isinstance(event, FetchRetry) for event in self.events)

    def arrived(self) -> bool:
        return (
            isinstance(self.outcome, Success)
            and self.destination.read_bytes() == BODY
            and self.left == [self.destination.name]
        )


def test_a_file_arrives(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(200, BODY)) as server:
        run = Run(f"{server.url}/a/file.tar.gz", tmp_path)
    assert run.arrived()
    assert run.retries == 0
    assert isinstance(run.outcome, Success)
    assert (run.outcome.unwrap().size, run.outcome.unwrap().attempts) == (len(BODY), 1)
    assert run.destination.stat().st_mode & 0o777 == 0o644


def test_what_is_on_its_way_lies_beside(tmp_path: Path) -> None:
    """Whoever kills a build leaves half a file: not in a layer then, but where the next build sweeps."""
    layer, beside = tmp_path / "layers" / "layer", tmp_path / "layers"
    layer.mkdir(parents=True)
    met: list[tuple[list[str], list[str]]] = []

    def respond(exchange: Exchange) -> None:
        met.append(([each.name for each in layer.iterdir()], [each.name for each in beside.iterdir()]))
        exchange.answer(200, BODY)

    with serving(respond) as server:
        fetched = fetch(server.url, layer / "f", sha256=SHA256, environ={}, beside=beside, policy=QUICK)
    assert isinstance(fetched, Success)
    [(inside, around)] = met
    assert inside == []
    assert len(around) == 2
    assert all(name == "layer" or name.startswith(".f.") for name in around)
    assert [each.name for each in beside.iterdir()] == ["layer"]
    assert (layer / "f").read_bytes() == BODY


def test_who_waits_for_a_server_that_trickles_is_told(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        exchange.send(200, BODY[:1000], {"Content-Length": str(len(BODY))})
        for byte in range(1000, 1010):
            time.sleep(0.05)
            exchange.handler.wfile.write(BODY[byte : byte + 1])
        exchange.handler.wfile.write(BODY[1010:])

    policy = msgspec.structs.replace(QUICK, patience=0.2)
    with serving(respond) as server:
        run = Run(f"{server.url}/f", tmp_path, policy=policy)
    assert run.arrived()
    slow = [event for event in run.events if isinstance(event, FetchSlow)]
    assert 1 <= len(slow) <= 2
    assert slow[0].seconds >= 0.2
    assert (slow[0].url, slow[0].size) == (f"{server.url}/f", len(BODY))
    assert 1000 < slow[0].received < 1010
    assert slow[0].lately < 1010
    assert run.retries == 0


def test_a_cut_download_is_resumed_where_it_stopped(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        if exchange.number == 1:
            exchange.cut(BODY, 100_000, ETag='"one"')
        else:
            exchange.part(BODY, ETag='"one"')

    with serving(respond) as server:
        run = Run(f"{server.url}/f", tmp_path)
    assert run.arrived()
    assert server.seen[1].headers["Range"] == "bytes=100000-"
    assert server.seen[1].headers["If-Range"] == '"one"'
    starts = [event for event in run.events if isinstance(event, FetchStarted)]
    assert [start.offset for start in starts] == [0, 100_000]
    assert {start.size for start in starts} == {len(BODY)}


def test_a_cut_download_begins_anew_where_the_server_has_no_ranges(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        if exchange.number == 1:
            exchange.cut(BODY, 100_000)
        else:
            exchange.answer(200, BODY)

    with serving(respond) as server:
        assert Run(f"{server.url}/f", tmp_path).arrived()


def test_a_range_that_the_server_refuses_begins_anew(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        if exchange.number == 1:
            exchange.cut(BODY, 5)
        elif "Range" in exchange.headers:
            exchange.answer(416)
        else:
            exchange.answer(200, BODY)

    with serving(respond) as server:
        assert Run(f"{server.url}/f", tmp_path).arrived()


def test_a_download_that_is_always_cut_is_given_up(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.cut(BODY, 1000)) as server:
        error = Run(f"{server.url}/f", tmp_path).error
    assert error.failure == BodyTruncated(received=1000, expected=len(BODY))
    assert error.attempts == QUICK.attempts == len(server.seen)


def test_another_file_is_asked_for_once_more_then_refused(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(200, b"something else")) as server:
        error = Run(f"{server.url}/f", tmp_path).error
    actual = hashlib.sha256(b"something else").hexdigest()
    assert error.failure == DigestMismatch(expected=SHA256, actual=actual, size=14)
    assert len(server.seen) == 2
    assert "Range" not in server.seen[1].headers


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_a_server_says_of_the_file_itself_is_final(tmp_path: Path, status: int) -> None:
    with serving(lambda exchange: exchange.answer(status)) as server:
        failure = Run(f"{server.url}/f", tmp_path).error.failure
    assert isinstance(failure, HttpStatus)
    assert failure.status == status
    assert len(server.seen) == 1


def test_a_busy_server_is_asked_again(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        if exchange.number < 3:
            exchange.answer(503, Retry_After="1")
        else:
            exchange.answer(200, BODY)

    with serving(respond) as server:
        run = Run(f"{server.url}/f", tmp_path)
    assert run.arrived()
    assert [event.seconds for event in run.events if isinstance(event, FetchRetry)] == [0.05, 0.05], "bounded"


def test_a_server_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.hang(2)) as server:
        error = Run(f"{server.url}/f", tmp_path).error
    assert error.failure == TimedOut(seconds=0.3, received=0)
    assert error.attempts == 3


def test_a_body_that_stops_arriving_is_resumed(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        if exchange.number == 1:
            exchange.send(200, BODY[:5000], {"Content-Length": str(len(BODY))})
            exchange.hang(1)
        else:
            exchange.part(BODY)

    with serving(respond) as server:
        run = Run(f"{server.url}/f", tmp_path)
    assert run.arrived()
    assert [event.failure for event in run.events if isinstance(event, FetchRetry)] == [
        TimedOut(seconds=0.3, received=5000)
    ]


def test_a_body_that_trickles_for_ever_is_given_up(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        exchange.send(200, b"", {"Content-Length": str(len(BODY))})
        for byte in BODY[:100]:
            exchange.handler.wfile.write(bytes([byte]))
            exchange.hang(0.05)

    with serving(respond) as server:
        policy = FetchPolicy(read_timeout=0.3, attempts=3, backoff=0.01, overall=0.4)
        error = Run(f"{server.url}/f", tmp_path, policy=policy).error
    assert isinstance(error.failure, TooSlow)
    assert error.attempts == 1


def test_a_port_where_nobody_listens(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(200)) as server:
        url = server.url
    error = Run(f"{url}/f", tmp_path).error
    assert error.failure == ConnectionFailed(detail="Connection refused")
    assert error.attempts == 3


def test_redirections_are_followed_but_not_for_ever(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        if exchange.path == "/f":
            exchange.answer(302, Location="/g")
        elif exchange.path == "/g":
            exchange.answer(200, BODY)
        else:
            exchange.answer(302, Location="/circle")

    with serving(respond) as server:
        failure = Run(f"{server.url}/circle", tmp_path).error.failure
        assert Run(f"{server.url}/f", tmp_path).arrived()
    assert failure == TooManyRedirects(to=f"{server.url}/circle")


def test_a_redirection_to_a_local_file_is_not_followed(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(302, Location="file:///etc/passwd")) as server:
        assert isinstance(Run(f"{server.url}/f", tmp_path).error.failure, TooManyRedirects)


def test_credentials_reach_their_server_and_nobody_else(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(200, BODY)) as other:

        def respond(exchange: Exchange) -> None:
            exchange.answer(302, Location="/again" if exchange.path == "/f" else f"{other.url}/f")

        with serving(respond) as server:
            url = f"http://user:p%40ss@127.0.0.1:{server.port}/f"
            run = Run(url, tmp_path)
    assert run.arrived()
    assert [exchange.headers.get("Authorization") for exchange in server.seen] == ["Basic dXNlcjpwQHNz"] * 2
    assert "Authorization" not in other.seen[0].headers
    assert "p%40ss" not in repr((run.events, run.outcome))


def test_credentials_are_not_in_errors(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(503)) as server:
        run = Run(f"http://user:secret@127.0.0.1:{server.port}/f?token=secret", tmp_path)
    assert "secret" not in repr((run.error, run.events))
    assert run.error.url == f"{server.url}/f?token=***"


def test_a_proxy_is_used_with_its_credentials_unless_excluded(tmp_path: Path) -> None:
    for name in ("through", "past"):
        (tmp_path / name).mkdir()
    with serving(lambda exchange: exchange.answer(200, BODY)) as proxy:
        environ = {"http_proxy": f"http://me:word@127.0.0.1:{proxy.port}"}
        run = Run("http://mirror.invalid/f", tmp_path / "through", environ=environ)
        assert run.arrived()
        assert proxy.seen[0].path == "http://mirror.invalid/f"
        assert proxy.seen[0].headers["Proxy-Authorization"] == "Basic bWU6d29yZA=="
        error = Run("http://mirror.invalid/f", tmp_path / "past", environ={**environ, "NO_PROXY": ".invalid"}).error
        assert isinstance(error.failure, ConnectionFailed)
        assert len(proxy.seen) == 1


def test_a_proxy_that_is_down(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(200)) as proxy:
        environ = {"HTTPS_PROXY": f"http://me:word@127.0.0.1:{proxy.port}"}
    failure = Run("https://mirror.invalid/f", tmp_path, environ=environ).error.failure
    assert failure == ProxyFailed(proxy=proxy.url, detail="Connection refused")


def test_plain_http_behind_an_https_url_is_a_failed_connection(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(200, BODY)) as server:
        error = Run(server.url.replace("http:", "https:") + "/f", tmp_path).error
    assert isinstance(error.failure, ConnectionFailed)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that no system trusts, with its key in one file."""
    if not (openssl := shutil.which("openssl")):
        pytest.skip("needs the openssl program to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    argv = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run([*argv, *names], cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem"


def test_only_trusted_servers_are_believed(tmp_path: Path, certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with serving(lambda exchange: exchange.answer(200, BODY), tls=tls) as server:
        failure = Run(f"{server.url}/f", tmp_path).error.failure
        assert isinstance(failure, CertificateRejected)
        assert "self-signed" in failure.detail
        assert len(server.seen) == 0
        for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
            run = Run(f"{server.url}/f", tmp_path, environ={variable: str(certificate)})
            assert run.arrived()
            run.destination.unlink()
        other = server.url.replace("127.0.0.1", "localhost")
        assert isinstance(
            Run(f"{other}/f", tmp_path, environ={"SSL_CERT_FILE": str(certificate)}).error.failure, CertificateRejected
        )


def test_a_redirection_from_https_to_http_is_not_followed(tmp_path: Path, certificate: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
    with (
        serving(lambda exchange: exchange.answer(200, BODY)) as plain,
        serving(lambda exchange: exchange.answer(302, Location=f"{plain.url}/f"), tls=tls) as server,
    ):
        run = Run(f"{server.url}/f", tmp_path, environ={"SSL_CERT_FILE": str(certificate)})
    assert run.error.failure == TooManyRedirects(to=f"{plain.url}/f")
    assert plain.seen == []


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    environ = {"SSL_CERT_FILE": "/nonexistent.pem"}
    failure = Run("https://127.0.0.1:1/f", tmp_path, environ=environ).error.failure
    assert failure == AuthoritiesUnreadable(
        variable="SSL_CERT_FILE", file="/nonexistent.pem", detail="No such file or directory"
    )


def test_a_local_file_is_copied_and_verified(tmp_path: Path) -> None:
    source = tmp_path / "my archive+1.tar.gz"
    source.write_bytes(BODY)
    folder = tmp_path / "new" / "folder"
    folder.mkdir(parents=True)
    assert Run(source.as_uri(), folder).arrived()
    folder.joinpath("file.tar.gz").unlink()
    assert isinstance(Run(source.as_uri(), folder, sha256="0" * 64).error.failure, DigestMismatch)
    assert isinstance(Run(f"{source.as_uri()}x", folder).error.failure, LocalFileUnreadable)


@pytest.mark.parametrize("url", ["ftp://h/f", "file://host/f", "h/f", "", "http://", "http://[::1/f", "http://h:x/f"])
def test_a_url_that_cannot_be_fetched(tmp_path: Path, url: str) -> None:
    error = Run(url, tmp_path).error
    assert isinstance(error.failure, InvalidUrl)
    assert error.attempts == 1


def test_a_failure_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    destination = tmp_path / "file"
    destination.write_text("old")
    with serving(lambda exchange: exchange.answer(404)) as server:
        fetch(f"{server.url}/f", destination, sha256=SHA256, environ={}, policy=QUICK)
    assert destination.read_text() == "old"
    assert list(tmp_path.iterdir()) == [destination]


def test_a_destination_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    outcome = fetch("http://h/f", tmp_path / "file" / "below", sha256=SHA256, environ={}, policy=QUICK)
    assert isinstance(outcome, Failure)
    assert isinstance(outcome.failure().failure, NotStored)


def test_a_full_disk_is_an_error_that_leaves_nothing(tmp_path: Path) -> None:
    """The limit on file sizes acts as a full disk does, and needs no root; it holds for a process of its own."""
    source = tmp_path / "source"
    source.write_bytes(BODY)
    script = (
        "import json, resource, sys; from pathlib import Path; from shell.network import fetch\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "error = fetch(sys.argv[1], Path(sys.argv[2]), sha256='0' * 64, environ={}).failure()\n"
        "print(json.dumps([type(error.failure).__name__, error.attempts]))"
    )
    folder = tmp_path / "full"
    folder.mkdir()
    ended = subprocess.run(
        [sys.executable, "-c", script, source.as_uri(), str(folder / "file")],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    name, attempts = json.loads(ended.stdout)
    assert name == DiskFull.__name__
    assert attempts == 1
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("where", "requests"), [("/file", 1), ("/2025/file", 2), ("/nowhere", 2)])
def test_a_mirror_may_have_the_file_in_its_releases_folder(tmp_path: Path, where: str, requests: int) -> None:
    def respond(exchange: Exchange) -> None:
        exchange.answer(*((200, BODY) if exchange.path == where else (404, b"")))

    with serving(respond) as server:
        urls = (f"{server.url}/file", f"{server.url}/2025/file")
        digest = hashlib.sha256(BODY).hexdigest()
        fetched = fetch_first(urls, tmp_path / "file", sha256=digest, environ={})
        assert len(server.seen) == requests
    if where == "/nowhere":
        # The first place's answer is told.
        assert fetched.failure().url == urls[0]
    else:
        assert (tmp_path / "file").read_bytes() == BODY


def test_what_is_wrong_with_a_mirror_is_not_hidden_by_another_place(tmp_path: Path) -> None:
    with serving(lambda exchange: exchange.answer(403)) as server:
        fetched = fetch_first((f"{server.url}/a", f"{server.url}/b"), tmp_path / "f", sha256="0" * 64, environ={})
        assert [each.path for each in server.seen] == ["/a"]
    assert fetched.failure().failure == HttpStatus(status=403, reason="Forbidden")
