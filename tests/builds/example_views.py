"""What ``explain``, ``compare`` and ``report`` show of the examples' images, as a golden file can have it."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from pure.names import normalise_name

from tests.builds.example_apps import ADDED, Example, golden_log
from tests.builds.lamina import Lamina


def golden_views(example: Example, lamina: Lamina, before: Path) -> str:
    """What is shown of an image, of what has changed since then, and on the page of what it has become."""
    folder, after = before.parent, lamina.cache.name

    def told(*words: str) -> str:
        ran = lamina.run(*words, cwd=folder)
        assert ran.status == 0, ran.both
        return golden_log(example, ran.out)

    told("report", after, "--previous", before.name, "--html", "page.html")
    page = golden_log(example, seen((folder / "page.html").read_text(encoding="utf-8")))
    compare = ("compare", before.name, after)
    views = {
        "explain": _image(example, told("explain", before.name)),
        f"explain {example.explained}": _distribution(told("explain", before.name, example.explained)),
        "compare": _difference(told(*compare)),
        "compare --format markdown": _difference(told(*compare, "--format", "markdown")),
        "report --html": _page(example, _difference(page)),
    }
    return "\n".join(f"# {title}\n\n{text}" for title, text in views.items())


_UNSEEN = ("head", "script", "style")
_BEGIN = ("h1", "h2", "h3", "p", "dt", "li", "caption", "summary", "tr", "button", "div")
_END = tuple(tag for tag in _BEGIN if tag != "dt")
_CELLS = ("dd", "td", "th", "span")


class _Seen(HTMLParser):
    """The lines of a page: each with how many boxes it lies in, and its cells apart."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []
        self._boxes = self._unseen = 0
        self._line = ""

    def _next(self) -> None:
        self.lines.append((self._boxes, re.sub(r"\s*\t\s*", "  ", self._line.strip())))
        self._line = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _BEGIN:
            self._next()
        self._line += "\t" if tag in _CELLS else ""
        self._boxes += tag == "div"
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in _END:
            self._next()
        self._boxes -= tag == "div"
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        self._line += "" if self._unseen else data.replace("\n", " ")


def seen(html: str) -> str:
    """The words of a page as a reader sees them, in their order."""
    page = _Seen()
    page.feed(html)
    return "".join(f"{'  ' * boxes}{line}\n" for boxes, line in page.lines if line)


def _image(example: Example, text: str) -> str:
    text = _all(r"\(linux/\w+\)$", "(linux/<arch>)", _narrow(text))
    text = _all(r"^(  linked into it:\n)(?:    .*\n)+", r"\1    <libraries>\n", _python(text))
    text = _all(r"^\d+ (distributions?, <size>).*", r"<count> \1", text)
    # Of the largest: whether the others are among them depends on what they bring.
    return _rows(text, r"  distribution  version  .*\n", example.names[:1])


def _python(text: str) -> str:
    """The day decides how long it is supported, and the machine what is linked into it."""
    return _all(r"(^ *|, )(?:gets no security|out of support) .*", r"\1<how long it is supported>", text)


def _distribution(text: str) -> str:
    text = _narrow(_all(r"\A(\S+) \S+", r"\1 <version>", text))
    text = _all(r"^  licence: .*", "  licence: <licence>", text)
    text = _all(r"^(  \S+==)\S+", r"\1<version>", text)
    asked = r"^  ([\w.-]+)[^\w\s.-]\S*  (\(the metadata of \S+) .*\)$"
    return _all(asked, r"  \1<specifier>  \2 <version>)", text)


def _difference(text: str) -> str:
    # As Markdown has them.
    text = _all(r"(sha256&#58;)[0-9a-f]+", r"\1<digest>", text)
    text = _all(r"(&#62;=)(?:3\.11|<minor>)", r"\1<declared>", text)
    text = _all(rf"({ADDED}(?: [|]?)*(?:not there)? *)\d[\w.]*", r"\1<version>", _narrow(text))
    return _all(r"\b\d+ distributions\b", "<count> distributions", text)


def _page(example: Example, text: str) -> str:
    text = _all(r"^(Linked into Python  ).*", r"\1<libraries>", _python(text))
    # The bytes beside the size; and a title that can be opened stands above the table, too.
    text = _all(r"<size> [\d,]+$", "<size>", text)
    text = _all(r"^(.+\n)\1", r"\1", text)
    text = _rows(text, r"Distribution  Layer  Size\n", (*example.names, ADDED))
    # What is drawn of the map: not what is too small for a box of its own, nor what is inside of distributions.
    text = _all(r"^ +\d+ smaller layers?  .*\n| {12}.*\n", "", text)
    text = _rows(text, r"    \S+  <size>\n(?= {8})", example.names[:1])
    # Which parts of a build take long enough to be told depends on the machine.
    parts = r"^(building with .*\n)(?:.*\n)+?(?=exporting)"
    return _all(parts, r"\1<parts>\n", text)


def _all(pattern: str, instead: str | Callable[["re.Match[str]"], str], text: str) -> str:
    return re.sub(pattern, instead, text, flags=re.MULTILINE)


def _narrow(text: str) -> str:
    """How wide columns are depends on what is normalised."""
    return _all(r"(?<=\S) {2,}", "  ", text)


_ROW = re.compile(r"( *)(\S+) +\S+(?: \S.*?)?(  .*)")


def _rows(text: str, head: str, names: Sequence[str]) -> str:
    """Of the rows below each such head the distributions of these names, whatever their sizes make of their order."""
    table = rf"^({head})(?=( *))((?:\2\S.*  <size>.*\n)+)"
    return _all(table, lambda found: f"{found[1]}{''.join(_kept(found[3].splitlines(), names))}", text)


def _kept(rows: list[str], names: Iterable[str]) -> Iterator[str]:
    found = sorted(each.groups() for each in map(_ROW.fullmatch, rows) if each and normalise_name(each[2]) in names)
    yield from (f"{indent}{name} <version>{rest}\n" for indent, name, rest in found)
    if len(found) < len(rows):
        yield f"{rows[0][: len(rows[0]) - len(rows[0].lstrip())]}<others>\n"
