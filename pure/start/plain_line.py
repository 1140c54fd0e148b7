"""Reads a declared line that needs no shell: plain words, quotes, variables that stay one word. Of others it says why.

What it reads is what ``bash -c`` would execute with the same variables, but for two: a word names ``$PORT`` without
quotes where no number is meant to be split, and gets 8000 where nobody sets one.
"""

import re
from typing import Final

import msgspec

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_PLAIN: Final = r"[A-Za-z0-9_@%+=:,./\-]|[^\x00-\x7f]"
_TOKEN: Final = re.compile(
    rf"""(?P<space>[ \t]+)
    |(?P<plain>(?:{_PLAIN})+)
    |'(?P<single>[^']*)'
    |(?P<variable>\$(?:{_NAME}|\{{{_NAME}(?::-)?))
    |(?P<quote>")
    |(?P<close>\}})
    |(?P<other>\#|[;&|]+|[<>]+|\$\(+|\$.?|.)""",
    re.DOTALL | re.VERBOSE,
)
_QUOTED: Final = re.compile(
    rf"""(?P<text>(?:{_PLAIN}|[ \t'~!#&;<>()|*?\[\]{{^])+)|(?P<rest>.)""", re.DOTALL | re.VERBOSE
)
_ASSIGNMENT: Final = re.compile(rf"(?P<name>{_NAME})(?P<more>\+?)=")
# What bash sets itself, or what means something to it.
_ITS_OWN: Final = re.compile(
    r"(?:BASH.*|COMP_.*|DIRSTACK|E?UID|EPOCH.*|FUNC(?:NAME|NEST)|GLOBIGNORE|GROUPS|HIST.*|HOST(?:NAME|TYPE)|IFS|LINENO"
    r"|MACHTYPE|OLDPWD|OPT(?:ARG|ERR|IND)|OSTYPE|PATH|PIPESTATUS|POSIXLY_CORRECT|PPID|PS4|PWD|RANDOM|READLINE.*|REPLY"
    r"|SECONDS|SHELL(?:OPTS)?|SHLVL|SRANDOM|TERM|COLUMNS|LINES|ENV|COPROC|MAPFILE|_)\Z"
)
# Words of its grammar, and commands that are no program of their own.
_INSIDE: Final = frozenset({
    "!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while", "{", "}",
    ".", ":", "alias", "bg", "bind", "break", "builtin", "caller", "cd", "command", "compgen", "complete", "compopt",
    "continue", "declare", "dirs", "disown", "enable", "eval", "exec", "exit", "export", "fc", "fg", "getopts", "hash",
    "help", "history", "jobs", "let", "local", "logout", "mapfile", "popd", "pushd", "read", "readarray", "readonly",
    "return", "set", "shift", "shopt", "source", "suspend", "times", "trap", "type", "typeset", "ulimit", "umask",
    "unalias", "unset", "wait",
})  # fmt: skip
_UNCLOSED: Final = "a quote that isn't closed"
_PORT: Final = "PORT"
_USUAL_PORT: Final = "8000"
_DEEPEST: Final = 3


class PlainLine(msgspec.Struct, frozen=True, kw_only=True):
    """A command without a shell."""

    words: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    """What is set for it alone."""
    expands: bool = False
    """Words and values are such as ``pure.start.expansion`` understands; otherwise they are what they are."""


class NeedsShell(msgspec.Struct, frozen=True):
    """A line that only a shell understands, and what in it."""

    what: str


class _Word:
    """A word while it is read: as it is, and as it is to be expanded."""

    def __init__(self) -> None:
        self.text = ""
        self.template = ""
        # Its beginning, as far as that stands without quotes and variables.
        self.bare = ""
        self.open = True
        self.names: tuple[str, ...] = ()
        # A variable without quotes, which bash would split where it isn't the value of an assignment.
        self.split = ""

    def add(self, text: str, *, bare: bool = False) -> None:
        self.text += text
        self.template += text.replace("$", "$$")
        self.open = self.open and bare
        self.bare += text if self.open else ""


def read_line(line: str) -> PlainLine | NeedsShell:
    """The words of a line, or what in it needs a shell."""
    if not line.replace("\t", " ").isprintable():
        return NeedsShell("several lines" if "\n" in line else "a character that can't be seen")
    words = _words(line)
    if isinstance(words, NeedsShell):
        return words
    variables: list[tuple[str, str]] = []
    while words and (found := _ASSIGNMENT.match(words[0].bare)):
        name, word = found["name"], words.pop(0)
        # What was set before it counts in bash already.
        if found["more"] or _ITS_OWN.match(name) or {each for each, _ in variables} & set(word.names):
            return NeedsShell(found[0])
        variables.append((name, word.template[found.end() :]))
    if split := next((word.split for word in words if word.split), ""):
        return NeedsShell(f"{split} without quotes")
    if len(words) > 1 and words[0].text == "exec" and not words[1].text.startswith(("-", "$")):
        # Whoever is executed takes the shell's place anyway.
        words = words[1:]
    elif words and words[0].text in _INSIDE:
        return NeedsShell(words[0].text)
    if not words or not words[0].template:
        return NeedsShell("a command without a program")
    if _ASSIGNMENT.match(words[0].text):
        return NeedsShell(words[0].text)
    expands = bool(variables) or any(word.names for word in words)
    return PlainLine(
        words=tuple(word.template if expands else word.text for word in words),
        variables=tuple(variables),
        expands=expands,
    )


def _words(line: str) -> list[_Word] | NeedsShell:
    found: list[_Word] = []
    word: _Word | None = None
    at = 0
    while at < len(line):
        token = _TOKEN.match(line, at)
        assert token is not None, "whatever it is, it is a token"
        at = token.end()
        kind, text = token.lastgroup or "", token[0]
        if kind == "space":
            word = None
            continue
        if word is None:
            word = _Word()
            found.append(word)
        match kind:
            case "plain":
                word.add(text, bare=True)
            case "single":
                word.add(token["single"])
            case "variable":
                read = _variable(line, token.start(), quoted=False)
                if isinstance(read, NeedsShell):
                    return read
                template, names, at = read
                word.template, word.open, word.names = word.template + template, False, (*word.names, *names)
                word.text += line[token.start() : at]
                if names != (_PORT,):
                    word.split = line[token.start() : at]
            case "quote":
                ended = _double(line, at, word)
                if isinstance(ended, NeedsShell):
                    return ended
                at = ended
            case _:
                return NeedsShell(_UNCLOSED if text == "'" else text)
    return found


def _double(line: str, at: int, word: _Word) -> int | NeedsShell:
    """Reads on to the closing quote; where that ends."""
    word.add("")
    while at < len(line) and line[at] != '"':
        if line[at] == "$":
            read = _variable(line, at, quoted=True)
            if isinstance(read, NeedsShell):
                return read
            template, names, end = read
            word.template, word.names = word.template + template, (*word.names, *names)
            word.text += line[at:end]
            at = end
            continue
        token = _QUOTED.match(line, at)
        assert token is not None, "there is another letter"
        if token["text"] is None and token["rest"] != "}":
            return NeedsShell(token[0])
        word.add(token[0])
        at = token.end()
    return at + 1 if at < len(line) else NeedsShell(_UNCLOSED)


def _variable(line: str, at: int, *, quoted: bool, depth: int = 0) -> tuple[str, tuple[str, ...], int] | NeedsShell:
    """A variable as it is to be expanded, the names in it, and where it ends."""
    token = _TOKEN.match(line, at)
    assert token is not None, "it begins with a dollar"
    if token["variable"] is None:
        return NeedsShell(token[0])
    start, at = token[0], token.end()
    name = start.strip("${").partition(":")[0]
    if _ITS_OWN.match(name):
        return NeedsShell(f"${name}")
    otherwise = _USUAL_PORT if name == _PORT and not depth else ""
    names: tuple[str, ...] = (name,)
    if start.endswith(":-"):
        otherwise = ""
        while at < len(line) and line[at] != "}":
            token = _TOKEN.match(line, at)
            assert token is not None, "there is another letter"
            if token["variable"] is not None and depth < _DEEPEST:
                inner = _variable(line, at, quoted=quoted, depth=depth + 1)
                if isinstance(inner, NeedsShell):
                    return inner
                otherwise += inner[0]
                names, at = (*names, *inner[1]), inner[2]
                continue
            if token["plain"] is None and not (quoted and token["space"] is not None):
                return NeedsShell(f"${{{name}:-…}}")
            otherwise += token[0]
            at = token.end()
        if name == _PORT and not quoted and not otherwise:
            # bash leaves out the word where it is empty.
            return NeedsShell(f"${{{name}:-}}")
    if start.startswith("${"):
        if line[at : at + 1] != "}":
            return NeedsShell(f"${{{name}…}}")
        at += 1
    return f"${{{name}{f':-{otherwise}' if otherwise else ''}}}", names, at
