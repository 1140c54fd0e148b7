"""Reports a bug in a few lines: whoever builds an application is not helped by a traceback."""

import os
import sys
import traceback

INTERNAL_ERROR = 70
"""The exit status after a bug (``EX_SOFTWARE`` of sysexits.h)."""


def internal_error(error: Exception) -> int:
    """Print what failed and where, and give the exit status for it."""
    if _nowhere():
        sys.stdout.write("\nError: The working directory doesn't exist any more\n\n  Change into one that does.\n")
        return 1
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}, line {frame.lineno}, in {frame.name}"  # noqa: PTH119  (a string)
    lines = [
        "",
        f"Error: Lamina failed by a mistake of its own ({type(error).__name__} at {place})",
        "",
        "  This is a bug. Please report it with this log.",
    ]
    if os.environ.get("BP_LOG_LEVEL", "").lower() == "debug":
        from pure.redaction import redactor
        from pure.visible import visible

        redact = redactor(os.environ)
        text = "".join(traceback.format_exception(error))
        lines += ["", *(visible(redact(line)) for line in text.split("\n"))]
    else:
        lines += ["  BP_LOG_LEVEL=debug shows where it happened in full."]
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()
    return INTERNAL_ERROR


def _nowhere() -> bool:
    """Whether somebody has removed the folder that we work in: everything fails then, and nothing by our mistake."""
    try:
        os.getcwd()  # noqa: PTH109  (a question, not a path)
    except FileNotFoundError:
        return True
    return False
