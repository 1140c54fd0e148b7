"""Whole builds of a divided environment by a local lifecycle: whatever changes, the image is that of a first build."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pure.manager.table import MANAGERS

from tests.builds.lamina import Lamina, Ran
from tests.builds.locked import MAIN, Index, lock, project
from tests.builds.workshop import Built, Workshop, copy, hashed
from tests.local_index import make_wheel, serve

HEAVY = 11_000_000
WAYS = ("pip", "hashed", *MAIN)
pytestmark = pytest.mark.heavy


@pytest.fixture
def wheels(workshop: Workshop, tmp_path: Path) -> Path:
    """The workshop's distributions, and heavy ones: two versions of one, and one that shares a namespace with it."""
    folder = tmp_path / "wheels"
    copy(workshop.wheels, folder)
    for version in ("1.0", "1.1"):
        text = f"from pathlib import Path\nVERSION = '{version}'\nDATA = Path(__file__).with_name('data.bin')\n"
        data = version.encode() * (HEAVY // 3)
        make_wheel(folder, "heavy", version, {"ns/heavy/__init__.py": text, "ns/heavy/data.bin": data, "more.py": ""})
    make_wheel(folder, "weighty", "1.0", {"ns/weighty/__init__.py": "", "ns/weighty/data.bin": b"w" * HEAVY})
    return folder


@pytest.fixture
def index(wheels: Path) -> Iterator[Index]:
    with serve(wheels) as host:
        yield Index(host)


class Application:
    """One application, built again and again, and each time from nothing beside it."""

    def __init__(self, way: str, workshop: Workshop, index: Index, wheels: Path, root: Path) -> None:
        self.way = way
        self.workshop = workshop
        self.index = index
        self.wheels = wheels
        self.root = root
        self.app = root / "app"
        self.app.mkdir()
        self.lamina = Lamina(root / "again", workshop)
        self.number = 0
        self.env: dict[str, str] = {}

    def require(self, *requirements: str) -> None:
        self.number += 1
        if self.way in MAIN:
            declared = project(self.way, self.index, *requirements)
            files = lock(self.way, self.workshop, declared, self.root / f"lock{self.number}")
        elif self.way == "hashed":
            files = {"requirements.txt": hashed(self.wheels, *requirements)}
        else:
            files = {"requirements.txt": "".join(f"{each}\n" for each in requirements)}
        (self.app / "Procfile").write_text("web: python -c 'import alpha, ns.heavy'\n")
        for name, text in files.items():
            (self.app / name).write_text(text)

    def build(self) -> dict[str, str]:
        """What became of each layer; the image is compared with that of a build from nothing."""
        again = self._build(self.lamina)
        self.number += 1
        fresh = Lamina(self.root / f"fresh{self.number}", self.workshop)
        self._build(fresh)
        assert self.lamina.digests() == fresh.digests(), again.both
        summary = next(line for line in again.out.splitlines() if line.startswith("Done in "))
        return Built(status=0, log=summary).actions()

    def _build(self, lamina: Lamina) -> Ran:
        tool = {"PIP_FIND_LINKS": str(self.workshop.pips), "PIP_INDEX_URL": self.index.url, "PIP_NO_INDEX": ""}
        built = lamina.build(self.app, env={**tool, **self.env})
        assert built.status == 0, built.both
        return built

    def runs(self, program: str) -> str:
        ran = self.lamina.run("run", self.app, "--cache", self.lamina.cache, "--", "python", "-c", program)
        assert ran.status == 0, ran.both
        return ran.out.strip()


@pytest.fixture
def application(
    request: pytest.FixtureRequest, workshop: Workshop, index: Index, wheels: Path, tmp_path: Path
) -> Application:
    return Application(request.param, workshop, index, wheels, tmp_path)


@pytest.mark.parametrize("application", WAYS, indirect=True)
def test_only_what_changes_moves(application: Application) -> None:
    tool = MANAGERS[application.way].tool.name if application.way in MAIN else "pip"
    here = {"python": "kept", tool: "kept", **({"pip-cache": "kept"} if tool == "pip" else {})}
    made = dict.fromkeys(here, "created")
    application.require("alpha==1.0", "heavy==1.0")
    assert application.build() == {**made, "venv": "created", "dist-heavy": "created"}
    program = "import alpha, ns.heavy as h; print(alpha.VERSION, h.VERSION, h.DATA.stat().st_size // 10**6)"
    assert application.runs(program) == "1.0 1.0 10"
    layer = application.lamina.digests()["lamina/python:dist-heavy"]

    again = application.build()
    assert again == {**here, "venv": again["venv"], "dist-heavy": "kept"}

    application.require("alpha==2.0", "heavy==1.0")
    assert application.build() == {**here, "venv": "reconciled", "dist-heavy": "kept"}
    assert application.lamina.digests()["lamina/python:dist-heavy"] == layer
    assert application.runs(program) == "2.0 1.0 10"

    application.require("alpha==2.0", "heavy==1.1", "weighty==1.0")
    assert application.build() == {
        **here, "venv": "reconciled", "dist-heavy": "recreated", "dist-weighty": "created"
    }  # fmt: skip
    assert application.runs(program) == "2.0 1.1 10"

    application.require("alpha==2.0", "weighty==1.0")
    assert application.build() == {**here, "venv": "reconciled", "dist-heavy": "dropped", "dist-weighty": "kept"}
    assert application.runs("import alpha, ns.weighty; print(alpha.VERSION)") == "2.0"


@pytest.mark.parametrize("application", ["hashed", "uv"], indirect=True)
def test_what_the_platform_has_lost_is_installed_again(application: Application) -> None:
    application.require("alpha==1.0", "heavy==1.0", "weighty==1.0")
    application.build()
    cache = application.lamina.cache
    image = cache / "image"
    # The cache is lost: everything is made, and what the image has already isn't moved.
    for path in cache.iterdir():
        if path != image and path.name != "image":
            _remove(path)
    assert {name: verb for name, verb in application.build().items() if name.startswith(("venv", "dist"))} == {
        "venv": "created", "dist-heavy": "kept", "dist-weighty": "kept"
    }  # fmt: skip
    # The image is lost.
    _remove(image)
    found = application.build()
    assert {name: verb for name, verb in found.items() if name.startswith(("venv", "dist"))} == {
        "venv": "reconciled", "dist-heavy": "created", "dist-weighty": "created"
    }  # fmt: skip
    application.env = {"BP_PYTHON_DIVIDE": "no"}
    found = application.build()
    assert found["venv"] == "reconciled"
    assert found["dist-heavy"] == "dropped"
    application.env = {}
    found = application.build()
    assert (found["venv"], found["dist-heavy"], found["dist-weighty"]) == ("reconciled", "created", "created")


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
