"""Finds how pip reaches its index on this machine, so that a build in a container can be told the same."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

# pip's settings that say where and how, by their name in its configuration; none of them says what.
SETTINGS = ("index-url", "extra-index-url", "trusted-host", "cert", "timeout", "find-links", "proxy")
OTHERS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


def pip_variables() -> dict[str, str]:
    """The variables that give pip this machine's settings, wherever they are written here."""
    found = {}
    for setting in SETTINGS:
        name = f"PIP_{setting.upper().replace('-', '_')}"
        value = os.environ.get(name) or _configured(setting)
        if value:
            found[name] = value
    return found | {name: os.environ[name] for name in OTHERS if os.environ.get(name)}


def _configured(setting: str) -> str:
    asked = [sys.executable, "-m", "pip", "config", "get", f"global.{setting}"]
    answer = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=60)
    return " ".join(answer.stdout.split()) if answer.returncode == 0 else ""


def named_files(variables: Mapping[str, str]) -> dict[str, Path]:
    """The files and folders that variables name by absolute path; a container has to see them at the same place."""
    paths = {part: Path(part) for value in variables.values() for part in value.split() if part.startswith("/")}
    return {name: path for name, path in paths.items() if path.exists()}


def proxies() -> dict[str, str]:
    """The proxy variables, which every lifecycle passes on."""
    return {name: os.environ[name] for name in PROXIES if os.environ.get(name)}
