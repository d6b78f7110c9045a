"""Plot latency against the rate, and what an open load shows that a closed one hides."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.narrative.formatting import setting
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Rule, Trace
from celsiusify_reporting.plots.style import AXIS, DOTTED, Drawn
from celsiusify_reporting.stats.capacity import CapacityResult, RateTrial
from celsiusify_reporting.stats.open_load import Omission


def capacity(drawn: Sequence[Drawn], found: Sequence[CapacityResult]) -> Chart | None:
    """The objective's percentile over the rate; a line across marks the rate that was found."""
    looks = {each.one.name: each.look for each in drawn}
    traces = tuple(trace for one in found for trace in _tried(one, looks[one.target]))
    if not traces:
        return None
    objectives = {one.objective.latency_ms for one in found}
    limits = (Rule("y", latency_ms, Look(AXIS)) for latency_ms in sorted(objectives))
    rates = (
        Rule("x", one.rate_rps, Look(looks[one.target].colour, DOTTED))
        for one in found
        if one.rate_rps
    )
    x = Axis("requests/s asked for")
    y = Axis("latency [ms], logarithmic", logarithmic=True)
    return Chart((Panel(traces, x, y, height_in=3, rules=(*limits, *rates)),))


def _tried(found: CapacityResult, look: Look) -> Iterator[Trace]:
    for name, of, width in (("p99", _p99, 1.6), ("p50", _p50, 0.7)):
        known = [one for one in found.curve if of(one) is not None]
        if known:
            yield Trace(
                name=found.title,
                x=tuple(one.rate_rps for one in known),
                y=tuple(of(one) for one in known),
                look=look,
                label=f"{{x}} a second: {name} {{y}} ms, {{text}}",
                width=width,
                marker="circle" if name == "p99" else None,
                texts=tuple(_held(one) for one in known),
            )


def _p50(one: RateTrial) -> float | None:
    return one.p50_ms


def _p99(one: RateTrial) -> float | None:
    return one.p99_ms


def _held(one: RateTrial) -> str:
    kept = {True: "held", False: "not held", None: "too few requests to tell"}[one.held]
    return f"{kept} ({one.phase})" if one.phase else kept


def omission(drawn: Sequence[Drawn]) -> Chart | None:
    """Percentiles of latency from when requests were due, above those from when they were sent."""
    loads = [(each, each.one.open_load.omissions) for each in drawn if each.one.open_load]
    longest = max((omissions for _, omissions in loads), key=len, default=())
    if not longest:
        return None
    traces = tuple(trace for each, omissions in loads for trace in _both(each, omissions))
    names = tuple(f"p{setting(one.percent)}" for one in longest)
    x = Axis("percentile", names=names, limits=(-0.3, len(names) - 0.7))
    y = Axis("latency [ms], logarithmic", logarithmic=True)
    return Chart((Panel(traces, x, y, height_in=2.3),))


def _both(each: Drawn, omissions: Sequence[Omission]) -> Iterator[Trace]:
    places = tuple(float(place) for place in range(len(omissions)))
    names = tuple(f"p{setting(one.percent)}" for one in omissions)
    due = tuple(one.response_ms for one in omissions)
    sent = tuple(one.service_ms for one in omissions)
    yield Trace(
        each.title, places, due, each.look, "{text}: {y} ms from due", 1.6, "circle", (), names
    )
    yield Trace(
        each.title, places, sent, each.look, "{text}: {y} ms from sending", 0.7, "cross", (), names
    )
