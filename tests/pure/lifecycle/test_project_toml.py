"""What an application's project.toml asks of a build."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.lifecycle.project_toml import DescriptorInvalid, ProjectDescriptor, read_descriptor, takes_part
from pure.outcome import Failure, Success

VARIABLE = '[[io.buildpacks.build.env]]\nname = "BP_PYTHON_VERSION"\nvalue = "3.12"\n'
NEW = '[_]\nschema-version = "0.2"\n[io.buildpacks]\nexclude = ["secrets/"]\n' + VARIABLE
OLD = '[build]\nexclude = ["secrets/"]\n[[build.env]]\nname = "BP_PYTHON_VERSION"\nvalue = "3.12"\n'


@pytest.mark.parametrize("text", [NEW, OLD])
def test_both_schemas_say_the_same(text: str) -> None:
    wanted = ProjectDescriptor(env=(("BP_PYTHON_VERSION", "3.12"),), exclude=("secrets/",))
    assert read_descriptor(text.encode()) == Success(wanted)


def test_nothing_said_is_nothing_asked() -> None:
    for raw in (None, b"", b'[_]\nname = "Shop"\n', b"[io.buildpacks]\n"):
        found = read_descriptor(raw)
        assert found == Success(ProjectDescriptor())
        assert takes_part(found.unwrap()) is None
    assert read_descriptor(VARIABLE.encode()).unwrap().env == (("BP_PYTHON_VERSION", "3.12"),)
    group = b'[[io.buildpacks.group]]\nid = "a/b"\n'
    assert read_descriptor(group) == Success(ProjectDescriptor(group=True))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[io.buildpacks]\ninclude = ["a"]\nexclude = ["b"]', "io.buildpacks has both include and exclude"),
        ('[io.buildpacks]\nexclude = "b"', "io.buildpacks.exclude is no list of strings"),
        ('[[io.buildpacks.build.env]]\nname = "A"', "io.buildpacks.build.env has an entry without a name and a value"),
        ('[[build.env]]\nname = "A B"\nvalue = ""', "build.env has an entry without a name and a value"),
        ("[io", "it is not valid TOML"),
    ],
)
def test_what_is_wrong_is_said(text: str, reason: str) -> None:
    failed = read_descriptor(text.encode())
    assert isinstance(failed, Failure)
    assert isinstance(failed.failure(), DescriptorInvalid)
    assert failed.failure().reason.startswith(reason)


@given(st.binary(max_size=200) | st.sampled_from([NEW, OLD]).map(str.encode))
def test_any_bytes_give_an_answer(raw: bytes) -> None:
    assert isinstance(read_descriptor(raw), Success | Failure)


# Patterns as pack reads them (go-gitignore), each with paths that match and others that don't.
@pytest.mark.parametrize(
    ("patterns", "matching", "others"),
    [
        (("secrets/",), ("secrets/key.txt", "a/secrets/b/c"), ("secrets.py", "mysecrets/a")),
        (("secrets",), ("secrets", "secrets/key.txt", "a/secrets"), ("secrets.py",)),
        (("/secrets",), ("secrets", "secrets/a"), ("a/secrets",)),
        (("*.md",), ("README.md", "docs/a.md"), ("README.mdx", "md")),
        (("docs/*.md",), ("docs/a.md",), ("docs/a/b.md", "x/docs/a.md")),
        (("docs/**/*.md",), ("docs/a.md", "docs/a/b/c.md"), ("a.md",)),
        (("**/cache",), ("cache", "a/b/cache", "a/cache/x"), ("caches",)),
        (("build/**",), ("build/a", "build/a/b"), ("builds/a",)),
        (("*.txt", "!requirements.txt"), ("a.txt",), ("requirements.txt", "x/requirements.txt")),
        (("!a.txt", "*.txt"), ("a.txt", "b.txt"), ()),
        (("# comment", "", "  ", r"\#odd"), ("#odd",), ("comment", "odd")),
        (("a+b(c).txt",), ("a+b(c).txt",), ("aab(c).txt",)),
    ],
)
def test_patterns(patterns: tuple[str, ...], matching: tuple[str, ...], others: tuple[str, ...]) -> None:
    included, excluded = (
        takes_part(ProjectDescriptor(include=patterns)),
        takes_part(ProjectDescriptor(exclude=patterns)),
    )
    assert included is not None
    assert excluded is not None
    assert [path for path in (*matching, *others) if included(path)] == list(matching)
    assert [path for path in (*matching, *others) if excluded(path)] == list(others)


@given(st.lists(st.text(alphabet="ab/*!#\\.[(", max_size=8), max_size=3), st.text(alphabet="ab/.", max_size=8))
def test_any_patterns_give_an_answer(patterns: list[str], path: str) -> None:
    wanted = takes_part(ProjectDescriptor(exclude=tuple(patterns)))
    assert wanted is None or wanted(path) in (True, False)


@given(st.from_regex(r"[ab*][ab*/]{0,7}", fullmatch=True), st.from_regex(r"[ab]{1,3}(/[ab]{1,2}){0,3}", fullmatch=True))
def test_many_wildcards_mean_what_few_mean(pattern: str, path: str) -> None:
    """Few are a regular expression, many aren't; folders that may be left out change nothing."""
    few, many = (takes_part(ProjectDescriptor(include=(each,))) for each in (pattern, f"{'**/' * 4}{pattern}"))
    assert few is not None
    assert many is not None
    assert few(path) == many(path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 25 + "b", "a" * 250),
        ("*" * 40 + "b", "a" * 250),
        ("**/" * 20 + "b", "a/" * 60 + "c"),
        ("**/a/" * 12 + "b", "a/" * 60),
        ("**/*a" * 10 + "b", "aa/" * 40),
    ],
)
def test_wildcards_do_not_multiply_the_time(pattern: str, path: str) -> None:
    """Each of these would take a regular expression longer than anybody waits."""
    wanted = takes_part(ProjectDescriptor(exclude=(pattern,)))
    assert wanted is not None
    assert all(wanted(path) for _ in range(20))
