"""Every error that a build can end with is said in words."""

from collections.abc import Iterator
from typing import get_args

import pytest
from pure.bindings.folder import BindingError
from pure.build.errors import (
    BuildError,
    DoesNotImport,
    MissingVariable,
    NoEnvironment,
    NoPipWheel,
    NotAsResolved,
    NotReadable,
    NotWritable,
    PipFailed,
    PipNotInstalled,
    RuntimeDoesNotStart,
)
from pure.build.undeclared import NothingRequired, UndeclaredImport, UndeclaredImports
from pure.complaints.commands import CommandError
from pure.complaints.imports import why_not_imported
from pure.complaints.reasons import OutOfMemory
from pure.disk import DiskFull
from pure.manager.environment import BREAKING, BreakingVariable, BreakingVariables
from pure.manager.pylock_selection import PylockProblem
from pure.manager.terms import InstalledFrom
from pure.project.build_commands import BuildCommandsError
from pure.project.requirements.errors import RequirementsError
from pure.python.choice import ContradictingRequirers, ContradictingSources, NotCarried
from pure.python.offer import CatalogueProblem
from pure.python.request import MajorOnly, MinorRequest, RequestError
from pure.python.requirers import BadRequirement, BadVersion, UnreadablePlan
from pure.python.resolution import MinorUnknown, ResolutionError
from pure.python.words import VersionFileError
from pure.report.build_log import error_lines
from pure.report.prose.addresses import AddressError
from pure.report.prose.describe import describe
from pure.report.prose.managers import ManagersError
from pure.runtime.endings import ArchiveError
from pure.source import Source
from pure.start.choice import ProcessesError
from pure.start.django import CollectStaticFailed
from pure.start.offered import ToolNotInImage
from pure.switches import BadSwitch
from pure.venv.installed import Mismatch
from pure.venv.lacks import Contradiction, DependenciesContradict
from pure.venv.resolved import ReportError

from tests.golden import check_golden

_PIP = InstalledFrom(manager="pip", files=("requirements.txt",))
_ENTRY = Source(default="another buildpack's requirement (entry 2 of the buildpack plan)")
_FILE = Source(file=".python-version", line=1)


IMPORTS = (
    "ModuleNotFoundError: No module named 'pkg_resources'",
    "ModuleNotFoundError: No module named 'imp'",
    "ModuleNotFoundError: No module named 'yaml'",
    "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (urls.py)",
    "AttributeError: module 'collections' has no attribute 'Callable'",
    "ImportError: libpq.so.5: cannot open shared object file: No such file or directory",
    "SyntaxError: invalid syntax",
    "importlib.metadata.PackageNotFoundError: No package metadata was found for setuptools",
    "Segmentation fault",
)


def _breaking(*names: str) -> BreakingVariables:
    return BreakingVariables(found=tuple(BreakingVariable(name=name, effect=BREAKING[name]) for name in names))


ERRORS: tuple[BuildError, ...] = (
    _breaking("PIP_TARGET"),
    _breaking("PIP_USER", "PYTHONHOME", "VIRTUAL_ENV"),
    BadSwitch(variable="BP_PYTHON_PROVIDE_ONLY", value="perhaps"),
    MissingVariable(name="CNB_LAYERS_DIR"),
    NothingRequired(variable="BP_PYTHON_PROVIDE_ONLY"),
    UndeclaredImports(
        folder="api",
        found=(
            UndeclaredImport(
                module="cv2", places=("app.py, line 3", "eyes/see.py, line 1"), distribution="opencv-python-headless"
            ),
            UndeclaredImport(module="requests", places=("app.py, line 4",), distribution="requests"),
        ),
    ),
    NothingRequired(variable="BP_PYTHON_PROVIDE_ONLY", nested=("services/api/uv.lock",)),
    ContradictingRequirers(first="3.12", first_source=_FILE, second=">=3.13", second_source=_ENTRY),
    UnreadablePlan(because="is not readable TOML"),
    BadRequirement(entry=2, name="python", key="launch", value="'yes'", expected="true or false"),
    BadVersion(entry=2, name="cpython", error=MajorOnly(visible="3", source=Source(variable="plan entry 2"))),
    PipFailed(source=_PIP, returncode=1, signal=None, version="26.3"),
    PipFailed(source=_PIP, returncode=-9, signal="SIGKILL", version="26.3", recognised=OutOfMemory()),
    PipFailed(source=_PIP, returncode=-11, signal="SIGSEGV", version="26.3"),
    PipNotInstalled(version="26.3", hashed=True, output=("ERROR: No matching distribution found for pip==26.3",)),
    PipNotInstalled(version="99.0", hashed=False, output=("ERROR: No matching distribution found for pip==99.0",)),
    NoPipWheel(python="3.14.9"),
    *(
        DoesNotImport(
            names=("gunicorn",),
            returncode=1,
            signal=None,
            output=("    import x", last),
            reason=why_not_imported(('  File "/x/site-packages/gunicorn/util.py", line 26, in <module>', last)),
        )
        for last in IMPORTS
    ),
    DependenciesContradict(
        variable="BP_PYTHON_CHECK_DEPENDENCIES",
        found=(
            Contradiction(distribution="flask", version="3.1.0", demand="werkzeug>=3.1", name="werkzeug", found="2.3"),
            Contradiction(distribution="flask", version="3.1.0", demand="click>=8", name="click", found=""),
        ),
    ),
    NotAsResolved(
        mismatches=(
            Mismatch(name="flask", wanted="3.1.3", installed="3.1.0"),
            Mismatch(name="click", wanted="8.3", installed=None),
            Mismatch(name="extra", wanted=None, installed="1.0"),
        )
    ),
    NoEnvironment(returncode=1, output=("Error: No module named venv",)),
    NotReadable(path="/workspace/requirements.txt", detail="Permission denied"),
    NotReadable(path="/workspace/Procfile", detail="/etc/passwd", why="outside"),
    NotReadable(path="/workspace/uv.lock", detail="it has 20.0 GB, and at most 32.0 MB are read", why="large"),
    DiskFull(task="build", path="/layers/lamina_python/venv", detail="No space left on device"),
    DiskFull(task="install", path="/layers", detail="OSError: [Errno 28] No space left on device"),
    NotWritable(path="/layers/lamina_python/venv", detail="Permission denied"),
    RuntimeDoesNotStart(
        version="3.14.9",
        target="linux/amd64 (alpine 3.22)",
        output=("python3: /lib/libc.so.6: version `GLIBC_2.17' not found",),
    ),
)


def _members(union: object) -> Iterator[type]:
    members = get_args(union)
    if not members:
        assert isinstance(union, type)
        yield union
    for member in members:
        yield from _members(member)


EVERY = sorted(set(_members(BuildError)), key=lambda kind: (kind.__module__, kind.__qualname__))
FAMILIES = (
    AddressError,
    ManagersError,
    PylockProblem,
    ProcessesError | CollectStaticFailed | ToolNotInImage,
    RequirementsError | ReportError,
    RequestError,
    VersionFileError | ContradictingSources,
    CatalogueProblem | ResolutionError | NotCarried,
    ArchiveError,
    BindingError,
    BuildCommandsError | CommandError,
)
OTHERS = {member for family in FAMILIES for member in _members(family)}


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_build", "\n".join("\n".join(error_lines(describe(error))) for error in ERRORS))


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__qualname__)
def test_every_error_of_a_build_has_an_example_in_a_golden_file(kind: type) -> None:
    # Those of the other families are in files of their own, with tests of their own.
    assert kind in {type(error) for error in ERRORS} | OTHERS


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__qualname__)
def test_each_message_is_made_of_whole_lines_and_has_a_way_out(error: BuildError) -> None:
    message = describe(error)
    assert message.do
    assert not message.happened.endswith(".")
    for line in (message.happened, *message.found, *message.means, *message.do):
        assert line.strip()
        assert "\n" not in line
        assert len(line) <= 120


def test_the_families_with_words_of_their_own_are_described_there() -> None:
    request = MinorRequest(minor="3.99", text="3.99", source=_FILE)
    assert "3.99" in describe(MinorUnknown(request=request, minor="3.99", minors=("3.14",))).happened
