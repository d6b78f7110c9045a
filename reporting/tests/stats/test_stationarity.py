import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from celsiusify_reporting.document.model import Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.rounds import rounds as pages_of
from celsiusify_reporting.run_folder import measure_run
from celsiusify_reporting.stats.stationarity import Stationarity, warm_up
from support.runs import Load, make_run, write_rows
from support.sentences import judgements

Values = npt.NDArray[np.floating[Any]]
Course = Callable[[Values], Values]


def drawn_up(folder: Path, course: Course | None, **more: float) -> Report:
    load = Load(scatter=0.3, users=20, course=course, **more)  # type: ignore[arg-type]
    return measure_run(make_run(folder / "run", {"tfserving": load}))[0]


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.verdict.reasons]


@pytest.mark.parametrize(
    "course",
    [
        pytest.param(lambda at: 1 + 0.5 * (at > 15), id="a step"),
        pytest.param(lambda at: 1 + np.maximum(at, 0) / 40, id="a slope"),
        pytest.param(lambda at: 1 + 0.5 * ((at > 10) & (at < 20)), id="a hump"),
    ],
)
def test_drift_is_reported(tmp_path: Path, course: Course) -> None:
    """A round whose latency changes by more than a tenth on the way isn't stationary."""
    report = drawn_up(tmp_path, course, steady_s=30)

    assert kinds(report) == ["non-stationary"]
    assert "1 of 1 rounds drifted (round 0)" in judgements(report)


@pytest.mark.parametrize("seed", range(8))
def test_scatter_is_no_drift(tmp_path: Path, seed: int) -> None:
    """The chance of requests that scatter by a third is no drift."""
    report = drawn_up(tmp_path, None, steady_s=10, seed=seed)

    assert kinds(report) == []
    assert report.measurements[0].rounds[0].stationarity.stationary  # type: ignore[union-attr]


def test_start_that_still_warms_up_hardly_moves_p99(tmp_path: Path) -> None:
    """Ten seconds that are ten times as slow are cut off; p99 is within 2 % of the rest's."""
    slow = drawn_up(tmp_path / "slow", lambda at: 1 + 9.0 * (at < 10), steady_s=60)
    steady = drawn_up(tmp_path / "steady", None, steady_s=60)
    cut = slow.measurements[0].rounds[0].stationarity
    assert cut

    assert cut.warm_up_s == pytest.approx(10, abs=2)
    assert slow.measurements[0].percentile_ms(99) == pytest.approx(
        steady.measurements[0].percentile_ms(99), rel=0.02
    )
    assert kinds(slow) == []
    assert "1 of 1 rounds was still warming up when its window began" in judgements(slow)


def test_pause_in_the_middle_is_not_left_out() -> None:
    """Warm-up begins with the window."""
    values = np.full(30, 2.0)
    values[7:10] = 900

    assert warm_up(values, 10) == 0


@pytest.mark.parametrize(
    ("first", "cut"), [([], 0), ([9.0] * 4, 4), ([2.1] * 4, 0), ([9, 7, 5, 3], 4)]
)
def test_warm_up_is_what_differs_from_the_rest(first: list[float], cut: int) -> None:
    """The batches that differ by over a tenth are cut off, from the first on."""
    assert warm_up(np.array([*first, *[2.0, 2.01] * 12]), 10) == cut


@pytest.mark.parametrize(
    ("stationary", "spread_percent", "told"),
    [(True, 9.0, "yes"), (True, 1213.0, "can't tell"), (False, 50.0, "no"), (None, None, "n/a")],
)
def test_round_that_chance_may_have_shaped_is_not_called_steady(
    report_of: Callable[[dict[str, Load]], Report],
    stationary: bool | None,
    spread_percent: float | None,
    told: str,
) -> None:
    """Thirds that differ by more than a tenth, if only by chance, have no "yes" in the table."""
    report = report_of({"tfserving": Load()})
    measurement = report.measurements[0]
    seen = Stationarity(0, stationary, spread_percent, 0.0)
    rounds = tuple(replace(round_, stationarity=seen) for round_ in measurement.rounds)
    changed = replace(report, measurements=(replace(measurement, rounds=rounds),))
    ((*_, table),) = pages_of(changed)

    assert isinstance(table, Table)
    assert {row[-1] for row in table.rows} == {told}


def test_short_round_is_not_judged(tmp_path: Path) -> None:
    """A round of a few dozen requests is too short to tell."""
    report = drawn_up(tmp_path, None, steady_s=0.2)

    assert report.measurements[0].rounds[0].stationarity.stationary is None  # type: ignore[union-attr]


@pytest.mark.parametrize(("drifting", "word"), [(1, "VALID"), (2, "INVALID")])
def test_one_round_in_five_may_drift(tmp_path: Path, drifting: int, word: str) -> None:
    """One drifting round is a warning: the intervals include the scatter between rounds."""
    load = Load(scatter=0.3, users=20, slowing=[1] * 5, steady_s=10)
    load.course = lambda at: 1 + 0.5 * (at > 5)
    steady = Load(scatter=0.3, users=20, slowing=[1] * 5, steady_s=10)
    folder = make_run(tmp_path / "run", {"tfserving": steady})
    rows = [part.rows("run", "tfserving") for part in (load, steady)]
    mixed = [rows[0][rows[0]["round"] < drifting], rows[1][rows[1]["round"] >= drifting]]
    write_rows(folder / "tfserving_requests.parquet", pd.concat(mixed))
    run = json.loads((folder / "run.json").read_text())
    for number, record in enumerate(run["targets"]["tfserving"]["rounds"]):
        count = int((mixed[number >= drifting]["round"] == number).sum())
        record["counts"] |= {"started": count, "succeeded": count, "server": count}
    (folder / "run.json").write_text(json.dumps(run))
    report = measure_run(folder)[0]

    assert report.verdict.word == word
    assert "rounds drifted" in judgements(report)
