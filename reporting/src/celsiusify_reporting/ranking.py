"""Who is ahead where many targets were compared: too many to name each two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from celsiusify_reporting.comparison import Comparison, decided
from celsiusify_reporting.sentences import left_out, span, titles
from celsiusify_reporting.wording import whole


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
