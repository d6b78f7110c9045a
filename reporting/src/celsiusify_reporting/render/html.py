"""Documents as single HTML pages that have their styles, scripts and data in them."""

import base64
import gzip
import re
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from celsiusify_reporting.document.model import Block, Document, Heading
from celsiusify_reporting.plots import plotly_figures
from celsiusify_reporting.plots.spec import Chart

PAGE = Environment(
    loader=PackageLoader(__package__, "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
)


def render(document: Document, charts: Mapping[str, Chart], footer: str) -> str:
    """Return a document as HTML: the same text for the same arguments.

    Args:
        document: The document.
        charts: Its plots, by name.
        footer: The last line of the page.
    """
    blocks = [block for group in document.groups for block in group]
    return PAGE.get_template("report.html.j2").render(
        document=document,
        sections=[block for block in blocks if isinstance(block, Heading) and block.level > 1],
        plots={name: plotly_figures.plot(chart) for name, chart in charts.items()},
        library=packed(plotly_figures.script()),
        footer=footer,
    )


def packed(text: str) -> str:
    """Return a text gzipped, in Base64: a browser unpacks it, and the page is half as long."""
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def _kind(block: Block) -> str:
    return type(block).__name__


def _slug(text: str) -> str:
    """Return a text as the name of an anchor."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")


PAGE.filters |= {"kind": _kind, "slug": _slug}
