"""Whether the load generator was at its own limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import (
    figure,
    limit,
    milliseconds,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.validity.finding import Finding


@dataclass(frozen=True)
class Headroom:
    """How many times as much the load generator can do as it did.

    Attributes:
        calibrated_rps: What it reached against a responder that does nothing.
        achieved_rps: What it finished at this target, in the step of the highest rate.
    """

    target: str
    protocol: str
    calibrated_rps: float
    achieved_rps: float
    ratio: float
    floor_p50_ms: float | None


def headroom(run: Run, one: Measurement) -> Headroom | None:
    """The headroom at one target; None where it wasn't calibrated or nothing was reached."""
    protocol = one.target.protocol
    calibrated = (run.calibration or {}).get(protocol or "")
    busiest = one.compared
    if not calibrated or not protocol or not busiest or not busiest.throughput.finished_rps:
        return None
    achieved = busiest.throughput.finished_rps
    times = calibrated.rate_rps / achieved
    return Headroom(
        one.name, protocol, calibrated.rate_rps, achieved, times, calibrated.floor_p50_ms
    )


def check_headroom(run: Run, found: Sequence[Headroom], method: Method) -> Iterator[Finding]:
    """Whether the load generator could do enough more than it did."""
    if not run.calibration:
        text = "The load generator was not calibrated: what it could reach by itself isn't known."
        yield Finding("unknown", None, text, invalid=False)
    for one in found:
        if one.ratio < method.headroom:
            yield Finding(
                "generator-bound",
                one.target,
                f"{run.targets[one.target].called}: the load generator reaches "
                f"{figure(one.calibrated_rps)} requests a second against a responder that does "
                f"nothing, {figure(one.ratio)} times the {figure(one.achieved_rps)} reached here "
                f"(less than {setting(method.headroom)} times).",
            )


def check_generator(
    run: Run, one: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Whether it was busy, or late, while it loaded a target."""
    yield from _busy(one, method)
    yield from _woke(run, one, rounds, method)


def _busy(one: Measurement, method: Method) -> Iterator[Finding]:
    share = one.compared.generator_percent if one.compared else None
    if share is not None and share > method.generator_cpu_percent:
        yield Finding(
            "generator-bound",
            one.name,
            f"{one.title}: the load generator was at its own limit (its busiest process used "
            f"{percent(share)} of a core, over {limit(method.generator_cpu_percent)}), so that "
            "latencies hold its own delays.",
        )


def _woke(run: Run, one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    """How late the load generator woke up, round by round."""
    lags = [lag for each in rounds if (lag := _lag_ms(each)) is not None]
    worst = max(lags, default=0.0)
    if worst <= method.lag_warning_ms:
        return
    late = sum(lag > method.lag_limit_ms for lag in lags)
    # What a search found holds all the same: its latencies count from when requests were due, so
    # that lateness can only make the rate lower.
    invalid = 100 * late > method.odd_rounds_percent * len(lags) and run.kind == "loads"
    bound = method.lag_limit_ms if late else method.lag_warning_ms
    yield Finding(
        "generator-bound" if run.load.model == "closed" else "late",
        one.name,
        f"{one.title}: in {whole(sum(lag > bound for lag in lags))} of {whole(len(lags))} rounds "
        f"the load generator woke up over {setting(bound)} ms late for more than one in a hundred "
        f"requests; at worst one in a hundred was {milliseconds(worst)} late.",
        invalid,
    )


def _lag_ms(each: Round) -> float | None:
    """The 99th percentile of the lag: of the arrivals of an open load, else of its own clock."""
    if each.window_stats and each.window_stats.open_load:
        return each.window_stats.open_load.lag_p99_ms
    return each.record.lag_us.p99 / 1000 if each.record.lag_us else None
