"""What a tool did to an environment, and why it was asked to do it again."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.build.environment_steps import state_of
from pure.build.steps import RemoveFiles, Steps, WriteFiles
from pure.build.synchronising import changes, prepare, redone, resolved, tidy
from pure.build.workplace import Workplace
from pure.report.build_log import changes_lines
from pure.venv.difference import RedoReason
from pure.venv.installed import InstalledSet, parse_installed
from pure.venv.resolved import ResolvedSet
from pure.venv.state import Insight, VenvState

from tests.strategies_locked import FIRST, locking
from tests.strategies_locked import locked as locked_facts
from tests.strategies_plan import planned

URLS = {
    "a local folder": {"url": "file:///workspace/mine", "dir_info": {}},
    "editable": {"url": "file:///workspace/mine", "dir_info": {"editable": True}},
    "a local wheel": {"url": "file:///workspace/mine-1.0-py3-none-any.whl", "archive_info": {}},
    "a local source archive": {"url": "file:///workspace/mine-1.0.tar.gz", "archive_info": {}},
    "a local path": None,
}


@pytest.mark.parametrize("what", URLS)
def test_what_is_made_anew_is_called_what_it_is(what: str) -> None:
    files = {
        "mine-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n",
        "mine-1.0.dist-info/RECORD": b"mine.py,,\nmine-1.0.dist-info/METADATA,,\nmine-1.0.dist-info/RECORD,,\n",
    }
    if URLS[what] is not None:
        files["mine-1.0.dist-info/direct_url.json"] = json.dumps(URLS[what]).encode()
    installed = parse_installed(files, python_minor="3.13")
    (line,) = changes_lines(changes(installed, installed, {"mine": None}))
    assert line == f"    ~ mine 1.0 ({what}, and so installed anew each time)"


WORK = Workplace(
    layers="/layers/lamina_python", app="/workspace", project="/workspace", buildpack="/cnb", temporary="/tmp/t"
)
NAMES = ("fixed", "mine", "moves", "repository")


def _installed(*names: str) -> InstalledSet:
    files: dict[str, bytes] = {}
    for name in names:
        info = f"{name}-1.0.dist-info"
        files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
        files[f"{info}/RECORD"] = f"{name}.py,,\n{info}/METADATA,,\n{info}/RECORD,,\n".encode()
        if name == "repository":
            about = {"url": "https://host.example/r", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}
            files[f"{info}/direct_url.json"] = json.dumps(about).encode()
    return parse_installed(files, python_minor="3.13")


def _before(
    recorded: dict[str, str], locked: dict[str, str], **names: tuple[str, ...]
) -> tuple[dict[str, RedoReason | None], Steps]:
    facts = locked_facts(FIRST, "uv")
    plan = planned(facts)
    assert plan.package_manager is not None
    decided = locking(plan.package_manager, artefacts=tuple(locked.items()), **names)
    state = VenvState(resolved=ResolvedSet(), artefacts=tuple(recorded.items()))
    plan = msgspec.structs.replace(plan, package_manager=decided, previous=state)
    anew = redone(plan, _installed(*NAMES), frozenset())
    return anew, prepare(plan, facts, WORK, _installed(*NAMES), anew)


@given(
    recorded=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1", "2"])),
    locked=st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1", "2"])),
)
def test_what_the_lock_has_another_artefact_for_is_taken_out(recorded: dict[str, str], locked: dict[str, str]) -> None:
    anew, steps = _before(recorded, locked)
    # What the lock doesn't name is the tool's to remove.
    assert set(anew) == {name for name in locked if locked[name] != recorded.get(name)}
    removed = {path for step in steps if isinstance(step, RemoveFiles) for path in step.files}
    for name in NAMES:
        assert (f"lib/python3.13/site-packages/{name}.py" in removed) is (name in anew)


def test_why_something_is_made_anew_is_told() -> None:
    anew, _ = _before({"fixed": "1", "repository": "1"}, {"fixed": "2", "repository": "2"}, local=("Mine",))
    assert anew == {"fixed": "artefact_changed", "repository": "origin_changed", "mine": None}
    moving, _ = _before({}, {}, moving=("Moves", "repository"))
    assert moving == {"moves": "without_hash", "repository": "vcs_without_commit"}
    installed = _installed(*NAMES)
    lines = changes_lines(changes(installed, installed, {**anew, **moving}))
    assert "    ~ fixed 1.0 (its archive has another hash now)" in lines
    assert "    ~ moves 1.0 (its lock has no hash for it, and so installed anew each time)" in lines


def test_only_what_is_installed_is_recorded() -> None:
    facts = locked_facts(FIRST, "uv")
    plan = planned(facts)
    assert plan.package_manager is not None
    decided = locking(plan.package_manager, artefacts=(("fixed", "1"), ("not-installed", "2")))
    plan = msgspec.structs.replace(plan, package_manager=decided)
    installed = _installed(*NAMES)
    state = state_of(plan, resolved(installed), Insight())
    assert state.artefacts == (("fixed", "1"),)


@pytest.mark.parametrize("installer", ["pdm", "uv"])
def test_the_marks_of_a_tool_that_does_not_keep_them_up_to_date_are_taken_out(installer: str) -> None:
    info = "mine-1.0.dist-info"
    marked = {
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n",
        f"{info}/RECORD": f"mine.py,,\n{info}/RECORD,,\n{info}/REQUESTED,,\n".encode(),
        f"{info}/REQUESTED": b"",
        f"{info}/INSTALLER": f"{installer}\n".encode(),
    }
    installed = parse_installed(marked, python_minor="3.13")
    metadata = {f"{installed.site_packages}/{path}": raw for path, raw in marked.items()}
    steps = tidy(WORK, installed, metadata)[1:]
    if installer == "uv":
        # It marks everything, whoever asked for it.
        assert steps == ()
        return
    record = f"{installed.site_packages}/{info}/RECORD"
    root = WORK.venv
    assert steps == (
        WriteFiles(root=root, files=((record, f"mine.py,,\n{info}/RECORD,,\n".encode()),)),
        RemoveFiles(root=root, files=(f"{installed.site_packages}/{info}/REQUESTED",)),
    )
