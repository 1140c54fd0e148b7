"""Condenses to one digest what a synchronised environment was made from, where nothing else can change it.

The same digest means that the tool would find nothing to do, so that it isn't started. Index addresses and credentials
take no part, because locks have hashes; where something comes from a folder or a moving place, the answer is why.
"""

import hashlib
from collections.abc import Mapping

import msgspec

from pure.fingerprint import MAX_REASONS, Fingerprint, NotPinned, Pinning
from pure.locks.facts import LockFacts
from pure.managers import Manager
from pure.project import Selection
from pure.target import Target

# Parts of the names of settings that say where to look, who asks, and how to report, but not what to install.
_IRRELEVANT = (
    "INDEX", "USERNAME", "PASSWORD", "TOKEN", "CERT", "PROXY", "TIMEOUT", "RETRIES", "CACHE", "HTTP_BASIC",
    "KEYRING", "MIRROR", "VERBOS", "QUIET", "COLOR", "PROGRESS", "CONCURRENT", "MAX_WORKERS", "LOG_DIR", "TRUSTED_HOST",
)  # fmt: skip


def lock_fingerprint(
    manager: Manager,
    lock: LockFacts,
    *,
    texts: Mapping[str, bytes],
    folder: str,
    selection: Selection,
    python_minor: str,
    target: Target,
    settings: Mapping[str, str],
) -> Pinning:
    """The fingerprint of a locked environment. ``texts`` are the lock and the files that configure its manager."""
    reasons = [f"{name} is installed from a folder or file, whose contents the lock doesn't fix" for name in lock.local]
    reasons += [f"{name} comes from a place that may change, or has no hash" for name in lock.moving]
    reasons += lock.unfixed
    if reasons:
        return NotPinned(because=tuple(reasons[:MAX_REASONS]), more=max(0, len(reasons) - MAX_REASONS))
    relevant = {
        name: value
        for name, value in settings.items()
        if name.startswith(manager.tool.prefixes) and value and not any(word in name for word in _IRRELEVANT)
    }
    content = {
        "manager": manager.name,
        "texts": sorted((name, hashlib.sha256(text).hexdigest()) for name, text in texts.items()),
        "folder": folder,
        "groups": selection.groups,
        "extras": selection.extras,
        "python": python_minor,
        "target": str(target),
        "settings": sorted(relevant.items()),
    }
    return Fingerprint(digest=hashlib.sha256(msgspec.json.encode(content)).hexdigest())
