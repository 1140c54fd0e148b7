"""Runs ``bin/detect``: hands the names in the application's root to the core and writes the build plan.

Kept apart from ``bin/build`` because it starts once per buildpack of a builder's order: it imports next to nothing.
"""

import os
import sys

from pure.project.detection import NotPython, Passed, detect, folder_below
from pure.switches import BadSwitch
from pure.visible import visible

PASS, ERROR, FAIL = 0, 1, 100


def main(arguments: list[str]) -> int:
    """Detect in the working directory: 0 to take part, 100 not to, 1 after an error (specification, Detection)."""
    decision = detect(os.listdir("."), os.environ, below=_below())  # noqa: PTH208  (pathlib costs 8 ms here)
    match decision:
        case Passed(build_plan=build_plan, because=because):
            # Buildpack API 0.8 and newer name the file in a variable, older platforms as an argument only.
            place = os.environ.get("CNB_BUILD_PLAN_PATH") or (arguments[1] if len(arguments) > 1 else "")
            if not place:
                sys.stdout.write("Error: the platform didn't set $CNB_BUILD_PLAN_PATH; run this by a lifecycle\n")
                return ERROR
            try:
                with open(place, "w", encoding="utf-8") as file:  # noqa: PTH123  (pathlib costs 8 ms here)
                    file.write(build_plan)
            except OSError as error:
                sys.stdout.write(f"Error: the build plan cannot be written: {visible(place)}: {error.strerror}\n")
                return ERROR
            sys.stdout.write(f"Lamina: {visible(because)}\n")
            return PASS
        case NotPython(looked_for=looked_for):
            sys.stdout.write(f"Lamina: {visible(looked_for)}\n")
            return FAIL
        case BadSwitch(variable=variable, value=value):
            sys.stdout.write(
                f"Error: ${variable} is neither true nor false\n    {variable}={visible(value[:60])}\n"
                f"  Write {variable}=true or {variable}=false.\n"
            )
            return ERROR


def _below() -> list[str] | None:
    """The names in the folder that is said to be the project's, ``None`` where they can't be listed."""
    folder = folder_below(os.environ)
    try:
        return os.listdir(folder) if folder else []  # noqa: PTH208
    except (OSError, ValueError):
        return None
