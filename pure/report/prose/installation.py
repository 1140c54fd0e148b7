"""Says in words why a tool, an environment or the dependencies could not be installed."""

from typing import assert_never

from pure.build.errors import (
    DoesNotImport,
    InstallationError,
    NoEnvironment,
    NoPipWheel,
    NotAsResolved,
    PipFailed,
    PipNotInstalled,
    RuntimeDoesNotStart,
)
from pure.message import BUG, Message
from pure.report.prose.findings import describe_contradictions
from pure.report.prose.imports import describe_import
from pure.report.prose.recognised import describe_installer
from pure.venv.lacks import DependenciesContradict


def describe_installation(error: InstallationError) -> Message:
    """The message for an installation that failed."""
    match error:
        case DependenciesContradict():
            return describe_contradictions(error)
        case DoesNotImport():
            return describe_import(error)
        case PipFailed(source=source, returncode=returncode, signal=signal, version=version, recognised=recognised):
            return describe_installer(source, version, recognised, returncode=returncode, signal=signal)
        case PipNotInstalled(version=version, hashed=hashed, output=output, title=title, variable=variable):
            return Message(
                happened=f"{title} {version} itself could not be installed",
                found=output,
                means=(f"{title} is fetched from the package index, like your dependencies.",),
                do=(
                    "Check that the build reaches the index: PIP_INDEX_URL, HTTPS_PROXY, PIP_CERT or SSL_CERT_FILE.",
                    *(() if hashed else (f"Check that {title} {version} exists; ${variable} asks for it.",)),
                ),
            )
        case NoPipWheel(python=python):
            return Message(
                happened="There is no pip wheel to start from",
                means=(f"Neither the runtime {python}, nor the restored pip layer, nor the buildpack holds one.",),
                do=("Build once with an empty cache: pack build --clear-cache, or lamina build --clear-cache.",),
            )
        case NotAsResolved(mismatches=mismatches):
            return Message(
                happened="What pip installed is not what it said it would install",
                found=tuple(
                    f"{each.name}: {each.installed or 'not installed'} instead of {each.wanted or 'nothing'}"
                    for each in mismatches[:5]
                ),
                means=("The package index may have changed while the build ran.",),
                do=("Build again. If it happens again, report it as a bug in Lamina with the build log.",),
            )
        case NoEnvironment(returncode=returncode, output=output):
            return Message(
                happened=f"The virtual environment could not be created (status {returncode})", found=output, do=BUG
            )
        case RuntimeDoesNotStart(version=version, target=target, output=output):
            return Message(
                happened=f"Python {version} was installed and does not start on {target}",
                found=output,
                means=("The archive may have been made for another system, or for a newer C library than this one.",),
                do=("Choose another version by BP_PYTHON_VERSION, or correct the catalogue entry's target.",),
            )
        case _:
            assert_never(error)
