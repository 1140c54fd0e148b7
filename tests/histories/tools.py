"""The programs of this world: an interpreter, pip, uv, Poetry, Pipenv and PDM, as far as environments notice them.

Each does to the disk what the real one does, with the traits that builds have met: tools compare versions and nothing
else, Pipenv removes nothing, uv leaves times and a lock behind, PDM forgets the bytecode of what it takes away, and pip
builds in the folder that it installs from. A tool that is of another architecture or distribution doesn't start.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from pure.build.steps import Ended, RunProgram

from tests.histories.application import (
    EXTRA,
    GROUP,
    NO_BINARY,
    TOKEN,
    Application,
    Chosen,
    Outside,
    UnresolvableError,
    Want,
    commit,
    resolve,
)
from tests.histories.disk import Disk, Link, Script
from tests.histories.environments import PIP, STALE, TRAITS, Present, Venv, payload, report_item
from tests.histories.files import resolution
from tests.histories.index import Place, sha
from tests.histories.situation import Situation

# The last module that a tool's installation writes.
_LAST: Final = "vendor/__init__"


class Failed(Exception):  # noqa: N818  (how a program ends)
    """A program ends with this status after these words."""

    def __init__(self, *said: str, status: int = 1) -> None:
        super().__init__(*said)
        self.said = said
        self.status = status


class Python(msgspec.Struct, frozen=True, kw_only=True):
    """An interpreter that starts here."""

    version: str
    minor: str


class Machine:
    """Where programs run: a disk, what is outside, the situation of the build, and a clock that only they see."""

    def __init__(self, disk: Disk, situation: Situation, *, now: int = 0) -> None:
        self.disk = disk
        self.situation = situation
        self.now = now
        self.versions: dict[str, str] = {}  # of the tools that ran, by name
        self.installed: list[str] = []  # names that were written into the environment

    @property
    def application(self) -> Application:
        return self.situation.application

    @property
    def outside(self) -> Outside:
        return self.situation.outside

    def run(self, step: RunProgram) -> Ended:
        """Run a program to its end, whatever that is."""
        self.now += 1
        said: tuple[str, ...]
        try:
            said, status = self._run(step, dict(step.environment)), 0
        except Failed as failed:
            said, status = failed.said, failed.status
        except OSError as error:
            said, status = (
                (f"ERROR: Could not install packages due to an OSError: {error}", f"OSError: {error.strerror}"),
                1,
            )
        return Ended(program=step, returncode=status, said=said, seconds=1.0)

    def _run(self, step: RunProgram, env: Mapping[str, str]) -> tuple[str, ...]:
        argv = step.argv
        match step.purpose:
            case "probe":
                return (self.python(argv[0]).version,)
            case "install-tool":
                return self._install_tool(argv, env)
            case "create-environment":
                python = self.python(argv[0])
                Venv(self.disk, argv[-1], python.minor).create(argv[0], python.version)
                return ()
            case "resolve" if argv[0].endswith("/bin/uv"):
                return self._resolve_by_uv(argv)
            case "resolve" | "install" | "ask-again" | "compare-indexes":
                return self._pip(argv, env, step.folder)
            case "check-lock" | "synchronise":
                return self._tool(argv, env, step.folder)
            case "collect-static":
                return ("0 static files copied.",)
            case "build-command":
                return self._build_command(argv, env, step.folder)
            case "try-import":
                return ()

    def _build_command(self, argv: tuple[str, ...], env: Mapping[str, str], folder: str) -> tuple[str, ...]:
        """A command that needs all that is installed, writes beside the code, and leaves a cache where it shouldn't."""
        root = env.get("VIRTUAL_ENV", "")
        python = self.python(f"{root}/bin/python")
        venv = Venv(self.disk, root, python.minor)
        lines = [f"{each.name} {each.version}" for each in venv.present().values()]
        self.disk.write_slowly(f"{folder}/made-by-a-command.txt", f"{argv[-1]}\n{lines}\n{sorted(env)}".encode())
        self.disk.write_slowly(f"{venv.site}/cache-{self.now}/of-a-command.txt", b"a cache")
        return ()

    def python(self, path: str) -> Python:
        """The interpreter at a path; it has to be one, and of this machine."""
        found = self.disk.node(path)
        while isinstance(found, Link):
            path = found if found.startswith("/") else f"{path.rpartition('/')[0]}/{found}"
            found = self.disk.node(path)
        words = found.decode().split() if isinstance(found, Script) else []
        if len(words) != 5 or words[0] != "python":
            raise Failed(f"{path}: No such file or directory", status=127)
        _, version, arch, distro, end = words
        if end != "complete" or arch != self.situation.arch:
            raise Failed(f"{path}: cannot execute binary file: Exec format error", status=126)
        if distro not in ("any", str(self.situation.distribution).replace(" ", "-")):
            raise Failed(f"{path}: version `GLIBC_2.39' not found", status=1)
        minor = version.rpartition(".")[0]
        library = self.disk.folder(path.rpartition("/bin/")[0] + f"/lib/python{minor}")
        if "os.py" not in library:
            raise Failed("ModuleNotFoundError: No module named 'encodings'")
        return Python(version=version, minor=minor)

    # The tools' own installation

    def _install_tool(self, argv: tuple[str, ...], env: Mapping[str, str]) -> tuple[str, ...]:
        python = self.python(argv[0])
        wheel = argv[2].removesuffix("/pip")
        if self.disk.read(wheel) is None:
            raise Failed(f"can't open file '{argv[2]}'")
        text = (self.disk.read(argv[-1]) or b"").decode() if argv[-2] == "-r" else argv[-1]
        name, _, version = text.split()[0].partition("==")
        self._present_tool(env["PYTHONUSERBASE"], name, version, python.minor)
        return ()

    def _present_tool(self, base: str, name: str, version: str, minor: str) -> None:
        site = f"{base}/lib/python{minor}/site-packages"
        if name == "uv":
            self.disk.write_slowly(f"{base}/bin/uv", Script(self._tool_text(name, version, "")))
            return
        self.disk.write_slowly(f"{site}/{name}/__init__.py", self._tool_text(name, version, minor))
        for module in ("__main__", "cli/__init__", "cli/main", _LAST):
            self.disk.write_slowly(f"{site}/{name}/{module}.py", b"main()\n")

    def _tool_text(self, name: str, version: str, minor: str) -> bytes:
        # pip's closure is pure Python, that of the others isn't.
        distro = self.situation.distribution if name not in ("pip", "uv") else "any"
        return f"{name} {version} for {minor} {self.situation.arch} {distro}\n".encode()

    def _started(self, path: str, name: str, minor: str) -> None:
        """Start a tool that lies at a path; it must be for this machine and this Python."""
        found = self.disk.read(path)
        if found is None:
            raise Failed(f"No module named {name}")
        version = found.decode().split()[1]
        if found != self._tool_text(name, version, minor):
            raise Failed(f"{name}: built for another machine")
        if name != "uv" and self.disk.read(f"{path.removesuffix('__init__.py')}{_LAST}.py") != b"main()\n":
            raise Failed(f"ModuleNotFoundError: No module named '{name}.{_LAST}'")
        self.versions[name] = version

    # pip

    def _pip(self, argv: tuple[str, ...], env: Mapping[str, str], folder: str) -> tuple[str, ...]:
        python = self.python(argv[0])
        self._started(
            f"{env['PYTHONUSERBASE']}/lib/python{python.minor}/site-packages/pip/__init__.py", "pip", python.minor
        )
        subject = argv[argv.index("--python") + 1]
        inner = self.python(subject)
        venv = Venv(self.disk, subject.removesuffix("/bin/python"), inner.minor)
        dry = "--dry-run" in argv
        found = self._resolved_by_pip(argv, folder)
        present = {} if "--ignore-installed" in argv else venv.present()
        kinds = {name: self._kind(each, env) for name, each in found.items()}
        new = {}
        for name, each in found.items():
            if not self._satisfied(present.get(name), each):
                new[name] = each
        items = [report_item(each, kinds[name], app=folder, venv=venv.root) for name, each in new.items()]
        report = json.dumps({"version": "1", "install": items}).encode()
        for name, each in new.items():
            self._fetch(each, kinds[name], env)
        if dry:
            self.disk.write_slowly(argv[argv.index("--report") + 1], report)
            for each in new.values():
                self._leave(each, folder, built=False)
            return ()
        for name, each in new.items():
            place = self._place(inner.minor)
            files = self._pip_payload(each, kinds[name], place, env, folder)
            old = present.get(name)
            if old is not None:
                venv.uninstall(old, PIP)
            if each.source == "checkout":
                self._check_out(f"{venv.root}/src/remote", each)
            self.installed.append(name)
            venv.install(each, PIP, files, built=False, now=self.now, app=folder)
            self._leave(each, folder, built=True)
        self.disk.write_slowly(argv[argv.index("--report") + 1], report)
        return ()

    def _resolved_by_pip(self, argv: tuple[str, ...], folder: str) -> dict[str, Chosen]:
        application = self.application
        pins: dict[str, str] = {}
        if "--constraint" in argv:
            text = (self.disk.read(argv[argv.index("--constraint") + 1]) or b"").decode()
            pins = dict(line.split("==") for line in text.splitlines())
        own: tuple[Chosen, ...] = ()
        wants: Iterable[Want]
        if application.manager == "project":
            words = argv[argv.index(next(word for word in argv if word.startswith("."))) :]
            wants = [*application.wants]
            if f".[{EXTRA}]" in words:
                wants += application.fancy
            wants += application.more if GROUP in words else ()
            own = (
                Chosen(name="app", version="1", source="folder", revision=application.local_revision, requested=True),
            )
        elif application.hashed:
            return self._locked(application.locked, argv)
        else:
            wants = application.wants
        try:
            found = resolve(wants, application, self.outside, pins=pins)
        except UnresolvableError as error:
            raise Failed(f"ERROR: No matching distribution found for {error}") from None
        return dict(sorted({**found, **{each.name: each for each in own}}.items()))

    def _locked(self, locked: Iterable[Chosen], argv: tuple[str, ...]) -> dict[str, Chosen]:
        # Each line of the file is one that the user asked for.
        return {each.name: msgspec.structs.replace(each, requested=True) for each in locked}

    def _satisfied(self, present: Present | None, wanted: Chosen) -> bool:
        """Whether pip leaves in place what it finds (``pip._internal.resolution.resolvelib.resolver``)."""
        if present is None or present.version != wanted.version:
            return False
        return not (present.editable or wanted.source in ("editable", "checkout", "folder"))

    def _pip_payload(
        self, each: Chosen, kind: str, place: Place, env: Mapping[str, str], folder: str
    ) -> dict[str, bytes]:
        """The files of a wheel; of one that has to be built, from pip's cache where an earlier build left it there."""
        if each.source != "commit" and not (each.source == "index" and kind == "sdist"):
            return payload(each, place=None, app=folder)
        # The key knows the interpreter's tags and nothing of the distribution.
        key = sha(f"{each.name} {each.version} {each.revision} {each.source} {place.minor} {place.arch}")
        cached = f"{env['PIP_CACHE_DIR']}/wheels/{key[:2]}/{key}"
        found = self.disk.read(f"{cached}/{each.name}.whl")
        if found is None:
            built = payload(each, place=place, app=folder)
            self.disk.write(f"{cached}/{each.name}.whl", json.dumps({k: v.decode() for k, v in built.items()}).encode())
            origin = {"url": f"https://files.example/{each.name}.tar.gz?token={TOKEN}", "archive_info": {}}
            self.disk.write(f"{cached}/origin.json", json.dumps(origin).encode())
            return built
        return {path: text.encode() for path, text in json.loads(found).items()}

    def _fetch(self, each: Chosen, kind: str, env: Mapping[str, str]) -> None:
        """Get an artefact; the index must still have the one that is wanted."""
        if each.release is not None and self.outside.index.revision(each.release) != each.revision:
            raise Failed(f"ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. {each.name}")

    def _check_out(self, root: str, each: Chosen) -> None:
        self.disk.remove_tree(root)
        self.disk.write_slowly(
            f"{root}/.git/config", f"url = https://x:{TOKEN}@git.example\ntime = {self.now}\n".encode()
        )
        self.disk.write_slowly(f"{root}/remote.py", f"# remote at {commit(each.revision)}\n".encode())

    def _leave(self, each: Chosen, folder: str, *, built: bool) -> None:
        """What setuptools leaves in a folder that it builds from."""
        if each.source not in ("folder", "editable"):
            return
        home = f"{folder}/libs/local" if each.name == "local" else folder
        self.disk.write(f"{home}/{each.name}.egg-info/PKG-INFO", f"Version: {each.revision} {self.now}\n".encode())
        if built and each.source == "folder":
            self.disk.write(f"{home}/build/lib/{each.name}.py", f"# {self.now}\n".encode())
            self.disk.make_folder(f"{home}/build/bdist.linux-{self.situation.arch}")

    # Tools that synchronise

    def _tool(self, argv: tuple[str, ...], env: Mapping[str, str], folder: str) -> tuple[str, ...]:
        if argv[0].endswith("/bin/uv"):
            name = "uv"
            self._started(argv[0], name, "")
            path = argv[argv.index("--python") + 1] if "--python" in argv else env["UV_PYTHON"]
            root = path.removesuffix("/bin/python") if "--python" in argv else env["UV_PROJECT_ENVIRONMENT"]
        else:
            name = argv[argv.index("-m") + 1]
            minor = self.python(argv[0]).minor
            self._started(f"{env['PYTHONUSERBASE']}/lib/python{minor}/site-packages/{name}/__init__.py", name, minor)
            path = root = env["VIRTUAL_ENV"]
            path = f"{root}/bin/python"
        application = self.application
        if application.manager == "uv-pip":
            self._install_by_uv(argv, env, folder, Venv(self.disk, root, self.python(path).minor))
            return ()
        stale = application.locked_from != application.declared
        checks = argv[-1] in ("verify", "--check") or name in ("poetry", "uv")
        if stale and checks and application.manager != "pylock":
            raise Failed(STALE[name])
        if argv[-1] in ("verify", "--check"):
            return ()
        venv = Venv(self.disk, root, self.python(path).minor)
        self._synchronise(name, argv, env, folder, venv)
        return ()

    # uv, with pip's files

    def _resolve_by_uv(self, argv: tuple[str, ...]) -> tuple[str, ...]:
        self._started(argv[0], "uv", "")
        self.python(argv[argv.index("--python") + 1])
        text = "".join(f"{each}\n" for each in map(resolution, self._wanted_of_uv({}).values()))
        self.disk.write_slowly(argv[argv.index("--output-file") + 1], text.encode())
        return ()

    def _install_by_uv(self, argv: tuple[str, ...], env: Mapping[str, str], folder: str, venv: Venv) -> None:
        if "--exact" not in argv or "--upgrade" not in argv:
            raise Failed("error: what is installed already would have a say")
        if self.application.hashed is not ("--require-hashes" in argv) and self.application.wants:
            raise Failed("error: Hash-checking is required for all of them or for none")
        pins: dict[str, str] = {}
        if "--constraints" in argv:
            text = (self.disk.read(argv[argv.index("--constraints") + 1]) or b"").decode()
            pins = dict(line.split("==") for line in text.splitlines())
        refused = argv[argv.index("--no-binary") + 1] if "--no-binary" in argv else ""
        self._bring_about(
            "uv", self._wanted_of_uv(pins), {**env, NO_BINARY["uv-pip"]: refused}, folder, venv, only_adds=False
        )

    def _wanted_of_uv(self, pins: Mapping[str, str]) -> dict[str, Chosen]:
        application = self.application
        if application.hashed:
            return {each.name: each for each in application.locked}
        try:
            return resolve(application.wants, application, self.outside, pins=pins)
        except UnresolvableError as error:
            raise Failed(f"  x No solution found when resolving dependencies: {error}") from None

    def _synchronise(self, name: str, argv: tuple[str, ...], env: Mapping[str, str], folder: str, venv: Venv) -> None:
        only_adds = name == "pipenv" or (name == "uv" and argv[1:3] == ("pip", "install"))
        wanted = {each.name: each for each in self._selected(argv)}
        self._bring_about(name, wanted, env, folder, venv, only_adds=only_adds)

    def _bring_about(
        self,
        name: str,
        wanted: Mapping[str, Chosen],
        env: Mapping[str, str],
        folder: str,
        venv: Venv,
        *,
        only_adds: bool,
    ) -> None:
        trait = TRAITS[name]
        present = venv.present()
        if name == "uv":
            self.disk.write(f"{venv.root}/.lock", b"")
        if not only_adds:
            for old in present.values():
                if old.name not in wanted:
                    venv.uninstall(old, trait)
        for each in wanted.values():
            there = present.get(each.name)
            if there is not None and there.version == each.version:
                continue
            kind = self._kind(each, env)
            self._fetch(each, kind, env)
            built = each.source != "index" or kind == "sdist"
            if there is not None:
                venv.uninstall(there, trait)
            files = payload(each, place=self._place(venv.minor) if built else None, app=folder)
            self.installed.append(each.name)
            venv.install(each, trait, files, built=built, now=self.now, app=folder)
            self._leave(each, folder, built=True)

    def _selected(self, argv: tuple[str, ...]) -> list[Chosen]:
        words = {part for word in argv for part in word.replace(",", " ").split()}
        asked = {"", *({GROUP} & words), *({EXTRA} & words)}
        return [each for each in self.application.locked if each.groups & asked]

    # Both

    def _kind(self, each: Chosen, env: Mapping[str, str]) -> str:
        if each.release is None:
            return "wheel"
        refused = env.get(NO_BINARY[self.situation.manager], "").split(",")
        return "sdist" if each.name in refused else each.release.kind

    def _place(self, minor: str) -> Place:
        return Place(minor=minor, arch=self.situation.arch, distro=str(self.situation.distribution))
