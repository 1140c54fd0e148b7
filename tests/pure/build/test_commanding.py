"""Build commands: when they run, in which environment, and what becomes of what they do to layers."""

import msgspec
import pytest
from pure.build.commanding import environment, hidden
from pure.build.decisions import DecidedCommands
from pure.build.facts import Facts
from pure.build.plan import decide
from pure.build.states import Done, Stopped
from pure.build.steps import RemoveFiles, Result, RunProgram, Step, WriteFiles
from pure.build.watched import FileSeen, FilesSeen, LookAtFiles
from pure.build.workplace import workplace
from pure.complaints.commands import BuildCommandFailed, CommandChangedLayers, LeftInLayers
from pure.outcome import Failure, Success
from pure.project.build_commands import EmptyBuildCommand, NotCommands, build_commands
from pure.redaction import redactor
from pure.report.record import record
from pure.source import Source

from pure.build import news, states
from pure.report import build_log
from tests.bound import binding, held
from tests.documents import document
from tests.pure.build.test_conversation import Hand, converse, course, first, report
from tests.pure.build.test_conversation import environment as installed

LINES = b'[tool.lamina]\nbuild = ["one", "two"]\n'
LAYERS = "/layers/lamina_python"
FOLDER, FILE = FileSeen("0755/"), FileSeen("0644", (1, 2, 3, 4))
BEFORE = {
    "venv": FOLDER,
    "venv/a.py": FILE,
    "venv.toml": FILE,
    "python": FOLDER,
    "python.toml": FILE,
    "gone.toml": FILE,
}


class CommandHand(Hand):
    """One that has these files in the layers' folder, each time that they are looked at."""

    def __init__(self, *looks: dict[str, FileSeen]) -> None:
        super().__init__(installed(), report=report())
        self.looks = list(looks)

    def result(self, step: Step) -> Result | None:
        if isinstance(step, LookAtFiles):
            return FilesSeen(root=step.root, files=self.looks.pop(0) if self.looks else BEFORE)
        found = super().result(step)
        if found is not None and getattr(step, "patterns", None) == ("*.toml",):
            return msgspec.structs.replace(
                found, files={name: name.encode() for name in BEFORE if name.endswith(".toml")}
            )
        return found


def commanded(**changes: object) -> Facts:
    return msgspec.structs.replace(first(), **{"pyproject": document(LINES), "app_dir": "/workspace", **changes})


def without(*names: str) -> dict[str, FileSeen]:
    return {path: each for path, each in BEFORE.items() if path not in names}


AFTER = without("venv.toml", "python.toml")


def test_they_run_one_by_one_before_the_check_of_what_was_chosen() -> None:
    turns, done = converse(commanded(), CommandHand(BEFORE, AFTER))
    assert isinstance(done, Done), done
    taken = course(turns)
    assert taken[taken.index("Settled") :] == ["Settled", *["Commanding"] * 4, "Storing", "PuttingAway"]
    programs = [step for turn in turns for step in turn.steps if isinstance(step, RunProgram)]
    mine = [each for each in programs if each.purpose == "build-command"]
    assert [each.argv for each in mine] == [("sh", "-e", "-c", "one"), ("sh", "-e", "-c", "two")]
    assert {each.folder for each in mine} == {"/workspace"}
    first_of_them = next(turn for turn in turns if mine[0] in turn.steps)
    # No layer with contents counts as whole meanwhile, and each is as it was afterwards.
    assert first_of_them.steps[0] == RemoveFiles(root=LAYERS, files=("python.toml", "venv.toml"))
    righted = next(
        turn for turn in turns if isinstance(turn.build.state, states.Commanding) and turn.build.state.righted
    )
    back = (("python.toml", b"python.toml"), ("venv.toml", b"venv.toml"))
    assert righted.steps == (WriteFiles(root=LAYERS, files=back),)
    said = build_log.lines(tuple(each for turn in turns for each in turn.said))
    assert [line for line in said if line.startswith("  $ ")] == ["  $ one", "  $ two"]
    assert "  $ two" in build_log.plan("1", turns[0].build.plan)


def test_whatever_they_add_to_layers_is_taken_out() -> None:
    more = {
        **AFTER,
        "venv/new": FOLDER,
        "venv/new/deep": FOLDER,
        "venv/new/deep/file": FILE,
        "python": FileSeen("0755/", (9,)),
    }
    turns, done = converse(commanded(), CommandHand(BEFORE, more))
    assert isinstance(done, Done)
    out = RemoveFiles(root=LAYERS, files=("venv/new/deep/file",), directories=("venv/new/deep", "venv/new"))
    assert out in [step for turn in turns for step in turn.steps]
    found = LeftInLayers(paths=("venv/new/deep/file",), number=1)
    assert found in done.plan.findings


@pytest.mark.parametrize(
    "now",
    [
        without("venv/a.py", "venv.toml", "python.toml"),
        {**AFTER, "venv/a.py": FileSeen("0644", (1, 2, 3, 5))},
        {**AFTER, "venv/a.py": FileSeen("->b.py", (1, 2, 3, 4))},
        {**AFTER, "venv/a.py": FOLDER, "venv/a.py/b": FILE},
    ],
)
def test_whatever_they_change_in_layers_ends_the_build(now: dict[str, FileSeen]) -> None:
    _, stopped = converse(commanded(), CommandHand(BEFORE, now))
    assert isinstance(stopped, Stopped)
    assert stopped.error == CommandChangedLayers(paths=("venv/a.py",), number=1)


def test_the_first_that_fails_is_the_last() -> None:
    hand = CommandHand(BEFORE)
    hand.fails, hand.said = "build-command", ("compiling", "sh: 1: pybabel: not found")
    turns, stopped = converse(commanded(), hand)
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, BuildCommandFailed)
    assert (stopped.error.line, stopped.error.output) == ("one", hand.said)
    assert stopped.error.source == "pyproject.toml, [tool.lamina] build"
    assert sum(isinstance(each, news.CommandBegun) for turn in turns for each in turn.said) == 1


def test_secrets_of_the_build_are_hidden_from_them() -> None:
    variables = {
        "GREETING": "hello",
        "SECRET_KEY": "l0ng-enough",
        "PIP_INDEX_URL": "https://u:p4ssword@index.example/",
        "UV_CACHE_DIR": "/tmp/uv",
        "MIRROR": "https://user:t0ken-of-it@mirror.example/",
        "NETRC": "/root/.netrc",
        "SERVICE_BINDING_ROOT": "/platform/bindings",
        "ECHO": "t0ken-of-it",
        "PATH": "/usr/bin",
    }
    facts, hide = commanded(variables=variables), redactor(variables)
    seen = dict(environment(facts, workplace(facts), hide, installed=True))
    assert hidden(facts, hide) == tuple(sorted(set(variables) - {"GREETING", "PATH"}))
    assert seen["GREETING"] == "hello"
    assert seen["VIRTUAL_ENV"] == f"{LAYERS}/venv"
    assert seen["PATH"].startswith(f"{LAYERS}/venv/bin:{LAYERS}/python/bin:/usr/bin")
    assert not seen.keys() & set(hidden(facts, hide))
    assert "VIRTUAL_ENV" not in dict(environment(facts, workplace(facts), hide, installed=False))


def test_no_file_for_tools_has_a_bound_secret_any_more() -> None:
    bound = held(binding("settings", "uv", {"uv.toml": "offline = true\n"}))
    turns, _ = converse(commanded(bindings=Success(bound)), CommandHand(BEFORE, AFTER))
    looking = next(turn for turn in turns if isinstance(turn.build.state, states.Commanding))
    assert looking.steps[0] == RemoveFiles(root="/tmp/t", files=("netrc", "configuration/uv/uv.toml"))


def test_the_record_has_them() -> None:
    told = record(decide(commanded()).unwrap(), version="1", redact=lambda text: text.replace("two", "****"))
    assert told.build_commands == DecidedCommands(
        lines=("one", "****"),
        source="pyproject.toml, [tool.lamina] build",
        because="pyproject.toml, [tool.lamina] build says so",
    )


def test_all_is_at_hand_for_them() -> None:
    plan = decide(commanded()).unwrap()
    assert plan.division.at_hand == "build commands run with all that is installed"
    assert plan.packing.pack
    assert plan.works
    assert not plan.idle


VARIABLE = Source(variable="BP_PYTHON_BUILD_COMMAND")


@pytest.mark.parametrize(
    ("variable", "text", "lines"),
    [
        ("", b"", None),
        (" \n", b"", None),
        ("", b"[tool.lamina]\nbuild = []\n", None),
        ("", b"[tool.lamina]\nbuild = ' one '\n", ("one",)),
        (" ", LINES, ("one", "two")),
        (" a && b ", LINES, ("a && b",)),
        ("a", b"[tool.lamina]\nbuild = 3\n", ("a",)),
        ("", b"no TOML", None),
    ],
)
def test_what_is_declared(variable: str, text: bytes, lines: tuple[str, ...] | None) -> None:
    found = build_commands({"BP_PYTHON_BUILD_COMMAND": variable}, document(text)).unwrap()
    assert (found.lines if found else None) == lines
    if found and variable.strip():
        assert found.source == VARIABLE
        over = "; pyproject.toml, [tool.lamina] build is passed over" if text else ""
        assert found.because == f"$BP_PYTHON_BUILD_COMMAND says so{over}"


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("3", NotCommands(found="a number")),
        ("true", NotCommands(found="true or false")),
        ("{ command = 'x' }", NotCommands(found="a table")),
        ("1979-05-27", NotCommands(found="a date or time")),
        ("['x', ['y']]", NotCommands(found="an array with an array in it")),
        ("['x', ' ']", EmptyBuildCommand(number=2)),
        ("''", EmptyBuildCommand(number=1)),
        ('["a\\u0000b"]', EmptyBuildCommand(number=1)),
    ],
)
def test_what_is_no_command_is_said(value: str, error: object) -> None:
    text = f"[tool.lamina]\nbuild = {value}\n".encode()
    assert build_commands({}, document(text)) == Failure(error)
    assert decide(commanded(pyproject=document(text))) == Failure(error)


@pytest.mark.parametrize(
    ("variables", "kept"),
    [
        # A secret that is a word of a path doesn't take the path.
        ({"AUTH_MODE": "local", "PATH": "/usr/local/bin:/usr/bin"}, {"PATH"}),
        # Whatever they hold: what is too short to be hidden in a log needn't be handed on.
        ({"FERNET_KEY": "abcd", "DB_PWD": "1234", "JWT": "x", "ADMIN_PASSWORD": "admin", "STAGE": "blue"}, {"STAGE"}),
        ({"CNB_PLATFORM_DIR": "/platform", "CNB_TARGET_OS": "linux", "NETRC": "/n"}, {"CNB_TARGET_OS"}),
    ],
)
def test_commands_get_what_is_no_secret(variables: dict[str, str], kept: set[str]) -> None:
    found = commanded(variables=variables)
    given = dict(environment(found, workplace(found), redactor(variables), installed=True))
    assert variables.keys() & given.keys() == kept
    assert set(hidden(found, redactor(variables))) <= variables.keys() - kept
