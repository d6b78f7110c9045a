"""A run second by second: of several rounds, the median of each second and what they range over."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median

from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Rule, Trace, Value
from celsiusify_reporting.plots.style import AXIS, DOTTED, Drawn
from celsiusify_reporting.stats.timeseries import History

SINCE = "seconds since the ramp-up ended"
START = Rule("x", 0, Look(AXIS))
Series = Callable[[History], Sequence[Value]]
# The values that rounds have of each second: none where it is a gap in all of them.
Seconds = dict[int, list[float]]


def over_time(drawn: Sequence[Drawn]) -> Chart | None:
    """Throughput, latency and, of a closed load, users, from when a round's ramp-up ended."""
    if not any(each.one.histories for each in drawn):
        return None
    steps = _steps(drawn)
    panels = [_rates(drawn), _latencies(drawn)]
    if not any(each.one.open_load for each in drawn):
        # What makes an open load counts as one user a process.
        panels.append(_users(drawn))
    panels[-1] = replace(panels[-1], x=Axis(SINCE))
    return Chart(tuple(_with(steps, panel) for panel in panels), one_x=True)


def _with(steps: tuple[Rule, ...], panel: Panel) -> Panel:
    """A panel with the steps of a schedule, lower: a page has room for words beside it."""
    if not steps:
        return panel
    return replace(panel, rules=(*panel.rules, *steps), height_in=0.75 * panel.height_in)


def _steps(drawn: Sequence[Drawn]) -> tuple[Rule, ...]:
    """Where the rate of a schedule changed, in its first round."""
    ends = [step.until_s for each in drawn for step in (each.one.steps or ())[:-1]]
    return tuple(Rule("x", at, Look(AXIS, DOTTED)) for at in sorted({*ends}))


def _rates(drawn: Sequence[Drawn]) -> Panel:
    traces = tuple(trace for each in drawn for trace in _rate(each))
    loops = [(each.one.closed_loop, each.look.colour) for each in drawn]
    ceilings = [Rule("y", loop.ceiling_rps, Look(colour, DOTTED)) for loop, colour in loops if loop]
    axis = Axis("requests/s", limits=(0, _top(traces, *(rule.at for rule in ceilings))))
    return Panel(traces, Axis(), axis, height_in=2.5, rules=(START, *ceilings))


def _rate(each: Drawn) -> Iterator[Trace]:
    yield from _course(each, lambda one: one.succeeded_rps, "{y} a second")
    failed = _by_second(each, lambda one: one.failed_rps)
    if any(any(values) for values in failed.values()):
        times, most = tuple(map(float, failed)), tuple(map(max, failed.values()))
        label = "second {x}: {y} failed a second"
        yield Trace(each.title, times, most, each.look, label, width=0, marker="cross")


def _latencies(drawn: Sequence[Drawn]) -> Panel:
    traces = tuple(
        trace
        for each in drawn
        for trace in (
            *_course(each, lambda one: one.p50_ms, "p50 {y} ms"),
            *_course(each, lambda one: one.p99_ms, "p99 {y} ms", width=0.7),
        )
    )
    axis = Axis("latency [ms], log.", logarithmic=True)
    return Panel(traces, Axis(), axis, height_in=2.7, rules=(START,))


def _users(drawn: Sequence[Drawn]) -> Panel:
    traces = tuple(
        trace for each in drawn for trace in _course(each, lambda one: one.users, "{y} users")
    )
    axis = Axis("users", limits=(0, _top(traces)))
    return Panel(traces, Axis(), axis, height_in=1.2, rules=(START,))


def _course(each: Drawn, series: Series, said: str, width: float = 1.6) -> Iterator[Trace]:
    seconds = _by_second(each, series)
    if not any(seconds.values()):
        return
    ranges = tuple((min(values), max(values)) if values else None for values in seconds.values())
    yield Trace(
        each.title,
        tuple(map(float, seconds)),
        tuple(median(values) if values else None for values in seconds.values()),
        each.look,
        f"second {{x}}: {said}",
        width,
        band=ranges if len(each.one.histories) > 1 else (),
    )


def _by_second(each: Drawn, series: Series) -> Seconds:
    seconds: Seconds = defaultdict(list)
    for one in each.one.histories:
        for time_s, value in zip(one.time_s, series(one), strict=True):
            seconds[int(time_s // 1)] += [] if value is None else [value]
    return dict(sorted(seconds.items()))


def _top(traces: Sequence[Trace], *others: float) -> float:
    values: list[Value] = [value for trace in traces for value in trace.y]
    edges = [edge[1] for trace in traces for edge in trace.band if edge]
    known = [value for value in values if value is not None]
    return 1.05 * max([*others, *known, *edges], default=0) or 1
