"""What is left out of a runtime, what is kept, and that no link leads out."""

import os
import tempfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.runtime.pruning import RULES, LeftOut, Member, decide, is_ensurepip_wheel, member_fault

KEPT = [
    "bin/python3.13",
    "bin/python3",
    "bin/python",
    "bin/python3.13-config",
    "include/python3.13/Python.h",
    "lib/libpython3.13.so.1.0",
    "lib/bundled/libssl.so.3",
    "lib/pkgconfig/python-3.13.pc",
    "lib/python3.13/os.py",
    "lib/python3.13/unittest/mock.py",
    "lib/python3.13/venv/__init__.py",
    "lib/python3.13/doctest.py",
    "lib/python3.13/threading.py",
    "lib/python3.13/lib2to3/main.py",
    "lib/python3.13/distutils/core.py",
    "lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-gnu.so",
    "lib/python3.13/config-3.13-x86_64-linux-gnu/Makefile",
    "lib/python3.13/_sysconfigdata__linux_x86_64-linux-gnu.py",
    "lib/python3.13/site-packages/README.txt",
    "lib/python3.13/site-packages/pipeline.py",
    "lib/python3.13/pydoc.py",
]
LEFT_OUT = [
    "bin/pip",
    "bin/pip3.13",
    "bin/idle3",
    "bin/pydoc3.13",
    "bin/2to3-3.11",
    "lib/libpython3.13.a",
    "share/man/man1/python3.1",
    "lib/python3.13/test/test_os.py",
    "lib/python3.11/unittest/test/test_case.py",
    "lib/python3.11/lib2to3/tests/data/x.py",
    "lib/python3.13/idlelib/idle.py",
    "lib/python3.13/tkinter/__init__.py",
    "lib/python3.13/turtle.py",
    "lib/tcl8.6/init.tcl",
    "lib/python3.13/turtledemo/clock.py",
    "lib/libtk8.6.so",
    "lib/python3.13/lib-dynload/_tkinter.cpython-313.so",
    "lib/python3.13/ensurepip/__init__.py",
    "lib/python3.13/ensurepip/_bundled/pip-25.0-py3-none-any.whl",
    "lib/python3.13/site-packages/pip/__init__.py",
    "lib/python3.13/site-packages/pip-25.0.dist-info/RECORD",
    "lib/python3.13/site-packages/setuptools-70.dist-info/METADATA",
    "lib/python3.13/pydoc_data/topics.py",
    "lib/python3.13/__pycache__/os.cpython-313.pyc",
    "lib/python3.13/config-3.13-x86_64-linux-gnu/libpython3.13.a",
    "lib/python3.13/lib-dynload/_testcapi.cpython-313.so",
]


@pytest.mark.parametrize("path", KEPT)
def test_what_applications_need_is_kept(path: str) -> None:
    assert decide(PurePosixPath(path)) is None


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_no_application_needs_is_left_out(path: str) -> None:
    assert decide(PurePosixPath(path))


def test_the_wheel_of_pip_is_recognised() -> None:
    assert [path for path in (*KEPT, *LEFT_OUT) if is_ensurepip_wheel(PurePosixPath(path))] == [
        "lib/python3.13/ensurepip/_bundled/pip-25.0-py3-none-any.whl"
    ]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_a_rule_holds_for_what_it_names_and_all_below(rule: LeftOut) -> None:
    path = PurePosixPath(rule.pattern.replace("**/", "").replace("*", "x"))
    assert decide(path)
    assert decide(path / "below" / "it") == decide(path)


@given(st.lists(st.sampled_from(["lib", "python3.13", "test", "a.a", "b", "bin", "pip", "__pycache__"]), min_size=1))
def test_what_lies_in_a_folder_left_out_is_left_out(parts: list[str]) -> None:
    path = PurePosixPath(*parts)
    if any(decide(parent) for parent in path.parents):
        assert decide(path)


PARTS = st.sampled_from(["python", "a", "b", "..", "."])
PATHS = st.lists(PARTS, min_size=1, max_size=5).map("/".join)
MEMBERS = st.lists(
    st.builds(
        lambda path, kind, link: Member(path=path, kind=kind, link=link if kind == "symlink" else ""),
        st.lists(PARTS, max_size=3).map(lambda parts: "/".join(["python", *parts])) | PATHS,
        st.sampled_from(["file", "directory", "symlink"]),
        PATHS | PATHS.map("/".__add__),
    ),
    max_size=8,
)


@given(MEMBERS)
def test_whatever_is_accepted_stays_inside(members: list[Member]) -> None:
    """Unpack what is accepted, naively: all real paths, and the ends of all links, are below the top folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        links: set[PurePosixPath] = set()
        for member in members:
            path = PurePosixPath(member.path)
            if member_fault(member, top="python", links=links) is not None:
                continue
            place = folder / path
            if place.exists() or any(parent.is_file() for parent in place.parents):
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            if member.kind == "symlink":
                place.symlink_to(member.link)
                links.add(path)
            elif member.kind == "directory":
                place.mkdir()
            else:
                place.write_text("")
        top = folder / "python"
        for found in folder.rglob("*"):
            assert Path(os.path.realpath(found)).is_relative_to(top)


@given(st.text(), st.sampled_from(["file", "directory", "symlink", "hardlink", "other"]), st.text())
def test_no_member_raises(path: str, kind: str, link: str) -> None:
    member_fault(Member(path=path, kind=kind, link=link), top="python", links=frozenset())  # type: ignore[arg-type]
