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


def host_and_name(url: str) -> str:
    """Of an address whose folders may be secret, what may be shown; a file on this machine is named by its path."""
    shown = without_secrets(visible_url(url))
    scheme, mark, rest = shown.partition("://")
    host, _, path = rest.partition("/")
    folder, _, name = path.rpartition("/")
    return f"{scheme}{mark}{host}/…/{name}" if host and folder else shown


def without_secrets(url: str) -> str:
    """The URL without user information, query and fragment; an empty text where it cannot be taken apart."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    except ValueError:
        return ""
