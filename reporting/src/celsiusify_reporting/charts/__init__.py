"""The plots of a report, each a pure function of its data."""

from __future__ import annotations

from celsiusify_reporting.chart import Chart
from celsiusify_reporting.charts.capacity import capacity
from celsiusify_reporting.charts.latency import distribution, slowest
from celsiusify_reporting.charts.look import looks
from celsiusify_reporting.charts.open_load import omission
from celsiusify_reporting.charts.ratios import ratios
from celsiusify_reporting.charts.rounds import rounds
from celsiusify_reporting.charts.time import over_time
from celsiusify_reporting.report import Report

RATIOS, ROUNDS, CAPACITY = "ratios", "rounds", "capacity"
DISTRIBUTION, SLOWEST, OVER_TIME, OMISSION = "distribution", "slowest", "over-time", "omission"


def draw(report: Report) -> dict[str, Chart]:
    """Every plot that there is data for, by name."""
    drawn = looks(report.measurements)
    charts = {
        RATIOS: ratios(report.comparisons, report.method),
        CAPACITY: capacity(drawn, report.capacities),
        DISTRIBUTION: distribution(drawn),
        SLOWEST: slowest(drawn),
        OMISSION: omission(drawn),
    }
    if report.run.kind == "loads":
        # In a search each round has another rate: they have no common course.
        charts |= {ROUNDS: rounds(drawn, report.method), OVER_TIME: over_time(drawn)}
    return {name: chart for name, chart in charts.items() if chart}
