"""Compose the document of a report, section by section."""

from celsiusify_reporting.document.model import Document
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.cluster import cluster
from celsiusify_reporting.document.sections.comparisons import comparisons, equality
from celsiusify_reporting.document.sections.front import front, title
from celsiusify_reporting.document.sections.load import generator, load
from celsiusify_reporting.document.sections.rates import capacity, open_load
from celsiusify_reporting.document.sections.results import results
from celsiusify_reporting.document.sections.rounds import rounds, steps
from celsiusify_reporting.document.sections.scaling import instances, scaling
from celsiusify_reporting.document.sections.setup import guide, setup

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
    """Return the document of a report, whose figures are all the report's."""
    groups = tuple(group for section in SECTIONS for group in section(report))
    return Document(title(report), groups)
