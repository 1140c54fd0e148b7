"""Says what a distribution's metadata say of its licence, in the words of SPDX where they allow it.

PyPA specification "Core metadata" (License-Expression, License, Classifier) and PEP 639, which names the classifiers
that don't say which licence they mean: those keep their own words.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from pure.sbom.bill import Licence
from pure.sbom.texts import line

_PREFIXES: Final = ("License :: OSI Approved :: ", "License :: ")
_LONGEST: Final = 100

CLASSIFIERS: Final[Mapping[str, str]] = {
    "Academic Free License (AFL-3.0)": "AFL-3.0",
    "Blue Oak Model License (BlueOak-1.0.0)": "BlueOak-1.0.0",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
    "CMU License (MIT-CMU)": "MIT-CMU",
    "Common Development and Distribution License 1.0 (CDDL-1.0)": "CDDL-1.0",
    "Eclipse Public License 1.0 (EPL-1.0)": "EPL-1.0",
    "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    "European Union Public Licence 1.0 (EUPL 1.0)": "EUPL-1.0",
    "European Union Public Licence 1.1 (EUPL 1.1)": "EUPL-1.1",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0-only",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 1.0 (MPL)": "MPL-1.0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mulan Permissive Software License v2 (MulanPSL-2.0)": "MulanPSL-2.0",
    "Open Software License 3.0 (OSL-3.0)": "OSL-3.0",
    "PostgreSQL License": "PostgreSQL",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Universal Permissive License (UPL)": "UPL-1.0",
    "University of Illinois/NCSA Open Source License": "NCSA",
    "W3C License": "W3C",
    "Zero-Clause BSD (0BSD)": "0BSD",
    "zlib/libpng License": "Zlib",
}
"""What a classifier of one licence is called by SPDX, without what all of them begin with."""


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
