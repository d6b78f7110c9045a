"""Plot latency against the rate, and what an open load shows that a closed one hides."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.narrative.formatting import setting
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Rule, Trace
from celsiusify_reporting.plots.style import AXIS, DOTTED, PlottedTarget
from celsiusify_reporting.stats.capacity import CapacityResult, RateTrial
from celsiusify_reporting.stats.open_load import Omission


def capacity(targets: Sequence[PlottedTarget], results: Sequence[CapacityResult]) -> Chart | None:
    """Return the plot of latency over the rate; a line marks each capacity."""
    looks = {target.measurement.name: target.look for target in targets}
    traces = tuple(trace for result in results for trace in _trials(result, looks[result.target]))
    if not traces:
        return None
    objectives = {result.objective.latency_ms for result in results}
    limits = (Rule("y", latency_ms, Look(AXIS)) for latency_ms in sorted(objectives))
    rates = (
        Rule("x", result.rate_rps, Look(looks[result.target].colour, DOTTED))
        for result in results
        if result.rate_rps
    )
    x = Axis("requests/s requested")
    y = Axis("latency [ms], logarithmic", logarithmic=True)
    return Chart((Panel(traces, x, y, height_in=3, rules=(*limits, *rates)),))


def _trials(result: CapacityResult, look: Look) -> Iterator[Trace]:
    for name, of, width in (("p99", _p99, 1.6), ("p50", _p50, 0.7)):
        known = [trial for trial in result.curve if of(trial) is not None]
        if known:
            yield Trace(
                name=result.title,
                x=tuple(trial.rate_rps for trial in known),
                y=tuple(of(trial) for trial in known),
                look=look,
                label=f"{{x}} a second: {name} {{y}} ms, {{text}}",
                width=width,
                marker="circle" if name == "p99" else None,
                texts=tuple(_held(trial) for trial in known),
            )


def _p50(trial: RateTrial) -> float | None:
    return trial.p50_ms


def _p99(trial: RateTrial) -> float | None:
    return trial.p99_ms


def _held(trial: RateTrial) -> str:
    kept = {True: "held", False: "not held", None: "too few requests to tell"}[trial.held]
    return f"{kept} ({trial.phase})" if trial.phase else kept


def omission(targets: Sequence[PlottedTarget]) -> Chart | None:
    """Return the plot of percentiles from the intended time, above those from sending."""
    loads = [
        (target, target.measurement.open_load.omissions)
        for target in targets
        if target.measurement.open_load
    ]
    longest = max((omissions for _, omissions in loads), key=len, default=())
    if not longest:
        return None
    traces = tuple(trace for target, omissions in loads for trace in _both(target, omissions))
    names = tuple(f"p{setting(omission_.percent)}" for omission_ in longest)
    x = Axis("percentile", names=names, limits=(-0.3, len(names) - 0.7))
    y = Axis("latency [ms], logarithmic", logarithmic=True)
    return Chart((Panel(traces, x, y, height_in=2.3),))


def _both(target: PlottedTarget, omissions: Sequence[Omission]) -> Iterator[Trace]:
    places = tuple(float(place) for place in range(len(omissions)))
    names = tuple(f"p{setting(omission.percent)}" for omission in omissions)
    due = tuple(omission.response_ms for omission in omissions)
    sent = tuple(omission.service_ms for omission in omissions)
    yield Trace(
        target.title, places, due, target.look, "{text}: {y} ms from due", 1.6, "circle", (), names
    )
    yield Trace(
        target.title,
        places,
        sent,
        target.look,
        "{text}: {y} ms from sending",
        0.7,
        "cross",
        (),
        names,
    )
