"""Plot how the targets compare: each measure's ratio, its interval and its rounds."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import fill

from celsiusify_reporting.compare.pairs import Comparison, many
from celsiusify_reporting.narrative.comparison_text import HIGHER_IS_BETTER, MEASURES
from celsiusify_reporting.narrative.formatting import rate
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Rule, Trace
from celsiusify_reporting.plots.style import AXIS
from celsiusify_reporting.stats.intervals import Interval
from celsiusify_reporting.stats.method import Method

INK = Look("#0b2e4a")
FAINT = Look("#7d97aa")
ALL_IN = 3.4  # the height that remains on a first page
AXIS_IN, LINE_IN = 0.42, 0.36  # the heights of an axis' figures, and of a name's two rows
TITLE_IN = 0.14  # a row of a title, above or below
LINE_LETTERS = 26  # as fit beside the names on a phone


def ratios(comparisons: Sequence[Comparison], method: Method) -> Chart | None:
    """Return a panel for each pair of targets, a line for each measure; None for many."""
    shown = [comparison for comparison in comparisons if comparison.interval]
    grouped = groupby(
        shown, key=lambda comparison: (comparison.first_title, comparison.second_title)
    )
    pairs = [(titles, list(group)) for titles, group in grouped]
    if not pairs or many(comparisons):
        return None
    each_in = ALL_IN / len(pairs)
    return Chart(tuple(_panel(*titles, lines, method, each_in) for titles, lines in pairs))


def _panel(
    first: str, second: str, lines: list[Comparison], method: Method, least_in: float
) -> Panel:
    # The first line is the topmost.
    lines = lines[::-1]
    at = f" at {rate(lines[0].at_rps)} a second" if lines[0].at_rps else ""
    title = fill(f"{first} takes so many times what {second} takes{at}", LINE_LETTERS)
    sides = (f"left of 1: {first} takes less", "right of 1: it takes more")
    below = "\n".join(fill(side, LINE_LETTERS) for side in sides)
    titles = len(f"{title}\n{below}".splitlines())
    needed_in = AXIS_IN + LINE_IN * len(lines) + TITLE_IN * titles
    band = 1 + method.equivalence_percent / 100
    return Panel(
        traces=(*_rounds(lines), *_estimates(lines)),
        x=Axis(below, logarithmic=True),
        y=Axis(names=tuple(map(_name, lines)), limits=(-0.6, len(lines) - 0.4)),
        height_in=max(needed_in, least_in),
        rules=(Rule("x", 1, Look(AXIS)),),
        band=(1 / band, band),
        title=title,
    )


def _name(line: Comparison) -> str:
    better = "more" if line.measure in HIGHER_IS_BETTER else "less"
    return f"{MEASURES[line.measure]}\n{better} is better"


def _estimates(lines: Sequence[Comparison]) -> Iterator[Trace]:
    known = [
        (place, comparison.ratio, comparison.interval) for place, comparison in enumerate(lines)
    ]
    drawn = [(place, ratio, interval) for place, ratio, interval in known if ratio and interval]
    yield Trace(
        name="",
        x=tuple(ratio for _, ratio, _ in drawn),
        y=tuple(place for place, _, _ in drawn),
        look=INK,
        label="{text}",
        width=0,
        marker="circle",
        spans=tuple((interval.low, interval.high) for _, _, interval in drawn),
        texts=tuple(_ratio_text(ratio, interval) for _, ratio, interval in drawn),
    )


def _ratio_text(ratio: float, interval: Interval) -> str:
    return f"{ratio:.4g} times, {interval.low:.4g} to {interval.high:.4g}"


def _rounds(lines: Sequence[Comparison]) -> Iterator[Trace]:
    points = [
        (ratio, place) for place, comparison in enumerate(lines) for ratio in comparison.per_round
    ]
    x, y = (tuple(point[axis] for point in points) for axis in (0, 1))
    yield Trace("", x, y, FAINT, "in one round {x} times", width=0, marker="bar")
