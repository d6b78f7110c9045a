"""The sentences of a report's findings, as its pages have them."""

from collections.abc import Iterable

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.narrative.finding_text import finding_writer
from celsiusify_reporting.validity.finding import Finding


def sentences(report: Report, findings: Iterable[Finding]) -> str:
    """Return the sentences of some findings, a line for each, with plain spaces."""
    lines = finding_writer(report.run, report.parity).sentences(findings)
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def caveats(report: Report) -> str:
    """Return the sentences of a report's caveats."""
    return sentences(report, report.caveats)


def judgements(report: Report) -> str:
    """Return the sentences of the verdict's reasons and warnings."""
    return sentences(report, (*report.verdict.reasons, *report.verdict.warnings))
