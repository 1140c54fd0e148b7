"""Tells a program from a file that only gets things ready: what a file does when it is run, by its statements."""

import ast
import re
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from pure.start.syntax import Statement, is_main_guard

# The first word of what is called where the call gets something ready, after which the process comes to its end.
_PREPARING: Final = frozenset({
    "add", "append", "apply", "attach", "autodiscover", "autoload", "basic", "bind", "cache", "chdir", "clear",
    "command", "config", "configure", "connect", "create", "default", "define", "dict", "disable", "discover",
    "download", "enable", "event", "exception", "extend", "file", "filter", "filterwarnings", "freeze", "from", "get",
    "handle", "ignore", "import", "include", "init", "initialize", "inject", "insert", "install", "instrument", "load",
    "make", "makedirs", "middleware", "mkdir", "monkey", "mount", "on", "override", "parse", "patch", "pop", "put",
    "register", "remove", "reset", "route", "seed", "set", "setdefault", "setlocale", "setup", "signal",
    "simplefilter", "subscribe", "suppress", "teardown", "umask", "update", "use", "wire", "wrap",
})  # fmt: skip
_FIRST_WORD: Final = re.compile(r"_*([a-z]+)")
# What only says something, and goes on.
_SPEAKING: Final = frozenset({"print", "pprint", "debug", "info", "warning", "warn", "error", "critical", "log"})

Activity: TypeAlias = Literal["none", "prepares", "speaks", "works"]


def acts(statement: Statement) -> bool:
    """Whether a statement does anything when the file runs as a program, rather than defining something."""
    match statement:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr() | ast.For() | ast.While() | ast.With():
            return True
        case ast.If():
            return is_main_guard(statement) or any(acts(inner) for inner in statement.body)
        case ast.Try():
            return any(acts(inner) for inner in statement.body)
        case _:
            return False


def runs(body: Iterable[Statement]) -> bool:
    """Whether a file is a program: it works when it is run, or at least says something and defines nothing."""
    statements = list(body)
    found = {_activity(each) for each in statements}
    defines = any(isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) for each in statements)
    return "works" in found or ("speaks" in found and not defines)


def _activity(statement: Statement) -> Activity:
    match statement:
        case ast.Expr(value=value):
            return _of_expression(value)
        case ast.While():
            return "works"
        case ast.If() if is_main_guard(statement):
            # Whoever writes this line means a program, unless nothing stands in it.
            return "works" if any(_activity(inner) != "none" for inner in statement.body) else "none"
        case ast.If() | ast.For():
            return _of_all((*statement.body, *statement.orelse))
        case ast.With():
            return _of_all(statement.body)
        case ast.Try():
            return _of_all((*statement.body, *statement.orelse, *statement.finalbody))
        case ast.Raise(exc=ast.Call(args=[ast.Call(), *_])):
            return "works"  # raise SystemExit(main())
        case ast.Assign(value=ast.Call(func=ast.Attribute(attr="run", value=ast.Name(id="asyncio")))):
            return "works"
        case _:
            return "none"


def _of_all(statements: Iterable[Statement]) -> Activity:
    found = {_activity(each) for each in statements}
    for each in ("works", "speaks", "prepares"):
        if each in found:
            return each
    return "none"


def _of_expression(value: ast.expr) -> Activity:
    if not isinstance(value, ast.Call):
        return "none"
    called = value.func
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    if name in _SPEAKING:
        return "speaks"
    # What begins with a capital makes an object, such as an extension: `CORS(app)`.
    first = _FIRST_WORD.match(name)
    return "prepares" if first is None or first[1] in _PREPARING else "works"
