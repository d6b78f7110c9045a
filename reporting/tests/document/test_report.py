import json
import os
from pathlib import Path

import numpy as np
import pytest

from celsiusify_reporting.audit.documents import strays
from celsiusify_reporting.run_folder import measure_run, render
from support.runs import Load, edit_run, make_run

GOLDEN = Path(__file__).parents[1] / "golden" / "report.txt"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose figures are known: 20 users, answers after 1 to 4 ms, thinking for 50 ms."""
    latencies = np.array([1, 2, 3, 4]) * 10**6
    folder = make_run(
        tmp_path_factory.mktemp("results") / "20261124T061500Z-quick",
        {
            "tfserving": Load(latencies, users=20),
            "converter-api": Load(2 * latencies, users=20, failing=25, cpu_s_per_request=0.001),
        },
    )
    caveat = "served by the embedded server: no statement about TensorFlow Serving's speed."
    for name, value in (("engine", "embedded"), ("caveat", caveat)):
        edit_run(folder, "targets", "tfserving", "engine", name, value=value)
    return folder


@pytest.fixture(scope="module")
def files(run: Path) -> dict[str, bytes]:
    """The files of its report."""
    return render(*measure_run(run))


def test_report_is_the_one_that_was_read_and_approved(files: dict[str, bytes]) -> None:
    """The whole of report.md; CELSIUSIFY_APPROVE=1 writes it anew, to be read before it is kept."""
    text = files["report.md"].decode()
    if os.environ.get("CELSIUSIFY_APPROVE"):
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")


def test_known_figures(files: dict[str, bytes]) -> None:
    """The figures that the run was made to have."""
    first, second = (
        one["window_stats"] for one in json.loads(files["report.json"])["measurements"]
    )
    percentiles = {one["percent"]: one["ms"] for one in first["latency"]["percentiles"]}

    assert percentiles == {50: 2, 90: 4, 95: 4, 99: 4, 99.9: None}
    assert first["seconds"] == 5
    assert first["throughput"]["succeeded_rps"] == pytest.approx(20 / 0.0525, rel=0.01)
    assert first["cpu_s_per_requests"] == pytest.approx(0.5)
    assert second["cpu_s_per_requests"] == pytest.approx(1)
    assert second["throughput"]["failed_percent"] == pytest.approx(4, rel=0.05)
    assert first["closed_loop"]["ceiling_rps"] == pytest.approx(400)
    assert [one["mean_percent"] for one in first["workers"]] == pytest.approx([20, 20])


def test_two_builds_are_equal(run: Path, files: dict[str, bytes]) -> None:
    """The same rows give the same files, byte for byte, the PDF and the plots too."""
    again = render(*measure_run(run))

    assert [name for name in files if files[name] != again[name]] == []


def test_every_number_of_the_report_is_in_its_json(files: dict[str, bytes]) -> None:
    """No figure on a page is computed apart from report.json."""
    assert strays(files["report.md"].decode(), json.loads(files["report.json"])) == []
