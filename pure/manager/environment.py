"""Decides what environment each process of a build gets, and which variables would break it.

Two audiences: our own steps (``tool_environment``), and the user, whose variables are checked before anything happens
(``offenders``). What the application at launch and later buildpacks get stands in ``pure.layers.environment``.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from pure.switches import FALSE_WORDS

# Variables that would move, empty or break what the build makes. Each says what it would do.
# pip's settings: https://pip.pypa.io/en/stable/topics/configuration/ ; CPython's: `python --help-env`.
BREAKING: Final[Mapping[str, str]] = {
    "PIP_TARGET": "installs the dependencies into another folder than the environment",
    "PIP_PREFIX": "installs the dependencies under another prefix than the environment",
    "PIP_ROOT": "installs the dependencies below another root folder",
    "PIP_USER": "installs the dependencies into the user's site-packages, which a virtual environment doesn't read",
    "PIP_PYTHON": "makes pip work on another interpreter than the environment's",
    "PIP_SRC": "checks editable requirements out to a folder that isn't part of the image",
    "PIP_REPORT": "takes the report away from which the build learns what was resolved",
    "PIP_DRY_RUN": "makes pip install nothing",
    "PIP_REQUIREMENT": "adds requirements that the application doesn't declare",
    "PIP_EDITABLE": "adds requirements that the application doesn't declare",
    "PIP_GROUP": "adds requirements that the application doesn't declare",
    "PIP_PLATFORM": "selects distributions for another platform; pip refuses it here",
    "PIP_ABI": "selects distributions for another interpreter; pip refuses it here",
    "PIP_IMPLEMENTATION": "selects distributions for another interpreter; pip refuses it here",
    "PIP_PYTHON_VERSION": "selects distributions for another interpreter; use BP_PYTHON_VERSION to choose Python",
    "PIP_HELP": "makes pip print its help instead of installing",
    "PIP_VERSION": "makes pip print its version instead of installing; use BP_PIP_VERSION to choose pip",
    "PYTHONHOME": "points Python at another standard library",
    "PYTHONUSERBASE": "moves the user's site-packages, where pip's own layer lies",
    "PYTHONEXECUTABLE": "makes Python believe it is another program",
    "PYTHONPLATLIBDIR": "moves the folder where Python looks for its extension modules",
    "PYTHONINSPECT": "makes Python wait for input after each step",
    "VIRTUAL_ENV": "names another virtual environment than the one that is built",
}

# Breaking only when on: "PIP_USER=0" is harmless, and pip and CPython read these as switches.
_SWITCHES: Final = frozenset({"PIP_USER", "PIP_DRY_RUN", "PIP_HELP", "PIP_VERSION", "PYTHONINSPECT"})

# Kept from our own steps though they may be right for the application: they change how Python starts.
_NOT_FOR_TOOLS: Final = frozenset({
    "PYTHONPATH", "PYTHONSTARTUP", "PYTHONNOUSERSITE", "PYTHONOPTIMIZE", "PYTHONPYCACHEPREFIX",
    "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "PYTHONSAFEPATH", "PYTHONVERBOSE", "PYTHONDEBUG",
    "PYTHONPROFILEIMPORTTIME", "PYTHONDEVMODE",
    "PYTHONTRACEMALLOC", "PYTHONMALLOC", "PYTHON_GIL", "PYTHONBREAKPOINT", "PYTHONCASEOK", "__PYVENV_LAUNCHER__",
})  # fmt: skip

# pip's settings that say how to reach an index; the internal installation of pip itself honours these and no others.
REACHING_AN_INDEX: Final = frozenset({
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_PROXY",
    "PIP_CERT", "PIP_CLIENT_CERT", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_RESUME_RETRIES",
    "PIP_KEYRING_PROVIDER", "PIP_CONFIG_FILE",
})  # fmt: skip

# The earliest time that a zip archive, and so a wheel built here, can carry: 1980-01-01T00:00:01Z.
SOURCE_DATE_EPOCH: Final = "315532801"

_SYSTEM_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class BreakingVariable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable of the user's that would break the build, with what it would do."""

    name: str
    effect: str


class BreakingVariables(msgspec.Struct, frozen=True, kw_only=True):
    """All the variables that would break the build, in the table's order."""

    found: tuple[BreakingVariable, ...]


def offenders(variables: Mapping[str, str]) -> BreakingVariables | None:
    """The user's variables that would break the build; ``None`` where there are none."""
    found = tuple(
        BreakingVariable(name=name, effect=effect)
        for name, effect in BREAKING.items()
        if variables.get(name) and not (name in _SWITCHES and variables[name].strip().lower() in FALSE_WORDS)
    )
    return BreakingVariables(found=found) if found else None


def tool_environment(
    variables: Mapping[str, str], *, path: tuple[str, ...], library_path: tuple[str, ...]
) -> dict[str, str]:
    """The environment of our own steps: the user's, without what changes how Python starts.

    ``path`` and ``library_path`` come before the user's; the system's folders come last, so that neither a missing nor
    a foreign ``PATH`` leaves a step without the shell and the compiler.
    """
    kept = {name: value for name, value in variables.items() if name not in _NOT_FOR_TOOLS and name not in BREAKING}
    kept["PATH"] = _joined(*path, variables.get("PATH", ""), _SYSTEM_PATH)
    libraries = _joined(*library_path, variables.get("LD_LIBRARY_PATH", ""))
    if libraries:
        kept["LD_LIBRARY_PATH"] = libraries
    return kept | {
        "LANG": variables.get("LANG") or "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": variables.get("SOURCE_DATE_EPOCH") or SOURCE_DATE_EPOCH,
    }


# OpenSSL, uv and PDM read the first; requests, and so pip and Poetry, the next two, whatever their version.
_CERTIFICATES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def trusted_files(settings: Mapping[str, str]) -> tuple[str, ...]:
    """The files of certificates that tools are told to trust; every tool trusts the first."""
    return tuple(dict.fromkeys(value for name in (*_CERTIFICATES, "PIP_CERT") if (value := settings.get(name))))


def trusting(settings: Mapping[str, str], *, joined: str = "", over: bool = False) -> dict[str, str]:
    """The variables by which every tool trusts the certificates that one of them was told to trust.

    What is set stays. pip's own setting speaks of indexes and no other hosts, so that git doesn't get it. ``joined`` is
    a file that holds beside these the ones in the folders of SSL_CERT_DIR, where those are others, and those that are
    bound: with these, it stands in for all files that are set (``over``).
    """
    everyone = joined or next(iter(trusted_files(settings)), "")
    if not everyone:
        return {}
    own = (*_CERTIFICATES, *(("PIP_CERT",) if settings.get("PIP_CERT") else ()))
    added = {name: everyone for name in (own if over else _CERTIFICATES) if over or not settings.get(name)}
    for_git = joined or any(settings.get(name) for name in _CERTIFICATES)
    return added | ({"GIT_SSL_CAINFO": everyone} if for_git and not settings.get("GIT_SSL_CAINFO") else {})


def without_questions(tools: Mapping[str, str], *, ssh: bool) -> dict[str, str]:
    """What keeps pip, and git under it, from asking somebody who isn't there; ``ssh`` if git may be told how to use it.

    Where pip is told that nobody answers, it replaces GIT_SSH_COMMAND, which replaces core.sshCommand.
    """
    if not ssh:
        return {"PIP_NO_INPUT": "1"}
    asker = {} if tools.get("SSH_ASKPASS") else {"SSH_ASKPASS": "/bin/false", "SSH_ASKPASS_REQUIRE": "force"}
    return {"GIT_TERMINAL_PROMPT": tools.get("GIT_TERMINAL_PROMPT") or "0", **asker}


def pip_environment(tools: Mapping[str, str], *, user_base: str, cache: str, ssh: bool = False) -> dict[str, str]:
    """The environment in which pip installs the application's dependencies: every setting of the user's works."""
    # A log of pip's own would hold what ours leaves out, and lie in the application's folder. With one, even with
    # /dev/null, pip doesn't print what a failing build says.
    kept = {name: value for name, value in tools.items() if name not in ("PIP_LOG", "PIP_NO_INPUT")}
    return kept | {
        **without_questions(tools, ssh=ssh),
        "PIP_CACHE_DIR": cache,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONUSERBASE": user_base,
    }


def pip_bootstrap_environment(tools: Mapping[str, str], *, user_base: str, cache: str) -> dict[str, str]:
    """The environment in which pip itself is installed: only settings that say how to reach an index are kept."""
    kept = {name: value for name, value in tools.items() if not name.startswith("PIP_") or name in REACHING_AN_INDEX}
    # The only feature that helps to reach an index; an older pip may not know the user's others.
    if "truststore" in tools.get("PIP_USE_FEATURE", "").split():
        kept["PIP_USE_FEATURE"] = "truststore"
    return pip_environment(kept, user_base=user_base, cache=cache)


def application_environment(variables: Mapping[str, str], *, venv: str, python: str) -> dict[str, str]:
    """The environment in which the application's own code runs during a build: all of the user's, and the layers'.

    ``venv`` and ``python`` are the roots of these layers. What the layers give by default, the user may set otherwise.
    """
    defaults = {
        "LANG": "C.UTF-8",
        # Written beside the application's code it would be part of the image, and differ from build to build.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUNBUFFERED": "1",
        "SOURCE_DATE_EPOCH": SOURCE_DATE_EPOCH,
    }
    return (
        defaults
        | {name: value for name, value in variables.items() if value or name not in defaults}
        | {
            "LD_LIBRARY_PATH": _joined(f"{python}/lib", variables.get("LD_LIBRARY_PATH", "")),
            "PATH": _joined(f"{venv}/bin", f"{python}/bin", variables.get("PATH", ""), _SYSTEM_PATH),
            "VIRTUAL_ENV": venv,
        }
    )


def _joined(*paths: str) -> str:
    parts = [part for path in paths for part in path.split(":") if part]
    return ":".join(dict.fromkeys(parts))
