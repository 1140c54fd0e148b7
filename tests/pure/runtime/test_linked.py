"""What an interpreter says of the libraries in it."""

import platform
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.runtime.linked import QUESTION, Linked, answered, decode_linked, encode_linked, others

SAID = (
    "3.14.6",
    "linked: bzip2 ",
    "linked: expat expat_2.8.1",
    "linked: ncurses 6.5.20240427",
    "linked: openssl OpenSSL 1.1.1w  11 Sep 2023",
    "linked: readline EditLine wrapper",
    "linked: sqlite 3.53.1",
    "linked: somebody 1.0",
    "a warning of the loader",
    "linked: all",
)

linked = st.builds(
    Linked, name=st.sampled_from(["openssl", "zlib", "libedit"]), version=st.sampled_from(["", "1.3.1", "1.1.1w"])
)


def test_an_answer() -> None:
    assert [(each.name, each.version) for each in answered(SAID) or ()] == [
        ("bzip2", ""),
        ("expat", "2.8.1"),
        ("libedit", ""),
        ("ncurses", "6.5.20240427"),
        ("openssl", "1.1.1w"),
        ("sqlite", "3.53.1"),
    ]
    assert others(SAID) == ("3.14.6", "a warning of the loader")


def test_scanners_know_them() -> None:
    by_name = {each.name: each.cpe for each in answered(SAID) or ()}
    assert by_name["openssl"] == "cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*"
    assert by_name["bzip2"] == ""


@given(st.lists(linked, unique_by=lambda each: each.name))
def test_what_is_kept_comes_back(found: list[Linked]) -> None:
    text = encode_linked(found)
    assert text
    assert decode_linked(text) == tuple(sorted(found))


@given(st.text(max_size=40), st.lists(st.text(max_size=20).map(lambda text: f"linked: openssl {text}"), max_size=3))
def test_any_words_give_something(text: str, said: list[str]) -> None:
    assert answered(said) is None
    assert decode_linked(encode_linked(answered(said))) == ()
    assert decode_linked(encode_linked(answered([*said, "linked: all"]))) == answered([*said, "linked: all"])
    for each in decode_linked(text):
        assert each.name.isidentifier()


VERSION = platform.python_version().rstrip("+")


def asked(before: str = "") -> list[str]:
    """What this interpreter says to the question, after something has happened to it."""
    done = subprocess.run([sys.executable, "-I", "-c", before + QUESTION], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_question_is_answered() -> None:
    said = asked()
    assert said[0] == VERSION
    assert answered(said) is not None


@pytest.mark.parametrize(
    "before",
    [
        # No /proc, a module that fails by its own code, one that ends the program, a version that is no text.
        "import builtins\nbuiltins.open = None",
        "import sys\nsys.modules['zlib'] = type('Bad', (), {'__getattr__': lambda self, name: 1 / 0})()",
        "import sys\nsys.modules['_ssl'] = type('Bad', (), {'__getattr__': lambda self, name: sys.exit()})()",
    ],
)
def test_what_goes_wrong_with_the_question_is_no_fault_of_the_runtime(before: str) -> None:
    said = asked(before)
    assert said[0] == VERSION
    assert answered(said) is None
    assert others(said) == (VERSION,)
    # It counts as asked: the next build doesn't make the runtime anew for it.
    assert encode_linked(answered(said))
