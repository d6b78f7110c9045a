import base64
import gzip
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from celsiusify_reporting import html, interactive, markdown
from celsiusify_reporting.document import (
    Bullets,
    Code,
    Document,
    Heading,
    Paragraph,
    Plot,
    Statement,
    Table,
    Warnings,
)
from test_figures import CHART

HOSTILE = "</script><script>alert(1)</script> & <b>"
DOCUMENT = Document(
    "Title",
    (
        (Heading("Title", level=1), Paragraph(HOSTILE), Statement("It is so.")),
        (
            Heading("A part"),
            Warnings(("Mind this.",)),
            Bullets(("One.", "Two.")),
            Table(("", "What", "Count"), (("a|b", "x", "1"),), text_columns=2),
            Plot("latency", "Latency", "A plot."),
            Code("make report"),
        ),
    ),
)


class Text(HTMLParser):
    """What a page says, and what it refers to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.references: list[str] = []
        self._silent = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag refers to, and whether it shows its text."""
        self._silent += tag in SILENT
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        """Show text again."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """Note words that are shown."""
        self.words += [] if self._silent else data.split()


SILENT = {"head", "script", "style", "nav", "footer", "noscript"}


@pytest.fixture(scope="module")
def page() -> str:
    """A page with a block of each kind."""
    return html.render(DOCUMENT, {"latency": CHART}, "foot")


def test_page_says_what_the_markdown_says(page: str) -> None:
    """Word for word, in the same order."""
    text = markdown.render(DOCUMENT)
    same = MarkdownIt("commonmark").enable("table").render(text)

    assert Text(page).words == Text(same).words


def test_foreign_text_is_shown_as_it_is(page: str) -> None:
    """Whatever an error says, the page finds no tag in it."""
    assert "<b>" not in page
    assert "alert(1)</script>" not in page


def test_page_refers_to_nothing_outside(page: str) -> None:
    """Its only references are to its own parts."""
    assert set(Text(page).references) == {"data:,", "#a-part"}


def test_each_section_can_be_reached(page: str) -> None:
    """The list of sections leads to headings that are there once."""
    assert page.count('id="a-part"') == 1


def test_library_is_the_package_s(page: str) -> None:
    """Packed, and whole."""
    packed = re.search(r'id="library">([^<]+)<', page)
    assert packed

    assert gzip.decompress(base64.b64decode(packed[1])).decode() == interactive.script()


def test_two_builds_are_equal(page: str) -> None:
    """No identifier is drawn at random, no time stands in it."""
    assert html.render(DOCUMENT, {"latency": CHART}, "foot") == page
