"""A document as one HTML page that needs nothing but itself: styles, scripts and data are in it."""

from __future__ import annotations

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
    """Make the page: the same text for the same arguments.

    Args:
        document: What it says.
        charts: Its plots, by name.
        footer: Stands at its end.
    """
    blocks = [block for group in document.groups for block in group]
    return PAGE.get_template("report.html.j2").render(
        document=document,
        sections=[one for one in blocks if isinstance(one, Heading) and one.level > 1],
        plots={name: plotly_figures.plot(chart) for name, chart in charts.items()},
        library=packed(plotly_figures.script()),
        footer=footer,
    )


def packed(text: str) -> str:
    """A text gzipped, in Base64: a browser unpacks it, and the page is less than half as long."""
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=9, mtime=0)).decode()


def _kind(block: Block) -> str:
    return type(block).__name__


def _slug(text: str) -> str:
    """A text as the name of a place in the page."""
    return re.sub(r"\W+", "-", text.lower()).strip("-")


PAGE.filters |= {"kind": _kind, "slug": _slug}
