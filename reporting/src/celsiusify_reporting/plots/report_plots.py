"""The plots of a report, each a pure function of its data."""

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.inputs.cluster_json import Deployed
from celsiusify_reporting.plots.latency import distribution, rounds, slowest
from celsiusify_reporting.plots.rates import capacity, omission
from celsiusify_reporting.plots.ratios import ratios
from celsiusify_reporting.plots.replicas import instances, replicas
from celsiusify_reporting.plots.spec import Chart
from celsiusify_reporting.plots.style import looks
from celsiusify_reporting.plots.timeseries import over_time
from celsiusify_reporting.stats.model import Measurement

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
