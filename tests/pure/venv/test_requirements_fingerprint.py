"""When requirements fix every artefact, and what changes the fingerprint then."""

from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.project.requirements.collection import RequirementsSet, collect
from pure.target import Distro, Target
from pure.venv.requirements_fingerprint import MAX_REASONS, Fingerprint, NotPinned, Pinning, pinned_fingerprint

A, B = "a" * 64, "b" * 64
TARGET = Target(os="linux", arch="amd64", distro=Distro(name="ubuntu", version="24.04"))
OPEN_MARKER = "has a marker that depends on more than the Python minor version and the platform"
PINNED = f"flask==3.0 --hash=sha256:{A}\nclick[x,y]==8.0 --hash=sha256:{B} --hash=sha256:{A}\n"


def _set(text: str, **files: str) -> RequirementsSet:
    read: dict[str, bytes | None] = {f"{name}.txt": content.encode() for name, content in files.items()}
    found = collect({"requirements.txt": text.encode(), **read}).unwrap()
    assert isinstance(found, RequirementsSet)
    return found


def _of(
    text: str, *, minor: str = "3.13", target: Target = TARGET, settings: dict[str, str] | None = None, **files: str
) -> Pinning:
    return pinned_fingerprint(_set(text, **files), python_minor=minor, target=target, settings=settings or {})


def _digest(text: str, **more: str) -> str:
    found = _of(text, **more)  # type: ignore[arg-type]
    assert isinstance(found, Fingerprint), found
    return found.digest


_Line: TypeAlias = tuple[str, str, str]
_lines = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from(["1", "2"]), st.sampled_from([A, B])),
    min_size=1,
    unique_by=lambda line: line[0],
)


@st.composite
def _two_spellings(draw: st.DrawFn) -> tuple[str, str]:
    lines = draw(_lines)
    plain = "".join(f"{name}=={version} --hash=sha256:{digest}\n" for name, version, digest in lines)
    other = ""
    for name, version, digest in draw(st.permutations(lines)):
        gap = draw(st.sampled_from([" ", "  ", " \\\n    ", " \\\r\n   "]))
        spelled = draw(st.sampled_from([f"{name}=={version}", f"{name.upper()} == {version}"]))
        other += draw(st.sampled_from(["", "\n", "# note\n", "  # note\n", "--index-url https://u:p@h/simple\n"]))
        other += f"{spelled}{gap}--hash=sha256:{digest}" + draw(st.sampled_from(["\n", "  # why\n", "\r\n"]))
    return plain, other


@given(_two_spellings())
def test_comments_order_and_layout_make_no_difference(texts: tuple[str, str]) -> None:
    assert _digest(texts[0]) == _digest(texts[1])


@given(_lines, _lines)
def test_other_pins_give_another_fingerprint(
    one: list[tuple[str, str, str]], other: list[tuple[str, str, str]]
) -> None:
    first, second = (
        _digest("".join(f"{name}=={version} --hash=sha256:{digest}\n" for name, version, digest in lines))
        for lines in (one, other)
    )
    assert (first == second) is (set(one) == set(other))


@given(st.binary(), st.dictionaries(st.text(), st.text()))
def test_whatever_the_file_says_there_is_an_answer(raw: bytes, settings: dict[str, str]) -> None:
    found = collect({"requirements.txt": raw})
    if isinstance(found.value_or(None), RequirementsSet):
        requirements = found.unwrap()
        assert isinstance(requirements, RequirementsSet)
        pinned_fingerprint(requirements, python_minor="3.13", target=TARGET, settings=settings)


def test_python_and_target_are_part_of_it() -> None:
    others = [
        _of(PINNED, minor="3.14"),
        _of(PINNED, target=Target(os="linux", arch="arm64", distro=TARGET.distro)),
        _of(PINNED, target=Target(os="linux", arch="amd64", distro=Distro(name="ubuntu", version="26.04"))),
        _of(PINNED, target=Target(os="linux", arch="amd64")),
        _of(PINNED),
    ]
    assert all(isinstance(each, Fingerprint) for each in others)
    assert len(set(others)) == len(others)


HASHED = {"PIP_REQUIRE_HASHES": "1"}


@pytest.mark.parametrize("name", ["PIP_NO_BINARY", "PIP_ONLY_BINARY", "PIP_PREFER_BINARY", "PIP_PRE", "PIP_PLATFORM"])
def test_settings_that_change_what_is_installed_count(name: str) -> None:
    assert _of(PINNED, settings={name: "x"}) != _of(PINNED)


@pytest.mark.parametrize(
    "name", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_PROXY", "PIP_CERT", "PIP_TRUSTED_HOST", "PIP_TIMEOUT", "HOME"]
)
def test_settings_that_only_say_where_to_look_do_not_count(name: str) -> None:
    assert _of(PINNED, settings={name: "x"}) == _of(PINNED)


def test_credentials_of_a_url_make_no_difference() -> None:
    line = f"x @ https://{{}}@h/x.whl#sha256={A}\ny==1 --hash=sha256:{B}"
    assert _digest(line.replace("{}", "a:b")) == _digest(line.replace("{}", "${USER}:${TOKEN}"))


def test_the_order_of_options_counts() -> None:
    one, other = "--no-binary :all:\n", "--no-binary :none:\n"
    assert _digest(one + other + PINNED) != _digest(other + one + PINNED)


def test_nested_files_are_part_of_it() -> None:
    text = "-r base.txt\n-c limits.txt\n"
    limit = f"six==1 --hash=sha256:{A}"
    first = _digest(text, base=PINNED, limits=limit)
    assert first != _digest(text, base=PINNED, limits=limit.replace("six==1", "six==2"))
    assert first != _digest(text, base=PINNED + limit, limits="")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("flask>=2", "requirements.txt line 1: flask>=2 is not pinned to one version"),
        ("flask==2", "requirements.txt line 1: flask==2 has no hash"),
        ("-e .", "requirements.txt line 1: . is editable"),
        ("./lib", "requirements.txt line 1: ./lib is a local directory"),
        ("./x.whl", "requirements.txt line 1: ./x.whl is a local file"),
        (
            f"git+https://u:p@h/x@{'0' * 40}",
            f"requirements.txt line 1: git+https://h/x@{'0' * 40} comes from a repository",
        ),
        ("-r https://u:p@h/r.txt", "requirements.txt line 1: https://h/r.txt is not a file of the project"),
        ("--wrong", "requirements.txt line 1: “--wrong” is not understood here"),
        ("--no-binary ${WHAT}", "requirements.txt line 1: --no-binary depends on ${WHAT}"),
        ("\n\n%", "requirements.txt line 3: % is not pinned to one version"),
        (
            f"x==1; platform_release>'6' --hash=sha256:{A}",
            f"requirements.txt line 1: x==1; platform_release>'6' {OPEN_MARKER}",
        ),
    ],
)
def test_reasons(text: str, reason: str) -> None:
    found = _of(text, settings=HASHED)
    assert isinstance(found, NotPinned)
    assert found.because[0] == reason


@pytest.mark.parametrize("text", ["flask>=2", "flask==2\n-e .", f"x @ https://h/x.whl#sha256={A}"])
def test_requirements_without_any_hash_have_that_one_reason(text: str) -> None:
    reason = "no requirement has a --hash, so pip takes the newest versions that satisfy them"
    assert _of(text) == NotPinned(because=(reason,))


def test_a_constraint_must_be_pinned_too() -> None:
    found = _of(PINNED + "-c limits.txt", limits="six<2")
    assert found == NotPinned(because=("limits.txt line 1: six<2 is not pinned to one version",))


def test_a_setting_that_brings_in_unread_files_leaves_it_open() -> None:
    found = _of(PINNED, settings={"PIP_CONFIG_FILE": "/platform/pip.conf"})
    assert found == NotPinned(because=("PIP_CONFIG_FILE is set, and it may change what is installed",))


def test_the_reasons_are_capped_and_the_rest_counted() -> None:
    found = _of("".join(f"p{number}\n" for number in range(MAX_REASONS + 4)), settings=HASHED)
    assert isinstance(found, NotPinned)
    assert (len(found.because), found.more) == (MAX_REASONS, 4)


def test_constraints_by_url_leave_the_requirements_open_and_show_no_password() -> None:
    read = {"requirements.txt": f"flask==1.0 --hash=sha256:{A}".encode()}
    requirements = collect(read, constraints=("https://user:hunter2@host/limits.txt",)).unwrap()
    assert isinstance(requirements, RequirementsSet)
    assert [include.path for include in requirements.remote] == ["https://host/limits.txt"]
    answer = pinned_fingerprint(requirements, python_minor="3.13", target=TARGET, settings={})
    assert answer == NotPinned(because=("a setting: https://host/limits.txt is not a file of the project",))
