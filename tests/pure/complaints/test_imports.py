"""Why a program can't be imported, by its traceback."""

import pytest
from pure.complaints.imports import ImportKind, ImportReason, why_not_imported

FRAME = '  File "/layers/x/venv/lib/python3.13/site-packages/gunicorn/util.py", line 26, in <module>'


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ("ModuleNotFoundError: No module named 'pkg_resources'", ("pkg_resources", "pkg_resources", "")),
        ("ModuleNotFoundError: No module named 'distutils.util'", ("removed", "distutils.util", "")),
        ("ModuleNotFoundError: No module named 'six.moves'", ("module", "six.moves", "")),
        (
            "ImportError: libGL.so.1: cannot open shared object file: No such file or directory",
            ("library", "libGL.so.1", ""),
        ),
        (
            "ImportError: cannot import name 'url_quote' from 'werkzeug.urls' (/l/site-packages/werkzeug/urls.py)",
            ("name", "url_quote", "werkzeug.urls"),
        ),
        ("SyntaxError: invalid syntax", ("syntax", "SyntaxError", "")),
        (
            "AttributeError: module 'collections' has no attribute 'Callable'",
            ("attribute", "Callable", "collections"),
        ),
        (
            "importlib.metadata.PackageNotFoundError: No package metadata was found for setuptools",
            ("unpackaged", "setuptools", ""),
        ),
    ],
)
def test_the_last_line_tells(last: str, reason: tuple[ImportKind, str, str]) -> None:
    found = why_not_imported(["Traceback (most recent call last):", FRAME, "    import x", last])
    kind, subject, other = reason
    assert found == ImportReason(kind=kind, subject=subject, other=other, importer="gunicorn")


def test_words_that_nobody_knows_give_no_reason() -> None:
    assert why_not_imported(["Segmentation fault", "x" * 100_000]) is None
    assert why_not_imported([]) is None
