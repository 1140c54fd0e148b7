"""Shows addresses without what may be secret in them."""

import re
from urllib.parse import urlsplit, urlunsplit


def visible_url(url: str) -> str:
    """``url`` as it may be shown: without user, password, fragment, and the values of its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return re.sub(r"//[^/]*@", "//", re.sub(r"[?#].*", "", url, flags=re.DOTALL), flags=re.DOTALL)
    host = parts.netloc.rpartition("@")[2]
    if ":" in host and "@" in url.partition("//")[2][len(parts.netloc) :]:
        # A password with unescaped "/", "?" or "#": the host follows the last @.
        return f"{parts.scheme}://{visible_url('//' + url.rpartition('@')[2])[2:]}"
    query = "&".join(
        f"{pair.partition('=')[0]}=***" if "=" in pair else "***" for pair in parts.query.split("&") if pair
    )
    return urlunsplit(parts._replace(netloc=host, query=query, fragment=""))


def without_secrets(url: str) -> str:
    """The URL without user information, query and fragment; an empty text where it cannot be taken apart."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return ""
