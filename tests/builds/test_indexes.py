"""What whole builds say of several package indexes: one that refuses to answer, and a name that lies on two."""

import json

import pytest

from tests.builds.workshop import Bench, hashed
from tests.file_server import serving
from tests.local_index import make_wheel, serve

WORDS = "your own names may be somebody else's"


@pytest.mark.parametrize("status", [401, pytest.param(403, marks=pytest.mark.heavy)])
def test_an_index_that_refuses_is_told_though_another_has_the_name(bench: Bench, status: int) -> None:
    bench.require("--extra-index-url ${TEAM_INDEX}", "alpha")
    make_wheel(bench.root / "public", "alpha", "1.0", {"alpha.py": ""})
    with serve(bench.root / "public") as public, serving(lambda exchange: exchange.answer(status)) as team:
        env = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "PIP_INDEX_URL": f"http://{public}/simple/"}
        team_index = f"{team.url.replace('://', '://reader:hunter2secret@')}/simple/"
        built = bench.build({**env, "TEAM_INDEX": team_index})
    assert f"Warning: the package index 127.0.0.1 answered {status} for alpha,\n" in built.log
    assert WORDS in built.log
    record = json.loads((bench.own / "lamina-record.json").read_text())
    assert any(WORDS in each for each in record["findings"])
    assert "hunter2secret" not in built.log


@pytest.mark.heavy
def test_a_name_on_two_indexes_is_told_unless_hashes_leave_no_choice(bench: Bench) -> None:
    make_wheel(bench.root / "one", "alpha", "1.0", {"alpha.py": ""})
    make_wheel(bench.root / "two", "alpha", "2.0", {"alpha.py": ""})
    bench.require("alpha")
    with serve(bench.root / "one") as one, serve(bench.root / "two") as two:
        env = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "PIP_INDEX_URL": f"http://{one}/simple/"}
        env |= {"PIP_EXTRA_INDEX_URL": f"http://{two}/simple/"}
        built = bench.build(env)
        assert "Warning: several package indexes (127.0.0.1) have alpha,\n" in built.log
        assert bench.versions() == {"alpha": "2.0"}
        bench.require(*hashed(bench.root / "one", "alpha==1.0").splitlines())
        built = bench.build(env)
    assert "several package indexes" not in built.log
    assert bench.versions() == {"alpha": "1.0"}
