"""Which pip is installed, and what pip's configuration files say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.manager.environment import BREAKING, REACHING_AN_INDEX
from pure.manager.pip_configuration import (
    BadPin,
    BadPipVersion,
    ConfigurationFile,
    PipChoice,
    PipTooOld,
    bootstrap_settings,
    choose_pip,
    configured,
    configured_offenders,
)
from pure.outcome import Failure, Success
from pure.source import Source

from tests.strategies_plan import junk, pin_file, words

numbers = st.tuples(st.integers(23, 99), st.integers(1, 9), st.integers(0, 9))


def _file(text: str, path: str = "/etc/pip.conf") -> ConfigurationFile:
    return ConfigurationFile(path=path, text=text)


@given(numbers, st.sampled_from(["", " ", "\n"]))
def test_the_pinned_pip_is_verified_by_hashes(version: tuple[int, ...], nothing: str) -> None:
    pinned = ".".join(map(str, version))
    choice = choose_pip({"BP_PIP_VERSION": nothing}, pin_file(pinned)).unwrap()
    assert (choice.version, choice.hashed, str(choice.source)) == (pinned, True, "data/pip-requirements.txt")


@given(numbers, st.sampled_from(["", "rc1", "b2"]))
def test_another_pip_is_not_covered_by_hashes_which_is_said(version: tuple[int, ...], suffix: str) -> None:
    wanted = f"{'.'.join(map(str, version))}{suffix}"
    assert choose_pip({"BP_PIP_VERSION": f" {wanted} "}, pin_file("100.0")) == Success(
        PipChoice(
            version=wanted,
            hashed=False,
            source=Source(variable="BP_PIP_VERSION"),
            because=(f"$BP_PIP_VERSION asks for {wanted}, which this buildpack's hashes don't cover",),
        )
    )


@given(numbers)
def test_asking_for_the_pinned_pip_keeps_its_hashes(version: tuple[int, ...]) -> None:
    wanted = ".".join(map(str, version))
    choice = choose_pip({"BP_PIP_VERSION": wanted}, pin_file(wanted)).unwrap()
    assert (choice.hashed, str(choice.source)) == (True, "$BP_PIP_VERSION")


@pytest.mark.parametrize("version", ["23.0", "22.3.1", "9.0", "1", "23.0.1"])
def test_a_pip_that_cannot_report_is_refused(version: str) -> None:
    assert choose_pip({"BP_PIP_VERSION": version}, pin_file("26.0")) == Failure(
        PipTooOld(version=version, oldest="23.1")
    )


@pytest.mark.parametrize("value", ["latest", ">=25", "25.*", "v25.3", "25.3 --index-url x", "../x", "25.3; os", "٢٥.3"])
def test_what_is_no_version_is_refused(value: str) -> None:
    assert choose_pip({"BP_PIP_VERSION": value}, pin_file("26.0")) == Failure(BadPipVersion(value=value))


def test_a_pin_file_without_pip_is_a_damaged_buildpack() -> None:
    assert choose_pip({}, "# pip\n") == Failure(BadPin(file="data/pip-requirements.txt"))


@settings(max_examples=100, deadline=None)
@given(words, words)
def test_any_text_gives_a_choice_or_an_error(value: str, pin: str) -> None:
    assert isinstance(choose_pip({"BP_PIP_VERSION": value}, pin), Success | Failure)


def test_install_wins_over_global_and_later_files_over_earlier_ones() -> None:
    files = (
        _file("[global]\ntimeout = 1\nretries = 1\n[install]\nproxy = one\n[list]\nformat = json\n", "/a"),
        _file("[global]\nproxy = two\ntimeout = 2\n", "/b"),
    )
    assert configured(files) == (("PIP_PROXY", "one", "/a"), ("PIP_RETRIES", "1", "/a"), ("PIP_TIMEOUT", "2", "/b"))


@given(st.sampled_from(sorted(BREAKING)), st.sampled_from(["global", "install"]))
def test_a_configured_setting_breaks_as_its_variable_does_and_its_value_is_not_shown(name: str, section: str) -> None:
    if not name.startswith("PIP_"):
        return
    option = name.removeprefix("PIP_").lower().replace("_", "-")
    (offender,) = configured_offenders(configured((_file(f"[{section}]\n{option} = hunter2\n"),)))
    assert (offender.name, offender.effect) == (f"{option} in /etc/pip.conf", BREAKING[name])


@given(st.sampled_from(["no", "false", "0", "off", "False"]))
def test_a_configured_switch_that_is_off_breaks_nothing(word: str) -> None:
    assert configured_offenders(configured((_file(f"[global]\nuser = {word}\n"),))) == ()


def test_pip_itself_takes_from_files_how_to_reach_an_index_alone() -> None:
    text = "[global]\nindex-url = https://h/\nno-binary = :all:\nrequire-hashes = yes\ntimeout = 5\nconfig-file = x\n"
    taken = bootstrap_settings(configured((_file(text),)))
    assert taken == {"PIP_INDEX_URL": "https://h/", "PIP_TIMEOUT": "5"}
    assert taken.keys() <= REACHING_AN_INDEX


@settings(max_examples=200, deadline=None)
@given(st.lists(junk, max_size=3))
def test_any_files_give_settings(raws: list[bytes]) -> None:
    files = tuple(_file(raw.decode("utf-8", "replace")) for raw in raws)
    assert all(name.startswith("PIP_") for name, _, _ in configured(files))


def test_an_unreadable_file_does_not_take_the_others_away() -> None:
    assert configured((_file("no section"), _file("[global]\ntimeout = 1\n", "/b"))) == (("PIP_TIMEOUT", "1", "/b"),)
