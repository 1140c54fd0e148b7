"""The shape of the code: what the core may import, and what every module says of itself."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import ROOT

PURE = sorted((ROOT / "pure").rglob("*.py"))
SHELL = sorted((ROOT / "shell").rglob("*.py"))
LONGEST = 520

# Of the standard library: what computes values from values. No clock, no environment, no disk, no network.
VALUES = {
    *(
        "ast",
        "base64",
        "codecs",
        "collections",
        "configparser",
        "csv",
        "datetime",
        "difflib",
        "enum",
        "functools",
        "hashlib",
    ),
    *("functools", "hashlib", "itertools", "json", "math"),
    *("pathlib", "re", "shlex", "textwrap", "typing", "unicodedata", "urllib"),
    # Syntax trees of text; `warnings` to keep the compiler's opinions of that text out of our log.
    *("ast", "warnings"),
}
LIBRARIES = {"pure", "returns", "msgspec", "packaging", "tomli", "tomli_w"}
# Of modules that can do more than compute, the part that can't.
PARTS = {"pathlib": {"PurePosixPath"}, "urllib": {"parse"}}
# What a module of the core uses of a module that isn't pure, and why it may.
ALLOWED = {
    ("pure/start/code_parser.py", "warnings"),  # keeps the parser's remarks on foreign code from being printed
}
# These answer from the world: the host's platform, its clock, its terminal.
EFFECTS = {"open", "input", "print", "exec", "eval", "breakpoint"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _imports(tree: ast.AST) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, ()) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=0):
                yield module or "", tuple(alias.name for alias in names)
            case ast.ImportFrom():
                yield "relative import", ()
            case _:
                pass


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_the_core_imports_values_only(path: Path) -> None:
    for module, names in _imports(ast.parse(path.read_bytes())):
        top, _, rest = module.partition(".")
        if (_name(path), module) in ALLOWED:
            continue
        assert top in VALUES | LIBRARIES, f"{_name(path)} imports {module}"
        if top in PARTS:
            assert {rest} - {""} or set(names), f"{_name(path)} imports all of {module}"
            assert ({rest} - {""} or set(names)) <= PARTS[top], f"{_name(path)} imports {module}: {names}"


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_the_core_reads_neither_clock_nor_disk(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                assert name not in EFFECTS, f"{_name(path)}, line {node.lineno}: {name}()"
            case ast.Call(func=ast.Attribute(attr="now" | "today" | "utcnow" as name)):
                pytest.fail(f"{_name(path)}, line {node.lineno}: .{name}()")
            case _:
                pass


@pytest.mark.parametrize("path", PURE + SHELL, ids=_name)
def test_a_module_is_short_and_says_what_it_does_on_its_first_line(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, f"{_name(path)} says nothing of itself"
    first = docstring.splitlines()[0]
    assert first.endswith((".", ":")), f"{_name(path)}: {first}"


@pytest.mark.parametrize("path", PURE + SHELL, ids=_name)
def test_what_is_public_has_a_docstring(path: Path) -> None:
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{_name(path)}, line {node.lineno}: {node.name}"


def test_the_values_are_modules_of_the_standard_library() -> None:
    assert {*sys.stdlib_module_names, "__future__"} >= VALUES


@pytest.mark.parametrize("path", PURE, ids=_name)
def test_values_of_the_core_are_frozen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "msgspec.Struct" for base in node.bases):
            options = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert options.get("frozen") == "True", f"{_name(path)}, line {node.lineno}: {node.name}"
