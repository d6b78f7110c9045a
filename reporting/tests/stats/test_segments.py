from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from celsiusify_reporting.document.composition import compose
from celsiusify_reporting.document.model import Heading
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.front import first_plot
from celsiusify_reporting.narrative.scaling_text import segment_title
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.render.markdown import render
from celsiusify_reporting.run_folder import measure_run
from support.clusters import Spike, make_cluster_run
from support.runs import edit_run, make_run, write_rows
from support.sentences import sentences

CALM: dict[str, Any] = {
    "created_s": (),
    "ready_s": (),
    "answered_s": (),
    "slow_ms": 2.0,
    "dropping": 0,
}


def spike(folder: Path, *loads: Spike) -> Path:
    """A spike as a machine makes it by itself, without a cluster."""
    names = ("converter-api", "tfserving")
    made = make_run(folder / "run", dict(zip(names, loads, strict=False)))
    lengths = [{"duration_s": length, "fraction": share} for length, share in loads[0].steps]
    edit_run(made, "load", "steps", value=lengths)
    return made


def report_of(folder: Path) -> Report:
    return measure_run(folder)[0]


def headings(report: Report) -> list[str]:
    groups = compose(report).groups
    return [block.text for group in groups for block in group if isinstance(block, Heading)]


def test_each_step_has_its_figures(tmp_path: Path) -> None:
    """The figures of a step are of the requests that were due in the step."""
    steps = report_of(spike(tmp_path, Spike())).measurements[0].steps or ()
    low, high, after = steps

    assert [segment_title(step) for step in steps] == ["1, at 40/s", "2, at 200/s", "3, at 40/s"]
    assert [step.offered_rps for step in steps] == [40, 200, 40]
    assert high.window_stats.open_load
    assert high.window_stats.open_load.delivered_rps == pytest.approx(192.3, abs=0.1)
    assert high.window_stats.counts.dropped == 308
    assert (low.window_stats.percentile_ms(50), high.window_stats.percentile_ms(99)) == (2, 40)
    assert after.window_stats.counts.dropped == 0


def test_planned_steps_are_no_drift(tmp_path: Path) -> None:
    """A planned change of the rate doesn't make a run non-stationary."""
    report = report_of(spike(tmp_path, Spike(**CALM)))

    assert (report.verdict.word, report.verdict.warnings) == ("VALID", ())
    kept = [
        measurement.stationarity for measurement in report.measurements[0].rounds[0].steps or ()
    ]
    assert [second and second.stationary for second in kept] == [True] * 3
    assert "Did each step keep its pace?" in headings(report)
    assert "Did each round keep its pace?" not in headings(report)


def test_step_that_drifts_is_reported_and_makes_nothing_invalid(tmp_path: Path) -> None:
    """A queue that grows under a spike is a result of the spike, and only a warning."""
    report = report_of(spike(tmp_path, Spike(**CALM | {"slow_ms": 40.0, "ready_s": (20.0,)})))
    (warning,) = report.verdict.warnings

    assert report.verdict.word == "VALID"
    assert warning.kind == "non-stationary"
    assert "step 2 of its rate, 200 a second, drifted in round 0: thirds of the step differ" in (
        sentences(report, [warning])
    )


def test_step_in_which_replicas_change_is_not_judged(tmp_path: Path) -> None:
    """The table has the change of replicas in place of a judgement."""
    folder = make_cluster_run(tmp_path / "run", {"converter-api": Spike()})
    steps = report_of(folder).measurements[0].rounds[0].steps or ()

    assert [step.stationarity is None for step in steps] == [False, True, True]
    assert [(step.replicas.fewest, step.replicas.most) for step in steps if step.replicas] == [
        (1, 1),
        (1, 3),
        (1, 3),
    ]


def test_drops_under_a_spike_are_the_target_s(tmp_path: Path) -> None:
    """Drops are a warning and part of the conclusion; without steps they'd make a run invalid."""
    report = report_of(spike(tmp_path, Spike()))

    assert report.verdict.word == "VALID"
    (warning,) = report.verdict.warnings
    assert warning.kind == "late"
    assert "no free connection" in sentences(report, [warning])
    assert "3.85 % of the arrivals at Flask under gunicorn were dropped" in (
        report.conclusion.headline.replace("\N{NO-BREAK SPACE}", " ")
    )


def test_late_generator_makes_a_spike_invalid(tmp_path: Path) -> None:
    """A fault of the load generator makes any run invalid."""
    assert report_of(spike(tmp_path, Spike(**CALM | {"lag_us": 6000}))).verdict.word == "INVALID"


@pytest.mark.parametrize(("calibrated_rps", "word"), [(390.0, "INVALID"), (410.0, "VALID")])
def test_headroom_is_that_of_the_highest_step(
    tmp_path: Path, calibrated_rps: float, word: str
) -> None:
    """The mean rate would have had enough headroom."""
    folder = spike(tmp_path, Spike(**CALM))
    edit_run(folder, "calibration", "HTTP/1.1", "rate_rps", value=calibrated_rps)

    assert report_of(folder).verdict.word == word


def test_headroom_is_shown_for_the_highest_step(tmp_path: Path) -> None:
    """The table's headroom is that of the highest step, too."""
    page = render(compose(report_of(spike(tmp_path, Spike(**CALM)))))

    assert "| Finished in the highest step, requests/s | 200 |" in page
    assert "| Headroom, times that | 305 |" in page


def test_first_page_shows_steps_over_time(tmp_path: Path) -> None:
    """Percentiles of all steps together come later, and are labelled."""
    report = report_of(spike(tmp_path, Spike()))
    plot = first_plot(report)
    assert plot

    assert plot.name == report_plots.OVER_TIME
    assert plot.caption.endswith("Dotted and upright: where the schedule's rate changes.")
    rules = report_plots.draw(report)[report_plots.OVER_TIME].panels[0].rules
    assert [rule.at for rule in rules if rule.axis == "x"] == [0, 10, 50]
    assert report.conclusion.headline.startswith("At the highest rate, 200 a second, Flask")


def test_targets_are_compared_in_the_highest_step(tmp_path: Path) -> None:
    """The comparison uses the figures of the highest step, and names its rate."""
    random = np.random.default_rng(1)
    rounds: dict[str, Any] = {"slowing": (1, 1, 1), **CALM}
    folder = spike(tmp_path, Spike(**rounds), Spike(**rounds))
    for name, factor in (("converter-api", 3), ("tfserving", 1)):
        rows = pq.read_table(folder / f"{name}_requests.parquet").to_pandas(
            integer_object_nulls=True
        )
        high = rows["intended_ns"].map(lambda due: (due // 10**9) % 10) != 9
        latency = random.lognormal(0, 0.1, len(rows)) * 2e6 * np.where(high, factor, 1)
        rows["end_ns"] = rows["start_ns"] + latency.astype("int64")
        for column in ("intended_ns", "lag_us", "end_ns"):
            rows[column] = rows[column].astype("Int64")
        write_rows(folder / f"{name}_requests.parquet", rows)
    report = report_of(folder)
    p50, *_ = report.comparisons

    assert p50.at_rps == 200
    assert p50.first_value == report.measurements[0].peak.window_stats.percentile_ms(50)  # type: ignore[union-attr]
    assert p50.outcome == "higher"
    assert report.conclusion.headline.startswith(
        "At the highest rate, 200 a second, TensorFlow Serving (REST) was faster than Flask"
    )
    assert "Median latency at 200 a second, Flask" in " ".join(report.conclusion.points)


def test_asked_for_is_the_mean_over_steps(tmp_path: Path) -> None:
    """The mean rate of the window is 120 a second, not the 200 of its highest step."""
    load = report_of(spike(tmp_path, Spike(**CALM))).measurements[0].open_load
    assert load

    assert load.requested_rps == pytest.approx(120)
    assert load.delivered_rps == pytest.approx(120)


def test_rounds_of_a_step_are_taken_together(tmp_path: Path) -> None:
    """A step's figures are of the same step in all rounds."""
    report = report_of(spike(tmp_path, Spike(slowing=(1, 1), **CALM)))
    (measurement,) = report.measurements

    assert [step.window_stats.counts.started for step in measurement.steps or ()] == [
        800,
        16_000,
        2400,
    ]
    assert len(measurement.rounds[1].steps or ()) == 3


def test_step_outside_the_steady_window_is_left_out(tmp_path: Path) -> None:
    """Warm-up that takes the first step's time leaves the others."""
    folder = spike(tmp_path, Spike(**CALM))
    load = Spike(**CALM)
    place = ("targets", "converter-api", "rounds", 0, "steady_from_ns")
    edit_run(folder, *place, value=load.step_ns(0))
    steps = report_of(folder).measurements[0].steps or ()

    assert [segment_title(step) for step in steps] == ["2, at 200/s", "3, at 40/s"]
