"""Write comparisons in words: the outcome decides the claim, the interval its size."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from celsiusify_reporting.compare.pairs import Comparison, decided
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    figure,
    limit,
    listing,
    percent,
    rate,
    whole,
)
from celsiusify_reporting.stats.method import Method

# What the target that is ahead is, and in what.
AHEAD = {
    "p50_ms": ("faster", "in the median"),
    "p99_ms": ("faster", "in the 99th percentile"),
    "throughput_rps": ("ahead", "in requests a second"),
}
COSTS = {"cpu_s_per_requests": "CPU time per request"}
HIGHER_IS_BETTER = {"throughput_rps"}
FEW = 4  # reasons that a sentence holds
UNITS = {"p50_ms": "ms", "p99_ms": "ms", "throughput_rps": "requests a second"}


def clauses(comparisons: Sequence[Comparison], method: Method) -> Iterator[str]:
    """What all comparisons say, two targets after the other."""
    for _, pair in groupby(comparisons, lambda one: (one.first, one.second)):
        yield from _pair(list(pair), method)
    yield from left_out(comparisons)


def _pair(pair: Sequence[Comparison], method: Method) -> Iterator[str]:
    shown = decided(pair)
    for ahead, behind in dict.fromkeys(titles(one) for one in shown):
        lead = [one for one in shown if titles(one) == (ahead, behind)]
        if won := [one for one in lead if one.measure in AHEAD]:
            yield f"{ahead} was {listing(list(_won(won, behind)))}"
        than = "" if won else f" than {ahead}"
        yield from (_paid(one, behind, than) for one in lead if one.measure in COSTS)
    names = f"{pair[0].first_title} and {pair[0].second_title}"
    yield from _open(pair, "the two" if shown else names, method)


def titles(one: Comparison) -> tuple[str, str]:
    """Who is ahead, and who behind."""
    first_ahead = (one.outcome == "higher") == (one.measure in HIGHER_IS_BETTER)
    titles = one.first_title, one.second_title
    return titles if first_ahead else titles[::-1]


def _won(won: Sequence[Comparison], behind: str) -> Iterator[str]:
    """Parts such as: faster than the other by 1.9 to 2.3 times in the median."""
    than, said = f" than {behind}", ""
    for one in won:
        assert one.interval
        word, what = AHEAD[one.measure]
        adjective = f"{word}{than} " if word != said else ""
        than, said = "", word
        yield f"{adjective}by {span(one.interval.low, one.interval.high)} {what}"


def _paid(one: Comparison, behind: str, than: str) -> str:
    """What the target that is behind paid, as so much more than the other."""
    assert one.interval
    more = span(one.interval.low, one.interval.high)
    what = COSTS[one.measure]
    if more.endswith("times"):
        return f"{behind} used {more} the {what}{than.replace('than', 'of')}"
    return f"{behind} used {more} more {what}{than}"


def _open(pair: Sequence[Comparison], both: str, method: Method) -> Iterator[str]:
    """What shows no difference, and what can't be told."""
    band = f"±{limit(method.equivalence_percent)}"
    if alike := [one.title for one in pair if one.outcome == "equivalent"]:
        yield f"{both} are equivalent within {band} in {listing(alike)}"
    if quiet := [one for one in pair if one.outcome == "no difference shown"]:
        seen = listing([f"{one.title} ({_within(one)})" for one in quiet])
        yield f"no difference beyond {band} between {both} was shown in {seen}"
    for one in pair:
        if one.outcome == "can't tell":
            yield f"which of {both} has the lower {one.title} can't be told{_more(one, method)}"


def left_out(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Why throughput was not compared, each reason once."""
    of = [one for one in comparisons if one.measure == "throughput_rps"]
    reasons = dict.fromkeys(one.why_not for one in of if one.why_not)
    if reasons:
        everywhere = "" if all(one.why_not for one in of) else " everywhere"
        why = listing(list(reasons)) if len(reasons) < FEW else "the load sets it of one or both"
        yield f"throughput was not compared{everywhere}: {why}"


def span(low: float, high: float) -> str:
    """How many times as much, from one ratio to another; small ones in percent."""
    if high < 1:
        low, high = 1 / high, 1 / low
    if high < 1.5:
        return f"{_range(100 * (low - 1), 100 * (high - 1))}{SPACE}%"
    return f"{_range(low, high)} times"


def _range(low: float, high: float) -> str:
    return " to ".join(dict.fromkeys(figure(end, 2) for end in (low, high)))


def _within(one: Comparison) -> str:
    assert one.interval
    low, high = (
        percent(round(100 * (end - 1), 1)) for end in (one.interval.low, one.interval.high)
    )
    return f"it lies between {low} and {high}"


def _more(one: Comparison, method: Method) -> str:
    if one.more_rounds is None:
        return f", nor would {whole(method.most_rounds)} rounds tell"
    rounds = "round" if one.more_rounds == 1 else "rounds"
    return f" yet: it takes about {whole(one.more_rounds)} more {rounds} of each"


def detail(one: Comparison, method: Method) -> str:
    """A comparison with its figures."""
    values = " against ".join(figure(value) for value in (one.first_value, one.second_value))
    at = f" at {rate(one.at_rps)} a second" if one.at_rps else ""
    what = f"{one.title[0].upper()}{one.title[1:]}{at}"
    head = f"{what}, {one.first_title} against {one.second_title}: {values} {unit(one, method)}"
    if one.interval is None or one.ratio is None:
        return f"{head}; not compared: {one.why_not}."
    return (
        f"{head}, {figure(one.ratio)} times ({figure(one.interval.low)} to "
        f"{figure(one.interval.high)}) over {whole(one.rounds)} rounds: {one.outcome}."
    )


def unit(one: Comparison, method: Method) -> str:
    """The unit of the figures that are compared."""
    return UNITS.get(one.measure, f"CPU s per {whole(method.per_requests)} requests")


def leading(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """By each measure, the one that is ahead of all others, and by how much at least."""
    others = len({name for one in comparisons for name in (one.first, one.second)}) - 1
    for measure in dict.fromkeys(one.measure for one in comparisons):
        of = [one for one in comparisons if one.measure == measure]
        if any(one.why_not for one in of):
            continue
        won = Counter(titles(one)[0] for one in decided(of))
        first = next((title for title, times in won.items() if times == others), None)
        yield (
            _lead(first, of, others)
            if first
            else (f"no target was shown to be ahead of all others in {of[0].title}")
        )
    yield from left_out(comparisons)


def _lead(first: str, of: Sequence[Comparison], others: int) -> str:
    least = min(_least(one) for one in decided(of) if titles(one)[0] == first)
    by = span(least, least)
    return f"{first} was ahead of all {whole(others)} others in {of[0].title}, by at least {by}"


def _least(one: Comparison) -> float:
    """How many times as much it is at least, whichever way round."""
    assert one.interval
    return max(one.interval.low, 1 / one.interval.high)
