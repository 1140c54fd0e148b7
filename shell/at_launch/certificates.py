"""Adds the certificates that are bound where an image runs to those that the application trusts.

An ``exec.d`` program: what it writes to descriptor 3 are variables of the application, as TOML. It is run by the
image's own Python, without ``site``, at every start, and imports next to nothing. Nothing that it can't do is a reason
not to start the application; it says so instead.
"""

import os
import sys

VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
SYSTEM = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
BEGIN, END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
MOST_BYTES = 4_000_000
MOST_NAMES = 2_000


def main() -> None:
    """Look for bindings, and tell the application where the certificates are if there are any."""
    bound = bound_certificates(os.environ.get("SERVICE_BINDING_ROOT") or "/platform/bindings")
    if not bound:
        return
    path = write(b"".join(each + b"\n" for each in dict.fromkeys((*trusted_certificates(), *bound))))
    if path:
        value = path.replace("\\", "\\\\").replace('"', '\\"')
        os.write(3, "".join(f'{name} = "{value}"\n' for name in VARIABLES).encode())


def trusted_certificates() -> list[bytes]:
    """Those that are trusted already: in the files that variables name, else the system's."""
    named = [path for path in map(os.environ.get, VARIABLES) if path]
    if named:
        return [each for path in dict.fromkeys(named) for each in certificates(read(path))]
    return next((found for path in SYSTEM if (found := certificates(read(path)))), [])


def bound_certificates(root: str) -> list[bytes]:
    """Those of all bindings of the type, of today's layout and of the older one."""
    found: list[bytes] = []
    for name in names(root):
        for kind, entries in (("type", ""), ("metadata/kind", "secret")):
            if read(f"{root}/{name}/{kind}").strip().lower() == b"ca-certificates":
                folder = f"{root}/{name}/{entries}".rstrip("/")
                for entry in names(folder):
                    found += certificates(read(f"{folder}/{entry}"))
                break
    return found


def names(folder: str) -> list[str]:
    """The names in a folder that are no links of the platform's own, sorted; none where nobody may look."""
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))[:MOST_NAMES]
    except OSError:
        return []


def read(path: str) -> bytes:
    """What a regular file holds; nothing where there is none, or too much."""
    try:
        # A pipe would be waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return b""


def certificates(text: bytes) -> list[bytes]:
    """The certificates in a text, in PEM format."""
    found: list[bytes] = []
    begin = text.find(BEGIN)
    while begin >= 0:
        end = text.find(END, begin)
        if end < 0:
            break
        found.append(text[begin : end + len(END)])
        begin = text.find(BEGIN, end)
    return found


def write(text: bytes) -> str:
    """Write a new file that nobody else can have put there; its path, empty where none can be written."""
    for folder in filter(None, (os.environ.get("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm")):
        path = f"{folder}/ca-certificates-{os.urandom(8).hex()}.pem"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
            with open(descriptor, "wb") as file:
                file.write(text)
        except OSError:
            continue
        return path
    sys.stderr.write("Warning: bound certificates are not trusted: there is no folder for temporary files\n")
    return ""


if __name__ == "__main__":
    main()
