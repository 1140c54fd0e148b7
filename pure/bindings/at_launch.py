"""Decides whether an image takes certificates that are bound where it runs (``shell/at_launch/certificates.py``).

It takes some milliseconds of every start, so that it is there only where the platform asks for it.
"""

from collections.abc import Mapping
from typing import Final

from pure.bindings.contents import Bindings
from pure.switches import BadSwitch, switch

LAUNCH_VARIABLE: Final = "BP_ENABLE_RUNTIME_CERT_BINDING"
"""As it is called where others have it."""


def wanted_at_launch(bindings: Bindings, variables: Mapping[str, str]) -> str | BadSwitch:
    """Why the image looks for certificates when it starts; empty if it doesn't."""
    if variables.get(LAUNCH_VARIABLE, "").strip():
        asked = switch(variables, LAUNCH_VARIABLE)
        if isinstance(asked, BadSwitch):
            return asked
        return f"${LAUNCH_VARIABLE} is {variables[LAUNCH_VARIABLE].strip()}" if asked else ""
    return "certificates are bound in the build, and so probably where the image runs" if bindings.certificates else ""
