"""The rules by which Hypothesis plays histories. Each is one thing that an author, an operator or a machine does.

To add a rule is to add a method here; to add a distribution with a new trait, a row of ``index.RELEASES``.
"""

from collections.abc import Callable
from typing import ClassVar

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.histories.application import LOCKABLE, MANAGERS, SOURCES, Application, Manager, Source, Want
from tests.histories.history import Counts, FailingProgram, FullDisk, History, Kill, Nothing, Remains
from tests.histories.index import NAMES, RELEASES
from tests.histories.situation import TOOL_VERSIONS, Situation, tool_of

LAYERS = ("python", "pip", "pip-cache", "uv", "poetry", "pipenv", "pdm", "venv")
PYTHONS = ("3.12.1", "3.13.0", "3.13.1", "3.14.0")
_index = st.sampled_from(
    [Want(name=name, version=version) for name in NAMES for version in (None, *(each.version for each in RELEASES[name]))]
)
_direct = st.sampled_from([Want(name=name, source=source) for source, name in SOURCES.items()])
wants = st.one_of(_index, _index, _direct)
remains: st.SearchStrategy[Remains] = st.sampled_from(["gone", "there"])
acts = st.integers(0, 700)
AGED = ({"schema": "0"}, {}, {"schema": "1", "unknown": "x"}, {"schema": "2", "python_minor": "3.13"})


class Histories(RuleBasedStateMachine):
    """All rules. ``managers`` are those that histories may be about."""

    managers: ClassVar[tuple[Manager, ...]] = MANAGERS
    counts: ClassVar[Counts] = Counts()
    nothing: ClassVar[Nothing] = Nothing()
    told: ClassVar[Callable[[History], None] | None] = None  # hears of each history when it begins

    history: History

    @initialize(data=st.data())
    def begins(self, data: st.DataObject) -> None:
        manager = data.draw(st.sampled_from(self.managers))
        chosen = data.draw(st.lists(wants, max_size=4))
        application = Application(manager=manager, hashed=manager == "pip" and data.draw(st.booleans()))
        situation = Situation(application=application, bound=data.draw(st.booleans()))
        application = _with_wants(application, tuple(chosen))
        situation = msgspec.structs.replace(situation, application=application.with_lock(situation.outside))
        self.history = History(situation, counts=self.counts, nothing=self.nothing)
        listed = ", ".join(map(str, application.wants)) or "nothing"
        hashed = " with hashes" if application.hashed else ""
        bound = ", runtimes bound to distributions" if situation.bound else ""
        self.history.tell(f"an application for {manager}{hashed} that wants {listed}{bound}")
        if type(self).told is not None:
            type(self).told(self.history)  # type: ignore[misc]

    # Builds

    @rule(remains=remains)
    def builds(self, remains: Remains) -> None:
        self.history.build(remains=remains)

    @rule()
    def builds_and_is_exported(self) -> None:
        self.history.build()

    @rule(at=acts, remains=remains)
    def is_killed(self, at: int, remains: Remains) -> None:
        self.history.build(Kill(at), remains)

    @rule(at=acts, remains=remains)
    def disk_is_full(self, at: int, remains: Remains) -> None:
        self.history.build(FullDisk(at), remains)

    @rule(program=st.integers(0, 5), acts=st.integers(0, 60), remains=remains)
    def a_program_fails(self, program: int, acts: int, remains: Remains) -> None:
        self.history.build(FailingProgram(program, acts), remains)

    # The author

    @rule(want=wants)
    def requires(self, want: Want) -> None:
        application = self._application
        others = tuple(each for each in application.wants if each.name != want.name)
        self._edit(f"{want} is required", _with_wants(application, (*others, want)))

    @precondition(lambda self: self._application.wants)
    @rule(data=st.data())
    def no_longer_requires(self, data: st.DataObject) -> None:
        application = self._application
        want = data.draw(st.sampled_from(application.wants))
        others = tuple(each for each in application.wants if each != want)
        self._edit(f"{want} is no longer required", msgspec.structs.replace(application, wants=others))

    @rule(want=_index, group=st.booleans())
    def optional(self, want: Want, group: bool) -> None:
        if self._application.manager == "pip":
            return
        part = "more" if group else "fancy"
        listed = [each for each in getattr(self._application, part) if each.name != want.name]
        listed += [want] if all(each.name != want.name for each in self._application.wants) else []
        changed = msgspec.structs.replace(self._application, **{part: tuple(listed)})
        self._edit(f"{want} is in the {'group' if group else 'extra'}", changed)

    @rule()
    def asks_for_the_group(self) -> None:
        self.history.change("the group is asked for, or no longer", groups=not self.history.situation.groups)

    @rule()
    def asks_for_the_extra(self) -> None:
        self.history.change("the extra is asked for, or no longer", extras=not self.history.situation.extras)

    @rule()
    def locks_anew(self) -> None:
        self._edit("the lock is made anew", self._application)

    @rule(want=_index)
    def forgets_to_lock(self, want: Want) -> None:
        application = self._application
        if not application.has_lock or application.manager in ("pip", "pylock"):
            return
        others = tuple(each for each in application.wants if each.name != want.name)
        changed = msgspec.structs.replace(application, wants=(*others, want))
        self.history.change(f"{want} is required, and the lock is not made anew", application=changed)

    @rule()
    def pins_with_hashes(self) -> None:
        application = self._application
        if application.manager == "pip":
            hashed = msgspec.structs.replace(application, hashed=not application.hashed)
            word = "without" if application.hashed else "with"
            self._edit(f"requirements are {word} hashes now", _with_wants(hashed, hashed.wants))

    @rule()
    def changes_the_local_project(self) -> None:
        revision = self._application.local_revision + 1
        self._edit(
            "the local project is changed", msgspec.structs.replace(self._application, local_revision=revision)
        )

    @rule(manager=st.sampled_from(MANAGERS))
    def takes_another_manager(self, manager: Manager) -> None:
        if manager in self.managers and manager != self._application.manager:
            changed = msgspec.structs.replace(self._application, manager=manager, hashed=False)
            if manager == "pip":
                changed = msgspec.structs.replace(changed, more=(), fancy=())
            self._edit(f"the manager is {manager} now", _with_wants(changed, changed.wants))

    @rule()
    def builds_from_source(self) -> None:
        self.history.change(
            "alpha is built from its source, or no longer", no_binary=not self.history.situation.no_binary
        )

    # The world outside

    @rule(release=st.sampled_from([each for releases in RELEASES.values() for each in releases]), relocks=st.booleans())
    def is_republished(self, release: object, relocks: bool) -> None:
        outside = self.history.situation.outside
        index = outside.index.republished(release.name, release.version)  # type: ignore[attr-defined]
        words = f"{release.name} {release.version} is published anew"  # type: ignore[attr-defined]
        self.history.change(words, outside=msgspec.structs.replace(outside, index=index))
        if relocks and self._application.has_lock:
            self.locks_anew()

    @rule(name=st.sampled_from(NAMES), newest=st.integers(1, 3))
    def has_released(self, name: str, newest: int) -> None:
        outside = self.history.situation.outside
        index = msgspec.structs.replace(outside.index, newest={**outside.index.newest, name: newest})
        self.history.change(
            f"the index has {min(newest, len(RELEASES[name]))} releases of {name}",
            outside=msgspec.structs.replace(outside, index=index),
        )

    @rule(asks=st.booleans())
    def is_committed(self, asks: bool) -> None:
        outside = self.history.situation.outside
        head = outside.head + 1
        self.history.change("the repository has a new commit", outside=msgspec.structs.replace(outside, head=head))
        if asks:
            changed = msgspec.structs.replace(self._application, pinned_head=head)
            self._edit("the new commit is asked for", changed)

    @rule()
    def takes_another_index(self) -> None:
        here = self.history.situation.index
        self.history.change("another mirror serves the index", index="mirror.example" if here != "mirror.example" else "index.example")

    # The operator

    @rule(version=st.sampled_from(PYTHONS))
    def takes_another_python(self, version: str) -> None:
        self.history.change(f"Python is {version}", python=version)

    @rule(place=st.integers(0, 1), by_variable=st.booleans())
    def takes_another_tool_version(self, place: int, by_variable: bool) -> None:
        tool = tool_of(self._application.manager)
        version = TOOL_VERSIONS[tool][place]
        if by_variable:
            asked = {**self.history.situation.asked, tool: place}
            self.history.change(f"a variable asks for {tool} {version}", asked=asked)
        else:
            tools = {**self.history.situation.tools, tool: place}
            self.history.change(f"the buildpack pins {tool} {version}", tools=tools)

    @rule()
    def takes_another_release(self) -> None:
        release = "1.0.1" if self.history.situation.release == "1.0.0" else "1.0.0"
        self.history.change(f"the buildpack is {release}", release=release)

    @rule()
    def takes_another_arch(self) -> None:
        arch = "arm64" if self.history.situation.arch == "amd64" else "amd64"
        self.history.change(f"the target is {arch}", arch=arch)

    @rule()
    def takes_another_distribution(self) -> None:
        distro = 1 - self.history.situation.distro
        self.history.change("the target is another distribution", distro=distro)

    @rule()
    def has_another_interpreter(self) -> None:
        own = not self.history.situation.own_wheel
        self.history.change("the buildpack's interpreter has a wheel of pip, or no longer", own_wheel=own)

    # The platform

    @rule()
    def loses_the_cache(self) -> None:
        self.history.lose_cache()

    @rule()
    def loses_the_image(self) -> None:
        self.history.lose_image()

    @rule()
    def finds_a_foreign_image(self) -> None:
        self.history.foreign_image()

    @rule(layer=st.sampled_from(LAYERS))
    def cache_is_damaged(self, layer: str) -> None:
        self.history.damage_cache(layer)

    @rule(layer=st.sampled_from(LAYERS), data=st.sampled_from(AGED))
    def metadata_are_old(self, layer: str, data: dict[str, object]) -> None:
        self.history.age(layer, data)

    @rule()
    def stores_are_saved(self) -> None:
        self.history.remember()

    @rule()
    def cache_is_old(self) -> None:
        self.history.old_cache()

    @rule()
    def stores_are_old(self) -> None:
        self.history.old_stores()

    def teardown(self) -> None:
        """However a history went, a build at its end works as if nothing had happened."""

    @property
    def _application(self) -> Application:
        return self.history.situation.application

    def _edit(self, words: str, application: Application) -> None:
        """Change the application, and make its lock, if it has one, anew."""
        locked = application.with_lock(self.history.situation.outside)
        self.history.change(words, application=locked)


def _with_wants(application: Application, chosen: tuple[Want, ...]) -> Application:
    """The application with those of the requirements that its files can state, each name once."""
    if application.manager == "pip" and not application.hashed:
        allowed: frozenset[Source] = frozenset(SOURCES) | {"index"}
    elif application.manager == "pip":
        allowed = frozenset({"index"})
    else:
        allowed = LOCKABLE
    kept = {each.name: each for each in chosen if each.source in allowed}
    return msgspec.structs.replace(application, wants=tuple(kept.values()))
