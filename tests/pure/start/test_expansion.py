"""Words that are expanded at launch: a real shell is asked what they come to."""

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st
from pure.start.expansion import expand

NAMES = ("A", "B2", "_C")
text = st.text("ab:/ %-", max_size=4)
words = st.recursive(
    text,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.sampled_from(NAMES).map("${{{}}}".format),
        st.builds("${{{}:-{}}}".format, st.sampled_from(NAMES), inner),
        st.builds("${{{}:+{}}}".format, st.sampled_from(NAMES), inner),
    ),
    max_leaves=6,
)
variables = st.dictionaries(st.sampled_from(NAMES), st.text("x }$'\"\\*", max_size=4))


@settings(max_examples=15, deadline=None)
@given(st.lists(words, min_size=20, max_size=40), variables)
def test_a_shell_says_the_same(asked: list[str], env: dict[str, str]) -> None:
    script = "".join(f"printf '%s\\0' \"{word}\"\n" for word in asked)
    said = subprocess.run(["bash", "-c", script], env=env, capture_output=True, check=True).stdout.decode()
    assert [expand(word, env) for word in asked] == said.split("\0")[:-1]


@settings(max_examples=100, deadline=None)
@given(st.text("${}:-+$A", max_size=12), variables)
def test_any_word_comes_to_something(word: str, env: dict[str, str]) -> None:
    assert isinstance(expand(word, env), str)


@given(st.text(max_size=20))
def test_two_dollars_are_one(word: str) -> None:
    assert expand(word.replace("$", "$$"), {"A": "x"}) == word
