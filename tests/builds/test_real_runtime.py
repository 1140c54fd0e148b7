"""Whole builds with archives of python-build-standalone, which is what a catalogue offers in production."""

import json
import shutil
import sys
import tarfile
from pathlib import Path

import pytest
from pure.outcome import Success
from shell.command.runtime_pack import pack

from tests.builds.workshop import LAYERS, Bench, Workshop, differences, machine_settings, tree
from tests.real_runtimes import archive, unpacked

pytestmark = pytest.mark.heavy

# An extension module in C, as somebody would keep it beside the application.
EXTENSION = {
    "requirements.txt": "./native\n",
    "native/pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    '[project]\nname = "native"\nversion = "1.0"\n[tool.setuptools]\n'
    'ext-modules = [{ name = "native", sources = ["native.c"] }]\n',
    "native/native.c": "#include <Python.h>\n"
    'static struct PyModuleDef d = {PyModuleDef_HEAD_INIT, "native", 0, -1, 0};\n'
    "PyMODINIT_FUNC PyInit_native(void) {\n"
    '  PyObject *m = PyModule_Create(&d);\n  PyModule_AddIntConstant(m, "answer", 42);\n  return m;\n}\n',
}


def test_an_archive_of_the_catalogue_gives_a_python_that_works(
    empty_bench: Bench, workshop: Workshop, tmp_path: Path
) -> None:
    entry = archive("3.14.6", tmp_path)
    catalogue = {"BP_PYTHON_CATALOGUE": str(workshop.write_catalogue("real-3.14", entry)), "BP_PYTHON_VERSION": "3.14"}
    empty_bench.require("alpha==1.0")
    built = empty_bench.build(catalogue)
    assert "Python 3.14.6" in built.log
    said = empty_bench.execute(
        f"{LAYERS}/venv/bin/python",
        "-c",
        "import alpha, ssl, sqlite3, sys, zlib; print(sys.version.split()[0], alpha.VERSION)",
    )
    assert said.log == "3.14.6 1.0\n"
    # What is linked into it isn't the system's.
    (python,) = json.loads((empty_bench.own / "python.sbom.cdx.json").read_bytes())["components"]
    known = {each["name"]: each.get("version") for each in python["components"]}
    assert {"openssl", "sqlite", "zlib", "expat", "libffi", "bzip2", "xz"} <= known.keys()
    asked = "import sqlite3, ssl; print(ssl.OPENSSL_VERSION.split()[1], sqlite3.sqlite_version)"
    versions = empty_bench.execute(f"{LAYERS}/python/bin/python3", "-c", asked).log.split()
    assert [known["openssl"], known["sqlite"]] == versions
    first = tree(empty_bench.own)
    again = empty_bench.build(catalogue)
    assert {again.actions()[name] for name in ("python", "pip")} == {"kept"}
    assert set(differences(first, tree(empty_bench.own))) <= {"lamina-record.json"}


def test_an_extension_is_compiled_for_it(empty_bench: Bench, workshop: Workshop, tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the archive's module has no headers, and those of this Python are another minor version's")
    # Of the same minor version, which is what extensions are compiled for.
    extras = tmp_path / "extras"
    include = Path(sys.base_prefix) / "include" / "python3.11"
    shutil.copytree(include, extras / "include" / "python3.11")
    entry = archive("3.11.11", tmp_path / "archive", extras=extras)
    empty_bench.write(EXTENSION)
    catalogue = str(workshop.write_catalogue("real-3.11", entry))
    settings = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": "/pips", **machine_settings()}
    empty_bench.build({"BP_PYTHON_CATALOGUE": catalogue, "BP_PYTHON_VERSION": "3.11.11", **settings})
    said = empty_bench.execute(f"{LAYERS}/venv/bin/python", "-c", "import native; print(native.answer)")
    assert said.log == "42\n"


def test_packing_one_finds_what_it_says_lies_elsewhere(tmp_path: Path) -> None:
    python = unpacked("3.14.6", tmp_path / "unpacked")
    root = python.parent.parent
    # Its configuration names the place where it was made.
    wanted = {
        "include/python3.14/Python.h": "/* headers */\n",
        "lib/pkgconfig/python-3.14.pc": "prefix=/install\n",
    }
    for name, text in wanted.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    wheel = root / "lib/python3.14/ensurepip/_bundled/pip-26.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True, exist_ok=True)
    wheel.write_bytes(b"")
    packed = pack(python, tmp_path / "packed")
    assert isinstance(packed, Success), packed
    with tarfile.open(packed.unwrap().archive) as tar:
        names = set(tar.getnames())
    assert {f"python/{name}" for name in wanted} <= names
    assert "python/lib/libpython3.14.so.1.0" in names
