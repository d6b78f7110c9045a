from collections.abc import Callable

import numpy as np
from matplotlib.figure import Figure

from celsiusify_reporting import figures
from celsiusify_reporting.report import Report
from runs import TITLES, Load

ReportOf = Callable[[dict[str, Load]], Report]


def looks(figure: Figure) -> dict[str, tuple[object, str]]:
    """Colour and line style of each target in a figure's legend."""
    legend = figure.legends[0]
    names = [text.get_text() for text in legend.get_texts()]
    lines = [(line.get_color(), str(line.get_linestyle())) for line in legend.get_lines()]
    return dict(zip(names, lines, strict=True))


def test_target_looks_the_same_in_every_plot(report_of: ReportOf) -> None:
    """Also where another target has nothing to draw; no two share a colour or a line style."""
    loads = {"tfserving": Load(failing=1), "converter-api": Load()}
    drawn = figures.draw(report_of(loads))
    over_time = looks(drawn[figures.OVER_TIME])

    assert looks(drawn[figures.DISTRIBUTION]).items() < over_time.items()
    colours, lines = zip(*over_time.values(), strict=True)
    assert len(set(colours)) == len(set(lines)) == len(TITLES)


def test_curve_is_the_distribution(report_of: ReportOf) -> None:
    """What is drawn is what report.json holds."""
    report = report_of({"tfserving": Load()})
    steady = report.measurements[0].steady
    assert steady
    assert steady.distribution
    (axes,) = figures.draw(report)[figures.DISTRIBUTION].axes
    curve, *_ = axes.get_lines()

    assert np.array_equal(curve.get_xdata(), steady.distribution.ms)
    assert np.array_equal(curve.get_ydata(), steady.distribution.share_percent)
    assert axes.get_xscale() == "log"


def test_only_failures_draw_no_latency(report_of: ReportOf) -> None:
    """There is no curve of nothing; the course over time shows the failures."""
    assert list(figures.draw(report_of({"tfserving": Load(failing=1)}))) == [figures.OVER_TIME]
