"""The shape of the code, as far as neither ruff nor import-linter can hold it, and what ARCHITECTURE.md says of it."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from tests.places import ROOT

CORE = tuple(sorted((ROOT / "pure").rglob("*.py")))
SHELL = tuple(sorted((ROOT / "shell").rglob("*.py")))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


TREES = {_name(path): ast.parse(path.read_bytes()) for path in CORE}
ROOMS = {_name(path.parent) for path in CORE} - {"pure"}
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

# Of the standard library: what computes values from values. Import-linter and ruff know what is forbidden; nobody can
# list all of that, so here is what is allowed.
VALUES = {
    *("ast", "base64", "codecs", "collections", "configparser", "csv", "datetime", "difflib", "enum", "functools"),
    *("hashlib", "html", "itertools", "json", "math", "re", "shlex", "textwrap", "typing", "unicodedata"),
    # Of these two the part that computes: ruff bans `pathlib.Path` and `urllib.request`.
    *("pathlib", "urllib"),
    # Keeps the compiler's opinions of foreign code out of our log.
    "warnings",
}
LIBRARIES = {"pure", "returns", "msgspec", "packaging", "tomli", "tomli_w"}
# Tests of no single module: what a user sees of a whole plan, and whole builds by the local lifecycle.
VIEWS = {
    *("pure/build/test_version_sources.py", "pure/report/test_plan_goldens.py", "shell/test_hostile_input.py"),
    *("shell/lifecycle/test_against_reference.py", "shell/lifecycle/test_build.py"),
    "shell/command/test_pipelines.py",
}
LONGEST = 400
# Tables that have a row for some of the names only; whoever asks them expects that.
OPEN = {
    *("pure.image.side.INSTEAD", "pure.manager.terms._NO_PACKAGE", "pure.python.version_files._NOT_OFFERED"),
    "pure.report.decided._PURPOSES",
    *("pure.report.layer_lines._DIVIDED", "pure.report.prose.disk._ROOM"),
}


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=module, level=0):
                yield (module or "").partition(".")[0]
            case ast.ImportFrom():
                yield "a relative import"
            case _:
                pass


def _classes() -> Iterator[tuple[str, ast.ClassDef]]:
    for name, tree in TREES.items():
        yield from ((name, node) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def test_the_core_imports_values_only() -> None:
    found = {(name, top) for name, tree in TREES.items() for top in _imports(tree)}
    assert {(name, top) for name, top in found if top not in VALUES | LIBRARIES} == set()


def test_values_of_the_core_are_frozen() -> None:
    structs = [(name, each) for name, each in _classes() if "msgspec.Struct" in map(ast.unparse, each.bases)]
    assert len(structs) > 100
    for name, each in structs:
        options = {keyword.arg: ast.unparse(keyword.value) for keyword in each.keywords}
        assert options.get("frozen") == "True", f"{name}, line {each.lineno}: {each.name}"


def test_a_class_of_the_core_has_a_name_of_its_own() -> None:
    names = Counter(each.name for _, each in _classes() if not each.name.startswith("_"))
    assert [name for name, times in names.items() if times > 1] == []


def test_only_what_is_encoded_has_a_tag() -> None:
    tagged = {name for name, each in _classes() if any(keyword.arg == "tag" for keyword in each.keywords)}
    # Where a distribution came from, in the record of an environment; and documents that leave out what there is none
    # of, but not their schema.
    assert tagged <= {"pure/venv/resolved.py", "pure/build/decisions.py", "pure/report/record.py"}


def _names(kind: Any) -> frozenset[object]:
    """The values of a closed type, such as the names of the tools; none of any other."""
    if isinstance(kind, type):
        return frozenset(kind) if issubclass(kind, Enum) else frozenset()
    values = get_args(kind)
    return frozenset(values) if get_origin(kind) is Literal else frozenset().union(*map(_names, values))


def _tables() -> Iterator[tuple[str, frozenset[object], frozenset[object]]]:
    """Each table by closed names, with those and with the ones that it has."""
    for name in TREES:
        module = importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        for constant, hint in get_type_hints(module).items():
            kind = get_args(hint)[0] if get_origin(hint) is Final else hint
            if get_origin(kind) is Mapping and (names := _names(get_args(kind)[0])):
                yield f"{module.__name__}.{constant}", names, frozenset(getattr(module, constant))


def test_a_table_has_a_row_for_each_name() -> None:
    # The type checker holds that for what takes a decision by names, and not for tables.
    tables = list(_tables())
    assert len(tables) > 20
    assert {table for table, names, rows in tables if rows != names} == OPEN


def test_no_module_is_longer_than_a_reader_bears() -> None:
    long = {_name(path) for path in (*CORE, *SHELL) if path.read_bytes().count(b"\n") > LONGEST}
    assert long == set()


def test_a_room_says_what_it_decides_and_holds_nothing_else() -> None:
    assert [room for room in ROOMS if len(TREES[f"{room}/__init__.py"].body) != 1] == []


def test_a_module_does_not_repeat_the_name_of_its_room() -> None:
    assert [name for name in TREES if Path(name).parent.name in re.split("[_.]", Path(name).name)] == []


def test_a_test_has_the_name_and_the_place_of_its_module() -> None:
    modules = {_name(path) for path in (*CORE, *SHELL)}
    found = [path for part in ("pure", "shell") for path in (ROOT / "tests" / part).rglob("test_*.py")]
    tests = {path.relative_to(ROOT / "tests").as_posix() for path in found}
    assert {name for name in tests if name.replace("test_", "", 1) not in modules} == VIEWS


def test_every_room_and_no_other_has_a_row() -> None:
    rows = re.findall(r"^\| `(pure/[a-z_/]+)/` \| \S", ARCHITECTURE, re.MULTILINE)
    assert sorted(rows) == sorted(ROOMS)


def test_whatever_the_page_names_exists() -> None:
    parts = ("bin", "data", "lamina", "pure", "shell", "tests", "tools")
    there = [f"/{_name(path)}" for part in parts for path in ((ROOT / part), *(ROOT / part).rglob("*"))]
    assert [name for name in _named(ARCHITECTURE) if not any(each.endswith(f"/{name}") for each in there)] == []


def _named(text: str) -> set[str]:
    """Modules and folders of this repository, by whole paths or by the ends of paths."""
    modules = re.findall(r"(?<![\w/*.])[a-z_][\w/]*\.py\b", text)
    folders = re.findall(r"\b(?:lamina|pure|shell|tests|tools)(?:/\w+)+(?![\w/.*])", text)
    return {*modules, *folders}
