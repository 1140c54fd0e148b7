"""Adds the certificates that are bound where an image runs to those that the application trusts.

An ``exec.d`` program: what it writes to descriptor 3 are variables of the application, as TOML. It is run by the
image's own Python, without ``site``, at every start, and imports next to nothing: what it imports of ours stands in
the place of that line there (``pure.layers.programs``). Nothing that it can't do is a reason not to start the
application; it says so instead.
"""

import binascii
import os
import stat
import sys

from pure.bindings.pem import SYSTEM_AUTHORITIES, is_whole, parts, written

VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# Where every image has a place to write, unless all is read-only.
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm")
# Of all bindings together, as in a build, and of any other file.
MOST_BYTES = 8_000_000
MOST_NAMES = 1_000


def main() -> None:
    """Look for bindings, and tell the application where the certificates are if there are any."""
    bound = bound_certificates(os.environ.get("SERVICE_BINDING_ROOT") or "/platform/bindings")
    if not bound:
        return
    trusted = trusted_certificates()
    if not trusted:
        say("the image has no other certificates: those that are bound are the only ones that are trusted")
    path = file_of(b"".join(each + b"\n" for each in dict.fromkeys((*trusted, *bound))))
    if path:
        value = path.replace("\\", "\\\\").replace('"', '\\"')
        os.write(3, "".join(f'{name} = "{value}"\n' for name in VARIABLES).encode())


def trusted_certificates() -> list[bytes]:
    """Those that are trusted already: in the files that variables name, and the system's.

    Every variable gets the same file, and some stood for what the others didn't name. Where the system has none,
    Python's libraries trust those of certifi.
    """
    named = dict.fromkeys(path for path in map(os.environ.get, VARIABLES) if path)
    found = [each for path in named for each in certificates_of(path)]
    for path in (*SYSTEM_AUTHORITIES, *of_certifi()):
        if usual := certificates_of(path):
            return found + usual
    return found


def of_certifi() -> list[str]:
    """Where the environment has the distribution, if it has it."""
    root = os.environ.get("VIRTUAL_ENV")
    libraries = f"{root}/lib"
    pythons = [name for name in names(libraries) if name.startswith("python")] if root else []
    return [f"{libraries}/{name}/site-packages/certifi/cacert.pem" for name in pythons]


def bound_certificates(root: str) -> list[bytes]:
    """Those of all bindings of the type, of today's layout and of the older one."""
    found: list[bytes] = []
    left = MOST_BYTES
    for name in names(root):
        for kind, entries in (("type", ""), ("metadata/kind", "secret")):
            if read(f"{root}/{name}/{kind}").strip().lower() == b"ca-certificates":
                folder = f"{root}/{name}/{entries}".rstrip("/")
                for entry in names(folder):
                    text = read(f"{folder}/{entry}", left)
                    left -= len(text)
                    found += certificates(text, f"{folder}/{entry}")
                break
    return found


def names(folder: str) -> list[str]:
    """The names in a folder that are no links of the platform's own, sorted; none where nobody may look."""
    try:
        found = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return []
    if len(found) > MOST_NAMES:
        say(f"{folder} has more than {MOST_NAMES} entries: the others are left out")
    return found[:MOST_NAMES]


def read(path: str, most: int = MOST_BYTES) -> bytes:
    """What a regular file holds; nothing where there is none, or too much."""
    try:
        with open(path, "rb", opener=opened) as file:
            known = os.fstat(file.fileno())
            if not stat.S_ISREG(known.st_mode):
                return b""
            if known.st_size <= most:
                return file.read(most) or b""
    except OSError:
        return b""
    say(f"{path} is left out: together there may be {MOST_BYTES} bytes")
    return b""


def opened(path: str, flags: int) -> int:
    """A descriptor; a pipe would be waited for otherwise."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)


def certificates_of(path: str) -> list[bytes]:
    """The certificates in a file."""
    return certificates(read(path), path)


def certificates(text: bytes, path: str) -> list[bytes]:
    """The whole certificates in a text; of the others, that they are none."""
    found: list[bytes] = []
    for number, plain in enumerate(parts(text), 1):
        if is_whole(decoded(plain)):
            found.append(written(plain))
        else:
            say(f"{path}: certificate {number} is cut off or changed, and left out")
    return found


def decoded(plain: bytes) -> bytes:
    """What is in base64; nothing where it is none, or padded within, which readers take differently."""
    try:
        der = binascii.a2b_base64(plain)
    except ValueError:
        return b""
    return der if binascii.b2a_base64(der, newline=False) == plain else b""


def file_of(text: bytes) -> str:
    """The path of a file with the text that nobody else can have put there; empty where none can be written.

    A container that is started again has that of the start before.
    """
    # What is found is compared as a whole.
    called = f"ca-certificates-{len(text)}-{binascii.crc32(text):08x}.pem"
    for folder in (os.environ.get("TMPDIR", ""), *TEMPORARY):
        # Others are no folder to every program, or no text.
        if not folder.startswith("/") or not folder.isprintable():
            continue
        path = f"{folder}/{called}"
        if is_ours(path, text):
            return path
        fresh = f"{path}.{os.urandom(8).hex()}"
        try:
            create(fresh, text)
        except OSError:
            continue
        try:
            os.rename(fresh, path)
        except OSError:
            # Somebody else has taken the name.
            return fresh
        return path
    say("bound certificates are not trusted: there is no folder for temporary files")
    return ""


def is_ours(path: str, text: bytes) -> bool:
    """Whether it is a file of this user's, which no other may change, with this text."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        known = os.fstat(descriptor)
        safe = stat.S_ISREG(known.st_mode) and known.st_uid == os.geteuid() and not known.st_mode & 0o022
        return safe and known.st_size == len(text) and os.read(descriptor, len(text)) == text
    except OSError:
        return False
    finally:
        os.close(descriptor)


def create(path: str, text: bytes) -> None:
    """Write a file that isn't there; what can't be written whole is taken away again."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with open(descriptor, "wb") as file:
            file.write(text)
    except OSError:
        os.unlink(path)
        raise


def say(text: str) -> None:
    """A line for whoever reads the log, if there is one; without stderr its number may be another file's."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    try:
        if sys.stderr is not None:
            os.write(2, f"Warning: {shown}\n".encode())
    except OSError:
        pass


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # noqa: BLE001  (whatever it is, the application starts)
        say(f"bound certificates are not trusted: {type(error).__name__}: {error}")
