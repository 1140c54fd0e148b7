"""The example with real distributions from the package index that this machine is set up for."""

import pytest

from tests.builds.workshop import LAYERS, Bench, differences, machine_settings, tree
from tests.places import ROOT

EXAMPLE = ROOT / "examples" / "pip-flask"
ASK = "from app import app; print(app.test_client().get('/').text)"


@pytest.mark.heavy
def test_flask_answers_after_each_change(bench: Bench) -> None:
    env = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, **machine_settings()}
    files = {path.name: path.read_bytes() for path in EXAMPLE.iterdir() if path.is_file()}
    bench.write(files)
    bench.build(env)
    wanted = tree(bench.venv)
    assert "Hello from Flask" in bench.execute(f"{LAYERS}/venv/bin/python", "-c", ASK).log

    # An older Flask, without gunicorn: others of its dependencies change with it.
    bench.write({**files, "requirements.txt": b"flask<3.1\nitsdangerous<2.2\n"})
    built = bench.build(env)
    assert "- gunicorn" in built.log
    assert "Hello from Flask" in bench.execute(f"{LAYERS}/venv/bin/python", "-c", ASK).log

    bench.write(files)
    bench.build(env)
    assert differences(wanted, tree(bench.venv)) == []
