"""What a runtime says of itself to those that compile for it, in a whole build."""

import pytest

from tests.builds.workshop import LAYERS, Bench

pytestmark = pytest.mark.heavy

BACKEND = """
import sysconfig

def build_wheel(directory, config_settings=None, metadata_directory=None):
    names = ("LIBDIR", "INCLUDEPY", "CC")
    raise SystemExit("; ".join(f"{name}={sysconfig.get_config_var(name)}" for name in names))
"""


def test_a_build_from_source_is_told_where_python_lies(bench: Bench) -> None:
    build_system = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    bench.write({"requirements.txt": "./native\n", "native/pyproject.toml": build_system, "native/backend.py": BACKEND})
    built = bench.try_build()
    assert built.status == 1
    said = next(line for line in built.log.splitlines() if "LIBDIR=" in line)
    assert f"LIBDIR={LAYERS}/python/lib;" in said
    assert f"INCLUDEPY={LAYERS}/python/include/python3." in said
    assert "clang" not in said
