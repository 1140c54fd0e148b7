"""The words about what was found and is no error."""

import subprocess
import tomllib

import pytest
from pure.build.finding import Finding
from pure.build.news import FindingsMade
from pure.complaints.commands import LeftInLayers
from pure.complaints.imports import BrokenProgram, ImportReason
from pure.complaints.indexes import IndexPassedOver, OnSeveralIndexes
from pure.project.baggage import Baggage
from pure.report.prose.apt import apt_lines, missing_packages
from pure.venv.lacks import Contradiction, MissingLibraries

from pure.report import build_log
from tests.golden import check_golden

FINDINGS: tuple[Finding, ...] = (
    Baggage(path="venv", kind="environment", size=48_300_000, more=True),
    Baggage(path="web/node_modules", kind="packages", size=1_200_000),
    Baggage(path=".git", kind="history", size=9_400_000),
    MissingLibraries(
        distribution="opencv-python",
        path="lib/python3.13/site-packages/cv2/cv2.abi3.so",
        libraries=("libGL.so.1", "libgthread-2.0.so.0"),
        packages=("libgl1", "libglib2.0-0"),
        instead=("opencv-python-headless (the same module, without windows)",),
    ),
    MissingLibraries(distribution="psycopg", path="", libraries=("libpq.so",), packages=("libpq5",), instead=()),
    MissingLibraries(
        distribution="", path="lib/python3.13/site-packages/x.so", libraries=("libnew.so.9",), packages=(), instead=()
    ),
    Contradiction(distribution="flask", version="3.1.0", demand="werkzeug>=3.1", name="werkzeug", found="2.3"),
    Contradiction(distribution="flask", version="3.1.0", demand="click>=8", name="click", found=""),
    BrokenProgram(
        names=("gunicorn",),
        last="ModuleNotFoundError: No module named 'pkg_resources'",
        reason=ImportReason(kind="pkg_resources", subject="pkg_resources", importer="gunicorn"),
    ),
    IndexPassedOver(host="pip.example.com", status=401, names=("shop-core", "shop-ui")),
    IndexPassedOver(host="pip.example.com", status=0, names=("shop-core",)),
    OnSeveralIndexes(hosts=("pip.example.com", "index.example.com"), names=("shop-core",)),
    BrokenProgram(names=("celery", "flask"), last="Segmentation fault", reason=None),
    LeftInLayers(paths=("venv/lib/python3.13/site-packages/alpha/cache.db",), number=3),
)


def test_the_words() -> None:
    # As the log has them: what system packages there are to add comes once, after all that miss one.
    lines = [line.removeprefix("  ") for line in build_log.lines((FindingsMade(findings=FINDINGS),))]
    check_golden("findings", "\n".join(lines) + "\n")
    assert max(map(len, lines)) <= 118


def test_the_snippet_for_an_apt_buildpack_is_what_its_readers_take() -> None:
    packages = missing_packages(FINDINGS)
    assert packages == ("libgl1", "libglib2.0-0", "libpq5")
    said = apt_lines(packages)
    snippet = "\n".join(said[said.index("or project.toml:") + 1 :])
    assert tomllib.loads(snippet)["com"]["heroku"]["buildpacks"]["deb-packages"] == {"install": list(packages)}
    (command,) = (line for line in said if "Aptfile" in line and line.startswith("  "))
    printed = subprocess.run(["sh", "-c", command.rpartition(">>")[0]], capture_output=True, text=True, check=True)
    assert printed.stdout.split() == list(packages)


@pytest.mark.parametrize("packages", [(), ("build-essential",)])
def test_a_compiler_is_nothing_for_a_layer(packages: tuple[str, ...]) -> None:
    assert apt_lines(packages) == ()


def test_each_kind_has_an_example() -> None:
    assert {type(each) for each in FINDINGS} == set(Finding.__args__)
