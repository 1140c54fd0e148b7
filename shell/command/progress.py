"""Shows on a terminal that something is going on; elsewhere nothing, since nobody would see it move."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """Show ``title`` on the terminal of standard error as long as the block takes; what it yields changes the words."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(title)) as status:
        yield lambda words: status.update(Text(words))
