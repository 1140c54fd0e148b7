"""Commands that start by a development tool."""

import pytest
from pure.outcome import Failure
from pure.project.document import Document
from pure.source import Source
from pure.start.offered import ToolNotInImage
from pure.start.processes import Process
from pure.start.runners import without_runners


def process(*command: str) -> Process:
    return Process(
        type="web", command=command, default=True, source=Source(file="Procfile", line=1), because="executed directly"
    )


def without(*command: str) -> tuple[str, ...]:
    dropped = without_runners(process(*command), {}, present=frozenset())
    assert not isinstance(dropped, Failure), dropped
    return dropped.process.command


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("uv run gunicorn app:app", "gunicorn app:app"),
        ("uv run --no-sync --group web -- gunicorn app:app", "gunicorn app:app"),
        ("uv run --group=web gunicorn app:app", "gunicorn app:app"),
        ("uv run main.py", "python main.py"),
        ("uv run -m shop.server", "python -m shop.server"),
        ("poetry run gunicorn app:app", "gunicorn app:app"),
        ("pipenv run gunicorn app:app", "gunicorn app:app"),
        ("pdm run gunicorn app:app", "gunicorn app:app"),
        ("hatch run gunicorn app:app", "gunicorn app:app"),
        ("rye run gunicorn app:app", "gunicorn app:app"),
        ("gunicorn app:app", "gunicorn app:app"),
        ("uv pip list", "uv pip list"),
    ],
)
def test_a_prefix_before_a_plain_command_is_dropped(words: str, rest: str) -> None:
    assert without(*words.split()) == tuple(rest.split())


def test_every_prefix_of_a_line_is_dropped_and_the_rest_stays_as_it_is() -> None:
    line = "uv run python manage.py migrate && exec  uv run -m gunicorn --bind 0.0.0.0:$PORT 'a b:app'"
    assert without("bash", "-c", line)[2] == (
        "python manage.py migrate && exec  python -m gunicorn --bind 0.0.0.0:$PORT 'a b:app'"
    )


def test_what_was_dropped_is_said() -> None:
    dropped = without_runners(process("uv", "run", "--frozen", "x"), {}, present=frozenset())
    assert not isinstance(dropped, Failure)
    assert dropped.prefixes == ("uv run --frozen",)


def test_a_tool_that_is_in_the_image_runs() -> None:
    dropped = without_runners(process("uv", "run", "--with", "x", "y"), {}, present=frozenset({"uv"}))
    assert not isinstance(dropped, Failure)
    assert dropped.process.command == ("uv", "run", "--with", "x", "y")


@pytest.mark.parametrize(
    "words",
    ["uv run --with httpx main.py", "uvx gunicorn app:app", "pipx run x", "hatch run web:serve", "uv run"],
)
def test_what_only_the_tool_knows_is_an_error(words: str) -> None:
    refused = without_runners(process(*words.split()), {}, present=frozenset())
    assert isinstance(refused, Failure)
    assert refused.failure().tool == words.split(" ", maxsplit=1)[0]


@pytest.mark.parametrize("shell", [("sh", "-c"), ("bash", "-lc")])
def test_a_prefix_in_a_line_within_a_line_is_an_error(shell: tuple[str, ...]) -> None:
    refused = without_runners(process(*shell, "cd src && exec uv run gunicorn app:app"), {}, present=frozenset())
    assert isinstance(refused, Failure)
    assert refused.failure().shown == "uv run gunicorn app:app"


@pytest.mark.parametrize(
    ("tool", "file", "text"),
    [
        ("pipenv", "Pipfile", '[scripts]\nserve = "gunicorn app:app"\n'),
        ("pdm", "pyproject.toml", '[tool.pdm.scripts]\nserve = {cmd = "gunicorn app:app"}\n'),
        ("pdm", "pyproject.toml", '[tool.pdm.scripts]\nserve = "gunicorn app:app"\n'),
        ("hatch", "pyproject.toml", '[tool.hatch.envs.default.scripts]\nserve = "gunicorn app:app"\n'),
    ],
)
def test_a_script_of_the_tool_is_an_error_that_quotes_it(tool: str, file: str, text: str) -> None:
    files = {file: Document(raw=text.encode())}
    for words in ((tool, "run", "serve"), (tool, "serve")) if tool == "pdm" else ((tool, "run", "serve"),):
        refused = without_runners(process(*words), files, present=frozenset())
        assert isinstance(refused, Failure)
        error: ToolNotInImage = refused.failure()
        assert (error.script, error.file) == ("gunicorn app:app", file)
    # What isn't a script of it is a subcommand of its own.
    assert not isinstance(without_runners(process(tool, "list"), files, present=frozenset()), Failure)
