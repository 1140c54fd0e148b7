"""What strangers wrote is read in a time that grows with it: planning their applications must be cheap.

Doubling is done twice at once, and the bound lies between what is linear (4) and what is quadratic (16).
"""

import time
from collections.abc import Callable
from typing import Final

import pytest
from pure.build.credentials import netrc
from pure.complaints.recognition import recognise, worth_keeping
from pure.project.requirements.collection import Pending as PendingCollection
from pure.project.requirements.collection import advance, pending
from pure.project.requirements.file import parse_requirements
from pure.redaction import redactor
from pure.report.live import pip_line, tool_line
from pure.sbom.brought import read
from pure.start.processes import from_procfile
from pure.urls import visible_url, without_secrets
from pure.venv.headers import headers, requirement

from tests.often import often
from tests.patterns import Named, compiled_patterns, pumps

PATTERNS: Final = compiled_patterns()
SIZES: Final = (1_000, 4_000, 16_000, 64_000)
MOST: Final = 10.0
"""The most that four times as much may take, in times."""
QUICK: Final = 0.05
"""Seconds: what is done in so few isn't measured any closer."""


def test_the_patterns_are_found() -> None:
    names = {each.name for each in PATTERNS}
    assert len(PATTERNS) > 150
    assert {"pure.redaction._QUERY_NAME", "pure.complaints.recognition._COMPILED"} <= names


@pytest.mark.parametrize("named", often(PATTERNS, *PATTERNS[::2]), ids=lambda named: named.name)
def test_a_pattern_takes_a_time_that_grows_with_its_text(named: Named) -> None:
    texts = [(before, piece, end) for before, piece in pumps(named.pattern) for end in ("", "\x00\n")]
    slowest = sorted(texts, key=lambda text: _seconds(named.run, _text(text, 1_500)), reverse=True)[:6]
    for text in slowest:
        assert _grows_with_its_text(lambda size, text=text: named.run(_text(text, size))), text  # type: ignore[misc]


HOSTILE: Final[dict[str, tuple[Callable[[str], object], tuple[str, ...]]]] = {
    "redaction": (
        redactor({"TOKEN": "a****a", "NPM_AUTH": "*abcdef"}),
        ("?TOKEN", "a/?b=", "?a=TOKEN&", "://a:b", "://a@", "a****a", "abcdef", "Basic ", "/?aaa"),
    ),
    "secrets": (
        lambda text: redactor({"PROXY": text, "HTTP_PROXY": text}, requirement_texts=(text,)),
        ("://a:b", "://a:b@h ", "${", "${A}", "://${A}@", "%41", "git+"),
    ),
    "requirements": (
        lambda text: parse_requirements(text.encode(), file="requirements.txt"),
        (
            " ", "git+", "a\\\n", "#", " #", "[", "a[", "-", " -r", "'", "a;",
            "(", "a @ ", "://", "==1.", "\n-r a", "${A}",
        ),
    ),
    "procfile": (lambda text: from_procfile(text.encode()), (" ", "a: b\n", "a", ":", "?TOKEN", "web: ${")),
    "urls": (lambda text: (visible_url(text), without_secrets(text)), ("@", "//@", "?", "a:", "://", "[", "&a=")),
    "live": (lambda text: (pip_line(text), tool_line(text)), ("Downloading ", " ", "(", "Downloading a (1")),
    "log": (lambda text: worth_keeping([text]), ("Could not fetch URL ", "Skipping link: none of ", "a@")),
    "bills": (
        lambda text: read({"a": b'{"bomFormat": "CycloneDX", "components": [' + text.encode() + b"{}]}"}),
        ('{"name": "a", "purl": "pkg:a/b"},', '{"components": [{"name": "a"}]},', '{"components": ['),
    ),
    "metadata": (
        lambda text: requirement(text) or headers(text.encode(), ("name",)),
        ("Name: a\n", "a[", "(", "a;", "a,"),
    ),
    "netrc": (lambda text: list(netrc(text.encode())), ("password ", 'password "', '\\"', "machine a\n", " ")),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "piece"), [(name, piece) for name, (_, pieces) in HOSTILE.items() for piece in pieces]
)
def test_what_reads_text_takes_a_time_that_grows_with_it(name: str, piece: str) -> None:
    read, _ = HOSTILE[name]
    assert _grows_with_its_text(lambda size: read(_text(("", piece, ""), size)))


SENTENCES: Final = (
    "Lock file ", "Pipfile.lock (", "lockfile at ", "SyntaxError: ",
    "DO NOT MATCH THE HASHES ", "Ignored the following versions that require a different python version: ",
    "ERROR: Could not find a version that satisfies the requirement a ", "Invalid requirement: '", "a ", "cc",
    "Ignored the following versions that require a different python version: 1 ERROR: Could not find a version ",
    "The conflict is caused by: a[ b ", "Permission denied (publickey", "git clone -q ", "://a", "(from versions: ",
    "No such file or directory: '/", "?TOKEN", "Failed to build 'a", "for url (https://a", "host='a'",
    "Building wheel for a ("
)  # fmt: skip


@pytest.mark.parametrize("tool", ["pip", "uv", "poetry", "pipenv", "pdm"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_tools_words_are_recognised_in_a_time_that_grows_with_them(tool: str, sentence: str) -> None:
    assert _grows_with_its_text(
        lambda size: recognise(tool, [_text(("", sentence, ""), size)], returncode=1), quick=0.6
    )


def test_a_chain_of_requirements_files_is_followed_in_a_time_that_grows_with_it() -> None:
    def follow(length: int) -> None:
        files = {f"{at}.txt": f"-r {at + 1}.txt\n-c c.txt\nflask\n".encode() for at in range(length)}
        files |= {f"{length}.txt": b"flask\n", "c.txt": b""}
        found = advance(pending(requirements=("0.txt",), constraints=()), {"0.txt": files["0.txt"]})
        while isinstance(found, PendingCollection):
            found = advance(found, {path: files[path] for path in found.paths})

    assert _grows_with_its_text(lambda size: follow(size // 100), quick=0.3)


def _text(parts: tuple[str, str, str], size: int) -> str:
    before, piece, end = parts
    return before + piece * (size // len(piece)) + end


def _grows_with_its_text(read: Callable[[int], object], *, quick: float = QUICK) -> bool:
    """Whether four times as much takes about four times as long; in one of three trials, on a busy machine."""
    return any(_grows_steadily(read, quick) for _ in range(3))


def _grows_steadily(read: Callable[[int], object], quick: float) -> bool:
    before = None
    for size in SIZES:
        now = _seconds(read, size)
        if before is not None and now > max(quick, MOST * before):
            return False
        before = now
    return True


def _seconds(read: Callable[..., object], argument: object) -> float:
    started = time.process_time()
    read(argument)
    return time.process_time() - started
