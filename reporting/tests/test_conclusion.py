from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from celsiusify_reporting.report import Report
from runs import Load

ReportOf = Callable[[dict[str, Load]], Report]


def around(median_ms: float, seed: int = 1) -> npt.NDArray[np.int64]:
    """Latencies that a user meets, scattered around a median, in ns."""
    random = np.random.default_rng(seed)
    return (median_ms * 1e6 * random.lognormal(0, 0.2, 5000)).astype(np.int64)


def load(median_ms: float, **more: float) -> Load:
    return Load(around(median_ms), users=40, **more)  # type: ignore[arg-type]


def pausing(median_ms: float) -> Load:
    """Every fiftieth request takes ten times as long."""
    latencies = around(median_ms)
    latencies[::50] *= 10
    return Load(latencies, users=40, think_ns=5_000_000)


BOTH = ("tfserving", "converter-api")
FAST = {"think_ns": 5_000_000}


@pytest.mark.parametrize(
    ("loads", "says", "keeps_silent"),
    [
        pytest.param(
            {"tfserving": load(1), "converter-api": load(2.5, cpu_s_per_request=0.001)},
            [
                "TensorFlow Serving (REST) had the lower median latency",
                "Flask under gunicorn used 2.0 times the CPU time per request",
                "throughput was set by the load and not by the targets",
            ],
            ["times as many requests"],
            id="both near the ceiling",
        ),
        pytest.param(
            {"tfserving": load(5, **FAST), "converter-api": load(15, **FAST)},
            [
                "TensorFlow Serving (REST) had the lower median latency",
                "CPU time per request was alike",
                "TensorFlow Serving (REST) answered 2.0 times as many requests",
            ],
            ["set by the load"],
            id="clear difference, far from the ceiling",
        ),
        pytest.param(
            {"tfserving": load(15, **FAST), "converter-api": load(5, **FAST)},
            [
                "Flask under gunicorn had the lower median latency",
                "Flask under gunicorn answered 2.0 times as many requests",
            ],
            ["TensorFlow Serving (REST) answered"],
            id="the other way round",
        ),
        pytest.param(
            {"tfserving": load(8, **FAST), "converter-api": load(8.1, **FAST)},
            [
                "median latencies were alike",
                "CPU time per request was alike",
                "throughput was alike",
            ],
            ["times", "lower"],
            id="alike",
        ),
        pytest.param(
            {"tfserving": pausing(8), "converter-api": load(8, **FAST)},
            [
                "median latencies were alike",
                "Flask under gunicorn had the lower 99th percentile",
            ],
            ["lower median"],
            id="alike but for the slowest requests",
        ),
        pytest.param(
            {"tfserving": pausing(7), "converter-api": load(8, **FAST)},
            [
                "TensorFlow Serving (REST) had the lower median latency",
                "Flask under gunicorn had the lower 99th percentile",
            ],
            ["alike (7"],
            id="lower median, higher 99th percentile",
        ),
        pytest.param(
            {"tfserving": load(1), "converter-api": load(60)},
            ["only TensorFlow Serving (REST) kept up with nearly all"],
            ["times as many requests", "set by the load"],
            id="one near the ceiling",
        ),
        pytest.param(
            {"tfserving": load(8, **FAST)},
            ["TensorFlow Serving (REST) answered", "half of them within", "99 % within"],
            ["lower", "times", "Flask", "that the load set"],
            id="one target",
        ),
        pytest.param(
            {"tfserving": load(1)},
            ["(a rate that the load set and not the target)"],
            ["lower", "times", "Flask"],
            id="one target near the ceiling",
        ),
        pytest.param(
            {"tfserving": load(8, failing=1, **FAST), "converter-api": load(8, **FAST)},
            [
                "Flask under gunicorn answered",
                "TensorFlow Serving (REST) answered no request rightly",
                "status 503, expected 200",
            ],
            ["lower", "times", "alike"],
            id="one target with only failures",
        ),
        pytest.param(
            {name: load(8, failing=1, **FAST) for name in BOTH},
            ["TensorFlow Serving (REST) answered no request rightly", "nothing to conclude"],
            ["lower", "times", "alike", "requests a second"],
            id="only failures",
        ),
        pytest.param(
            {"tfserving": load(8, failing=10, **FAST), "converter-api": load(16, **FAST)},
            ["TensorFlow Serving (REST) failed 10.0"],
            ["Flask under gunicorn failed"],
            id="some failures",
        ),
        pytest.param(
            {name: load(8, worker_cpu=0.9, **FAST) for name in BOTH},
            ["the load generator was at its own limit, so this says little about the targets"],
            [],
            id="generator at its limit",
        ),
    ],
)
def test_headline_follows_from_the_figures(
    report_of: ReportOf, loads: dict[str, Load], says: list[str], keeps_silent: list[str]
) -> None:
    """The sentence says what the figures show, and nothing that they don't."""
    headline = report_of(loads).conclusion.headline.replace("\N{NO-BREAK SPACE}", " ")

    assert [text for text in says if text not in headline] == []
    assert [text for text in keeps_silent if text in headline] == []
    assert headline.startswith("In this one run ")


@pytest.mark.parametrize("medians_ms", [(1, 5), (5, 1), (3, 3), (100, 1)])
def test_one_run_calls_nothing_faster(report_of: ReportOf, medians_ms: tuple[float, float]) -> None:
    """However large a difference, one run doesn't establish it."""
    conclusion = report_of(dict(zip(BOTH, map(load, medians_ms), strict=True))).conclusion
    text = " ".join([conclusion.headline, *conclusion.points]).lower()

    assert not any(word in text for word in ("faster", "slower", "better", "worse", "wins"))


def test_points_near_the_ceiling_say_what_can_be_compared(report_of: ReportOf) -> None:
    """Throughput there is the load's limit; latency and CPU time per request remain."""
    points = " ".join(report_of({name: load(1) for name in BOTH}).conclusion.points)

    assert "throughput shows the load's limit and no target's capacity" in points
    assert "latency and CPU time per request are what can be compared" in points


def test_too_few_requests_compare_no_percentile(report_of: ReportOf) -> None:
    """A percentile that isn't given isn't compared either."""
    few = {name: Load(users=2, steady_s=2) for name in BOTH}
    comparisons = report_of(few).conclusion.comparisons

    assert comparisons.p50_ms is not None
    assert comparisons.p99_ms is None
