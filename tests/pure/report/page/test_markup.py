"""HTML of elements."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from pure.report.page.markup import element, escaped, written
from pure.visible import visible

NASTY = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            ("<", ">", '"', "'", "&", "</p>", "<script>", "<!--", "-->", "&lt;", "&#x3c;", "\0", "\x1b", "\u202e", "=")
        ),
        max_size=6,
    ).map("".join),
)  # fmt: skip


class Read(HTMLParser):
    """What a parser makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", ""))

    def handle_data(self, data: str) -> None:
        self.found.append(("", data))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))


def read(text: str) -> list[tuple[str, object]]:
    reader = Read()
    reader.feed(text)
    reader.close()
    return reader.found


@given(NASTY.filter(bool), NASTY.filter(bool))
def test_a_text_stays_a_text(text: str, title: str) -> None:
    assert read(written(element("p", text, title=title))) == [
        ("p", [("title", visible(title))]),
        ("", visible(text)),
        ("/p", ""),
    ]


def test_what_cannot_be_seen_is_made_visible() -> None:
    assert escaped("a\u202eb\x1b\ud800") == "a&lt;U+202E&gt;b&lt;U+001B&gt;&lt;U+D800&gt;"


def test_attributes_have_their_names_in_html() -> None:
    button = element("button", "x", kind="k", label="l", shows="", pressed="true", hidden="")
    assert written(button) == '<button class="k" aria-label="l" data-shows aria-pressed="true" hidden>x</button>'


def test_blocks_begin_lines_and_words_don_t() -> None:
    paragraph = element("p", "a ", element("strong", "b"), "c")
    assert (
        written(element("div", paragraph, paragraph))
        == "<div>\n<p>a <strong>b</strong>c</p>\n<p>a <strong>b</strong>c</p></div>"
    )
