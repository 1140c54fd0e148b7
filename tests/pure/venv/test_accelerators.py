"""Which torch is told to be for graphics cards, and how much of an environment that takes."""

import os
import platform
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Success
from pure.report.build_log import accelerated
from pure.venv.accelerators import AcceleratedTorch, accelerated_torch
from pure.venv.installed import InstalledDistribution, InstalledSet, RecordEntry
from pure.venv.resolved import Distribution, Index, ResolvedSet, parse_report, resolved_set
from shell.process import run


def _resolved(**versions: str) -> ResolvedSet:
    return resolved_set(
        Distribution(name=name.replace("_", "-"), version=version, origin=Index(file=f"{name}.whl"), requested=True)
        for name, version in versions.items()
    )


def _installed(**sizes: tuple[str, ...]) -> InstalledSet:
    return InstalledSet(
        python_minor="3.13",
        distributions=tuple(
            InstalledDistribution(
                name=name.replace("_", "-"),
                version="1",
                dist_info=f"{name}-1.dist-info",
                files=tuple(RecordEntry(path=f"{name}/{at}", size=size) for at, size in enumerate(each)),
            )
            for name, each in sizes.items()
        ),
    )


def test_the_size_is_that_of_torch_and_of_what_comes_with_it() -> None:
    resolved = _resolved(torch="2.9.0", nvidia_cublas_cu12="12.8", triton="3.5.0", flask="3.1")
    installed = _installed(torch=("1000", "500"), nvidia_cublas_cu12=("2000", ""), triton=("30",), flask=("7",))
    found = accelerated_torch(resolved, installed)
    assert found == AcceleratedTorch(version="2.9.0", vendor="NVIDIA", companions=2, size=3530)


@pytest.mark.parametrize(
    ("version", "vendor"), [("2.9.0+cu128", "NVIDIA"), ("2.9.0+rocm6.4", "AMD"), ("2.9.0+cpu", None), ("2.9.0", None)]
)
def test_the_version_tells_the_vendor(version: str, vendor: str | None) -> None:
    found = accelerated_torch(_resolved(torch=version), InstalledSet(python_minor="3.13"))
    assert (found.vendor if found else None) == vendor


def test_without_torch_nothing_is_said() -> None:
    assert accelerated_torch(_resolved(nvidia_nccl_cu12="2.27"), InstalledSet(python_minor="3.13")) is None


@given(st.lists(st.text(), max_size=5))
def test_sizes_of_any_text_give_a_warning(sizes: list[str]) -> None:
    found = accelerated_torch(_resolved(torch="2.9.0+cu128"), _installed(torch=tuple(sizes)))
    assert found is not None
    assert found.size >= 0


def test_the_warning_says_the_size() -> None:
    found = AcceleratedTorch(version="2.9.0", vendor="NVIDIA", companions=16, size=6_900_000_000)
    assert accelerated(found)[:2] == (
        "  Warning: torch 2.9.0 is the build for NVIDIA graphics cards.",
        "  It and 16 distributions that come with it take 6.9 GB of the image.",
    )


@pytest.mark.heavy
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the index has a torch for graphics cards for x86-64 only")
def test_what_the_index_has_today_is_recognised(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    argv = (
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--quiet",
        "--report",
        str(report),
    )
    done = run((*argv, "--only-binary", ":all:", "torch"), env=dict(os.environ))
    assert done.ok, done.stderr
    parsed = parse_report(report.read_bytes())
    assert isinstance(parsed, Success)
    found = accelerated_torch(parsed.unwrap(), InstalledSet(python_minor="3.13"))
    assert found is not None
    assert found.vendor == "NVIDIA"
    assert found.companions > 5
