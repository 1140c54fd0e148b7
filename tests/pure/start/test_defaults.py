"""What a process finds set: which server reads what, and who says it already."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.source import Source
from pure.start.code_facts import CodeFacts, Holder, Place
from pure.start.defaults import ROWS, VARIABLES, Surroundings, defaults, keeps, one_process
from pure.start.processes import Default, Process, from_procfile

INSTALLED = {"gunicorn": "27.0", "uvicorn": "0.54", "fastapi-cli": "0.1", "granian": "2.8", "celery": "5.6"}
PLACE = Place(path="app.py", line=3)
WEBSOCKETS = CodeFacts(websockets=PLACE)
SOCKETS = CodeFacts(holders=(Holder(kind="flask-socketio", place=PLACE),))


def around(
    code: CodeFacts | None = None,
    installed: dict[str, str] | None = None,
    without: frozenset[str] = frozenset(),
) -> Surroundings:
    known = INSTALLED | (installed or {})
    return Surroundings(installed=known, code=code, app="/workspace", home="/workspace", memory=64, without=without)


def found(command: str, where: Surroundings, kind: str = "web") -> dict[str, Default]:
    (process,) = from_procfile(f"{kind}: {command}".encode()).unwrap().processes
    return {each.variable: each for each in defaults(process, where)}


GUNICORN = {"PORT", "WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"}
UVICORN = {"PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN"}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn app:app", GUNICORN),
        ("python -m gunicorn app:app", GUNICORN),
        ("ddtrace-run gunicorn app:app", GUNICORN),
        ("cd src && gunicorn app:app", GUNICORN),
        ("gunicorn -w 4 app:app", GUNICORN - {"WEB_CONCURRENCY"}),
        ("gunicorn -w4 app:app", GUNICORN - {"WEB_CONCURRENCY"}),
        ("gunicorn --workers=4 app:app", GUNICORN - {"WEB_CONCURRENCY"}),
        ("WEB_CONCURRENCY=2 gunicorn app:app", GUNICORN - {"WEB_CONCURRENCY"}),
        ("PORT=9000 gunicorn app:app", GUNICORN - {"PORT"}),
        ("GUNICORN_CMD_ARGS=--workers=3 gunicorn app:app", GUNICORN - {"GUNICORN_CMD_ARGS"}),
        ("gunicorn --access-logfile /dev/stderr app:app", GUNICORN - {"GUNICORN_CMD_ARGS"}),
        ("gunicorn -c conf.py app:app", GUNICORN - {"GUNICORN_CMD_ARGS"}),
        ("gunicorn --forwarded-allow-ips=* app:app", GUNICORN),
        ("uvicorn app:app", UVICORN),
        ("uvicorn app:app --no-proxy-headers", UVICORN - {"FORWARDED_ALLOW_IPS"}),
        ("fastapi run main.py", UVICORN - {"UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN"}),
        ("granian --interface wsgi app:app", {"PORT", "GRANIAN_LOG_ACCESS_ENABLED"}),
        ("python app.py", {"PORT"}),
        ("serve", {"PORT"}),
    ],
)
def test_a_server_finds_what_it_reads_and_its_command_does_not_say(command: str, expected: set[str]) -> None:
    assert set(found(command, around())) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("celery -A shop worker", set()),
        ("python bot.py", set()),
        ("gunicorn admin:app", GUNICORN),
        ("hypercorn a:b", {"PORT"}),
    ],
)
def test_what_serves_nobody_finds_nothing(command: str, expected: set[str]) -> None:
    assert set(found(command, around(), kind="other")) == expected


@pytest.mark.parametrize(
    ("versions", "command", "missing"),
    [
        # It would end with an error: networks aren't addresses to it.
        ({"gunicorn": "27.0"}, "gunicorn app:app", "FORWARDED_ALLOW_IPS"),
        ({"uvicorn": "0.30.6"}, "uvicorn app:app", "FORWARDED_ALLOW_IPS"),
        ({"uvicorn": "0.21"}, "uvicorn app:app", "UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN"),
    ],
)
def test_an_older_server_is_not_told_what_it_does_not_know(
    versions: dict[str, str], command: str, missing: str
) -> None:
    assert missing not in found(command, around(None, versions))


def test_a_program_that_is_not_installed_reads_nothing() -> None:
    where = Surroundings(installed={}, code=None, app="/workspace", home="/workspace", memory=64)
    assert set(found("gunicorn app:app", where)) == {"PORT"}


@pytest.mark.parametrize(
    ("code", "installed", "says"),
    [
        (WEBSOCKETS, {}, "WebSockets (app.py, line 3) keep connections open"),
        (SOCKETS, {}, "Flask-SocketIO (app.py, line 3) keeps connections open"),
        (None, {"apscheduler": "3"}, "apscheduler keeps a schedule of jobs in its process"),
        (CodeFacts(), {"fastmcp": "3"}, "fastmcp keeps sessions in its process"),
        (CodeFacts(), {}, ""),
    ],
)
def test_what_keeps_something_in_its_process_is_one(
    code: CodeFacts | None, installed: dict[str, str], says: str
) -> None:
    where = around(code, installed)
    assert keeps(where) == says
    for command in ("gunicorn app:app", "uvicorn app:app"):
        assert ("WEB_CONCURRENCY" in found(command, where)) is not bool(says)
        (process,) = from_procfile(f"web: {command}".encode()).unwrap().processes
        told = f"web has one worker: {says}; $WEB_CONCURRENCY says otherwise"
        assert one_process(process, where) == (told if says else "")


@given(st.frozensets(st.sampled_from(VARIABLES)), st.sampled_from(["gunicorn a:b", "uvicorn a:b", "granian a:b"]))
def test_each_can_be_left_out(without: frozenset[str], command: str) -> None:
    every = found(command, around())
    assert found(command, around(without=without)) == {
        name: each for name, each in every.items() if name not in without
    }


def test_a_row_says_why_and_a_default_how() -> None:
    assert len(set(VARIABLES)) == len(ROWS)
    assert all(row.because and row.variable.isidentifier() and '"' not in row.value for row in ROWS)
    every = found("gunicorn app:app", around())
    assert every["WEB_CONCURRENCY"].memory == 64
    assert every["GUNICORN_CMD_ARGS"].unless == "gunicorn.conf.py"


def test_where_it_runs_counts() -> None:
    process = Process(
        type="web", command=("gunicorn", "a:b"), args=("--workers", "1"), default=True, because="",
        source=Source(), working_dir="/workspace/src",
    )  # fmt: skip
    told = {each.variable: each.unless for each in defaults(process, around())}
    assert told["GUNICORN_CMD_ARGS"] == "src/gunicorn.conf.py"
    assert "WEB_CONCURRENCY" not in told
