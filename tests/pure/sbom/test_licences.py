"""What metadata say of a licence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.licenses import canonicalize_license_expression
from pure.sbom.bill import Licence
from pure.sbom.classifiers import CLASSIFIERS
from pure.sbom.licences import as_expression, stated

OSI = "License :: OSI Approved"


@pytest.mark.parametrize(
    ("expression", "classifiers", "text", "expected"),
    [
        ("mit and (apache-2.0 or bsd-2-clause)", (), "", Licence(expression="MIT AND (Apache-2.0 OR BSD-2-Clause)")),
        ("MIT", (f"{OSI} :: BSD License",), "GPL", Licence(expression="MIT")),
        ("", (f"{OSI} :: MIT License", "Topic :: Internet"), "whatever", Licence(expression="MIT")),
        # Which BSD, nobody says, or the older field does.
        ("", (f"{OSI} :: BSD License",), "", Licence(name="BSD License")),
        ("", (f"{OSI} :: BSD License",), "BSD-3-Clause", Licence(expression="BSD-3-Clause")),
        # Of several it isn't said whether all of them hold or any.
        ("", (f"{OSI} :: MIT License", f"{OSI} :: Apache Software License"), "",
         Licence(name="MIT License, Apache Software License")),
        ("", ("License :: Other/Proprietary License",), "", Licence(name="Other/Proprietary License")),
        ("", (), "MIT", Licence(expression="MIT")),
        ("", (), "as is", Licence(name="as is")),
        ("", (), "A licence\n" * 50, Licence()),
        ("", (), "", Licence()),
        ("no such licence", (), "", Licence(name="no such licence")),
    ],
)  # fmt: skip
def test_a_licence(expression: str, classifiers: tuple[str, ...], text: str, expected: Licence) -> None:
    assert stated(expression=expression, classifiers=classifiers, text=text) == expected


def test_classifiers_are_called_as_spdx_calls_them() -> None:
    assert [each for each in CLASSIFIERS.values() if canonicalize_license_expression(each) != each] == []


@given(st.text(max_size=120), st.lists(st.text(max_size=30).map(lambda text: f"License :: {text}"), max_size=3))
def test_any_words_give_one_line(text: str, classifiers: list[str]) -> None:
    found = stated(expression=text, classifiers=classifiers, text=text)
    assert not (found.expression and found.name)
    assert found.name.isprintable()
    assert as_expression(found.expression) == found.expression
