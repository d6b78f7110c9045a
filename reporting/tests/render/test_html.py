import base64
import gzip
import re

import pytest

from celsiusify_reporting.audit import documents
from celsiusify_reporting.document.model import (
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
from celsiusify_reporting.plots import plotly_figures
from celsiusify_reporting.render import html, markdown
from support.charts import CHART

HOSTILE = "</script><script>alert(1)</script> & <b>"
DOCUMENT = Document(
    "Title",
    (
        (Heading("Title", level=1), Paragraph(HOSTILE), Statement("VALID", "It is so.")),
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


REFERENCE = re.compile(r'(?:src|href)="([^"]*)"|url\(([^)]*)\)')


@pytest.fixture(scope="module")
def page() -> str:
    """A page with a block of each kind."""
    return html.render(DOCUMENT, {"latency": CHART}, "foot")


def test_page_says_what_the_markdown_says(page: str) -> None:
    """Word for word, in the same order."""
    assert documents.of_html(page) == documents.of_markdown(markdown.render(DOCUMENT))


def test_foreign_text_is_shown_as_it_is(page: str) -> None:
    """Whatever an error says, the page finds no tag in it."""
    assert "<b>" not in page
    assert "alert(1)</script>" not in page


def test_page_refers_to_nothing_outside(page: str) -> None:
    """Its only references are to its own parts."""
    own = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)

    assert {"".join(found) for found in REFERENCE.findall(own)} == {"data:,", "#a-part"}


def test_each_section_can_be_reached(page: str) -> None:
    """The list of sections leads to headings that are there once."""
    assert page.count('id="a-part"') == 1


def test_library_is_the_package_s(page: str) -> None:
    """Packed, and whole."""
    packed = re.search(r'id="library">([^<]+)<', page)
    assert packed

    assert gzip.decompress(base64.b64decode(packed[1])).decode() == plotly_figures.script()


def test_two_builds_are_equal(page: str) -> None:
    """No identifier is drawn at random, no time stands in it."""
    assert html.render(DOCUMENT, {"latency": CHART}, "foot") == page
