"""Whether a run measured its targets, or its own load generator, or nothing that lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.closed_loop import ClosedLoop
from celsiusify_reporting.counting import Reconciliation
from celsiusify_reporting.measurement import Measurement, Round
from celsiusify_reporting.method import Method
from celsiusify_reporting.open_load import OpenLoad
from celsiusify_reporting.run import Run
from celsiusify_reporting.throughput import Counts
from celsiusify_reporting.wording import (
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    setting,
    shortened,
    whole,
)


@dataclass(frozen=True)
class Finding:
    """Something that a check found.

    Attributes:
        kind: `incomplete`, `lossy`, `generator-bound`, `late`, `non-stationary`,
            `unaccounted time`, `not equivalent`, or, of warnings, `unknown` too.
        target: The target's name, or None where it is of the whole run.
        invalid: Whether nothing may be concluded from the run.
    """

    kind: str
    target: str | None
    text: str
    invalid: bool = True


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


@dataclass(frozen=True)
class Verdict:
    """`VALID` or `INVALID`, and why; warnings leave a run valid."""

    word: str
    reasons: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    headroom: tuple[Headroom, ...]

    @property
    def valid(self) -> bool:
        """Whether anything may be concluded."""
        return not self.reasons


def judge(run: Run, measurements: Sequence[Measurement], method: Method) -> Verdict:
    """Check a run against every limit of its method."""
    headroom = tuple(found for one in measurements if (found := _headroom(run, one)))
    findings = [
        *_gate(run),
        *(finding for one in measurements for finding in _target(run, one, method)),
        *_bound(run, headroom, method),
    ]
    reasons = tuple(one for one in findings if one.invalid)
    warnings = tuple(one for one in findings if not one.invalid)
    return Verdict("INVALID" if reasons else "VALID", reasons, warnings, headroom)


def _gate(run: Run) -> Iterator[Finding]:
    for name, asked in (run.equivalence.targets if run.equivalence else {}).items():
        if asked.wrong or asked.problem:
            what = (
                asked.problem or f"{whole(asked.wrong)} of {whole(asked.asked)} answers were wrong"
            )
            title = run.targets[name].title if name in run.targets else name
            yield Finding("not equivalent", name, f"{title}: {what}.")


def _target(run: Run, one: Measurement, method: Method) -> Iterator[Finding]:
    yield from _state(one)
    yield from _missing(one)
    rounds = [each for each in one.rounds if _judged(run, each)]
    for each in rounds:
        if each.counting:
            yield from _counted(one, each.record.round, each.counting, method)
    yield from _warm_up(one, rounds)
    yield from _pace(one, rounds, method)
    yield from _generator(one, method)
    yield from _woke(run, one, rounds, method)
    if one.closed_loop:
        yield from _asked(one, one.closed_loop, method)
    if one.open_load:
        yield from _delivered(one, one.open_load, method)


def _judged(run: Run, each: Round) -> bool:
    # A search drives a target over its limit on purpose: only what confirms its answer counts.
    return run.kind == "loads" or each.record.phase == "confirm"


def _state(one: Measurement) -> Iterator[Finding]:
    if one.target.state != "complete":
        problems = [each.record.problem for each in one.rounds if each.record.problem]
        why = one.target.problem or next(iter(problems), "it is not recorded why")
        ending = "was interrupted" if one.target.state == "interrupted" else "failed"
        why = shortened(why, word=80).removesuffix(".")
        yield Finding("incomplete", one.name, f"{one.title}: the run {ending}: {why}.")


def _missing(one: Measurement) -> Iterator[Finding]:
    for reason in one.unmeasured:
        yield Finding("lossy", one.name, f"{one.title}: {reason}.")
    for reason in one.missing:
        yield Finding("unknown", one.name, f"{one.title}: {reason}.", invalid=False)


def _counted(
    one: Measurement, number: int, counting: Reconciliation, method: Method
) -> Iterator[Finding]:
    declared = counting.declared
    if declared and not counting.complete:
        off = 100 * counting.rows_gap / max(1, declared.started)
        yield Finding(
            "lossy",
            one.name,
            f"{one.title}, round {number}: the counts don't agree. The rows say "
            f"{_outcomes(counting.rows)}; the load generator says {_outcomes(declared)}.",
            invalid=off > method.count_gap_percent,
        )
    share = counting.server_gap_percent
    if share is not None and abs(share) > method.count_gap_percent:
        yield Finding(
            "lossy",
            one.name,
            f"{one.title}, round {number}: the target itself counted {whole(counting.server)} "
            f"requests, the load generator {whole(counting.rows.started)} ({percent(share)} off).",
        )


def _outcomes(counts: Counts) -> str:
    dropped = f", {whole(counts.dropped)} dropped" if counts.dropped else ""
    return (
        f"{whole(counts.started)} started, {whole(counts.succeeded)} succeeded, "
        f"{whole(counts.failed)} failed, {whole(counts.aborted)} aborted{dropped}"
    )


def _warm_up(one: Measurement, rounds: Sequence[Round]) -> Iterator[Finding]:
    cut = [each.stationarity.cut_s for each in rounds if each.stationarity]
    late = [seconds for seconds in cut if seconds]
    if late:
        yield Finding(
            "non-stationary",
            one.name,
            f"{one.title}: {whole(len(late))} of {whole(len(cut))} rounds began otherwise than "
            f"they went on; up to {figure(max(late))} s of the steady window are left out.",
            invalid=False,
        )


def _pace(one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    judged = [(each.record.round, each.stationarity) for each in rounds if each.stationarity]
    drifting = [(number, kept) for number, kept in judged if kept.stationary is False]
    if drifting:
        numbers = listing([str(number) for number, _ in drifting])
        spread = max(kept.spread_percent for _, kept in drifting)
        yield Finding(
            "non-stationary",
            one.name,
            f"{one.title}: {whole(len(drifting))} of {whole(len(judged))} rounds did not keep the "
            f"pace (round {numbers}): between thirds of the steady window it changed by up to "
            f"{percent(spread)} (over {limit(method.drift_percent)}).",
            invalid=100 * len(drifting) > method.drifting_rounds_percent * len(judged),
        )


def _generator(one: Measurement, method: Method) -> Iterator[Finding]:
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
    invalid = lag > method.lag_limit_ms
    bound = method.lag_limit_ms if invalid else method.lag_warning_ms
    yield Finding(
        "generator-bound" if run.load.model == "closed" else "late",
        one.name,
        f"{one.title}: the load generator woke up {milliseconds(lag)} late or later for one in a "
        f"hundred requests (over {setting(bound)} ms).",
        invalid,
    )


def _asked(one: Measurement, loop: ClosedLoop, method: Method) -> Iterator[Finding]:
    if abs(loop.residual_percent) > method.residual_percent:
        yield Finding(
            "unaccounted time",
            one.name,
            f"{one.title}: {percent(loop.residual_percent)} of the users' time is neither think "
            f"time nor waiting for an answer (over {limit(method.residual_percent)}): not all "
            f"of the {whole(loop.users)} users were at work all the time.",
        )
    if loop.added_percent is not None and loop.added_percent > method.added_think_percent:
        yield Finding(
            "late",
            one.name,
            f"{one.title}: users thought {milliseconds(loop.added_ms)} longer than asked for "
            f"({percent(loop.added_percent)}, over {limit(method.added_think_percent)}): the load "
            "generator was late, and the load less than the profile says.",
            invalid=False,
        )


def _delivered(one: Measurement, load: OpenLoad, method: Method) -> Iterator[Finding]:
    if load.delivered_percent < method.delivered_percent:
        yield Finding(
            "late",
            one.name,
            f"{one.title}: {percent(load.delivered_percent)} of the arrivals were sent (less than "
            f"{limit(method.delivered_percent)}); {whole(load.dropped)} found no free connection.",
        )


def _headroom(run: Run, one: Measurement) -> Headroom | None:
    protocol = one.target.protocol
    calibrated = (run.calibration or {}).get(protocol or "")
    if not calibrated or not protocol or not one.steady or not one.steady.throughput.finished_rps:
        return None
    achieved = one.steady.throughput.finished_rps
    times = calibrated.rate_rps / achieved
    return Headroom(
        one.name, protocol, calibrated.rate_rps, achieved, times, calibrated.floor_p50_ms
    )


def _bound(run: Run, found: Sequence[Headroom], method: Method) -> Iterator[Finding]:
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
