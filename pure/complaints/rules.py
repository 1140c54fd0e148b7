"""Holds what is known of installers' words: the one table of rules.

Each rule is a pattern, the tools whose words it is about, and what to make of the match. The first rule that finds
something decides, so the sure signs stand before what may merely follow from something else: a distribution that
"doesn't exist" can be an index that couldn't be reached. Every pattern was taken from real output
(``tests/tool_output``), but for the few that ``tests/recognition/test_kept_output.py`` lists.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from pure.complaints.parts import (
    CONFLICTS,
    NAME,
    URL,
    Found,
    built,
    conflict,
    hash_missing,
    ignored_versions,
    killed,
    name_unknown,
    not_a_requirement,
    other_python,
    refused,
    repository_not_found,
    repository_refused,
    repository_unreachable,
    unreachable,
    unsolved,
    untrusted,
    version_or_name,
)
from pure.complaints.project_files import PLUGINS, PROJECT_FILES, plugins_missing
from pure.complaints.reasons import (
    BuildFailed,
    CertificatesMissing,
    GitMissing,
    HashMismatch,
    HashMissing,
    LocalFileMissing,
    LockedButGone,
    LockMissing,
    LockNewer,
    LockNotParsed,
    LockStale,
    Needed,
    OtherPlatform,
    OtherPython,
    Recognised,
    VersionInGit,
)
from pure.complaints.system_needs import NEEDS, Need

# Pipenv starts pip and shows what it says.
PIP: Final = ("pip", "pipenv")
UV: Final = ("uv",)
POETRY: Final = ("poetry",)
PIPENV: Final = ("pipenv",)
PDM: Final = ("pdm",)
ANY: Final = ("pip", "uv", "poetry", "pipenv", "pdm")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a sentence of some tools means. ``make`` gets the match and the whole text; its ``None`` passes on."""

    tools: tuple[str, ...]
    pattern: str
    make: Callable[[Found, str], Recognised | None]


def _needed(need: Need) -> Callable[[Found, str], Recognised]:
    def make(match: Found, text: str) -> Recognised:
        missing = need.what or match["missing"]
        return Needed(distribution=built(text), missing=missing, packages=need.packages, known=bool(need.what))

    return make


def _version_in_git(variable: str) -> Callable[[Found, str], Recognised]:
    return lambda _, __: VersionInGit(variable=variable)


RULES: Final[tuple[Rule, ...]] = (
    # The machine
    Rule(
        tools=ANY,
        pattern=r"Killed signal terminated program|exit code: (?:-9|137)\b|signal: 9\b|died with <Signals\.SIGKILL"
        r"|virtual memory exhausted|out of memory allocating|Cannot allocate memory|\bMemoryError\b"
        r"|returned non-zero exit status (?:-9|137)\b|memory allocation of [0-9]+ bytes failed",
        make=killed,
    ),
    # Repositories, before the programs that builds lack: git is none of those
    Rule(
        tools=ANY,
        pattern=r"Cannot find command 'git'|No such file or directory: 'git'|Git executable not found"
        r"|Command 'git' not found",
        make=lambda _, __: GitMissing(),
    ),
    Rule(
        tools=ANY,
        pattern=r"could not read (?:Username|Password) for '(?P<place>[^']{1,500})'"
        r"|Authentication failed for '[^']{1,500}'"
        r"|Permission denied \([^)]{0,200}?publickey[^)]{0,200}\)|Host key verification failed"
        r"|unable to access '[^']{1,500}': The requested URL returned error: 40[13]",
        make=repository_refused,
    ),
    Rule(
        tools=POETRY,
        pattern=r"Failed to clone (?P<place>[^ ]+), check your git configuration and permissions",
        make=repository_refused,
    ),
    Rule(
        tools=ANY,
        pattern=r"fatal: repository '(?P<place>[^']{1,500})' not found|ERROR: Repository not found",
        make=repository_not_found,
    ),
    Rule(
        tools=PIP,
        pattern=r"Running command git checkout -q (?P<revision>[^ ]+) error: pathspec",
        make=repository_not_found,
    ),
    Rule(
        tools=ANY,
        pattern=r"unable to access '[^']{1,500}': (?:server certificate verification failed|SSL certificate problem)",
        make=untrusted,
    ),
    Rule(
        tools=ANY,
        pattern=r"unable to access '(?P<place>[^']{1,500})': (?:Failed to connect|Could not resolve|Couldn't connect)"
        r"|ssh: (?:connect to host|Could not resolve hostname)",
        make=repository_unreachable,
    ),
    Rule(tools=ANY, pattern=r"fatal: Could not read from remote repository", make=repository_refused),
    # What a build from source lacks
    *(Rule(tools=ANY, pattern=need.pattern, make=_needed(need)) for need in NEEDS),
    *(Rule(tools=ANY, pattern=pattern, make=make) for pattern, make in PROJECT_FILES),
    Rule(
        tools=ANY,
        pattern=r"ModuleNotFoundError: No module named '(?P<module>distutils|imp|pkg_resources|setuptools|numpy|Cython"
        r"|wheel|six|torch|packaging|lib2to3)(?:\.[^']{0,200})?'",
        make=lambda match, text: BuildFailed(
            distribution=built(text), because=f"its build program imports {match['module']}, which isn't there"
        ),
    ),
    Rule(
        tools=ANY,
        pattern=r"SyntaxError: Missing parentheses in call to 'print'|use_2to3 is invalid",
        make=lambda _, text: BuildFailed(distribution=built(text), because="it was written for Python 2"),
    ),
    Rule(
        tools=ANY,
        pattern=r"configured Python interpreter version \([^)]{0,200}\) is newer than PyO3's maximum supported version"
        r" \((?P<newest>[0-9.]+)\)",
        make=lambda match, text: BuildFailed(
            distribution=built(text), because=f"its code in Rust knows Python up to {match['newest']}"
        ),
    ),
    Rule(
        tools=ANY,
        # What C code and Cython's of older releases use of Python, and newer Pythons have changed or don't have.
        pattern=r"\.(?:c|cc|cpp|cxx|h|hpp):\d+:\d+: error: (?P<said>[^:]{0,60}?\b_?Py[A-Z][^:]{0,60}?)(?= \d+ \||$)",
        make=lambda match, text: BuildFailed(
            distribution=built(text), because=f"its code in C isn't made for this Python ({match['said'][:100]})"
        ),
    ),
    *(
        Rule(tools=ANY, pattern=pattern, make=_version_in_git(variable))
        for pattern, variable in (
            (r"(?:setuptools-scm|vcs-versioning) was unable to detect version", "SETUPTOOLS_SCM_PRETEND_VERSION"),
            (r"Cannot find the version from SCM or SCM isn't detected", "PDM_BUILD_SCM_VERSION"),
            (r"Versioning for this project requires either an sdist tarball, or access to", "PBR_VERSION"),
            (r"`uv-dynamic-versioning`: Unable to detect version control system", "UV_DYNAMIC_VERSIONING_BYPASS"),
            (r"Unable to detect version control system", "POETRY_DYNAMIC_VERSIONING_BYPASS"),
        )
    ),
    # Hashes
    Rule(
        tools=PIP,
        pattern=rf"DO NOT MATCH THE HASHES.{{0,400}}?someone may have tampered with them\. (?P<name>{NAME})",
        make=lambda match, _: HashMismatch(name=match["name"]),
    ),
    Rule(
        tools=PIP,
        pattern=r"In --require-hashes mode, all requirements must have their versions pinned with ==\."
        rf" These do not: (?P<name>{NAME})",
        make=lambda match, _: HashMissing(name=match["name"]),
    ),
    Rule(tools=PIP, pattern=r"Hashes are required in --require-hashes mode, but they are missing", make=hash_missing),
    Rule(tools=UV, pattern=rf"Hash mismatch for `(?P<name>{NAME})", make=lambda m, _: HashMismatch(name=m["name"])),
    Rule(
        tools=UV,
        pattern=rf"(?:no trusted hash was provided for: `|In `--require-hashes` mode, [^:]{{1,100}}: )(?P<name>{NAME})",
        make=lambda match, _: HashMissing(name=match["name"]),
    ),
    Rule(
        tools=POETRY,
        pattern=rf"distributions for (?P<name>{NAME}) \([^)]{{0,200}}\) did not match any known checksums",
        make=lambda match, _: HashMismatch(name=match["name"]),
    ),
    # Requirements that contradict each other
    *(Rule(tools=PIP, pattern=pattern, make=conflict) for pattern in CONFLICTS),
    # The requirements file
    Rule(
        tools=PIP,
        pattern=r"Invalid requirement: (?P<quote>['\"])(?P<text>.{0,1000}?)(?P=quote)(?=[: ])",
        make=not_a_requirement,
    ),
    Rule(
        tools=PIP,
        pattern=r"due to an OSError: \[Errno 2\] No such file or directory: '(?P<path>[^']{1,1000})'",
        make=lambda match, _: LocalFileMissing(path=match["path"]),
    ),
    Rule(
        tools=PIP,
        pattern=r"ERROR: (?P<path>[^ ]+) is not a valid editable requirement\. It should either be a path",
        make=lambda match, _: LocalFileMissing(path=match["path"]),
    ),
    # Locks
    Rule(
        tools=("uv", "poetry", "pdm"),
        pattern=r"lockfile at .{1,200}? uses an unsupported schema version|The lock file is not compatible with the"
        r" current version of Poetry|Lockfile is not compatible with PDM\Z",
        make=lambda _, __: LockNewer(),
    ),
    Rule(
        tools=UV,
        pattern=r"lockfile at .{1,200}? needs to be updated",
        make=lambda _, __: LockStale(),
    ),
    Rule(
        tools=POETRY,
        pattern=r"changed significantly since poetry\.lock was last generated",
        make=lambda _, __: LockStale(),
    ),
    Rule(
        tools=PIPENV, pattern=r"Pipfile\.lock (?:\([^)]{0,200}\) )?is out[- ]of[- ]date", make=lambda _, __: LockStale()
    ),
    Rule(
        tools=UV,
        pattern=r"Unable to find lockfile at `uv\.lock`",
        make=lambda _, __: LockMissing(),
    ),
    Rule(tools=PIPENV, pattern=r"Pipfile\.lock not found", make=lambda _, __: LockMissing()),
    Rule(tools=PDM, pattern=r"Lockfile does not exist", make=lambda _, __: LockMissing()),
    Rule(
        tools=UV,
        pattern=r"Failed to parse `uv\.lock`(?: cause: (?P<detail>TOML parse error at line \d+))?",
        make=lambda match, _: LockNotParsed(detail=match["detail"] or ""),
    ),
    Rule(
        tools=UV,
        pattern=r"Not a valid `pylock\.toml` file: [^ ]+(?: cause: (?P<detail>TOML parse error at line \d+))?",
        make=lambda match, _: LockNotParsed(detail=match["detail"] or ""),
    ),
    Rule(
        tools=("poetry", "pdm"),
        pattern=r"(?P<detail>Invalid statement \(at line \d+, column \d+\))",
        make=lambda match, _: LockNotParsed(detail=match["detail"]),
    ),
    Rule(
        tools=UV,
        pattern=r"resolved to Python (?P<python>[0-9.a-z+]+), which is incompatible with the"
        r" (?:project|`pylock\.toml`)'s Python requirement: `(?P<requires>[^`]{1,200})`",
        make=other_python,
    ),
    Rule(
        tools=POETRY,
        pattern=r"Current Python version \((?P<python>[^)]{1,100})\) is not allowed by"
        r" the project \((?P<requires>[^)]{1,200})\)",
        make=other_python,
    ),
    Rule(
        tools=PIPENV,
        pattern=r"Your Pipfile requires \W?python(?:_full)?_version\W? (?P<requires>[0-9.]+),? but you are using"
        r" (?P<python>[0-9.a-z+]+)",
        make=other_python,
    ),
    Rule(tools=PDM, pattern=r"Project requires a python version of (?P<requires>[^ ]+)", make=other_python),
    Rule(
        tools=PDM,
        # A warning, which is the reason only where nothing is said after it.
        pattern=r"Lock ?file (?:doesn't satisfy the project requirements|hash doesn't match|is out of date)"
        r"[\w ,./-]{0,80}\Z",
        make=lambda _, __: LockStale(),
    ),
    # The way to the index
    Rule(
        tools=ANY,
        pattern=r"TLS CA certificate bundle, invalid path: (?P<path>[^ ]+)",
        make=lambda match, _: CertificatesMissing(path=match["path"].rstrip(".,")),
    ),
    Rule(
        tools=ANY,
        pattern=r"(?:Could not fetch URL [^ ]+ |host=['\"](?P<host>[A-Za-z0-9.-]+)['\"].{0,400}?)?"
        r"(?:There was a problem confirming the ssl certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed)",
        make=untrusted,
    ),
    Rule(tools=UV, pattern=rf"for url \({URL}\).{{0,200}}?invalid peer certificate", make=untrusted),
    # Where it may ask, and nobody answers.
    Rule(
        tools=PIP,
        pattern=r"User for (?P<host>[A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?: (?=ERROR: Exception|Traceback)",
        make=refused,
    ),
    Rule(tools=PIP, pattern=r"(?P<status>401) Error, Credentials not correct for [^ ]+", make=refused),
    Rule(tools=PIP, pattern=rf"(?P<status>40[137]) Client Error: [^:]{{0,200}} for url: {URL}", make=refused),
    Rule(tools=PIP, pattern=rf"HTTP error (?P<status>40[137]) while getting {URL}", make=refused),
    Rule(tools=UV, pattern=rf"\((?P<status>40[137]) [^)]{{0,200}}\) for url \({URL}\)", make=refused),
    Rule(tools=UV, pattern=rf"An index(?: URL)? \({URL}\) .{{0,100}}?(?P<status>40[13]) (?:Una|For)", make=refused),
    Rule(tools=POETRY, pattern=r"Authorization error accessing [^ ]+", make=refused),
    Rule(tools=ANY, pattern=rf"(?P<status>5\d\d) Server Error: [^:]{{0,200}} for url: {URL}", make=unreachable),
    Rule(tools=PIP, pattern=rf"HTTP error (?P<status>5\d\d) while getting {URL}", make=unreachable),
    Rule(tools=UV, pattern=rf"\((?P<status>5\d\d) [^)]{{0,200}}\) for url \({URL}\)", make=unreachable),
    Rule(
        tools=PIP,
        pattern=r"host='(?P<host>[^']{1,300})'.{0,100}?too many (?P<status>5\d\d) error responses",
        make=unreachable,
    ),
    Rule(
        tools=PIP,
        pattern=r"Could not fetch URL [^ ]+ (?:connection error: .{0,60}?host='(?P<host>[^']{1,300})'"
        r"|connection error|proxy connection error|[^ ]+ didn't respond within)",
        make=unreachable,
    ),
    Rule(
        tools=PIP,
        pattern=r"after connection broken by .{0,20}?(?:NewConnectionError|ConnectTimeoutError|ReadTimeoutError"
        r"|ProxyError|NameResolutionError|ProtocolError|RemoteDisconnected|ConnectionResetError)"
        r"(?:.{0,20}?host='(?P<host>[^']{1,300})')?|Max retries exceeded with url|Read timed out",
        make=unreachable,
    ),
    Rule(tools=UV, pattern=rf"error sending request for url \({URL}\)", make=unreachable),
    Rule(
        tools=POETRY,
        pattern=r"All attempts to connect to (?P<host>[A-Za-z0-9.-]+)(?::\d+)? failed",
        make=unreachable,
    ),
    Rule(tools=PDM, pattern=r"(?:httpx2?|httpcore2?)\.(?:Connect|Read|Proxy)(?:Error|Timeout)", make=unreachable),
    # What isn't on the index, or not for this Python and platform
    Rule(
        tools=PIP,
        pattern=rf"Package '(?P<name>{NAME})' requires a different Python: (?P<python>[0-9.a-z+]+) not in"
        r" '(?P<requires>[^']{1,200})'",
        make=lambda match, _: OtherPython(name=match["name"], requires=(match["requires"],), python=match["python"]),
    ),
    Rule(
        tools=PIP,
        pattern=r"ERROR: (?P<file>[^ ]+\.whl) is not a supported wheel on this platform",
        make=lambda match, _: OtherPlatform(name=match["file"].rpartition("/")[2].partition("-")[0]),
    ),
    Rule(
        tools=PIP,
        pattern=r"Ignored the following versions that require a different python version:"
        r" (?P<list>(?:(?! ERROR: |Ignored the following).)*+) ERROR: Could not find a version",
        make=ignored_versions,
    ),
    Rule(
        tools=PIP,
        pattern=r"Could not find a version that satisfies the requirement (?P<requirement>[^()]{1,200}?)"
        r"(?: \(from (?!versions).{1,300}?)? \(from versions: (?P<versions>[^()]*)\)",
        make=version_or_name,
    ),
    Rule(
        tools=PIP,
        pattern=r"No matching distribution found for (?P<requirement>[^ ]+)",
        make=lambda match, text: name_unknown(match["requirement"], text),
    ),
    Rule(
        tools=UV,
        pattern=rf"(?:Distribution|Package) `(?P<name>{NAME})[^`]{{0,200}}` can't be installed because"
        r" it doesn't have a source",
        make=lambda match, _: OtherPlatform(name=match["name"]),
    ),
    Rule(
        tools=POETRY,
        pattern=rf"Unable to find installation candidates for (?P<name>{NAME}) .{{0,300}}?wheel\(s\) were skipped",
        make=lambda match, _: OtherPlatform(name=match["name"]),
    ),
    Rule(
        tools=("poetry", "pdm"),
        pattern=rf"(?:Unable to find installation candidates for |No candidate is found for `)(?P<name>{NAME})",
        make=lambda match, _: LockedButGone(name=match["name"]),
    ),
    Rule(
        tools=UV,
        pattern=rf"Failed to download `(?P<name>{NAME}).{{0,400}}?\(404 Not Found\)",
        make=lambda match, _: LockedButGone(name=match["name"]),
    ),
    Rule(
        tools=UV,
        pattern=r"No solution found when resolving.{0,200}?Because (?P<parties>.*?)(?:, we can conclude| hint:|$)",
        make=unsolved,
    ),
    # Of whatever else it fails that isn't told above.
    Rule(tools=POETRY, pattern=PLUGINS, make=plugins_missing),
)
