"""Which of an installer's own lines are shown while it works."""

import pytest
from pure.report.live import live


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("warning: `VIRTUAL_ENV=x` does not match the project environment path", True),
        ("Warning: poetry.lock is not up to date", True),
        ("WARNING: Package 'x' is yanked", True),
        ("   Building fast==1.0", True),
        ("Downloading torch (190.2MiB)", True),
        ("Downloading rich (1.2MiB)", False),
        ("         warning: build_py: byte-compiling is disabled, skipping.", False),
        ("           warnings.warn(msg)", False),
        ("Resolved 2 packages in 1ms", False),
    ],
)
def test_a_tools_line(line: str, shown: bool) -> None:
    assert live("synchronise", line) == ((f"    {line.strip()}",) if shown else ())
