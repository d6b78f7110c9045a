"""The titles and captions of a report's plots."""

from collections.abc import Iterator
from typing import NamedTuple

from celsiusify_reporting.narrative.formatting import setting
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement


class PlotText(NamedTuple):
    """The title and the caption of a plot."""

    title: str
    caption: str


RATIOS = PlotText(
    "How the targets compare",
    "A dot at 2 means twice as much, at 1 the same, at 0.5 half as much. The dot is the "
    "best guess, the line through it is where the true value lies, and each small bar is "
    "one round. A line wholly outside the shaded band is a difference, one wholly inside "
    "is none worth mentioning, and one that crosses its edge settles nothing.",
)
CAPACITY = PlotText(
    "Latency against rate",
    "Thick, with dots: the 99th percentile of latency at each rate that was tried, counted "
    "from when a request was due; thin: the median. The line across is the objective, the "
    "dotted ones are the rates found.",
)
DISTRIBUTION = PlotText(
    "Distribution of latency",
    "How many of the requests took no longer than a latency: further left is "
    "better. Circles mark the median, triangles the 99th percentile.",
)
ROUNDS = PlotText(
    "Round by round",
    "What each round measured: points of a target that lie far apart show that rounds "
    "differ, and lines that rise or fall together that the machine did.",
)
SLOWEST = PlotText(
    "The slowest requests",
    "How many of the requests took longer than a latency.",
)
OMISSION = PlotText(
    "Latency from when a request was due, and from when it was sent",
    "Thick, with dots: from when requests were due. Thin, with crosses: from when they "
    "were sent. Where they part, requests waited for a free connection: this is "
    "coordinated omission, the time that a load which waits for answers doesn't see.",
)
OVER_TIME_OPEN = "Throughput and latency over time"
OVER_TIME_CLOSED = "Throughput, latency and users over time"

SECONDS = (
    "A request belongs to the second in which it started; only whole seconds are drawn. Zero "
    "is where a round's ramp-up ends."
)
BAND = (
    "A line is the median round in each second, and its band reaches from the lowest to the "
    "highest."
)
CEILING = "Dotted: the most that the users can ask for."
FAILURES = "Crosses: failures, of the round with the most."
LATENCY = (
    "Latency: the thick line is the median of each second, the thin one its 99th percentile, "
    "left out where a second has too few requests for it."
)
STEPS = "Dotted and upright: where the schedule's rate changes."


def over_time(measurements: tuple[Measurement, ...]) -> PlotText:
    """Return the title and the caption of the plot over time."""
    is_open = any(measurement.open_load for measurement in measurements)
    title = OVER_TIME_OPEN if is_open else OVER_TIME_CLOSED
    return PlotText(title, " ".join(_over_time(measurements)))


def _over_time(measurements: tuple[Measurement, ...]) -> Iterator[str]:
    histories = [history for measurement in measurements for history in measurement.histories]
    yield SECONDS
    if any(len(measurement.histories) > 1 for measurement in measurements):
        yield BAND
    if any(measurement.closed_loop for measurement in measurements):
        yield CEILING
    if any(any(history.failed_rps) for history in histories):
        yield FAILURES
    yield LATENCY
    if any(measurement.steps for measurement in measurements):
        yield STEPS


def replicas(title: str, method: Method) -> PlotText:
    """Return the title and the caption of a target's replicas over the load."""
    window = setting(method.metrics_window_s)
    return PlotText(
        f"Replicas over load: {title}",
        "Requests of each whole second and replicas of each sample, on one axis. Dotted lines: "
        "where the load changed; the one across: the CPU that the autoscaler aims at. Thick orange "
        "under red: what the autoscaler wanted, under the Deployment's desired replicas. CPU is "
        f"coarse: the metrics server averages over some {window} s, and each level line of a pod's "
        "CPU is one such window, known only at its end.",
    )


def instances(title: str) -> PlotText:
    """Return the title and the caption of a target's answers by instance."""
    return PlotText(
        f"Which instance answered: {title}",
        f"{title}: answers of each instance in each second, one above the other, in order of "
        "their first answer.",
    )
