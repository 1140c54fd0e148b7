"""The words for what is wrong with bindings, as a user reads them."""

from typing import get_args

import pytest
from pure.bindings.folder import (
    BadEntry,
    BindingError,
    BindingsUnlisted,
    BindingType,
    EntryMissing,
    EntryUnreadable,
    SeveralBindings,
    TooManyEntries,
)
from pure.report.build_log import error_lines
from pure.report.prose.describe import describe

from tests.golden import check_golden

ERRORS: tuple[BindingError, ...] = (
    BindingsUnlisted(path="/bindings", variable="SERVICE_BINDING_ROOT", detail="Not a directory"),
    BindingsUnlisted(path="/platform/bindings", variable="", detail="Permission denied"),
    EntryUnreadable(binding="corporate-ca", entry="ca.pem", detail="Permission denied"),
    EntryUnreadable(
        binding="corporate-ca", entry="ca.pem", detail="it has 9.0 MB, and at most 8.0 MB are read", large=True
    ),
    TooManyEntries(binding="", most=200),
    TooManyEntries(binding="corporate-ca", most=1000),
    SeveralBindings(kind="pypi", names=("index", "mirror")),
    EntryMissing(binding="netrc", kind="netrc", needed=(".netrc", "netrc"), found=("password",)),
    EntryMissing(binding="index", kind="pypi", needed=("url", "uri"), found=()),
    BadEntry(binding="index", kind="pypi", entry="url", because="is no address of an index"),
)


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_bindings", "\n".join("\n".join(error_lines(describe(error))) for error in ERRORS))


def test_every_error_of_the_family_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(BindingError))


@pytest.mark.parametrize("kind", get_args(BindingType))
def test_each_type_is_explained(kind: BindingType) -> None:
    said = describe(BadEntry(binding="mine", kind=kind, entry="a", because="is empty"))
    assert said.do
    assert said.do[0].endswith(".")
