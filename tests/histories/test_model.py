"""The world in memory against the real one: the same decisions with the same reasons, and the same files.

The distributions of ``index`` are packed as real wheels, real builds run with the real pip, and a history of the model
goes the same way. What the model doesn't have of an environment (the scripts of ``venv``) isn't compared.
"""

import copy
import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pure.layers.division import Rules

from tests.builds.conftest import bench, tools, workshop  # noqa: F401  (fixtures)
from tests.builds.workshop import MINOR, Bench, Workshop, locked
from tests.histories.application import Application, Outside, Want
from tests.histories.builds import Finished
from tests.histories.disk import Disk, walk
from tests.histories.files import folder_files, requirement
from tests.histories.history import Counts, History, Nothing
from tests.histories.index import RELEASES, Place, contents
from tests.histories.situation import LAYERS, Situation
from tests.local_index import make_project, make_wheel

# Those that a wheel can be made of.
NAMES = tuple(name for name, known in RELEASES.items() if not any(e.promised or e.kind == "sdist" for e in known))
HERE = Place(minor=MINOR, arch="any", distro="any")
_OF_VENV = re.compile(r"bin/(?:[Aa]ctivate.*|python.*|\W.*)|include(?:/.*)?|\.gitignore|lib64|pyvenv\.cfg")


def wants(*requirements: str) -> tuple[Want, ...]:
    """Requirements as words: ``alpha``, ``alpha==1.0``, ``local@folder``."""
    found = []
    for each in requirements:
        name, _, version = each.partition("==")
        name, _, source = name.partition("@")
        found.append(Want(name=name, version=version or None, source=source or "index"))  # type: ignore[arg-type]
    return tuple(found)


@pytest.fixture(scope="session")
def wheels(workshop: Workshop) -> Path:  # noqa: F811
    """All distributions of the model as wheels in a folder."""
    folder = workshop.shared / "model-wheels"
    with locked(workshop.shared / "model-wheels-lock"):
        if not folder.exists():
            new = folder.with_name("model-wheels.new")
            for release in (each for name in NAMES for each in RELEASES[name]):
                files = {p: raw.decode() for p, raw in contents(release, 0, None).items() if not p.startswith("..")}
                scripts = dict.fromkeys(release.scripts, f"{release.escaped}:main")
                make_wheel(new, release.name, release.version, files, requires=release.requires, scripts=scripts)
            new.rename(folder)
    return folder


class Both:
    """A history in the model, and the same one with real effects in one layers folder."""

    def __init__(self, real: Bench, wheels: Path) -> None:
        self.real = real
        # The bench's own copy of the workshop, whose other users keep their wheels.
        self.real.workshop = copy.copy(real.workshop)
        self.real.wheels = self.real.workshop.wheels = self.wheels = wheels
        self.model = History(
            # What is heavy here is none of those for real builds.
            Situation(application=Application(manager="pip"), python="3.13.1", heavy=Rules().heavy),
            counts=Counts(),
            nothing=Nothing(),
        )
        # As the bench begins: with Python and pip, and without an environment.
        self.model.build(remains="there")
        assert self.model.remains is not None
        for name in ("venv", "venv-cache", "at-launch"):
            self.model.remains.remove_tree(f"{LAYERS}/{name}")
            self.model.remains.remove(f"{LAYERS}/{name}.toml")

    def build(self, application: Application) -> None:
        """Build both, and compare what they decided and what is there."""
        application = application.with_lock(Outside())
        self.model.change("next", application=application)
        made = self.model.build(remains="there")
        assert isinstance(made, Finished), made
        self._write(application)
        built = self.real.build()
        record = json.loads((self.real.own / "lamina-record.json").read_text())
        # The real archive lies on this machine, and need not be kept.
        layers = {name: each for name, each in made.record.layers.items() if name != "python-cache"}
        decided = {name: (each.action.value, each.because) for name, each in layers.items()}
        really = {
            name: (each["action"], tuple(why.replace(f"python{MINOR}", "python3.13") for why in each["because"]))
            for name, each in record["layers"].items()
        }
        assert really == decided, built.log
        assert self.model.remains is not None
        assert set(_real(self.real.venv)) == set(_modelled(self.model.remains)), built.log

    def _write(self, application: Application) -> None:
        lines = [requirement(each, 0) for each in application.wants]
        if application.hashed:
            lines = [
                f"{each.name}=={each.version} {self._hash(each.name, each.version)}" for each in application.locked
            ]
        self.real.require(*lines)
        (self.real.app / "Procfile").write_text("web: python app.py\n")
        source = folder_files(application)["libs/local/local.py"].decode()
        make_project(self.real.app / "libs" / "local", "local", "1.0", source)

    def _hash(self, name: str, version: str) -> str:
        wheel = self.wheels / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        return f"--hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"


def _real(venv: Path) -> Iterator[str]:
    for path in venv.rglob("*"):
        name = path.relative_to(venv).as_posix()
        if not _OF_VENV.fullmatch(name):
            yield name.replace(f"python{MINOR}", "python3.13").replace(
                f"cpython-{MINOR.replace('.', '')}", "cpython-313"
            )


def _modelled(disk: Disk) -> Iterator[str]:
    for path, _ in walk(disk.folder(f"{LAYERS}/venv")):
        if not _OF_VENV.fullmatch(path):
            yield path


@pytest.mark.heavy
def test_the_model_does_what_is_really_done(bench: Bench, wheels: Path) -> None:  # noqa: F811
    both = Both(bench, wheels)
    first = Application(manager="pip", wants=wants("alpha==1.0", "beta", "ns-one", "ns-two", "shape==1.0"))
    both.build(first)
    both.build(msgspec.structs.replace(first, wants=wants("alpha", "delta", "epsilon==1.0", "ns-one", "shape==2.0")))
    both.build(msgspec.structs.replace(first, wants=wants("alpha", "delta", "ns-one==1.0", "shape==2.0")))
    pinned = Application(manager="pip", wants=wants("beta==1.1"), hashed=True)
    both.build(pinned)
    both.build(pinned)


@pytest.mark.heavy
@pytest.mark.parametrize("number", range(4))
def test_a_sample_of_histories_is_the_same_with_real_effects(
    number: int,
    bench: Bench,  # noqa: F811
    wheels: Path,
) -> None:
    chance = random.Random(number)
    both = Both(bench, wheels)
    application = Application(manager="pip")
    for _ in range(10):
        chosen = {name: chance.choice(RELEASES[name]).version for name in chance.sample(NAMES, chance.randint(0, 4))}
        hashed = chance.random() < 0.3
        listed = [f"{name}=={version}" if hashed or chance.random() < 0.5 else name for name, version in chosen.items()]
        if not hashed and chance.random() < 0.4:
            listed.append(chance.choice(["local@folder", "local@editable"]))
        changed = msgspec.structs.replace(application, wants=wants(*listed), hashed=hashed)
        if chance.random() < 0.4:
            changed = msgspec.structs.replace(changed, local_revision=changed.local_revision + 1)
        # Now and then nothing changes.
        application = application if chance.random() < 0.2 else changed
        both.build(application)
