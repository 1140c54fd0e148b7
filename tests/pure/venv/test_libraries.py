"""Which libraries of the system an environment lacks."""

from collections.abc import Mapping

from pure.venv.elf import Dynamic
from pure.venv.installed import InstalledSet, parse_installed
from pure.venv.libraries import foreign_libraries, missing_libraries, possible_programs, shared_libraries

SITE = "lib/python3.13/site-packages"
SYSTEM = frozenset({"libc.so.6", "libm.so.6"})


def installed(*names: str, files: tuple[str, ...] = ()) -> InstalledSet:
    metadata = {}
    for name in names:
        info = f"{name.replace('-', '_')}-1.0.dist-info"
        metadata[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
        metadata[f"{info}/RECORD"] = "".join(f"{each},,\n" for each in (*files, f"{info}/RECORD")).encode()
    return parse_installed(metadata, python_minor="3.13")


def lacking(
    sections: Mapping[str, tuple[str, ...]], *names: str, beside: tuple[str, ...] = (), machine: int = 62
) -> list[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    paths = tuple(sections)
    foreign = foreign_libraries(
        {f"{SITE}/{path}": Dynamic(machine=machine, needed=needed) for path, needed in sections.items()},
        installed(*names, files=paths),
        [f"{SITE}/{path}" for path in (*paths, *beside)],
        arch="amd64",
    )
    found = missing_libraries(foreign, SYSTEM)
    return [(each.distribution, each.libraries, each.packages, each.instead) for each in found]


def test_a_library_that_nobody_has_is_named_with_its_package_and_its_way_around() -> None:
    sections = {"cv2/cv2.abi3.so": ("libc.so.6", "libGL.so.1", "libgthread-2.0.so.0")}
    assert lacking(sections, "opencv-python") == [(
        "opencv-python",
        ("libGL.so.1", "libgthread-2.0.so.0"),
        ("libgl1", "libglib2.0-0"),
        ("opencv-python-headless (the same module, without windows)",),
    )]  # fmt: skip


def test_what_a_wheel_brings_along_is_found() -> None:
    sections = {"lib/core.so": ("libc.so.6", "libopenblas-1.so")}
    assert lacking(sections, "numpy", beside=("numpy.libs/libopenblas-1.so",)) == []


def test_the_drivers_of_graphics_cards_and_other_machines_libraries_are_not_missed() -> None:
    assert lacking({"a.so": ("libcuda.so.1", "ld-linux-x86-64.so.2")}, "torch") == []
    assert lacking({"a.so": ("libGL.so.1",)}, "x", machine=183) == []


def test_what_is_loaded_by_name_only_counts_as_well() -> None:
    assert lacking({}, "psycopg") == [("psycopg", ("libpq.so",), ("libpq5",), ("psycopg[binary]",))]
    assert lacking({}, "psycopg", "psycopg-binary") == []


def test_parts_that_a_distribution_does_without_are_not_missed() -> None:
    assert lacking({"PyQt6/Qt6/plugins/sqldrivers/libqsqlmysql.so": ("libmysqlclient.so.21",)}, "pyqt6") == []
    assert lacking({"nvidia/cufile/lib/libcufile_rdma.so.1": ("libibverbs.so.1",)}, "nvidia-cufile-cu12") == []


def test_a_file_of_nobody_is_named_by_its_path() -> None:
    sections = {"lib/x.so": Dynamic(machine=62, needed=("libnew.so.9",))}
    found = missing_libraries(foreign_libraries(sections, installed(), ["lib/x.so"], arch="amd64"), SYSTEM)
    assert [(each.distribution, each.path, each.packages) for each in found] == [("", "lib/x.so", ())]


def test_what_an_environment_needs_is_said_of_it_alone_and_what_of_that_is_missing_by_each_build_image() -> None:
    sections = {f"{SITE}/{name}.so": Dynamic(machine=62, needed=("libc.so.6", "libGL.so.1")) for name in "ab"}
    foreign = (
        *foreign_libraries(sections, installed("cv", files=("a.so", "b.so")), sections, arch="amd64"),
        *foreign_libraries({}, installed("psycopg"), (), arch="amd64"),
    )
    assert [(each.distribution, each.path, each.libraries) for each in foreign] == [
        ("cv", f"{SITE}/a.so", ("libc.so.6", "libGL.so.1")),
        ("psycopg", "", ("libpq.so",)),
    ]
    assert [each.distribution for each in missing_libraries(foreign, SYSTEM)] == ["cv", "psycopg"]
    assert [each.libraries for each in missing_libraries(foreign, SYSTEM | {"libGL.so.1"})] == [("libpq.so",)]
    assert missing_libraries(foreign, SYSTEM | {"libGL.so.1", "libpq.so.5"}) == ()


def test_libraries_are_told_by_their_names() -> None:
    files = ("a.so", "b.cpython-313-x86_64-linux-gnu.so", "libx.so.1.2", "a.py", "a.sock", "so")
    assert shared_libraries(files) == files[:3]


def test_whatever_has_no_ending_that_says_otherwise_may_be_a_program() -> None:
    files = ("bin/ptxas", "bin/ffmpeg-v7.0.2", "node.bin", "a.so", "libx.so.1", "a.py", "a.h", "a.json")
    assert possible_programs(files) == files[:3]
