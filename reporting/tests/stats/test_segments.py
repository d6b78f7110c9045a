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
    """Offered, delivered, percentiles, drops: of the requests that were due in it."""
    steps = report_of(spike(tmp_path, Spike())).measurements[0].steps or ()
    low, high, after = steps

    assert [segment_title(step) for step in steps] == ["1, at 40/s", "2, at 200/s", "3, at 40/s"]
    assert [one.offered_rps for one in steps] == [40, 200, 40]
    assert high.window_stats.open_load
    assert high.window_stats.open_load.delivered_rps == pytest.approx(192.3, abs=0.1)
    assert high.window_stats.counts.dropped == 308
    assert (low.window_stats.percentile_ms(50), high.window_stats.percentile_ms(99)) == (2, 40)
    assert after.window_stats.counts.dropped == 0


def test_planned_steps_are_no_drift(tmp_path: Path) -> None:
    """A rate that is five times as high for a while makes no run unsteady."""
    report = report_of(spike(tmp_path, Spike(**CALM)))

    assert (report.verdict.word, report.verdict.warnings) == ("VALID", ())
    kept = [one.stationarity for one in report.measurements[0].rounds[0].steps or ()]
    assert [one and one.stationary for one in kept] == [True] * 3
    assert "Did each step keep its pace?" in headings(report)
    assert "Did each round keep its pace?" not in headings(report)


def test_step_that_drifts_is_told_and_makes_nothing_invalid(tmp_path: Path) -> None:
    """A queue that grows under a spike is what the spike was to show."""
    report = report_of(spike(tmp_path, Spike(**CALM | {"slow_ms": 40.0, "ready_s": (20.0,)})))
    (warning,) = report.verdict.warnings

    assert report.verdict.word == "VALID"
    assert warning.kind == "non-stationary"
    assert "step 2 of its rate, 200 a second, drifted in round 0: thirds of the step differ" in (
        sentences(report, [warning])
    )


def test_step_in_which_replicas_change_is_not_judged(tmp_path: Path) -> None:
    """That it changes is the point: the table says so in place of a judgement."""
    folder = make_cluster_run(tmp_path / "run", {"converter-api": Spike()})
    steps = report_of(folder).measurements[0].rounds[0].steps or ()

    assert [one.stationarity is None for one in steps] == [False, True, True]
    assert [(one.replicas.fewest, one.replicas.most) for one in steps if one.replicas] == [
        (1, 1),
        (1, 3),
        (1, 3),
    ]


def test_drops_under_a_spike_are_the_target_s(tmp_path: Path) -> None:
    """They warn, in an open load without steps they would make it invalid; and are concluded."""
    report = report_of(spike(tmp_path, Spike()))

    assert report.verdict.word == "VALID"
    (warning,) = report.verdict.warnings
    assert warning.kind == "late"
    assert "no free connection" in sentences(report, [warning])
    assert "3.85 % of the arrivals at Flask under gunicorn were dropped" in (
        report.conclusion.headline.replace("\N{NO-BREAK SPACE}", " ")
    )


def test_late_generator_makes_a_spike_invalid(tmp_path: Path) -> None:
    """What isn't the target's own doing still does."""
    assert report_of(spike(tmp_path, Spike(**CALM | {"lag_us": 6000}))).verdict.word == "INVALID"


@pytest.mark.parametrize(("calibrated_rps", "word"), [(390.0, "INVALID"), (410.0, "VALID")])
def test_headroom_is_that_of_the_highest_step(
    tmp_path: Path, calibrated_rps: float, word: str
) -> None:
    """On average the load generator would have had plenty of it."""
    folder = spike(tmp_path, Spike(**CALM))
    edit_run(folder, "calibration", "HTTP/1.1", "rate_rps", value=calibrated_rps)

    assert report_of(folder).verdict.word == word


def test_headroom_stands_beside_what_it_is_of(tmp_path: Path) -> None:
    """In the table, too, it is by what was finished in the highest step."""
    page = render(compose(report_of(spike(tmp_path, Spike(**CALM)))))

    assert "| Finished in the highest step, requests/s | 200 |" in page
    assert "| Headroom, times that | 305 |" in page


def test_first_page_shows_steps_and_their_course(tmp_path: Path) -> None:
    """Percentiles of all steps together say nothing: they stand later, and are called that."""
    report = report_of(spike(tmp_path, Spike()))
    plot = first_plot(report)
    assert plot

    assert plot.name == report_plots.OVER_TIME
    assert plot.caption.endswith("Dotted and upright: where the schedule's rate changes.")
    rules = report_plots.draw(report)[report_plots.OVER_TIME].panels[0].rules
    assert [rule.at for rule in rules if rule.axis == "x"] == [0, 10, 50]
    assert report.conclusion.headline.startswith("At the highest rate, 200 a second, Flask")


def test_targets_are_compared_in_the_highest_step(tmp_path: Path) -> None:
    """Rounds' figures of that step only, and the sentence says at what rate."""
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
    """Of the whole window 120 a second were due, not the 200 of its highest step."""
    load = report_of(spike(tmp_path, Spike(**CALM))).measurements[0].open_load
    assert load

    assert load.requested_rps == pytest.approx(120)
    assert load.delivered_rps == pytest.approx(120)


def test_rounds_of_a_step_are_taken_together(tmp_path: Path) -> None:
    """The same step of all rounds."""
    report = report_of(spike(tmp_path, Spike(slowing=(1, 1), **CALM)))
    (one,) = report.measurements

    assert [step.window_stats.counts.started for step in one.steps or ()] == [800, 16_000, 2400]
    assert len(one.rounds[1].steps or ()) == 3


def test_step_outside_the_steady_window_is_left_out(tmp_path: Path) -> None:
    """Warm-up that takes the first step's time leaves the others."""
    folder = spike(tmp_path, Spike(**CALM))
    load = Spike(**CALM)
    place = ("targets", "converter-api", "rounds", 0, "steady_from_ns")
    edit_run(folder, *place, value=load.step_ns(0))
    steps = report_of(folder).measurements[0].steps or ()

    assert [segment_title(step) for step in steps] == ["2, at 200/s", "3, at 40/s"]
