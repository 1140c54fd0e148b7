"""How this shell says that a package index is reached; a build sees a shell's variables only if they are named."""

import os
from pathlib import Path

SETTINGS = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT"),
    *("PIP_CLIENT_CERT", "PIP_PROXY", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CONFIG_FILE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)


def settings() -> dict[str, str]:
    """The variables that a build has to be given."""
    found = {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}
    if "PIP_CONFIG_FILE" not in found:
        # A build has a home of its own, so that pip wouldn't find the configuration of this user.
        home = Path.home()
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        own = next((path for path in (config / "pip" / "pip.conf", home / ".pip" / "pip.conf") if path.is_file()), None)
        if own is not None:
            found["PIP_CONFIG_FILE"] = str(own)
    return found
