"""Drives podman with a storage and a configuration of its own, so that nothing of the machine's is used or changed."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

NEEDED = {
    "podman": "the container engine",
    "runc": "its runtime",
    "mmdebstrap": "what makes the Debian base",
    "skopeo": "what copies images",
}

# Small limits and no cgroup of systemd: so it also runs where the test itself is in a container or a small machine.
CONFIGURATION = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


class Engine:
    """podman and skopeo on one private storage below ``folder``."""

    def __init__(self, folder: Path) -> None:
        configuration = folder / "containers.conf"
        configuration.write_text(CONFIGURATION)
        self.folder = folder
        self.env = {**os.environ, "CONTAINERS_CONF": str(configuration)}
        self.driver = "overlay"
        if self.podman("info", check=False).returncode != 0:
            self.driver = "vfs"

    @property
    def _storage(self) -> list[str]:
        return ["--root", f"{self.folder}/store", "--runroot", f"{self.folder}/run", "--storage-driver", self.driver]

    def storage_name(self, image: str) -> str:
        """The image as skopeo names what is in this storage."""
        return f"containers-storage:[{self.driver}@{self.folder}/store+{self.folder}/run]{image}"

    def podman(
        self, *arguments: str, check: bool = True, merged: bool = False, timeout: float = 600
    ) -> subprocess.CompletedProcess[str]:
        """Run podman to its end; ``merged`` keeps both streams in their order in ``stdout``."""
        return self._run(["podman", *self._storage, *arguments], check=check, merged=merged, timeout=timeout)

    def skopeo(self, *arguments: str) -> None:
        """Run skopeo; images are not signed here."""
        self._run(["skopeo", "--insecure-policy", *arguments], check=True, merged=False, timeout=600)

    def _run(self, argv: list[str], *, check: bool, merged: bool, timeout: float) -> subprocess.CompletedProcess[str]:
        completed = subprocess.run(
            argv,
            check=False,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merged else subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=timeout,
        )
        if check and completed.returncode != 0:
            shown = " ".join(argv)
            msg = f"{shown}\nended with {completed.returncode}:\n{completed.stdout}\n{completed.stderr or ''}"
            raise AssertionError(msg)
        return completed

    def names(self, image: str) -> list[str]:
        """Every path of the image's file system, relative to its root."""
        container = self.podman("create", "--network", "none", image, "true").stdout.strip()
        try:
            mounted = Path(self.podman("mount", container).stdout.strip())
            return [
                str(Path(folder, name).relative_to(mounted))
                for folder, folders, files in os.walk(mounted)
                for name in (*folders, *files)
            ]
        finally:
            self.podman("rm", "--force", container)

    def configuration(self, image: str) -> Mapping[str, object]:
        """The image's configuration as podman reads it."""
        found: list[Mapping[str, Mapping[str, object]]] = json.loads(self.podman("inspect", image).stdout)
        return found[0]["Config"]


def mounts(places: Mapping[str, Path], *, read_only: Iterable[str] = ()) -> list[str]:
    """Options that show host folders and files at paths in the container."""
    closed = set(read_only)
    return [
        option
        for path, place in places.items()
        for option in ("--volume", f"{place}:{path}{':ro' if path in closed else ''}")
    ]
