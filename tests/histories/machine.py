"""The rules by which Hypothesis plays histories. Each is one thing that an author, an operator or a machine does.

To add a rule is to add a method here; to add a distribution with a new trait, a row of ``index.RELEASES``.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, ClassVar

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.histories.application import (
    BY_REQUIREMENTS,
    LOCAL,
    LOCKABLE,
    MANAGERS,
    SOURCES,
    Application,
    Manager,
    Source,
    UnresolvableError,
    Want,
    resolve,
)
from tests.histories.history import Counts, FailingProgram, FullDisk, History, Kill, Nothing, Remains
from tests.histories.index import NAMES, RELEASES, Release
from tests.histories.situation import TOOL_VERSIONS, Situation, tool_of

LAYERS = (
    "python", "python-cache", "pip", "pip-cache", "uv", "poetry", "pipenv", "pdm", "venv", "venv-cache",
    "dist-ns-heavy", "dist-modules", "ca-certificates", "at-launch",
)  # fmt: skip
PYTHONS = ("3.12.1", "3.13.0", "3.13.1", "3.14.0")
_index = st.sampled_from(NAMES).flatmap(
    lambda name: st.sampled_from([None, *(each.version for each in RELEASES[name])]).map(
        lambda version: Want(name=name, version=version)
    )
)
_direct = st.sampled_from([Want(name=name, source=source) for source, name in SOURCES.items()])
wants = st.one_of(_index, _direct)
remains: st.SearchStrategy[Remains] = st.sampled_from(["gone", "there"])
# Integers would favour small ones and those at the ends of their range.
steps = st.sampled_from(range(120))
acts = st.sampled_from(range(60))
last_steps = st.sampled_from(range(-6, 0))
AGED: tuple[dict[str, object], ...] = (
    {"schema": "0"},
    {},
    {"schema": "1", "unknown": "x"},
    {"schema": "2", "python_minor": "3.13"},
)


def act(**strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """A rule that changes something, after which a build follows most of the time."""

    def decorate(change: Callable[..., None]) -> Any:
        @wraps(change)
        def changes(self: "Histories", *, follows: str, **drawn: Any) -> None:
            change(self, **drawn)
            if follows == "a build":
                self.history.build()

        follows = st.sampled_from(["a build", "a build", "nothing"])
        return rule(**{**strategies, "follows": follows})(changes)  # type: ignore[call-overload]

    return decorate


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
        application = Application(manager=manager, hashed=manager in BY_REQUIREMENTS and data.draw(st.booleans()))
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
        if data.draw(st.sampled_from(["nothing", "a killed build"])) == "a killed build":
            self.history.build(Kill(data.draw(steps), data.draw(acts)), "there")
            self.history.build()

    # Builds

    @rule(remains=remains)
    def builds(self, remains: Remains) -> None:
        self.history.build(remains=remains)

    @rule(step=steps, act=acts, remains=remains)
    def is_killed(self, step: int, act: int, remains: Remains) -> None:
        self.history.build(Kill(step, act), remains)

    is_killed_too = is_killed

    @rule(step=steps, act=acts, remains=remains)
    def disk_is_full(self, step: int, act: int, remains: Remains) -> None:
        self.history.build(FullDisk(step, act), remains)

    @rule(want=wants, step=st.one_of(steps, last_steps), act=acts)
    def is_given_up(self, want: Want, step: int, act: int) -> None:
        """The author changes something, the build of it is killed, and the author goes back."""
        before = self._application
        self.requires_now(want)
        self.history.build(Kill(step, act), "there")
        self.history.change("the author goes back to what was before", application=before)
        self.history.build()

    is_given_up_too = is_given_up

    @rule(program=st.sampled_from(range(6)), acts=acts, remains=remains)
    def a_program_fails(self, program: int, acts: int, remains: Remains) -> None:
        self.history.build(FailingProgram(program, acts), remains)

    # The author

    @act(want=wants)
    def requires(self, want: Want) -> None:
        self.requires_now(want)

    def requires_now(self, want: Want) -> None:
        application = self._application
        others = tuple(each for each in application.wants if each.name != want.name)
        self._edit(f"{want} is required", _with_wants(application, (*others, want)))

    @act(data=st.data())
    def requires_what_is_there(self, data: st.DataObject) -> None:
        """What was needed by something else is asked for by name, or the other way round."""
        application = self._application
        there = resolved_names(self.history.situation)
        if there:
            name = data.draw(st.sampled_from(there))
            others = tuple(each for each in application.wants if each.name != name)
            asked = len(others) == len(application.wants)
            words = f"{name} is asked for by name" if asked else f"{name} is not asked for by name any more"
            self._edit(words, _with_wants(application, (*others, Want(name=name)) if asked else others))

    @precondition(lambda self: self._application.wants)
    @act(data=st.data())
    def no_longer_requires(self, data: st.DataObject) -> None:
        application = self._application
        want = data.draw(st.sampled_from(application.wants))
        others = tuple(each for each in application.wants if each != want)
        self._edit(f"{want} is no longer required", msgspec.structs.replace(application, wants=others))

    @act()
    def changes_its_mind(self) -> None:
        """The author goes back to what the application was before the last change."""
        before = self.history.application_before
        if before is not None and before != self._application:
            self.history.change("the author goes back to what was before", application=before)

    @act(version=st.sampled_from(["1.0", "1.1"]))
    def requires_two_that_share_a_file(self, version: str) -> None:
        others = tuple(each for each in self._application.wants if each.name not in ("delta", "epsilon"))
        pair = (Want(name="delta"), Want(name="epsilon", version=version))
        self._edit(f"delta and epsilon {version} are required", _with_wants(self._application, (*others, *pair)))

    # What authors do most of the time counts as often.
    requires_also = requires
    requires_too = requires
    requires_what_is_there_too = requires_what_is_there
    no_longer_requires_either = no_longer_requires

    @act(want=_index, group=st.booleans())
    def optional(self, want: Want, group: bool) -> None:
        if self._application.manager in BY_REQUIREMENTS:
            return
        part = "more" if group else "fancy"
        listed = [each for each in getattr(self._application, part) if each.name != want.name]
        listed += [want] if all(each.name != want.name for each in self._application.wants) else []
        changed = msgspec.structs.replace(self._application, **{part: tuple(listed)})
        self._edit(f"{want} is in the {'group' if group else 'extra'}", changed)

    @act()
    def asks_for_the_group(self) -> None:
        self.history.change("the group is asked for, or no longer", groups=not self.history.situation.groups)

    @act()
    def asks_for_the_extra(self) -> None:
        self.history.change("the extra is asked for, or no longer", extras=not self.history.situation.extras)

    @act()
    def locks_anew(self) -> None:
        self._edit("the lock is made anew", self._application)

    @act(want=_index)
    def forgets_to_lock(self, want: Want) -> None:
        application = self._application
        if not application.has_lock or application.manager in (*BY_REQUIREMENTS, "pylock"):
            return
        others = tuple(each for each in application.wants if each.name != want.name)
        changed = msgspec.structs.replace(application, wants=(*others, want))
        self.history.change(f"{want} is required, and the lock is not made anew", application=changed)

    @act()
    def pins_with_hashes(self) -> None:
        application = self._application
        if application.manager in BY_REQUIREMENTS:
            hashed = msgspec.structs.replace(application, hashed=not application.hashed)
            word = "without" if application.hashed else "with"
            self._edit(f"requirements are {word} hashes now", _with_wants(hashed, hashed.wants))

    @precondition(lambda self: self._has_local)
    @act()
    def changes_the_local_project(self) -> None:
        revision = self._application.local_revision + 1
        self._edit("the local project is changed", msgspec.structs.replace(self._application, local_revision=revision))

    changes_the_local_project_too = changes_the_local_project

    @act(manager=st.sampled_from(MANAGERS))
    def takes_another_manager(self, manager: Manager) -> None:
        if manager in self.managers and manager != self._application.manager:
            changed = msgspec.structs.replace(self._application, manager=manager, hashed=False)
            if manager in BY_REQUIREMENTS:
                changed = msgspec.structs.replace(changed, more=(), fancy=())
            self._edit(f"the manager is {manager} now", _with_wants(changed, changed.wants))

    @act()
    def builds_from_source(self) -> None:
        self.history.change(
            "alpha is built from its source, or no longer", no_binary=not self.history.situation.no_binary
        )

    # The world outside

    @act(release=st.sampled_from([each for known in RELEASES.values() for each in known]))
    def is_republished(self, release: Release) -> None:
        self._republish(release)

    def _republish(self, release: Release) -> None:
        outside = self.history.situation.outside
        index = outside.index.republished(release.name, release.version)
        words = f"{release.name} {release.version} is published anew"
        self.history.change(words, outside=msgspec.structs.replace(outside, index=index))

    @act(data=st.data())
    def what_is_there_is_republished(self, data: st.DataObject) -> None:
        """The author hears of it, and makes the lock anew."""
        locked = [each.release for each in self._application.locked if each.release]
        if locked:
            self._republish(data.draw(st.sampled_from(locked)))
            self._edit("the lock is made anew", self._application)

    @act(name=st.sampled_from(NAMES), newest=st.integers(1, 3))
    def has_released(self, name: str, newest: int) -> None:
        outside = self.history.situation.outside
        index = msgspec.structs.replace(outside.index, newest={**outside.index.newest, name: newest})
        self.history.change(
            f"the index has {min(newest, len(RELEASES[name]))} releases of {name}",
            outside=msgspec.structs.replace(outside, index=index),
        )

    @act(asks=st.booleans())
    def is_committed(self, asks: bool) -> None:
        outside = self.history.situation.outside
        head = outside.head + 1
        self.history.change("the repository has a new commit", outside=msgspec.structs.replace(outside, head=head))
        if asks:
            changed = msgspec.structs.replace(self._application, pinned_head=head)
            self._edit("the new commit is asked for", changed)

    @act()
    def takes_another_index(self) -> None:
        here = self.history.situation.index
        self.history.change(
            "another mirror serves the index", index="mirror.example" if here != "mirror.example" else "index.example"
        )

    # The operator

    @act()
    def becomes_a_django_project(self) -> None:
        collects = not self.history.situation.collects
        words = "has a manage.py" if collects else "has no manage.py any more"
        self.history.change(f"the application {words}", collects=collects)

    @act()
    def gets_a_build_command(self) -> None:
        commands = not self.history.situation.commands
        words = "has a build command" if commands else "has no build command any more"
        self.history.change(f"the application {words}", commands=commands)

    @act()
    def takes_another_buildpack(self) -> None:
        later = not self.history.situation.later
        words = "works with what is installed from now on" if later else "is left out from now on"
        self.history.change(f"a later buildpack {words}", later=later)

    @act(version=st.sampled_from(PYTHONS))
    def takes_another_python(self, version: str) -> None:
        self.history.change(f"Python is {version}", python=version)

    @act(place=st.integers(0, 1), by_variable=st.booleans())
    def takes_another_tool_version(self, place: int, by_variable: bool) -> None:
        tool = tool_of(self._application.manager)
        version = TOOL_VERSIONS[tool][place]
        if by_variable:
            asked = {**self.history.situation.asked, tool: place}
            self.history.change(f"a variable asks for {tool} {version}", asked=asked)
        else:
            tools = {**self.history.situation.tools, tool: place}
            self.history.change(f"the buildpack pins {tool} {version}", tools=tools)

    @act()
    def takes_another_release(self) -> None:
        release = "1.0.1" if self.history.situation.release == "1.0.0" else "1.0.0"
        self.history.change(f"the buildpack is {release}", release=release)

    @act()
    def takes_another_arch(self) -> None:
        arch = "arm64" if self.history.situation.arch == "amd64" else "amd64"
        self.history.change(f"the target is {arch}", arch=arch)

    @act()
    def takes_another_distribution(self) -> None:
        distro = 1 - self.history.situation.distro
        self.history.change("the target is another distribution", distro=distro)

    @act()
    def binds_archives(self) -> None:
        bound = not self.history.situation.bound
        words = f"the catalogue has archives {'bound to distributions' if bound else 'for any distribution'}"
        self.history.change(words, bound=bound)

    @act()
    def makes_archives_anew(self) -> None:
        archives = self.history.situation.archives + 1
        self.history.change("the catalogue's archives are made anew", archives=archives)

    @act()
    def has_another_interpreter(self) -> None:
        own = not self.history.situation.own_wheel
        self.history.change("the buildpack is an unpackaged one, or a packaged one that carries pip", own_wheel=own)

    @act()
    def divides_or_not(self) -> None:
        divided = not self.history.situation.divided
        words = "heavy distributions get layers of their own" if divided else "nothing is divided over layers"
        self.history.change(words, divided=divided)

    @act(some=st.booleans())
    def binds_secrets(self, some: bool) -> None:
        number = self.history.situation.bindings + 1 if some else 0
        self.history.change("the platform binds other passwords" if some else "nothing is bound", bindings=number)

    @act()
    def has_another_program_at_launch(self) -> None:
        program = self.history.situation.program + 1
        self.history.change("the buildpack has another program for launch", program=program)

    # The platform

    @act()
    def loses_the_cache(self) -> None:
        self.history.lose_cache()

    @act()
    def loses_the_image(self) -> None:
        self.history.lose_image()

    @act()
    def finds_a_foreign_image(self) -> None:
        self.history.foreign_image()

    @act(cut=st.booleans())
    def packed_environment_is_spoiled(self, cut: bool) -> None:
        self.history.spoil_cache(cut=cut)

    @act(layer=st.sampled_from(LAYERS))
    def cache_is_damaged(self, layer: str) -> None:
        self.history.damage_cache(layer)

    @act(layer=st.sampled_from(LAYERS), data=st.sampled_from(AGED))
    def metadata_are_old(self, layer: str, data: dict[str, object]) -> None:
        self.history.age(layer, data)

    @act()
    def stores_are_saved(self) -> None:
        self.history.remember()

    @act()
    def cache_is_old(self) -> None:
        self.history.old_cache()

    @act()
    def stores_are_old(self) -> None:
        self.history.old_stores()

    @property
    def _has_local(self) -> bool:
        return self._application.manager == "project" or LOCAL in [each.name for each in self._application.wants]

    @property
    def _application(self) -> Application:
        return self.history.situation.application

    def _edit(self, words: str, application: Application) -> None:
        """Change the application, and make its lock, if it has one, anew; what can't be locked is given up."""
        with suppress(UnresolvableError):
            locked = application.with_lock(self.history.situation.outside)
            self.history.change(words, application=locked)


def resolved_names(situation: Situation) -> list[str]:
    """The names of index distributions that the application's requirements come to."""
    try:
        found = resolve(situation.application.wants, situation.application, situation.outside)
    except UnresolvableError:
        return []
    return [name for name, each in found.items() if each.source == "index"]


def _with_wants(application: Application, chosen: tuple[Want, ...]) -> Application:
    """The application with those of the requirements that its files can state, each name once."""
    if application.manager in BY_REQUIREMENTS and not application.hashed:
        allowed: frozenset[Source] = frozenset(SOURCES) | {"index"}
        # uv refuses editable repositories.
        allowed -= {"checkout"} if application.manager == "uv-pip" else set()
    elif application.manager in BY_REQUIREMENTS:
        allowed = frozenset({"index"})
    else:
        allowed = LOCKABLE
    kept = {each.name: each for each in chosen if each.source in allowed}
    return msgspec.structs.replace(application, wants=tuple(kept.values()))
