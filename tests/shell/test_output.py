"""One door prints: each line is one line of text, without credentials, and our own sentences stay readable."""

import io

import pytest
from pure.redaction import HIDDEN, redactor
from shell.output import Output


def _printed(lines: list[str], variables: dict[str, str], *, program: bool = False) -> str:
    stream = io.StringIO()
    output = Output(redactor(variables), stream)
    (output.said if program else output.lines)(lines)
    return stream.getvalue()


@pytest.mark.parametrize("program", [False, True])
def test_a_value_cannot_forge_a_line(program: bool) -> None:
    printed = _printed(["  web: a\r\nDone in 0.1 s\x1b[2K\u2028x"], {}, program=program)
    assert printed == "  web: a<U+000D><U+000A>Done in 0.1 s<U+001B>[2K<U+2028>x\n"


def test_a_secret_that_is_a_word_of_ours_blanks_no_sentence_of_ours() -> None:
    variables = {"DB_PASSWORD": "install", "API_TOKEN": "Layer", "ANOTHER_TOKEN": "swordfish"}
    assert _printed(["Layer venv: install it, swordfish"], variables) == f"Layer venv: install it, {HIDDEN}\n"
    assert _printed(["https://me:install@host/"], variables) == f"https://{HIDDEN}@host/\n"


def test_what_a_program_says_has_no_secret_whatever_word_it_is() -> None:
    assert _printed(["the password is install"], {"DB_PASSWORD": "install"}, program=True) == (
        f"the password is {HIDDEN}\n"
    )


def test_what_was_learned_later_is_hidden_as_well() -> None:
    stream = io.StringIO()
    output = Output(redactor({"A_TOKEN": "first-one"}), stream)
    output.learn(redactor({"B_TOKEN": "second-one", "C_TOKEN": "install"}))
    output.lines(["first-one second-one install"])
    assert stream.getvalue() == f"{HIDDEN} {HIDDEN} install\n"


def test_documents_stay_json_and_hold_no_half_of_a_character() -> None:
    stream = io.StringIO()
    output = Output(redactor({}), stream)
    output.document('{\n  "a": "x\u202ey"\n}\n')
    assert stream.getvalue() == '{\n  "a": "x\\u202ey"\n}\n'
    assert output.redacted("caf\udce9") == "caf<U+DCE9>"
