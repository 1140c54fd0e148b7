"""Decides whether an image takes certificates that are bound where it runs, and what does it there.

A program in ``exec.d`` is run by the launcher before the application, whatever the image's base has: no shell, no tool.
It is Python, since the image has that; it takes some milliseconds of every start, so that it is there only where the
platform asks for it. It lies in a layer of its own: a newer one changes neither the runtime nor what is installed.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from pure.bindings.contents import Bindings
from pure.switches import BadSwitch, switch

LAUNCH_VARIABLE: Final = "BP_ENABLE_RUNTIME_CERT_BINDING"
"""As it is called where others have it."""
PROGRAM: Final = "shell/at_launch/certificates.py"
"""The program, from the buildpack's root."""
PARSER: Final = "pure/bindings/pem.py"
"""What it imports of ours."""
_IMPORT: Final = b"from pure.bindings.pem import SYSTEM_AUTHORITIES, is_whole, parts, written\n"
INSTALLED: Final = "exec.d/ca-certificates"
"""Where it lies in its layer."""


def wanted_at_launch(bindings: Bindings, variables: Mapping[str, str]) -> str | BadSwitch:
    """Why the image looks for certificates when it starts; empty if it doesn't."""
    if variables.get(LAUNCH_VARIABLE, "").strip():
        asked = switch(variables, LAUNCH_VARIABLE)
        if isinstance(asked, BadSwitch):
            return asked
        return f"${LAUNCH_VARIABLE} is {variables[LAUNCH_VARIABLE].strip()}" if asked else ""
    return "certificates are bound in the build, and so probably where the image runs" if bindings.certificates else ""


def joined(source: bytes, parser: bytes) -> bytes:
    """The program's source with the parser's in place of the line that imports it: an image has nothing of ours."""
    assert source.count(_IMPORT) == 1, "the program imports the parser, and nothing else of ours"
    return source.replace(_IMPORT, parser)


def program(source: bytes, interpreter: str) -> bytes:
    """The program as it lies in the image, with the interpreter that runs it, which reads nothing of the user's."""
    return f"#!{interpreter} -ISB\n".encode() + source


def digest(source: bytes, interpreter: str) -> str:
    """What its layer is made for."""
    return hashlib.sha256(program(source, interpreter)).hexdigest()
