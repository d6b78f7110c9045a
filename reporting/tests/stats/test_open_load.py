import json
from pathlib import Path

import numpy as np
import pytest

from celsiusify_reporting.document.report import Report, to_json
from celsiusify_reporting.run_folder import measure_run
from celsiusify_reporting.stats.closed_loop import stall
from support.runs import Load, OpenLoad, make_run
from support.sentences import judgements


def report_of(folder: Path, load: Load) -> Report:
    return measure_run(make_run(folder / "run", {"tfserving": load}))[0]


def test_stall_shows_in_response_and_not_in_service_time(tmp_path: Path) -> None:
    """Two seconds in which nothing is answered, of twenty, at 100/s over four connections."""
    report = report_of(tmp_path, OpenLoad(steady_s=20, stalls=(8, 10)))
    load = report.measurements[0].open_load
    assert load
    p99 = next(omission for omission in load.omissions if omission.percent == 99)
    assert p99.response_ms
    assert p99.service_ms

    assert p99.response_ms >= 1500
    assert p99.service_ms < 50
    points = " ".join(report.conclusion.points)
    assert "coordinated omission" in points
    assert "1,8" in points
    assert report.measurements[0].percentile_ms(99) == p99.response_ms


def test_quiet_open_load_has_no_omission_to_tell_of(tmp_path: Path) -> None:
    """Both times differ by no more than the load generator's own lag."""
    report = report_of(tmp_path, OpenLoad())

    assert "coordinated omission" not in " ".join(report.conclusion.points)


def test_stall_of_a_closed_load_can_hardly_show(tmp_path: Path) -> None:
    """The page lists the percentiles that a pause of a closed load can't move."""
    points = " ".join(report_of(tmp_path, Load(users=20, steady_s=30)).conclusion.points)

    assert "delays one request of each of 20 users" in points
    assert "it can't show in p50, p90, p95 and p99" in points


@pytest.mark.parametrize(
    ("users", "requests", "moved"),
    [(100, 540_000, ()), (100, 50_000, (99.9,)), (100, 5000, (99, 99.9)), (1, 1, (50, 99, 99.9))],
)
def test_share_of_a_stall(users: int, requests: int, moved: tuple[float, ...]) -> None:
    """In the reference profile, of half a million requests, a pause moves not even p99.9."""
    pause = stall(users, requests, (50, 99, 99.9))
    assert pause

    assert pause.moved == moved
    assert pause.percent == pytest.approx(100 * users / requests)


def test_delivered_load_is_counted(tmp_path: Path) -> None:
    """The requested and the delivered rate, the lag, and the dropped arrivals are counted."""
    slow = OpenLoad(np.array([50_000_000]), in_flight=4, patience_s=0.1, lag_us=700, steady_s=10)
    load = report_of(tmp_path, slow).measurements[0].open_load
    assert load

    assert load.requested_rps == 100
    assert load.delivered_rps == pytest.approx(80, rel=0.05)
    assert load.dropped == pytest.approx(200, rel=0.1)
    assert load.delivered_percent == pytest.approx(80, rel=0.05)
    assert (load.lag_p50_ms, load.lag_p99_ms, load.lag_max_ms) == (0.7, 0.7, 0.7)


@pytest.mark.parametrize(
    ("load", "word", "says"),
    [
        (OpenLoad(lag_us=900), "VALID", ""),
        (OpenLoad(lag_us=2000), "VALID", "one in a hundred was 2.00 ms late"),
        (OpenLoad(lag_us=6000), "INVALID", "one in a hundred was 6.00 ms late"),
        (
            OpenLoad(np.array([50_000_000]), patience_s=0.1, steady_s=10),
            "INVALID",
            "of the arrivals were sent (less than 99 %)",
        ),
    ],
)
def test_late_or_short_delivery_is_reported(
    tmp_path: Path, load: OpenLoad, word: str, says: str
) -> None:
    """Lag over 1 ms warns; over 5 ms, or less than 99 % delivered, makes the run invalid."""
    report = report_of(tmp_path, load)

    assert report.verdict.word == word
    assert says in judgements(report)
    assert {reason.kind for reason in report.verdict.reasons} <= {"late"}


def test_report_has_both_times(tmp_path: Path) -> None:
    """report.json has latency and service time for each percentile."""
    report = json.loads(to_json(report_of(tmp_path, OpenLoad(steady_s=10))))
    omissions = report["measurements"][0]["window_stats"]["open_load"]["omissions"]

    assert [omission["percent"] for omission in omissions] == [50, 90, 95, 99, 99.9]
    assert omissions[0]["response_ms"] == pytest.approx(omissions[0]["service_ms"] + 0.05)
