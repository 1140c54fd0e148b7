"""The page as a file."""

import base64
import hashlib
import re
from functools import cache
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.report.page.document import document
from pure.report.page.looks import SCRIPT
from pure.report.page.markup import Tag
from pure.report.page.telling import Page, ShownLayer
from pure.visible import visible

from tests.golden import check_golden
from tests.pages import BARE, RICH
from tests.pure.report.page.test_markup import NASTY, read

AROUND = {"html", "head", "meta", "title", "link", "style", "body", "script"}


def without_looks(text: str) -> str:
    """The page without style and script, and with a policy that doesn't change with them."""
    return re.sub(r"sha256-[^&]+", "…", re.sub(r"(?s)<(style|script)>.*?</\1>", r"<\1>…</\1>", text))


@pytest.mark.parametrize(("name", "page"), [("page_rich", RICH), ("page_bare", BARE)])
def test_pages(name: str, page: Page) -> None:
    check_golden(name, without_looks(document(page)), suffix=".html")


def test_its_policy_allows_what_stands_in_it_and_nothing_else() -> None:
    found = read(document(RICH))
    texts = dict(zip((tag for tag, _ in found), (text for _, text in found[1:]), strict=False))
    (policy,) = (
        said[1][1]
        for tag, said in found
        if tag == "meta" and isinstance(said, list) and len(said) == 2 and said[0][0] == "http-equiv"
    )

    def digest(text: object) -> str:
        return base64.b64encode(hashlib.sha256(str(text).encode()).digest()).decode()

    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest(texts['style'])}'",
        f"script-src 'sha256-{digest(texts['script'])}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert texts["script"] == SCRIPT


def anybodys(value: Any, words: str) -> Any:
    """The value with all of its texts in the place of which others can stand replaced."""
    match value:
        case msgspec.Struct():
            kept = {"kind"} if isinstance(value, ShownLayer) else set()
            fields = {name: getattr(value, name) for name in value.__struct_fields__}
            new = {name: each if name in kept else anybodys(each, words) for name, each in fields.items()}
            return type(value)(**new)
        case tuple():
            return tuple(anybodys(each, words) for each in value)
        case str():
            return words if value else ""
        case _:
            return value


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([RICH, BARE]), NASTY.filter(bool))
def test_no_text_breaks_out_of_the_markup(page: Page, words: str) -> None:
    text = document(anybodys(page, words))
    found = read(text)
    marks = [(tag, names(said)) for tag, said in found if tag]
    assert marks == plain(page)
    assert {tag.lstrip("/") for tag, _ in marks} <= {*get_args(Tag), *AROUND}
    assert sum(str(said).count(visible(words)) for tag, said in found if not tag) >= 2
    assert "\0" not in text


@cache
def plain(page: Page) -> list[tuple[str, list[str]]]:
    """The marks of the same page with harmless words."""
    return [(tag, names(said)) for tag, said in read(document(anybodys(page, "x"))) if tag]


def names(said: object) -> list[str]:
    return [name for name, _ in said] if isinstance(said, list) else []


def test_nothing_is_fetched_and_nothing_run_but_what_stands_in_it() -> None:
    for page in (RICH, BARE):
        found = read(document(page))
        carried = [(tag, name, value) for tag, said in found if isinstance(said, list) for name, value in said]
        assert {(tag, name, value) for tag, name, value in carried if name in ("src", "href", "action")} == {
            ("link", "href", "data:,")
        }
        assert [name for _, name, _ in carried if name.startswith("on") or name == "style"] == []
        assert sum(tag == "script" for tag, _ in found) == sum(tag == "style" for tag, _ in found) == 1


def test_ids_are_unique_and_what_is_named_by_one_is_there() -> None:
    found = read(document(RICH))
    carried = [(name, value) for _, said in found if isinstance(said, list) for name, value in said]
    ids = [value for name, value in carried if name == "id"]
    assert len(set(ids)) == len(ids)
    assert {value for name, value in carried if name in ("data-shows", "aria-labelledby") and value} <= set(ids)


def test_equal_pages_are_equal_files() -> None:
    again = msgspec.json.decode(msgspec.json.encode(RICH), type=Page)
    assert document(again) == document(RICH)
