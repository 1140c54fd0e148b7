"""The whole recipe with the real pip: after it, the environment is file for file what a fresh install gives."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pure.outcome import Success
from pure.venv.difference import Changes, diff, verify
from pure.venv.installed import (
    InstalledSet,
    emptied_directories,
    missing_files,
    overlaps,
    parse_installed,
    record_with_requested,
    removal,
    requested_changes,
    strays,
)
from pure.venv.resolved import Archive, Index, Local, ResolvedSet, Vcs, parse_report, pins
from shell.process import run

from tests.local_index import make_project, make_wheel, serve
from tests.often import often

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"


class Environment:
    """A virtual environment without pip, on a path that stays the same over several lives."""

    def __init__(self, root: Path, host: str = "", credentials: str = "") -> None:
        self.root = root / "venv"
        self.project = root / "app"
        self.project.mkdir(exist_ok=True)
        self.host = host
        self.report = root / "report.json"
        self.home = root / "home"
        self.address = f"{credentials}@{host}" if credentials else host

    def create(self) -> None:
        if self.root.exists():
            shutil.rmtree(self.root)
        done = run([sys.executable, "-I", "-m", "venv", "--without-pip", str(self.root)], env=self.env)
        assert done.ok, done.stderr

    @property
    def env(self) -> dict[str, str]:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.home), "LANG": "C.UTF-8"}
        if self.host:
            return own | {"PIP_CONFIG_FILE": os.devnull}
        # The package index is reached as this machine says.
        machine = ("PIP_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "http_", "https_", "no_proxy")
        return own | {name: value for name, value in os.environ.items() if name.startswith(machine)}

    def pip(self, *arguments: str, fail: bool = False) -> str:
        prefix = [sys.executable, "-m", "pip", "--python", str(self.root / "bin" / "python")]
        prefix += ["--disable-pip-version-check", "--no-input"]
        index = ["--index-url", f"http://{self.address}/simple/"] if self.host else []
        done = run([*prefix, "install", *index, *arguments], env=self.env, cwd=self.project)
        assert done.ok is not fail, done.stdout + done.stderr
        return done.stdout + done.stderr

    def write(self, requirements: str) -> None:
        (self.project / "requirements.txt").write_text(requirements.replace("HOST", self.host))
        (self.project / "limits.txt").write_text(f"beta @ http://{self.host}/files/beta-1.0-py3-none-any.whl\n")

    def install_fresh(self, requirements: str) -> ResolvedSet:
        self.create()
        self.write(requirements)
        self.pip("--no-compile", "--report", str(self.report), "-r", "requirements.txt")
        return self.resolved()

    def resolved(self) -> ResolvedSet:
        found = parse_report(self.report.read_bytes())
        assert isinstance(found, Success), found
        return found.unwrap()

    def installed(self) -> InstalledSet:
        site_packages = self.root / "lib" / f"python{MINOR}" / "site-packages"
        files = {
            path.relative_to(site_packages).as_posix(): path.read_bytes()
            for path in site_packages.glob("*.dist-info/*")
            if path.is_file()
        }
        return parse_installed(files, python_minor=MINOR)

    def files(self) -> list[str]:
        return [
            path.relative_to(self.root).as_posix()
            for path in sorted(self.root.rglob("*"))
            if path.is_symlink() or path.is_file()
        ]

    def tree(self) -> dict[str, tuple[int, bytes]]:
        return {
            path.relative_to(self.root).as_posix(): (
                path.lstat().st_mode,
                b"" if path.is_dir() else bytes(path.readlink()) if path.is_symlink() else path.read_bytes(),
            )
            for path in sorted(self.root.rglob("*"))
        }

    def reconcile(self, previous: ResolvedSet, requirements: str) -> tuple[Changes, ResolvedSet, str]:
        self.write(requirements)
        self.pip("--dry-run", "--ignore-installed", "--report", str(self.report), "-r", "requirements.txt")
        resolved = self.resolved()
        before = self.installed()
        assert before.problems == ()
        changes = diff(before, previous, resolved)
        doomed = removal(before, changes.to_delete)
        for path in doomed:
            (self.root / path).unlink(missing_ok=True)
        for path in emptied_directories(before, doomed):
            if (self.root / path).is_dir() and not any((self.root / path).iterdir()):
                (self.root / path).rmdir()
        output = ""
        if changes.to_install:
            constraints = self.project.parent / "pins.txt"
            constraints.write_text("".join(f"{line}\n" for line in pins(resolved)))
            output = self.pip("--no-compile", "-r", "requirements.txt", "-c", str(constraints))
        after = self.installed()
        assert verify(after, resolved) == ()
        assert overlaps(after, changes.to_install) == ()
        for change in requested_changes(after, {each.name: each.requested for each in resolved.distributions}):
            record = self.root / change.record
            record.write_bytes(record_with_requested(record.read_bytes(), change))
            if change.requested:
                (self.root / change.marker).touch()
            else:
                (self.root / change.marker).unlink()
        return changes, resolved, output


def _populate(wheels: Path) -> None:
    needs = ("beta", 'gamma; extra == "more"')
    make_wheel(wheels, "alpha", "1.0", {"alpha.py": "x = 1\n"}, requires=needs, extras=("more",))
    alpha = {"alpha.py": "x = 2\n", "alpha_new.py": "y = 2\n"}
    make_wheel(wheels, "alpha", "2.0", alpha, requires=needs, extras=("more",))
    make_wheel(wheels, "beta", "1.0", {"beta/__init__.py": "", "beta/deep/down.py": "z = 1\n"})
    make_wheel(wheels, "gamma", "1.0", {"gamma.py": ""}, scripts={"gamma-run": "gamma:main"})
    make_wheel(
        wheels, "gamma", "1.1", {"gamma.py": "\n"}, scripts={"gamma-run": "gamma:main", "gamma-new": "gamma:new"}
    )
    make_wheel(wheels, "Name.Space-One", "1.0", {"shared/one.py": "", "shared/both.py": "a = 1\n"})
    make_wheel(wheels, "Name.Space-Two", "1.0", {"shared/two.py": "", "shared/both.py": "a = 2\n"})
    make_wheel(wheels, "Name.Space-Two", "2.0", {"shared/two.py": "b\n", "shared/both.py": "a = 3\n"})
    make_wheel(wheels, "plain-space", "1.0", {"shared/plain.py": ""})
    make_wheel(wheels, "common-one", "1.0", {"common/__init__.py": "", "common/one.py": ""})
    make_wheel(wheels, "common-two", "1.0", {"common/__init__.py": "", "common/two.py": ""})
    data = {"scripts/zeta-tool": "#!python\nprint()\n", "data/share/zeta/deep/x": "x", "headers/zeta.h": "h"}
    make_wheel(wheels, "zeta", "1.0", {"zeta.py": "", **{f"zeta-1.0.data/{path}": text for path, text in data.items()}})


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    wheels = tmp_path_factory.mktemp("wheels")
    _populate(wheels)
    with serve(wheels) as host:
        yield wheels, host


@pytest.fixture
def environment(tmp_path: Path, index: tuple[Path, str]) -> Environment:
    return Environment(tmp_path, index[1])


SCENARIOS: Mapping[str, tuple[str, str, dict[str, set[str]]]] = {
    "nothing changed": ("alpha\n", "alpha\n", {"keep": {"alpha", "beta"}}),
    "added": ("beta\n", "beta\ngamma\n", {"keep": {"beta"}, "install": {"gamma"}}),
    "removed with its script": ("beta\ngamma\n", "beta\n", {"keep": {"beta"}, "remove": {"gamma"}}),
    "upgraded": ("alpha==1.0\n", "alpha==2.0\n", {"keep": {"beta"}, "redo": {"alpha"}}),
    "downgraded": ("alpha==2.0\n", "alpha==1.0\n", {"keep": {"beta"}, "redo": {"alpha"}}),
    "script added": ("gamma==1.0\n", "gamma==1.1\n", {"redo": {"gamma"}}),
    "dependency now requested": ("alpha\n", "alpha\nbeta\n", {"keep": {"alpha", "beta"}}),
    "dependency no longer requested": ("alpha\nbeta\n", "alpha\n", {"keep": {"alpha", "beta"}}),
    "extra added": ("alpha\n", "alpha[more]\n", {"keep": {"alpha", "beta"}, "install": {"gamma"}}),
    "extra removed": ("alpha[more]\n", "alpha\n", {"keep": {"alpha", "beta"}, "remove": {"gamma"}}),
    "one of a namespace removed": (
        "plain-space\nname.space-two\n",
        "plain_space\n",
        {"keep": {"plain-space"}, "remove": {"name-space-two"}},
    ),
    "shared file, the other removed": (
        "name.space-one\nname.space-two\n",
        "name.space-one\n",
        {"redo": {"name-space-one"}, "remove": {"name-space-two"}},
    ),
    "shared file, the other upgraded": (
        "name.space-one\nname.space-two==1.0\n",
        "name.space-one\nname.space-two==2.0\n",
        {"redo": {"name-space-one", "name-space-two"}},
    ),
    "scripts, data and headers removed": ("zeta\nbeta\n", "beta\n", {"keep": {"beta"}, "remove": {"zeta"}}),
    "constrained to a URL": (
        "-c limits.txt\nalpha\n",
        "-c limits.txt\nalpha\ngamma\n",
        {"keep": {"alpha", "beta"}, "install": {"gamma"}},
    ),
    "shared file of the same contents, the other removed": (
        "common-one\ncommon-two\n",
        "common-one\n",
        {"keep": {"common-one"}, "remove": {"common-two"}},
    ),
    "shared file of the same contents, the other added": (
        "common-one\n",
        "common-one\ncommon-two\n",
        {"keep": {"common-one"}, "install": {"common-two"}},
    ),
    "everything replaced": ("alpha\n", "gamma\n", {"install": {"gamma"}, "remove": {"alpha", "beta"}}),
    "direct archive kept": (
        "alpha @ http://HOST/files/alpha-1.0-py3-none-any.whl\n",
        "alpha @ http://HOST/files/alpha-1.0-py3-none-any.whl\ngamma\n",
        {"keep": {"alpha", "beta"}, "install": {"gamma"}},
    ),
    "index to direct archive": (
        "alpha==1.0\n",
        "alpha @ http://HOST/files/alpha-1.0-py3-none-any.whl\n",
        {"keep": {"beta"}, "redo": {"alpha"}},
    ),
    "direct archive to index": (
        "alpha @ http://HOST/files/alpha-1.0-py3-none-any.whl\n",
        "alpha==1.0\n",
        {"keep": {"beta"}, "redo": {"alpha"}},
    ),
}


@pytest.mark.parametrize(
    "scenario",
    often(SCENARIOS, "shared file, the other removed"),
    ids=lambda name: name.replace(" ", "-"),
)
def test_reconciled_is_fresh(environment: Environment, scenario: str) -> None:
    old, new, expected = SCENARIOS[scenario]
    environment.install_fresh(new)
    fresh = environment.tree()
    previous = environment.install_fresh(old)

    changes, _, output = environment.reconcile(previous, new)

    assert environment.tree() == fresh, output
    found = {field: {each.name for each in getattr(changes, field)} for field in ("keep", "install", "remove", "redo")}
    assert {field: names for field, names in found.items() if names} == expected
    assert strays(environment.installed(), environment.files()) == ()
    assert missing_files(environment.installed(), environment.files()) == ()


def test_a_file_of_a_kept_distribution_that_was_overwritten_is_noticed(environment: Environment) -> None:
    environment.install_fresh("name.space-one\n")
    environment.pip("--no-compile", "name.space-two")
    found = overlaps(environment.installed(), ["name-space-two"])
    assert [each.names for each in found] == [("name-space-one", "name-space-two")]
    assert found[0].path == f"lib/python{MINOR}/site-packages/shared/both.py"


def _git(directory: Path, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    env = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    done = run(["git", *who, *arguments], env=env, cwd=directory)
    assert done.ok, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("requirement", often(["./local", "-e ./local", "localone @ file://PROJECT/local"]))
def test_local_sources_are_redone_and_the_result_is_fresh(
    tmp_path: Path, index: tuple[Path, str], requirement: str
) -> None:
    environment = Environment(tmp_path, index[1])
    project = make_project(environment.project / "local", "localone", "0.1", "value = 2\n")
    text = requirement.replace("PROJECT", str(environment.project)) + "\nbeta\n"
    environment.install_fresh(text)
    fresh = environment.tree()
    (project / "localone.py").write_text("value = 1\n")
    previous = environment.install_fresh(text)
    (project / "localone.py").write_text("value = 2\n")

    changes, resolved, _ = environment.reconcile(previous, text)

    assert environment.tree() == fresh
    assert [each.name for each in changes.redo] == ["localone"]
    assert [each.name for each in changes.keep] == ["beta"]
    origin = resolved.by_name()["localone"].origin
    assert origin == Local(path=str(project), editable=requirement.startswith("-e"))
    assert strays(environment.installed(), environment.files()) == ()


@pytest.mark.skipif(shutil.which("git") is None, reason="a VCS requirement needs git")
@pytest.mark.parametrize("immutable", often([True, False]))
def test_a_repository_is_kept_only_at_a_full_commit(tmp_path: Path, index: tuple[Path, str], immutable: bool) -> None:
    environment = Environment(tmp_path, index[1])
    repository = make_project(tmp_path / "repository", "remoteone", "0.1", "value = 1\n")
    _git(repository, "init", "-q")
    _git(repository, "add", ".")
    _git(repository, "commit", "-q", "-m", "one")
    commit = _git(repository, "rev-parse", "HEAD")
    text = f"git+file://{repository}@{commit if immutable else 'main'}#egg=remoteone\n"

    previous = environment.install_fresh(text)
    fresh = environment.tree()
    changes, _, _ = environment.reconcile(previous, text)

    origin = previous.by_name()["remoteone"].origin
    assert isinstance(origin, Vcs)
    assert (origin.commit, origin.immutable) == (commit, immutable)
    assert [each.name for each in (changes.keep if immutable else changes.redo)] == ["remoteone"]
    assert environment.tree() == fresh


@pytest.mark.heavy
def test_another_artefact_of_the_same_version_is_installed(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    make_wheel(wheels, "delta", "1.0", {"delta.py": "value = 1\n"})
    with serve(wheels) as host:
        environment = Environment(tmp_path, host)
        previous = environment.install_fresh("delta\n")
        make_wheel(wheels, "delta", "1.0", {"delta.py": "value = 2\n"})
        environment.home = tmp_path / "other-home"  # pip's cache there knows nothing of the first file

        changes, resolved, _ = environment.reconcile(previous, "delta\n")

        reconciled = environment.tree()
        environment.install_fresh("delta\n")
        assert environment.tree() == reconciled
    assert [each.name for each in changes.redo] == ["delta"]
    origin = resolved.by_name()["delta"].origin
    assert isinstance(origin, Index)
    assert origin.file == "delta-1.0-py3-none-any.whl"
    assert len(origin.hashes) == 1


@pytest.mark.heavy
def test_hash_checking_mode_takes_pins_without_hashes(environment: Environment, index: tuple[Path, str]) -> None:
    def pinned(name: str, version: str) -> str:
        digest = hashlib.sha256((index[0] / f"{name}-{version}-py3-none-any.whl").read_bytes()).hexdigest()
        return f"{name}=={version} --hash=sha256:{digest}\n"

    new = pinned("alpha", "2.0") + pinned("beta", "1.0")
    environment.install_fresh(new)
    fresh = environment.tree()
    previous = environment.install_fresh(pinned("alpha", "1.0") + pinned("beta", "1.0"))

    changes, _, _ = environment.reconcile(previous, new)

    assert environment.tree() == fresh
    assert [each.name for each in changes.keep] == ["beta"]


def test_credentials_never_reach_the_resolved_set(tmp_path: Path, index: tuple[Path, str]) -> None:
    with serve(index[0], credentials="someone:hunter2") as host:
        environment = Environment(tmp_path, host, "someone:hunter2")
        text = "beta\ngamma @ http://someone:hunter2@HOST/files/gamma-1.0-py3-none-any.whl?token=hunter2\n"
        resolved = environment.install_fresh(text)
        installed = environment.installed()
    assert "hunter2" not in repr(resolved)
    assert "hunter2" not in repr(installed)
    origin = resolved.by_name()["gamma"].origin
    assert isinstance(origin, Archive)
    assert (origin.url, origin.query) == (f"http://{host}/files/gamma-1.0-py3-none-any.whl", True)


@pytest.mark.heavy
def test_a_local_wheel_is_kept_by_its_hash(environment: Environment) -> None:
    wheel = make_wheel(environment.project / "dist", "epsilon", "1.0", {"epsilon.py": "value = 1\n"})
    text = f"./dist/{wheel.name}\n"
    previous = environment.install_fresh(text)
    same, _, _ = environment.reconcile(previous, text)
    assert same.empty

    make_wheel(environment.project / "dist", "epsilon", "1.0", {"epsilon.py": "value = 2\n"})
    changed, _, _ = environment.reconcile(previous, text)
    reconciled = environment.tree()
    environment.install_fresh(text)
    assert [each.name for each in changed.redo] == ["epsilon"]
    assert environment.tree() == reconciled


@pytest.mark.heavy
def test_real_distributions_from_the_package_index(tmp_path: Path) -> None:
    environment = Environment(tmp_path)
    old, new = "jinja2==3.1.5\nclick==8.1.8\n", "jinja2==3.1.6\nmarkupsafe\nitsdangerous==2.2.0\n"
    environment.install_fresh(new)
    fresh = environment.tree()
    previous = environment.install_fresh(old)

    changes, resolved, output = environment.reconcile(previous, new)

    assert environment.tree() == fresh, output
    assert [each.name for each in changes.keep] == ["markupsafe"]
    assert all(isinstance(each.origin, Index) and each.origin.hashes for each in resolved.distributions)
