"""Facts of applications that have a lock, one for each package manager, and what may change in them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from pure.build.facts import Facts
from pure.build.plan import decide
from pure.manager.decision import PackageManagerDecision
from pure.manager.table import CHOSEN_BY_LOCK, MANAGERS, PIP, TOOLS
from pure.outcome import Failure, Success
from pure.project.files import ProjectFiles
from pure.python.offer import CatalogueText
from pure.target import Target

from tests.documents import documents
from tests.strategies_plan import END_OF_LIFE, UNBOUND, A, B, pin_file, planned, requirements

PROJECT = b'[project]\nname = "a"\nversion = "1"\n[dependency-groups]\nmore = []\n'
PROJECT += b"[tool.poetry]\npackage-mode = false\n"
PROJECT += b"[tool.pdm]\ndistribution = false\n"


# Of each lock three texts: with one distribution, with another one, with one from a folder.
LOCKS: Mapping[str, tuple[bytes, bytes, bytes]] = {
    "uv": (
        b'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://index.example/" }\n',
        b"version = 1\n",
        b'version = 1\n[[package]]\nname = "a"\nsource = { editable = "." }\n',
    ),
    "poetry": (
        b'[[package]]\nname = "a"\n[metadata]\nlock-version = "2.1"\n',
        b'[metadata]\nlock-version = "2.1"\n',
        b'[[package]]\nname = "a"\n[package.source]\ntype = "directory"\nurl = "a"\n[metadata]\nlock-version = "2.1"\n',
    ),
    "pipenv": (
        f'{{"_meta": {{}}, "default": {{"a": {{"version": "==1", "hashes": ["sha256:{A}"]}}}}, "more": {{}}}}'.encode(),
        f'{{"_meta": {{}}, "default": {{"a": {{"version": "==2", "hashes": ["sha256:{B}"]}}}}, "more": {{}}}}'.encode(),
        b'{"_meta": {}, "default": {"a": {"path": "."}}, "more": {}}',
    ),
    "pdm": (
        b'[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "a"\nversion = "1"\n',
        b'[metadata]\nlock_version = "4.5.0"\n',
        b'[metadata]\nlock_version = "4.5.0"\n[[package]]\nname = "a"\npath = "./a"\n',
    ),
    "pylock": (
        f'lock-version = "1.0"\ndependency-groups = ["more"]\n[[packages]]\nname = "a"\n[[packages.wheels]]\n'
        f'url = "https://index.example/a.whl"\nhashes = {{ sha256 = "{A}" }}\n'.encode(),
        b'lock-version = "1.0"\ndependency-groups = ["more"]\npackages = []\n',
        b'lock-version = "1.0"\ndependency-groups = ["more"]\n[[packages]]\nname = "a"\ndirectory = { path = "a" }\n',
    ),
}


LOCKED = tuple(LOCKS)


PINS = {name: f"{name}==9999.1 \\\n    --hash=sha256:{A}\n" for name in TOOLS}


FIRST = Facts(
    version="1",
    target=Target(os="linux", arch="amd64"),
    today=date(2026, 11, 22),
    variables={"BP_PYTHON_VERSION": "3.13.1"},
    catalogue=UNBOUND,
    end_of_life=CatalogueText(raw=END_OF_LIFE, origin="data/end-of-life.json"),
    layers_dir="/layers/lamina_python",
    app_dir="/workspace",
    names=(),
    pip_pin=pin_file("26.0"),
)


def locked(given_facts: Facts, manager: str, lock: bytes | None = None) -> Facts:
    """The same application, declared for another manager."""
    row = MANAGERS[manager]
    names = {row.lock: LOCKS[manager][0] if lock is None else lock, "pyproject.toml": PROJECT}
    if manager == "pipenv":
        names = {row.lock: names[row.lock], "Pipfile": b"[packages]\n"}
    project = ProjectFiles(names=tuple(sorted(names)), texts=documents(names))
    return msgspec.structs.replace(
        given_facts, names=tuple(sorted(names)), requirements=None, project=Success(project), tool_pins=PINS
    )


def with_texts(given_facts: Facts, **changed: bytes) -> Facts:
    assert given_facts.project is not None
    project = given_facts.project.unwrap()
    texts = {**project.texts, **documents({name.replace("__", "."): raw for name, raw in changed.items()})}
    return msgspec.structs.replace(given_facts, project=Success(msgspec.structs.replace(project, texts=texts)))


def with_variables(given_facts: Facts, **variables: str) -> Facts:
    return msgspec.structs.replace(given_facts, variables={**given_facts.variables, **variables})


def with_other_version(given_facts: Facts, *, minor: bool) -> Facts:
    now = planned(given_facts).python.version
    major, second, patch = now.split(".")
    other = f"{major}.{12 if second == '13' else 13}.{patch}" if minor else f"{major}.{second}.{(int(patch) + 1) % 3}"
    return with_variables(given_facts, BP_PYTHON_VERSION=other)


def with_target(given_facts: Facts, **changes: object) -> Facts:
    return msgspec.structs.replace(given_facts, target=msgspec.structs.replace(given_facts.target, **changes))


def choice_of(*names: str, variables: Mapping[str, str] | None = None, **texts: bytes) -> object:
    """The name of the manager of an application with these files, or the error."""
    locks = {each.lock: LOCKS[each.name][0] for each in CHOSEN_BY_LOCK if each is not PIP}
    known = {name: texts.get(name.replace(".", "_"), locks.get(name, b"")) for name in names}
    project = ProjectFiles(names=names, texts=documents(known))
    given_facts = msgspec.structs.replace(
        FIRST,
        names=names,
        project=Success(project),
        tool_pins=PINS,
        variables={**FIRST.variables, **(variables or {})},
        requirements=requirements(b"") if PIP.lock in names else None,
    )
    decided = decide(given_facts)
    return decided.failure() if isinstance(decided, Failure) else decided.unwrap().package_manager.name  # type: ignore[union-attr]


def locking(decided: PackageManagerDecision, **changes: Any) -> PackageManagerDecision:
    """The same decision with another word of its lock."""
    lock = msgspec.structs.replace(decided.lock, **changes)
    return msgspec.structs.replace(decided, managed=msgspec.structs.replace(decided.managed, lock=lock))
