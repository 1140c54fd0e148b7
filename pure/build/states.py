"""Names the states of a build, and what its conversation gives and ends with (``pure.build.conversation``)."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from pure.build.check import Snapshot
from pure.build.collected import Comparable
from pure.build.errors import BuildError
from pure.build.facts import Facts
from pure.build.news import News
from pure.build.plan import Plan
from pure.build.steps import Ended, Steps
from pure.build.watched import FilesSeen
from pure.build.workplace import Workplace
from pure.layers.moved import Moved
from pure.layers.names import LayerName
from pure.outcome import Outcome
from pure.redaction import Redactor
from pure.venv.described import Described
from pure.venv.difference import Changes, RedoReason
from pure.venv.lacks import Contradiction
from pure.venv.offered import Offered
from pure.venv.piece import Piece
from pure.venv.resolved import ResolvedSet
from pure.venv.state import Insight, VenvState


class RuntimeTried(msgspec.Struct, frozen=True, kw_only=True):
    """A new runtime is unpacked and was asked which Python it is."""


class RuntimeReady(msgspec.Struct, frozen=True, kw_only=True):
    """The runtime's layer is finished."""

    wheel: str | None = None  # pip's, that a new runtime bundled


class ToolReady(msgspec.Struct, frozen=True, kw_only=True):
    """The package manager's tool is in its layer."""

    wheel: str = ""  # the one that installed it now


class Resolving(msgspec.Struct, frozen=True, kw_only=True):
    """pip was asked what a fresh installation would give."""


class Inspecting(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is a plain one without links into other layers, and was looked at before it is changed."""

    resolved: ResolvedSet | None  # what it shall hold; ``None`` where a tool synchronises it


class Installing(msgspec.Struct, frozen=True, kw_only=True):
    """The environment was made from nothing."""


class Tidying(msgspec.Struct, frozen=True, kw_only=True):
    """A tool has synchronised the environment."""

    before: Snapshot
    anew: dict[str, RedoReason | None]  # what was taken out to be made anew, and why (``None``: only the result tells)


class Changing(msgspec.Struct, frozen=True, kw_only=True):
    """pip has changed the environment in place."""

    before: Snapshot
    changes: Changes
    resolved: ResolvedSet


class Checking(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool installed is tidied up."""

    before: Snapshot | None  # ``None`` where it was made from nothing
    anew: dict[str, RedoReason | None]
    seconds: float  # that the installation took


class Completing(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is checked and compiled, and its libraries were read."""

    resolved: ResolvedSet
    now: Snapshot
    contradictions: tuple[Contradiction, ...]
    described: tuple[Described, ...]


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The dependencies are what they shall be, divided over layers and recorded."""

    resolved: ResolvedSet
    known: Insight | None = None  # what was seen of an environment that is kept, which has to be told again


class Commanding(msgspec.Struct, frozen=True, kw_only=True):
    """The application's build commands run, one in each turn; first and last it is seen what there is in the layers."""

    resolved: ResolvedSet | None  # ``None`` where nothing is installed
    before: FilesSeen | None = None  # all that lay in the layers' folder
    tomls: tuple[tuple[str, bytes], ...] = ()  # what said that layers with contents are whole
    done: int = 0
    righted: bool = False  # the layers are what they were


class Collecting(msgspec.Struct, frozen=True, kw_only=True):
    """Django was told to collect its static files, or those are there that it collected before."""

    resolved: ResolvedSet
    found: Comparable | None = None  # what it read and made, whose contents were looked at


class Trying(msgspec.Struct, frozen=True, kw_only=True):
    """What was chosen to start the application was imported."""

    resolved: ResolvedSet


class Storing(msgspec.Struct, frozen=True, kw_only=True):
    """The environment is packed for the next build."""

    resolved: ResolvedSet | None


class PuttingAway(msgspec.Struct, frozen=True, kw_only=True):
    """What the image has already is left to it."""

    resolved: ResolvedSet | None


class AskingAgain(msgspec.Struct, frozen=True, kw_only=True):
    """pip failed and was started once more, with a log."""

    failed: Ended  # the first start


State: TypeAlias = (
    RuntimeTried
    | RuntimeReady
    | ToolReady
    | Resolving
    | Inspecting
    | Installing
    | Tidying
    | Changing
    | Checking
    | Completing
    | Settled
    | Commanding
    | Collecting
    | Trying
    | Storing
    | PuttingAway
    | AskingAgain
)

Closing: TypeAlias = Settled | Commanding | Collecting | Trying | Storing | PuttingAway
"""What follows once the dependencies are what they shall be (``pure.build.closing``)."""


Part: TypeAlias = Literal[
    "python",
    "tool",
    "resolving",
    "reading",  # what is there is unpacked, and looked at
    "installing",
    "bytecode",
    "checking",
    "layers",  # what is heavy moves into layers, or all comes out of the cache
    "commands",
    "static",
    "trial",
    "packing",
]


class Build(msgspec.Struct, frozen=True, kw_only=True):
    """A build as far as it has come."""

    facts: Facts
    plan: Plan  # as it stands: what turned out otherwise has been put right in it
    work: Workplace
    hide: Redactor
    state: State
    folders: frozenset[str] | None = None  # among the application's files before anything was installed
    programs: frozenset[str] | None = None  # the commands that the environment has
    offered: Offered | None = None  # by the finished environment, where the project declares commands
    changed: bool = False  # the environment isn't what it was before this build
    archived: bool = False  # the cache has it as it is
    unpacked: bool = False  # it was kept, and its trees came out of the cache for this build
    record: VenvState | None = None  # what is to be known of it in the next build
    collected: Comparable | None = None  # by which the next build knows whether to collect static files again
    away: tuple[Piece, ...] = ()  # of the environment, what lies in layers whose contents this build doesn't have
    spent: Mapping[Part, float] = {}  # seconds
    nbytes: Mapping[LayerName, int] = {}  # of layers, as far as steps have told
    foreseen: tuple[Moved, ...] = ()  # what the plan had the platform do with the layers; nothing of a first build


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What comes next: ``said`` is to be told, then the steps are to be carried out."""

    build: Build
    steps: Steps
    said: tuple[News, ...] = ()


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """The build is finished, but for what the platform reads of it (``pure.report``)."""

    plan: Plan
    resolved: ResolvedSet | None  # ``None`` where only Python is provided
    record: VenvState | None  # what is known of the environment, likewise
    said: tuple[News, ...]
    moved: tuple[Moved, ...] = ()
    foreseen: tuple[Moved, ...] = ()
    spent: Mapping[Part, float] = {}


class Stopped(msgspec.Struct, frozen=True, kw_only=True):
    """The build has failed; ``said`` is to be told before the error."""

    error: BuildError
    said: tuple[News, ...] = ()


Next: TypeAlias = Outcome[Turn | Done, Stopped]
