"""Comparisons in words: the outcome says what, and the interval how much."""

from __future__ import annotations

from celsiusify_reporting.comparison import Comparison
from celsiusify_reporting.method import Method
from celsiusify_reporting.wording import SPACE, figure, limit, percent, whole


def clause(one: Comparison, method: Method) -> str:
    """A comparison as a part of a sentence."""
    if one.outcome in ("lower", "higher"):
        return _difference(one)
    both = f"{one.first_title} and {one.second_title}"
    if one.outcome == "equivalent":
        return f"{both} are equivalent within ±{limit(method.equivalence_percent)} in {one.title}"
    if one.outcome == "no difference shown":
        return f"no difference between {both} was shown in {one.title} ({_within(one)})"
    if one.outcome == "can't tell":
        return f"which of {both} has the lower {one.title} can't be told{_more(one, method)}"
    return f"{one.title} of {both} was not compared: {one.why_not}"


def _difference(one: Comparison) -> str:
    """Who is ahead, by how much: the ratio is turned so that it is above one."""
    assert one.interval
    if one.outcome == "lower":
        low, high = 1 / one.interval.high, 1 / one.interval.low
        less, more = one.first_title, one.second_title
    else:
        low, high = one.interval.low, one.interval.high
        less, more = one.second_title, one.first_title
    by = span(low, high)
    return {
        "p50_ms": f"{less} was faster than {more} by {by} in the median",
        "p99_ms": f"{less} was faster than {more} by {by} in the 99th percentile",
        "throughput_rps": f"{more} answered more requests a second than {less}, by {by}",
        "cpu_s_per_requests": f"{more} used more CPU time per request than {less}, by {by}",
    }[one.measure]


def span(low: float, high: float) -> str:
    """How many times as much, from a low to a high ratio above one; small ones in percent."""
    if high < 2:
        return f"{_range(100 * (low - 1), 100 * (high - 1))}{SPACE}%"
    return f"{_range(low, high)} times"


def _range(low: float, high: float) -> str:
    return " to ".join(dict.fromkeys(figure(end, 2) for end in (low, high)))


def _within(one: Comparison) -> str:
    assert one.interval
    low, high = (100 * (end - 1) for end in (one.interval.low, one.interval.high))
    return f"it lies within {percent(round(low, 1))} and {percent(round(high, 1))}"


def _more(one: Comparison, method: Method) -> str:
    if one.more_rounds is None:
        return f" by {whole(method.most_rounds)} rounds either"
    return f" yet: it takes about {whole(one.more_rounds)} more rounds of each"


def detail(one: Comparison, method: Method) -> str:
    """A comparison with its figures."""
    values = " against ".join(figure(value) for value in (one.first_value, one.second_value))
    unit = {"p50_ms": " ms", "p99_ms": " ms", "throughput_rps": " a second"}.get(
        one.measure, f" CPU s per {whole(method.per_requests)} requests"
    )
    what = f"{one.title[0].upper()}{one.title[1:]}"
    head = f"{what}, {one.first_title} against {one.second_title}: {values}{unit}"
    if one.interval is None or one.ratio is None:
        return f"{head}; not compared: {one.why_not}."
    return (
        f"{head}, {figure(one.ratio)} times ({figure(one.interval.low)} to "
        f"{figure(one.interval.high)}) over {whole(one.rounds)} rounds: {one.outcome}."
    )
