"""How a runtime's step ends where the server has no archive, or another file."""

import hashlib
from pathlib import Path

import pytest
from pure.build.steps import InstallRuntime
from pure.python.catalogue import Runtime
from pure.redaction import redactor
from pure.report.build_log import fetch_event
from pure.runtime.endings import OtherArchive
from pure.runtime.fetching import FetchError, FetchSlow, HttpStatus
from shell.executor import Executor
from shell.layer_store import LayerStore
from shell.output import Output

from tests.file_server import Exchange, serving

PAGE = b"<html>not here</html>"


def installed(folder: Path, *, named: str, places: tuple[str, ...], bound: bool = False) -> object:
    """The error of a step whose runtime the catalogue has at one place, while these are asked."""
    runtime = Runtime(version="3.13.1", os="linux", arch="amd64", url=named, sha256=hashlib.sha256(PAGE).hexdigest())
    step = InstallRuntime(
        runtime=runtime,
        url=places[0],
        elsewhere=places[1:],
        environment=(),
        root=str(folder / "layers" / "python"),
        wheel_to=str(folder / "wheel"),
        archive=str(folder / "tmp" / "runtime.tar.gz"),
        bound=bound,
    )
    (folder / "layers").mkdir()
    executor = Executor(store=LayerStore(folder / "layers"), output=Output(redactor({})), temporary=folder / "tmp")
    return executor.execute((step,)).missed


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_place_without_the_file_is_named_and_what_it_stands_for(tmp_path: Path, *, mirrored: bool) -> None:
    with serving(lambda exchange: exchange.answer(404)) as server:
        named = "https://host.invalid/releases/20261021/f.tar.gz" if mirrored else f"{server.url}/20261021/f.tar.gz"
        places = (f"{server.url}/f.tar.gz", f"{server.url}/20261021/f.tar.gz") if mirrored else (named,)
        error = installed(tmp_path, named=named, places=places)
    assert error == FetchError(
        url=places[0],
        failure=HttpStatus(status=404, reason="Not Found"),
        attempts=1,
        instead_of=named if mirrored else "",
    )
    assert len(server.seen) == len(places)


def test_another_file_is_named_by_the_place_that_had_it(tmp_path: Path) -> None:
    def respond(exchange: Exchange) -> None:
        exchange.answer(*((200, PAGE) if "20261021" in exchange.path else (404,)))

    with serving(respond) as server:
        places = (f"{server.url}/f.tar.gz", f"{server.url}/20261021/f.tar.gz")
        error = installed(tmp_path, named="https://host.invalid/20261021/f.tar.gz", places=places)
    assert error == OtherArchive(archive=places[1], kind="a page of HTML or XML")


@pytest.mark.parametrize("there", [False, True])
def test_of_a_place_that_is_bound_host_and_name_are_told(tmp_path: Path, *, there: bool) -> None:
    with serving(lambda exchange: exchange.answer(*((200, PAGE) if there else (404,)))) as server:
        error = installed(
            tmp_path, named="https://host.invalid/f.tar.gz", places=(f"{server.url}/t0ken/x/f.tar.gz",), bound=True
        )
    assert isinstance(error, OtherArchive | FetchError)
    shown = error.archive if isinstance(error, OtherArchive) else error.url
    assert shown == f"{server.url}/…/f.tar.gz"
    assert "t0ken" not in str(error)


def test_a_server_that_trickles_is_told_in_a_line() -> None:
    slow = FetchSlow(url="https://h/f", received=1_200_000, size=28_400_000, lately=9_000, seconds=30.2)
    assert fetch_event(slow, local=False) == ("  Still downloading: 1.2 MB of 28.4 MB, only 9.0 kB in the last 30.2 s",)
    assert fetch_event(FetchSlow(url="https://h/f", received=0, size=None, lately=0, seconds=61), local=False) == (
        "  Still downloading: 0 bytes, only 0 bytes in the last 1 min 01 s",
    )
