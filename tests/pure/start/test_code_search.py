"""What the code of a project offers to start, whatever stands in its files."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st
from pure.start.code_facts import CodeFacts
from pure.start.code_search import code_facts
from pure.start.source_files import SourceFile, Sources

from tests.pure.start.test_command import CASES


def facts(files: Mapping[str, str | bytes]) -> CodeFacts:
    texts = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return code_facts(Sources(files=tuple(SourceFile(path=path, raw=raw) for path, raw in sorted(texts.items()))))


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=200), max_size=3))
def test_no_file_raises(files: dict[str, bytes]) -> None:
    facts({f"{name}.py": raw for name, raw in files.items()})


@given(st.lists(st.tuples(st.sampled_from(sorted(CASES)), st.integers(0, 400), st.binary(max_size=5)), max_size=3))
def test_no_damaged_file_raises(cuts: list[tuple[str, int, bytes]]) -> None:
    files: dict[str, str | bytes] = {}
    for name, at, inserted in cuts:
        for path, text in CASES[name].files.items():
            raw = text.encode() if isinstance(text, str) else text
            files[path] = raw[:at] + inserted + raw[at:]
    facts(files)


def test_deep_nesting_does_not_raise() -> None:
    deep = {"a.py": "flask" + "(" * 5000, "b.py": "flask = " + "-" * 60000 + "1", "c.py": "flask" + ".a" * 20000}
    assert {each.path for each in facts(deep).unparsed} >= {"a.py"}


def test_whose_grammar_parsed_the_files_is_kept() -> None:
    broken = Sources(files=(SourceFile(path="app.py", raw=b"import flask\ndef (:\n"),), own_minor="3.12")
    found = code_facts(broken)
    assert [each.path for each in found.unparsed] == ["app.py"]
    assert found.own_minor == "3.12"
