"""What other buildpacks get of a build, and what of it is left to the next provider."""

import itertools

import msgspec
import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.plan import Plan
from pure.layers.decision import EVERYWHERE, FOR_BUILDS, TYPES
from pure.lifecycle.build_plan import DetectAnswer, Require, Sections, parse_build_plan, resolve
from pure.manager.table import TOOLS, ToolName
from pure.outcome import Failure, Success
from pure.project.detection import OFFERED, OWN, PYTHON_NAMES, Passed, detect
from pure.report.composing import build_toml, composition_lines
from pure.report.record import record

from tests.pure.build.test_conversation import first
from tests.strategies_plan import planned

OURS = [{"name": name, "metadata": {OWN: True}} for name in OFFERED]


def required(manager: str, *entries: dict[str, object]) -> Plan:
    raw = tomli_w.dumps({"entries": [*OURS, *entries]}).encode()
    return planned(msgspec.structs.replace(first(manager), buildpack_plan=raw))


def entry(name: str, **metadata: object) -> dict[str, object]:
    return {"name": name, "metadata": metadata}


@pytest.mark.parametrize("manager", TOOLS)
def test_without_others_nothing_changes_and_nothing_is_said(manager: str) -> None:
    plan = required(manager)
    assert plan == planned(first(manager))
    assert (build_toml(plan), composition_lines(plan.composition)) == ({}, ())


@pytest.mark.parametrize("manager", TOOLS)
@pytest.mark.parametrize("name", OFFERED)
def test_each_name_is_given_where_it_can_be(manager: ToolName, name: str) -> None:
    can = name not in TOOLS or name == manager
    plan = required(manager, entry(name, build=True))
    assert plan.packing.pack is not can
    python, venv = plan.decided("python"), plan.decided("venv")
    assert (python.types == venv.types == EVERYWHERE) is can
    assert plan.decided(manager).types == (FOR_BUILDS if can else TYPES[manager])
    assert build_toml(plan) == ({} if can else {"unmet": [{"name": name}]})
    told = record(plan, version="1", redact=str).required[name]
    assert (told.build, told.launch, bool(told.unmet)) == (True, False, not can)

    at_launch = required(manager, entry(name, launch=True))
    assert at_launch.packing.pack
    assert at_launch.layers == planned(first(manager)).layers
    assert bool(build_toml(at_launch)) is (name in TOOLS)


def test_requirers_are_merged() -> None:
    plan = required(
        "pip", entry("site-packages", launch=True), entry("site-packages", build=True), entry("pip", build=True)
    )
    assert composition_lines(plan.composition) == (
        "",
        "For other buildpacks",
        "  site-packages: required at build and launch",
        "  pip: required at build",
    )
    both = required("pip", entry("pip", build=True), entry("pip", launch=True), entry("poetry"), entry("cpython"))
    assert composition_lines(both.composition)[2:] == (
        "  cpython: required",
        "  Warning: pip is not provided: it is required at launch, and no package manager reaches the run image",
        "  Warning: poetry is not provided: pip installs the dependencies, and Poetry isn't there",
    )


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [("26", True), ("26.0", True), (">=25", True), ("26.1", False), ("x", False), ("*", True), ("26.*", True)],
)
def test_a_tools_version_has_to_be_there(wanted: str, fits: bool) -> None:
    plan = required("pip", entry("pip", version=wanted, build=True))
    assert plan.manager.version == "26.0"
    (unmet,) = plan.composition.unmet or (None,)
    assert (unmet is None) is fits
    if unmet is not None:
        assert unmet.because == f"version {wanted} is required, and this build has 26.0"


def test_versions_of_python_are_asked_for_under_both_names() -> None:
    facts = msgspec.structs.replace(first(), variables={})
    for name in PYTHON_NAMES:
        raw = tomli_w.dumps({"entries": [*OURS, entry(name, version="3.12")]}).encode()
        python = planned(msgspec.structs.replace(facts, buildpack_plan=raw)).python
        assert python.version.startswith("3.12.")
        assert "another buildpack's requirement (entry 9 of the buildpack plan)" in str(python.source)


def test_where_nothing_is_installed_there_is_python_alone() -> None:
    facts = msgspec.structs.replace(
        first(), variables={"BP_PYTHON_PROVIDE_ONLY": "true"}, names=("index.html",), requirements=None
    )
    raw = tomli_w.dumps({"entries": [entry("cpython", build=True)]}).encode()
    plan = planned(msgspec.structs.replace(facts, buildpack_plan=raw))
    assert plan.decided("python").types == msgspec.structs.replace(EVERYWHERE, launch=False)


names = st.sampled_from(OFFERED)


def groups(*later: Sections) -> list[DetectAnswer]:
    """Ours, then others."""
    found = detect(["requirements.txt"], {})
    assert isinstance(found, Passed)
    ours = parse_build_plan(found.build_plan.encode())
    assert isinstance(ours, Success)
    others = (
        DetectAnswer(buildpack=f"other/{number}", optional=False, status=0, alternatives=(each,))
        for number, each in enumerate(later)
    )
    return [DetectAnswer(buildpack="lamina/python", optional=False, status=0, alternatives=ours.unwrap()), *others]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(names, max_size=4), max_size=3))
def test_detection_passes_whoever_requires_what(wanted: list[set[str]]) -> None:
    sections = [Sections(requires=tuple(Require(name=name) for name in sorted(each))) for each in wanted]
    found = resolve(groups(*sections))
    assert isinstance(found, Success), found
    assert len(found.unwrap().group) == 1 + len(wanted)


@pytest.mark.parametrize("wanted", [each for size in range(3) for each in itertools.combinations(PYTHON_NAMES, size)])
def test_python_alone_is_provided_only_where_somebody_requires_it(wanted: tuple[str, ...]) -> None:
    only = detect(["index.html"], {"BP_PYTHON_PROVIDE_ONLY": "true"})
    assert isinstance(only, Passed)
    ours = parse_build_plan(only.build_plan.encode()).unwrap()
    answers = [
        DetectAnswer(buildpack="lamina/python", optional=False, status=0, alternatives=ours),
        DetectAnswer(
            buildpack="other",
            optional=False,
            status=0,
            alternatives=(Sections(requires=tuple(Require(name=name) for name in wanted)),),
        ),
    ]
    assert isinstance(resolve(answers), Success if wanted else Failure)
