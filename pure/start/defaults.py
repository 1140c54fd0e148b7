"""Decides which variables a process finds set where nobody has set them: what its server reads, right for containers.

One table says which server reads which variable, what it is set to and why, and by which options of its own a command
says the same. A program in the image sets them (``shell/at_launch/defaults.py``).
"""

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from pure.start.code_facts import CodeFacts
from pure.start.command_words import below, runs, shell_line, unknown
from pure.start.holding import TITLES
from pure.start.processes import Default, Process
from pure.start.servers import within
from pure.start.started import Started, started

WITHOUT_VARIABLE: Final = "BP_PYTHON_LAUNCH_WITHOUT"
MEMORY_VARIABLE: Final = "BP_PYTHON_WORKER_MEMORY"
WORKERS: Final = "WEB_CONCURRENCY"
PORT: Final = "PORT"

# From where a platform's proxies reach a container: its own machine, private networks (RFC 1918, 6598, 4193), links.
NEIGHBOURS: Final = (
    "127.0.0.1,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,169.254.0.0/16,fc00::/7,fe80::/10"
)
# Below the 30 seconds that Kubernetes and Heroku give by default.
_SECONDS: Final = "25"


class Reader(msgspec.Struct, frozen=True):
    """A program that reads a variable: in which release of which distribution first."""

    program: str
    distribution: str
    oldest: tuple[int, ...] = ()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A variable, who reads it, and why it is set."""

    variable: str
    value: str = ""
    """Empty where it is known at launch only."""
    readers: tuple[Reader, ...] = ()
    """None where every web process may."""
    stated_by: tuple[str, ...] = ()
    """Options by which a command says it itself."""
    file: str = ""
    """The file in the process's folder that says it itself, where there is one."""
    because: str


_GUNICORN: Final = Reader("gunicorn", "gunicorn")
ROWS: Final = (
    Row(
        variable=PORT,
        value="8000",
        because="servers that are told no address read it, and listen to the outside where it is set",
    ),
    Row(
        variable=WORKERS,
        readers=(_GUNICORN, Reader("uvicorn", "uvicorn"), Reader("fastapi", "uvicorn")),
        stated_by=("-w", "--workers"),
        because="as many workers as the container's CPUs keep busy and its limit of memory bears",
    ),
    Row(
        variable="FORWARDED_ALLOW_IPS",
        value=NEIGHBOURS,
        # Not gunicorn: who is in its list also says what SCRIPT_NAME is, and proxies hand on what visitors write there.
        readers=(Reader("uvicorn", "uvicorn", (0, 31)), Reader("fastapi", "uvicorn", (0, 31))),
        stated_by=("--forwarded-allow-ips", "--no-proxy-headers"),
        because="a platform's proxy says whether a visitor came by HTTPS, and from where; others are not believed",
    ),
    Row(
        variable="GUNICORN_CMD_ARGS",
        value="--access-logfile=-",
        readers=(_GUNICORN,),
        stated_by=(
            "--access-logfile",
            "-c",
            "--config",
            "--log-config",
            "--log-config-json",
            "--log-syslog",
            "--logger-class",
        ),
        file="gunicorn.conf.py",
        because="gunicorn writes no access log unless it is told where",
    ),
    Row(
        variable="GRANIAN_LOG_ACCESS_ENABLED",
        value="true",
        readers=(Reader("granian", "granian"),),
        stated_by=("--access-log", "--no-access-log"),
        because="granian writes no access log unless it is told to",
    ),
    Row(
        variable="UVICORN_TIMEOUT_GRACEFUL_SHUTDOWN",
        value=_SECONDS,
        readers=(Reader("uvicorn", "uvicorn", (0, 22)),),
        stated_by=("--timeout-graceful-shutdown",),
        because="uvicorn waits for open connections without an end, until it is killed before it has shut down",
    ),
)
VARIABLES: Final = tuple(row.variable for row in ROWS)

# What keeps something in a process that other processes have no part in.
_KEEPS: Final[Mapping[str, str]] = {
    "flask-socketio": "connections",
    "python-socketio": "connections",
    "flask-sock": "connections",
    "flask-sockets": "connections",
    "flask-sse": "connections",
    "sse-starlette": "connections",
    "channels": "connections",
    "fastmcp": "sessions",
    "mcp": "sessions",
    "gradio": "sessions",
    "nicegui": "sessions",
    "prometheus-client": "what it counts",
    "prometheus-fastapi-instrumentator": "what it counts",
    "prometheus-flask-exporter": "what it counts",
    "django-prometheus": "what it counts",
    "duckdb": "the lock of its file",
    "zodb": "the lock of its file",
    "plyvel": "the lock of its file",
    "rocksdict": "the lock of its file",
    "python-telegram-bot": "a bot",
    "pytelegrambotapi": "a bot",
    "aiogram": "a bot",
    "discord-py": "a bot",
    "schedule": "a schedule of jobs",
    "rocketry": "a schedule of jobs",
    "apscheduler": "a schedule of jobs",
    "flask-apscheduler": "a schedule of jobs",
}


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What it depends on beside the process."""

    installed: Mapping[str, str]
    """The normalised names of distributions with their versions; an empty one isn't known yet."""
    code: CodeFacts | None
    app: str
    """The application's folder, as an absolute path."""
    home: str
    """The folder that processes start in, unless they say another one, likewise."""
    memory: int
    """The bytes of a worker."""
    without: frozenset[str] = frozenset()
    """Variables that are left alone."""


def defaults(process: Process, around: Surroundings) -> tuple[Default, ...]:
    """The variables of one process."""
    return tuple(_defaults(process, around))


def keeps(around: Surroundings) -> str:
    """What the application keeps in a process, so that several can't share its visitors; empty if nothing is known."""
    code = around.code
    if code is not None and code.holders:
        return f"{TITLES[code.holders[0].kind]} ({code.holders[0].place}) keeps connections open"
    if code is not None and code.websockets is not None:
        return f"WebSockets ({code.websockets}) keep connections open"
    found = next((name for name in _KEEPS if name in around.installed), "")
    return f"{found} keeps {_KEEPS[found]} in its process" if found else ""


def one_process(process: Process, around: Surroundings) -> str:
    """Why a server isn't told to start several workers, though it would understand it; empty if it is, or wouldn't."""
    found = list(_started(process))
    row = next(row for row in ROWS if row.variable == WORKERS)
    why = keeps(around)
    asked = any(_reads(each, one, around) for one in row.readers for each in found)
    if not why or not asked or any(_says(each, row) for each in found) or WORKERS in around.without:
        return ""
    return f"{process.type} has one worker: {why}; ${WORKERS} says otherwise"


def _defaults(process: Process, around: Surroundings) -> Iterator[Default]:
    found = list(_started(process))
    for row in ROWS:
        if row.variable in around.without or any(_says(each, row) for each in found):
            continue
        reader = next((each for one in row.readers for each in found if _reads(each, one, around)), None)
        if row.variable == PORT:
            if not _serves(process, found):
                continue
        elif reader is None or (row.variable == WORKERS and keeps(around)):
            continue
        file = _file(row, reader, process, around) if reader is not None and row.file else ""
        if unknown(file):
            # Where it goes, nobody knows which file would say it.
            continue
        yield Default(
            variable=row.variable,
            value=row.value,
            because=row.because,
            unless=file,
            memory=around.memory if row.variable == WORKERS else 0,
        )


def _file(row: Row, reader: Started, process: Process, around: Surroundings) -> str:
    """The file that would say it, from the application's folder: where that lies isn't for a record to say."""
    home = (process.working_dir or around.home).removeprefix(around.app).strip("/")
    return below(below(home, reader.run.folder or "."), row.file)


def _started(process: Process) -> Iterator[Started]:
    words = process.command if shell_line(process.command) is not None else (*process.command, *process.args)
    for run in runs(words, process.variables):
        yield from started(run)


def _serves(process: Process, found: list[Started]) -> bool:
    """Whether it is for visitors, as far as its name and its programs tell."""
    return process.type == "web" or any(_name(each) in _SERVERS for each in found)


_SERVERS: Final = frozenset({
    *(reader.program for row in ROWS for reader in row.readers), "hypercorn", "daphne", "waitress-serve", "uwsgi",
})  # fmt: skip


def _name(each: Started) -> str:
    return each.module or each.program


def _reads(each: Started, reader: Reader, around: Surroundings) -> bool:
    version = around.installed.get(reader.distribution)
    return _name(each) == reader.program and version is not None and within(version, oldest=reader.oldest)


def _says(each: Started, row: Row) -> bool:
    """Whether a command says it itself, by an option or by setting the variable."""
    if any(name == row.variable for name, _ in each.run.variables):
        return True
    return any(_given(word, option) for word in each.run.texts for option in row.stated_by)


def _given(word: str, option: str) -> bool:
    short = not option.startswith("--")
    return word == option or word.startswith(f"{option}=") or (short and word.startswith(option))
