from collections.abc import Callable

from celsiusify_reporting import charts
from celsiusify_reporting.report import Report
from runs import TITLES, Load

ReportOf = Callable[[dict[str, Load]], Report]


def test_target_looks_the_same_in_every_plot(report_of: ReportOf) -> None:
    """Also where another target has nothing to draw; no two share a colour or a line style."""
    loads = {"tfserving": Load(failing=1), "converter-api": Load()}
    drawn = charts.draw(report_of(loads))
    over_time = drawn[charts.OVER_TIME].legend

    assert drawn[charts.DISTRIBUTION].legend.items() < over_time.items()
    assert len({look.colour for look in over_time.values()}) == len(TITLES)
    assert len({look.dash for look in over_time.values()}) == len(TITLES)


def test_curve_is_the_distribution(report_of: ReportOf) -> None:
    """What is drawn is what report.json holds."""
    report = report_of({"tfserving": Load()})
    steady = report.measurements[0].steady
    assert steady
    assert steady.distribution
    (panel,) = charts.draw(report)[charts.DISTRIBUTION].panels
    curve, *_ = panel.traces

    assert curve.x == steady.distribution.ms
    assert curve.y == steady.distribution.share_percent
    assert panel.x.logarithmic


def test_only_failures_draw_no_latency(report_of: ReportOf) -> None:
    """There is no curve of nothing; the course over time shows the failures."""
    assert list(charts.draw(report_of({"tfserving": Load(failing=1)}))) == [charts.OVER_TIME]
