from collections.abc import Callable

import numpy as np
import pytest

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import over_time
from celsiusify_reporting.inputs.run_json import Objective
from celsiusify_reporting.narrative.comparison_text import MEASURES
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.plots.rates import capacity
from celsiusify_reporting.plots.spec import Chart
from celsiusify_reporting.plots.style import looks
from celsiusify_reporting.stats.capacity import CapacityOutcome, CapacityResult, RateTrial
from support.runs import TITLES, Load, OpenLoad

ROUNDS = (1, 1.01, 0.99, 1.02)
ReportOf = Callable[[dict[str, Load]], Report]


def test_target_looks_the_same_in_every_plot(report_of: ReportOf) -> None:
    """Also where another target has nothing to draw; no two share a colour or a line style."""
    loads = {"tfserving": Load(failing=1), "converter-api": Load()}
    drawn = report_plots.draw(report_of(loads))
    over_time = drawn[report_plots.OVER_TIME].legend

    assert drawn[report_plots.DISTRIBUTION].legend.items() < over_time.items()
    assert len({look.colour for look in over_time.values()}) == len(TITLES)
    assert len({look.dash for look in over_time.values()}) == len(TITLES)


def test_curve_is_the_distribution(report_of: ReportOf) -> None:
    """What is drawn is what report.json holds."""
    report = report_of({"tfserving": Load()})
    window_stats = report.measurements[0].window_stats
    assert window_stats
    assert window_stats.distribution
    (panel,) = report_plots.draw(report)[report_plots.DISTRIBUTION].panels
    curve, *_ = panel.traces

    assert curve.x == window_stats.distribution.ms
    assert curve.y == window_stats.distribution.share_percent
    assert panel.x.logarithmic


def test_only_failures_draw_no_latency(report_of: ReportOf) -> None:
    """There is no curve of nothing; the course over time shows the failures."""
    assert list(report_plots.draw(report_of({"tfserving": Load(failing=1)}))) == [
        report_plots.OVER_TIME
    ]


def test_ratio_is_drawn_with_its_interval_and_its_rounds(report_of: ReportOf) -> None:
    """A line for each measure that was compared, its band that of equivalence."""
    latency = np.array([2_000_000])
    report = report_of(
        {
            "tfserving": Load(latency, slowing=ROUNDS),
            "converter-api": Load(2 * latency, slowing=ROUNDS),
        }
    )
    (panel,) = report_plots.draw(report)[report_plots.RATIOS].panels
    rounds, estimates = panel.traces
    compared = [one for one in report.comparisons if one.interval]

    names = [f"{MEASURES[one.measure]}\nless is better" for one in reversed(compared)]
    assert panel.y.names == tuple(names)
    first, second = (one.title for one in report.measurements)
    assert panel.title.split() == f"{first} takes so many times what {second} takes".split()
    assert estimates.x == tuple(one.ratio for one in reversed(compared))
    assert len(rounds.x) == len(compared) * len(ROUNDS)
    assert panel.band == pytest.approx((1 / 1.02, 1.02))


def test_single_rounds_draw_no_ratio(report_of: ReportOf) -> None:
    """Nor a course of rounds."""
    drawn = report_plots.draw(report_of({name: Load() for name in TITLES}))

    assert report_plots.RATIOS not in drawn
    assert report_plots.ROUNDS not in drawn


def test_each_round_is_a_point(report_of: ReportOf) -> None:
    """In each figure that was measured, of each target, with the axis from nought on."""
    report = report_of({name: Load(slowing=ROUNDS) for name in TITLES})

    for panel in report_plots.draw(report)[report_plots.ROUNDS].panels:
        assert [len(trace.x) for trace in panel.traces] == [len(ROUNDS)] * len(TITLES)
        assert panel.y.limits
        assert panel.y.limits[0] == 0


def test_course_is_the_median_round_and_what_rounds_range_over(report_of: ReportOf) -> None:
    """One line a target and figure, however many rounds, within a band from lowest to highest."""
    report = report_of({"tfserving": Load(slowing=(1, 3, 2))})
    rates, latencies, _ = report_plots.draw(report)[report_plots.OVER_TIME].panels
    (rate,), (p50, *_) = rates.traces, latencies.traces
    rounds = [history.p50_ms for history in report.measurements[0].histories]

    assert p50.y == pytest.approx(rounds[2])
    assert p50.band == tuple(zip(rounds[0], rounds[1], strict=True))
    assert len(rate.x) == len(rate.band) == len(rounds[0])


def test_open_load_has_no_users_to_draw(report_of: ReportOf) -> None:
    """Its schedule is run by one of Locust's users a process: their number would mislead."""
    report = report_of({"tfserving": OpenLoad(slowing=(1, 1))})
    rates, latencies = report_plots.draw(report)[report_plots.OVER_TIME].panels

    assert (rates.x.title, latencies.x.title) == ("", "seconds since the ramp-up ended")
    assert over_time(report).title == "Throughput and latency over time"


@pytest.mark.parametrize(
    ("load", "said"),
    [
        (Load(), {"the most that the users"}),
        (Load(failing=3), {"the most that the users", "Crosses"}),
        (Load(slowing=(1, 1)), {"the most that the users", "median round"}),
        (OpenLoad(), set()),
    ],
)
def test_caption_explains_what_is_drawn_only(
    report_of: ReportOf, load: Load, said: set[str]
) -> None:
    """No crosses where nothing failed, no band of one round, no users of a schedule."""
    caption = over_time(report_of({"tfserving": load})).caption

    told = ("the most that the users", "Crosses", "median round")
    assert {one for one in told if one in caption} == said


def test_single_round_has_no_band(report_of: ReportOf) -> None:
    """Its course is its own, and second by second that of report.json."""
    report = report_of({"tfserving": Load()})
    (course,) = report_plots.draw(report)[report_plots.OVER_TIME].panels[0].traces
    (series,) = report.measurements[0].histories

    assert (course.x, course.y, course.band) == (series.time_s, series.succeeded_rps, ())


def test_open_load_is_drawn_from_due_and_from_sending(report_of: ReportOf) -> None:
    """A stall parts the two at the high percentiles: what coordinated omission hides."""
    report = report_of({"tfserving": OpenLoad(steady_s=20, stalls=(5, 7))})
    due, sent = report_plots.draw(report)[report_plots.OMISSION].panels[0].traces

    assert due.texts == sent.texts == ("p50", "p90", "p95", "p99", "p99.9")
    assert due.y[3] is not None
    assert sent.y[3] is not None
    assert due.y[3] > 10 * sent.y[3]


def test_closed_load_has_no_such_plot(report_of: ReportOf) -> None:
    """Nobody knows when its requests were due."""
    assert report_plots.OMISSION not in report_plots.draw(report_of({"tfserving": Load()}))


def test_capacity_is_drawn_with_objective_and_rate(report_of: ReportOf) -> None:
    """Latency over rate, a line at the objective and one at what was found."""
    drawn = looks(report_of({"tfserving": Load()}).measurements)
    tried = [
        RateTrial(0, "bracket", 200, 100, 2, 3, 4, 0, True),
        RateTrial(1, None, 400, 90, 5, 6, 70, 1, False),
    ]
    objective = Objective(percentile=99, latency_ms=50, failures_percent=0.1)
    found = CapacityResult(
        "tfserving",
        "TF",
        objective,
        CapacityOutcome.HELD,
        200,
        "objective",
        1,
        1,
        400,
        tuple(tried),
    )
    chart = capacity(drawn, [found])
    assert isinstance(chart, Chart)
    p99, p50 = chart.panels[0].traces

    assert (p99.x, p99.y, p50.y) == ((200, 400), (4, 70), (2, 5))
    assert p99.texts == ("held (bracket)", "not held")
    assert [(rule.axis, rule.at) for rule in chart.panels[0].rules] == [("y", 50), ("x", 200)]
