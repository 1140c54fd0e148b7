"""Labels that variables ask for."""

import shlex

import msgspec
import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from pure.build.decisions import LABEL, encode_decisions
from pure.build.labelled import LABELS_VARIABLE, OCI_VARIABLES, asked_labels, unread_labels
from pure.build.plan import decide
from pure.outcome import Success
from pure.report.decided import decisions
from pure.report.launch import launch_toml
from pure.report.record import record

from pure.report import build_log
from tests.strategies_plan import facts

KEYS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1).filter(
    lambda key: "=" not in key and not key.startswith(("io.buildpacks.", "io.lamina."))
)
VALUES = st.text(st.characters(exclude_characters="@?")).filter(lambda value: "\0" not in value)


def labels(**variables: str) -> dict[str, str]:
    return {label.key: label.value for label in asked_labels(variables)}


def test_the_names_of_oci() -> None:
    assert labels(BP_OCI_TITLE="Shop", BP_OCI_REF_NAME=" v1 ", BP_OCI_URL="") == {
        "org.opencontainers.image.ref.name": "v1",
        "org.opencontainers.image.title": "Shop",
    }
    assert len(OCI_VARIABLES) == 12
    asked = asked_labels(dict.fromkeys(OCI_VARIABLES, "x"))
    assert {label.variable for label in asked} == set(OCI_VARIABLES)
    assert [label.key for label in asked] == sorted(label.key for label in asked)


@given(st.dictionaries(KEYS, VALUES))
def test_any_labels_come_back_as_a_shell_would_read_them(wanted: dict[str, str]) -> None:
    text = " ".join(shlex.quote(f"{key}={value}") for key, value in wanted.items())
    assert labels(BP_IMAGE_LABELS=text) == wanted
    assert unread_labels({LABELS_VARIABLE: text}) == ()


@given(st.text())
def test_any_text_gives_labels_or_a_sentence(text: str) -> None:
    found, said = labels(BP_IMAGE_LABELS=text), unread_labels({LABELS_VARIABLE: text})
    assert bool(found or said) or not text.split()


@pytest.mark.parametrize(
    ("text", "found", "said"),
    [
        ('team=shop owner="The Shop"', {"team": "shop", "owner": "The Shop"}, ()),
        ("team='shop", {}, ("$BP_IMAGE_LABELS has no effect: a quote in it has no end",)),
        ("team shop=1", {"shop": "1"}, ("$BP_IMAGE_LABELS has a word without =, which is no label",)),
        (
            "io.buildpacks.x=1 a=b",
            {"a": "b"},
            ("$BP_IMAGE_LABELS can't set a label of the platform's or ours: io.buildpacks.x",),
        ),
    ],
)
def test_what_is_read_of_any_labels(text: str, found: dict[str, str], said: tuple[str, ...]) -> None:
    assert labels(BP_IMAGE_LABELS=text) == found
    assert unread_labels({LABELS_VARIABLE: text}) == said


def test_a_name_of_ocis_beats_the_same_key_among_others() -> None:
    given = {LABELS_VARIABLE: "org.opencontainers.image.title=other", "BP_OCI_TITLE": "Shop"}
    assert [(label.value, label.variable) for label in asked_labels(given)] == [("Shop", "BP_OCI_TITLE")]


def test_labels_hold_no_credentials() -> None:
    assert labels(BP_OCI_SOURCE="https://me:hunter2@git.example/shop?token=hunter2") == {
        "org.opencontainers.image.source": "https://git.example/shop?token=***"
    }


def test_labels_stand_in_the_log_the_record_and_what_the_platform_reads() -> None:
    first = find(facts(), lambda each: isinstance(decide(each), Success))
    asking = {**first.variables, "BP_OCI_TITLE": "The Shop", "BP_IMAGE_LABELS": "team=hunter2 io.lamina.x=y"}
    decided = decide(msgspec.structs.replace(first, variables=asking)).unwrap()
    assert "  org.opencontainers.image.title: The Shop ($BP_OCI_TITLE)" in build_log.plan("1", decided)
    assert any("can't set a label of the platform's or ours: io.lamina.x" in each for each in decided.unheard)
    kept = record(decided, version="1", redact=lambda text: text.replace("hunter2", "****"))
    assert kept.labels == {"org.opencontainers.image.title": "The Shop", "team": "****"}
    hidden = launch_toml(decided, None, None, layers="/layers", redact=lambda text: text.replace("hunter2", "****"))
    written = hidden["labels"]
    assert {each["key"]: each["value"] for each in written} == {
        "io.lamina.python.version": decided.python.version,
        LABEL: encode_decisions(decisions(decided, None)),
        "org.opencontainers.image.title": "The Shop",
        "team": "****",
    }
