from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib import rc_context
from matplotlib.figure import Figure

from celsiusify_reporting.compare.pairs import Comparison, Measure, Outcome
from celsiusify_reporting.plots import matplotlib_figures
from celsiusify_reporting.plots.ratios import ratios
from celsiusify_reporting.plots.spec import Axis, Chart, Look, Panel, Trace
from celsiusify_reporting.stats.intervals import Interval
from support.charts import CHART
from support.runs import METHOD


def test_panel_shows_its_axes_and_traces() -> None:
    """Scales, names, limits, curves with their gaps, bars through points, and the legend."""
    drawn = matplotlib_figures.figure(CHART)
    (axes,) = drawn.axes
    curve, *_ = axes.get_lines()
    (bars,) = axes.collections

    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "latency [ms]")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first", "second"]
    assert axes.get_ylim() == (-1, 4)
    assert np.isnan(np.asarray(curve.get_ydata())).tolist() == [False, True, False]
    assert np.asarray(bars.get_paths()[0].vertices)[:, 0].tolist() == [1, 3]
    assert legend(drawn) == {"one": ("#0072B2", "-"), "two": ("#D55E00", "--")}


def test_band_lies_around_its_curve() -> None:
    """From the lower to the upper edge, with a gap where the curve has one."""
    band = ((0, 2), None, (2, 5), (1, 4))
    curve = Trace("one", (1, 2, 3, 4), (1, None, 3, 3), Look("#0072B2"), "", band=band)
    (axes,) = matplotlib_figures.figure(Chart((Panel((curve,), Axis(), Axis(), 2),))).axes
    (drawn,) = axes.collections
    corners = {tuple(one) for path in drawn.get_paths() for one in np.asarray(path.vertices)}

    assert {(3, 2), (3, 5), (4, 1), (4, 4)} <= corners
    assert not any(x == 2 for x, _ in corners)


def test_two_pictures_of_a_chart_are_equal() -> None:
    """Byte for byte."""
    assert matplotlib_figures.render(CHART) == matplotlib_figures.render(CHART)


@pytest.mark.parametrize("letters", [5, 40, 200])
def test_legend_is_as_wide_as_the_picture_at_most(letters: int) -> None:
    """However long names are: then fewer stand in a row, and the longest are broken."""
    traces = tuple(Trace(f"{one:e>{letters}}", (1,), (1,), Look("#0072B2"), "") for one in range(4))
    drawn = laid_out(Chart((Panel(traces, Axis(), Axis(), 2),)))
    (entries,) = drawn.legends

    assert entries.get_window_extent().x0 >= 0
    assert entries.get_window_extent().x1 <= drawn.bbox.x1


def test_rows_of_ratios_do_not_overlap() -> None:
    """Of three targets, by each measure, each name is readable beside its point."""
    titles = [f"TensorFlow Serving (REST) {number}" for number in range(3)]
    compared = [
        comparison(measure, *pair)
        for pair in combinations(titles, 2)
        for measure in (Measure.P50_MS, Measure.P99_MS, Measure.CPU_S_PER_REQUESTS)
    ]
    chart = ratios(compared, METHOD)
    assert chart

    for axes in laid_out(chart).axes:
        names = [label.get_window_extent() for label in axes.get_yticklabels()]
        assert all(lower.y1 <= higher.y0 for lower, higher in pairwise(names))


def test_titles_of_ratios_have_room_on_a_phone() -> None:
    """However long the targets' titles are, no row is longer than its plot is wide."""
    chart = ratios([comparison(Measure.P50_MS, "word " * 12, "other " * 12)], METHOD)
    assert chart
    (panel,) = chart.panels

    rows = f"{panel.title}\n{panel.x.title}".splitlines()
    assert max(map(len, rows)) <= 26 < sum(map(len, rows))


def test_more_ratios_than_a_page_holds_are_no_plot() -> None:
    """Four targets make six pairs: they are left to a table."""
    pairs = combinations("abcd", 2)
    assert ratios([comparison(Measure.P50_MS, *pair) for pair in pairs], METHOD) is None


def laid_out(chart: Chart) -> Figure:
    """A figure whose parts have their places, as in the picture."""
    with rc_context(matplotlib_figures.STYLE):
        drawn = matplotlib_figures.figure(chart)
        drawn.draw_without_rendering()
    return drawn


def comparison(measure: Measure, first: str, second: str) -> Comparison:
    return Comparison(
        measure=measure, first=first, first_title=first, first_value=2.0,
        second=second, second_title=second, second_value=1.0, rounds=3, per_round=(2.0,) * 3,
        ratio=2.0, interval=Interval(1.9, 2.1, 95), outcome=Outcome.HIGHER, more_rounds=None,
        obstacle=None,
    )  # fmt: skip


def legend(figure: Figure) -> dict[str, tuple[object, str]]:
    """Colour and line style of each entry in a figure's legend."""
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    lines = [
        (line.get_color(), str(line.get_linestyle())) for line in figure.legends[0].get_lines()
    ]
    return dict(zip(names, lines, strict=True))
