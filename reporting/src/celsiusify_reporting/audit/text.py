"""What a report's pages say, as plain text."""

from __future__ import annotations

from html.parser import HTMLParser

import pymupdf
from markdown_it import MarkdownIt

SILENT = {"head", "script", "style", "nav", "footer", "noscript"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fall silent in what isn't shown, or isn't of the main part."""
        self._silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        """Speak again."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words += [] if self._silent else data.split()


def of_html(page: str) -> str:
    """The words that a page shows in its main part."""
    reader = _Words()
    reader.feed(page)
    return " ".join(reader.words)


def of_markdown(text: str) -> str:
    """The words of a text without Markdown's own signs."""
    return of_html(MarkdownIt("commonmark").enable("table").render(text))


def of_pdf(content: bytes, foot_pt: float) -> str:
    """The words of all pages, but for so many points at the foot of each."""
    with pymupdf.open(stream=content, filetype="pdf") as document:
        return " ".join(page.get_text(clip=_above(page.rect, foot_pt)) for page in document)


def _above(page: pymupdf.Rect, foot_pt: float) -> pymupdf.Rect:
    return pymupdf.Rect(page.x0, page.y0, page.x1, page.y1 - foot_pt)
