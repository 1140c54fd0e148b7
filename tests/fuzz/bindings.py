"""Plays any bindings over any project: whatever the bytes are, they come to something or to an error value."""

from random import Random
from typing import Final

from pure.bindings.contents import understood, written_secrets, written_texts
from pure.bindings.decision import BoundBuild, decide_bindings, netrc_of, settings, settings_that_count
from pure.bindings.folder import EXPECTED
from pure.manager.table import TOOLS
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.python.catalogue import Runtime

from tests.bound import binding
from tests.documents import documents

PIECES: Final = (
    *(b"https://", b"http://", b"file://", b"h.example", b":", b"@", b"/", b"simple", b"[", b"]", b"\n", b"\r", b"\0"),
    *(b" ", b"=", b'"', b"'", b"a", b"[[index]]", b"url", b"name", b"password", b"username", b"[http-basic.", b"\xff"),
    *(
        b"-----BEGIN CERTIFICATE-----",
        b"-----END CERTIFICATE-----",
        b"QUJD",
        b"MAQEAmFi",
        b"%41",
        b"8443",
        b"99999",
        b"{",
        b"}",
    ),
    *(b"\xe2\x82\xac", b"#", b"?", b"&", b"\\", b"[tool.uv]", b"true", b"1e999", b"-", b"...", b"[[source]]", b"0x"),
    *(b'registry = "', b"[[tool.poetry.source]]", b"9" * 5000, b"a." * 2000, b"[" * 2000, b"sha256:"),
)
NAMES: Final = tuple(
    dict.fromkeys(
        (*(name for each in EXPECTED.values() for name in each.entries), "a" * 64, "sha256:" + "b" * 64, "x.pem")
    )
)
KINDS: Final = (*EXPECTED, "PYPI", "postgresql", "", None)
FILES: Final = ("pyproject.toml", "uv.toml", "Pipfile", "uv.lock")
RUNTIME: Final = Runtime(version="3.13.1", os="linux", arch="amd64", url="https://h/p", sha256="a" * 64)


def play(random: Random) -> bool:
    """Read and decide once; whether the bindings could be used."""

    def raw() -> bytes:
        if random.random() < 0.2:
            return random.randbytes(random.randrange(40))
        return b"".join(random.choice(PIECES) for _ in range(random.randrange(14)))

    bound = tuple(
        binding(f"b{number}", random.choice(KINDS), {random.choice(NAMES): raw() for _ in range(random.randrange(5))})
        for number in range(random.randrange(1, 4))
    )
    read = understood(bound)
    if not isinstance(read, Success):
        return False
    held = read.unwrap()
    project = ProjectFiles(names=FILES, texts=documents({name: raw() for name in FILES}))
    assert all(isinstance(each, str) for each in (*written_secrets(held), *written_texts(held)))
    assert all(settings(held, project, {}).values())
    assert settings_that_count(held) is not None
    assert netrc_of(held, raw()) is not None
    tool = random.choice((None, *TOOLS.values()))
    decided = decide_bindings(BoundBuild(bindings=held, project=project, variables={}, tool=tool, runtime=RUNTIME))
    assert all(each.because for each in decided)
    return True
