"""Knows what the words of a command start: which object of which module, which file, on which port."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from pure.start.command_words import SHELLS, Run, below, unknown

TargetKind: TypeAlias = Literal["object", "module", "file"]
PYTHON: Final = re.compile(r"python(?:[23](?:\.[0-9]+)?)?\Z")

_OBJECT: Final = re.compile(
    r"(?:(?:asgi|wsgi):)?(?P<module>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"(?::(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<rest>[.(\[].*)?)?\Z",
    re.DOTALL,
)
_PORT: Final = re.compile(r"(?:(?P<host>.*):)?(?P<port>[0-9]{2,5})\Z", re.DOTALL)
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A program of a Python distribution, and what its words mean as far as that can be wrong."""

    distribution: str
    target: TargetKind | None = None
    """What its first own word is."""
    default: str = ""
    """The object where the word names a module only."""
    after: tuple[str, ...] = ()
    """The subcommands after which all this holds; none where it has no subcommands."""
    flags: frozenset[str] = frozenset()
    """Options without a value."""
    options: Mapping[str, TargetKind] = {}
    """Options whose value is a target."""
    folders: tuple[str, ...] = ()
    """Options whose value is the folder to import from."""
    hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    """Options whose value is a port, or an address with one."""
    inside: str = ""
    """What to write so that it is reached from outside, where it listens for its own machine only by default."""
    usual: int = 0
    """The port where it is told none, if it doesn't read $PORT."""


class CommandTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target that a command names: ``module`` with ``name``, or the file ``path``."""

    module: str = ""
    name: str = ""
    path: str = ""
    text: str
    """As it stands in the command."""


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """What a run starts."""

    run: Run
    program: str
    distribution: str = ""
    """Empty where the program is no known one of Python's."""
    module: str = ""
    """The program as a module, where Python is told to run it."""
    targets: tuple[CommandTarget, ...] = ()
    roots: tuple[str, ...] = ()
    """The folders that modules are imported from, from where the process starts."""
    sure: bool = True
    """It isn't told elsewhere where modules are."""
    port: str = ""
    """A port that is fixed."""
    port_by: str = ""
    """The option to write, where that is the program's own and not stated."""
    local: str = ""
    """The address that only its own machine reaches, or what to write where that is the default."""


# Options that say that it doesn't listen at a port.
_ELSEWHERE: Final = (
    "--uds",
    "--fd",
    "-u",
    "-e",
    "--endpoint",
    "--cert",
    "--unix-socket",
    "--sockets",
    "--help",
    "--version",
)
_SWITCHES: Final = frozenset({"--reload", "--factory", "--proxy-headers", "--no-access-log", "--debug", "--preload"})
_HOST_PORT: Final = ("--host", "-h")
PROGRAMS: Final[Mapping[str, Program]] = {
    "gunicorn": Program(
        distribution="gunicorn",
        target="object",
        default="application",
        flags=_SWITCHES
        | {"-D", "--daemon", "-R", "--enable-stdio-inheritance", "--capture-output", "--no-sendfile", "--reuse-port"}
        | {"--check-config", "--print-config", "--log-syslog", "--spew", "--proxy-protocol", "--initgroups"},
        folders=("--chdir", "--pythonpath"),
        ports=("-b", "--bind"),
    ),
    "uvicorn": Program(
        distribution="uvicorn",
        target="object",
        flags=_SWITCHES | {"--use-colors", "--no-use-colors", "--no-server-header", "--no-date-header", "--access-log"},
        folders=("--app-dir",),
        hosts=("--host",),
        ports=("--port",),
        inside="--host 0.0.0.0",
        usual=8000,
    ),
    "hypercorn": Program(
        distribution="hypercorn",
        target="object",
        default="app",
        flags=_SWITCHES,
        ports=("-b", "--bind"),
        inside="--bind 0.0.0.0:${PORT:-8000}",
    ),
    "daphne": Program(
        distribution="daphne",
        target="object",
        flags=_SWITCHES,
        hosts=("-b", "--bind"),
        ports=("-p", "--port"),
        inside="--bind 0.0.0.0",
        usual=8000,
    ),
    "granian": Program(
        distribution="granian",
        target="object",
        flags=_SWITCHES | {"--access-log", "--ws", "--no-ws"},
        hosts=("--host",),
        ports=("--port",),
        folders=("--working-dir",),
        inside="--host 0.0.0.0",
        usual=8000,
    ),
    "waitress-serve": Program(
        distribution="waitress",
        target="object",
        flags=frozenset({"--call", "--expose-tracebacks", "--no-expose-tracebacks", "--no-ipv6", "--no-ipv4"}),
        hosts=("--host",),
        ports=("--listen", "--port"),
        usual=8080,
    ),
    "uwsgi": Program(
        distribution="uwsgi",
        options={"--module": "object", "-w": "object", "--wsgi": "object", "--wsgi-file": "file", "--ini": "file"},
        folders=("--chdir", "--pythonpath"),
        ports=("--http", "--http-socket"),
    ),
    "flask": Program(
        distribution="flask",
        options={"--app": "module", "-A": "module"},
        after=("run",),
        flags=_SWITCHES,
        hosts=_HOST_PORT,
        ports=("-p", "--port"),
        inside="--host 0.0.0.0",
        usual=5000,
    ),
    "celery": Program(distribution="celery", options={"-A": "module", "--app": "module"}, folders=("--workdir",)),
    "fastapi": Program(
        distribution="fastapi-cli",
        target="file",
        after=("run", "dev"),
        flags=_SWITCHES | {"--no-reload"},
        hosts=("--host",),
        ports=("--port",),
    ),
    "streamlit": Program(distribution="streamlit", target="file", after=("run",), ports=("--server.port",), usual=8501),
    "taskiq": Program(distribution="taskiq", target="object", after=("worker", "scheduler"), flags=_SWITCHES),
    "chainlit": Program(distribution="chainlit", target="file", after=("run",), ports=("--port",)),
    "functions-framework": Program(
        distribution="functions-framework", options={"--source": "file"}, hosts=("--host",), ports=("--port",)
    ),
    **{
        name: Program(distribution=distribution)
        for name, distribution in (
            ("alembic", "alembic"), ("arq", "arq"), ("dagster", "dagster"), ("ddtrace-run", "ddtrace"),
            ("django-admin", "django"), ("dramatiq", "dramatiq"), ("gradio", "gradio"), ("honcho", "honcho"),
            ("huey_consumer", "huey"), ("huey_consumer.py", "huey"), ("hug", "hug"), ("jupyter", "jupyter"),
            ("litestar", "litestar"), ("marimo", "marimo"), ("mlflow", "mlflow"), ("newrelic-admin", "newrelic"),
            ("opentelemetry-instrument", "opentelemetry-distro"), ("panel", "panel"), ("pserve", "pyramid"),
            ("quart", "quart"), ("reflex", "reflex"), ("robyn", "robyn"), ("rq", "rq"), ("sanic", "sanic"),
            ("scrapy", "scrapy"), ("supervisord", "supervisor"), ("voila", "voila"), ("watchmedo", "watchdog"),
        )
    },
}  # fmt: skip
# Programs that run the program which their words name.
_AROUND: Final[Mapping[str, int]] = {
    "ddtrace-run": 1, "newrelic-admin": 2, "opentelemetry-instrument": 1, "tini": 1, "dumb-init": 1,
}  # fmt: skip


def started(run: Run) -> Iterator[Started]:
    """What a run starts: itself, and what it runs in turn."""
    name, *rest = run.texts
    around = _AROUND.get(name)
    if around is not None:
        yield Started(run=run, program=name, distribution=PROGRAMS[name].distribution if name in PROGRAMS else "")
        words = run.words[around:]
        while words and words[0].text.startswith("-"):
            words = words[1:]
        if words:
            yield from started(msgspec.structs.replace(run, words=words))
    elif PYTHON.match(name):
        yield _python(run, rest)
    elif name in SHELLS:
        file = next((word for word in rest if not word.startswith("-")), "")
        command = any(word.startswith("-") and "c" in word for word in rest[:2])
        yield Started(run=run, program=name, targets=_file(file) if file and not command else ())
    elif name in PROGRAMS:
        yield _known(run, name, rest)
    else:
        yield Started(run=run, program=name)


def object_of(text: str, kind: TargetKind, default: str = "") -> tuple[CommandTarget, ...]:
    """The target that a word names; none where it can't be known."""
    if kind == "file" or (kind == "module" and text.endswith(".py")):
        return _file(text)
    if unknown(text) or not (found := _OBJECT.match(text)):
        return ()
    name = found["name"] or (default if kind == "object" else "")
    return (CommandTarget(module=found["module"], name=name, text=text),)


def _file(text: str) -> tuple[CommandTarget, ...]:
    path = below("", text)
    return () if unknown(text) or unknown(path) or not path else (CommandTarget(path=path, text=text),)


def _python(run: Run, rest: list[str]) -> Started:
    at = 0
    while at < len(rest) and rest[at].startswith("-"):
        word = rest[at]
        if word == "-m" or (word.startswith("-m") and len(word) > 2):
            module, after = (rest[at + 1 : at + 2], rest[at + 2 :]) if word == "-m" else ([word[2:]], rest[at + 1 :])
            if not module:
                break
            if module[0] == "http.server":
                port = next((word for word in after if word.isdecimal()), "")
                named = any(not word.startswith("-") for word in after)
                return Started(run=run, program=run.texts[0], port=port if named else "8000")
            if module[0] in PROGRAMS:
                found = _known(run, module[0], after)
                return msgspec.structs.replace(found, program=run.texts[0], module=module[0])
            return Started(
                run=run, program=run.texts[0], targets=object_of(module[0], "module"), roots=_roots(run, run.folder, ())
            )
        if word == "-c":
            return Started(run=run, program=run.texts[0])
        at += 2 if word in ("-X", "-W") else 1
    if at >= len(rest):
        return Started(run=run, program=run.texts[0])
    script = Started(run=run, program=run.texts[0], targets=_file(rest[at]))
    if rest[at].rpartition("/")[2] == "manage.py" and rest[at + 1 : at + 2] == ["runserver"]:
        address = next((word for word in rest[at + 2 :] if not word.startswith("-")), "")
        port, local = _address(address)
        local = local or ("" if ":" in address else "0.0.0.0:${PORT:-8000}")
        return msgspec.structs.replace(script, port=port, local=local)
    return script


def _known(run: Run, name: str, rest: list[str]) -> Started:
    program = PROGRAMS[name]
    words: list[str] = []
    values: dict[str, list[str]] = {}
    at = 0
    while at < len(rest):
        word = rest[at]
        option, equals, value = word.partition("=")
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif equals:
            values.setdefault(option, []).append(value)
        elif not word.startswith("--") and len(word) > 2 and word[:2] in (*program.ports, *program.hosts, "-w", "-k"):
            values.setdefault(word[:2], []).append(word[2:])
        elif word not in program.flags and not word.startswith("--no-") and at + 1 < len(rest):
            values.setdefault(option, []).append(rest[at + 1])
            at += 1
        at += 1
    active = not program.after or any(word in program.after for word in words[:1])
    own = words[1:] if program.after and active else words
    targets: list[CommandTarget] = []
    if program.target and active and own:
        targets += object_of(own[0], program.target, program.default)
    for option, kind in program.options.items():
        for value in values.get(option, [])[-1:]:
            targets += object_of(value, kind)
    folders = [value for option in program.folders for value in values.get(option, [])]
    hosts = [value for option in program.hosts for value in values.get(option, [])]
    ports = [value for option in program.ports for value in values.get(option, [])]
    addresses = [_address(value) for value in ports] if active else []
    local = next((host for host in hosts if host in _LOOPBACK), "") or next((each for _, each in addresses if each), "")
    elsewhere = any(option in values for option in _ELSEWHERE)
    silent = program.inside and active and not hosts and not any(":" in each or "$" in each for each in ports)
    if program.usual and program.inside and active and not hosts:
        silent = not elsewhere
    # A configuration may say more.
    sure = not any(option in values for option in ("-c", "--config", "--ini", "--env-file"))
    usual = str(program.usual) if program.usual and active and sure and not ports and not elsewhere else ""
    return Started(
        run=run,
        program=name,
        distribution=program.distribution,
        targets=tuple(targets),
        roots=_roots(run, run.folder, folders),
        sure=sure,
        port=next((port for port, _ in addresses if port), usual),
        port_by=program.ports[-1] if usual else "",
        local=local or (program.inside if silent else ""),
    )


def _address(text: str) -> tuple[str, str]:
    """A fixed port and an address that only its own machine reaches, of ``host:port``."""
    found = _PORT.match(text)
    # A port that is a variable may have a colon in it.
    known = text.partition("$")[0]
    host = found["host"] or "" if found else known.rpartition(":")[0] or known
    return (found["port"] if found else ""), (host if host in _LOOPBACK else "")


def _roots(run: Run, folder: str, folders: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    paths = [path for name, value in run.variables if name == "PYTHONPATH" for path in value.split(":")]
    own = [below(folder, each) for value in folders for each in value.split(",")]
    return tuple(dict.fromkeys((folder, *own, *(below(folder, each) for each in paths if each))))
