"""Calls ``lamina`` as its users do, with an engine's environment, and reads what it tells of an image."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from tests.places import ROOT

# What a place changes: how layers are compressed, and with that the manifest.
_OWN = ("reference", "digest")


def lamina(env: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-c", "from shell.command.cli import main; main()", *words],
        env={**env, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )


def told(ended: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    """What ``explain --json`` says that is the same of an image wherever it lies."""
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    layers = [{**each, "digest": "", "compressed": None} for each in found["layers"]]
    # Where blobs are compressed the base isn't unpacked to be measured.
    layers[0]["nbytes"] = None
    return {**found, "layers": layers, **dict.fromkeys(_OWN, "")}
