"""Turns what bindings come to into steps: files that tools read, and the program that looks for others at launch."""

from typing import Final

from pure.bindings.decision import joins_netrc
from pure.build import program_steps
from pure.build.facts import Facts
from pure.build.plan import Plan
from pure.build.steps import RemoveFiles, Steps, WriteFiles
from pure.build.workplace import Workplace

UV_FILE: Final = "uv/uv.toml"
"""Where uv looks for its settings in each folder of configuration files."""


def bring(plan: Plan, facts: Facts, work: Workplace) -> Steps:
    """The steps that put what is bound where tools look for it, and what looks for it at launch into its layer."""
    files = () if plan.idle else _files(facts, work)
    return (*files, *program_steps.certificates(plan, facts, work))


def withdraw(facts: Facts, work: Workplace) -> Steps:
    """The step by which no file for tools has a secret any more that is bound."""
    secret = joins_netrc(facts.bound) or facts.bound.uv is not None
    below = (work.netrc, f"{work.configuration}/{UV_FILE}")
    files = tuple(path.removeprefix(f"{work.temporary}/") for path in below)
    return (RemoveFiles(root=work.temporary, files=files),) if secret else ()


def _files(facts: Facts, work: Workplace) -> Steps:
    """What tools read in files that nobody has written yet; they end with the build."""
    files: dict[str, bytes] = {}
    if facts.certificates:
        files[work.certificates] = facts.certificates
    if joins_netrc(facts.bound):
        files[work.netrc] = facts.netrc or b""
    if facts.bound.uv is not None:
        files[f"{work.configuration}/{UV_FILE}"] = facts.bound.uv.raw
    below = tuple((path.removeprefix(f"{work.temporary}/"), raw) for path, raw in files.items())
    return (WriteFiles(root=work.temporary, files=below),) if below else ()
