"""What the platform reads of a build beside its layers."""

from pathlib import Path

import tomli
from shell.layer_store import LayerStore


def test_what_is_left_to_others_is_written_and_goes_with_its_reason(tmp_path: Path) -> None:
    store, file = LayerStore(tmp_path), tmp_path / "build.toml"
    store.write_build({})
    assert not file.exists()
    store.write_build({"unmet": [{"name": "pip"}, {"name": "uv"}]})
    assert tomli.loads(file.read_text()) == {"unmet": [{"name": "pip"}, {"name": "uv"}]}
    store.write_build({})
    assert not file.exists()
