"""The start commands that an application has for other buildpacks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Success
from pure.start.choice import code_matters, decide_processes
from pure.start.declared_check import declared_processes
from pure.start.peers import COMMAND_VARIABLES, PeerCommand, peer_commands, read_entrypoint
from pure.start.processes import Processes

from tests.documents import document


@pytest.mark.parametrize(
    ("value", "command"),
    [
        ("gunicorn -b :$PORT main:app", "gunicorn -b :$PORT main:app"),
        ("gunicorn main:app   # the server\r", "gunicorn main:app"),
        ("'gunicorn main:app'", "gunicorn main:app"),
        ("'echo it''s me' # me", "echo it's me"),
        ('"gunicorn main:app"', "gunicorn main:app"),
        ("bash -c 'exec gunicorn'", "bash -c 'exec gunicorn'"),
    ],
)
def test_an_entrypoint_on_one_line(value: str, command: str) -> None:
    found = read_entrypoint(f"runtime: python312\n\nentrypoint: {value}\nenv_variables:\n  A: b\n")
    assert found is not None
    assert (found.command, str(found.source)) == (command, "app.yaml, line 3")


@pytest.mark.parametrize(
    "text",
    [
        "runtime: python312\n",
        "entrypoint:\n  gunicorn main:app\n",
        "entrypoint: |\n  gunicorn main:app\n",
        "entrypoint: >-\n  gunicorn main:app\n",
        "entrypoint: gunicorn\n  main:app\n",
        "entrypoint: 'gunicorn\n  main:app'\n",
        'entrypoint: "a\\tb"\n',
        "entrypoint: [gunicorn, app]\n",
        "entrypoint: {a: b}\n",
        "entrypoint: *command\n",
        "entrypoint: !!str gunicorn\n",
        "entrypoint: a: b\n",
        "entrypoint: # nothing\n",
        "entrypoint: a\nentrypoint: b\n",
        "entrypoint: a\n---\nentrypoint: b\n",
        "runtime: nodejs20\nentrypoint: node server.js\n",
        "service:\n  entrypoint: a\n",
        "entrypoint:a\n",
    ],
)
def test_other_forms_are_not_read(text: str) -> None:
    assert read_entrypoint(text) is None


@given(st.text(alphabet="entrypoint: ab'\"#\n|>-\\\t", max_size=60))
def test_any_text_gives_a_command_or_none(text: str) -> None:
    found = read_entrypoint(text)
    assert found is None or (found.command == found.command.strip() and "\n" not in found.command)


def _decide(peers: tuple[PeerCommand, ...], procfile: bytes | None = None, pyproject: bytes | None = None) -> Processes:
    decided = decide_processes(
        procfile,
        document(pyproject) if pyproject else None,
        None,
        peers=peers,
        installed={},
        app="/workspace",
        root="/workspace",
        minor="",
        provisional=False,
    )
    assert isinstance(decided, Success)
    return decided.unwrap()


def test_other_buildpacks_commands_come_after_ours_and_before_the_code() -> None:
    engine = {"app.yaml": document("runtime: python312\nentrypoint: gunicorn main:app\n")}
    peers = peer_commands({"NIXPACKS_START_CMD": "python bot.py", "GOOGLE_ENTRYPOINT": "serve $PORT"}, engine)
    assert [each.command for each in peers] == ["serve $PORT", "python bot.py", "gunicorn main:app"]
    assert not code_matters(None, None, peers)
    declared = declared_processes(None, None, peers)
    found = _decide(peers)
    assert declared is not None
    assert declared.processes == found.processes
    (web,) = found.processes
    assert (web.type, web.command, web.default) == ("web", ("serve", "${PORT:-8000}"), True)
    assert found.because == ("declared by $GOOGLE_ENTRYPOINT",)
    assert found.notes == ("$NIXPACKS_START_CMD was passed over: $GOOGLE_ENTRYPOINT comes first",)

    (web,) = _decide(peers, b"web: ours\n").processes
    assert web.command == ("ours",)
    table = b'[tool.lamina.processes]\nweb = "ours"\n'
    assert len(_decide(peers, None, table).notes) == 2
    assert _decide(peers, None, table).processes[0].command == ("ours",)


@pytest.mark.parametrize("name", COMMAND_VARIABLES)
def test_each_variable_starts_the_application(name: str) -> None:
    (peer,) = peer_commands({name: "  serve --all "}, {})
    (web,) = _decide((peer,)).processes
    assert (web.command, str(web.source)) == (("serve", "--all"), f"${name}")
    assert peer_commands({name: "  "}, {}) == ()
