"""Says how many workers a container bears, by what the kernel's control groups say of its memory and its CPUs.

The program that tells servers of it in an image has this text in it (``pure.layers.programs``), so that it imports
nothing.
"""

# What version 1 writes where there is no limit is the biggest number of whole pages, whatever a page is.
NO_LIMIT = 1 << 60
# Without a quota a container may run on all CPUs of its machine, and shares them with whoever else is there.
SHARED_CPUS = 4.0


def groups(text: str, controller: str) -> list[str]:
    """The folders of a process's own group and of those around it, of one controller or of version 2 (an empty name).

    ``text`` is what ``/proc/self/cgroup`` says. The root comes too: in a namespace of its own it is the group's.
    """
    for line in text.splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            parts = [part for part in path.split("/") if part and part != ".."]
            return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]
    return []


def number(text: str) -> int:
    """A number of the kernel's; 0 where there is none, as of ``max``."""
    words = text.split()
    return int(words[0]) if words and words[0].isdecimal() and len(words[0]) < 20 else 0


def least(texts: list[str]) -> int:
    """The smallest limit of several; 0 where none is one."""
    found = [value for value in map(number, texts) if 0 < value < NO_LIMIT]
    return min(found) if found else 0


def share(text: str) -> float:
    """How many CPUs a quota and its period, in one line, come to; 0 where there is no quota."""
    quota, _, period = text.strip().partition(" ")
    return number(quota) / number(period) if number(quota) and number(period) else 0.0


def workers(memory: int, cpus: float, each: int) -> int:
    """How many workers there are to be, of which each takes so many bytes; 0 where memory has no limit.

    A machine's own CPUs say nothing of what a container may take of its memory.
    """
    if not memory:
        return 0
    return max(1, min(int(2 * cpus + 1), memory // each))
