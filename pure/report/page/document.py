"""Writes the page: one file, whose policy lets nothing run or load but what stands in it."""

import base64
import hashlib

from pure.report.page import sections
from pure.report.page.looks import SCRIPT, STYLE
from pure.report.page.map import drawn, rules
from pure.report.page.markup import element, escaped, written
from pure.report.page.telling import Page


def document(page: Page) -> str:
    """The file's text, the same for an equal page."""
    boxes = drawn(page)
    style = f"{STYLE}{rules(boxes)}"
    main = element(
        "main",
        sections.heading(page),
        *((sections.difference(page.previous),) if page.previous else ()),
        sections.composition(page, boxes),
        sections.decisions(page),
        sections.times(page),
    )
    title = escaped(f"{page.name}: {sections.summary(page)}")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escaped(_policy(style, SCRIPT))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{written(main)}
{written(sections.ending())}
<script>{SCRIPT}</script>
</body>
</html>
"""


def _policy(style: str, script: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            # An empty icon, so that no browser asks a server for one.
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
