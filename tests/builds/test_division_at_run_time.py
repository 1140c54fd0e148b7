"""Real distributions in a divided environment do what they do in an undivided one, result by result."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.builds.compiled import COMPILED, GCC, make_compiled, make_pages
from tests.builds.workshop import LAYERS, Bench, Workshop, remove

# It downloads gigabytes.
pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("division-at-run-time")]

REQUIREMENTS = (
    "numpy", "scipy", "pandas", "pyarrow", "opencv-python-headless", "grpcio", "google-cloud-storage",
    "google-cloud-pubsub", "matplotlib", "pillow", "django", "fastapi", "httpx", "lxml",
    "pages-heavy", "pages-more", *(COMPILED if GCC else ()),
)  # fmt: skip
PYTHON = f"{LAYERS}/venv/bin/python"
SITE = f"{LAYERS}/venv/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"

USES = {
    "numpy": """
        import numpy, numpy.linalg as linalg
        print(numpy.allclose(linalg.solve(numpy.eye(3) * 2, numpy.arange(3.0)), [0, 0.5, 1]), numpy.fft.fft([1, 0])[1])
    """,
    "scipy": """
        from scipy import optimize, sparse, special
        print(round(optimize.brentq(lambda x: x**2 - 2, 0, 2), 9), sparse.eye(3).nnz, special.gamma(5.0))
    """,
    "pandas": """
        import pandas
        days = pandas.date_range("2026-01-01", periods=3)
        frame = pandas.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3], "t": days})
        print(frame.groupby("k").v.sum().to_dict(), frame.t.dt.tz_localize("Europe/Berlin").iloc[0])
    """,
    "pyarrow": """
        import pandas, pyarrow, pyarrow.compute, pyarrow.parquet as parquet
        parquet.write_table(pyarrow.table({"n": list(range(1000))}), "/cnb/home/n.parquet", compression="zstd")
        print(pyarrow.compute.sum(parquet.read_table("/cnb/home/n.parquet")["n"]), pyarrow.get_library_dirs(),
              pandas.read_parquet("/cnb/home/n.parquet").n.max())
    """,
    "opencv": """
        import cv2, numpy
        image = numpy.zeros((64, 64, 3), numpy.uint8)
        cv2.circle(image, (32, 32), 20, (255, 255, 255), -1)
        done, png = cv2.imencode(".png", image)
        print(done, cv2.imdecode(png, cv2.IMREAD_COLOR).sum(), cv2.resize(image, (8, 8)).shape)
    """,
    "grpc": """
        import concurrent.futures, grpc
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        grpc.channel_ready_future(channel).result(timeout=20)
        try:
            channel.unary_unary("/no/method")(b"")
        except grpc.RpcError as error:
            print(error.code(), type(grpc.ssl_channel_credentials()).__module__)
        channel.close(), server.stop(None).wait()
    """,
    "google": """
        import google, google.cloud, google.cloud.pubsub_v1 as pubsub, google.cloud.storage as storage
        from google.auth.credentials import AnonymousCredentials
        client = storage.Client(project="p", credentials=AnonymousCredentials())
        message = pubsub.types.PubsubMessage(data=b"d")
        print(list(google.__path__), list(google.cloud.__path__), client.bucket("b").path, message.data)
    """,
    "matplotlib": """
        import io, matplotlib
        matplotlib.use("agg")
        from matplotlib import font_manager, pyplot
        figure, axes = pyplot.subplots()
        axes.plot([1, 2, 3]), axes.set_title("$x^2$")
        figure.savefig(drawn := io.BytesIO(), format="png", metadata={"Software": None})
        figure.savefig(paged := io.BytesIO(), format="pdf")
        import hashlib
        print(hashlib.sha256(drawn.getvalue()).hexdigest(), paged.getvalue()[:4], matplotlib.get_data_path(),
              font_manager.findfont("DejaVu Sans").rpartition("/mpl-data/")[2], len(pyplot.style.available))
    """,
    "pillow": """
        import io
        from PIL import Image, ImageDraw, ImageFont, features
        image = Image.new("RGB", (80, 20), "white")
        ImageDraw.Draw(image).text((1, 1), "text", "black", ImageFont.load_default())
        for kind in ("jpeg", "webp", "png", "tiff"):
            image.save(written := io.BytesIO(), kind)
            print(kind, Image.open(written).size, Image.open(written).convert("L").getextrema()[0] < 99)
        print(features.check("freetype2"), features.check("raqm"))
    """,
    "django": """
        import django
        from django.conf import settings
        settings.configure(INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
            "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles"], STATIC_URL="/s/",
            STATIC_ROOT="/cnb/home/collected",
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}])
        django.setup()
        from django.core.management import call_command
        from django.template.loader import get_template
        from django.utils import translation
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=1)
        with translation.override("de"):
            print(translation.gettext("Yes"), get_template("admin/login.html").origin.name)
        from django.contrib.auth.models import User
        print(User.objects.create_user("u").pk, django.db.models.__file__)
    """,
    "fastapi": """
        import fastapi.testclient
        app = fastapi.FastAPI()
        @app.get("/{number}")
        def answer(number: int): return {"number": number}
        client = fastapi.testclient.TestClient(app)
        print(client.get("/3").json(), client.get("/x").status_code, sorted(app.openapi()))
    """,
    "lxml": """
        from lxml import etree, html, isoschematron
        rule = '<s:template match="/"><b><s:value-of select="a"/></b></s:template>'
        sheet = etree.XSLT(etree.XML(
            f'<s:stylesheet version="1.0" xmlns:s="http://www.w3.org/1999/XSL/Transform">{rule}</s:stylesheet>'))
        print(sheet(etree.XML("<a>x</a>")), html.fromstring("<p>y").text, isoschematron.extract_xsd is not None)
    """,
    "ctypes": """
        import ctypes, subprocess, engine, motor, works.kit, pathlib
        for module, name in ((engine, "lib/libengine.so"), (motor, "lib/libmotor.so"), (works.kit, "libkit.so")):
            library = ctypes.CDLL(str(pathlib.Path(module.__file__).parent / name))
            print(name, getattr(library, module.__name__.rpartition(".")[2])())
        print(subprocess.check_output([pathlib.Path(motor.__file__).parent / "bin" / "drive"]))
    """,
    "static files": """
        import pathlib, pages.heavy
        from starlette.applications import Starlette
        from starlette.staticfiles import StaticFiles
        from starlette.testclient import TestClient
        app, here = Starlette(), pathlib.Path(pages.heavy.__file__).parent
        app.mount("/shared", StaticFiles(directory=here.parent / "static"))
        app.mount("/own", StaticFiles(packages=[("pages.heavy", "static")]))
        with TestClient(app) as client:
            for path in ("shared/app.js", "shared/more.js", "shared/fonts/one.woff2", "own/deep/x.css"):
                print(path, client.get(path).status_code, client.get(path).text)
    """,
}  # fmt: skip

# What every program can ask of an environment, whatever it holds.
SURVEY = """
import importlib.metadata, importlib.resources, importlib.util, json, os, pathlib, pkgutil, sys, sysconfig

def below(paths, prefix=""):
    for found in sorted(pkgutil.iter_modules(paths), key=lambda each: each.name):
        spec = found.module_finder.find_spec(found.name)
        name = prefix + found.name
        yield name, spec.origin
        if found.ispkg:
            yield from below(list(spec.submodule_search_locations), name + ".")

distributions = sorted(importlib.metadata.distributions(), key=lambda each: each.name)
site = sysconfig.get_path("purelib")
said = {
    "files": {each.name: [[str(file), os.path.getsize(file.locate()), file.read_binary()[:0] == b""]
                          for file in sorted(each.files) if not str(file).endswith(".pyc")] for each in distributions},
    "missing": [str(file) for each in distributions for file in each.files
                if not str(file).endswith(".pyc") and not file.locate().exists()],
    "versions": {each.name: [each.version, each.requires] for each in distributions},
    "tops": {name: sorted(found) for name, found in sorted(importlib.metadata.packages_distributions().items())},
    "scripts": sorted(each.value for found in distributions for each in found.entry_points),
    "modules": list(below([site])),
    "namespaces": {name: list(importlib.util.find_spec(name).submodule_search_locations)
                   for name in %(namespaces)r},
    "within": {name: list(below(list(importlib.util.find_spec(name).submodule_search_locations), name + "."))
               for name in %(namespaces)r},
    "walked": sorted(found.name for name in %(walked)r for found in pkgutil.walk_packages(
        __import__(name, fromlist=["x"]).__path__, name + ".", onerror=lambda name: print(name, file=sys.stderr))),
    "resources": {name: sorted(each.name for each in importlib.resources.files(name).iterdir()
                               if each.name != "__pycache__") for name in %(walked)r},
    "listed": sorted(os.path.join(folder, name) for folder, _, names in os.walk(site, followlinks=True)
                     for name in names if not name.endswith(".pyc")),
    "sys": [sys.path, sys.prefix],
}
pathlib.Path("/cnb/home/said.json").write_text(json.dumps(said))
"""


# What the loader finds for each library and program, wherever it really lies.
LOADED = """
import json, os, pathlib, subprocess, sysconfig
site, said = sysconfig.get_path("purelib"), {}
for folder, _, names in os.walk(site, followlinks=True):
    for path in (os.path.join(folder, name) for name in names):
        with open(path, "rb") as file:
            head = file.read(18)
        if head[:4] == b"\\x7fELF" and head[16] in (2, 3):
            found = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
            rows = (line.strip().split(" => ") for line in found.splitlines() if " => " in line)
            said[path] = {name: os.path.realpath(place.partition(" (")[0]).rpartition("/site-packages/")[2]
                          for name, place in rows}
pathlib.Path("/cnb/home/said.json").write_text(json.dumps(said, sort_keys=True))
"""

# CUDA's libraries lie in a folder that many distributions share; a program of torch's own shares memory of tensors.
TORCH = """
import ctypes, pathlib, torch
from torch import multiprocessing, nn
site = pathlib.Path(torch.__file__).parent.parent
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
loss = model(torch.ones(2, 4)).pow(2).sum()
loss.backward()
print(round(loss.item(), 5), torch.linalg.det(torch.eye(3) * 2))
print(torch.cuda.is_available(), torch.backends.cudnn.version())
def half(tensor):
    tensor *= 0.5
if __name__ == "__main__":
    multiprocessing.set_sharing_strategy("file_system")
    shared = torch.ones(1000).share_memory_()
    worker = multiprocessing.get_context("fork").Process(target=half, args=(shared,))
    worker.start(), worker.join()
    print(shared.sum(), worker.exitcode)
    for path in sorted(site.glob("nvidia/*/lib/*.so*")):
        if "libcudnn" in path.name or "libcublas" in path.name:
            print(path.relative_to(site), ctypes.CDLL(str(path)) is not None)
"""
TORCH_BYTES = 14_000_000_000
"""What its wheels and one environment of it take, with room to spare."""


class Both:
    """One application, built twice: divided, and not."""

    def __init__(self, root: Path, workshop: Workshop, tools: Path, wheels: Path, *requirements: str) -> None:
        self.logs: dict[bool, str] = {}
        self.benches = {divided: Bench(root / str(divided), workshop, tools) for divided in (True, False)}
        for divided, bench in self.benches.items():
            bench.wheels = wheels
            bench.require(*requirements)
            self.logs[divided] = bench.build({"BP_PYTHON_DIVIDE": str(divided).lower()}).log
        self.pieces = {path.name.removeprefix("dist-") for path in self.benches[True].own.glob("dist-*/")}

    def ask(self, *argv: str, env: Mapping[str, str] = {}) -> str:
        """What a program says in both, which has to be the same."""
        said = {}
        for divided, bench in self.benches.items():
            ended = bench.execute(*argv, env={"HOME": "/cnb/home", **env})
            assert ended.status == 0, f"divided: {divided}\n{ended.log}"
            said[divided] = ended.log
        assert said[True] == said[False]
        return said[True]

    def noted(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a program wrote down in the divided one, and in the other."""
        return noted(self.benches[True]), noted(self.benches[False])


def noted(bench: Bench) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((bench.root / "home" / "said.json").read_text())
    return said


def stock(folder: Path, *requirements: str) -> None:
    """Fetch the wheels of these requirements and of what they need, as the index of this machine has them now."""
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", str(folder)]
    subprocess.run([*argv, *requirements], check=True)


@pytest.fixture(scope="module")
def both(workshop: Workshop, tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    root = tmp_path_factory.mktemp("division")
    wheels = root / "wheels"
    make_pages(wheels)
    if GCC:
        make_compiled(wheels, root / "compiled")
    own = {path.name.partition("-")[0].replace("_", "-") for path in wheels.iterdir()}
    stock(wheels, *(each for each in REQUIREMENTS if each not in own))
    yield Both(root, workshop, tools, wheels, *REQUIREMENTS)
    remove(root)


def test_what_is_heavy_has_a_layer_and_nothing_has_one_where_that_is_turned_off(both: Both) -> None:
    heavy = {"numpy", "scipy", "pandas", "pyarrow", "opencv-python-headless", "grpcio", "matplotlib", "django", "lxml"}
    assert heavy | {"pages-heavy", *(("engine", "motor", "kit") if GCC else ())} <= both.pieces
    assert not list(both.benches[False].own.glob("dist-*"))


NEEDS_GCC = pytest.mark.skipif(not GCC, reason="there is no gcc")
CASES = [pytest.param(name, marks=NEEDS_GCC if name == "ctypes" else ()) for name in USES]


@pytest.mark.parametrize("name", CASES)
def test_it_works_as_in_an_undivided_environment(both: Both, name: str) -> None:
    assert both.ask(PYTHON, "-W", "ignore", "-c", dedent(USES[name]))


def test_modules_metadata_and_files_are_found_as_in_an_undivided_environment(both: Both) -> None:
    names = {
        "namespaces": ["google", "google.cloud", "opentelemetry", "pages"],
        "walked": ["numpy", "pandas", "matplotlib", "lxml", "google.cloud.storage", "django.contrib.admin"],
    }
    both.ask(PYTHON, "-W", "ignore", "-c", SURVEY % names)
    found, wanted = both.noted()
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []
    assert found["missing"] == []
    assert {name.partition("==")[0] for name in found["versions"]} >= {"numpy", "Django"}
    assert len(found["modules"]) > 1000
    assert len(found["walked"]) > 500
    assert found["namespaces"]["google.cloud"] == [f"{SITE}/google/cloud"]


@pytest.mark.parametrize("command", [("check",), ("list", "--format=json"), ("freeze",), ("inspect",)])
def test_pip_finds_the_environment_as_whole_as_an_undivided_one(both: Both, command: tuple[str, ...]) -> None:
    pip = (f"{LAYERS}/python/bin/python3", "-P", "-m", "pip", "--python", PYTHON)
    said = both.ask(*pip, *command, env={"PYTHONUSERBASE": f"{LAYERS}/pip", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    assert command != ("check",) or "No broken requirements found." in said


def test_the_loader_finds_what_it_finds_in_an_undivided_environment(both: Both) -> None:
    both.ask(PYTHON, "-c", LOADED)
    found, wanted = both.noted()
    assert [path for path in wanted if found[path] != wanted[path]] == []
    assert found.keys() == wanted.keys()
    assert len(found) > 200
    assert not GCC or found[f"{SITE}/motor/bin/drive"]["libgears.so"] == "gears/lib/libgears.so"


@pytest.mark.parametrize("imports", ["numpy", "pandas", "django.contrib.admin, django.db.models", "fastapi"])
def test_imports_ask_the_system_for_nothing_more(both: Both, imports: str) -> None:
    # Seconds are measured by tools/bench_imports.py; this is what they come from.
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("there is no strace")
    calls: list[dict[str, int]] = []
    for bench in both.benches.values():
        program = f"import {imports}"
        traced = (strace, "-f", "-c", "-o", "/cnb/home/calls", PYTHON, "-c", program)
        for argv in ((PYTHON, "-c", program), traced):
            ended = bench.execute(*argv)
            assert ended.status == 0, ended.log
        rows = (line.split() for line in (bench.root / "home" / "calls").read_text().splitlines())
        calls.append({row[-1]: int(row[3]) for row in rows if len(row) > 4 and row[3].isdigit()})
    files = ("newfstatat", "openat", "readlink", "getdents64")
    assert [calls[0].get(name) for name in files] == [calls[1].get(name) for name in files]
    assert calls[0]["openat"] > 100


@pytest.mark.exhaustive
def test_torch_finds_cuda_in_the_layers_of_others(workshop: Workshop, tools: Path, tmp_path: Path) -> None:
    if shutil.disk_usage(tmp_path).free < TORCH_BYTES:
        pytest.skip(f"less than {TORCH_BYTES // 10**9} GB are free")
    wheels = tmp_path / "wheels"
    said: list[tuple[str, dict[str, Any]]] = []
    try:
        stock(wheels, "torch")
        for divided in ("true", "false"):
            bench = Bench(tmp_path / divided, workshop, tools)
            bench.wheels = wheels
            bench.write({"requirements.txt": "torch\n", "use.py": TORCH})
            bench.build({"BP_PYTHON_DIVIDE": divided})
            assert bool(list(bench.own.glob("dist-nvidia-*"))) is (divided == "true")
            used = bench.execute(PYTHON, "-W", "ignore", "use.py", env={"HOME": "/cnb/home"})
            assert used.status == 0, used.log
            assert bench.execute(PYTHON, "-c", LOADED).status == 0
            said.append((used.log, noted(bench)))
            remove(bench.root)
    finally:
        # Pytest keeps the folders of several runs.
        for path in tmp_path.iterdir():
            remove(path)
    (printed, found), (printed_there, wanted) = said
    assert printed == printed_there
    assert [path for path in wanted if found.get(path) != wanted[path]] == []
    assert found[f"{SITE}/torch/bin/torch_shm_manager"]
