"""Make the plots of a report, each by a pure function."""

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
    """Return every plot that has data, by name."""
    targets = looks(report.measurements)
    charts = {
        RATIOS: ratios(report.comparisons, report.method),
        CAPACITY: capacity(targets, report.capacities),
        DISTRIBUTION: distribution(targets),
        SLOWEST: slowest(targets),
        OMISSION: omission(targets),
    }
    if report.run.kind == "loads":
        # The rounds of a search have different rates, and no common time series.
        charts |= {ROUNDS: rounds(targets, report.method), OVER_TIME: over_time(targets)}
    deployed = report.cluster.targets if report.cluster else {}
    for measurement in report.measurements:
        charts |= {
            of_target(REPLICAS, measurement): replicas(
                measurement, deployed.get(measurement.name, Deployed())
            ),
            of_target(INSTANCES, measurement): instances(measurement),
        }
    return {name: chart for name, chart in charts.items() if chart}


def of_target(name: str, measurement: Measurement) -> str:
    """Return the name of a plot that each target has."""
    return f"{name}-{measurement.name}"
