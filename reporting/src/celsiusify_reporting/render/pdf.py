"""Documents as PDF: markdown-pdf lays out pages, each filled with whole groups of blocks."""

import io
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files

import pymupdf
from markdown_pdf import MarkdownPdf, Section

from celsiusify_reporting.document.model import Document
from celsiusify_reporting.render.markdown import FIGURES, render_group

PAPER = "A4"
MARGIN_PT, FOOTER_PT = 36, 20
BORDERS = (MARGIN_PT, MARGIN_PT, -MARGIN_PT, -MARGIN_PT - FOOTER_PT)
CSS = files(__package__).joinpath("templates", "report.css").read_text(encoding="utf-8")


def render(document: Document, plots: Mapping[str, bytes], footer: str) -> bytes:
    """Lay out a document on A4 pages.

    Args:
        document: The document.
        plots: The PNG files of its plots, by name.
        footer: The text at the foot of each page, beside its number.

    Returns:
        The PDF: the same bytes for the same arguments.
    """
    archive = pymupdf.Archive()
    for name, png in plots.items():
        archive.add(png, f"{FIGURES}/{name}.png")
    pdf = MarkdownPdf(toc_level=2)
    # Its default is the time of day, and two builds are to be equal.
    pdf.meta = {"title": document.title, "creator": "celsiusify-reporting"}

    def fits(text: str) -> bool:
        story = pymupdf.Story(html=pdf.m_d.render(text), user_css=CSS, archive=archive)
        more, _ = story.place(pymupdf.paper_rect(PAPER) + BORDERS)
        return not more

    for page in pages(map(render_group, document.groups), fits):
        pdf.add_section(
            Section(page, root=archive, paper_size=PAPER, borders=BORDERS), user_css=CSS
        )
    written = io.BytesIO()
    pdf.save_bytes(written)
    return _finished(written.getvalue(), footer)


def pages(groups: Iterable[str], fits: Callable[[str], bool]) -> list[str]:
    """Fill pages with groups of Markdown, in order, each whole unless it is longer than a page.

    Args:
        groups: The groups.
        fits: Returns True if a text fits on one page.
    """
    filled: list[str] = []
    for group in groups:
        if filled and fits(joined := f"{filled[-1]}\n\n{group}"):
            filled[-1] = joined
        else:
            filled.append(group)
    return filled


def _finished(laid_out: bytes, footer: str) -> bytes:
    with pymupdf.open(stream=laid_out, filetype="pdf") as document:
        for page in document:
            text = f"{footer} · page {page.number + 1} of {len(document)}"
            foot = (MARGIN_PT, page.rect.height - MARGIN_PT + 6)
            page.insert_text(foot, text, fontsize=7.5, fontname="helv", color=(0.36, 0.4, 0.44))
        # The file's identifier is drawn at random; without it two builds are equal.
        document.xref_set_key(-1, "ID", "null")
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))
