from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.run_folder import measure_run
from support.runs import OpenLoad, make_run

OBJECTIVE = {"percentile": 99, "latency_ms": 50.0, "failures_percent": 0.1}
PHASES = ["bracket", "bracket", "bisect", "confirm", "confirm", "confirm"]


def search(answer_ms: float, rates: list[float], phases: list[str] = PHASES) -> OpenLoad:
    """A target that answers one request after the other, driven at some rates."""
    return OpenLoad(
        np.array([int(answer_ms * 1e6)]),
        in_flight=1,
        steady_s=4,
        slowing=[1] * len(rates),
        rates=rates,
        phases=phases,
    )


def result(rate_rps: float | None, limit: str | None = "objective", **more: Any) -> dict[str, Any]:
    held = {"confirmations": [True] * 3 if rate_rps else []}
    return {"objective": OBJECTIVE, "rate_rps": rate_rps, "limit": limit, **held, **more}


def report_of(
    folder: Path, loads: dict[str, OpenLoad], results: dict[str, dict[str, Any]]
) -> Report:
    run = make_run(folder / "run", dict(loads), kind="capacity", capacity=results)
    return measure_run(run)[0]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_curve_has_each_rate_that_was_tried(tmp_path: Path) -> None:
    """A target that answers in 2 ms holds 480 of 500 a second, and not 600."""
    load = search(2, [240, 600, 480, 480, 480, 480])
    report = report_of(tmp_path, {"tfserving": load}, {"tfserving": result(480)})
    (found,) = report.capacities

    assert [(trial.rate_rps, trial.held) for trial in found.curve] == [
        (240, True), (480, True), (480, True), (480, True), (480, True), (600, False),
    ]  # fmt: skip
    assert [trial.p99_ms for trial in found.curve][:5] == pytest.approx([2.05] * 5, abs=0.1)
    assert (found.rate_rps, found.above_rps, found.confirmed) == (480, 600, 3)
    assert report.verdict.word == "VALID"
    assert plain(report.conclusion.headline) == (
        "TensorFlow Serving (REST) held 480 requests a second with p99 within 50.0 ms and less "
        "than 0.1 % failures, confirmed 3 of 3 times."
    )


def test_figures_of_a_search_are_those_that_confirmed_it(tmp_path: Path) -> None:
    """Rates that were tried on the way aren't mixed into the target's latencies."""
    load = search(2, [240, 600, 480, 480, 480, 480])
    report = report_of(tmp_path, {"tfserving": load}, {"tfserving": result(480)})
    window_stats = report.measurements[0].window_stats
    assert window_stats

    assert window_stats.seconds == 12
    assert window_stats.throughput.succeeded_rps == pytest.approx(480, rel=0.01)
    assert len(report.measurements[0].rounds) == 6


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (result(480, "generator"), "held at least 480 requests a second"),
        (result(480, "generator"), "the load generator couldn't make more"),
        (result(480, confirmations=[True, False, True]), "confirmed 2 of 3 times"),
        (result(None, None), "held p99 within 50.0 ms and less than 0.1 % failures at none of"),
    ],
)
def test_sentence_says_what_limited_it(tmp_path: Path, found: dict[str, Any], says: str) -> None:
    """The sentence has a lower bound if the generator was the limit, and the confirmations."""
    load = search(2, [240, 600, 480, 480, 480, 480])

    headline = report_of(tmp_path, {"tfserving": load}, {"tfserving": found}).conclusion.headline
    assert says in plain(headline)


def test_late_generator_leaves_what_was_found(tmp_path: Path) -> None:
    """Latencies count from when requests were due: lateness can only make the rate lower."""
    load = replace(search(2, [240, 600, 480, 480, 480, 480]), lag_us=7000)
    verdict = report_of(tmp_path, {"tfserving": load}, {"tfserving": result(480)}).verdict

    assert verdict.word == "VALID"
    assert [finding.kind for finding in verdict.warnings] == ["late"]


def test_search_without_an_end_is_invalid(tmp_path: Path) -> None:
    """A search that was interrupted has no result."""
    load = search(2, [240, 600, 480], PHASES[:3])
    report = report_of(tmp_path, {"tfserving": load}, {})

    assert [finding.kind for finding in report.verdict.reasons] == ["incomplete"]
    assert "didn't finish" in report.conclusion.headline
