"""Each two targets of a run side by side, from rounds that took turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from celsiusify_reporting.comparison import Comparison, Outcome, judge, shared
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.method import Method
from celsiusify_reporting.ratio import Ratio, ratio_interval, rounds_needed
from celsiusify_reporting.steady import Steady


@dataclass(frozen=True)
class Measure:
    """A figure of a round that targets are compared by."""

    name: str
    title: str
    of: Callable[[Steady], float | None]


MEASURES = (
    Measure("p50_ms", "median latency", lambda steady: steady.percentile_ms(50)),
    Measure("p99_ms", "99th percentile of latency", lambda steady: steady.percentile_ms(99)),
    Measure(
        "throughput_rps", "requests per second", lambda steady: steady.throughput.succeeded_rps
    ),
    Measure("cpu_s_per_requests", "CPU time per request", lambda steady: steady.cpu_s_per_requests),
)


@dataclass(frozen=True)
class Pair:
    """Two targets, and the measure that they are to be compared by."""

    measure: Measure
    first: Measurement
    second: Measurement

    def figures(self) -> tuple[tuple[int, float, float], ...]:
        """The rounds that have both figures, above nought: the number, the first, the second."""
        first, second = self._by_round(self.first), self._by_round(self.second)
        return tuple(
            (number, first[number], second[number]) for number in first if number in second
        )

    def _by_round(self, one: Measurement) -> dict[int, float]:
        # What was too little to measure, such as no CPU time at all, has no ratio to anything.
        return {
            round_.record.round: value
            for round_ in one.rounds
            if round_.compared and (value := self.measure.of(round_.compared))
        }

    def why_not(self, valid: bool, open_load: bool, method: Method) -> str | None:
        """What keeps the two from being compared, if anything."""
        if not valid:
            return "the measurement is invalid"
        if self.measure.name == "throughput_rps" and (limited := self._limited(open_load, method)):
            return limited
        paired = len(self.figures())
        if paired < method.fewest_rounds:
            rounds = "round" if paired == 1 else "rounds"
            return f"{paired} {rounds} of both; it takes {method.fewest_rounds}"
        return None

    def _limited(self, open_load: bool, method: Method) -> str | None:
        if open_load:
            return "the load's schedule sets it"
        near = [
            one.title
            for one in (self.first, self.second)
            if (one.ceiling_percent or 0) > method.near_ceiling_percent
        ]
        if len(near) == 2:
            return "the load sets it"
        return f"the load sets that of {near[0]}" if near else None


def compare_all(
    measurements: Sequence[Measurement], method: Method, *, valid: bool, open_load: bool
) -> tuple[Comparison, ...]:
    """Compare each two targets that answered, by every measure."""
    pairs = [
        Pair(measure, first, second)
        for first, second in combinations(measurements, 2)
        for measure in MEASURES
    ]
    reasons = [pair.why_not(valid, open_load, method) for pair in pairs]
    confidence = shared(method.confidence_percent, sum(reason is None for reason in reasons))
    return tuple(
        _compare(pair, reason, confidence, method)
        for pair, reason in zip(pairs, reasons, strict=True)
    )


def _compare(
    pair: Pair, why_not: str | None, confidence_percent: float, method: Method
) -> Comparison:
    figures = pair.figures()
    first, second = ([figure[place] for figure in figures] for place in (1, 2))
    ratio = ratio_interval(first, second, paired=True, confidence_percent=confidence_percent)
    outcome: Outcome = "not compared" if why_not or ratio is None else judge(ratio, method)
    return Comparison(
        measure=pair.measure.name,
        title=pair.measure.title,
        first=pair.first.name,
        first_title=pair.first.title,
        first_value=_pooled(pair.measure, pair.first),
        second=pair.second.name,
        second_title=pair.second.title,
        second_value=_pooled(pair.measure, pair.second),
        rounds=len(figures),
        per_round=tuple(one / other for one, other in zip(first, second, strict=True)),
        ratio=ratio.value if ratio else None,
        interval=None if why_not or ratio is None else ratio.interval,
        outcome=outcome,
        more_rounds=_more(ratio, outcome, len(figures), method),
        why_not=why_not,
        at_rps=pair.first.peak.rate_rps if pair.first.peak else None,
    )


def _pooled(measure: Measure, one: Measurement) -> float | None:
    return measure.of(one.compared) if one.compared else None


def _more(ratio: Ratio | None, outcome: Outcome, rounds: int, method: Method) -> int | None:
    if ratio is None or outcome not in ("no difference shown", "can't tell"):
        return None
    needed = rounds_needed(ratio, method)
    return None if needed is None else max(1, needed - rounds)
