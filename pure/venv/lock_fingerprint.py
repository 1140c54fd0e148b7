"""Condenses to one digest what a synchronised environment was made from, where nothing else can change it.

The same digest means that the tool would find nothing to do, so that it isn't started. Index addresses and credentials
take no part, because locks have hashes; where something comes from a folder or a moving place, the answer is why.
"""

import hashlib
import re
from collections.abc import Mapping

import msgspec

from pure.manager.table import Manager
from pure.project.locks.facts import LockFacts
from pure.project.selection import Selection
from pure.target import Target
from pure.venv.requirements_fingerprint import Fingerprint, Pinning, not_pinned

# Parts of the names of settings that say where to look, who asks, and how to report, but not what to install.
_IRRELEVANT = (
    "INDEX", "USERNAME", "PASSWORD", "TOKEN", "CERT", "PROXY", "TIMEOUT", "RETRIES", "CACHE", "HTTP_BASIC",
    "KEYRING", "MIRROR", "VERBOS", "QUIET", "COLOR", "PROGRESS", "CONCURRENT", "MAX_WORKERS", "LOG_DIR", "TRUSTED_HOST",
)  # fmt: skip
# Settings that name files which aren't among those that were read.
_OPEN_SETTINGS = (
    "PDM_CONFIG_FILE", "PIP_BUILD_CONSTRAINT", "PIP_CONFIG_FILE", "PIP_CONSTRAINT", "POETRY_CONFIG_DIR",
    "UV_BUILD_CONSTRAINT", "UV_CONFIG_FILE", "UV_CONSTRAINT", "UV_EXCLUDE", "UV_OVERRIDE",
)  # fmt: skip
# Markers whose value differs between releases of one minor version. uv writes python_full_version >= '3.12' everywhere,
# which doesn't; what stands between name and version are an operator and quotes, which may be quoted themselves.
_PATCH = re.compile(
    rb"implementation_version"
    rb"|python_full_version(?:\W+(?:not\W+)?in\b)?\W+[0-9]+\.[0-9]+\.(?!0\b)[0-9]"
    rb"|(?<![0-9])[0-9]++\.[0-9]++\.(?!0\b)[0-9]++[\"'\\]+\s*[<>=!~]+\s*python_full_version"
)
_KERNEL = re.compile(rb"\bplatform_(?:release|version)\b")


def lock_fingerprint(
    manager: Manager,
    lock: LockFacts,
    *,
    texts: Mapping[str, bytes],
    folder: str,
    selection: Selection,
    python: str,
    target: Target,
    settings: Mapping[str, str],
) -> Pinning:
    """The fingerprint of a locked environment. ``texts`` are the lock and the files that configure its manager.

    ``python`` is the exact version, of which only the minor counts unless a marker asks for more.
    """
    reasons = [f"{name} is installed from a folder or file, whose contents the lock doesn't fix" for name in lock.local]
    reasons += [f"{name} comes from a place that may change, or has no hash" for name in lock.moving]
    reasons += lock.unfixed
    own = {name: value for name, value in settings.items() if name.startswith(manager.tool.prefixes) and value}
    reasons += [f"${name} names a file, whose contents aren't known here" for name in _OPEN_SETTINGS if name in own]
    if any(_KERNEL.search(text) for text in texts.values()):
        reasons.append("a marker asks for the machine's kernel")
    if reasons:
        return not_pinned(reasons)
    relevant = {name: value for name, value in own.items() if not any(word in name for word in _IRRELEVANT)}
    patch = any(_PATCH.search(text) for text in texts.values())
    content = {
        "manager": manager.name,
        "texts": sorted((name, hashlib.sha256(text).hexdigest()) for name, text in texts.items()),
        "folder": folder,
        "groups": selection.groups,
        "extras": selection.extras,
        "python": python if patch else ".".join(python.split(".")[:2]),
        "target": str(target),
        "settings": sorted(relevant.items()),
    }
    return Fingerprint(digest=hashlib.sha256(msgspec.json.encode(content)).hexdigest())
