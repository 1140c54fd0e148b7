"""Says what each layer adds to the environment: of the application at launch, and of later buildpacks at build time."""

from typing import Final

import msgspec

from pure.manager.environment import SOURCE_DATE_EPOCH


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


def pip_layer_environment(root: str) -> LayerEnvironment:
    """What pip's layer adds: where Python finds it, for later buildpacks that call ``pip``."""
    return LayerEnvironment(build=(("PIP_DISABLE_PIP_VERSION_CHECK.default", "1"), ("PYTHONUSERBASE.override", root)))


def venv_layer_environment(root: str) -> LayerEnvironment:
    """What the dependencies' layer adds; its ``bin`` reaches ``PATH`` by itself (specification, Layer Paths)."""
    return LayerEnvironment(
        both=(("VIRTUAL_ENV.override", root),), build=(("PIP_PYTHON.override", f"{root}/bin/python"),)
    )
