import pytest
from markdown_it import MarkdownIt

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
from celsiusify_reporting.render.markdown import escape, render


def html(text: str) -> str:
    return str(MarkdownIt("commonmark").enable("table").render(text)).strip()


@pytest.mark.parametrize(
    "text",
    [
        "a|b",
        "*not* _emphasised_",
        "<script>alert(1)</script>",
        "`code`",
        "2.50",
        "1.",
        "# no heading",
        "1. no list",
        "- no list",
        "+ no list",
        "[no](link)",
        "C:\\temp",
        "&amp; stays",
    ],
)
def test_foreign_text_is_shown_as_it_is(text: str) -> None:
    """Whatever an error says, Markdown finds nothing of its own in it."""
    shown = html(escape(text)).removeprefix("<p>").removesuffix("</p>")
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert shown == plain


def test_foreign_text_stays_on_one_line() -> None:
    """A line break in a table's cell would end the table."""
    assert escape("a\n\n  b") == "a b"


def test_every_block_has_its_markdown() -> None:
    """The whole of a document, a block of each kind."""
    document = Document(
        "Title",
        (
            (Heading("Title", level=1), Paragraph("Text.")),
            (Statement("VALID", "It is so."), Warnings(("Mind this.",)), Bullets(("One.", "Two."))),
            (
                Table(("Target", "What", "Count"), (("a|b", "x", "1"),), text_columns=2),
                Plot("latency", "Latency", "A plot."),
                Code("make report"),
            ),
        ),
    )

    assert render(document) == (
        "# Title\n\nText.\n\n> **VALID.** It is so.\n\n> - Mind this.\n\n- One.\n- Two.\n\n"
        "| Target | What | Count |\n| --- | --- | --: |\n| a\\|b | x | 1 |\n\n"
        "![Latency](figures/latency.png)\n\n*A plot.*\n\n    make report\n"
    )
