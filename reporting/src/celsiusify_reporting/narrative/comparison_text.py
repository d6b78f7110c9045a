"""Write comparisons: the outcome decides the claim, the interval its size."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from celsiusify_reporting.compare.pairs import (
    Comparison,
    Measure,
    ObstacleCode,
    Outcome,
    decided,
)
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    figure,
    limit,
    listing,
    percent,
    rate,
    whole,
)
from celsiusify_reporting.narrative.templates import Choice, Template, choose, fill, written
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Figure

MEASURES: Mapping[Measure, str] = {
    Measure.P50_MS: "median latency",
    Measure.P99_MS: "99th percentile of latency",
    Measure.THROUGHPUT_RPS: "requests per second",
    Measure.CPU_S_PER_REQUESTS: "CPU time per request",
}
UNITS = {
    Measure.P50_MS: "ms",
    Measure.P99_MS: "ms",
    Measure.THROUGHPUT_RPS: "requests a second",
    Measure.CPU_S_PER_REQUESTS: "CPU s per {requests} requests",
}
HIGHER_IS_BETTER = {Measure.THROUGHPUT_RPS}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.LOWER: "lower",
    Outcome.HIGHER: "higher",
    Outcome.EQUIVALENT: "equivalent",
    Outcome.NO_DIFFERENCE_SHOWN: "no difference shown",
    Outcome.UNDECIDED: "can't tell",
    Outcome.NOT_COMPARED: "not compared",
}
OBSTACLES: Mapping[ObstacleCode, Template] = {
    ObstacleCode.INVALID_RUN: "the measurement is invalid",
    ObstacleCode.SCHEDULE_SETS_RATE: "the load's schedule sets it",
    ObstacleCode.LOAD_SETS_BOTH_RATES: "the load sets it",
    ObstacleCode.LOAD_SETS_ONE_RATE: "the load sets that of {target}",
    ObstacleCode.TOO_FEW_ROUNDS: Choice(
        "rounds",
        {1: "{rounds} round of both; a comparison needs {limit_rounds}"},
        "{rounds} rounds of both; a comparison needs {limit_rounds}",
    ),
    ObstacleCode.LEGACY: "{text}",
}

FASTER = "{ahead} was faster than {behind} {advantages}"
ADVANTAGES = {
    Measure.P50_MS: "by {span} in the median",
    Measure.P99_MS: "by {span} in the 99th percentile",
}
DECIDED: Mapping[Measure, Template] = {
    Measure.THROUGHPUT_RPS: "{ahead} was ahead of {behind} by {span} in requests a second",
    Measure.CPU_S_PER_REQUESTS: Choice(
        "in_percent",
        {True: "{behind} used {span} more CPU time per request than {ahead}"},
        "{behind} used {span} the CPU time per request of {ahead}",
    ),
}
EQUIVALENT = "{first} and {second} are equivalent within {band} in {measures}"
NOT_SHOWN = "no difference beyond {band} between {first} and {second} was shown in {measures}"
WITHIN = "{measure} (the difference lies between {low} and {high})"
UNDECIDED = Choice(
    "more_rounds",
    {
        None: "which of {first} and {second} has the lower {measure} can't be told, nor would "
        "{most_rounds} rounds tell",
        1: "which of {first} and {second} has the lower {measure} can't be told yet: about "
        "{more_rounds} more round of each is needed",
    },
    "which of {first} and {second} has the lower {measure} can't be told yet: about {more_rounds} "
    "more rounds of each are needed",
)
FEW_REASONS = 4
LEFT_OUT = Choice(
    "everywhere",
    {True: "throughput was not compared: {reasons}"},
    "throughput was not compared everywhere: {reasons}",
)
LOAD_SETS = "the load sets that of one target or both"
LEADING = "{title} was ahead of all {others} others in {measure}, by at least {span}"
NOT_LEADING = "no target was shown to be ahead of all others in {measure}"
DETAIL = Choice(
    "obstacle",
    {
        None: "{measure}, {first} against {second}: {first_value} against {second_value} {unit}, "
        "{ratio} times ({low} to {high}) over {rounds} rounds: {outcome}."
    },
    "{measure}, {first} against {second}: {first_value} against {second_value} {unit}; not "
    "compared: {obstacle}.",
)
AT_RATE = "{measure} at {rate} a second"


def comparison_sentences(comparisons: Sequence[Comparison], method: Method) -> Iterator[str]:
    """Yield what all comparisons show, one pair of targets after the other."""
    for _, pair in groupby(comparisons, lambda part: (part.first, part.second)):
        yield from _pair(list(pair), method)
    yield from left_out(comparisons)


def _pair(pair: Sequence[Comparison], method: Method) -> Iterator[str]:
    shown = decided(pair)
    for ahead, behind in dict.fromkeys(ranking(part) for part in shown):
        lead = [part for part in shown if ranking(part) == (ahead, behind)]
        faster = [part for part in lead if part.measure in ADVANTAGES]
        if faster:
            advantages = listing(
                [ADVANTAGES[part.measure].format(span=_span(part)) for part in faster]
            )
            yield FASTER.format(ahead=ahead, behind=behind, advantages=advantages)
        yield from (_decided(part) for part in lead if part.measure in DECIDED)
    yield from _open(pair, method)


def _decided(comparison: Comparison) -> str:
    ahead, behind = ranking(comparison)
    span = _span(comparison)
    template = choose(DECIDED[comparison.measure], {"in_percent": span.endswith("%")})
    return template.format(ahead=ahead, behind=behind, span=span)


def ranking(comparison: Comparison) -> tuple[str, str]:
    """Return the titles of the target that is ahead, and of the other one."""
    first_ahead = (comparison.outcome is Outcome.HIGHER) == (comparison.measure in HIGHER_IS_BETTER)
    titles = comparison.first_title, comparison.second_title
    return titles if first_ahead else titles[::-1]


def _open(pair: Sequence[Comparison], method: Method) -> Iterator[str]:
    """Yield the measures that show no difference, and those that can't tell."""
    names = {"first": pair[0].first_title, "second": pair[0].second_title}
    band = f"±{limit(method.equivalence_percent)}"
    alike = [MEASURES[part.measure] for part in pair if part.outcome is Outcome.EQUIVALENT]
    if alike:
        yield EQUIVALENT.format(**names, band=band, measures=listing(alike))
    quiet = [_within(part) for part in pair if part.outcome is Outcome.NO_DIFFERENCE_SHOWN]
    if quiet:
        yield NOT_SHOWN.format(**names, band=band, measures=listing(quiet))
    for part in pair:
        if part.outcome is Outcome.UNDECIDED:
            yield choose(UNDECIDED, {"more_rounds": part.more_rounds}).format(
                **names,
                measure=MEASURES[part.measure],
                more_rounds=whole(part.more_rounds),
                most_rounds=whole(method.most_rounds),
            )


def left_out(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Yield why throughput was not compared, each reason once."""
    compared = [part for part in comparisons if part.measure is Measure.THROUGHPUT_RPS]
    reasons = list(dict.fromkeys(obstacle_text(part) for part in compared if part.obstacle))
    if reasons:
        everywhere = all(part.obstacle for part in compared)
        text = listing(reasons) if len(reasons) < FEW_REASONS else LOAD_SETS
        yield choose(LEFT_OUT, {"everywhere": everywhere}).format(reasons=text)


def obstacle_text(comparison: Comparison) -> str:
    """Return why two targets weren't compared."""
    assert comparison.obstacle
    titles = {
        comparison.first: comparison.first_title,
        comparison.second: comparison.second_title,
    }

    def write(name: str, value: Figure) -> str:
        return titles[str(value)] if name == "target" else written(name, value)

    return fill(OBSTACLES[comparison.obstacle.code], comparison.obstacle.figures, write)


def _span(comparison: Comparison) -> str:
    assert comparison.interval
    return span(comparison.interval.low, comparison.interval.high)


def span(low: float, high: float) -> str:
    """Return a range of ratios in times, or small ones in percent."""
    if high < 1:
        low, high = 1 / high, 1 / low
    if high < 1.5:
        return f"{_range(100 * (low - 1), 100 * (high - 1))}{SPACE}%"
    return f"{_range(low, high)} times"


def _range(low: float, high: float) -> str:
    return " to ".join(dict.fromkeys(figure(end, 2) for end in (low, high)))


def _within(comparison: Comparison) -> str:
    assert comparison.interval
    low, high = (
        percent(round(100 * (end - 1), 1))
        for end in (comparison.interval.low, comparison.interval.high)
    )
    return WITHIN.format(measure=MEASURES[comparison.measure], low=low, high=high)


def detail(comparison: Comparison, method: Method) -> str:
    """Return a comparison with its figures."""
    interval = comparison.interval
    obstacle = obstacle_text(comparison) if comparison.obstacle else None
    return choose(DETAIL, {"obstacle": obstacle}).format(
        measure=_capitalised(_at_rate(comparison)),
        first=comparison.first_title,
        second=comparison.second_title,
        first_value=figure(comparison.first_value),
        second_value=figure(comparison.second_value),
        unit=unit(comparison.measure, method),
        ratio=figure(comparison.ratio),
        low=figure(interval.low if interval else None),
        high=figure(interval.high if interval else None),
        rounds=whole(comparison.rounds),
        outcome=OUTCOMES[comparison.outcome],
        obstacle=obstacle,
    )


def _at_rate(comparison: Comparison) -> str:
    title = MEASURES[comparison.measure]
    if not comparison.at_rps:
        return title
    return AT_RATE.format(measure=title, rate=rate(comparison.at_rps))


def _capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def unit(measure: Measure, method: Method) -> str:
    """Return the unit of the figures that are compared."""
    return UNITS[measure].format(requests=whole(method.per_requests))


def leading(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Yield by each measure the target that is ahead of all others."""
    others = len({name for part in comparisons for name in (part.first, part.second)}) - 1
    for measure in dict.fromkeys(part.measure for part in comparisons):
        compared = [part for part in comparisons if part.measure is measure]
        if any(part.obstacle for part in compared):
            continue
        wins = Counter(ranking(part)[0] for part in decided(compared))
        title = next((title for title, count in wins.items() if count == others), None)
        if title is None:
            yield NOT_LEADING.format(measure=MEASURES[measure])
            continue
        least = min(_least(part) for part in decided(compared) if ranking(part)[0] == title)
        yield LEADING.format(
            title=title, others=whole(others), measure=MEASURES[measure], span=span(least, least)
        )
    yield from left_out(comparisons)


def _least(comparison: Comparison) -> float:
    """Return the smallest ratio of an interval, whichever target is ahead."""
    assert comparison.interval
    return max(comparison.interval.low, 1 / comparison.interval.high)
