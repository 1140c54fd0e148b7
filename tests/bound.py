"""Bindings as a platform has them: as values for the core, as folders for builds."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path

from pure.bindings.contents import Bindings, understood
from pure.bindings.folder import Binding, known, read_entries
from pure.outcome import Success


def binding(name: str, kind: str | None, entries: Mapping[str, str | bytes] = {}) -> Binding:
    """One binding, as it would be read."""
    raw = {key: value.encode() if isinstance(value, str) else value for key, value in entries.items()}
    names, meant = tuple(sorted(raw)), known(kind)
    read = {key: raw[key] for key in (read_entries(meant, names) if meant else ())}
    return Binding(name=name, kind=kind, path=f"/platform/bindings/{name}", names=names, entries=read)


def held(*bindings: Binding) -> Bindings:
    """What bindings hold that are as they should be."""
    read = understood(bindings)
    assert isinstance(read, Success), read
    return read.unwrap()


def bind(root: Path, name: str, kind: str, entries: Mapping[str, str | bytes], *, older: bool = False) -> Path:
    """Write a binding below the folder of all; in the older layout, if asked. Gives the folder of its entries."""
    folder = root / name / "secret" if older else root / name
    folder.mkdir(parents=True, exist_ok=True)
    told = root / name / ("metadata/kind" if older else "type")
    told.parent.mkdir(exist_ok=True)
    told.write_text(f"{kind}\n")
    for key, value in entries.items():
        (folder / key).write_bytes(value.encode() if isinstance(value, str) else value)
    return folder


def pem(name: str) -> str:
    """What looks like a certificate: a sequence in DER that says its name."""
    raw = name.encode()
    body = base64.b64encode(bytes((0x30, len(raw) + 2, 0x0C, len(raw))) + raw).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def pem_names(text: bytes) -> list[str]:
    """The names of what looks like certificates; of real ones anything."""
    bodies = (part.partition(b"-----END")[0] for part in text.split(b"BEGIN CERTIFICATE-----")[1:])
    return [binascii.a2b_base64(body)[4:].decode("latin-1") for body in bodies]
