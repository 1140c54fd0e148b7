"""Decides which labels the image gets because variables ask for them: those of OCI by their names, and any others.

The variables are Paketo's; the keys are those of https://specs.opencontainers.org/image-spec/annotations/ .
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.urls import visible_url

LABELS_VARIABLE: Final = "BP_IMAGE_LABELS"
_OCI: Final[Mapping[str, str]] = {
    f"BP_OCI_{word.upper().replace('.', '_')}": f"org.opencontainers.image.{word}"
    for word in (
        "authors", "created", "description", "documentation", "licenses", "ref.name", "revision", "source", "title",
        "url", "vendor", "version",
    )
}  # fmt: skip
OCI_VARIABLES: Final = tuple(_OCI)

# Docker's rule for the keys of others is looser, but nobody needs more; what the lifecycle writes is its own.
_NOT_OURS: Final = ("io.buildpacks.", "io.lamina.")


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label of the image, and the variable that asks for it."""

    key: str
    value: str
    variable: str


def asked_labels(variables: Mapping[str, str]) -> tuple[Label, ...]:
    """The labels that variables ask for, by their keys; a name of OCI's beats the same key among any others."""
    others = {label.key: label for label in _others(variables.get(LABELS_VARIABLE, ""))}
    named = {
        key: Label(key=key, value=_without_secrets(value), variable=variable)
        for variable, key in _OCI.items()
        if (value := variables.get(variable, "").strip())
    }
    return tuple(label for _, label in sorted((others | named).items()))


def unread_labels(variables: Mapping[str, str]) -> tuple[str, ...]:
    """What of the variable for any labels can't be read, a sentence each."""
    text = variables.get(LABELS_VARIABLE, "")
    words = _words(text)
    if words is None:
        return (f"${LABELS_VARIABLE} has no effect: a quote in it has no end",)
    without = [f"${LABELS_VARIABLE} has a word without =, which is no label" for word in words if not _pair(word)]
    taken = [key for word in words if (key := (_pair(word) or ("",))[0]).startswith(_NOT_OURS)]
    return (*without[:1], *(f"${LABELS_VARIABLE} can't set a label of the platform's or ours: {key}" for key in taken))


def _others(text: str) -> list[Label]:
    pairs = [pair for word in _words(text) or () if (pair := _pair(word))]
    return [
        Label(key=key, value=_without_secrets(value), variable=LABELS_VARIABLE)
        for key, value in pairs
        if not key.startswith(_NOT_OURS)
    ]


def _words(text: str) -> list[str] | None:
    """The words of a text, as a shell splits them; ``None`` where a quote has no end."""
    if not text.strip():
        return []
    import shlex

    try:
        return shlex.split(text, comments=False)
    except ValueError:
        return None


def _pair(word: str) -> tuple[str, str] | None:
    key, equals, value = word.partition("=")
    return (key, value) if key.isascii() and key.isprintable() and key and equals else None


def _without_secrets(text: str) -> str:
    """A value without what an address in it may hide: a label is for everybody to read."""
    return " ".join(visible_url(word) if "://" in word and set("@?") & set(word) else word for word in text.split(" "))
