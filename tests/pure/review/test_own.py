"""Which decisions of a plan are the application's own."""

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.estimate import estimated
from pure.build.facts import Facts
from pure.outcome import Success
from pure.python.catalogue import Catalogue, Runtime, decode_catalogue, encode_catalogue
from pure.report.decided import decisions
from pure.review.differing import changed_decisions
from pure.review.golden import GoldenPlan, encode_golden
from pure.review.own import golden_plan
from pure.target import Target
from shell.world import read_facts

from tests.examples import EXAMPLES, laid_out
from tests.golden import check_golden
from tests.places import ROOT
from tests.strategies_plan import after, facts, planned


def golden(found: Facts) -> GoldenPlan:
    plan = planned(found)
    return golden_plan(plan, app=found.app_dir, estimate=estimated(plan, found), redact=str)


def read(example: str, nowhere: Path, **variables: str) -> Facts:
    app = nowhere / "app"
    laid_out(example, app)
    environ = {"PIP_CONFIG_FILE": "/dev/null", **variables}
    found = read_facts(buildpack=ROOT, app=app, layers=nowhere / "layers", plan=None, environ=environ)
    assert isinstance(found, Success), found
    return msgspec.structs.replace(
        found.unwrap(), today=date(2026, 11, 22), target=Target(os="linux", arch="amd64"), carried=None
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_golden_plan_of_an_example(example: str, tmp_path: Path) -> None:
    text = encode_golden(golden(read(example, tmp_path))).decode()
    check_golden(f"golden_{example}", text, suffix=".json")
    assert str(tmp_path) not in text
    assert str(ROOT) not in text


def later(found: Facts) -> Facts:
    """The same application with a later buildpack: other releases of Python's minor versions, and of pip."""
    known = decode_catalogue(found.catalogue.raw, origin="x").unwrap().runtimes
    newer = {(each.version.rpartition(".")[0], each.os, each.arch): _newer(each) for each in known}.values()
    raw = encode_catalogue(Catalogue(runtimes=(*known, *newer)))
    pin = re.sub(r"^pip==\S+", "pip==99.1", found.pip_pin, flags=re.MULTILINE)
    catalogue = msgspec.structs.replace(found.catalogue, raw=raw)
    return msgspec.structs.replace(found, version="99.0", catalogue=catalogue, pip_pin=pin)


def _newer(runtime: Runtime) -> Runtime:
    minor, _, _ = runtime.version.rpartition(".")
    return msgspec.structs.replace(runtime, version=f"{minor}.999", sha256="e" * 64)


@pytest.mark.parametrize("example", ["pip-flask", "fastapi-uv"])
def test_a_later_buildpack_changes_no_byte(example: str, tmp_path: Path) -> None:
    found = read(example, tmp_path)
    assert planned(later(found)).python.version.endswith(".999")
    assert encode_golden(golden(later(found))) == encode_golden(golden(found))


@settings(max_examples=30, deadline=None)
@given(facts(), st.booleans())
def test_what_earlier_builds_left_changes_no_decision(first: Facts, again: bool) -> None:
    second = after(first, planned(first)) if again else first
    assert changed_decisions(golden(first), golden(second)) == ()


@pytest.mark.parametrize(
    ("variables", "name", "decided", "by"),
    [
        ({"BP_PYTHON_VERSION": "3.13"}, "python", "3.13", "$BP_PYTHON_VERSION"),
        ({"BP_PYTHON_VERSION": "3.13.1"}, "python", "3.13.1", "$BP_PYTHON_VERSION"),
        ({"BP_PYTHON_VERSION": "==3.13.1"}, "python", "3.13.1", "$BP_PYTHON_VERSION"),
        ({"BP_PYTHON_VERSION": ">=3.13.1,<3.14"}, "python", "3.13", "$BP_PYTHON_VERSION"),
        ({"BP_PIP_VERSION": "26.*"}, "version of pip", "26.*", "$BP_PIP_VERSION"),
        ({"BP_PIP_VERSION": "25.3"}, "version of pip", "25.3", "$BP_PIP_VERSION"),
        ({"BP_PYTHON_PACKAGE_MANAGER": "uv"}, "package manager", "uv-pip", "requirements.txt"),
        ({"BP_PYTHON_DIVIDE": "false"}, "dependencies divided over layers", "no", ""),
        ({"BP_OCI_TITLE": "Shop"}, "label org.opencontainers.image.title", "Shop", "$BP_OCI_TITLE"),
        ({"BP_PYTHON_BUILD_COMMAND": "make css"}, "build commands", "make css", "$BP_PYTHON_BUILD_COMMAND"),
    ],
)
def test_what_the_application_asks_for_is_its_decision(
    variables: dict[str, str], name: str, decided: str, by: str, tmp_path: Path
) -> None:
    before, now = golden(read("pip-flask", tmp_path / "a")), golden(read("pip-flask", tmp_path / "b", **variables))
    assert (now.decisions[name].decided, now.decisions[name].by) == (decided, by)
    assert name in [each.name for each in changed_decisions(before, now)]


@pytest.mark.parametrize(
    ("variables", "decided", "by"),
    [
        ({}, "web", "pylock.toml"),
        ({"BP_PYTHON_GROUPS": "docs"}, "docs, web", "$BP_PYTHON_GROUPS, pylock.toml"),
    ],
)
def test_groups_are_those_that_are_asked_for_and_the_locks_own(
    variables: dict[str, str], decided: str, by: str, tmp_path: Path
) -> None:
    read("streamlit-pylock", tmp_path)
    lock = tmp_path / "app" / "pylock.toml"
    groups = 'dependency-groups = ["docs", "web"]\ndefault-groups = ["web"]\n'
    lock.write_text(lock.read_text().replace("requires-python", f"{groups}requires-python", 1))
    environ = {"PIP_CONFIG_FILE": "/dev/null", **variables}
    found = read_facts(buildpack=ROOT, app=tmp_path / "app", layers=tmp_path, plan=None, environ=environ).unwrap()
    decision = golden(found).decisions["groups"]
    assert (decision.decided, decision.by) == (decided, by)
    manager = decisions(planned(found), None).manager
    assert manager is not None
    assert (", ".join(manager.groups), manager.groups_by) == (decided, by)


@pytest.mark.parametrize("pin", ["0.13.9", "0.14.0"])
def test_a_demanded_tool_is_a_decision_whatever_is_pinned(pin: str, tmp_path: Path) -> None:
    found = read("fastapi-uv", tmp_path)
    assert "version of uv" not in golden(found).decisions
    app = tmp_path / "app"
    (app / "pyproject.toml").write_text(
        (app / "pyproject.toml").read_text() + '[tool.uv]\nrequired-version = "==0.13.9"\n'
    )
    again = read_facts(
        buildpack=ROOT, app=app, layers=tmp_path, plan=None, environ={"PIP_CONFIG_FILE": "/dev/null"}
    ).unwrap()
    pins = {**again.tool_pins, "uv": re.sub(r"^uv==\S+", f"uv=={pin}", again.tool_pins["uv"], flags=re.MULTILINE)}
    decided = golden(msgspec.structs.replace(again, tool_pins=pins)).decisions["version of uv"]
    assert (decided.decided, decided.by) == ("0.13.9", "pyproject.toml")


def test_a_line_further_down_changes_nothing(tmp_path: Path) -> None:
    (one, other) = (tmp_path / "one", tmp_path / "other")
    plans = []
    for folder, text in ((one, "3.13\n"), (other, "# ours\n\n3.13\n")):
        laid_out("pip-flask", folder / "app")
        (folder / "app" / ".python-version").write_text(text)
        found = read_facts(
            buildpack=ROOT, app=folder / "app", layers=folder, plan=None, environ={"PIP_CONFIG_FILE": "/dev/null"}
        )
        plans.append(encode_golden(golden(found.unwrap())))
    assert plans[0] == plans[1]
    assert b'".python-version asks for 3.13"' in plans[0]
