"""Starts the command from where it is installed: in a wheel, `pure` and `shell` lie in this package's own folder.

There they occupy no names at the top level of somebody's site-packages; this process alone gets to see them.
"""

import sys


def main() -> None:
    """Run the console script."""
    # In a repository nothing of that kind is here, and both are found at its root.
    sys.path.insert(0, __path__[0])
    from shell.command.cli import main as command

    command()
