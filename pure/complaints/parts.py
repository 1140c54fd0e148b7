"""Makes reasons of the parts of a tool's sentence: names, hosts, versions, places.

Each function gets a rule's match and the whole text that it was found in.
"""

import re
from collections.abc import Collection
from typing import Final, TypeAlias

import msgspec

from pure.complaints.reasons import (
    CertificateUntrusted,
    Conflict,
    HashMissing,
    IndexRefused,
    IndexUnreachable,
    InvalidMetadata,
    LockForOtherPython,
    NameUnknown,
    NoSuchVersion,
    NotARequirement,
    OtherPlatform,
    OtherPython,
    OutOfMemory,
    Recognised,
    RepositoryNotFound,
    RepositoryRefused,
    RepositoryUnreachable,
)
from pure.complaints.system_needs import CLOSE_NAMES, IMPORT_NAMES
from pure.names import normalise_name
from pure.python.standard_library import is_standard
from pure.redaction import HIDDEN

Found: TypeAlias = re.Match[str]

# All patterns that meet a tool's output take a time that grows with it: what has begun once isn't taken back ("*+"),
# and where another beginning may stand, a repetition is bounded.
NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._-]*+"
URL: Final = r"[A-Za-z][A-Za-z0-9+.-]*+://[^ '\"`)>,]++"

# A host counts only where its end is in sight: a URL that a tool broke in two may have a part of a password before it.
_HOST: Final = re.compile(
    r"://(?:[^/ @'\"]*@)?(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])"
    r"(?::[0-9]{1,5})?(?=[/'\"])"
)
_PLACE: Final = re.compile(
    r"(?:Cloning|Updating|Failed to clone|git clone(?: -[^ ]+)*|git fetch(?: -[^ ]+)*)"
    r" '?(?P<place>[^ ']+(?:://|@)[^ ']+)"
)
# Places that nothing of a password can be in, even if a tool broke the line in the middle of one.
_WHOLE_PLACE: Final = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://(?:git@|[*]{4}@)?[A-Za-z0-9.-]*(?::[0-9]{1,5})?/|git@[A-Za-z0-9.-]+:)[^ @]*$"
)
_WHOLE_HOST: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
# Who names the distribution that is being built, the clearest sentence first.
_BUILT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # Of what has no name yet, pip says the URL.
        rf"Failed to build '(?P<name>{NAME})(?!://)(?=[^A-Za-z0-9._-])",
        rf"Failed building (?:wheel|editable) for (?P<name>{NAME})",
        rf"Building (?:wheel|editable) for (?P<name>{NAME}) \([^)]{{0,200}}\) did not run successfully",
        rf"Failed to (?:download and )?build `(?P<name>{NAME})",
        rf"one of the following issues with (?P<name>{NAME}) \(",
        rf"\badd (?P<name>{NAME}) failed:",
        rf"Could not build wheels for (?P<name>{NAME})",
    )
)
_COLLECTED: Final = re.compile(rf"\b(?:Collecting (?P<name>{NAME})|Processing [./][^ ]*)")
_PARTY: Final = re.compile(r" (?=The user requested |[A-Za-z0-9._\[\],-]{1,200} [^ ]{1,200} depends on )")
_SHOWN_PARTIES: Final = 8


def built(text: str) -> str:
    """The name of the distribution whose build failed; empty where nothing says it."""
    for pattern in _BUILT:
        found = pattern.search(text)
        if found:
            return normalise_name(found["name"].rstrip("._-"))
    # The last is what it failed of; a folder has no name before it is built.
    collected: list[str] = _COLLECTED.findall(text)
    return normalise_name(collected[-1].rstrip("._-")) if collected else ""


def name_of(requirement: str) -> str:
    """The name in a requirement."""
    found = re.match(NAME, requirement)
    return found[0].rstrip("._-") if found else requirement


def version_or_name(match: Found, text: str) -> Recognised:
    """What pip's "from versions" tells."""
    requirement = match["requirement"].strip()
    if match["versions"] != "none":
        known = tuple(each for each in match["versions"].split(", ") if each)
        refused = [each for each in _REFUSED.finditer(text) if _same(each["name"], name_of(requirement))]
        below = _TOO_NEW.search(text)
        if refused and below:
            return _invalid(refused[-1], below["below"], known, {each["version"] for each in refused})
        return NoSuchVersion(requirement=requirement, known=known)
    if "Skipping link: none of the wheel's tags" in text:
        return OtherPlatform(name=name_of(requirement))
    return name_unknown(requirement, text)


# pip 24.1 and newer, of what they don't read.
_REFUSED: Final = re.compile(rf"Ignoring version (?P<version>[^ ]+) of (?P<name>{NAME}) since it has invalid metadata:")
_TOO_NEW: Final = re.compile(r"Please use pip<(?P<below>[0-9][0-9.]*)")


def _same(one: str, other: str) -> bool:
    return normalise_name(one) == normalise_name(other)


def _invalid(refused: Found, below: str, known: tuple[str, ...], all_refused: Collection[str]) -> InvalidMetadata:
    """The version that was refused, and the newest of its series that wasn't."""
    version = refused["version"]
    # They stand in their order.
    newer = known[known.index(version) + 1 :] if version in known else known
    good = [each for each in newer if each.split(".")[:2] == version.split(".")[:2] and each not in all_refused]
    better = good[-1] if good else ""
    return InvalidMetadata(name=refused["name"], version=refused["version"], below=below.rstrip("."), better=better)


def name_unknown(requirement: str, text: str) -> NameUnknown:
    """A name that no distribution has; what pip prints says less than its log, where the index's answer stands."""
    return NameUnknown(name=name_of(requirement), certain="404 Client Error" in text)


def explained(unknown: NameUnknown, minor: str) -> NameUnknown:
    """What may be meant by a name that no distribution has; ``minor`` is the application's Python, if it is known."""
    plain = normalise_name(unknown.name)
    known = IMPORT_NAMES.get(plain, "")
    if known:
        return msgspec.structs.replace(unknown, distribution=known)
    if is_standard(plain.replace("-", "_"), minor):
        return msgspec.structs.replace(unknown, standard=True)
    if len(plain) >= 60:
        return unknown
    from difflib import get_close_matches

    close = get_close_matches(plain, CLOSE_NAMES, n=1, cutoff=0.8)
    return msgspec.structs.replace(unknown, similar=close[0]) if close and close[0] != plain else unknown


def ignored_versions(match: Found, text: str) -> Recognised | None:
    """pip lists what it ignored, whatever it fails of: that is the reason only where it found nothing else."""
    requirement = re.search(
        r"satisfies the requirement ([^ ]+)[^()]{0,200}(?:\(from (?!versions)[^:]{0,300})?\(from versions:",
        text[match.end() : match.end() + 1000],
    )
    if requirement is None:
        return None
    requires = re.findall(r"Requires-Python ([<>=!~][^;]*?)(?=;| ERROR:| WARNING:|$)", match["list"])
    return OtherPython(name=name_of(requirement[1]), requires=tuple(dict.fromkeys(each.strip() for each in requires)))


# uv, of an index and of folders.
_NOWHERE: Final = re.compile(rf"(?P<name>{NAME}) was not found in the (?:package registry|provided package locations)")


def unsolved(match: Found, _: str) -> Recognised:
    """What uv concludes that nothing solves from: a name that isn't there, or who asks for what."""
    parties = match["parties"].strip()
    nowhere = _NOWHERE.match(parties)
    return NameUnknown(name=nowhere["name"]) if nowhere else Conflict(parties=(parties,))


# Where pip is told to be quiet, it leaves out the first.
CONFLICTS: Final = (
    (
        r"The conflict is caused by: (?P<parties>.*?)"
        r"(?: Additionally, some packages| To fix this you could| ERROR: ResolutionImpossible|$)"
    ),
    r"ERROR: Cannot install (?P<parties>.{1,1000}?) because these package versions have conflicting dependencies",
)


def conflict(match: Found, _: str) -> Recognised:
    """Who asks for what."""
    parties = [each.strip() for each in _PARTY.split(match["parties"])]
    return Conflict(parties=tuple(each for each in parties if each)[:_SHOWN_PARTIES])


def not_a_requirement(match: Found, text: str) -> Recognised:
    """A line that pip cannot read."""
    where = re.search(r"\(from (line [0-9]+ of [^ )]+)\)", text[match.end() : match.end() + 1000])
    conda = re.fullmatch(r"[A-Za-z0-9_.-]+=[^= ]+(?:=[^= ]+)?", match["text"]) is not None
    return NotARequirement(text=match["text"], line=where[1] if where else "", conda=conda)


def hash_missing(match: Found, text: str) -> Recognised:
    """A requirement without a hash, which pip shows as it should be written."""
    found = re.search(rf"(?P<name>{NAME})(?:==[^ ]+)? --hash=sha", text[match.end() :])
    return HashMissing(name=found["name"] if found else "")


_FROM_ELSEWHERE: Final = re.compile(
    rf"Could not find a version that satisfies the requirement (?P<name>{NAME})[^()]{{0,200}}"
    r"(?:\(from (?!versions)[^)]{1,300}\) )?\(from versions: (?!none)"
)


def refused(match: Found, text: str) -> Recognised:
    """An index that wants credentials."""
    other = _FROM_ELSEWHERE.search(text)
    return IndexRefused(
        host=match.groupdict().get("host") or _host(match[0]),
        status=int(match.groupdict().get("status") or 0),
        elsewhere=other["name"].rstrip("._-") if other else "",
    )


def unreachable(match: Found, text: str) -> Recognised:
    """An index that doesn't answer."""
    groups = match.groupdict()
    host = groups.get("host") or _host(match[0]) or _host(text[: match.start()][-600:]) or _host(text)
    return IndexUnreachable(host=host, status=int(groups.get("status") or 0))


def untrusted(match: Found, text: str) -> Recognised:
    """A certificate that isn't trusted."""
    host = match.groupdict().get("host") or _host(match[0]) or _host(text[: match.start()][-600:])
    return CertificateUntrusted(host=host)


def repository_refused(match: Found, text: str) -> Recognised:
    """A repository that wants credentials."""
    ssh = any(words in match[0] for words in ("publickey", "Host key", "from remote repository"))
    return RepositoryRefused(place=_place(match, text), ssh=ssh)


def repository_not_found(match: Found, text: str) -> Recognised:
    """A repository that isn't there."""
    return RepositoryNotFound(place=_place(match, text), revision=match.groupdict().get("revision") or "")


def repository_unreachable(match: Found, text: str) -> Recognised:
    """A code host that doesn't answer."""
    return RepositoryUnreachable(place=_place(match, text))


def killed(_: Found, text: str) -> Recognised:
    """Something got no memory."""
    return OutOfMemory(distribution=built(text))


def other_python(match: Found, _: str) -> Recognised:
    """A project for other versions of Python."""
    python = match.groupdict().get("python") or ""
    return LockForOtherPython(requires=match["requires"].strip(" ,."), python=python)


def _host(text: str) -> str:
    found = _HOST.search(text)
    return found["host"] if found else ""


def _place(match: Found, text: str) -> str:
    # The command has the whole URL, the complaint often the host alone.
    commands = [each["place"] for each in _PLACE.finditer(text, max(0, match.start() - 2000), match.end())]
    complained = match.groupdict().get("place") or ""
    for place in (*commands[::-1], complained):
        if _WHOLE_PLACE.match(place):
            return place.replace(f"{HIDDEN}@", "").rstrip(".,'/")
    return complained if _WHOLE_HOST.fullmatch(complained) else ""
