"""The plots of a report, each a pure function of its data."""

from __future__ import annotations

from celsiusify_reporting.chart import Chart
from celsiusify_reporting.charts.latency import distribution, slowest
from celsiusify_reporting.charts.look import looks
from celsiusify_reporting.charts.time import over_time
from celsiusify_reporting.report import Report

DISTRIBUTION, SLOWEST, OVER_TIME = "distribution", "slowest", "over-time"


def draw(report: Report) -> dict[str, Chart]:
    """Every plot that there is data for, by name."""
    drawn = looks(report.measurements)
    charts = {
        DISTRIBUTION: distribution(drawn),
        SLOWEST: slowest(drawn),
        OVER_TIME: over_time(drawn),
    }
    return {name: chart for name, chart in charts.items() if chart}
