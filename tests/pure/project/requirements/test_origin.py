"""Lists that look like requirements and were written for something else; the real pip agrees."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.project.requirements.collection import RequirementsSet, collect
from pure.project.requirements.errors import CondaList, ForeignPaths, RequirementsUnmarkedUtf16
from pure.project.requirements.file import parse_requirements
from shell.process import run

CONDA = """\
# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
# platform: linux-64
_libgcc_mutex=0.1=main
ca-certificates=2024.3.11=h06a4308_0
flask=3.0.3=pypi_0
"""
FROZEN = """\
asgiref @ file:///home/conda/feedstock_root/build_artifacts/asgiref_1711079542580/work
certifi @ file:///croot/certifi_1700501669400/work/certifi
Django==5.0.4
mkl-fft @ file:///C:/b/abs_19i1y8ykas/croot/mkl_fft_1695058226480/work
numpy @ file:///private/var/folders/c_/tmp/abs_1/croot/numpy/work
"""


def _collected(raw: bytes) -> object:
    found = collect({"requirements.txt": raw})
    return found.failure() if isinstance(found, Failure) else found.unwrap()


def test_a_list_of_conda_is_told_with_its_lines() -> None:
    found = _collected(CONDA.encode())
    assert isinstance(found, CondaList)
    assert (found.lines[0].line, found.lines[0].text) == (4, "_libgcc_mutex=0.1=main")
    assert found.number == 3


def test_folders_of_build_machines_are_told_with_their_lines() -> None:
    found = _collected(FROZEN.encode())
    assert isinstance(found, ForeignPaths)
    assert [each.line for each in found.lines] == [1, 2, 4, 5]


@pytest.mark.parametrize(
    "line",
    [
        "-e /home/me/shop",
        "-e /Users/me/shop",
        r"-e C:\\Users\\me\\shop",
        "shop @ file:///home/me/shop",
        "-e file:///mnt/c/work/shop",
        "/root/shop",
    ],
)
def test_folders_of_peoples_own_machines_are_told(line: str) -> None:
    found = _collected(f"flask\n{line}\n".encode())
    assert isinstance(found, ForeignPaths)
    assert [each.line for each in found.lines] == [2]


@pytest.mark.parametrize(
    "line",
    [
        "alpha==1.0",
        "alpha @ file:///workspace/vendor/alpha-1.0-py3-none-any.whl",
        "./vendor/alpha-1.0-py3-none-any.whl",
        'alpha @ file:///C:/wheels/alpha-1.0-py3-none-any.whl ; sys_platform == "win32"',
        "alpha @ https://host.example/Users/alpha-1.0-py3-none-any.whl",
    ],
)
def test_what_pip_may_accept_is_left_to_pip(line: str) -> None:
    assert isinstance(_collected(f"{line}\n".encode()), RequirementsSet)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_told(encoding: str) -> None:
    assert _collected("flask==3.1.2\r\n".encode(encoding)) == RequirementsUnmarkedUtf16(file="requirements.txt")


@given(st.binary())
def test_any_bytes_give_a_value(raw: bytes) -> None:
    assert isinstance(collect({"requirements.txt": raw}), Success | Failure)


def _pip_takes(tmp_path: Path, raw: bytes, python: str) -> bool:
    (tmp_path / "requirements.txt").write_bytes(raw)
    argv = (python, "-m", "pip", "install", "--dry-run", "--no-index", "--no-deps", "--break-system-packages")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null"}
    return run((*argv, "-r", str(tmp_path / "requirements.txt")), env=env).ok


@pytest.mark.parametrize(
    "raw",
    [
        b"pip\r\nsetuptools\r\n",
        b"pip \\\r\n  >= 1\r\n",
        b"pip\rsetuptools\r",
        "\ufeffpip\r\nsetuptools\r\n".encode(),
        "\ufeffpip\r\nsetuptools\r\n".encode("utf-16-le"),
        "\ufeffpip\r\nsetuptools\r\n".encode("utf-16-be"),
    ],
)
def test_line_endings_of_windows_and_marked_utf16_are_no_error_for_pip_and_for_us(raw: bytes, tmp_path: Path) -> None:
    assert _pip_takes(tmp_path, raw, sys.executable)
    found = parse_requirements(raw, file="requirements.txt")
    assert isinstance(found, Success)
    assert {line.name for line in found.unwrap().lines} <= {"pip", "setuptools"}
    assert found.unwrap().problems == ()


@pytest.mark.parametrize("raw", [CONDA.encode(), FROZEN.encode(), "pip\r\nsetuptools\r\n".encode("utf-16-le")])
def test_pip_refuses_what_we_tell_beforehand(raw: bytes, tmp_path: Path) -> None:
    assert not _pip_takes(tmp_path, raw, sys.executable)
