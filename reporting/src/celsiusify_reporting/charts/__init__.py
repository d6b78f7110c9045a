"""The plots of a report, each a pure function of its data."""

from __future__ import annotations

from celsiusify_reporting.chart import Chart
from celsiusify_reporting.charts.capacity import capacity
from celsiusify_reporting.charts.instances import instances
from celsiusify_reporting.charts.latency import distribution, slowest
from celsiusify_reporting.charts.look import looks
from celsiusify_reporting.charts.open_load import omission
from celsiusify_reporting.charts.ratios import ratios
from celsiusify_reporting.charts.replicas import replicas
from celsiusify_reporting.charts.rounds import rounds
from celsiusify_reporting.charts.time import over_time
from celsiusify_reporting.cluster import Deployed
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.report import Report

RATIOS, ROUNDS, CAPACITY = "ratios", "rounds", "capacity"
DISTRIBUTION, SLOWEST, OVER_TIME, OMISSION = "distribution", "slowest", "over-time", "omission"
REPLICAS, INSTANCES = "replicas", "instances"


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
    deployed = report.cluster.targets if report.cluster else {}
    for one in report.measurements:
        charts |= {
            of_target(REPLICAS, one): replicas(one, deployed.get(one.name, Deployed())),
            of_target(INSTANCES, one): instances(one),
        }
    return {name: chart for name, chart in charts.items() if chart}


def of_target(name: str, one: Measurement) -> str:
    """What a plot is called that each target has by itself."""
    return f"{name}-{one.name}"
