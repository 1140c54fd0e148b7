"""Starts what ``bin/detect`` and ``bin/build`` stand for, by ``python -I -S shell/__main__.py detect|build …``.

The interpreter starts isolated, so that no variable and no folder of the application reaches it; what it may import is
put on its path here: the buildpack itself and its vendored dependencies. Short, for a script is compiled at each start.
"""

import os
import sys


def main(root: str, command: str, arguments: list[str]) -> int:
    """Run one phase; an exception that escapes it is a bug, and is reported as one."""
    sys.path[:0] = [root, f"{root}/vendor"]
    # Installed as a package, the command says where its dependencies are: an isolated interpreter leaves out what was
    # installed for one user.
    if packages := os.environ.pop("LAMINA_PACKAGES", ""):
        sys.path.append(packages)
    try:
        if command == "detect":
            from shell.detect import main as detect

            return detect(arguments)
        from shell.build import main as build

        return build(root, arguments)
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001  (the last resort: the user gets a message, not a traceback)
        from shell.failure import internal_error

        return internal_error(error)


if __name__ == "__main__":
    # The launchers call us by an absolute path or by one that starts at the working directory.
    sys.exit(main(__file__.rpartition("/shell/")[0] or ".", sys.argv[1], sys.argv[2:]))
