"""Whether the load generator was at its own limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.finding import Finding
from celsiusify_reporting.measurement import Measurement, Round
from celsiusify_reporting.method import Method
from celsiusify_reporting.run import Run
from celsiusify_reporting.wording import figure, limit, milliseconds, percent, setting


@dataclass(frozen=True)
class Headroom:
    """How many times as much the load generator can do as it did.

    Attributes:
        calibrated_rps: What it reached against a responder that does nothing.
        achieved_rps: What it finished at this target.
    """

    target: str
    protocol: str
    calibrated_rps: float
    achieved_rps: float
    times: float
    floor_p50_ms: float | None


def headroom(run: Run, one: Measurement) -> Headroom | None:
    """The headroom at one target; None where it wasn't calibrated or nothing was reached."""
    protocol = one.target.protocol
    calibrated = (run.calibration or {}).get(protocol or "")
    if not calibrated or not protocol or not one.steady or not one.steady.throughput.finished_rps:
        return None
    achieved = one.steady.throughput.finished_rps
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
        if one.times < method.headroom:
            yield Finding(
                "generator-bound",
                one.target,
                f"{run.targets[one.target].title}: the load generator reaches "
                f"{figure(one.calibrated_rps)} requests a second against a responder that does "
                f"nothing, {figure(one.times)} times the {figure(one.achieved_rps)} reached here "
                f"(less than {setting(method.headroom)} times).",
            )


def check_generator(
    run: Run, one: Measurement, rounds: Sequence[Round], method: Method
) -> Iterator[Finding]:
    """Whether it was busy, or late, while it loaded a target."""
    yield from _busy(one, method)
    yield from _woke(run, one, rounds, method)


def _busy(one: Measurement, method: Method) -> Iterator[Finding]:
    share = one.generator_percent
    if share is not None and share > method.generator_cpu_percent:
        yield Finding(
            "generator-bound",
            one.name,
            f"{one.title}: the load generator was at its own limit (its busiest process used "
            f"{percent(share)} of a core, over {limit(method.generator_cpu_percent)}), so that "
            "latencies hold its own delays.",
        )


def _woke(run: Run, one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    """How late the load generator woke up: at worst of the rounds."""
    lags = [each.record.lag_us.p99 / 1000 for each in rounds if each.record.lag_us]
    lag = one.open_load.lag_p99_ms if one.open_load else max(lags, default=None)
    if lag is None or lag <= method.lag_warning_ms:
        return
    # What a search found holds all the same: its latencies count from when requests were due, so
    # that lateness can only make the rate lower.
    invalid = lag > method.lag_limit_ms and run.kind == "loads"
    bound = method.lag_limit_ms if invalid else method.lag_warning_ms
    yield Finding(
        "generator-bound" if run.load.model == "closed" else "late",
        one.name,
        f"{one.title}: the load generator woke up {milliseconds(lag)} late or later for one in a "
        f"hundred requests (over {setting(bound)} ms).",
        invalid,
    )
