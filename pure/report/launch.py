"""Writes what the platform reads about the launch of the image (specification, launch.toml)."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from pure.build.at_launch import START
from pure.build.decisions import DEPENDENCIES_LABEL, LABEL, encode_decisions
from pure.build.plan import Plan
from pure.layers.names import AT_LAUNCH
from pure.report.decided import decisions
from pure.start.processes import Process
from pure.venv.resolved import ResolvedSet
from pure.venv.state import VenvState


def launch_toml(
    plan: Plan,
    resolved: ResolvedSet | None,
    record: VenvState | None,
    *,
    layers: str,
    redact: Callable[[str], str] = str,
) -> dict[str, Any]:
    """The document for ``launch.toml``: processes and labels.

    ``record`` is what is known of the environment, ``layers`` the folder of the layers.

    The labels depend on what the image contains and what variables ask for alone, not on what this build had to do for
    it, so that an unchanged application gives an unchanged image. ``redact`` takes credentials out of the latter.
    """
    labels = {label.key: redact(label.value) for label in plan.labels}
    labels |= {"io.lamina.python.version": plan.python.version}
    labels[LABEL] = encode_decisions(decisions(plan, record, redact=redact))
    if resolved is not None:
        labels[DEPENDENCIES_LABEL] = dependencies_digest(resolved)
    document: dict[str, Any] = {"labels": [{"key": key, "value": value} for key, value in sorted(labels.items())]}
    start = f"{layers}/{AT_LAUNCH}/{START}"
    if plan.processes.processes:
        document["processes"] = [
            {"type": process.type, "command": list(executed(process, start)), "default": process.default}
            | ({"args": list(process.args)} if process.args else {})
            | ({"working-dir": process.working_dir} if process.working_dir else {})
            for process in plan.processes.processes
        ]
    return document


def executed(process: Process, start: str) -> tuple[str, ...]:
    """What a launch executes, but for arguments: the words, or what expands and starts them."""
    if not process.expands:
        return process.command
    words = (*(f"{name}={value}" for name, value in process.variables), *process.command)
    return (start, str(len(words)), *words)


def dependencies_digest(resolved: ResolvedSet) -> str:
    """The sha256 of the names and versions of a resolved set: equal for equal sets, whatever their order."""
    content = sorted((each.name, each.version) for each in resolved.distributions)
    return f"sha256:{hashlib.sha256(msgspec.json.encode(content)).hexdigest()}"
