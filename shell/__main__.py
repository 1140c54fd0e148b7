"""Starts what ``bin/detect`` and ``bin/build`` stand for, by ``python -I -S shell/__main__.py detect|build …``.

The interpreter starts isolated, so that no variable and no folder of the application reaches it; what it may import is
put on its path here: the buildpack itself and its vendored dependencies.
"""

import os
import sys


def main() -> int:
    """Run one phase; an exception that escapes it is a bug, and is reported as one."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  (no pathlib for detect)
    vendored = f"{root}/vendor"
    sys.path[:0] = [root, vendored]
    command, arguments = sys.argv[1], sys.argv[2:]
    try:
        if command == "detect":
            from shell.detect import main as detect

            return detect(arguments)
        from pathlib import Path

        from shell.build import main as build
        from shell.output import utf8_streams

        utf8_streams()
        return build(Path(root), arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  (the last resort: the user gets a message, not a traceback)
        return internal_error(error)


def internal_error(error: Exception) -> int:
    """Report a bug in a few lines and give the exit status for it."""
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}, line {frame.lineno}, in {frame.name}"  # noqa: PTH119
    lines = [
        "",
        f"Error: Lamina failed by a mistake of its own ({type(error).__name__} at {place})",
        "",
        "  This is a bug. Please report it with this log.",
    ]
    if os.environ.get("BP_LOG_LEVEL", "").lower() == "debug":
        from pure.redaction import redactor

        text = "".join(traceback.format_exception(error))
        lines += ["", redactor(os.environ)(text)]
    else:
        lines += ["  BP_LOG_LEVEL=debug shows where it happened in full."]
    sys.stdout.write("\n".join([*lines, ""]))
    sys.stdout.flush()
    return 70


if __name__ == "__main__":
    sys.exit(main())
