"""What whole builds need: a packed interpreter, a pip, small wheels, and a place where ``bin/build`` runs by itself.

``Workshop`` is shared by all tests and their workers; a ``Bench`` belongs to one test. A bench runs ``bin/build`` as a
platform would, at ``/layers`` and ``/workspace``, and keeps what it left there for the next build.
"""

import fcntl
import hashlib
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import tomli
from pure.layers.names import PYTHON_CACHE, VENV, VENV_CACHE
from pure.outcome import Success
from pure.project.detection import OFFERED, OWN
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from shell.command.runtime_pack import packed_once
from shell.lifecycle.processes import Description, Mount, Room
from shell.process import run
from shell.world import read_target

from tests.local_index import make_wheel
from tests.places import ROOT

LAYERS = "/layers/lamina_python"
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = sys.version.split()[0]
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PIN = (ROOT / "data" / "pip-requirements.txt").read_text().partition("pip==")[2].split()[0]

Tree = dict[str, tuple[int, str]]
# What this buildpack requires of itself, where nobody else requires anything of it.
OWN_PLAN = "".join(f'[[entries]]\nname = "{name}"\nmetadata = {{ {OWN} = true }}\n' for name in OFFERED)


def machine_settings() -> dict[str, str]:
    """How this machine says that a package index is reached."""
    starts = ("PIP_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "http_", "https_", "no_proxy")
    return {name: value for name, value in os.environ.items() if name.startswith(starts)}


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other workers of this test run out meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Workshop:
    """What all builds of a test run share, below one folder."""

    def __init__(self, shared: Path) -> None:
        self.shared = shared
        self.cache_home = shared / "cache"
        self.wheels = shared / "wheels"
        self.pips = shared / "pips"
        with locked(shared):
            packed = packed_once(Path(sys.executable), self.cache_home / "lamina" / "runtimes")
            assert isinstance(packed, Success), packed
            self.runtime = packed.unwrap().entry
            if not self.wheels.exists():
                make_wheels(self.wheels)
            self.catalogue = self.write_catalogue("catalogue", self.runtime)
            if not list(self.pips.glob("*.whl")):
                self._download_pip()

    def write_catalogue(self, name: str, *runtimes: Runtime) -> Path:
        """A catalogue file that offers these runtimes; tests that run beside each other don't share one by its name."""
        content = encode_catalogue(Catalogue(runtimes=runtimes))
        path = self.shared / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}.json"
        new = path.with_name(f"{path.name}.{os.getpid()}")
        new.write_bytes(content)
        new.rename(path)
        return path

    def _download_pip(self) -> None:
        # The pinned pip comes from the package index once in a test run; builds then find it in a folder.
        target = ("--no-deps", "--quiet", "--dest", str(self.pips), f"pip=={PIN}")
        done = run([sys.executable, "-m", "pip", "download", *target], env=dict(os.environ))
        assert done.ok, done.stderr

    def next_patch(self) -> Runtime:
        """The same Python, which says of itself that it is the next patch release."""
        with locked(self.shared / "next"):
            place = self.shared / "next" / "runtime.tar.gz"
            if not place.exists():
                text = f"import sys\nsys.version = sys.version.replace({VERSION!r}, {next_patch()!r}, 1)\n".encode()
                own = tarfile.TarInfo(f"python/lib/python{MINOR}/sitecustomize.py")
                own.size = len(text)
                with (
                    tarfile.open(self.runtime.url.removeprefix("file://")) as source,
                    tarfile.open(f"{place}.new", "w:gz", compresslevel=1) as target,
                ):
                    for member in source:
                        target.addfile(member, source.extractfile(member) if member.isreg() else None)
                    target.addfile(own, io.BytesIO(text))
                Path(f"{place}.new").rename(place)
        digest = hashlib.sha256(place.read_bytes()).hexdigest()
        return msgspec.structs.replace(self.runtime, version=next_patch(), url=place.as_uri(), sha256=digest)

    @property
    def offline(self) -> dict[str, str]:
        """Variables that keep pip off the network."""
        return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels /pips"}


def make_wheels(folder: Path) -> None:
    """Small distributions: ``alpha`` in three versions, ``beta`` that needs it, two that share a file, a few more."""
    new = folder.with_name(f"{folder.name}.new")
    for version in ("1.0", "1.1", "2.0"):
        files = {"alpha/__init__.py": f"VERSION = '{version}'\n", f"alpha/only_{version[0]}.py": "x = 1\n"}
        make_wheel(new, "alpha", version, files, scripts={"alpha": "alpha:VERSION.strip"})
    make_wheel(new, "beta", "1.0", {"beta.py": "import alpha\n"}, requires=("alpha>=1",))
    make_wheel(new, "beta", "1.1", {"beta.py": "import alpha, gamma\n"}, requires=("alpha>=1", "gamma"))
    make_wheel(new, "gamma", "1.0", {"gamma.py": "def gamma():\n    return 3\n"})
    make_wheel(new, "delta", "1.0", {"shared/__init__.py": "owner = 'delta'\n", "shared/delta.py": "d = 1\n"})
    make_wheel(new, "epsilon", "1.0", {"shared/__init__.py": "owner = 'epsilon'\n", "shared/epsilon.py": "e = 1\n"})
    new.rename(folder)


def hashed(wheels: Path, *pins: str) -> str:
    """Requirements lines that pin local wheels with their hashes."""
    lines = []
    for pin in pins:
        name, _, version = pin.partition("==")
        digest = hashlib.sha256((wheels / f"{name}-{version}-py3-none-any.whl").read_bytes()).hexdigest()
        lines.append(f"{pin} --hash=sha256:{digest}\n")
    return "".join(lines)


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """How ``bin/build`` ended and what it wrote."""

    status: int
    log: str

    def actions(self) -> dict[str, str]:
        """What became of each layer, as the last line says, but for the files that are kept of two of them.

        What keeps the environment goes with it: ``tests/pure/layers`` and the histories hold that.
        """
        last = self.log.rstrip().splitlines()[-1]
        found: dict[str, str] = {}
        for part in last.partition(": ")[2].split("; "):
            action, _, names = part.partition(" ")
            found |= dict.fromkeys(names.split(", "), action)
        return {name: action for name, action in found.items() if name not in (VENV_CACHE, PYTHON_CACHE)}


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


class Bench:
    """An application and its layers."""

    def __init__(self, root: Path, workshop: Workshop, base: Path | None = None) -> None:
        self.workshop = workshop
        self.root = root
        self.buildpack = ROOT
        self.wheels = workshop.wheels
        self.app, self.layers, self.plan = root / "workspace", root / "layers", root / "plan.toml"
        for name in ("workspace", "home", "enter", "platform/env"):
            (root / name).mkdir(parents=True)
        self.plan.write_text(OWN_PLAN)
        self.use_layers(base)

    def use_layers(self, base: Path | None) -> None:
        """Start over with a copy of these layers, or with none."""
        if self.layers.exists():
            remove(self.layers)
        if base is None:
            (self.layers / "lamina_python").mkdir(parents=True)
        else:
            copy_layers(base, self.layers)

    @property
    def own(self) -> Path:
        """The buildpack's own layers."""
        return self.layers / "lamina_python"

    @property
    def venv(self) -> Path:
        return self.own / "venv"

    def forget_environment(self) -> None:
        """As if no build had made one yet."""
        for name in (VENV, VENV_CACHE):
            (self.own / f"{name}.toml").unlink(missing_ok=True)
            remove(self.own / name)

    @property
    def site(self) -> Path:
        return self.venv / "lib" / f"python{MINOR}" / "site-packages"

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Make the application hold exactly these files."""
        remove(self.app)
        self.app.mkdir()
        write_files(self.app, files)

    def require(self, *lines: str) -> None:
        """Make the application a ``requirements.txt`` of these lines."""
        self.write({"requirements.txt": "".join(f"{line}\n" for line in lines)})

    def environment(self, env: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """What a platform gives to ``bin/build``; ``None`` takes a variable away."""
        target = read_target({})
        own: dict[str, str | None] = {
            "PATH": PATH,
            "HOME": "/cnb/home",
            "CNB_BUILDPACK_DIR": "/cnb/buildpacks/lamina_python/0.1.0",
            "CNB_LAYERS_DIR": LAYERS,
            "CNB_PLATFORM_DIR": "/platform",
            "CNB_BP_PLAN_PATH": "/cnb/plan.toml",
            "CNB_TARGET_OS": target.os,
            "CNB_TARGET_ARCH": target.arch,
            "CNB_TARGET_DISTRO_NAME": target.distro.name if target.distro else None,
            "CNB_TARGET_DISTRO_VERSION": target.distro.version if target.distro else None,
            "BP_PYTHON_CATALOGUE": str(self.workshop.catalogue),
            "BP_PYTHON_DEFAULT_VERSION": MINOR,
            **self.workshop.offline,
            **(env or {}),
        }
        return {name: value for name, value in own.items() if value is not None}

    def description(
        self, env: Mapping[str, str | None] | None = None, *, argv: tuple[str, ...] = (), app: str = "/workspace"
    ) -> Description:
        buildpack = "/cnb/buildpacks/lamina_python/0.1.0"
        mounts = (
            Mount(target="/layers", source=str(self.layers)),
            Mount(target=app, source=str(self.app)),
            Mount(target="/platform", source=str(self.root / "platform"), kind="read-only"),
            Mount(target="/cnb/plan.toml", source=str(self.plan), kind="read-only"),
            Mount(target="/cnb/home", source=str(self.root / "home")),
            Mount(target=buildpack, source=str(self.buildpack), kind="read-only"),
            Mount(target="/wheels", source=str(self.wheels), kind="read-only"),
            Mount(target="/pips", source=str(self.workshop.pips), kind="read-only"),
        )
        program = argv or (f"{buildpack}/bin/build", LAYERS, "/platform", "/cnb/plan.toml")
        return Description(mounts=mounts, argv=program, env=self.environment(env), cwd=app, app=app)

    def run(self, description: Description) -> Built:
        lines: list[str] = []
        ended = Room(self.root / "enter").run(description, on_line=lines.append)
        assert isinstance(ended, Success), ended
        return Built(status=ended.unwrap(), log="".join(f"{line}\n" for line in lines))

    def try_build(self, env: Mapping[str, str | None] | None = None, *, app: str = "/workspace") -> Built:
        """Run ``bin/build``, whatever comes of it."""
        return self.run(self.description(env, app=app))

    def build(self, env: Mapping[str, str | None] | None = None, *, app: str = "/workspace") -> Built:
        """Run ``bin/build``, which has to succeed."""
        built = self.try_build(env, app=app)
        assert built.status == 0, built.log
        return built

    def start(self, env: Mapping[str, str | None] | None = None) -> "subprocess.Popen[str]":
        """Start ``bin/build`` in a process group of its own."""
        argv, _ = Room(self.root / "enter").prepare(self.description(env))
        return subprocess.Popen(
            argv,
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )

    def execute(self, *argv: str, env: Mapping[str, str] | None = None) -> Built:
        """Run something where the layers are, such as the application's own interpreter."""
        description = self.description(argv=argv)
        return self.run(msgspec.structs.replace(description, env={"PATH": PATH, **(env or {})}))

    def versions(self) -> dict[str, str]:
        """The distributions in the environment."""
        pairs = (path.name.removesuffix(".dist-info").rsplit("-", 1) for path in self.site.glob("*.dist-info"))
        return dict(sorted((name, version) for name, version in pairs))


def tree(folder: Path) -> Tree:
    """Everything below a folder: its mode, and the digest of its bytes or where it points."""
    found: Tree = {}
    for current, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(current, name)
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                content = f"-> {path.readlink()}"
            elif stat.S_ISDIR(status.st_mode):
                content = "folder"
            else:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(folder))] = (stat.S_IMODE(status.st_mode), content)
    return found


def differences(one: Tree, other: Tree) -> list[str]:
    """The paths at which two trees differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def metadata(bench: Bench) -> dict[str, object]:
    """What the layers say of themselves."""
    return {path.stem: tomli.loads(path.read_text()) for path in sorted(bench.own.glob("*.toml"))}


def copy(source: Path, target: Path) -> None:
    """Copy a tree as it is."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def copy_layers(source: Path, target: Path) -> None:
    """Copy layers; the files of Python and pip, which builds replace but never write into, as second names."""
    (target / "lamina_python").mkdir(parents=True)
    for path in (source / "lamina_python").iterdir():
        linked = path.name in ("python", "pip")
        command = ("cp", "-al", str(_own_copy(path))) if linked else ("cp", "-a", str(path))
        subprocess.run([*command, str(target / "lamina_python" / path.name)], check=True)


def own_copies(shared: Path, worker: int | None = None) -> Path:
    """Where a worker keeps its own copies of layers, by its process; this one's, unless another is said."""
    return shared / f"of-{worker or os.getpid()}"


def _own_copy(layer: Path) -> Path:
    """This worker's copy of a layer: giving a file another name, or taking one, changes when it was changed last.

    A build of another worker would see that, and take it for the doing of its build commands. The layer itself has to
    stay as it is.
    """
    base = layer.parents[1]
    own = own_copies(base.parent) / f"{base.name}-{layer.name}"
    if not own.exists():
        own.parent.mkdir(exist_ok=True)
        new = own.with_name(f"{own.name}.new")
        remove(new)
        copy(layer, new)
        new.rename(own)
    return own


def remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[str]", seconds: float = 20) -> bool:
    """Wait until something is so; false if the process ended before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if process.poll() is not None:
            return condition()
        time.sleep(0.001)
    return False


def kill_all(process: "subprocess.Popen[str]") -> None:
    """Kill a process and all that it started, as the end of a container does."""
    stopped: list[int] = []
    waiting = [process.pid]
    while waiting:
        for pid in waiting:
            try:
                os.kill(pid, signal.SIGSTOP)
            except ProcessLookupError:
                continue
            stopped.append(pid)
        waiting = [pid for pid, parent in _parents() if parent in stopped and pid not in stopped]
    for pid in stopped:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
    while any(Path(f"/proc/{pid}").exists() and _alive(pid) for pid in stopped):
        time.sleep(0.005)


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(entry.name), int(fields[1])


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


_TIMES = re.compile(r"\b(?:\d+ min )?\d+(?:\.\d+)? ?(?:ms|s|min)\b(?! *[a-z])")
_SIZES = re.compile(r"\b\d+(?:\.\d+)? (?:bytes|B|kB|KB|MB|GB)\b")
_COUNTS = re.compile(r"\b(Unpacked|Compiled|left out|kept that of) [0-9,]+( files?| modules?|\b)")


def normalised(log: str, other: str = "") -> str:
    """A log without what differs from run to run and from machine to machine.

    ``other`` is another version of Python that it may mention.
    """
    target = read_target({})
    text = re.sub(r"\bpip-[0-9.]+-py3-none-any\.whl", "pip-<bundled>-py3-none-any.whl", log)
    text = re.sub(r"^.*Warning: .*end of life.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"instead of Lamina's [0-9.]+", "instead of Lamina's <default>", text)
    text = re.sub(r"runtime archive [0-9a-f]{12} → [0-9a-f]{12}", "runtime archive <digest> → <digest>", text)
    text = text.replace(next_patch(), "<minor>.<patch + 1>").replace(VERSION, f"{MINOR}.<patch>")
    text = text.replace(f"linux/{target.arch} ({target.distro})", "linux/<arch> (<distro>)")
    text = re.sub(r"(--python-platform) \S+", r"\1 <platform>", text)
    text = re.sub(rf"\b{re.escape(PIN)}\b", "<pip>", text)
    if other:
        minor = other.rpartition(".")[0]
        text = text.replace(other, "<other minor>.<patch>")
        text = re.sub(rf"\b{re.escape(minor)}\b", "<other minor>", text)
    text = re.sub(rf"\b{re.escape(MINOR)}\b(?!\.\d)", "<minor>", text)
    text = re.sub(r"^(Lamina) [0-9.]+", r"\1 <version>", text, flags=re.MULTILINE)
    text = re.sub(r"sha256:[0-9a-f]{12,64}", "sha256:<digest>", text)
    # Which parts of a build take long enough to be told depends on the machine.
    text = re.sub(r"^Time: .*\n", "", text, flags=re.MULTILINE)
    text = _SIZES.sub("<size>", text)
    text = _TIMES.sub("<time>", text)
    return _COUNTS.sub(lambda match: f"{match[1]} <count>{match[2].rstrip('s') + 's' if match[2] else ''}", text)


def next_patch() -> str:
    """The version after the running interpreter's."""
    minor, _, patch = VERSION.rpartition(".")
    return f"{minor}.{int(re.match(r'[0-9]+', patch)[0]) + 1}"  # type: ignore[index]
