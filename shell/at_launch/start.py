"""Starts a command whose words name variables, in the place of a shell, and is replaced by it.

Its arguments are how many words the command has, these words (variables that are set for it, the program, what it is
told), and whatever the container was started with, which is handed on as it is. It is run by the image's own Python,
without ``site``, and imports next to nothing: what it imports of ours stands in the place of that line there
(``pure.layers.programs``).
"""

import _signal  # type: ignore[import-not-found]  # `signal` imports enums, which takes longer than all the rest
import os
import sys

from pure.start.expansion import expand

NOT_FOUND, NOT_EXECUTABLE = 127, 126


def main() -> None:
    """Be replaced by the command, or say why that can't be."""
    count, *words = sys.argv[1:]
    said, given = words[: int(count)], words[int(count) :]
    before = dict(os.environ)
    variables = dict(before)
    # As a shell does, and some read it.
    variables["PWD"] = os.getcwd()
    while "=" in said[0] and (name := said[0].partition("=")[0]).isascii() and name.isidentifier():
        variables[name] = expand(said.pop(0).partition("=")[2], before)
    command = [*(expand(word, before) for word in said), *given]
    # Python ignores both, and what is ignored stays so.
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    _signal.signal(_signal.SIGXFSZ, _signal.SIG_DFL)
    # Python sets it where nobody has said which letters there are.
    if variables.get("LC_CTYPE") == "C.UTF-8" and not given_by_somebody("LC_CTYPE"):
        del variables["LC_CTYPE"]
    if not command[0]:
        fail("", FileNotFoundError())
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606  (to start it without a shell is what this is for)
    except OSError as error:
        fail(command[0], error)


def given_by_somebody(name: str) -> bool:
    """Whether a variable was there when this program started."""
    try:
        with open("/proc/self/environ", "rb") as file:
            return any(each.startswith(f"{name}=".encode()) for each in file.read().split(b"\0"))
    except OSError:
        return True


def fail(program: str, error: OSError) -> None:
    """Say it, and end as a shell does."""
    missing = isinstance(error, (FileNotFoundError, NotADirectoryError))
    where = "" if "/" in program else " in any folder of PATH"
    shown = "".join(letter if letter.isprintable() else "?" for letter in program)
    # What it names in its first line may be missing, too.
    why = f"there is no such program{where}, or not what runs it" if missing else error.strerror
    try:
        os.write(2, f"Error: {shown} can't be started: {why}\n".encode(errors="replace"))
    finally:
        os._exit(NOT_FOUND if missing else NOT_EXECUTABLE)


if __name__ == "__main__":
    main()
