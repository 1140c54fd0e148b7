"""Says what a distribution's metadata say of its licence, in the words of SPDX where they allow it.

PyPA specification "Core metadata" (License-Expression, License, Classifier) and PEP 639, which names the classifiers
that don't say which licence they mean: those keep their own words.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pure.sbom.bill import Licence
from pure.sbom.classifiers import CLASSIFIERS
from pure.sbom.texts import line

_PREFIXES: Final = ("License :: OSI Approved :: ", "License :: ")
_LONGEST: Final = 100


def stated(*, expression: str, classifiers: Iterable[str], text: str) -> Licence:
    """The licence by the fields of a distribution's metadata: License-Expression, Classifier, License."""
    if known := as_expression(expression):
        return Licence(expression=known)
    named = tuple(dict.fromkeys(_named(each) for each in classifiers if each.startswith("License :: ")))
    certain = tuple(CLASSIFIERS.get(each, "") for each in named)
    if len(certain) == 1 and certain[0]:
        return Licence(expression=certain[0])
    # Which of several licences holds, or which BSD is meant, may stand in the field of older metadata.
    if known := as_expression(text):
        return Licence(expression=known)
    words = line(expression) or ", ".join(each for each in map(line, named) if each) or line(text)
    return Licence(name=words if len(words) <= _LONGEST else "")


@lru_cache(maxsize=512)
def as_expression(text: str) -> str:
    """A text as an expression of SPDX, in its usual spelling; empty where it is none."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if not text.strip() or len(text) > _LONGEST or not text.isascii():
        return ""
    try:
        return canonicalize_license_expression(text.strip())
    except (InvalidLicenseExpression, ValueError, RecursionError, SyntaxError):
        return ""


def _named(classifier: str) -> str:
    prefix = next(each for each in _PREFIXES if classifier.startswith(each))
    return classifier.removeprefix(prefix).strip()
