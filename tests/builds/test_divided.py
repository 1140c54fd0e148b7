"""Whole builds of a divided environment by a local lifecycle: whatever changes, the image is that of a first build."""

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from pure.manager.table import MANAGERS

from tests.builds.divided import Application, make_heavy
from tests.builds.locked import MAIN, Index
from tests.builds.workshop import Workshop
from tests.histories.state_table import GONE, HELD, LOST, MADE, SAME, UNCHANGED, Row
from tests.local_index import serve
from tests.often import seldom

WAYS = ("pip", "hashed", *MAIN)
pytestmark = pytest.mark.heavy

Change: TypeAlias = Callable[[zipfile.ZipInfo, bytes], bytes]


@pytest.fixture
def wheels(workshop: Workshop, tmp_path: Path) -> Path:
    return make_heavy(workshop, tmp_path / "wheels")


@pytest.fixture
def index(wheels: Path) -> Iterator[Index]:
    with serve(wheels) as host:
        yield Index(host)


@pytest.fixture
def application(
    request: pytest.FixtureRequest, workshop: Workshop, index: Index, wheels: Path, tmp_path: Path
) -> Application:
    return Application(request.param, workshop, index, wheels, tmp_path)


@pytest.mark.parametrize("application", seldom(WAYS, "hashed", "poetry"), indirect=True)
def test_only_what_changes_moves(application: Application) -> None:
    tool = MANAGERS[application.way].tool.name if application.way in MAIN else "pip"
    here = {"python": "kept", tool: "kept", "at-launch": "kept", **({"pip-cache": "kept"} if tool == "pip" else {})}
    made = dict.fromkeys(here, "created")
    application.require("alpha==1.0", "heavy==1.0")
    assert application.build() == {**made, "venv": "created", "dist-heavy": "created"}
    program = "import alpha, ns.heavy as h; print(alpha.VERSION, h.VERSION, h.DATA.stat().st_size // 10**6)"
    assert application.runs(program) == "1.0 1.0 10"
    layer = application.lamina.digests()["lamina/python:dist-heavy"]

    again = application.build()
    assert again == {**here, "venv": again["venv"], "dist-heavy": "kept"}

    application.require("alpha==2.0", "heavy==1.0")
    assert application.build() == {**here, "venv": "reconciled", "dist-heavy": "kept"}
    assert application.lamina.digests()["lamina/python:dist-heavy"] == layer
    assert application.runs(program) == "2.0 1.0 10"

    application.require("alpha==2.0", "heavy==1.1", "weighty==1.0")
    assert application.build() == {
        **here, "venv": "reconciled", "dist-heavy": "recreated", "dist-weighty": "created"
    }  # fmt: skip
    assert application.runs(program) == "2.0 1.1 10"

    application.require("alpha==2.0", "weighty==1.0")
    assert application.build() == {**here, "venv": "reconciled", "dist-heavy": "dropped", "dist-weighty": "kept"}
    assert application.runs("import alpha, ns.weighty; print(alpha.VERSION)") == "2.0"


@pytest.mark.parametrize("application", ["hashed", "uv"], indirect=True)
def test_what_the_platform_has_lost_is_installed_again(application: Application) -> None:
    application.require("alpha==1.0", "heavy==1.0", "weighty==1.0")
    application.build()
    # The cache is lost: everything is made, and what the image has already isn't moved.
    application.lose("cache")
    assert {name: verb for name, verb in application.build().items() if name.startswith(("venv", "dist"))} == {
        "venv": "recreated", "dist-heavy": "kept", "dist-weighty": "kept"
    }  # fmt: skip
    application.lose("image")
    found = application.build()
    assert {name: verb for name, verb in found.items() if name.startswith(("venv", "dist"))} == {
        "venv": "reconciled", "dist-heavy": "created", "dist-weighty": "created"
    }  # fmt: skip
    application.env = {"BP_PYTHON_DIVIDE": "no"}
    found = application.build()
    assert found["venv"] == "reconciled"
    assert found["dist-heavy"] == "dropped"
    application.env = {}
    found = application.build()
    assert (found["venv"], found["dist-heavy"], found["dist-weighty"]) == ("reconciled", "created", "created")


# What happens to an application that asked for alpha and heavy, and what becomes of the layers then.
ROWS: dict[Row, tuple[Callable[[Application], None], str, str]] = {
    UNCHANGED: (lambda _: None, "kept", "kept"),
    LOST: (lambda application: application.lose("image"), "reconciled", "created"),
    HELD: (lambda application: application.require("alpha==2.0", "heavy==1.0"), "reconciled", "kept"),
    SAME: (lambda application: application.lose("cache"), "recreated", "kept"),
    MADE: (lambda application: application.require("alpha==1.0", "heavy==1.1"), "reconciled", "recreated"),
    GONE: (lambda application: application.require("alpha==1.0"), "reconciled", "dropped"),
}


def published_anew(wheel: Path, path: str, change: Change) -> None:
    """Publish a wheel with another file at a path, and with the RECORD that it had."""
    with zipfile.ZipFile(wheel) as archive:
        entries = [(entry, archive.read(entry)) for entry in archive.infolist()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for entry, data in entries:
            archive.writestr(entry, change(entry, data) if entry.filename == path else data)


def executable(entry: zipfile.ZipInfo, data: bytes) -> bytes:
    entry.external_attr = 0o100755 << 16
    return data


@pytest.mark.parametrize("application", ["hashed"], indirect=True)
@pytest.mark.parametrize(
    "change", [executable, lambda _, data: data.replace(b"VERSION = '1.0'", b"VERSION = '9.9'")], ids=["mode", "bytes"]
)
@pytest.mark.parametrize("lost", ["", "cache"])
def test_what_is_published_anew_with_its_old_record_is_in_the_image(
    application: Application, wheels: Path, change: Change, lost: Literal["", "cache"]
) -> None:
    application.require("alpha==1.0", "heavy==1.0")
    application.build()
    published_anew(wheels / "heavy-1.0-py3-none-any.whl", "ns/heavy/__init__.py", change)
    application.require("alpha==1.0", "heavy==1.0")
    if lost:
        application.lose(lost)
    assert application.build()["dist-heavy"] == "recreated"
    found = application.runs("import ns.heavy as h, os; print(h.VERSION, os.stat(h.__file__).st_mode & 0o111 != 0)")
    assert found == ("1.0 True" if change is executable else "9.9 False")


@pytest.mark.parametrize("application", ["hashed"], indirect=True)
@pytest.mark.parametrize("row", ROWS, ids=" - ".join)
def test_the_table_of_states(application: Application, row: Row) -> None:
    happens, venv, heavy = ROWS[row]
    application.require("alpha==1.0", "heavy==1.0")
    application.build()
    before = application.lamina.digests()
    happens(application)
    found = application.build()
    assert (found["venv"], found["dist-heavy"]) == (venv, heavy)
    after = application.lamina.digests()
    assert (before["lamina/python:dist-heavy"] == after.get("lamina/python:dist-heavy")) is (
        heavy not in ("recreated", "dropped")
    )
