"""An application with heavy distributions, built again and again by a local lifecycle."""

from pathlib import Path
from typing import Literal

from shell.layer_store import remove_tree

from tests.builds.lamina import Lamina, Ran
from tests.builds.locked import MAIN, Index, lock, project
from tests.builds.workshop import Built, Workshop, copy, hashed
from tests.local_index import make_wheel
from tests.places import ROOT

HEAVY = 11_000_000


def make_heavy(workshop: Workshop, folder: Path) -> Path:
    """The workshop's distributions, and heavy ones: two versions of one, and one that shares a namespace with it."""
    copy(workshop.wheels, folder)
    for version in ("1.0", "1.1"):
        text = f"from pathlib import Path\nVERSION = '{version}'\nDATA = Path(__file__).with_name('data.bin')\n"
        data = version.encode() * (HEAVY // 3)
        make_wheel(folder, "heavy", version, {"ns/heavy/__init__.py": text, "ns/heavy/data.bin": data, "more.py": ""})
    make_wheel(folder, "weighty", "1.0", {"ns/weighty/__init__.py": "", "ns/weighty/data.bin": b"w" * HEAVY})
    return folder


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
        self.buildpack = ROOT
        self.tools: tuple[Path, ...] = ()  # folders with tools besides those that this release pins

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

    def build(self, *, fresh: bool = True) -> dict[str, str]:
        """What became of each layer; the image is compared with that of a build from nothing."""
        again = self._build(self.lamina)
        self.number += 1
        if fresh:
            first = Lamina(self.root / f"fresh{self.number}", self.workshop)
            self._build(first)
            assert self.lamina.digests() == first.digests(), again.both
        summary = next(line for line in again.out.splitlines() if line.startswith("Done in "))
        return Built(status=0, log=summary).actions()

    def _build(self, lamina: Lamina) -> Ran:
        links = " ".join(map(str, (self.workshop.pips, *self.tools)))
        tool = {"PIP_FIND_LINKS": links, "PIP_INDEX_URL": self.index.url, "PIP_NO_INDEX": ""}
        other = () if self.buildpack == ROOT else ("--buildpack", self.buildpack)
        built = lamina.build(self.app, *other, env={**tool, **self.env})
        assert built.status == 0, built.both
        return built

    def lose(self, what: Literal["cache", "image"]) -> None:
        """Lose what the platform has in one of its places."""
        for path in self.lamina.cache.iterdir():
            if (path.name == "image") is (what == "image"):
                remove_tree(path)

    def runs(self, program: str) -> str:
        ran = self.lamina.run("run", self.app, "--cache", self.lamina.cache, "--", "python", "-c", program)
        assert ran.status == 0, ran.both
        return ran.out.strip()
