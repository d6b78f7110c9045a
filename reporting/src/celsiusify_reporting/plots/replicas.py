"""Plot replicas and instances over the load."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, cycle
from typing import Any

from celsiusify_reporting.inputs.cluster_json import Deployed
from celsiusify_reporting.narrative.formatting import whole
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Range, Rule, Trace, Value
from celsiusify_reporting.plots.style import AXIS, COLOURS, DOTTED
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.stats.scaling.instances import Instances
from celsiusify_reporting.stats.scaling.timeline import PodTimeline, Timeline

BLUE, RED, GREEN, PINK, SKY, ORANGE = COLOURS
GREY = "#8a949b"
PERCENTILES = {"p50": 1.6, "p99": 0.7}


def replicas(measurement: Measurement, deployed: Deployed) -> Chart | None:
    """Return the plot of a target's replicas; None if they weren't sampled.

    A line across marks the CPU that the autoscaler aims at.
    """
    timeline = measurement.timeline
    if timeline is None:
        return None
    steps = tuple(Rule("x", at, Look(AXIS, DOTTED)) for at in timeline.step_s)
    panels = [
        _panel("requests/s", 1.7, _rates(timeline), steps),
        _panel("latency [ms], log.", 1.6, _latencies(timeline), steps, logarithmic=True),
        _panel("replicas", 1.5, _counts(timeline), steps),
        _panel("HPA's CPU [%]", 1.2, _autoscaler_cpu(timeline), (*steps, *_aims(deployed))),
        _panel("CPU [cores]", 1.2, (_pods(timeline.pods),), steps),
    ]
    drawn = [panel for panel in panels if any(_known(trace.y) for trace in panel.traces)]
    if not drawn:
        return None
    last = drawn[-1]
    x = Axis("seconds since the first steady window began")
    drawn[-1] = Panel(last.traces, x, last.y, last.height_in, last.rules)
    return Chart(tuple(drawn), one_x=True)


def _panel(
    title: str,
    height_in: float,
    traces: Iterable[Trace],
    rules: tuple[Rule, ...],
    *,
    logarithmic: bool = False,
) -> Panel:
    shown = tuple(trace for trace in traces if _known(trace.y))
    top = 1.08 * max((value for trace in shown for value in _known(trace.y)), default=1) or 1
    y = Axis(title, logarithmic=True) if logarithmic else Axis(title, limits=(0, top))
    return Panel(shown, Axis(), y, height_in, rules)


def _rates(timeline: Timeline) -> Iterator[Trace]:
    yield _seconds(timeline, "requested", timeline.offered_rps, Look(GREY), 2.4)
    yield _seconds(timeline, "answered", timeline.answered_rps, Look(BLUE), 1.2)


def _latencies(timeline: Timeline) -> Iterator[Trace]:
    series = {"p50": timeline.p50_ms, "p99": timeline.p99_ms}
    for name, width in PERCENTILES.items():
        yield _seconds(timeline, f"latency, {name}", series[name], Look(PINK), width)


def _seconds(
    timeline: Timeline, name: str, values: tuple[Value, ...], look: Look, width: float
) -> Trace:
    label = f"second {{x}}: {name} {{y}}"
    return Trace(name, timeline.second_s, values, look, label, width, stepped=True)


def _counts(timeline: Timeline) -> Iterator[Trace]:
    for name, values, look, width in (
        ("autoscaler wants", timeline.hpa_desired, Look(ORANGE), 3.2),
        ("desired", timeline.desired, Look(RED, (5, 2)), 1.6),
        ("ready", timeline.ready, Look(GREEN), 1.6),
    ):
        yield _sampled(timeline, name, tuple(map(_float, values)), look, width)


def _autoscaler_cpu(timeline: Timeline) -> Iterator[Trace]:
    label = "CPU the autoscaler sees"
    yield _sampled(timeline, label, timeline.hpa_cpu_percent, Look(RED), 1.6)


def _aims(deployed: Deployed) -> Iterator[Rule]:
    aim = deployed.autoscaler.target_cpu_percent if deployed.autoscaler else None
    if aim is not None:
        yield Rule("y", aim, Look(ORANGE, DOTTED))


def _sampled(
    timeline: Timeline, name: str, values: tuple[Value, ...], look: Look, width: float
) -> Trace:
    label = f"second {{x}}: {name} {{y}}"
    return Trace(name, timeline.sample_s, values, look, label, width, stepped=True)


def _pods(pods: Sequence[PodTimeline]) -> Trace:
    """Return the CPU of all pods: a level line for each window of the metrics server."""
    points: list[tuple[Value, Value, str]] = []
    for pod in pods:
        windows = zip(pod.from_s, pod.until_s, pod.cpu_cores, strict=True)
        for begin, until, used in windows:
            points += [(begin, used, pod.pod), (until, used, pod.pod)]
        points.append((None, None, pod.pod))
    x, y, names = zip(*points, strict=True) if points else ((), (), ())
    label = "second {x}: {text} {y} cores"
    return Trace("a pod's CPU", x, y, Look(SKY), label, 1.2, texts=names)


def _known(values: Sequence[Any]) -> list[float]:
    return [value for value in values if value is not None]


def _float(value: int | None) -> float | None:
    return None if value is None else float(value)


OPACITY = 0.75
LETTERS = 8  # the first group of an identifier
MOST_NAMED = 11


def instances(measurement: Measurement) -> Chart | None:
    """Return the plot of the instances' answers; None for a single instance."""
    by_instance = measurement.instances
    if by_instance is None:
        return None
    names = [share.instance[:LETTERS] for share in by_instance.shares]
    named = len(names) <= MOST_NAMED and len({*names}) == len(names)
    levels = list(zip(*map(accumulate, zip(*by_instance.answered, strict=True)), strict=True))
    floors = [(0,) * len(by_instance.second_s), *levels]
    traces = tuple(
        _area(by_instance, name if named else "", Look(colour), low, high)
        for name, colour, low, high in zip(names, cycle(COLOURS), floors, levels, strict=False)
    )
    top = 1.05 * max(levels[-1])
    x = Axis("seconds since the first steady window began")
    y = Axis("answers/s, one above the other", limits=(0, top))
    return Chart((Panel(traces, x, y, height_in=2.2),))


def _area(
    by_instance: Instances, name: str, look: Look, low: tuple[int, ...], high: tuple[int, ...]
) -> Trace:
    """Return the area between two levels; seconds without an answer are a gap."""
    x: list[Value] = []
    y: list[Value] = []
    band: list[Range | None] = []
    answers: list[str] = []
    for second, bottom, top in zip(by_instance.second_s, low, high, strict=True):
        if x and x[-1] is not None and second - x[-1] > 1:
            x.append(None)
            y.append(None)
            band.append(None)
            answers.append("")
        x.append(second)
        y.append(float(top))
        band.append((float(bottom), float(top)))
        answers.append(whole(top - bottom))
    return Trace(
        name,
        tuple(x),
        tuple(y),
        look,
        label="second {x}: {text} answers",
        width=1,
        texts=tuple(answers),
        band=tuple(band),
        opacity=OPACITY,
    )
