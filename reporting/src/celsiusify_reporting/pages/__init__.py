"""What a report says, section by section."""

from __future__ import annotations

from celsiusify_reporting.document import Document
from celsiusify_reporting.pages.capacity import capacity
from celsiusify_reporting.pages.cluster import cluster
from celsiusify_reporting.pages.comparisons import comparisons
from celsiusify_reporting.pages.equality import equality
from celsiusify_reporting.pages.front import front, title
from celsiusify_reporting.pages.generator import generator
from celsiusify_reporting.pages.guide import guide
from celsiusify_reporting.pages.instances import instances
from celsiusify_reporting.pages.load import load
from celsiusify_reporting.pages.open_load import open_load
from celsiusify_reporting.pages.results import results
from celsiusify_reporting.pages.rounds import rounds
from celsiusify_reporting.pages.scaling import scaling
from celsiusify_reporting.pages.setup import setup
from celsiusify_reporting.pages.steps import steps
from celsiusify_reporting.report import Report

SECTIONS = (
    front,
    comparisons,
    capacity,
    steps,
    scaling,
    instances,
    rounds,
    results,
    open_load,
    load,
    generator,
    cluster,
    equality,
    setup,
    guide,
)


def compose(report: Report) -> Document:
    """Make the document of a report; every figure in it is one of the report's."""
    groups = tuple(group for section in SECTIONS for group in section(report))
    return Document(title(report), groups)
