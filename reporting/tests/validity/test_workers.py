import json
from pathlib import Path
from typing import Any

import pytest

from celsiusify_reporting.audit.documents import strays
from celsiusify_reporting.cli.main import main
from celsiusify_reporting.compare.parity import Condition
from celsiusify_reporting.document.composition import compose
from celsiusify_reporting.document.report import Report, to_json
from celsiusify_reporting.render.markdown import render
from celsiusify_reporting.run_folder import measure_run
from support.clusters import Spike, Worker, edit_cluster, make_cluster_run
from support.runs import edit_run
from support.sentences import caveats, sentences

ROUND = ("targets", "converter-api", "rounds", 0)
CALM: dict[str, Any] = {"dropping": 0, "slow_ms": 2.0}


def run(folder: Path, **changes: Any) -> Path:
    return make_cluster_run(folder / "run", {"converter-api": Spike(**CALM)}, **changes)


def report_of(folder: Path) -> Report:
    return measure_run(folder)[0]


def findings(report: Report) -> dict[str, str]:
    findings = (*report.verdict.reasons, *report.verdict.warnings)
    return {finding.kind: sentences(report, [finding]) for finding in findings}


def test_sound_distributed_run_is_valid(tmp_path: Path) -> None:
    """Equal versions, steady clocks, no throttling and no missing samples are valid."""
    verdict = report_of(run(tmp_path)).verdict

    assert (verdict.word, verdict.reasons, verdict.warnings) == ("VALID", (), ())


def test_processes_out_of_reach_are_reported_once(tmp_path: Path) -> None:
    """Processes out of reach are a warning unless pods are sampled."""
    folder = run(tmp_path)
    (folder / "converter-api_pods.csv").unlink()

    said = findings(report_of(folder))["unknown"]
    assert "no CPU time and no memory of the target: its processes were out of reach" in said


def test_lost_worker_makes_a_run_invalid(tmp_path: Path) -> None:
    """The exit code is 3, and the reason has the load generator's message."""
    folder = run(tmp_path)
    lost = "worker load-2 was lost: not heard of for 5 s"
    edit_run(folder, "targets", "converter-api", "state", value="failed")
    edit_run(folder, *ROUND, "state", value="failed")
    edit_run(folder, *ROUND, "problem", value=lost)

    assert lost in findings(report_of(folder))["incomplete"]
    assert main(["report", str(folder)]) == 3


@pytest.mark.parametrize(
    ("left_ms", "word", "kinds"),
    [
        (49, "VALID", set()),
        (-60, "VALID", {"clock"}),
        (499, "VALID", {"clock"}),
        (2000, "INVALID", {"clock"}),
    ],
)
def test_what_is_left_of_an_offset_is_judged(
    tmp_path: Path, left_ms: float, word: str, kinds: set[str]
) -> None:
    """A corrected offset of two seconds is fine; a later one isn't."""
    report = report_of(run(tmp_path, workers=(Worker("load-1"), Worker("load-2", left_ms))))

    assert (report.verdict.word, {*findings(report)}) == (word, kinds)
    if kinds:
        said = findings(report)["clock"]
        assert f"the clock of load-2 was {'−' if left_ms < 0 else ''}" in said


def test_unknown_offset_is_reported(tmp_path: Path) -> None:
    """A worker without an offset after the round is a warning."""
    folder = run(tmp_path)
    edit_run(folder, *ROUND, "clock_offset_ms", "load-1", "after", value=None)

    assert "how far workers' clocks were off" in findings(report_of(folder))["unknown"]


def test_what_is_left_is_in_the_report_s_data(tmp_path: Path) -> None:
    """report.json has the largest offset of each worker."""
    report = report_of(run(tmp_path, workers=(Worker("load-1", -0.123), Worker("load-2", 0.456))))
    assert report.worker_summary

    assert report.worker_summary.residual_ms == pytest.approx({"load-1": -0.123, "load-2": 0.456})
    assert report.worker_summary.throttled_percent == 0
    pages = render(compose(report))
    assert "| load-1 | the leader's | 1 | 2,000 | 0.800 | −0.123 |" in pages
    assert strays(pages, json.loads(to_json(report))) == []


def test_workers_share_no_cores_with_the_target(tmp_path: Path) -> None:
    """The workers made the load, not the leader's machine."""
    folder = run(tmp_path)
    (folder / "cluster.json").unlink()
    report = report_of(folder)

    assert "No cores were reserved" not in caveats(report)
    assert Condition.SHARED_CORES not in {row.condition for row in report.parity.rows}
    assert "by 2 workers, led from 2 cores of Example CPU." in render(compose(report))


def test_unequal_versions_make_a_run_invalid(tmp_path: Path) -> None:
    """Different versions make different loads."""
    report = report_of(run(tmp_path, workers=(Worker("load-1"), Worker("load-2", 0.2, "2.46.3"))))

    assert report.verdict.word == "INVALID"
    assert "the leader's versions: load-2 had locust 2.46.3." in findings(report)["versions"]


@pytest.mark.parametrize(
    ("throttled_s", "word", "said"),
    [
        (0.1, "VALID", ""),
        (0.4, "VALID", "throttled the load generator for over 0.1 % of the time, at worst"),
        (2.0, "INVALID", "throttled the load generator for over 1 % of the time, at worst"),
    ],
)
def test_throttled_generator_is_reported(
    tmp_path: Path, throttled_s: float, word: str, said: str
) -> None:
    """The throttled share is of the round's 81 seconds and of two workers."""
    report = report_of(run(tmp_path, throttled_s=throttled_s))

    assert report.verdict.word == word
    assert said in findings(report).get("generator-bound", "")
    assert bool(said) == ("generator-bound" in findings(report))


def test_throttling_may_occur_in_one_round_of_five(tmp_path: Path) -> None:
    """One throttled round of five is no reason."""
    loads = {"converter-api": Spike(slowing=[1] * 5, steps=((1, 0.2), (2, 1), (1, 0.2)), **CALM)}
    folder = make_cluster_run(tmp_path / "run", loads)
    edit_run(folder, *ROUND, "throttled_s", value=5)
    assert "generator-bound" not in {reason.kind for reason in report_of(folder).verdict.reasons}

    edit_run(folder, *ROUND[:-1], 1, "throttled_s", value=5)
    assert "generator-bound" in {reason.kind for reason in report_of(folder).verdict.reasons}


def test_count_that_could_not_be_had_is_no_mismatch(tmp_path: Path) -> None:
    """The unknown count of a removed pod is a warning."""
    folder = run(tmp_path)
    edit_run(folder, *ROUND, "counts", "server", value=None)
    edit_run(folder, *ROUND, "counts_problem", value="10.0.0.7 is gone")
    report = report_of(folder)

    assert report.verdict.word == "VALID"
    assert "in 1 of 1 rounds the target's own count isn't known" in findings(report)["unknown"]
    assert "10.0.0.7 is gone" in findings(report)["unknown"]


@pytest.mark.parametrize(
    ("path", "value", "kind", "said"),
    [
        (("sampling", "missed"), 7, "unknown", "7 samples of replicas are missing, of 87"),
        (
            ("sampling", "problem"),
            "no rights",
            "unknown",
            "weren't observed all the time: no rights",
        ),
        (
            ("clock", "offset_ms"),
            None,
            "clock",
            "The offset of the observing machine's clock isn't known",
        ),
        (("clock", "uncertainty_ms"), 2400, "clock", "known to within 2,400 ms only"),
    ],
)
def test_what_was_not_watched_is_reported(
    tmp_path: Path, path: tuple[str, ...], value: Any, kind: str, said: str
) -> None:
    """Missing samples are a warning: measured requests are valid all the same."""
    folder = run(tmp_path)
    edit_cluster(folder, *path, value=value)
    report = report_of(folder)

    assert report.verdict.word == "VALID"
    assert said in findings(report)[kind]


def test_missing_samples_of_a_target_are_reported(tmp_path: Path) -> None:
    """A target without a scale file is a warning."""
    folder = run(tmp_path)
    (folder / "converter-api_scale.csv").unlink()

    assert (
        "How many replicas Flask under gunicorn had isn't known"
        in (findings(report_of(folder))["unknown"])
    )
