import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from celsiusify_reporting.folder import measure_run, render
from runs import Load, edit_run, make_run

GOLDEN = Path(__file__).parent / "golden" / "report.txt"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


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
    edit_run(folder, "targets", "tfserving", "engine", "caveat", value=caveat)
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
    first, second = (one["steady"] for one in json.loads(files["report.json"])["measurements"])
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
    report = json.loads(files["report.json"])
    numbers = [one for one in leaves(report) if isinstance(one, int | float)]
    texts = " ".join(str(one) for one in leaves(report) if isinstance(one, str))
    strays = [
        number
        for number in NUMBER.findall(files["report.md"].decode())
        if number not in texts and not any(is_rounded(number, one) for one in numbers)
    ]

    assert strays == []


def leaves(part: Any, name: str = "") -> Iterator[Any]:
    """Keys and values in a JSON document, memory in GiB and think times in ms as on the pages."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, key)
            yield key
    elif isinstance(part, list):
        for value in part:
            yield from leaves(value, name)
    else:
        yield part
        scale = {"memory_bytes": 2**-30, "think_time_s": 1000}.get(name)
        if scale:
            yield part * scale


def is_rounded(number: str, value: float) -> bool:
    """Whether a text is a value, rounded to the digits that it shows."""
    _, _, decimals = number.partition(".")
    error = abs(float(number.replace(",", "")) - abs(value))
    return error <= 0.5000001 / float(10 ** len(decimals))
