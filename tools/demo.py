"""Builds examples/pip-flask, starts it, asks it for its page, and builds it twice more to show what is reused.

No root, no container engine, no download from a code host: Python is the one that runs this, everything else comes from
the package index that this shell's pip is set up for.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "examples" / "pip-flask"
CACHE = ROOT / ".lamina" / "demo"
PIN_FILE = ROOT / "data" / "pip-requirements.txt"
OTHER_PIPS = ("26.2.1", "26.1.2")
"""Versions of pip to change to; the first that isn't pinned anyway."""

# What says how to reach a package index. A build sees none of a shell's variables unless they are named.
SETTINGS = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT"),
    *("PIP_CLIENT_CERT", "PIP_PROXY", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CONFIG_FILE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
# pip's cache isn't among them: pip notes in it when the index answered.
KEPT = ("python", "pip", "venv")
STARTING = 30
"""Seconds that the application may take until it answers."""


def main() -> int:
    """Tell the story; 1 if something isn't as told."""
    shutil.rmtree(CACHE, ignore_errors=True)
    settings = pip_settings()
    say("1. The first build of examples/pip-flask: Flask and gunicorn, with the Python that runs this.")
    build(settings)
    first = digests()

    say("2. Start it and ask for its page.")
    show(request_page())

    say("3. The same build again. Nothing has changed.")
    log = build(settings)
    again = digests()
    actions = layer_actions(log)
    changed = [name for name in KEPT if first[name] != again.get(name)]
    if any(actions.get(name) != "kept" for name in ("python", "pip", "pip-cache")) or changed:
        fail(f"Something was made again: {actions}; changed: {', '.join(changed) or 'no layer'}")
    say(
        f"   Kept without a question: {', '.join(name for name, action in actions.items() if action == 'kept')}.\n"
        "   The dependencies were resolved anew, because no hashes pin them; nothing had to be installed.\n"
        f"   {', '.join(KEPT[:-1])} and {KEPT[-1]} are the same as before, byte for byte."
    )

    other = other_pip()
    say(f"4. The same build with another pip, {other}.")
    log = build({**settings, "BP_PIP_VERSION": other})
    bumped, actions = digests(), layer_actions(log)
    recreated = [name for name, action in actions.items() if action in ("created", "recreated")]
    changed = [name for name in KEPT if again[name] != bumped.get(name)]
    if recreated != ["pip"] or changed != ["pip"]:
        fail(f"Expected the pip layer alone; recreated: {recreated}, different: {changed}")
    say(
        "   Only the layer pip was recreated. Python and the dependencies are the layers of the first build, byte for\n"
        "   byte, and pip isn't part of the image: to deploy this build, not one layer would be uploaded."
    )
    say("That was all. The plan behind these builds, without building:  .venv/bin/lamina plan examples/pip-flask")
    return 0


def build(settings: dict[str, str]) -> str:
    """Run `lamina build`, showing its lines as they come; the log."""
    # Names only: a command line can be read by everybody on the machine, and a setting may hold a password.
    names = [part for name in settings for part in ("--env", name)]
    command = [*LAMINA, "build", str(APP), "--cache", str(CACHE), *names]
    lines: list[str] = []
    with subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            show(line)
    if process.returncode != 0:
        fail(f"lamina build ended with {process.returncode}.")
    return "".join(lines)


def request_page() -> str:
    """Start the application on a free port, request its page, stop it; the answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    command = [*LAMINA, "run", str(APP), "--cache", str(CACHE), "--env", f"PORT={port}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            answer = _get(url, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                said, _ = process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                said, _ = process.communicate()
        if answer is None:
            show(said.decode(errors="replace"))
            fail(f"The application didn't answer at {url} within {STARTING} seconds.")
    return f"GET {url}\n{answer}"


def _get(url: str, process: subprocess.Popen[bytes]) -> str | None:
    # No proxy of this shell stands between us and our own machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + STARTING
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with opener.open(url, timeout=5) as response:
                return f"{response.status} {response.reason}\n\n{response.read().decode()}"
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    return None


def digests() -> dict[str, str]:
    """The digest of each layer as the last build stored it, read from the cache's own records."""
    cache = json.loads((CACHE / "cache" / "metadata.json").read_bytes())
    image = json.loads((CACHE / "image" / "image.json").read_bytes())
    found = {name: layer["sha"] for member in cache["buildpacks"] for name, layer in member["layers"].items()}
    return found | {layer["layer"]: layer["diff_id"] for layer in image["layers"] if layer.get("layer")}


def layer_actions(log: str) -> dict[str, str]:
    """What became of each layer, as the log's last line of the build says it."""
    last = re.search(r"^Done in [^:]*: (.*)$", log, re.MULTILINE)
    if last is None:
        fail("The log has no last line.")
    found: dict[str, str] = {}
    for part in last[1].split("; "):
        action, _, names = part.partition(" ")
        found |= dict.fromkeys(names.split(", "), action)
    return found


def other_pip() -> str:
    """A version of pip that isn't the pinned one."""
    pinned = PIN_FILE.read_text()
    return next(version for version in OTHER_PIPS if f"pip=={version} " not in pinned)


def say(text: str) -> None:
    """Tell what comes next."""
    print(f"\n{text}\n", flush=True)


def show(text: str) -> None:
    """Print what a program said, indented."""
    print("\n".join(f"    {line}".rstrip() for line in text.rstrip("\n").split("\n")), flush=True)


def fail(text: str) -> NoReturn:
    """End: the demonstration didn't show what it says."""
    print(f"\n{text}", file=sys.stderr)
    sys.exit(1)


def pip_settings() -> dict[str, str]:
    found = {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}
    if "PIP_CONFIG_FILE" not in found:
        # A build has a home of its own, so that pip wouldn't find the configuration of this user.
        home = Path.home()
        config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        own = next((path for path in (config / "pip" / "pip.conf", home / ".pip" / "pip.conf") if path.is_file()), None)
        if own is not None:
            found["PIP_CONFIG_FILE"] = str(own)
    return found


LAMINA = (str(Path(sys.executable).with_name("lamina")),)


if __name__ == "__main__":
    sys.exit(main())
