"""Write what follows from the figures of a run.

A difference is claimed only if the interval of a comparison shows it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celsiusify_reporting.compare.capacities import CapacityRatio
from celsiusify_reporting.compare.pairs import Comparison, Outcome, many
from celsiusify_reporting.narrative import scaling_text
from celsiusify_reporting.narrative.capacity_text import capacity_sentences
from celsiusify_reporting.narrative.comparison_text import comparison_sentences, leading
from celsiusify_reporting.narrative.finding_text import FindingWriter
from celsiusify_reporting.narrative.formatting import (
    NOT_RECORDED,
    figure,
    milliseconds,
    percent,
    rate,
    shortened,
    whole,
)
from celsiusify_reporting.narrative.key_points import limited_by_load, points
from celsiusify_reporting.narrative.templates import Choice, choose
from celsiusify_reporting.stats.capacity import CapacityResult
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity.verdict import Verdict

INVALID = Choice(
    "others",
    {
        0: "This measurement is invalid, so nothing follows from it: {reason}",
        1: "This measurement is invalid, so nothing follows from it: {reason} There is {others} "
        "more such reason.",
    },
    "This measurement is invalid, so nothing follows from it: {reason} There are {others} more "
    "such reasons.",
)
NOTHING = "{targets}, so there is nothing to conclude"
NOT_MEASURED = "{title} was not measured"
NOT_FINISHED = "{title} finished none of {started} requests"
ONLY_FAILURES = (
    "{title} answered no request rightly: {failed} failed (most often: {most_common_error})"
)
AT_HIGHEST_RATE = "at the highest rate, {rate} a second, {sentence}"
FEW_ROUNDS = "whether that is a difference of the targets can't be told from so few rounds"
ANSWERED = "{title} answered {rate} requests a second"
ANSWERED_BY_LOAD = ANSWERED + " (a rate that the load set and not the target)"
FAILED = "{title} failed {failed} of its requests"
DROPPED = "{dropped} of the arrivals at {title} were dropped"


def _with_latencies(answered: str) -> Choice:
    median = answered + ", half of them within {p50}"
    both = Choice("p99_ms", {None: median}, median + " and 99 % within {p99}")
    return Choice("p50_ms", {None: answered}, both)


SINGLE = Choice("set_by_load", {True: _with_latencies(ANSWERED_BY_LOAD)}, _with_latencies(ANSWERED))


@dataclass(frozen=True)
class Conclusion:
    """The sentences that follow from a run's figures.

    report.json keeps the sentences beside the figures, so that its readers need no narrative.

    Attributes:
        headline: The main result.
        points: The figures behind the main result, a sentence for each.
    """

    headline: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """The results of a run that a conclusion is drawn from."""

    verdict: Verdict
    measurements: Sequence[Measurement]
    comparisons: Sequence[Comparison]
    capacities: Sequence[CapacityResult]
    capacity_ratios: Sequence[CapacityRatio]

    @property
    def answering(self) -> list[Measurement]:
        """The targets that answered requests."""
        return [measurement for measurement in self.measurements if measurement.latency]


def conclude(results: Results, writer: FindingWriter, method: Method) -> Conclusion:
    """Draw the conclusion of a run."""
    valid = results.verdict.valid
    if not valid:
        headline = _invalid(results.verdict, writer)
    elif results.capacities:
        sentences = capacity_sentences(results.capacities, results.capacity_ratios)
        headline = _headline(sentences)
    else:
        headline = _headline(list(_sentences(results, method)))
    comparisons = results.comparisons if valid else ()
    return Conclusion(
        headline[0].upper() + headline[1:],
        tuple(points(results.answering, comparisons, method)),
    )


def _invalid(verdict: Verdict, writer: FindingWriter) -> str:
    first, *others = verdict.reasons
    template = choose(INVALID, {"others": len(others)})
    return template.format(reason=writer.sentence(first), others=whole(len(others)))


def _headline(sentences: Sequence[str]) -> str:
    return "; ".join(sentences) + "."


def _sentences(results: Results, method: Method) -> Iterator[str]:
    answering = results.answering
    if not answering:
        targets = "; ".join(_without_answers(part) for part in results.measurements)
        yield NOTHING.format(targets=targets)
        return
    yield from _outcome(answering, results.comparisons, method)
    yield from (_without_answers(part) for part in results.measurements if not part.latency)
    yield from _failures(answering, method)
    yield from scaling_text.headlines(answering)


def _without_answers(measurement: Measurement) -> str:
    stats, title = measurement.window_stats, measurement.title
    if stats is None or not stats.counts.started:
        return NOT_MEASURED.format(title=title)
    if not stats.counts.failed:
        return NOT_FINISHED.format(title=title, started=whole(stats.counts.started))
    error = stats.failures[0].error or NOT_RECORDED
    return ONLY_FAILURES.format(
        title=title,
        failed=whole(stats.counts.failed),
        most_common_error=shortened(error, whole_text=120),
    )


def _outcome(
    answering: Sequence[Measurement], comparisons: Sequence[Comparison], method: Method
) -> Iterator[str]:
    first, *others = _results(answering, comparisons, method)
    peaks = [measurement.peak.rate_rps for measurement in answering if measurement.peak]
    if peaks and peaks[0]:
        first = AT_HIGHEST_RATE.format(rate=rate(peaks[0]), sentence=first)
    yield from (first, *others)


def _results(
    answering: Sequence[Measurement], comparisons: Sequence[Comparison], method: Method
) -> Iterator[str]:
    if any(part.outcome is not Outcome.NOT_COMPARED for part in comparisons):
        if many(comparisons):
            yield from leading(comparisons)
        else:
            yield from comparison_sentences(comparisons, method)
        return
    yield from (_single(measurement, method) for measurement in answering)
    if len(answering) > 1:
        yield FEW_ROUNDS


def _single(measurement: Measurement, method: Method) -> str:
    stats = measurement.compared
    assert stats
    p50_ms, p99_ms = stats.percentile_ms(50), stats.percentile_ms(99)
    # A target didn't keep up with the arrivals of a spike that were dropped.
    kept_up = not (stats.open_load and stats.open_load.dropped and measurement.peak)
    set_by_load = bool(kept_up and limited_by_load([measurement], method))
    template = choose(SINGLE, {"set_by_load": set_by_load, "p50_ms": p50_ms, "p99_ms": p99_ms})
    return template.format(
        title=measurement.title,
        rate=figure(stats.throughput.succeeded_rps),
        p50=milliseconds(p50_ms),
        p99=milliseconds(p99_ms),
    )


def _failures(answering: Sequence[Measurement], method: Method) -> Iterator[str]:
    for measurement in answering:
        stats = measurement.compared
        if stats is None:
            continue
        failed_percent = stats.throughput.failed_percent
        if failed_percent is not None and failed_percent >= method.failures_percent:
            yield FAILED.format(title=measurement.title, failed=percent(failed_percent))
        load = stats.open_load if measurement.peak else None
        if load and load.dropped_percent >= method.failures_percent:
            yield DROPPED.format(title=measurement.title, dropped=percent(load.dropped_percent))
