"""Finds the requirements that belong to an operating system: what `pip freeze` lists of a desktop's own packages.

The table holds what no index has for Linux. A marker that tells systems apart leaves such a line out where it should
be, so lines with one are left to pip.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pure.names import normalise_name
from pure.project.requirements.errors import OtherSystems, System, SystemLine
from pure.project.requirements.file import RequirementLine

_SEPARATORS: Final = re.compile(r"[\s;=<>!~\[@]")
# What apt installs and no index has, or only something else of that name.
_DEBIAN: Final = (
    "pkg-resources apturl aptdaemon brlapi chrome-gnome-shell cloud-init command-not-found cupshelpers defer"
    " ec2-hibinit-agent hibagent hplip language-selector louis netplan-io pantheon python-apt screen-resolution-extra"
    " software-properties ubuntu-advantage-tools ubuntu-dev-tools ubuntu-drivers-common ubuntu-fan ubuntu-pro-client"
    " ubuntu-release-upgrader ufw unattended-upgrades usb-creator xkit"
)
# What has wheels for Windows alone and no source that Linux can build, with what does the same there.
_WINDOWS: Final[Mapping[str, str]] = {
    "cx-logging": "",
    "dxcam": "",
    "onnxruntime-directml": "onnxruntime",
    "pyaudiowpatch": "pyaudio",
    "pypiwin32": "",
    "python-magic-bin": "python-magic",
    "pywin32": "",
    "pywinpty": "",
    "tensorflow-intel": "tensorflow",
    "triton-windows": "triton",
    "twisted-iocpsupport": "",
    "windows-curses": "",
    "winsdk": "",
}
_MACOS: Final[Mapping[str, str]] = {
    "appscript": "",
    "macfsevents": "",
    "mlx-metal": "",
    "pyobjc": "",
    "tensorflow-macos": "tensorflow",
    "tensorflow-metal": "",
}
_PREFIXES: Final[tuple[tuple[str, System], ...]] = (("pyobjc-", "macos"), ("winrt-", "windows"), ("ubuntu-", "debian"))
_TABLE: Final[Mapping[str, tuple[System, str]]] = {
    **dict.fromkeys(_DEBIAN.split(), ("debian", "")),
    **{name: ("windows", instead) for name, instead in _WINDOWS.items()},
    **{name: ("macos", instead) for name, instead in _MACOS.items()},
}
# Versions that Debian's and Ubuntu's packages have and no index takes: 2.4.0+ubuntu3, 0.1.43+deb12u1.
_DISTRIBUTED: Final = re.compile(r"\+(?:[a-z0-9.]*\.)?(?:ubuntu|debian|deb[0-9]|dfsg|esm)", re.IGNORECASE)
_TELLS_SYSTEMS: Final = re.compile(r"\b(?:sys_platform|os_name|platform_\w+|sys\.platform|os\.name)\b")


def tells_systems(line: RequirementLine) -> bool:
    """Whether a requirement's marker may leave it out on Linux."""
    return _TELLS_SYSTEMS.search(line.marker) is not None


def of_other_systems(lines: Iterable[RequirementLine]) -> OtherSystems | None:
    """Those of the requirements that only another system has; ``None`` where there are none."""
    found = tuple(each for line in lines if (each := _other(line)) is not None)
    return OtherSystems(found=found) if found else None


def _other(line: RequirementLine) -> SystemLine | None:
    if line.kind not in ("named", "unparsed") or tells_systems(line) or (";" in line.text and not line.marker):
        return None
    name = line.name or normalise_name(_SEPARATORS.split(line.text, maxsplit=1)[0])
    system, instead = _TABLE.get(name, (None, ""))
    if system is None:
        system = next((known for prefix, known in _PREFIXES if name.startswith(prefix)), None)
    if system is None and line.version is not None and _DISTRIBUTED.search(line.version):
        system = "debian"
    if system is None:
        return None
    return SystemLine(file=line.file, line=line.line, text=line.text[:120], system=system, instead=instead)
