"""Decides in which encoding a requirements file is written, as pip does it."""

import codecs
import re

from pure.outcome import Failure, Outcome, Success
from pure.project.requirements.errors import (
    RequirementsEncodingUnknown,
    RequirementsError,
    RequirementsUndecodable,
    RequirementsUnmarkedUtf16,
)

_BOMS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODING_LINE = re.compile(rb"coding[:=]\s*([-\w.]+)")  # PEP 263


def decode(raw: bytes, file: str) -> Outcome[str, RequirementsError]:
    """The text of the file named ``file``."""
    encoding, start = "utf-8", 0
    for bom, name in _BOMS:
        if raw.startswith(bom):
            encoding, start = name, len(bom)
            break
    else:
        if _is_utf16(raw):
            return Failure(RequirementsUnmarkedUtf16(file=file))
        for line in raw.split(b"\n", 2)[:2]:
            declared = _CODING_LINE.search(line) if line.startswith(b"#") else None
            if declared:
                encoding = declared[1].decode("ascii")
                break
    try:
        return Success(raw[start:].decode(encoding))
    except UnicodeDecodeError as error:
        before = raw[: start + error.start]
        line_number = None if encoding.startswith(("utf-16", "utf-32")) else before.count(b"\n") + 1
        return Failure(RequirementsUndecodable(file=file, encoding=encoding, line=line_number))
    except UnicodeError:
        return Failure(RequirementsUndecodable(file=file, encoding=encoding, line=None))
    except LookupError:
        return Failure(RequirementsEncodingUnknown(file=file, encoding=encoding))


def _is_utf16(raw: bytes) -> bool:
    """Whether nearly every second byte is zero, as in UTF-16 of what requirements consist of."""
    pairs = len(raw) // 2
    return pairs >= 4 and max(raw[0::2].count(0), raw[1::2].count(0)) >= 0.9 * pairs
