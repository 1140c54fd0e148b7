"""The machine of a build: what follows what, compared as data."""

import itertools
import json
import re
from collections.abc import Mapping

import msgspec
import pytest
from pure.build.collected import CollectedBefore, CollectedRecord, decode_record
from pure.build.conversation import advance, begin
from pure.build.decisions import DecidedStatic
from pure.build.errors import DoesNotImport, NoPipWheel, NotAsResolved, PipFailed, RuntimeDoesNotStart, ToolFailed
from pure.build.facts import Facts
from pure.build.states import Build, Done, Stopped, Turn
from pure.build.steps import (
    Answer,
    BeginLayer,
    BuildFoldersListed,
    CompileBytecode,
    Compiled,
    CopyFile,
    DropLayer,
    Ended,
    FilesListed,
    FilesRead,
    FinishLayer,
    FoldersListed,
    InstallRuntime,
    LayersPacked,
    LayersUnpacked,
    LibrariesRead,
    ListBuildFolders,
    ListFiles,
    ListFolders,
    PackLayers,
    ReadFiles,
    ReadLibraries,
    RemoveFiles,
    Result,
    RunProgram,
    RuntimeInstalled,
    Step,
    UnpackLayers,
    WriteFiles,
)
from pure.build.watched import FileSeen, FilesHashed, FilesSeen, HashFiles, LookAtFiles, UnpackFiles
from pure.build.workplace import COLLECTED_RECORD, PACKED_STATE, STATE_FILE
from pure.complaints.imports import BrokenProgram
from pure.complaints.reasons import LockStale
from pure.disk import DiskFull
from pure.layers.decision import Action, RestoredLayer
from pure.layers.names import LayerName
from pure.outcome import Failure, Success
from pure.project.files import ProjectFiles
from pure.project.vendored import Wheelhouse
from pure.redaction import Redactor
from pure.report.decided import decisions
from pure.report.ending import ending
from pure.report.prose.describe import describe
from pure.report.record import record
from pure.runtime.linked import VERSION
from pure.start.code_facts import AppObject, CodeFacts, Place
from pure.start.offered import DeclaredFiles
from pure.target import Target
from pure.venv.elf import Dynamic
from pure.venv.lacks import Contradiction, DependenciesContradict, MissingLibraries

from pure.build import conversation, news, states
from pure.report import build_log
from tests.documents import document
from tests.strategies_locked import FIRST
from tests.strategies_locked import locked as locked_facts
from tests.strategies_plan import PACKED, UNBOUND, layer_toml, planned, requirements

PINNED_PIP = "26.0"
FIRST_VERSION = "3.13.1"
HIDE = Redactor(secrets=())
LIBGL = Dynamic(machine=62, needed=("libGL.so.1",))
SITE = "lib/python3.13/site-packages"
FILES = ("bin/flask", "bin/python", f"{SITE}/flask.py")
HASHED = f"flask==3.1.0 --hash=sha256:{'a' * 64}\n".encode()


def told(said: object) -> list[str]:
    assert isinstance(said, tuple)
    return [type(each).__name__ for each in said]


def names(turn: Turn) -> list[str]:
    return [
        f"{type(step).__name__}({step.purpose})" if isinstance(step, RunProgram) else type(step).__name__
        for step in turn.steps
    ]


class Hand:
    """Answers turns by what it was told of the world, step by step, as an executor would."""

    def __init__(self, environment: Mapping[str, bytes] = {}, *, report: bytes = b"", fails: str = "") -> None:
        self.environment = environment
        self.report = report
        self.fails = fails
        self.said: tuple[str, ...] = ()
        self.folders: dict[str, tuple[str, ...]] = {}
        self.packed = PACKED

    def __call__(self, turn: Turn) -> Answer:
        results: list[Result] = []
        for step in turn.steps:
            result = self.result(step)
            if result is not None:
                results.append(result)
            if isinstance(result, LayersUnpacked) and not result.whole:
                break
            if isinstance(result, Ended) and not result.ok and not result.program.may_fail:
                break
        return Answer(results=tuple(results), seconds=1.0)

    def result(self, step: Step) -> Result | None:
        match step:
            case InstallRuntime():
                return RuntimeInstalled(
                    nbytes=1,
                    fetched_in=0,
                    files=1,
                    left_out=0,
                    unpacked_in=0,
                    wheel="/tmp/t/wheel/pip-26.0-any.whl",
                    size=5,
                )
            case RunProgram(purpose="probe"):
                return Ended(program=step, returncode=0, said=(FIRST_VERSION,))
            case RunProgram(purpose="try-import"):
                return Ended(program=step, returncode=int(self.fails == "try-import"), said=self.said)
            case RunProgram(purpose=purpose):
                return Ended(program=step, returncode=int(purpose == self.fails), said=self.said)
            case ReadFiles(root=root):
                files = self.environment if root.endswith("/venv") else {"report.json": self.report}
                return FilesRead(root=root, files=files)
            case ListFiles(root=root):
                return FilesListed(root=root, paths=tuple(sorted({*self.environment, *FILES})))
            case ListFolders(folders=folders):
                return FoldersListed(names={folder: self.folders.get(folder, ()) for folder in folders})
            case ReadLibraries(root=root, files=files):
                return LibrariesRead(root=root, sections=dict.fromkeys(files, LIBGL))
            case ListBuildFolders():
                return BuildFoldersListed(paths=frozenset())
            case PackLayers():
                return LayersPacked(digest=PACKED, nbytes=1)
            case UnpackLayers(digest=digest):
                return LayersUnpacked(whole=digest == self.packed)
            case _:
                return None


def environment(version: str = "3.1.0") -> dict[str, bytes]:
    info = f"{SITE}/flask-{version}.dist-info"
    name = f"flask-{version}.dist-info"
    return {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: flask\nVersion: {version}\n".encode(),
        f"{info}/RECORD": f"../../../bin/flask,,\nflask.py,,\n{name}/METADATA,,\n{name}/RECORD,,\n".encode(),
    }


def report(version: str = "3.1.0") -> bytes:
    entry = {
        "metadata": {"name": "flask", "version": version},
        "download_info": {"url": f"https://files.example/flask-{version}.whl", "archive_info": {"hashes": {}}},
        "requested": True,
        "is_direct": False,
    }
    return json.dumps({"version": "1", "install": [entry]}).encode()


def first(manager: str = "pip") -> Facts:
    given = msgspec.structs.replace(FIRST, names=("requirements.txt",), requirements=requirements(b"flask\n"))
    given = given if manager == "pip" else locked_facts(FIRST, manager)
    return msgspec.structs.replace(given, temporary="/tmp/t", buildpack_dir="/cnb")


def converse(facts: Facts, hand: Hand) -> tuple[list[Turn], Done | Stopped]:
    begun = begin(facts, hide=HIDE)
    assert not isinstance(begun, Failure), begun
    turns = [begun.unwrap()]
    while True:
        following = advance(turns[-1].build, hand(turns[-1]))
        if isinstance(following, Failure):
            return turns, following.failure()
        found = following.unwrap()
        if isinstance(found, Done):
            return turns, found
        turns.append(found)
        assert len(turns) < 20, [type(each.build.state).__name__ for each in turns]


def table() -> dict[str, set[str]]:
    """What may follow each state, as the module's own table says."""
    found: dict[str, set[str]] = {}
    state = ""
    for line in (conversation.__doc__ or "").splitlines():
        row = re.match(r"(``\w+``|\\)\s{2,}\S.*\s{2,}(\S.*)$", line)
        if row:
            state = state if row[1] == "\\" else row[1].strip("`")
            found.setdefault(state, set()).update(re.findall(r"``(\w+)``", row[2]))
    return found


def course(turns: list[Turn]) -> list[str]:
    taken = [type(each.build.state).__name__ for each in turns]
    rows = table()
    for one, other in itertools.pairwise(taken):
        # pip is asked again in any state.
        assert other in rows[one] or other == "AskingAgain", (one, other)
    return taken


def test_a_first_build_by_pip() -> None:
    turns, done = converse(first(), Hand(environment(), report=report()))
    assert isinstance(done, Done)
    assert course(turns) == [
        "RuntimeTried", "RuntimeReady", "ToolReady", "Installing", "Completing", "Settled", "Storing", "PuttingAway",
    ]  # fmt: skip
    assert names(turns[0]) == ["BeginLayer", "BeginLayer", "InstallRuntime", "RunProgram(probe)"]
    assert names(turns[1]) == ["CompileBytecode", "FinishLayer", "FinishLayer"]
    assert names(turns[2]) == [
        "BeginLayer", "FinishLayer",  # pip's cache
        "CopyFile", "BeginLayer", "CopyFile", "RunProgram(install-tool)", "CompileBytecode", "FinishLayer",
    ]  # fmt: skip
    assert names(turns[3]) == [
        "ListBuildFolders", "BeginLayer", "RunProgram(create-environment)", "WriteFiles",
        "RemoveFiles",  # the metadata of pip's cache
        "RunProgram(install)", "ReadFiles", "ReadFiles", "ListFiles", "ReadFiles",
    ]  # fmt: skip
    assert names(turns[4]) == [
        "RemoveHistories",
        "FinishLayer",  # pip's cache
        "CompileBytecode",
        "ListBuildFolders",
        "ReadFiles",  # bills of materials that distributions bring
        "ReadLibraries",
        "ListFolders",
        "PruneDownloads",
    ]
    assert names(turns[5]) == ["RemoveFiles", "ListFolders"]
    assert names(turns[6]) == ["BeginLayer", "PackLayers"]
    assert names(turns[7]) == ["WriteFiles", "FinishLayer", "FinishLayer"]
    assert [each.name for each in done.resolved.distributions] == ["flask"] if done.resolved else False
    assert not done.plan.processes.provisional


@pytest.mark.parametrize("together", [False, True])
def test_a_layers_metadata_stand_after_its_contents_and_its_record_after_those(*, together: bool) -> None:
    given = msgspec.structs.replace(first(), buildpack_plan=LATER if together else b"")
    turns, _ = converse(given, Hand(environment(), report=report()))
    steps = [step for turn in turns for step in turn.steps]
    finished = {s.decision.name: n for n, s in enumerate(steps) if isinstance(s, FinishLayer)}
    name = STATE_FILE if together else PACKED_STATE
    (recorded,) = (n for n, s in enumerate(steps) if isinstance(s, WriteFiles) and s.files[0][0] == name)
    begun = next(n for n, s in enumerate(steps) if isinstance(s, BeginLayer) and s.layer == "venv")
    runs = [n for n, s in enumerate(steps) if isinstance(s, RunProgram) and s.purpose == "install"]
    assert begun < min(runs) <= max(runs) < finished["venv"]
    # What lies beside it is trusted by its own metadata.
    assert finished["venv"] < recorded if together else recorded < finished["venv-cache"]


LATER = b"[[entries]]\nname = 'python'\nmetadata = { build = true }\n"


def rebuilt(facts: Facts, version: str = "3.1.0", *, hand: Hand | None = None) -> Facts:
    """The facts of the next build, after one that installed this version of flask."""
    turns, done = converse(facts, hand or Hand(environment(version), report=report(version)))
    assert isinstance(done, Done)
    (state,) = (
        raw for turn in turns for step in turn.steps if isinstance(step, WriteFiles)
        for name, raw in step.files if name in (STATE_FILE, PACKED_STATE)
    )  # fmt: skip
    layers: dict[LayerName, RestoredLayer] = {
        each.name: RestoredLayer(toml=layer_toml(each), contents=bool(each.types and each.types.cache))
        for each in done.plan.layers
        if each.action is not Action.DROP
    }
    packed = done.plan.packing.pack
    return msgspec.structs.replace(
        facts, restored=layers, venv_state=None if packed else state, packed_state=state if packed else None
    )


def test_a_runtime_that_the_image_has_is_borrowed_by_a_build_that_needs_it() -> None:
    given = rebuilt(first(), "3.0.0")
    turns, done = converse(given, Hand(environment("3.0.0"), report=report("3.0.0")))
    assert isinstance(done, Done)
    assert course(turns) == ["RuntimeTried", "RuntimeReady", "ToolReady", "Resolving", "Settled", "PuttingAway"]
    assert names(turns[0]) == ["DropLayer", "InstallRuntime", "RunProgram(probe)"]
    assert next(step.borrowed for step in turns[0].steps if isinstance(step, InstallRuntime))
    # Which libraries are linked into it is known since it was new, and stays so.
    (probe,) = (step for step in turns[0].steps if isinstance(step, RunProgram))
    assert probe.argv[-1] == VERSION
    linked = turns[0].build.plan.decided("python").linked
    assert linked
    assert done.plan.decided("python").linked == linked
    # Its archive stays in the cache, and what programs of builds import is compiled once, instead of by each of them.
    assert names(turns[1]) == ["CompileBytecode", "FinishLayer"]
    (compiled,) = (step for step in turns[1].steps if isinstance(step, CompileBytecode))
    assert compiled.left_out.names == ("*",)
    assert names(turns[-1]) == ["DropLayer", "FinishLayer"]
    assert (done.plan.decided("python").action, done.plan.decided("python").away) == (Action.KEEP, True)
    assert not any(isinstance(step, UnpackLayers) for turn in turns for step in turn.steps)


def test_a_borrowed_runtime_whose_bytecode_came_along_is_not_compiled() -> None:
    class Carried(Hand):
        def result(self, step: Step) -> Result | None:
            result = super().result(step)
            return msgspec.structs.replace(result, compiled=True) if isinstance(result, RuntimeInstalled) else result

    given = rebuilt(first(), "3.0.0")
    turns, _ = converse(given, Carried(environment("3.0.0"), report=report("3.0.0")))
    assert names(turns[1]) == ["FinishLayer"]


@pytest.mark.parametrize("lost", ["python", "venv"])
def test_what_the_image_has_not_is_unpacked(lost: LayerName) -> None:
    given = rebuilt(locked_requirements(first(), HASHED))
    given = msgspec.structs.replace(given, restored={n: each for n, each in given.restored.items() if n != lost})
    turns, done = converse(given, Hand(environment(), report=report()))
    assert isinstance(done, Done)
    steps = [step for turn in turns for step in turn.steps]
    assert any(isinstance(step, UnpackLayers) for step in steps) is (lost == "venv")
    assert any(isinstance(step, InstallRuntime) for step in steps)
    assert done.plan.decided("venv").away is (lost == "python")


def test_a_damaged_archive_is_noticed_and_the_environment_made_anew() -> None:
    given = rebuilt(locked_requirements(first(), HASHED))
    given = msgspec.structs.replace(given, restored={n: each for n, each in given.restored.items() if n != "venv"})
    hand = Hand(environment(), report=report())
    hand.packed = ""
    turns, done = converse(given, hand)
    assert isinstance(done, Done)
    over = next(each for turn in turns for each in turn.said if isinstance(each, news.StartedOver))
    assert over.because == ("what the cache has of it is damaged",)
    assert done.plan.decided("venv").action is Action.RECREATE
    # What was made anew is packed and finished like any other.
    assert course(turns)[-2:] == ["Storing", "PuttingAway"]
    finished = [step.decision for step in turns[-1].steps if isinstance(step, FinishLayer)]
    assert [each.name for each in finished][:2] == ["venv", "venv-cache"]
    assert [each.holds for each in finished if each.name == "venv-cache"] == [PACKED]


def test_a_later_buildpack_gets_trees_and_after_it_they_are_packed_again() -> None:
    given = rebuilt(locked_requirements(first(), HASHED))
    together = rebuilt(msgspec.structs.replace(given, buildpack_plan=LATER), hand=Hand(environment()))
    assert {name for name, each in together.restored.items() if each.contents} == together.restored.keys()
    assert not any(name.startswith("venv-") for name in together.restored)
    turns, done = converse(msgspec.structs.replace(together, buildpack_plan=b""), Hand(environment()))
    assert isinstance(done, Done)
    assert course(turns) == ["RuntimeReady", "ToolReady", "Settled", "Storing", "PuttingAway"]
    assert done.plan.decided("venv").types == done.plan.decided("python").types


def test_what_has_not_changed_starts_nothing() -> None:
    turns, done = converse(rebuilt(locked_requirements(first(), HASHED)), Hand())
    assert isinstance(done, Done)
    assert course(turns) == ["RuntimeReady", "ToolReady", "Settled"]
    assert not any(isinstance(step, RunProgram) for turn in turns for step in turn.steps)
    assert {each.action for each in done.plan.layers} == {Action.KEEP}


def locked_requirements(facts: Facts, raw: bytes) -> Facts:
    return msgspec.structs.replace(facts, requirements=requirements(raw))


class DjangoHand(Hand):
    """Answers as for a project of Django's whose static files are collected."""

    trace = b'{"reads": ["/workspace/manage.py"]}'
    enabled = True

    def __init__(self) -> None:
        named = {path.replace("flask", "django"): raw for path, raw in environment().items()}
        installed = {path: raw.replace(b"flask", b"django") for path, raw in named.items()}
        super().__init__(installed, report=report().replace(b"flask", b"django"))

    def result(self, step: Step) -> Result | None:
        before = {"manage.py": FileSeen("0644")}
        match step:
            case RunProgram(purpose="collect-static"):
                said = "1 static file copied to '/workspace/collected'."
                unknown = "Unknown command: 'collectstatic'"
                return Ended(program=step, returncode=int(not self.enabled), said=(said if self.enabled else unknown,))
            case ReadFiles(root="/tmp/t", patterns=("collectstatic.json",)):
                return FilesRead(root="/tmp/t", files={"collectstatic.json": self.trace})
            case LookAtFiles(root=root, forget=forget):
                made = (
                    {}
                    if forget or not self.enabled
                    else {"collected": FileSeen("0755/"), "collected/a.css": FileSeen("0644")}
                )
                return FilesSeen(root=root, files=before | made, notes=forget)
            case HashFiles(root=root, files=files):
                return FilesHashed(root=root, held=dict.fromkeys(files, "0644 x"))
            case ListFiles(root=root):
                listed = {path.replace("flask", "django") for path in FILES}
                return FilesListed(root=root, paths=tuple(sorted({*self.environment, *listed})))
            case _:
                return super().result(step)


def django_facts() -> Facts:
    raw = HASHED.replace(b"flask", b"django")
    given = msgspec.structs.replace(locked_requirements(first(), raw), manage=("manage.py",), app_dir="/workspace")
    return msgspec.structs.replace(given, declared=None, code=None)


def collected_by(turns: list[Turn]) -> CollectedRecord | None:
    written = [
        raw for turn in turns for step in turn.steps if isinstance(step, WriteFiles)
        for name, raw in step.files if name == COLLECTED_RECORD
    ]  # fmt: skip
    return decode_record(written[0]).unwrap() if written else None


def collects(turns: list[Turn]) -> bool:
    steps = [step for turn in turns for step in turn.steps]
    started = any(isinstance(step, RunProgram) and step.purpose == "collect-static" for step in steps)
    assert started is not any(isinstance(step, UnpackFiles) for step in steps)
    return started


def with_collected(facts: Facts, record: CollectedRecord, **changes: object) -> Facts:
    before = CollectedBefore(record=record, names=record.names, reads=record.reads, archived=record.files)
    return msgspec.structs.replace(facts, collected=msgspec.structs.replace(before, **changes))


def test_static_files_are_collected_once_and_put_back_while_nothing_that_they_come_from_changes() -> None:
    given = django_facts()
    turns, done = converse(given, DjangoHand())
    assert isinstance(done, Done), done
    assert course(turns).count("Collecting") == 2
    record = collected_by(turns)
    assert record is not None
    assert record.reads == {"manage.py": "0644 x"}
    assert set(record.files) == {"collected", "collected/a.css"}
    told = decisions(done.plan, done.record)
    assert told.static == DecidedStatic(
        collected=True, source="manage.py", because="the project has manage.py", folder="collected"
    )
    assert done.plan.decided("static-cache").action is Action.CREATE
    again = with_collected(rebuilt(given, hand=DjangoHand()), record)
    turns, done = converse(again, DjangoHand())
    assert isinstance(done, Done)
    assert not collects(turns)
    assert done.plan.decided("static-cache").action is Action.KEEP
    assert collected_by(turns) is None
    assert decisions(done.plan, done.record) == told
    words = "Static files are those of the previous build: nothing that collecting them reads has changed"
    assert f"  {words}" in build_log.plan("1", turns[0].build.plan)
    said = next(each for turn in turns for each in turn.said if isinstance(each, news.StaticFilesKept))
    assert f"  {words} (1 file looked at)" in build_log.lines((said,))
    assert said.read == 1
    changed = with_collected(again, record, reads={"manage.py": "0644 y"})
    turns, done = converse(changed, DjangoHand())
    assert isinstance(done, Done)
    assert collects(turns)
    assert done.plan.decided("static-cache").because == ("manage.py has changed",)
    assert collected_by(turns) == record
    planned_ = next(each for turn in turns for each in turn.said if isinstance(each, news.StaticFilesPlanned))
    assert planned_.again == "manage.py has changed"


def test_an_image_without_static_files_says_so_in_every_build() -> None:
    hand = DjangoHand()
    hand.enabled = False
    turns, done = converse(django_facts(), hand)
    assert isinstance(done, Done)
    record = collected_by(turns)
    assert record is not None
    told = decisions(done.plan, done.record)
    assert told.static is not None
    assert (told.static.collected, "INSTALLED_APPS" in told.static.because) == (False, True)
    again = with_collected(rebuilt(django_facts(), hand=hand), record)
    turns, done = converse(again, hand)
    assert isinstance(done, Done)
    assert not collects(turns)
    assert decisions(done.plan, done.record) == told


def test_an_image_without_django_says_nothing_of_static_files() -> None:
    given = msgspec.structs.replace(locked_requirements(first(), HASHED), manage=("manage.py",))
    assert decisions(planned(given), None).static is not None
    _, done = converse(given, Hand(environment(), report=report()))
    assert isinstance(done, Done)
    assert decisions(done.plan, done.record).static is None


def test_what_was_collected_goes_where_nobody_can_compare_it_any_more() -> None:
    given = django_facts()
    turns, _ = converse(given, DjangoHand())
    record = collected_by(turns)
    assert record is not None
    again = with_collected(rebuilt(given, hand=DjangoHand()), record, names="others")
    hand = DjangoHand()
    hand.trace = b'{"started": "git"}'
    turns, done = converse(again, hand)
    assert isinstance(done, Done)
    assert collected_by(turns) is None
    assert done.plan.decided("static-cache").action is Action.DROP
    assert DropLayer(layer="static-cache") in [step for turn in turns for step in turn.steps]


def test_an_environment_that_is_made_anew_has_them_collected() -> None:
    given = django_facts()
    turns, _ = converse(given, DjangoHand())
    record = collected_by(turns)
    assert record is not None
    again = with_collected(rebuilt(given, hand=DjangoHand()), record)
    lost = {name: each for name, each in again.restored.items() if not name.startswith("venv")}
    anew = msgspec.structs.replace(again, restored=lost, venv_state=None, packed_state=None)
    turns, done = converse(anew, DjangoHand())
    assert isinstance(done, Done)
    assert collects(turns)
    assert done.plan.decided("static-cache").action is Action.RECREATE


def test_a_change_in_place_takes_the_record_away_first() -> None:
    given = rebuilt(first(), "3.0.0")
    turns, stopped = converse(given, Hand(environment("3.0.0"), report=report("3.1.0")))
    changing = next(turn for turn in turns if isinstance(turn.build.state, states.Changing))
    assert isinstance(changing.steps[0], RemoveFiles)
    assert changing.steps[0].files == (STATE_FILE,)
    # Where it was unpacked, no metadata say that it is whole.
    unpacked = next(turn for turn in turns if any(isinstance(step, UnpackLayers) for step in turn.steps))
    assert isinstance(unpacked.build.state, states.Inspecting)
    # The hand leaves the old version there, so it is started over, and then is a failure.
    assert course(turns)[-1] == "Installing"
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, NotAsResolved)


def test_after_starting_over_plan_record_and_log_say_the_same() -> None:
    given = rebuilt(first(), "3.0.0")

    class Second(Hand):
        def result(self, step: Step) -> Result | None:
            if isinstance(step, BeginLayer):
                self.environment = environment("3.1.0")
            return super().result(step)

    turns, done = converse(given, Second(environment("3.0.0"), report=report("3.1.0")))
    assert isinstance(done, Done)
    over = next(each for turn in turns for each in turn.said if isinstance(each, news.StartedOver))
    layer = record(done.plan, version="1", redact=str).layers["venv"]
    assert (layer.action, layer.because) == (Action.RECREATE, over.because)
    assert over.because[0] == "flask is 3.0.0 instead of 3.1.0"
    assert "recreated venv" in ending(done, 1.0)[-1]
    finished = [s for turn in turns for s in turn.steps if isinstance(s, FinishLayer) and s.decision.name == "venv"]
    assert [each.decision for each in finished] == [done.plan.decided("venv")]


@pytest.mark.parametrize("manager", ["uv", "poetry", "pipenv", "pdm", "pylock"])
def test_a_tool_is_tidied_up_after(manager: str) -> None:
    turns, done = converse(first(manager), Hand(environment()))
    assert isinstance(done, Done)
    assert course(turns)[3:] == ["Installing", "Checking", "Completing", "Settled", "Storing", "PuttingAway"]


CODE = CodeFacts(objects=(AppObject(kind="flask", module="app", name="app", place=Place(path="app.py", line=1)),))
BROKEN = ("Traceback (most recent call last):", "ModuleNotFoundError: No module named 'pkg_resources'")


def starting(facts: Facts) -> Facts:
    """A Flask application without a Procfile: flask's own server is chosen."""
    return msgspec.structs.replace(facts, procfile=None, code=CODE)


def test_what_was_chosen_is_imported_once_and_only_in_a_changed_environment() -> None:
    given = starting(locked_requirements(first(), HASHED))
    turns, done = converse(given, Hand(environment(), report=report()))
    assert isinstance(done, Done)
    assert course(turns)[-5:] == ["Completing", "Settled", "Trying", "Storing", "PuttingAway"]
    (tried,) = turns[-3].steps
    assert isinstance(tried, RunProgram)
    assert (tried.purpose, tried.argv[-1], tried.may_fail) == ("try-import", "flask", False)
    assert told(done.said) == ["ProcessesDecided"]
    again, _ = converse(rebuilt(given), Hand())
    assert course(again)[-1] == "Settled"


def test_what_was_chosen_and_does_not_import_ends_the_build() -> None:
    hand = Hand(environment(), report=report(), fails="try-import")
    hand.said = BROKEN
    _, stopped = converse(starting(first()), hand)
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, DoesNotImport)
    assert stopped.error.names == ("flask",)
    assert stopped.error.reason is not None
    assert stopped.error.reason.kind == "pkg_resources"


def declaring(facts: Facts, procfile: bytes) -> Facts:
    return msgspec.structs.replace(facts, procfile=procfile, declared=DeclaredFiles())


def test_what_is_declared_and_does_not_import_is_a_warning() -> None:
    hand = Hand(environment(), report=report(), fails="try-import")
    hand.said = BROKEN
    hand.folders = {"/layers/lamina_python/venv/bin": ("flask", "python")}
    turns, done = converse(declaring(first(), b"web: flask run --host 0.0.0.0\n"), hand)
    assert isinstance(done, Done)
    assert "Trying" in course(turns)
    (finding,) = done.plan.findings
    assert isinstance(finding, BrokenProgram)
    assert record(done.plan, version="1", redact=str).findings[0].startswith("Warning: flask cannot be imported")


def test_declared_commands_are_checked_against_what_the_environment_offers() -> None:
    hand = Hand(environment(), report=report())
    hand.folders = {"/layers/lamina_python/venv/bin": ("flask", "python")}
    given = declaring(locked_requirements(first(), HASHED), b"web: uv run flask run --host 0.0.0.0\nworker: serve\n")
    _, done = converse(given, hand)
    assert isinstance(done, Done)
    assert done.plan.processes.processes[0].command == ("flask", "run", "--host", "0.0.0.0")
    assert len(done.plan.processes.warnings) == len(("its own port", "serve"))
    warning = done.plan.processes.warnings[-1]
    assert "serve, which is neither in the environment" in warning
    assert warning in "\n".join(build_log.lines(done.said))
    assert warning in record(done.plan, version="1", redact=str).processes_notes
    # An unchanged build says it again.
    again, ended = converse(rebuilt(given), hand)
    assert course(again)[-1] == "Settled"
    assert isinstance(ended, Done)
    assert ended.plan.processes.warnings == done.plan.processes.warnings


def test_a_library_that_is_missing_is_a_finding() -> None:
    class WithLibrary(Hand):
        def result(self, step: Step) -> Result | None:
            if isinstance(step, ListFiles):
                return FilesListed(root=step.root, paths=tuple(sorted({*self.environment, *FILES, f"{SITE}/flask.so"})))
            return super().result(step)

    given = msgspec.structs.replace(first(), target=Target(os="linux", arch="amd64", distro=None), catalogue=UNBOUND)
    turns, done = converse(given, WithLibrary(environment(), report=report()))
    assert isinstance(done, Done)
    (finding,) = done.plan.findings
    assert isinstance(finding, MissingLibraries)
    assert finding.libraries == ("libGL.so.1",)
    lines = [line for turn in turns for line in build_log.lines(turn.said)] + list(build_log.lines(done.said))
    assert "  Warning: flask.so needs libGL.so.1" in "\n".join(lines).replace(f"{SITE}/", "")


@pytest.mark.parametrize("raw", [b"flask\n", HASHED])
def test_an_unchanged_environment_is_not_looked_at_again_and_what_was_found_is_said_again(raw: bytes) -> None:
    record = f"{SITE}/flask-3.1.0.dist-info/RECORD"
    files = demanding() | {f"{SITE}/flask.so": b""}
    files[record] += b"flask.so,,\n"
    given = msgspec.structs.replace(first(), target=Target(os="linux", arch="amd64", distro=None), catalogue=UNBOUND)
    hand = Hand(files, report=report())
    given = locked_requirements(given, raw)
    turns, done = converse(rebuilt(given, hand=hand), hand)
    assert isinstance(done, Done)
    assert [type(each) for each in done.plan.findings] == [Contradiction, MissingLibraries]
    assert not any(isinstance(step, ReadLibraries) for turn in turns for step in turn.steps)
    lines = [line for turn in turns for line in build_log.lines(turn.said)] + list(build_log.lines(done.said))
    assert [line for line in lines if "libGL.so.1" in line]
    # The library came into the build image: nothing was missing, then.
    hand.folders = {"/usr/lib/x86_64-linux-gnu": ("libGL.so.1",)}
    _, done = converse(rebuilt(given, hand=hand), hand)
    assert [type(each) for each in done.plan.findings] == [Contradiction] if isinstance(done, Done) else False


def demanding() -> dict[str, bytes]:
    found = environment()
    path = f"{SITE}/flask-3.1.0.dist-info/METADATA"
    return found | {path: found[path] + b"Requires-Dist: click>=8\n"}


@pytest.mark.parametrize("word", ["", "true"])
def test_dependencies_that_contradict_are_a_note_or_an_error(word: str) -> None:
    given = msgspec.structs.replace(first(), variables={**first().variables, "BP_PYTHON_CHECK_DEPENDENCIES": word})
    _, end = converse(given, Hand(demanding(), report=report()))
    if word:
        assert isinstance(end, Stopped)
        assert isinstance(end.error, DependenciesContradict)
        return
    assert isinstance(end, Done)
    (finding,) = end.plan.findings
    assert (finding.demand, finding.found) == ("click>=8", "") if isinstance(finding, Contradiction) else False


def test_an_environment_that_is_kept_is_checked_where_the_platform_asks_for_it() -> None:
    given = rebuilt(locked_requirements(first(), HASHED), hand=Hand(demanding(), report=report()))
    asked = msgspec.structs.replace(given, variables={**given.variables, "BP_PYTHON_CHECK_DEPENDENCIES": "1"})
    turns, end = converse(asked, Hand(demanding()))
    assert course(turns)[-1] == "Settled"
    assert isinstance(end, Stopped)
    assert isinstance(end.error, DependenciesContradict)
    assert isinstance(converse(given, Hand(demanding()))[1], Done)


def test_a_lock_that_does_not_fit_is_recognised() -> None:
    hand = Hand(environment(), fails="synchronise")
    hand.said = ("error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",)
    _, stopped = converse(first("uv"), hand)
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, ToolFailed)
    assert stopped.error.recognised == LockStale()
    assert told(stopped.said) == ["ProgramSaid"]


def test_pip_is_asked_again_where_its_words_leave_open_why() -> None:
    hand = Hand(environment(), fails="install")
    hand.said = (
        "ERROR: Could not find a version that satisfies the requirement nothing (from versions: none)",
        "ERROR: No matching distribution found for nothing",
    )
    turns, stopped = converse(first(), hand)
    again = turns[-1]
    assert isinstance(again.build.state, states.AskingAgain)
    (program, _) = again.steps
    assert isinstance(program, RunProgram)
    assert program.argv[-2:] == ("--dry-run", "--quiet")
    assert dict(program.environment)["PIP_LOG"] == "/tmp/t/pip.log"
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, PipFailed)


def test_the_runtime_is_fetched_as_the_users_settings_say_that_servers_are_reached() -> None:
    given = first()
    own = {**given.variables, "HTTPS_PROXY": "http://proxy:3128"}
    conf = (("PIP_CERT", "/ca.pem", "/etc/pip.conf"),)
    turns, _ = converse(msgspec.structs.replace(given, variables=own, pip_settings=conf), Hand(environment()))
    (step,) = (step for step in turns[0].steps if isinstance(step, InstallRuntime))
    assert dict(step.environment) == {**own, "PIP_CERT": "/ca.pem"}


def test_certificates_of_several_places_are_one_file_for_everyone() -> None:
    turns, _ = converse(msgspec.structs.replace(first(), certificates=b"all"), Hand(environment()))
    written, *_ = turns[0].steps
    assert written == WriteFiles(root="/tmp/t", files=(("certificates.pem", b"all"),))
    everywhere = [step.environment for turn in turns for step in turn.steps if isinstance(step, InstallRuntime)]
    programs = [step for turn in turns for step in turn.steps if isinstance(step, RunProgram)]
    everywhere += [step.environment for step in programs if step.purpose in ("install-tool", "install")]
    assert len(everywhere) == 3
    assert all(dict(each)["SSL_CERT_FILE"] == "/tmp/t/certificates.pem" for each in everywhere)


class WithLog(Hand):
    """pip notes this when it is asked again."""

    def result(self, step: Step) -> Result | None:
        if isinstance(step, ReadFiles) and step.patterns == ("pip.log",):
            lines = (
                "Fetched page https://pypi.example/simple/shop-core/ as text/html",
                "Found link https://files/shop-core-9.zip (from https://pypi.example/simple/shop-core/), version: 9",
                "Could not fetch URL https://team.example/simple/shop-core/: 403 Client Error: Forbidden for url: x",
            )
            return FilesRead(root=step.root, files={"pip.log": "\n".join(lines).encode()})
        return super().result(step)


@pytest.mark.parametrize("several", [True, False])
def test_a_strangers_distribution_may_be_why_pip_failed_where_an_index_refused(*, several: bool) -> None:
    hand = WithLog(environment(), fails="install")
    hand.said = ("ERROR: Cannot install x", "The conflict is caused by: The user requested a a 1 depends on b")
    option = b"--extra-index-url https://team.example/simple\n" if several else b""
    given = msgspec.structs.replace(first(), requirements=requirements(option + b"shop-core\n"))
    _, stopped = converse(given, hand)
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, PipFailed)
    lines = "\n".join(build_log.lines(stopped.said))
    assert ("the package index team.example answered 403 for shop-core" in lines) is several


def test_pipenv_is_asked_again_like_the_pip_that_it_starts() -> None:
    hand = Hand(environment(), fails="synchronise")
    hand.said = ("ERROR: No matching distribution found for nothing==1",)
    turns, stopped = converse(first("pipenv"), hand)
    (program, _) = turns[-1].steps
    assert isinstance(program, RunProgram)
    assert program.argv[-1] == "sync"
    assert dict(program.environment)["PIP_LOG"] == "/tmp/t/pip.log"
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, ToolFailed)


@pytest.mark.parametrize("lines", [b"--extra-index-url https://team.example/simple\nflask\n", b"flask\n", HASHED])
def test_indexes_are_compared_where_several_are_asked_and_no_hash_decides(lines: bytes) -> None:
    given = msgspec.structs.replace(first(), requirements=requirements(lines))
    turns, done = converse(given, Hand(environment(), report=report()))
    asked = [step for turn in turns for step in turn.steps if isinstance(step, RunProgram)]
    compared = [step for step in asked if step.purpose == "compare-indexes"]
    assert bool(compared) is lines.startswith(b"--extra")
    assert isinstance(done, Done)
    for step in compared:
        assert dict(step.environment)["PIP_LOG"] == "/tmp/t/indexes.log"
        # It is asked for its log alone.
        assert step.may_fail
        assert "--dry-run" in step.argv


@pytest.mark.parametrize("path", ["README.md", "/workspace/README.md", "../README.md", "/elsewhere/README.md"])
def test_what_leaves_a_file_out_that_a_build_reads_is_named(path: str) -> None:
    hand = Hand(environment(), fails="install")
    hand.said = (f"OSError: Readme file does not exist: {path}",)
    given = msgspec.structs.replace(first(), elsewhere={".dockerignore": document("*.md\n")})
    _, stopped = converse(given, hand)
    assert isinstance(stopped, Stopped)
    message = "\n".join(describe(stopped.error).do)
    inside = path in ("README.md", f"{given.app_dir}/README.md")
    assert (".dockerignore, line 1 leaves it out (*.md)" in message) is inside


def test_an_application_that_asks_for_itself_is_told_so() -> None:
    line = b"-e git+ssh://git@github.com/example/shop.git@0123456789012345678901234567890123456789#egg=shop\n"
    hand = Hand(environment(), fails="install")
    hand.said = (
        "  Running command git clone --quiet 'ssh://****@github.com/example/shop.git' /layers/venv/src/shop",
        "  git@github.com: Permission denied (publickey).",
    )
    project = ProjectFiles(names=("requirements.txt", "shop"))
    given = msgspec.structs.replace(first(), requirements=requirements(line), project=Success(project))
    turns, stopped = converse(given, hand)
    (advice,) = turns[-1].build.plan.manager.advice
    assert "requirements.txt, line 1 asks for this application itself" in advice
    assert isinstance(stopped, Stopped)
    message = describe(stopped.error)
    found, cure = (" ".join(" ".join(lines).split()) for lines in (message.found, message.do))
    assert "requirements.txt, line 1: -e git+ssh://github.com/example/shop.git" in found
    assert "This is the application itself" in cure


def test_a_runtime_that_is_another_python_ends_the_build() -> None:
    class Other(Hand):
        def result(self, step: Step) -> Result | None:
            if isinstance(step, RunProgram) and step.purpose == "probe":
                return Ended(program=step, returncode=0, said=("3.9",))
            return super().result(step)

    _, stopped = converse(first(), Other())
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, RuntimeDoesNotStart)
    assert stopped.error.output == ("it says that it is Python 3.9",)
    assert told(stopped.said) == ["RuntimeArrived"]


# One that says its version starts, however the rest of the question ends.
@pytest.mark.parametrize(("ended", "starts"), [(0, True), (1, True), (1, False), (127, False)])
def test_what_is_said_beside_the_answer_makes_no_other_python(ended: int, *, starts: bool) -> None:
    complaint = "/l/python/bin/python3: libz.so.1: no version information available"

    class Noisy(Hand):
        def result(self, step: Step) -> Result | None:
            if isinstance(step, RunProgram) and step.purpose == "probe":
                return Ended(program=step, returncode=ended, said=(complaint, *((FIRST_VERSION,) if starts else ())))
            return super().result(step)

    turns, end = converse(first(), Noisy(environment(), report=report()))
    # Whether it starts or not, what was fetched and unpacked is told.
    assert "RuntimeArrived" in [*(name for turn in turns for name in told(turn.said)), *told(end.said)]
    assert isinstance(end, Done) if starts else isinstance(end, Stopped)
    if isinstance(end, Stopped):
        assert isinstance(end.error, RuntimeDoesNotStart)
        assert end.error.output == (complaint,)


@pytest.mark.parametrize(
    ("wheels", "carried", "wanted"),
    [
        ({"pip": "/l/pip/seed/pip-1.whl", "": "/own/pip-2.whl"}, None, "/l/pip/seed/pip-1.whl"),
        ({"uv": "/l/uv/seed/pip-1.whl", "": "/own/pip-2.whl"}, None, "/l/uv/seed/pip-1.whl"),
        ({"": "/own/pip-2.whl"}, None, "/own/pip-2.whl"),
        ({"pip": "/l/pip/seed/pip-1.whl", "": "/own/pip-2.whl"}, "/cnb/wheels/pip-3.whl", "/cnb/wheels/pip-3.whl"),
        ({}, "/cnb/wheels/pip-3.whl", "/cnb/wheels/pip-3.whl"),
        ({}, None, None),
    ],
)
def test_which_wheel_seeds_the_tool(wheels: dict[str, str], carried: str | None, wanted: str | None) -> None:
    given = rebuilt(first())
    layers = {name: each for name, each in given.restored.items() if name != "pip"}
    # A runtime that is there brings no wheel of its own.
    layers["python"] = msgspec.structs.replace(layers["python"], contents=True)
    given = msgspec.structs.replace(given, restored=layers, seed_wheels=wheels, carried_pip=carried)
    turns, end = converse(given, Hand(environment(), report=report()))
    if wanted is None:
        assert isinstance(end, Stopped)
        assert isinstance(end.error, NoPipWheel)
        return
    assert next(s.source for turn in turns for s in turn.steps if isinstance(s, CopyFile)) == wanted
    # The wheel is safe before the layer that it may lie in is begun anew.
    seeded = next(turn for turn in turns if any(isinstance(step, CopyFile) for step in turn.steps))
    kinds = [type(step) for step in seeded.steps]
    assert kinds.index(CopyFile) < len(kinds) - 1 - kinds[::-1].index(BeginLayer)


@pytest.mark.parametrize(("carried", "at_hand"), [(f"pip-{PINNED_PIP}-py3-none-any.whl", True), ("pip-1.whl", False)])
def test_pip_comes_from_the_buildpack_and_no_setting_keeps_it_from_there(carried: str, *, at_hand: bool) -> None:
    given = rebuilt(first())
    layers = {name: each for name, each in given.restored.items() if name != "pip"}
    variables = {**given.variables, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "vendor"}
    given = msgspec.structs.replace(
        given, restored=layers, carried_pip=f"/cnb/wheels/{carried}", variables=variables, seed_wheels={"": "/own/pip"}
    )
    turns, _ = converse(given, Hand(environment(), report=report()))
    steps = [step for turn in turns for step in turn.steps]
    assert next(step.source for step in steps if isinstance(step, CopyFile)) == f"/cnb/wheels/{carried}"
    program = next(s for s in steps if isinstance(s, RunProgram) and s.purpose == "install-tool")
    assert ("--no-index" in program.argv) is at_hand
    assert ("PIP_FIND_LINKS" in dict(program.environment)) is not at_hand


@pytest.mark.parametrize("minors", [("3.13", "3.14"), ("3.14",)])
@pytest.mark.parametrize("tool", ["uv", "poetry"])
def test_a_tool_that_the_buildpack_carries_is_installed_from_there(minors: tuple[str, ...], tool: str) -> None:
    given = first(tool)
    given = msgspec.structs.replace(
        given,
        carried=given.catalogue,
        buildpack_dir="/cnb/lamina",
        carried_tools={tool: minors},
        carried_pip="/cnb/lamina/wheels/pip-26.0-py3-none-any.whl",
        variables={**given.variables, "PIP_INDEX_URL": "https://user:token@index.example/simple"},
    )
    plan = planned(given)
    turns, _ = converse(given, Hand(environment(), report=report()))
    program = next(s for turn in turns for s in turn.steps if isinstance(s, RunProgram) and s.purpose == "install-tool")
    carried = plan.python.runtime.minor in minors
    assert (program.argv[-8:-5] == ("--no-index", "--find-links", "/cnb/lamina/wheels")) is carried, program.argv
    assert ("PIP_INDEX_URL" in dict(program.environment)) is not carried
    assert any("no index is asked for it" in reason for reason in plan.manager.because) is carried


def test_declared_folders_are_the_applications_and_not_the_tools() -> None:
    given = first()
    project = ProjectFiles(names=given.names, wheelhouses={"vendor": Wheelhouse(wheels=1, sources=0)})
    variables = {**given.variables, "BP_PIP_FIND_LINKS": "vendor"}
    given = msgspec.structs.replace(given, variables=variables, project=Success(project))
    turns, _ = converse(given, Hand(environment(), report=report()))
    programs = [step for turn in turns for step in turn.steps if isinstance(step, RunProgram)]
    installs = [dict(each.environment) for each in programs if each.purpose in ("resolve", "install")]
    assert installs
    for each in installs:
        assert (each["PIP_FIND_LINKS"], each["PIP_NO_INDEX"]) == (f"{given.app_dir}/vendor", "1")
    (tool,) = (dict(each.environment) for each in programs if each.purpose == "install-tool")
    assert "PIP_FIND_LINKS" not in tool
    assert "PIP_NO_INDEX" not in tool


@pytest.mark.parametrize("manager", ["uv", "poetry", "pipenv", "pdm", "pylock"])
def test_declared_folders_are_told_to_those_only_that_take_something_from_there(manager: str) -> None:
    given = first(manager)
    project = msgspec.structs.replace(
        given.project.unwrap() if given.project else ProjectFiles(),
        wheelhouses={"vendor": Wheelhouse(wheels=1, sources=0)},
    )
    variables = {**given.variables, "BP_PIP_FIND_LINKS": "vendor"}
    given = msgspec.structs.replace(given, variables=variables, project=Success(project))
    turns, _ = converse(given, Hand(environment(), report=report()))
    programs = (step for turn in turns for step in turn.steps if isinstance(step, RunProgram))
    told = [dict(each.environment).get("PIP_NO_INDEX") for each in programs if each.purpose == "synchronise"]
    heeds = manager == "pipenv"
    assert told
    assert set(told) == {"1" if heeds else None}
    assert any("$BP_PIP_FIND_LINKS has no effect" in each for each in planned(given).unheard) is not heeds


def test_the_table_names_every_state() -> None:
    assert table().keys() == {each.__name__ for each in states.State.__args__}


def test_equal_builds_take_equal_turns() -> None:
    def encoded(turn: Turn) -> tuple[Build, object]:
        return turn.build, turn.steps

    one, _ = converse(first(), Hand(environment(), report=report()))
    other, _ = converse(first(), Hand(environment(), report=report()))
    assert [encoded(each) for each in one] == [encoded(each) for each in other]


def test_what_was_done_before_an_effect_that_cannot_be_had_is_told() -> None:
    turn = conversation.begin(first(), hide=HIDE).unwrap()
    arrived = RuntimeInstalled(nbytes=1, fetched_in=0, files=1, left_out=0, unpacked_in=0, wheel=None, size=5)
    full = DiskFull(task="compile", path="/layers", detail="No space left on device")
    ended = conversation.advance(turn.build, Answer(results=(arrived,), missed=full))
    assert isinstance(ended, Failure)
    assert ended.failure().error == full
    assert [each.installed for each in ended.failure().said if isinstance(each, news.RuntimeArrived)] == [arrived]


def test_what_is_compiled_is_told() -> None:
    class Compiling(Hand):
        def result(self, step: Step) -> Result | None:
            if type(step).__name__ == "CompileBytecode":
                return Compiled(compiled=2, current=3, seconds=0.5)
            return super().result(step)

    turns, _ = converse(first(), Compiling(environment(), report=report()))
    assert sum(isinstance(each, news.BytecodeCompiled) for turn in turns for each in turn.said) == 3
    lines = build_log.lines((news.BytecodeCompiled(compiled=Compiled(compiled=2, current=3, seconds=0.5)),))
    assert lines == ("  Compiled 2 modules in 0.5 s, kept that of 3",)


def test_the_plan_is_that_of_the_command() -> None:
    begun = begin(first(), hide=HIDE)
    assert not isinstance(begun, Failure)
    assert begun.unwrap().build.plan == planned(first())
