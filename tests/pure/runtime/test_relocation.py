"""What a runtime says of its own making is made to hold where it lies."""

import json
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.runtime.relocation import PREFIX, is_relocated, relocated

FOLDER = "/layers/lamina_python/python"
# As python-build-standalone writes them for amd64.
SYSCONFIG = b"""\
# system configuration generated and used by the sysconfig module
build_time_vars = {'ABIFLAGS': '',
 'AR': '/tools/clang-linux64/bin/llvm-ar',
 'BLDSHARED': 'clang -pthread -shared -L/tools/deps/lib',
 'CC': 'clang -pthread',
 'CONFIG_ARGS': "'--prefix=/install' 'CC=clang' '--with-openssl=/tools/deps'",
 'CXX': 'clang++ -pthread',
 'INCLUDEPY': '/install/include/python3.13',
 'LDFLAGS': '-L/install/lib -Wl,-rpath,/install/lib',
 'LDSHARED': 'clang -pthread -shared -L/tools/deps/lib',
 'LIBDIR': '/install/lib',
 'OTHER': '/tools/install/lib /installed /install.d',
 'prefix': '/install'}
"""
MOVED = b"""\
# system configuration generated and used by the sysconfig module
build_time_vars = {'ABIFLAGS': '',
 'AR': 'ar',
 'BLDSHARED': 'cc -pthread -shared -L/tools/deps/lib',
 'CC': 'cc -pthread',
 'CONFIG_ARGS': "'--prefix=/layers/lamina_python/python' 'CC=clang' '--with-openssl=/tools/deps'",
 'CXX': 'c++ -pthread',
 'INCLUDEPY': '/layers/lamina_python/python/include/python3.13',
 'LDFLAGS': '-L/layers/lamina_python/python/lib -Wl,-rpath,/layers/lamina_python/python/lib',
 'LDSHARED': 'cc -pthread -shared -L/tools/deps/lib',
 'LIBDIR': '/layers/lamina_python/python/lib',
 'OTHER': '/tools/install/lib /installed /install.d',
 'prefix': '/layers/lamina_python/python'}
"""


def test_paths_and_compilers_are_those_of_the_layer_and_the_build_image() -> None:
    assert relocated(SYSCONFIG, folder=FOLDER) == MOVED


def test_the_forms_of_all_these_files() -> None:
    for before, after in (
        (
            b"CC=\t\tclang -pthread\nCXX=\t\tclang++\nLINKCC=\t\t$(CC)\n",
            b"CC=\t\tcc -pthread\nCXX=\t\tc++\nLINKCC=\t\t$(CC)\n",
        ),
        (b'{"CC": "clang -pthread", "LIBDIR": "/install/lib"}', b'{"CC": "cc -pthread", "LIBDIR": "/x/lib"}'),
        (
            b"prefix=/install\nlibdir=${prefix}/lib\nCflags: -I/install/include\n",
            b"prefix=/x\nlibdir=${prefix}/lib\nCflags: -I/x/include\n",
        ),
        (b"CC=gcc\nMYCC=clang\n", b"CC=gcc\nMYCC=clang\n"),
    ):
        assert relocated(before, folder="/x") == after


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("lib/python3.13/_sysconfigdata__linux_x86_64-linux-gnu.py", True),
        ("lib/python3.14/_sysconfig_vars__linux_x86_64-linux-gnu.json", True),
        ("lib/python3.13/config-3.13-x86_64-linux-gnu/Makefile", True),
        ("lib/pkgconfig/python3.pc", True),
        ("bin/python3.13-config", True),
        ("bin/python3.13", False),
        ("lib/python3.13/os.py", False),
        ("lib/python3.13/site-packages/lib/python3.13/_sysconfigdata_x.py", False),
    ],
)
def test_which_files_say_so(path: str, expected: bool) -> None:
    assert is_relocated(PurePosixPath(path)) is expected


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80) | st.sampled_from([SYSCONFIG, MOVED]), st.sampled_from([FOLDER, "/a", "/a b'\\1", "/"]))
def test_it_is_done_once_and_any_bytes_will_do(text: bytes, folder: str) -> None:
    once = relocated(text, folder=folder)
    assert relocated(once, folder=folder) == once


@given(st.text(alphabet="'\"\\ \n{}", min_size=1, max_size=8))
def test_a_folder_that_would_have_to_be_quoted_is_not_written(odd: str) -> None:
    text = f'{{"prefix": "{PREFIX}"}}'.encode()
    assert json.loads(relocated(text, folder=f"/a{odd}")) == {"prefix": PREFIX}
