"""What is installed weighs, by its RECORDs."""

import pytest
from pure.venv.installed import InstalledDistribution, InstalledSet, RecordEntry
from pure.venv.weight import Weight, weight


@pytest.mark.parametrize(
    ("path", "size", "expected"),
    [
        ("a/b.py", "10", Weight(modules=10)),
        ("a/b.cpython-313-x86_64-linux-gnu.so", "10", Weight(libraries=10)),
        ("a.libs/libx.so.1.2", "10", Weight(libraries=10)),
        ("a/b.json", "10", Weight()),
        ("a/b.py", "", Weight()),
        ("a/b.py", "-1", Weight()),
        ("a/b.py", "9" * 40, Weight()),
    ],
)
def test_modules_and_libraries_count(path: str, size: str, expected: Weight) -> None:
    each = InstalledDistribution(
        name="a", version="1", dist_info="a-1.dist-info", files=(RecordEntry(path=path, size=size),)
    )
    assert weight(InstalledSet(python_minor="3.13", distributions=(each,))) == expected
