"""Wheels with compiled libraries and programs that find those of other distributions by their RUNPATHs."""

import shutil
import subprocess
from pathlib import Path

from tests.local_index import make_wheel

DATA = b"d" * 11_000_000
"""What makes a distribution a heavy one."""


GCC = shutil.which("gcc") or ""
COMPILED = ("engine", "gears", "motor", "screws", "kit")
"""What ``make_compiled`` makes, where there is a compiler."""


class Compiler:
    """Makes libraries and programs in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def library(self, name: str, source: str, *needed: str, runpath: str = "") -> bytes:
        """``lib<name>.so``; ``needed`` are libraries made before."""
        return self._made(f"lib{name}.so", source, needed, runpath, "-shared", "-fPIC")

    def program(self, name: str, source: str, *needed: str, runpath: str) -> bytes:
        return self._made(name, source, needed, runpath)

    def _made(self, name: str, source: str, needed: tuple[str, ...], runpath: str, *more: str) -> bytes:
        text, made = self.folder / f"{name}.c", self.folder / name
        text.write_text(source)
        paths = [f"-Wl,--enable-new-dtags,-rpath,{runpath}"] if runpath else []
        libraries = (f"-L{self.folder}", *(f"-l{each}" for each in needed))
        argv = (GCC, *more, "-o", str(made), str(text), *libraries, *paths, "-Wl,--allow-shlib-undefined")
        subprocess.run(argv, check=True)
        return made.read_bytes()


def make_compiled(wheels: Path, folder: Path) -> None:
    """Distributions of which each needs something of another.

    ``engine`` is heavy and has a library; ``motor``, heavy too, a library that needs it and a program that needs one of
    ``gears``, which is light. ``kit`` has a folder and a file of its own in ``works``, where ``screws`` has a library
    that it needs, and ``ctypes`` loads them all.
    """
    compiler = Compiler(folder)
    engine = compiler.library("engine", "int engine(void) { return 40; }")
    gears = compiler.library("gears", "int gears(void) { return 2; }")
    screws = compiler.library("screws", "int screws(void) { return 7; }")
    text = "int engine(void); int motor(void) { return engine() + 1; }"
    motor = compiler.library("motor", text, "engine", runpath="$ORIGIN/../../engine/lib")
    text = '#include <stdio.h>\nint gears(void); int main(void) { return printf("%d gears\\n", gears()) < 0; }'
    drive = compiler.program("drive", text, "gears", runpath="$ORIGIN/../../gears/lib")
    text = "int screws(void); int kit(void) { return screws() + 1; }"
    kit = compiler.library("kit", text, "screws", runpath="$ORIGIN/..")
    make_wheel(wheels, "engine", "1.0", {"engine/__init__.py": "", "engine/lib/libengine.so": engine, "engine/d": DATA})
    make_wheel(wheels, "gears", "1.0", {"gears/__init__.py": "", "gears/lib/libgears.so": gears})
    files: dict[str, str | bytes] = {
        "motor/__init__.py": "",
        "motor/lib/libmotor.so": motor,
        "motor/bin/drive": drive,
        "motor/d": DATA,
    }
    make_wheel(wheels, "motor", "1.0", files, requires=("engine", "gears"), programs=("motor/bin/drive",))
    make_wheel(wheels, "screws", "1.0", {"works/libscrews.so": screws})
    files = {"works/kit/__init__.py": "", "works/kit/libkit.so": kit, "works/kit.bin": DATA}
    make_wheel(wheels, "kit", "1.0", files, requires=("screws",))


def make_pages(wheels: Path) -> None:
    """Two distributions with pages in one folder, of which one is heavy and has a folder of pages of its own."""
    files: dict[str, str | bytes] = {
        "pages/static/app.js": "app",
        "pages/static/fonts/one.woff2": "font",
        "pages/heavy/__init__.py": "",
        "pages/heavy/static/deep/x.css": "deep",
        "pages/heavy/d": DATA,
    }
    make_wheel(wheels, "pages-heavy", "1.0", files)
    make_wheel(wheels, "pages-more", "1.0", {"pages/static/more.js": "more"})
