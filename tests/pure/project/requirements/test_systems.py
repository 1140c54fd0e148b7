"""Requirements that only another system has."""

import pytest
from pure.outcome import Failure
from pure.project.requirements.collection import RequirementsSet, collect
from pure.project.requirements.errors import OtherSystems, System


def _found(text: str, **files: str) -> OtherSystems | None:
    read = {"requirements.txt": text.encode()} | {f"{name}.txt": more.encode() for name, more in files.items()}
    collected = collect(read)
    if isinstance(collected, Failure):
        found = collected.failure()
        assert isinstance(found, OtherSystems)
        return found
    assert isinstance(collected.unwrap(), RequirementsSet)
    return None


@pytest.mark.parametrize(
    ("line", "system", "instead"),
    [
        ("pkg-resources==0.0.0", "debian", ""),
        ("pkg_resources==0.0.0", "debian", ""),
        ("python-apt==2.4.0+ubuntu3", "debian", ""),
        ("python-debian==0.1.49+ubuntu2", "debian", ""),
        ("distro-info==1.7+build1.deb12u1", "debian", ""),
        ("ubuntu-drivers-common==0.0.0", "debian", ""),
        ("pywin32==306", "windows", ""),
        ('pywin32==306; python_version >= "3.8"', "windows", ""),
        ("pypiwin32", "windows", ""),
        ("pywinpty==2.0.13", "windows", ""),
        ("tensorflow-intel==2.16.1", "windows", "tensorflow"),
        ("python-magic-bin", "windows", "python-magic"),
        ("pyobjc-framework-Quartz==10.3", "macos", ""),
        ("pyobjc_core>=9", "macos", ""),
    ],
)
def test_what_only_another_system_has_is_found(line: str, system: System, instead: str) -> None:
    found = _found(f"flask\n{line}\n")
    assert found is not None
    ((one),) = found.found
    assert (one.line, one.text, one.system, one.instead) == (2, line, system, instead)


@pytest.mark.parametrize(
    "line",
    [
        'pywin32==306; sys_platform == "win32"',
        'pywinpty; os_name == "nt"',
        'pyobjc; platform_system == "Darwin"',
        "pywin32-ctypes==0.2.3",
        "torch==2.9.0+cpu",
        "colorama==0.4.6",
        "pkgutil-resolve-name",
        "-c limits.txt",
    ],
)
def test_what_linux_has_or_a_marker_leaves_out_is_not(line: str) -> None:
    assert _found(line, limits="pywin32==306\n") is None


def test_all_of_them_are_named_at_once_in_every_file() -> None:
    found = _found("-r base.txt\npywin32==306\nflask\npywinpty==2\n", base="pkg-resources==0.0.0\n")
    assert found is not None
    assert [(each.file, each.line) for each in found.found] == [
        ("requirements.txt", 2),
        ("requirements.txt", 4),
        ("base.txt", 1),
    ]
