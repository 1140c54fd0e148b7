"""What pip's configuration files say."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pure.manager.environment import BREAKING, REACHING_AN_INDEX
from pure.manager.pip_configuration import (
    ConfigurationFile,
    bootstrap_settings,
    configured,
    configured_offenders,
    places,
)

from tests.strategies_plan import junk


def _file(text: str, path: str = "/etc/pip.conf") -> ConfigurationFile:
    return ConfigurationFile(path=path, text=text)


def test_the_users_files_come_after_the_machines_and_the_named_one_last() -> None:
    usual = ("/etc/xdg/pip/pip.conf", "/etc/pip.conf", "/home/u/.pip/pip.conf", "/home/u/.config/pip/pip.conf")
    assert places({"HOME": "/home/u"}, "/app") == usual
    assert places({"HOME": "/home/u", "PIP_CONFIG_FILE": "pip.conf"}, "/app") == (*usual, "/app/pip.conf")
    assert places({"HOME": "/home/u", "PIP_CONFIG_FILE": "/own"}, "/app")[-1] == "/own"
    assert places({"HOME": "/home/u", "PIP_CONFIG_FILE": "/dev/null"}, "/app") == ()
    moved = {"HOME": "/h", "XDG_CONFIG_DIRS": "/x:/y", "XDG_CONFIG_HOME": "/z"}
    assert places(moved, "/app") == (
        *("/x/pip/pip.conf", "/y/pip/pip.conf", "/etc/pip.conf", "/h/.pip/pip.conf", "/z/pip/pip.conf"),
    )


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
