"""Reads one Python file's syntax tree into the few things that a start command can depend on.

The text is parsed, never imported or run. Whatever is in the file, the answer is a ``Module`` or ``Unparsed``.
"""

import ast
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pure.start.activity import acts, runs
from pure.start.code_facts import OfferKind, Unparsed
from pure.start.code_module import Called, Class, Decorated, Function, Imported, Module, Shaped, Text
from pure.start.listening import Listening, listening, said
from pure.start.marks import async_mode, mounted, packages, periodic, settings, streams, websockets
from pure.start.syntax import Statement, bindings, dotted, is_main_guard, module_level, own_statements, string

# Arguments that name something, for a call without others.
_NAMING: Final = ("name", "queue", "transport")
# Longer chains of attributes and calls name nothing that can be started.
_DEEPEST: Final = 30
# The arguments of an application, by which it is one (PEP 3333; ASGI, "Applications").
_SHAPES: Final[Mapping[tuple[str, ...], OfferKind]] = {
    ("environ", "start_response"): "wsgi",
    ("env", "start_response"): "wsgi",
    ("scope", "receive", "send"): "asgi",
    ("request",): "function",
    ("cloud_event",): "function",
}


def parse_module(raw: bytes, *, path: str, name: str) -> Module | Unparsed:
    """Read the file at ``path``, which is imported as ``name``."""
    try:
        with warnings.catch_warnings():
            # What the compiler thinks of somebody's string escapes doesn't belong in our log.
            warnings.simplefilter("ignore")
            tree = ast.parse(raw)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Unparsed(path=path, detail=f"{where}{_short(error.msg)}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Unparsed(path=path, detail=_short(str(error)) or "too deeply nested")
    return _Reader(path, name).read(tree)


class _Reader:
    """Walks one tree."""

    def __init__(self, path: str, name: str) -> None:
        self._path = path
        self._name = name
        self._package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
        self._names: dict[str, str] = {}

    def read(self, tree: ast.Module) -> Module:
        statements = list(module_level(tree.body))
        imported = [each for statement in statements for each in self._imports(statement)]
        self._names = {each.name: each.target for each in imported}
        everything = list(ast.walk(tree))
        # Attributes of classes too: settings are a class where django-configurations is used. The module's own win.
        inner = (each for statement in statements if isinstance(statement, ast.ClassDef) for each in statement.body)
        texts = [each for statement in (*inner, *statements) for each in _texts(statement)]
        known = {text.name: text.value for text in texts}
        classes = [each for each in statements if isinstance(each, ast.ClassDef)]
        return Module(
            path=self._path,
            name=self._name,
            packages=frozenset(packages(everything)),
            imported=tuple(imported),
            stars=tuple(star for statement in statements for star in self._stars(statement)),
            called=tuple(each for statement in statements for each in self._called(statement)),
            functions=tuple(each for statement in statements for each in self._function(statement)),
            classes=tuple(each for statement in statements for each in self._class(statement)),
            texts=tuple(texts),
            names=tuple(each for statement in statements for each in self._aliases(statement)),
            mounted=frozenset(mounted(everything)),
            calls=tuple(self._calls(everything, known)),
            configured=tuple(self._configured(statements, everything)),
            settings=settings(everything),
            periodic=periodic(everything),
            acts=any(acts(statement) for statement in tree.body),
            runs=runs(tree.body),
            decorated=tuple(each for statement in statements for each in self._decorated(statement)),
            shaped=tuple(each for statement in statements for each in _shaped(statement)),
            listening=tuple(self._listening(everything, known)),
            streams=streams(everything),
            websockets=websockets(everything),
            async_mode=async_mode(everything),
            blocking=tuple(self._blocking(statements)),
            plain=tuple(each.name for each in classes if not each.bases and not any(_shaped(each))),
            guarded=any(isinstance(each, ast.If) and is_main_guard(each) for each in tree.body),
        )

    def _imports(self, statement: Statement) -> Iterator[Imported]:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                top = alias.name.partition(".")[0]
                yield Imported(name=alias.asname or top, target=alias.name if alias.asname else top)
        elif isinstance(statement, ast.ImportFrom):
            base = self._base(statement)
            for alias in statement.names:
                if alias.name != "*":
                    yield Imported(name=alias.asname or alias.name, target=f"{base}.{alias.name}".lstrip("."))

    def _stars(self, statement: Statement) -> Iterator[str]:
        if isinstance(statement, ast.ImportFrom) and any(alias.name == "*" for alias in statement.names):
            yield self._base(statement)

    def _base(self, statement: ast.ImportFrom) -> str:
        """The absolute name that a ``from`` starts at (language reference, "Package Relative Imports")."""
        if not statement.level:
            return statement.module or ""
        parts = self._package.split(".") if self._package else []
        kept = parts[: len(parts) - (statement.level - 1)] if statement.level - 1 <= len(parts) else []
        return ".".join((*kept, *((statement.module,) if statement.module else ())))

    def _called(self, statement: Statement) -> Iterator[Called]:
        for name, value in bindings(statement):
            callee = self._callee(value)
            if callee:
                around = tuple(self._around(value)) if isinstance(value, ast.Call) else ()
                yield Called(name=name, callee=callee, line=statement.lineno, around=around)

    def _around(self, call: ast.Call) -> Iterator[str]:
        """What a call is given, the first argument first: names, what is called there, and what that is given."""
        for argument in (*call.args, *(each.value for each in call.keywords)):
            if isinstance(argument, ast.Call):
                if callee := self._callee(argument):
                    yield f"{callee}()"
                yield from self._around(argument)
            elif name := self._absolute(dotted(argument)):
                yield name

    def _blocking(self, statements: Iterable[Statement]) -> Iterator[str]:
        for each in statements:
            if isinstance(each, ast.Expr) and (callee := self._callee(each.value)):
                yield callee

    def _decorated(self, statement: Statement) -> Iterator[Decorated]:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        for each in statement.decorator_list:
            name = self._callee(each) or self._absolute(dotted(each))
            if name:
                yield Decorated(decorator=name, function=statement.name, line=statement.lineno)

    def _listening(self, nodes: Iterable[ast.AST], texts: Mapping[str, str]) -> Iterator[Listening]:
        nodes = list(nodes)
        beside = said(nodes, texts)
        for node in nodes:
            if isinstance(node, ast.Call) and (callee := self._callee(node)):
                yield from listening(node, callee, beside)

    def _aliases(self, statement: Statement) -> Iterator[Text]:
        """``server = app.server`` and ``application = app``: names bound to other names."""
        for name, value in bindings(statement):
            other = dotted(value)
            if other:
                yield Text(name=name, value=other, line=statement.lineno)

    def _function(self, statement: Statement) -> Iterator[Function]:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        bound: dict[str, str] = {}
        returned: list[str] = []
        for node in own_statements(statement.body):
            for name, value in bindings(node):
                callee = self._local(value, bound)
                if callee:
                    bound.setdefault(name, callee)
            if isinstance(node, ast.Return) and node.value is not None:
                callee = self._local(node.value, bound) or bound.get(dotted(node.value) or "")
                if callee:
                    returned.append(callee)
        if returned:
            returns = tuple(dict.fromkeys(returned))
            needs = _required(statement.args)
            awaited = isinstance(statement, ast.AsyncFunctionDef)
            yield Function(name=statement.name, returns=returns, line=statement.lineno, needs=needs, awaited=awaited)

    def _class(self, statement: Statement) -> Iterator[Class]:
        if isinstance(statement, ast.ClassDef):
            # Generic[...] and the like are subscripts; what they subscript is the base.
            bases = (base.value if isinstance(base, ast.Subscript) else base for base in statement.bases)
            named = tuple(name for base in bases if (name := self._absolute(dotted(base))))
            if named:
                yield Class(name=statement.name, bases=named)

    def _local(self, value: ast.expr, bound: Mapping[str, str]) -> str | None:
        """What is called in a function that has bound names to the results of calls."""
        called = dotted(value.func) if isinstance(value, ast.Call) else None
        first, dot, rest = (called or "").partition(".")
        return f"{bound[first]}.{rest}" if dot and first in bound else self._callee(value)

    def _callee(self, value: ast.expr) -> str | None:
        """What is called, as a dotted name: ``a.B.c`` for a method of what calling ``a.B`` gives."""
        if not isinstance(value, ast.Call):
            return None
        names: list[str] = []
        called: ast.expr = value.func
        for _ in range(_DEEPEST):
            if not isinstance(called, ast.Attribute | ast.Call):
                break
            if isinstance(called, ast.Attribute):
                names.append(called.attr)
                called = called.value
            else:
                called = called.func
        first = self._absolute(called.id) if isinstance(called, ast.Name) else None
        return ".".join((first, *reversed(names))) if first else None

    def _absolute(self, name: str | None) -> str | None:
        if name is None:
            return None
        first, dot, rest = name.partition(".")
        return self._names.get(first, f"{self._name}.{first}".lstrip(".")) + dot + rest

    def _calls(self, nodes: Iterable[ast.AST], texts: Mapping[str, str]) -> Iterator[tuple[str, int, str | None]]:
        for node in nodes:
            if isinstance(node, ast.Call):
                callee = self._callee(node) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
                named = [*node.args[:1], *(each.value for each in node.keywords if each.arg in _NAMING)]
                if callee:
                    text = string(named[0]) or texts.get(dotted(named[0]) or "") if named else ""
                    yield callee, node.lineno, text

    def _configured(self, statements: Iterable[Statement], nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
        bound = {
            name: variable
            for statement in statements
            for name, value in bindings(statement)
            if (variable := self._variable(value))
        }
        for node in nodes:
            if isinstance(node, ast.Call) and (callee := self._callee(node)):
                first = node.args[0] if node.args else next((each.value for each in node.keywords), None)
                variable = self._variable(first) or bound.get(dotted(first) or "") if first else None
                if variable:
                    yield callee, variable

    def _variable(self, value: ast.expr) -> str | None:
        """The variable that ``os.environ["NAME"]``, ``os.getenv("NAME")`` and the like read."""
        match value:
            case ast.BoolOp(op=ast.Or(), values=[first, *_]):
                return self._variable(first)
            case ast.Subscript(value=source, slice=name) if self._absolute(dotted(source)) == "os.environ":
                return string(name)
            case ast.Call(args=[name, *_]) if self._callee(value) in ("os.getenv", "os.environ.get"):
                return string(name)
            case _:
                return None


def _shaped(statement: Statement) -> Iterator[Shaped]:
    match statement:
        case ast.FunctionDef(name=name, args=arguments) | ast.AsyncFunctionDef(name=name, args=arguments):
            interface = _SHAPES.get(tuple(each.arg for each in arguments.args))
            if interface and isinstance(statement, ast.AsyncFunctionDef) == (interface == "asgi"):
                yield Shaped(name=name, interface=interface, line=statement.lineno)
        case ast.ClassDef(name=name, body=body):
            for each in body:
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name == "__call__":
                    interface = _SHAPES.get(tuple(argument.arg for argument in each.args.args[1:]))
                    if interface:
                        yield Shaped(name=name, interface=interface, line=statement.lineno, instances=True)
        case _:
            return


def _texts(statement: Statement) -> Iterator[Text]:
    for name, value in bindings(statement):
        text = string(value)
        if text is not None:
            yield Text(name=name, value=text, line=statement.lineno)


def _required(arguments: ast.arguments) -> bool:
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional > 0 or any(default is None for default in arguments.kw_defaults)


def _short(text: str) -> str:
    # A message may quote the file, which may hold what no log can print.
    return " ".join(text.encode("ascii", "backslashreplace").decode().split())[:100]
