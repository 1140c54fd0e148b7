"""Requirements files: pip's grammar, read without an error for any bytes."""

import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pip._internal.req import req_file as pips_own
from pure.hashes import Hash
from pure.outcome import Failure, Success
from pure.project.requirements.collection import RequirementsSet, collect
from pure.project.requirements.errors import IncludeMissing, RequirementsEncodingUnknown, RequirementsUndecodable
from pure.project.requirements.file import (
    Include,
    LineProblem,
    OptionLine,
    RequirementLine,
    RequirementsFile,
    _logical_lines,
    parse_requirements,
)

A, B = "a" * 64, "b" * 64

fragments = st.sampled_from(
    [
        *(
            "flask",
            "==1.0",
            ">=2",
            " ",
            "  ",
            "\t",
            "\n",
            "\r\n",
            "\\\n",
            "\\",
            "#",
            " # c",
            "-r ",
            "-c ",
            "-e ",
            "--pre",
        ),
        *(
            "--pre",
            "--hash=sha256:" + A,
            "--index-url ",
            "--no-binary=:all:",
            "--extra",
            "-",
            "--",
            "${TOKEN}",
            '"',
            "'",
        ),
        *("https://u:p@h/x.whl", "git+ssh://git@h/x@main#egg=x", "file:///x", "://[", "./x", "../y.txt", " @ "),
        *("; python_version < '3'", "[extra]", "\ufeff", "\u2028", "\x0c", "é", "(" * 400, "9" * 5000),
    ]
)
texts = st.lists(fragments, max_size=12).map("".join)


def _parse(text: str | bytes) -> RequirementsFile:
    raw = text.encode() if isinstance(text, str) else text
    return parse_requirements(raw, file="requirements.txt").unwrap()


def _line(text: str) -> RequirementLine:
    (line,) = _parse(text).lines
    return line


@given(st.binary())
def test_any_bytes_give_a_value(raw: bytes) -> None:
    assert isinstance(parse_requirements(raw, file="requirements.txt"), Success | Failure)


@given(texts)
def test_anything_like_requirements_gives_a_value(text: str) -> None:
    assert isinstance(parse_requirements(text.encode(), file="requirements.txt"), Success)


@given(st.text())
def test_any_coding_line_gives_a_value(encoding: str) -> None:
    raw = f"# coding: {encoding}\nflask\n".encode("utf-8", "replace")
    assert isinstance(parse_requirements(raw, file="requirements.txt"), Success | Failure)


@given(texts | st.text())
@example("a \\\n# comment\nb")
@example("a\\\n\\\nb")
@example("a\\")
def test_lines_are_joined_and_stripped_as_pip_does(text: str) -> None:
    assert list(_logical_lines(text)) == list(pips_own.preprocess(text))


@given(texts)
def test_a_line_is_a_requirement_where_pip_sees_one(text: str) -> None:
    text = text.lstrip("\ufeff")  # as a byte order mark it would be taken off with the encoding
    parser = pips_own.get_line_parser(None)
    wanted = []
    for number, line in pips_own.preprocess(text):
        try:
            requirement, options = parser(line)
        except pips_own.OptionParsingError:
            return  # pip refuses the whole file
        if requirement or options.editables:
            wanted.append(number)
    found = _parse(text)
    wrong_hashes = [each.line for each in found.problems if each.kind == "hash"]
    assert sorted([each.line for each in found.lines] + wrong_hashes) == wanted


@given(texts)
def test_the_encoding_makes_no_difference(text: str) -> None:
    text = text.replace("\ufeff", "")
    plain = _parse(text.encode())
    assert _parse(codecs.BOM_UTF8 + text.encode()) == plain
    assert _parse(codecs.BOM_UTF16_LE + text.encode("utf-16-le")) == plain
    assert _parse(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == plain


_forms = ("{}", "x @ {}", "-e {}", "--index-url {}", "-r {}", "-f {} --pre", "{} oops {}", "-i '{}", "x\\{}")


@pytest.mark.parametrize("form", _forms)
def test_secrets_of_urls_are_nowhere_in_the_value(form: str) -> None:
    url = "https://someone:hunter2@host/path.whl?token=hunter2#egg=x"
    for each in (url, f"git+{url}"):
        assert "hunter2" not in repr(_parse(form.replace("{}", each)))


def test_a_named_requirement_is_pinned_by_one_version_and_a_hash() -> None:
    line = _line(f'Fl_ask[Async] == 3.0 ; python_version<"4" \\\n  --hash=sha256:{A}\\\n  --hash sha256:{B}')
    assert (line.name, line.extras, line.version, line.marker) == ("fl-ask", ("async",), "3.0", 'python_version < "4"')
    assert line.hashes == (Hash(algorithm="sha256", digest=A), Hash(algorithm="sha256", digest=B))
    assert line.pinned


@pytest.mark.parametrize("text", ["flask", "flask==3.0", "flask>=3 HASH", "flask==3.* HASH", "flask==3,!=4 HASH"])
def test_not_pinned(text: str) -> None:
    assert not _line(text.replace("HASH", f"--hash=sha256:{A}")).pinned


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("flask", "named", "flask"),
        ("flask @ https://h/flask-3.tar.gz", "direct_url", "flask"),
        ("https://h/flask-3.tar.gz#egg=Flask[async]", "direct_url", "flask"),
        ("https://h/flask-3.tar.gz ; os_name == 'posix'", "direct_url", None),
        ("flask @ git+https://h/flask@main", "vcs", "flask"),
        ("git+ssh://git@h/flask.git@main#egg=flask", "vcs", "flask"),
        ("./lib", "local_path", None),
        ("lib/sub[extra]", "local_path", None),
        ("file:///app/lib", "local_path", None),
        ("flask @ file:///app/flask.whl", "local_archive", "flask"),
        ("./dist/flask-3-py3-none-any.whl[async]", "local_archive", None),
        ("flask-3.tar.gz", "local_archive", None),
        ("-e .", "editable", None),
        ("--editable=git+https://h/x#egg=X", "editable", "x"),
        ("flask = 3", "unparsed", None),
        ("pip install flask", "unparsed", None),
        ("https://[", "unparsed", None),
    ],
)
def test_kinds(text: str, kind: str, name: str | None) -> None:
    line = _line(text)
    assert (line.kind, line.name) == (kind, name)


def test_options_includes_and_problems() -> None:
    found = _parse(
        "--pre\n-i https://h/simple\n--extra https://h/other\n-rbase.txt\n--constraint=c/limits.txt\n"
        "-r https://h/r.txt\n-r ${DIR}/x.txt\n--no-such-option\n--find-links 'a b\nflask --hash=md5:00\n"
    )
    assert [(each.name, each.value) for each in found.options] == [
        ("--pre", ""),
        ("--index-url", "https://h/simple"),
        ("--extra-index-url", "https://h/other"),
    ]
    assert found.options[0] == OptionLine(name="--pre", value="", file="requirements.txt", line=1)
    assert [(each.kind, each.path, each.remote) for each in found.includes] == [
        ("requirement", "base.txt", False),
        ("constraint", "c/limits.txt", False),
        ("requirement", "https://h/r.txt", True),
    ]
    assert [each.kind for each in found.problems] == ["variable_in_path", "option", "unbalanced_quotes", "hash"]
    assert isinstance(found.problems[0], LineProblem)


def test_variables_are_noted_and_left() -> None:
    line = _line("x @ https://${USER}:${TOKEN}@h/${BRANCH}.whl")
    assert (line.variables, line.url) == (("USER", "TOKEN", "BRANCH"), "https://h/${BRANCH}.whl")


@pytest.mark.parametrize(
    ("including", "path", "wanted"),
    [
        ("requirements.txt", "base.txt", "base.txt"),
        ("requirements/dev.txt", "base.txt", "requirements/base.txt"),
        ("requirements/dev.txt", "../base.txt", "base.txt"),
        ("requirements/dev.txt", "./sub//x.txt", "requirements/sub/x.txt"),
        ("requirements.txt", "../x.txt", "../x.txt"),
        ("a/b.txt", "../../x.txt", "../x.txt"),
        ("a/b.txt", "/etc/../pip/c.txt", "/pip/c.txt"),
    ],
)
def test_an_include_is_relative_to_the_file_it_stands_in(including: str, path: str, wanted: str) -> None:
    found = parse_requirements(f"-r {path}".encode(), file=including).unwrap()
    assert [(each.path, each.remote) for each in found.includes] == [(wanted, False)]


def test_undecodable_text_is_an_error_with_its_line() -> None:
    assert parse_requirements(b"flask\nb\xe9ta\n", file="r.txt") == Failure(
        RequirementsUndecodable(file="r.txt", encoding="utf-8", line=2)
    )
    assert parse_requirements(codecs.BOM_UTF16_LE + b"x", file="r.txt") == Failure(
        RequirementsUndecodable(file="r.txt", encoding="utf-16-le", line=None)
    )


def test_a_coding_line_counts() -> None:
    raw = "# -*- coding: latin-1 -*-\nflask # é\n".encode("latin-1")
    assert _parse(raw).lines[0].name == "flask"
    assert parse_requirements(b"# coding: klingon\n", file="r.txt") == Failure(
        RequirementsEncodingUnknown(file="r.txt", encoding="klingon")
    )


_paths = st.sampled_from(["requirements.txt", "a.txt", "b.txt", "d/c.txt"])
_bodies = st.lists(st.tuples(st.sampled_from(["-r", "-c"]), _paths), max_size=4).map(
    lambda lines: "".join(f"{option} /{path}\n" for option, path in lines).encode()
)


@given(st.dictionaries(_paths.map("/{}".format), _bodies))
def test_collecting_ends_however_files_include_each_other(disk: dict[str, bytes]) -> None:
    read: dict[str, bytes | None] = {}
    for _ in range(10):
        found = collect(read, requirements=("/requirements.txt",))
        if isinstance(found, Failure):
            error = found.failure()
            assert isinstance(error, IncludeMissing)
            assert error.path not in disk
            return
        answer = found.unwrap()
        if isinstance(answer, RequirementsSet):
            assert set(answer.paths) <= disk.keys()
            return
        assert not read.keys() & set(answer.paths)
        read |= {path: disk.get(path) for path in answer.paths}
    raise AssertionError("collect never ends")


def test_the_last_option_on_the_way_decides_what_a_file_is() -> None:
    read: dict[str, bytes | None] = {"requirements.txt": b"-c c.txt\na\n", "c.txt": b"-r r.txt\nb\n", "r.txt": b"c\n"}
    found = collect(read).unwrap()
    assert isinstance(found, RequirementsSet)
    assert [(each.kind, each.content.file) for each in found.files] == [
        ("requirement", "requirements.txt"),
        ("constraint", "c.txt"),
        ("requirement", "r.txt"),
    ]
    assert [line.text for line in found.requirements] == ["a", "c"]


def test_a_remote_include_is_noted_and_not_read() -> None:
    found = collect({"requirements.txt": b"-r https://user:secret@h/r.txt\n"}).unwrap()
    assert isinstance(found, RequirementsSet)
    wanted = Include(kind="requirement", path="https://h/r.txt", file="requirements.txt", line=1, remote=True)
    assert found.remote == (wanted,)
