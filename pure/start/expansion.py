"""Expands the variables in a word of a command as a shell does, when the command is started.

A word may hold ``${NAME}``, ``${NAME:-otherwise}``, ``${NAME:+where it is set}``, one within another, and ``$$`` for a
dollar. The program that starts such commands in an image has this text in it (``pure.layers.programs``), so that it
imports nothing.
"""


def expand(word: str, variables: dict[str, str]) -> str:
    """The word with what the variables say; an empty one counts as not set."""
    parts = []
    at = 0
    while (start := word.find("$", at)) >= 0:
        parts.append(word[at:start])
        if word[start + 1 : start + 2] != "{":
            parts.append("$")
            at = start + (2 if word[start + 1 : start + 2] == "$" else 1)
            continue
        end = closing(word, start + 2)
        parts.append(value_of(word[start + 2 : end], variables))
        at = end + 1
    parts.append(word[at:])
    return "".join(parts)


def value_of(inside: str, variables: dict[str, str]) -> str:
    """What stands between the braces comes to."""
    name, operator, other = inside.partition(":")
    value = variables.get(name, "")
    if operator and other[:1] == "+":
        return expand(other[1:], variables) if value else ""
    return value or expand(other[1:], variables)


def closing(word: str, at: int) -> int:
    """Where the brace is closed that was opened before ``at``; the end of the word if it never is."""
    depth = 1
    while at < len(word):
        if word[at : at + 2] in ("${", "$$"):
            depth += word[at + 1] == "{"
            at += 2
            continue
        depth -= word[at] == "}"
        if not depth:
            break
        at += 1
    return at
