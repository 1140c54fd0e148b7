"""Decides which of an application's sources has the say over the Python version.

The sources, the strongest first, are the variables and the rows of ``_FILES``. Each says one of two kinds of things:

- a *wish* names a version to use: the variables, ``.python-version``, ``runtime.txt``, ``.tool-versions``, mise's, and,
  last of all, the variables of other builders (``PEER_VARIABLES``);
- a *binding* word states what the application or its lock works with: the locks, ``pyproject.toml``, ``setup.cfg``.

The rule:

1. The first source that says something decides.
2. Every binding word has to be satisfied too, however weak its source. If the version that the deciding source alone
   would give satisfies it, it changes nothing; otherwise the choice is among the versions that satisfy all of them; if
   there is none, the sources contradict each other, which is an error that quotes them (``choice``).
3. A weaker wish counts where all that binds and decides are ranges: the strongest that satisfies them is taken instead
   of our default. Otherwise it is ignored, whether it agrees or not.
4. A file that can't be understood is an error if it stands before the deciding source, and is ignored after it.

Whatever is said and has no influence is named in the plan with the reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from pure.outcome import Failure, Outcome, Success
from pure.project.document import Document
from pure.project.locks.kinds import LOCKS, LockName
from pure.python.request import (
    PEER_VARIABLES,
    ContradictingVariables,
    NotUtf8,
    SeveralVersions,
    Utf16File,
    parse_variable,
    variable_requests,
    visible,
)
from pure.python.version_files import (
    RUNTIME_FILE,
    Reader,
    lock_reader,
    mise,
    pyproject,
    python_version_file,
    runtime_file,
    setup_cfg,
    tool_versions,
)
from pure.python.words import FileError, MalformedFile, NotAString, Said, Unusable, Word
from pure.source import Source

PYLOCK_VARIABLE: Final = "BP_PYLOCK"
MANAGER_VARIABLE: Final = "BP_PYTHON_PACKAGE_MANAGER"

_PYLOCK: Final[LockName] = "pylock.toml"

# In the order in which they are asked. A lock is read unless another manager than its own is chosen.
_FILES: Final[tuple[tuple[str, Reader], ...]] = (
    (".python-version", python_version_file),
    (RUNTIME_FILE, runtime_file),
    *((name, lock_reader(kind)) for name, kind in LOCKS.items()),
    ("pyproject.toml", pyproject),
    ("setup.cfg", setup_cfg),
    (".tool-versions", tool_versions),
    ("mise.toml", mise),
    (".mise.toml", mise),
)

# Which lock each manager installs from; pip's files are none, nor is a project without one.
_LOCKS: Final[Mapping[str, LockName | None]] = {
    "pip": None,
    "pipenv": "Pipfile.lock",
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pylock": _PYLOCK,
    "uv-pip": None,
    "project": None,
}


class Voices(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is said, in the sources' order."""

    said: tuple[Said, ...]

    @property
    def words(self) -> tuple[Word, ...]:
        """What can have an influence; the first of them decides."""
        return tuple(each for each in self.said if isinstance(each, Word))


def version_files(variables: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the files in the application's root that may say something, the strongest first."""
    return tuple(_name(name, variables) for name, _ in _FILES)


# A workspace's own declaration is not that of its members.
_DECLARATIONS: Final = frozenset({"pyproject.toml", "setup.cfg"})
# Read by their tools in every folder above a project, too.
_FROM_ABOVE: Final = frozenset({".python-version", ".tool-versions", "mise.toml", ".mise.toml"})


def from_above(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the files that count for all folders below theirs, too."""
    return tuple(name for name in names if name in _FROM_ABOVE)


def version_texts(
    names: Iterable[str],
    *,
    own: Mapping[str, Document],
    workspace: Mapping[str, Document],
    root: Mapping[str, Document],
) -> dict[str, Document]:
    """For each of the names the file that counts: the project's own, its workspace's lock, the root's pins."""
    shared = {name: document for name, document in workspace.items() if name not in _DECLARATIONS}
    pins = {name: document for name, document in root.items() if name in _FROM_ABOVE}
    every = pins | shared | dict(own)
    return {name: every[name] for name in names if name in every}


def listen(variables: Mapping[str, str], files: Mapping[str, Document]) -> Outcome[Voices, FileError]:
    """What the variables and the files (by name, those that exist) say; any bytes give a value or an error."""
    asked = variable_requests(variables)
    if isinstance(asked, Failure):
        return asked
    said: list[Said] = [Word(request=request, binding=False) for request in asked.unwrap()]
    manager = variables.get(MANAGER_VARIABLE, "").strip().lower()
    for row, read in _FILES:
        name = _name(row, variables)
        document = files.get(name)
        if document is None:
            continue
        if manager in _LOCKS and row in LOCKS and row != _LOCKS[manager]:
            because = f"${MANAGER_VARIABLE} chooses {manager}"
            said.append(Unusable(source=Source(file=name), text="", because=because))
            continue
        match read(document, name):
            case Success(more):
                said += more
            case Failure(error):
                words = Voices(said=tuple(said)).words
                if not words:
                    return Failure(error)
                said.append(_not_understood(error, name, words[0].request.source))
    said += _peers(variables)
    return Success(Voices(said=tuple(said)))


def _peers(variables: Mapping[str, str]) -> Iterator[Said]:
    """What the variables of other builders say; what isn't understood of it ends no build."""
    for name in PEER_VARIABLES:
        text = variables.get(name, "").strip()
        if not text:
            continue
        match parse_variable(name, text):
            case Success(request):
                yield Word(request=request, binding=False)
            case Failure():
                because = "it is none of the forms of a version that are known here"
                yield Unusable(source=Source(variable=name), text=visible(text[:60]), because=because)


def lock_in_use(variables: Mapping[str, str], files: Mapping[str, Document]) -> tuple[str, LockName, Document] | None:
    """The lock that counts, with its name and its row of the table; ``None`` if there is none."""
    manager = variables.get(MANAGER_VARIABLE, "").strip().lower()
    for row in LOCKS:
        name = _name(row, variables)
        if name in files and (manager not in _LOCKS or row == _LOCKS[manager]):
            return name, LOCKS[row].file, files[name]
    return None


def _name(row: str, variables: Mapping[str, str]) -> str:
    chosen = variables.get(PYLOCK_VARIABLE, "").strip()
    if row != _PYLOCK or not chosen or "/" in chosen:
        return row
    return chosen if chosen.endswith(".toml") else f"pylock.{chosen}.toml"


def _not_understood(error: FileError, name: str, first: Source) -> Unusable:
    text, place = "", None
    match error:
        case MalformedFile(language=language, line=line):
            place, problem = line, f"is not valid {language}"
        case NotUtf8(visible=visible) | Utf16File(visible=visible):
            text, problem = visible, "is not UTF-8 text"
        case SeveralVersions():
            problem = "names several versions"
        case NotAString(source=source):
            place, problem = source.line, "is not understood"
        case ContradictingVariables():
            raise AssertionError("no file says what variables do")
        case _:
            text, place, problem = error.visible, error.source.line, "is not understood"
    return Unusable(source=Source(file=name, line=place), text=text, because=f"it {problem}, and {first} comes first")
