"""What is decided over each example, so that a pull request shows which decisions it changes."""

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest
from pure.build.estimate import Estimate, estimated
from pure.build.plan import Plan
from pure.outcome import Success
from pure.report.record import encode_record, record
from pure.target import Target
from shell.world import read_facts

from pure.report import build_log
from tests.examples import EXAMPLES, laid_out
from tests.golden import check_golden
from tests.places import ROOT
from tests.strategies_plan import planned

# As Paketo's and Google's users have them, and one that nobody reads.
FOREIGN = {
    "BP_IMAGE_LABELS": 'team=shop owner="The Shop"',
    "BP_OCI_TITLE": "Shop",
    "BP_PIP_DEST_PATH": "vendor",
    "BP_PIP_REQUIREMENT": "requirements.txt",
    "BP_PYTHON_VERISON": "3.12",
    "GOOGLE_FUNCTION_TARGET": "hello",
    "GOOGLE_PYTHON_VERSION": "3.13.x",
}


def _plan(example: str, nowhere: Path, *files: str, **variables: str) -> tuple[Plan, Estimate | None]:
    app = nowhere / "app"
    laid_out(example, app)
    for name in files:
        (app / name).touch()
    # Neither this machine's variables nor its configuration of pip take part.
    read = read_facts(
        buildpack=ROOT,
        app=app,
        layers=nowhere / "layers",
        plan=None,
        environ={"PIP_CONFIG_FILE": "/dev/null", **variables},
    )
    assert isinstance(read, Success), read
    target = Target(os="linux", arch="amd64")
    facts = msgspec.structs.replace(read.unwrap(), today=date(2026, 11, 22), target=target, carried=None)
    plan = planned(facts)
    return plan, estimated(plan, facts)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_plan_as_it_is_printed(example: str, tmp_path: Path) -> None:
    plan, estimate = _plan(example, tmp_path)
    check_golden(f"plan_{example}", "\n".join(build_log.plan("0.0.0", plan, estimate=estimate)))


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_plan_as_it_is_recorded(example: str, tmp_path: Path) -> None:
    plan, estimate = _plan(example, tmp_path)
    recorded = record(plan, version="0.0.0", redact=str, estimate=estimate)
    # Whatever is changed in a program changes its digest.
    text = re.sub(r'"program": "[0-9a-f]{64}"', '"program": "<digest>"', encode_record(recorded).decode())
    check_golden(f"plan_{example}", text, suffix=".json")


def test_other_builders_names_in_plan_and_record(tmp_path: Path) -> None:
    plan, _ = _plan("pip-flask", tmp_path, "Aptfile", "nltk.txt", **FOREIGN)
    check_golden("plan_foreign", "\n".join(build_log.plan("0.0.0", plan)))
    recorded = record(plan, version="0.0.0", redact=str)
    assert recorded.unheard == plan.unheard
    assert recorded.labels == {"org.opencontainers.image.title": "Shop", "owner": "The Shop", "team": "shop"}
