"""Applications that bring their wheels along: no index is needed for anything."""

import pytest

from tests.builds.workshop import Bench, Workshop


@pytest.mark.heavy
def test_with_vendored_wheels_nothing_needs_an_index(empty_bench: Bench, workshop: Workshop) -> None:
    wheel = "alpha-1.0-py3-none-any.whl"
    vendored = (workshop.wheels / wheel).read_bytes()
    empty_bench.write({"requirements.txt": "alpha==1.0\n", f"vendor/{wheel}": vendored})
    # What the machine says of indexes has no part in it.
    built = empty_bench.build({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "vendor", "PIP_INDEX_URL": "http://127.0.0.1:9/"})
    assert built.actions() == {"python": "created", "pip": "created", "pip-cache": "created", "venv": "created"}
    assert empty_bench.versions() == {"alpha": "1.0"}
