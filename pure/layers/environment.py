"""Says what each layer adds to the environment: of the application at launch, and of later buildpacks at build time."""

from collections.abc import Mapping
from typing import Final, Literal, assert_never

import msgspec

from pure.manager.environment import SOURCE_DATE_EPOCH
from pure.manager.table import ToolName


class LayerEnvironment(msgspec.Struct, frozen=True, kw_only=True):
    """The files of a layer's ``env``, ``env.build`` and ``env.launch``, by file name (specification, Environment).

    A file name is the variable's name with its action as suffix; contents are written without a trailing newline.
    """

    both: tuple[tuple[str, str], ...] = ()
    build: tuple[tuple[str, str], ...] = ()
    launch: tuple[tuple[str, str], ...] = ()


NO_ENVIRONMENT: Final = LayerEnvironment()


def python_layer_environment(root: str, minor: str) -> LayerEnvironment:
    """What the Python layer adds: headers for compilers at build time, unbuffered UTF-8 output everywhere."""
    return LayerEnvironment(
        both=(("LANG.default", "C.UTF-8"), ("PYTHONUNBUFFERED.default", "1")),
        build=(
            # The platform adds `include` itself to CPATH; CPython's headers lie one folder deeper.
            ("CPATH.delim", ":"),
            ("CPATH.prepend", f"{root}/include/python{minor}"),
            ("PKG_CONFIG_PATH.delim", ":"),
            ("PKG_CONFIG_PATH.prepend", f"{root}/lib/pkgconfig"),
            ("PYTHONHASHSEED.default", "0"),
            ("SOURCE_DATE_EPOCH.default", SOURCE_DATE_EPOCH),
        ),
    )


# No tool looks for a newer one of itself, and each works on the environment that the build has made.
_SETTINGS: Final[Mapping[Literal["pip", "poetry", "pipenv", "pdm"], tuple[tuple[str, str], ...]]] = {
    "pip": (("PIP_DISABLE_PIP_VERSION_CHECK.default", "1"),),
    "poetry": (),
    "pipenv": (("PIP_DISABLE_PIP_VERSION_CHECK.default", "1"), ("PIPENV_VERBOSITY.default", "-1")),
    "pdm": (("PDM_CHECK_UPDATE.default", "0"), ("PDM_IGNORE_SAVED_PYTHON.default", "1")),
}


def tool_layer_environment(tool: ToolName, root: str) -> LayerEnvironment:
    """What the layer of a package manager's tool adds, for later buildpacks that call what its ``bin`` has on PATH.

    Whatever is written in Python lies in the layer as a user's site-packages do, and is found there by each of the
    layer's scripts: also ``virtualenv`` or ``keyring``, which come with the tool.
    """
    match tool:
        case "uv":
            # A binary.
            return NO_ENVIRONMENT
        case "pip" | "poetry" | "pipenv" | "pdm":
            return LayerEnvironment(build=(*_SETTINGS[tool], ("PYTHONUSERBASE.override", root)))
        case _:
            assert_never(tool)


def venv_layer_environment(root: str) -> LayerEnvironment:
    """What the dependencies' layer adds; its ``bin`` reaches ``PATH`` by itself (specification, Layer Paths)."""
    return LayerEnvironment(
        both=(("VIRTUAL_ENV.override", root),), build=(("PIP_PYTHON.override", f"{root}/bin/python"),)
    )
