from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from celsiusify_reporting.compare.pairs import Measure, Outcome
from celsiusify_reporting.document.model import Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.comparisons import comparisons
from celsiusify_reporting.run_folder import measure_run
from support.runs import Load, edit_run, make_run
from support.sentences import caveats

ReportOf = Callable[[dict[str, Load]], Report]
BOTH = ("tfserving", "converter-api")
FAST = {"think_ns": 5_000_000, "steady_s": 3}
ROUNDS = [1, 1.004, 0.998, 1.002, 0.996]


def around(median_ms: float, seed: int) -> npt.NDArray[np.int64]:
    """Latencies that a user meets, scattered around a median, in ns."""
    random = np.random.default_rng(seed)
    return (median_ms * 1e6 * random.lognormal(0, 0.2, 5000)).astype(np.int64)


def once(median_ms: float, **more: float) -> Load:
    return Load(around(median_ms, 1), users=40, **more)  # type: ignore[arg-type]


def load(median_ms: float, **more: float) -> Load:
    """Five rounds, which differ by half a percent or less."""
    return Load(around(median_ms, 1), users=40, slowing=ROUNDS, **more)  # type: ignore[arg-type]


def pausing(median_ms: float) -> Load:
    """Every fiftieth request takes ten times as long."""
    latencies = around(median_ms, 1)
    latencies[::50] *= 10
    return Load(latencies, users=40, slowing=ROUNDS, **FAST)  # type: ignore[arg-type]


def test_headline_names_an_engine_that_is_not_what_the_title_says(tmp_path: Path) -> None:
    """The headline names the engine, so that a quotation names it, too."""
    folder = make_run(tmp_path / "run", {"tfserving": load(5, **FAST), BOTH[1]: load(15, **FAST)})
    edit_run(
        folder, "targets", "tfserving", "engine", value={"engine": "embedded", "caveat": "No."}
    )

    report, _ = measure_run(folder)

    assert headline(report).startswith("TensorFlow Serving (REST) [embedded] was faster than Flask")


def headline(report: Report) -> str:
    return report.conclusion.headline.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("loads", "says", "keeps_silent"),
    [
        pytest.param(
            {"tfserving": load(1), "converter-api": load(2.5, cpu_s_per_request=0.001)},
            [
                "TensorFlow Serving (REST) was faster than Flask under gunicorn by 2.5 times in "
                "the median and by 2.5 times in the 99th percentile",
                "Flask under gunicorn used 2.0 times the CPU time per request",
                "throughput was not compared: the load sets it",
            ],
            ["ahead", "in this one run"],
            id="both near the ceiling",
        ),
        pytest.param(
            {"tfserving": load(5, **FAST), "converter-api": load(15, **FAST)},
            [
                "(REST) was faster than Flask under gunicorn by 3.0 to 3.1 times in the median",
                "(REST) was ahead of Flask under gunicorn by 2.0 times in requests a second",
                "Flask under gunicorn are equivalent within ±2 % in CPU time per request",
            ],
            ["Flask under gunicorn was", "not compared"],
            id="clear difference, far from the ceiling",
        ),
        pytest.param(
            {"tfserving": load(15, **FAST), "converter-api": load(5, **FAST)},
            ["Flask under gunicorn was faster than TensorFlow Serving (REST) by 3.0 to 3.1 times"],
            ["TensorFlow Serving (REST) was"],
            id="the other way round",
        ),
        pytest.param(
            {"tfserving": load(8, **FAST), "converter-api": load(8.05, **FAST)},
            [
                "TensorFlow Serving (REST) and Flask under gunicorn are equivalent within ±2 % in "
                "median latency, 99th percentile of latency, requests per second and CPU time"
            ],
            ["faster", "ahead", "used", "can't be told"],
            id="alike",
        ),
        pytest.param(
            {"tfserving": pausing(7), "converter-api": load(8, **FAST)},
            [
                "TensorFlow Serving (REST) was faster than Flask under gunicorn by 13 % in the m",
                "Flask under gunicorn was faster than TensorFlow Serving (REST) by 4.9 times",
            ],
            [],
            id="lower median, higher 99th percentile",
        ),
        pytest.param(
            {"tfserving": load(1), "converter-api": load(60)},
            ["throughput was not compared: the load sets that of TensorFlow Serving (REST)"],
            ["ahead", "of TensorFlow Serving (REST) and Flask"],
            id="one near the ceiling",
        ),
        pytest.param(
            {"tfserving": once(8, **FAST)},
            ["TensorFlow Serving (REST) answered", "half of them within", "99 % within"],
            ["faster", "Flask", "that the load set", "few rounds"],
            id="one target",
        ),
        pytest.param(
            {"tfserving": once(1)},
            ["(a rate that the load set and not the target)"],
            ["faster", "Flask"],
            id="one target near the ceiling",
        ),
        pytest.param(
            {"tfserving": load(8, failing=1, **FAST), "converter-api": load(8, **FAST)},
            [
                "Flask under gunicorn answered",
                "TensorFlow Serving (REST) answered no request rightly",
                "status 503, expected 200",
            ],
            ["faster", "times", "equivalent"],
            id="one target with only failures",
        ),
        pytest.param(
            {name: load(8, failing=1, **FAST) for name in BOTH},
            ["TensorFlow Serving (REST) answered no request rightly", "nothing to conclude"],
            ["faster", "times", "equivalent", "requests a second"],
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
            ["This measurement is invalid, so nothing follows from it", "at its own limit"],
            ["equivalent", "faster"],
            id="generator at its limit",
        ),
    ],
)
def test_headline_follows_from_the_figures(
    report_of: ReportOf, loads: dict[str, Load], says: list[str], keeps_silent: list[str]
) -> None:
    """The sentence says what the figures show, and nothing that they don't."""
    text = headline(report_of(loads))

    assert [part for part in says if part not in text] == []
    assert [part for part in keeps_silent if part in text] == []


@pytest.mark.parametrize("medians_ms", [(1, 5), (5, 1), (3, 3), (100, 1)])
def test_one_round_calls_nothing_faster(
    report_of: ReportOf, medians_ms: tuple[float, float]
) -> None:
    """One round establishes no difference, however large."""
    report = report_of(dict(zip(BOTH, map(once, medians_ms), strict=True)))
    text = " ".join([headline(report), *report.conclusion.points, caveats(report)]).lower()

    assert not any(
        word in text for word in ("faster", "slower", "better", "worse", "wins", "ahead")
    )
    assert "can't be told from so few rounds" in text


def test_rounds_that_differ_widely_ask_for_more(report_of: ReportOf) -> None:
    """An undecided comparison has the number of rounds that it needs."""
    loads = {
        "tfserving": Load(around(4, 1), users=40, slowing=[1, 1.3, 0.8, 1.1]),
        "converter-api": Load(around(4.4, 2), users=40, slowing=[1.4, 1.1, 1.2, 1.2]),
    }
    text = headline(report_of(loads))

    assert "has the lower median latency can't be told yet: about" in text
    assert "more rounds of each are needed" in text


def test_many_targets_are_ranked_in_a_line_each(report_of: ReportOf) -> None:
    """Five targets have ten pairs, which would fill a page: a table has them."""
    loads = {f"t{place}": load(4 + 4 * place, **FAST) for place in range(5)}
    report = report_of(loads)

    median, p99, *_ = headline(report).split("; ")
    assert median == "T0 was ahead of all 4 others in median latency, by at least 2.0 times"
    assert p99.startswith("t0 was ahead of all 4 others in 99th percentile of latency, by at least")
    assert "no target was shown to be ahead of all others in CPU time per" in headline(report)
    assert not any("t0 against" in point for point in report.conclusion.points)
    tables = [group[-1] for group in comparisons(report)]
    assert [len(table.rows) for table in tables if isinstance(table, Table)] == [10] * 4


def test_few_targets_have_no_table_of_pairs(report_of: ReportOf) -> None:
    """Few targets have all comparisons on the first pages."""
    report = report_of({name: load(5, **FAST) for name in BOTH})

    assert not list(comparisons(report))
    assert sum("against" in point for point in report.conclusion.points) == 4


def test_invalid_run_says_nothing_of_comparisons(report_of: ReportOf) -> None:
    """An invalid run has no points about comparisons."""
    report = report_of({name: load(5, worker_cpu=0.9, **FAST) for name in BOTH})

    assert report.verdict.word == "INVALID"
    assert not any("against" in point for point in report.conclusion.points)


def test_points_near_the_ceiling_say_what_can_be_compared(report_of: ReportOf) -> None:
    """Near the ceiling, only latency and CPU time per request are compared."""
    points = " ".join(report_of({name: once(1) for name in BOTH}).conclusion.points)

    assert "throughput shows the load's limit and no target's capacity" in points
    assert "latency and CPU time per request are what can be compared" in points


def test_too_few_requests_compare_no_percentile(report_of: ReportOf) -> None:
    """A percentile of too few requests isn't compared."""
    few = {name: Load(users=2, steady_s=2, slowing=[1, 1, 1]) for name in BOTH}
    outcomes = {part.measure: part.outcome for part in report_of(few).comparisons}

    assert outcomes[Measure.P50_MS] is Outcome.EQUIVALENT
    assert outcomes[Measure.P99_MS] is Outcome.NOT_COMPARED
