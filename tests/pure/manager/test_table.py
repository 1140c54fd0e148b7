"""The table of package managers is closed: its rows are those that the types name."""

from typing import get_args

from pure.manager.table import CHOSEN_BY_LOCK, MANAGERS, TOOLS, ManagerName, ToolName


def test_there_is_a_row_for_each_name() -> None:
    assert set(MANAGERS) == set(get_args(ManagerName))
    assert set(TOOLS) == set(get_args(ToolName))
    assert {name: row.name for name, row in MANAGERS.items()} == dict(zip(MANAGERS, MANAGERS, strict=True))
    assert {name: row.name for name, row in TOOLS.items()} == dict(zip(TOOLS, TOOLS, strict=True))


def test_every_tool_installs_for_some_manager() -> None:
    assert {each.tool.name for each in MANAGERS.values()} == set(TOOLS)


def test_no_two_managers_are_chosen_by_the_same_file() -> None:
    assert len({each.lock for each in CHOSEN_BY_LOCK}) == len(CHOSEN_BY_LOCK)
