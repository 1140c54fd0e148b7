"""Decides whether a project's build system would find a package of its own in it.

Most applications are none: their files lie as they please, and what they declare are dependencies. Only what is sure to
fail is told here; whatever names its files, or is built by an unknown system, is left to the build.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pure.names import normalise_name
from pure.project.document import Document, at, table, words
from pure.project.files import ProjectFiles

# What setuptools passes over when it looks for packages and modules side by side (setuptools.discovery).
_NO_PACKAGES: Final = (
    "ci", "bin", "debian", "doc", "docs", "documentation", "manpages", "news", "newsfragments", "changelog", "test",
    "tests", "unit_test", "unit_tests", "example", "examples", "scripts", "tools", "util", "utils", "python", "build",
    "benchmark", "benchmarks", "exercise", "exercises", "htmlcov",
)  # fmt: skip
_NO_MODULES: Final = (
    "setup", "conftest", "test", "tests", "example", "examples", "build", "toxfile", "noxfile", "pavement", "dodo",
    "tasks", "fabfile", "sconstruct", "SConstruct", "conanfile", "manage", "benchmark", "benchmarks", "exercise",
    "exercises",
)  # fmt: skip
_SHOWN: Final = 4


def why_no_package(pyproject: Document | None, project: ProjectFiles) -> str:
    """Why a project can't be built, as the end of "because …"; empty where it can, or nobody knows."""
    parsed = pyproject.toml.value_or({}) if pyproject else {}
    declared, tool = table(parsed.get("project")), table(parsed.get("tool"))
    name = declared.get("name")
    if not isinstance(name, str) or "dependencies" in words(declared.get("dynamic")) or not project.names:
        return ""
    backend = at(parsed, ("build-system", "build-backend"))
    own = {name.replace("-", "_").replace(".", "_"), normalise_name(name).replace("-", "_")}
    match backend:
        case None | "setuptools.build_meta" | "setuptools.build_meta:__legacy__":
            return _setuptools(tool, project)
        case "hatchling.build":
            # Hatchling reads a file of its own, too.
            named = "build" in table(tool.get("hatch")) or "hatch.toml" in project.names
            namespaced = any(path.rpartition("/")[2] in own for path in project.inner)
            return "" if named or namespaced else _own(own, project)
        case "flit_core.buildapi":
            return "" if "module" in table(tool.get("flit")) else _own(own, project)
        case "poetry.core.masonry.api":
            return "" if "packages" in table(tool.get("poetry")) else _own(own, project)
        case "uv_build":
            named = "build-backend" in table(tool.get("uv"))
            return "" if named else _own(own, project, source_only=True)
        case _:
            return ""


def _own(own: Iterable[str], project: ProjectFiles, *, source_only: bool = False) -> str:
    wanted = {name for each in own for name in (each, f"{each}.py", f"{each}.pyi")}
    lower = {name.lower() for name in wanted}
    places = project.source_names if source_only else (*project.names, *project.source_names)
    if any(name.lower() in lower for name in places):
        return ""
    return f"there is no package {min(own)}, and none is named"


def _setuptools(tool: Mapping[str, object], project: ProjectFiles) -> str:
    if {"setup.py", "setup.cfg", "src"} & set(project.names) or "setuptools" in tool:
        return ""
    folders = _discovered(project.folders, _NO_PACKAGES)
    if len(folders) > 1:
        return f"the folders {_several(folders)} lie side by side, and none is named as its package"
    modules = _discovered((name.removesuffix(".py") for name in project.files if name.endswith(".py")), _NO_MODULES)
    if not folders and len(modules) > 1:
        return f"the modules {_several(modules)} lie side by side, and none is named as its own"
    return ""


def _discovered(names: Iterable[str], passed_over: Iterable[str]) -> tuple[str, ...]:
    others = frozenset(passed_over)
    return tuple(sorted(name for name in names if name.isidentifier() and name[0] != "_" and name not in others))


def _several(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return f"{shown}, …" if len(names) > _SHOWN else shown
