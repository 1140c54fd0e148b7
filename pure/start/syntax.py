"""Reads what every reader of a syntax tree needs: names, strings, bindings, the statements that run on import."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

Statement: TypeAlias = ast.stmt
_MAIN: Final = "__main__"


def module_level(body: Iterable[Statement]) -> Iterator[Statement]:
    """The statements that run on import: those in blocks too, but not what only runs as a program."""
    pending = list(body)[::-1]
    while pending:
        statement = pending.pop()
        yield statement
        if isinstance(statement, ast.If):
            branch = statement.orelse if is_main_guard(statement) else [*statement.body, *statement.orelse]
            pending += branch[::-1]
        else:
            pending += blocks(statement)[::-1]


def own_statements(body: Iterable[Statement]) -> Iterator[Statement]:
    """A function's statements, without those of functions in it."""
    pending = list(body)[::-1]
    while pending:
        statement = pending.pop()
        yield statement
        inner = [*statement.body, *statement.orelse] if isinstance(statement, ast.If) else blocks(statement)
        pending += inner[::-1]


def blocks(statement: Statement) -> list[Statement]:
    """The statements inside a block that runs where it stands, whatever decides how often."""
    match statement:
        case ast.With() | ast.AsyncWith():
            return statement.body
        case ast.Try() | ast.TryStar():
            handlers = [each for handler in statement.handlers for each in handler.body]
            return [*statement.body, *handlers, *statement.orelse, *statement.finalbody]
        case ast.For() | ast.While():
            return [*statement.body, *statement.orelse]
        case _:
            return []


def bindings(statement: Statement) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement binds, each to its expression; of several from one call, the first."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
                elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    # `HOST, PORT = "localhost", 8000`
                    pairs = zip(target.elts, value.elts, strict=False)
                    yield from ((name.id, each) for name, each in pairs if isinstance(name, ast.Name))
                elif isinstance(target, ast.Tuple) and isinstance(value, ast.Call) and target.elts:
                    # `app, rt = fast_app()`
                    first = target.elts[0]
                    if isinstance(first, ast.Name):
                        yield first.id, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.With(items=items):
            for item in items:
                if isinstance(item.optional_vars, ast.Name):
                    yield item.optional_vars.id, item.context_expr
        case _:
            return


def dotted(node: ast.AST) -> str | None:
    """``a.b.c`` for such an expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(parts))) if isinstance(node, ast.Name) else None


def string(node: ast.AST) -> str | None:
    """A string that stands there as such."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_main_guard(statement: ast.If) -> bool:
    """``if __name__ == "__main__":``, or one of several such names (NiceGUI has two)."""
    test = statement.test
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = (test.left, test.comparators[0])
    named = any(dotted(side) == "__name__" for side in sides)
    return named and any(string(each) == _MAIN for side in sides for each in ast.walk(side))
