from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celsiusify_reporting.cli.main import main
from celsiusify_reporting.document.report import to_json
from celsiusify_reporting.run_folder import measure_run
from support.runs import Load, edit_run, make_run

ROUNDS = (1, 1.01, 0.99, 1.005, 0.995)
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def baseline(results: Path) -> Path:
    """The report of a run of five rounds whose latency is 2 ms, give or take a percent."""
    return reported(results / "old")


def reported(
    folder: Path, times: float = 1, slowing: Sequence[float] = ROUNDS, **changes: Any
) -> Path:
    """Make and report a run whose latencies are a multiple of 2 ms; return its report.json."""
    latency = np.array([int(2_000_000 * times)])
    make_run(folder, {"tfserving": Load(latency, slowing=slowing)})
    for place, value in changes.items():
        edit_run(folder, *place.split("__"), value=value)
    path = folder / "report.json"
    path.write_text(to_json(measure_run(folder)[0]))
    return path


def compare(old: Path, new: Path, *bounds: str, options: Sequence[str] = ()) -> int:
    asked = [option for bound in bounds for option in ("--max-regress", bound)]
    return main(["compare", "--baseline", str(old), str(new), *asked, *options])


@pytest.mark.parametrize(
    ("times", "bound", "code", "outcome"),
    [
        (1, "p50:5%", 0, "within bounds"),
        (1.2, "p50:5%", 5, "REGRESSED"),
        (1.2, "p50:25%", 0, "within bounds"),
        (0.8, "p50:0.5%", 0, "within bounds"),
        (1.05, "p50:5%", 0, "can't tell"),
        (40, "throughput:30%", 5, "REGRESSED"),
        (0.5, "throughput:1%", 0, "within bounds"),
        (1.2, "cpu:5%", 0, "within bounds"),
    ],
)
def test_only_an_interval_beyond_the_bound_is_a_regression(
    baseline: Path,
    results: Path,
    capsys: Captured,
    times: float,
    bound: str,
    code: int,
    outcome: str,
) -> None:
    """A regression ends in exit code 5; an improvement or an undecided check doesn't."""
    new = reported(results / "new", times)
    capsys.readouterr()

    assert compare(baseline, new, bound) == code
    assert outcome in capsys.readouterr().out


def test_folder_is_read_for_its_report(baseline: Path, results: Path) -> None:
    """Runs are named by their folders or by their report.json."""
    reported(results / "new")

    assert compare(baseline.parent, results / "new", "p99:50%", "memory:5%") == 0


def test_every_bound_is_held_against_every_target(
    baseline: Path, results: Path, capsys: Captured
) -> None:
    """Each bound has its line, and one regression is enough."""
    new = reported(results / "new", 1.2)
    capsys.readouterr()

    assert compare(baseline, new, "p50:50%", "p50:5%") == 5
    printed = capsys.readouterr().out
    assert printed.count("tfserving  p50, ms") == 2
    assert "Regressed by more than is allowed: tfserving's p50." in printed


def test_single_rounds_tell_nothing(baseline: Path, results: Path, capsys: Captured) -> None:
    """Without a scatter there is no interval: the comparison is invalid, not passed."""
    new = reported(results / "new", 3, slowing=(1,))
    capsys.readouterr()

    assert compare(baseline, new, "p50:5%") == 3
    assert "can't tell" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("machine__cpu_model", "Other CPU", "processor: Example CPU, now Other CPU"),
        ("machine__cores", 4, "cores: 2, now 4"),
        ("versions", {"locust": "3.0"}, "locust: 2.47.0, now 3.0"),
        ("targets__tfserving__engine__engine", "other", "tfserving: engine: gunicorn, now other"),
    ],
)
def test_another_machine_is_no_comparison_unless_allowed(
    baseline: Path, results: Path, capsys: Captured, place: str, value: Any, said: str
) -> None:
    """The difference is printed, and the exit code is 3."""
    new = reported(results / "new", **{place: value})
    capsys.readouterr()

    assert compare(baseline, new, "p50:5%") == 3
    assert said in capsys.readouterr().out
    assert compare(baseline, new, "p50:5%", options=["--allow-different-machine"]) == 0


def test_another_load_is_no_comparison(baseline: Path, results: Path, capsys: Captured) -> None:
    """Different requests can't be compared, whatever is allowed."""
    new = reported(results / "new", load__think_time_s=[0.04, 0.06])
    capsys.readouterr()

    assert compare(baseline, new, "p50:5%", options=["--allow-different-machine"]) == 3
    assert "the runs made different loads" in capsys.readouterr().out


def test_another_version_of_the_target_is_what_is_compared(
    baseline: Path, results: Path, capsys: Captured
) -> None:
    """The difference is printed, and the runs are compared."""
    new = reported(results / "new", targets__tfserving__engine__version="2.0")
    capsys.readouterr()

    assert compare(baseline, new, "p50:5%") == 0
    assert "tfserving: version: 1.0, now 2.0" in capsys.readouterr().out


def test_invalid_measurement_is_no_comparison(
    baseline: Path, results: Path, capsys: Captured
) -> None:
    """An invalid run can't pass."""
    new = reported(results / "new", targets__tfserving__state="interrupted")
    capsys.readouterr()

    assert compare(baseline, new, "p50:5%") == 3
    assert "new is an invalid measurement (incomplete)" in capsys.readouterr().out


@pytest.mark.parametrize("bound", ["p98:5%", "p99", "p99:5", "p99:-5%", "p99:nan%"])
def test_wrong_bound_is_named(baseline: Path, capsys: Captured, bound: str) -> None:
    """The exit code is 2, and the message has the expected form."""
    capsys.readouterr()

    assert compare(baseline, baseline, bound) == 2
    assert "expected" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"format": 1, "run": {}, "measurements": []}']
)
def test_what_is_no_report_is_named(baseline: Path, capsys: Captured, text: str | None) -> None:
    """A missing file or another file than a report is one line and exit code 2."""
    path = baseline.parent / "other.json"
    if text is not None:
        path.write_text(text)
    capsys.readouterr()

    assert compare(baseline, path, "p50:5%") == 2
    assert str(path) in capsys.readouterr().err
