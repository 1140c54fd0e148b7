"""What each scene has to be recognised as, by tool, and where its output is kept."""

import os
from typing import Final

from pure.complaints.reasons import Recognised
from pure.complaints.recognition import recognise
from pure.disk import DiskFull, complaint_of_no_room
from pure.manager.lock_command import made
from pure.manager.table import MANAGERS
from pure.manager.terms import InstalledFrom

from pure.complaints import reasons as r
from tests.places import ROOT
from tests.recognition.stage import Said

FOLDER: Final = ROOT / "tests/tool_output"
Kind = type[Recognised | DiskFull]

PIP: Final[dict[str, Kind]] = {
    "version_unknown": r.NoSuchVersion,
    "metadata_invalid": r.InvalidMetadata,
    "name_unknown": r.NameUnknown,
    "name_of_the_standard_library": r.NameUnknown,
    "name_of_a_module": r.NameUnknown,
    "other_python_on_the_index": r.OtherPython,
    "other_python_in_the_metadata": r.OtherPython,
    "wheel_of_another_platform_on_the_index": r.OtherPlatform,
    "wheel_of_another_platform": r.OtherPlatform,
    "conflict": r.Conflict,
    "conflict_of_two_lines": r.Conflict,
    "hash_mismatch": r.HashMismatch,
    "hash_missing": r.HashMissing,
    "hash_of_a_dependency_missing": r.HashMissing,
    "index_closed": r.IndexUnreachable,
    "index_unresolved": r.IndexUnreachable,
    "index_slow": r.IndexUnreachable,
    "index_retried": r.IndexUnreachable,
    "index_unauthorised": r.IndexRefused,
    "index_unauthorised_name_elsewhere": r.IndexRefused,
    "index_unauthorised_and_nobody_answers": r.IndexRefused,
    "repository_by_a_command_for_ssh_that_fails": r.RepositoryRefused,
    "index_wrong_password": r.IndexRefused,
    "index_forbidden": r.IndexRefused,
    "index_broken": r.IndexUnreachable,
    "file_forbidden": r.IndexRefused,
    "file_broken": r.IndexUnreachable,
    "proxy_closed": r.IndexUnreachable,
    "certificate_untrusted": r.CertificateUntrusted,
    "certificates_missing": r.CertificatesMissing,
    "git_missing": r.GitMissing,
    "repository_private": r.RepositoryRefused,
    "repository_wrong_token": r.RepositoryRefused,
    "repository_forbidden": r.RepositoryRefused,
    "repository_unknown": r.RepositoryNotFound,
    "repository_by_ssh_unreachable": r.RepositoryUnreachable,
    "repository_by_https_unreachable": r.RepositoryUnreachable,
    "repository_with_untrusted_certificate": r.CertificateUntrusted,
    "repository_without_that_revision": r.RepositoryNotFound,
    "killed": r.OutOfMemory,
    "build_killed": r.OutOfMemory,
    "compiler_killed": r.OutOfMemory,
    "memory": r.OutOfMemory,
    "disk_full": DiskFull,
    "conda_list": r.NotARequirement,
    "local_file_of_conda": r.LocalFileMissing,
    "local_file_of_somebody": r.LocalFileMissing,
    "local_folder": r.LocalFileMissing,
    "not_a_requirement": r.NotARequirement,
    "compiler_missing": r.Needed,
    "header_missing": r.Needed,
    "header_of_python_missing": r.Needed,
    "header_nobody_knows": r.Needed,
    "code_for_another_python": r.BuildFailed,
    "library_missing": r.Needed,
    "build_imports": r.BuildFailed,
    "python_two": r.BuildFailed,
}

# Projects whose version comes from git.
IN_GIT: Final[dict[str, str]] = {
    "setuptools_scm": "SETUPTOOLS_SCM_PRETEND_VERSION",
    "hatch_vcs": "SETUPTOOLS_SCM_PRETEND_VERSION",
    "pdm_backend": "PDM_BUILD_SCM_VERSION",
    "pbr": "PBR_VERSION",
    "uv_dynamic_versioning": "UV_DYNAMIC_VERSIONING_BYPASS",
    "poetry_dynamic_versioning": "POETRY_DYNAMIC_VERSIONING_BYPASS",
}
APPLICATIONS: Final[dict[str, InstalledFrom]] = {
    manager.name: InstalledFrom(
        manager=manager.name,
        files=(manager.lock,),
        maker=manager.tool.title if manager.synchronises else "",
        command=made(manager, manager.lock, b'created-by = "uv"\n').command,
    )
    for manager in MANAGERS.values()
}

# ``None`` where the tool doesn't fail there, or doesn't say why.
_ALIKE: Final[dict[str, Kind | None]] = {
    "conflict": None,
    "hash_mismatch": r.HashMismatch,
    "index_closed": r.IndexUnreachable,
    "index_unauthorised": r.IndexRefused,
    "index_forbidden": r.IndexRefused,
    "index_broken": r.IndexUnreachable,
    "distribution_gone": r.LockedButGone,
    "certificate_untrusted": r.CertificateUntrusted,
    "wheel_of_another_platform": r.OtherPlatform,
    "compiler_missing": r.Needed,
    "code_for_another_python": r.BuildFailed,
    "build_killed": r.OutOfMemory,
    "repository_private": r.RepositoryRefused,
    "disk_full": DiskFull,
    "lock_stale": r.LockStale,
    "lock_stale_checked": r.LockStale,
    "lock_newer": r.LockNewer,
    "lock_missing": r.LockMissing,
    # Only requirements files may have some and others not.
    "hash_missing": None,
    "hash_of_a_dependency_missing": None,
    # Poetry alone has such.
    "plugins_missing": None,
    "lock_unreadable": r.LockNotParsed,
    "other_python": r.LockForOtherPython,
    "other_python_checked": r.LockForOtherPython,
}
TOOLS: Final[dict[str, dict[str, Kind | None]]] = {
    "uv": {**_ALIKE, "conflict": r.Conflict},
    "poetry": {
        **_ALIKE,
        "conflict": r.LockStale,
        "plugins_missing": r.PluginsMissing,
        # Poetry says the same as of a closed port.
        "certificate_untrusted": r.IndexUnreachable,
        "lock_missing": None,
        "other_python_checked": r.LockStale,
    },
    "pipenv": {
        **_ALIKE,
        "lock_stale": None,
        # Its format hasn't changed for years.
        "lock_newer": None,
        "lock_unreadable": None,
        "other_python": None,
        # As for pip, whose words these are.
        "distribution_gone": r.NameUnknown,
    },
    "pylock": {
        **_ALIKE,
        # Newer ones are refused before uv starts.
        "lock_newer": None,
        # Nothing is declared beside it that it could contradict, and without it nothing chooses it.
        **dict.fromkeys(("lock_stale", "lock_stale_checked", "other_python_checked", "lock_missing")),
    },
    "uv-pip": {
        **_ALIKE,
        "hash_missing": r.HashMissing,
        "hash_of_a_dependency_missing": r.HashMissing,
        # What isn't on the index can't be told from what nobody ever put there.
        "distribution_gone": r.NameUnknown,
        "wheel_of_another_platform": r.Conflict,
        # A repository has no hash.
        "repository_private": r.HashMissing,
        # They declare nothing that they could contradict.
        **dict.fromkeys(
            (
                "lock_stale",
                "lock_stale_checked",
                "lock_newer",
                "lock_missing",
                "lock_unreadable",
                "other_python",
                "other_python_checked",
            )
        ),
    },
    "pdm": {
        **_ALIKE,
        "lock_stale": None,
        "other_python_checked": r.LockStale,
        "build_killed": None,
        # Of a compiler's words PDM shows the last lines.
        "code_for_another_python": None,
        # PDM has one sentence for all of these.
        **dict.fromkeys(
            ("hash_mismatch", "index_unauthorised", "index_forbidden", "index_broken", "wheel_of_another_platform"),
            r.LockedButGone,
        ),
    },
}


def read(tool: str, scene: str) -> Said:
    """The output that is kept of a scene."""
    status, *lines = (FOLDER / tool / f"{scene}.txt").read_text(encoding="utf-8").splitlines()
    return Said(lines=tuple(lines), returncode=int(status.removeprefix("exit status ")))


def keep(tool: str, scene: str, text: str) -> None:
    """Keep the output of a scene where goldens are being written anew."""
    if os.environ.get("LAMINA_UPDATE_GOLDENS") == "1":
        path = FOLDER / tool / f"{scene}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def recognised(manager: str, said: Said) -> Recognised | DiskFull | None:
    """What is made of an output of a manager's tool: by the table, but for a full disk, which ends any step alike."""
    if full := complaint_of_no_room(said.lines):
        return DiskFull(task="install", path="/layers", detail=full)
    return recognise(MANAGERS[manager].tool.name, said.lines, returncode=said.returncode)
