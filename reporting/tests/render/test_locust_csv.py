import csv
import io

import numpy as np
import pandas as pd

from celsiusify_reporting.render import locust_csv
from celsiusify_reporting.stats.counts import Failure
from celsiusify_reporting.stats.target_data import Window
from celsiusify_reporting.stats.timeseries import cut_into_seconds
from support.runs import Load

S, MS = 10**9, 10**6

STATS = (
    "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,"
    "Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,"
    "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%"
)
HISTORY = (
    "Timestamp,User Count,Type,Name,Requests/s,Failures/s,"
    "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,"
    "Total Request Count,Total Failure Count,Total Median Response Time,"
    "Total Average Response Time,Total Min Response Time,Total Max Response Time,"
    "Total Average Content Size"
)
FAILURES = "Method,Name,Error,Occurrences,First Seen,Last Seen"


def rows(*requests: tuple[float, int, str]) -> pd.DataFrame:
    """Rows of start in s, latency in ns, outcome."""
    frame = pd.DataFrame(requests, columns=["due_ns", "latency_ns", "outcome"])
    frame["due_ns"] = (frame["due_ns"] * S).astype("int64")
    frame["latency_ns"] = frame["latency_ns"].astype("Int64")
    return frame.assign(bytes=64)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_columns_are_those_of_locust() -> None:
    """The header rows are Locust 2.47's, to the letter."""
    some = rows((1, MS, "succeeded"))

    assert (
        locust_csv.stats(
            some,
            1,
            "GET /",
        ).splitlines()[0]
        == STATS
    )
    assert locust_csv.stats_history(some, []).splitlines()[0] == HISTORY
    assert locust_csv.failures([], "GET /").splitlines()[0] == FAILURES


def test_stats_are_exact_and_of_successes_only() -> None:
    """Latencies keep their microseconds, and a failure's is in none of them."""
    some = rows((1, 1_234_567, "succeeded"), (1, 2_345_678, "succeeded"), (1, 9 * MS, "failed"))
    request, aggregated = read(locust_csv.stats(some, 2, "GET /convert/?fahrenheit=1"))

    assert (request["Type"], request["Name"]) == ("GET", "/convert/?fahrenheit=1")
    assert (aggregated["Type"], aggregated["Name"]) == ("", "Aggregated")
    assert (request["Request Count"], request["Failure Count"]) == ("3", "1")
    assert (request["Requests/s"], request["Failures/s"]) == ("1.500000", "0.500000")
    assert [request[name] for name in ("50%", "99%", "100%")] == ["1.235", "2.346", "2.346"]
    assert request["Average Response Time"] == "1.790"
    assert request["Median Response Time"] == "1.235"


def test_only_failures_have_no_latency() -> None:
    """Where nothing succeeded, Locust's own N/A stands in place of latencies."""
    request, _ = read(locust_csv.stats(rows((1, MS, "failed")), 1, "GET /"))

    assert {request[name] for name in (*locust_csv.PERCENT_COLUMNS, "Max Response Time")} == {"N/A"}
    assert request["Average Content Size"] == "64.000"


def test_history_has_a_row_a_second_and_running_totals() -> None:
    """Percentiles are of the second alone, totals of all since the start."""
    some = rows(
        (10, MS, "succeeded"), (10.5, 3 * MS, "succeeded"), (11, 5 * MS, "succeeded"),
        (12.2, 7 * MS, "failed"),
    )  # fmt: skip
    seconds = cut_into_seconds(some, None, Window(10 * S, 13 * S))
    history = read(locust_csv.stats_history(some, seconds))

    assert [row["Timestamp"] for row in history] == ["10", "11", "12"]
    assert [row["50%"] for row in history] == ["1.000", "5.000", "N/A"]
    assert [row["Total Median Response Time"] for row in history] == ["1.000", "3.000", "3.000"]
    assert [row["Total Request Count"] for row in history] == ["2", "3", "4"]
    assert [row["Failures/s"] for row in history] == ["0.000000", "0.000000", "1.000000"]


def test_history_counts_every_request_once() -> None:
    """The seconds of the steady window add up to its requests."""
    load = Load(np.arange(1, 90) * MS)
    some = load.rows("run", "tfserving").sort_values("start_ns", ignore_index=True)
    some["due_ns"] = some["start_ns"]
    some["latency_ns"] = (some["end_ns"] - some["start_ns"]).astype("Int64")
    window = Window(load.from_ns(), load.until_ns())
    history = read(locust_csv.stats_history(some, cut_into_seconds(some, None, window)))
    window_stats = [row for row in history if int(row["Timestamp"]) * S >= load.from_ns()]

    assert sum(float(row["Requests/s"]) for row in window_stats) == len(window.rows(some))


def test_failures_say_when_they_were_seen() -> None:
    """Times are UTC, as Locust writes them."""
    kind = Failure("status 503", 503, 7, 50, 1_795_500_900 * S, 1_795_500_901 * S, 1.0)

    assert read(locust_csv.failures([kind], "GET /x")) == [
        {
            "Method": "GET",
            "Name": "/x",
            "Error": "status 503",
            "Occurrences": "7",
            "First Seen": "2026-11-24T06:15:00Z",
            "Last Seen": "2026-11-24T06:15:01Z",
        }
    ]
