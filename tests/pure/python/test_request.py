"""What a variable or ``.python-version`` asks for, and that no bytes whatever raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.outcome import Failure, Success
from pure.python.lookalikes import OtherName
from pure.python.request import (
    VARIABLES,
    ContradictingVariables,
    FoundVersion,
    InvalidSpecifier,
    InvisibleCharacters,
    MajorOnly,
    MinorRequest,
    NotUtf8,
    PatchRequest,
    PrefixedVersion,
    PythonRequest,
    RangeRequest,
    RequestError,
    SeveralVersions,
    SpecifierInFile,
    UnreadableVersion,
    Utf16File,
    WildcardVersion,
    meets,
    parse_python_version_file,
    parse_variable,
    variable_requests,
    visible,
)
from pure.source import Source

FILE = ".python-version"


def in_file(raw: bytes) -> PythonRequest | RequestError | None:
    outcome = parse_python_version_file(raw, FILE)
    return outcome.failure() if isinstance(outcome, Failure) else outcome.unwrap()


def in_variable(text: str) -> PythonRequest | RequestError:
    outcome = parse_variable("BP_PYTHON_VERSION", text)
    return outcome.failure() if isinstance(outcome, Failure) else outcome.unwrap()


def line(number: int) -> Source:
    return Source(file=FILE, line=number)


VARIABLE = Source(variable="BP_PYTHON_VERSION")


@pytest.mark.parametrize("raw", [b"3.13", b"3.13\n", b"  3.13\t\r\n\r\n", b"3.13 # the one we use\n", b"3.13#x"])
def test_a_minor_version_in_a_file(raw: bytes) -> None:
    assert in_file(raw) == MinorRequest(minor="3.13", text="3.13", source=line(1))


def test_comments_and_blank_lines_count_as_lines_only() -> None:
    assert in_file(b"# ours\n\n \n3.13.1\n# end") == PatchRequest(version="3.13.1", text="3.13.1", source=line(4))


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"# nothing\n"])
def test_a_file_without_a_version_says_nothing(raw: bytes) -> None:
    assert in_file(raw) is None


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("3.13", MinorRequest(minor="3.13", text="3.13", source=VARIABLE)),
        (" 3.13.1\n", PatchRequest(version="3.13.1", text="3.13.1", source=VARIABLE)),
        ("3.15.0rc1", PatchRequest(version="3.15.0rc1", text="3.15.0rc1", source=VARIABLE)),
        (">=3.11,<3.14", RangeRequest(specifiers=("<3.14,>=3.11",), text=">=3.11,<3.14", source=VARIABLE)),
        ("~=3.13.0", RangeRequest(specifiers=("~=3.13.0",), text="~=3.13.0", source=VARIABLE)),
        ("==3.13.*", RangeRequest(specifiers=("==3.13.*",), text="==3.13.*", source=VARIABLE)),
    ],
)
def test_the_forms_of_a_variable(text: str, request_: PythonRequest) -> None:
    assert in_variable(text) == request_


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("3.13\u200b", InvisibleCharacters(visible="3.13<U+200B>", source=line(1))),
        ("\ufeff3.13", InvisibleCharacters(visible="<U+FEFF>3.13", source=line(1))),
        ("#\n\u00a03.13", InvisibleCharacters(visible="<U+00A0>3.13", source=line(2))),
        ("3.13\u3164", InvisibleCharacters(visible="3.13<U+3164>", source=line(1))),
        ("3.13\ufe0f", InvisibleCharacters(visible="3.13<U+FE0F>", source=line(1))),
        ("3.13\x1b[0m", InvisibleCharacters(visible="3.13<U+001B>[0m", source=line(1))),
        ("\uff13.13", UnreadableVersion(visible="<U+FF13>.13", source=line(1))),
        ("python-3.13", PrefixedVersion(visible="python-3.13", version="3.13", source=line(1))),
        ("cpython@3.13", PrefixedVersion(visible="cpython@3.13", version="3.13", source=line(1))),
        ("v3.13.1", PrefixedVersion(visible="v3.13.1", version="3.13.1", source=line(1))),
        ("Python 3.13", PrefixedVersion(visible="Python 3.13", version="3.13", source=line(1))),
        ("3.13.*", WildcardVersion(visible="3.13.*", known="3.13", source=line(1))),
        ("3.x", WildcardVersion(visible="3.x", known="3", source=line(1))),
        ("3", MajorOnly(visible="3", source=line(1))),
        (">=3.13", SpecifierInFile(visible=">=3.13", source=line(1))),
        ("pypy3.10-7.3", OtherName(visible="pypy3.10-7.3", form="other", version="3.10", source=line(1))),
        ("my-environment", OtherName(visible="my-environment", form="virtualenv", version="", source=line(1))),
        ("03.13", UnreadableVersion(visible="03.13", source=line(1))),
        (
            "3.13\n3.12 # old\n",
            SeveralVersions(
                file=FILE, found=(FoundVersion(visible="3.13", line=1), FoundVersion(visible="3.12", line=2))
            ),
        ),
        (
            "3.13 3.12",
            SeveralVersions(
                file=FILE, found=(FoundVersion(visible="3.13", line=1), FoundVersion(visible="3.12", line=1))
            ),
        ),
    ],
)
def test_what_cannot_be_meant_in_a_file_is_shown(raw: str, error: RequestError) -> None:
    assert in_file(raw.encode()) == error


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_recognised(encoding: str) -> None:
    assert in_file("3.13\r\n".encode(encoding)) == Utf16File(file=FILE, visible="3.13")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_bytes_that_are_no_text_are_shown_with_their_line(end: str) -> None:
    raw = f"# ok{end}{end}".encode() + b"3.13\xe9" + end.encode()
    assert in_file(raw) == NotUtf8(file=FILE, line=3, visible="3.13<0xE9>")


@pytest.mark.parametrize("text", ["^3.13", "~3.13", ">=3.11 <3.14", ">=", ">=3.11," * 100, "==" + "9" * 5000])
def test_what_is_no_specifier(text: str) -> None:
    assert isinstance(in_variable(text), InvalidSpecifier)


@given(st.binary() | st.text().map(str.encode) | st.from_regex(r"[ #\n.*x0-9>=<pyv@-]*").map(str.encode))
def test_no_bytes_in_a_file_raise(raw: bytes) -> None:
    parse_python_version_file(raw, FILE)


@given(st.text(st.characters()) | st.from_regex(r"[<>=!~][ ,.*x0-9>=<a-c]*"))
def test_no_text_in_a_variable_raises(text: str) -> None:
    parse_variable("BP_PYTHON_VERSION", text)


@given(st.text(st.characters()))
def test_what_is_shown_can_be_seen(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    shown.encode()


NUMBERS = st.integers(0, 9999)


@given(NUMBERS, NUMBERS)
def test_every_minor_version_is_read_back(major: int, minor: int) -> None:
    request = in_variable(f"{major}.{minor}")
    assert isinstance(request, MinorRequest)
    assert request.minor == f"{major}.{minor}"


@given(NUMBERS, NUMBERS, NUMBERS)
def test_every_exact_version_is_read_back(major: int, minor: int, patch: int) -> None:
    request = in_file(f"{major}.{minor}.{patch}\n".encode())
    assert isinstance(request, PatchRequest)
    assert request.version == f"{major}.{minor}.{patch}"


def test_two_variables_that_agree_are_both_heard() -> None:
    ours, theirs = VARIABLES
    found = variable_requests({theirs: "3.13", ours: " 3.13\n"})
    assert isinstance(found, Success)
    assert [each.source for each in found.unwrap()] == [Source(variable=ours), Source(variable=theirs)]


def test_an_empty_variable_is_unset() -> None:
    ours, theirs = VARIABLES
    found = variable_requests({ours: " \n", theirs: ""})
    assert isinstance(found, Success)
    assert found.unwrap() == ()


def test_two_variables_that_contradict_are_both_named() -> None:
    ours, theirs = VARIABLES
    found = variable_requests({ours: "3.13", theirs: "3.12"})
    assert isinstance(found, Failure)
    assert found.failure() == ContradictingVariables(first=ours, first_text="3.13", second=theirs, second_text="3.12")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3.13.*", "3.13"),
        ("3.13.x", "3.13"),
        ("~3.13", "3.13"),
        ("~ 3.13", "3.13"),
        ("3.*", ("<4,>=3",)),
        ("3", ("<4,>=3",)),
        ("~3", ("<4,>=3",)),
        ("~3.13.2", ("<3.14,>=3.13.2",)),
        ("^3.12", ("<4,>=3.12",)),
        (">= 3.11, < 3.14", ("<3.14,>=3.11",)),
        ("3.11.* || 3.13.*", None),
    ],
)
def test_the_second_variable_takes_what_paketos_users_write(text: str, meant: str | tuple[str, ...] | None) -> None:
    asked = variable_requests({"BP_CPYTHON_VERSION": text})
    assert isinstance(asked, Success), asked
    (request,) = asked.unwrap()
    assert request.text == text
    if isinstance(meant, str):
        assert request == MinorRequest(minor=meant, text=text, source=request.source)
        # Both names mean the same.
        assert isinstance(variable_requests({"BP_PYTHON_VERSION": meant, "BP_CPYTHON_VERSION": text}), Success)
    else:
        assert isinstance(request, RangeRequest)
        versions = [f"3.{minor}.{patch}" for minor in range(8, 17) for patch in (0, 1, 2, 9)] + ["2.7.9", "4.0.0"]
        wanted = RangeRequest(specifiers=meant or ("==3.11.*", "==3.13.*"), text=text, source=request.source)
        assert [meets(each, request) for each in versions] == [meets(each, wanted) for each in versions]


@pytest.mark.parametrize("text", ["python3", "latest", "3.13.*.*.z", "~", "^", "*"])
def test_what_means_nothing_there_either(text: str) -> None:
    assert isinstance(variable_requests({"BP_CPYTHON_VERSION": text}), Failure)
