"""Makes documents of texts."""

from collections.abc import Mapping

from pure.project.document import Document


def document(raw: bytes | str) -> Document:
    """A file that holds this."""
    return Document(raw=raw.encode() if isinstance(raw, str) else raw)


def documents(files: Mapping[str, bytes] | Mapping[str, str]) -> dict[str, Document]:
    """Files that hold these, by name."""
    return {name: document(raw) for name, raw in files.items()}
