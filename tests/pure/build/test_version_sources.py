"""What a user sees of the sources of the Python version: in the plan, in the log and in the record."""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest
from pure.build.facts import Facts
from pure.build.plan import Plan, decide
from pure.outcome import Failure, Success
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from pure.python.offer import CatalogueText
from pure.report.prose.describe import describe
from pure.report.record import encode_record, record
from pure.target import Distro, Target
from shell.world import read_facts

from pure.report import build_log
from tests.golden import check_golden
from tests.places import ROOT

VERSIONS = ("3.11.9", "3.12.9", "3.13.9", "3.14.9")

FILES = {
    "requirements.txt": "flask\n",
    "runtime.txt": "python-3.13\n",
    "pyproject.toml": '[project]\nname = "app"\nrequires-python = ">=3.12"\n',
    "setup.cfg": "[options]\npython_requires = <3.13.9\n",
    ".tool-versions": "python 3.12.9 system\n",
    "mise.toml": "[tools\n",
}


@pytest.fixture(name="app")
def _app(tmp_path: Path) -> Path:
    app = tmp_path / "app"
    app.mkdir()
    for name, text in FILES.items():
        (app / name).write_text(text)
    return app


def facts_of(app: Path, **environ: str) -> Facts:
    read = read_facts(buildpack=ROOT, app=app, layers=app.parent / "layers", plan=None, environ=environ)
    assert isinstance(read, Success)
    runtimes = tuple(
        Runtime(version=each, os="linux", arch="amd64", url=f"https://archives.invalid/{each}.tar.gz", sha256="0" * 64)
        for each in (*VERSIONS, "3.13.8")
    )
    return msgspec.structs.replace(
        read.unwrap(),
        target=Target(os="linux", arch="amd64", distro=Distro(name="debian", version="12")),
        today=date(2026, 11, 1),
        catalogue=CatalogueText(raw=encode_catalogue(Catalogue(runtimes=runtimes)), origin="data/cpython.json"),
        carried=None,
    )


def plan_of(app: Path, **environ: str) -> Plan:
    decided = decide(facts_of(app, **environ))
    assert isinstance(decided, Success)
    return decided.unwrap()


def test_the_plan_names_every_source_with_what_became_of_it(app: Path) -> None:
    shown = list(build_log.python(plan_of(app), tense=build_log.WOULD))
    (app / "setup.cfg").unlink()
    shown += build_log.python(plan_of(app, BP_PYTHON_VERSION="3.12"))
    (app / "runtime.txt").unlink()
    shown += build_log.python(plan_of(app))
    check_golden("version_sources", "\n".join(shown).lstrip())


def test_the_record_names_what_is_ignored(app: Path) -> None:
    found = json.loads(encode_record(record(plan_of(app), version="0", redact=str)))["python"]["ignored"]
    assert found[0] == {
        "source": "pyproject.toml, line 3",
        "text": ">=3.12",
        "because": "runtime.txt, line 1 comes first, and Python 3.13.8 satisfies this as well",
    }
    assert [each["source"] for each in found[1:]] == [".tool-versions, line 1"] * 2 + ["mise.toml, line 1"]


def test_a_contradiction_is_explained(app: Path) -> None:
    decided = decide(facts_of(app, BP_CPYTHON_VERSION="3.11"))
    assert isinstance(decided, Failure)
    message = describe(decided.failure())
    assert message.found == ("$BP_CPYTHON_VERSION: 3.11", "pyproject.toml, line 3: >=3.12")


def test_only_files_in_the_root_are_read(app: Path) -> None:
    (app / "mise.toml").unlink()
    (app / "mise.toml").mkdir()
    (app / "inner").mkdir()
    (app / "inner" / ".python-version").write_text("3.11")
    (app / "runtime.txt").unlink()
    (app / "uv.lock").symlink_to(app / "nowhere")
    (app / "pylock.web.toml").write_text('requires-python = ">=3.13"')
    assert set(facts_of(app).version_files) == {"pyproject.toml", "setup.cfg", ".tool-versions"}
    named = facts_of(app, BP_PYLOCK="pylock.web.toml").version_files
    assert named["pylock.web.toml"].raw == b'requires-python = ">=3.13"'


def test_another_name_cannot_leave_the_root(app: Path) -> None:
    (app.parent / "pylock.toml").write_text("x")
    assert "../pylock.toml" not in facts_of(app, BP_PYLOCK="../pylock.toml").version_files
