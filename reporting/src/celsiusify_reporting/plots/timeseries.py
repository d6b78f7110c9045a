"""Plot a run second by second: the median and the range of its rounds."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median

from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Rule, Trace, Value
from celsiusify_reporting.plots.style import AXIS, DOTTED, PlottedTarget
from celsiusify_reporting.stats.timeseries import History

SINCE = "seconds since the ramp-up ended"
START = Rule("x", 0, Look(AXIS))
Series = Callable[[History], Sequence[Value]]
# The rounds' values by second: none at a gap in all rounds.
Seconds = dict[int, list[float]]


def over_time(targets: Sequence[PlottedTarget]) -> Chart | None:
    """Return the plot of throughput, latency and, for a closed load, users."""
    if not any(target.measurement.histories for target in targets):
        return None
    steps = _steps(targets)
    panels = [_rates(targets), _latencies(targets)]
    if not any(target.measurement.open_load for target in targets):
        # Each process of an open load counts as one user.
        panels.append(_users(targets))
    panels[-1] = replace(panels[-1], x=Axis(SINCE))
    return Chart(tuple(_with(steps, panel) for panel in panels), one_x=True)


def _with(steps: tuple[Rule, ...], panel: Panel) -> Panel:
    """Return a panel with a schedule's steps, lower to leave room for text."""
    if not steps:
        return panel
    return replace(panel, rules=(*panel.rules, *steps), height_in=0.75 * panel.height_in)


def _steps(targets: Sequence[PlottedTarget]) -> tuple[Rule, ...]:
    """Return the times at which a schedule's rate changed, in its first round."""
    ends = [step.until_s for target in targets for step in (target.measurement.steps or ())[:-1]]
    return tuple(Rule("x", at, Look(AXIS, DOTTED)) for at in sorted({*ends}))


def _rates(targets: Sequence[PlottedTarget]) -> Panel:
    traces = tuple(trace for target in targets for trace in _rate(target))
    loops = [(target.measurement.closed_loop, target.look.colour) for target in targets]
    ceilings = [Rule("y", loop.ceiling_rps, Look(colour, DOTTED)) for loop, colour in loops if loop]
    axis = Axis("requests/s", limits=(0, _top(traces, *(rule.at for rule in ceilings))))
    return Panel(traces, Axis(), axis, height_in=2.5, rules=(START, *ceilings))


def _rate(target: PlottedTarget) -> Iterator[Trace]:
    yield from _series(target, lambda history: history.succeeded_rps, "{y} a second")
    failed = _by_second(target, lambda history: history.failed_rps)
    if any(any(values) for values in failed.values()):
        times, highest = tuple(map(float, failed)), tuple(map(max, failed.values()))
        label = "second {x}: {y} failed a second"
        yield Trace(target.title, times, highest, target.look, label, width=0, marker="cross")


def _latencies(targets: Sequence[PlottedTarget]) -> Panel:
    traces = tuple(
        trace
        for target in targets
        for trace in (
            *_series(target, lambda history: history.p50_ms, "p50 {y} ms"),
            *_series(target, lambda history: history.p99_ms, "p99 {y} ms", width=0.7),
        )
    )
    axis = Axis("latency [ms], log.", logarithmic=True)
    return Panel(traces, Axis(), axis, height_in=2.7, rules=(START,))


def _users(targets: Sequence[PlottedTarget]) -> Panel:
    traces = tuple(
        trace
        for target in targets
        for trace in _series(target, lambda history: history.users, "{y} users")
    )
    axis = Axis("users", limits=(0, _top(traces)))
    return Panel(traces, Axis(), axis, height_in=1.2, rules=(START,))


def _series(
    target: PlottedTarget, series: Series, label: str, width: float = 1.6
) -> Iterator[Trace]:
    seconds = _by_second(target, series)
    if not any(seconds.values()):
        return
    ranges = tuple((min(values), max(values)) if values else None for values in seconds.values())
    yield Trace(
        target.title,
        tuple(map(float, seconds)),
        tuple(median(values) if values else None for values in seconds.values()),
        target.look,
        f"second {{x}}: {label}",
        width,
        band=ranges if len(target.measurement.histories) > 1 else (),
    )


def _by_second(target: PlottedTarget, series: Series) -> Seconds:
    seconds: Seconds = defaultdict(list)
    for history in target.measurement.histories:
        for time_s, value in zip(history.time_s, series(history), strict=True):
            seconds[int(time_s // 1)] += [] if value is None else [value]
    return dict(sorted(seconds.items()))


def _top(traces: Sequence[Trace], *others: float) -> float:
    values: list[Value] = [value for trace in traces for value in trace.y]
    edges = [edge[1] for trace in traces for edge in trace.band if edge]
    known = [value for value in values if value is not None]
    return 1.05 * max([*others, *known, *edges], default=0) or 1
