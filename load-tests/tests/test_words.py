from math import nan

import pytest

from celsiusify_load_tests import words
from celsiusify_load_tests.measured import Measured
from celsiusify_load_tests.profiles import find_profile
from celsiusify_load_tests.summary import NEVER, Steady

REFERENCE = find_profile("reference", {})


def measured(**counts: int | None) -> Measured:
    entry = Measured("A title", "http://127.0.0.1:1", "GET /")
    entry.counts |= counts
    return entry


@pytest.mark.parametrize(("rate_rps", "told"), [(1600.0, False), (1650.0, True), (nan, False)])
def test_a_rate_near_the_ceiling_is_the_loads(rate_rps: float, told: bool) -> None:
    """From 85 % of N/Z = 1,905/s on, the throughput tells of the load and not of the server."""
    lines = words.ending("one", measured(), Steady(rate_rps, 1.0, 2.0), REFERENCE)
    assert any("the load's limit, not the server's" in line for line in lines) == told


@pytest.mark.parametrize(("server", "told"), [(1000, False), (None, False), (1003, True)])
def test_counts_that_differ_are_told(server: int | None, told: bool) -> None:
    lines = words.ending("one", measured(started=1000, server=server), NEVER, REFERENCE)
    assert lines == ["one: the server counted 1,003 requests, the load 1,000"] * told


def test_what_is_not_known_is_a_dash() -> None:
    row = words.row("one", measured(started=12345), NEVER)
    assert (row["requests"], row["counted"], row["p50 ms"]) == ("12,345", "–", "–")


def test_latencies_are_told_to_the_microsecond() -> None:
    row = words.row("one", measured(), Steady(1868.4, 0.4341, 3.398))
    assert (row["requests/s"], row["p50 ms"], row["p99 ms"]) == ("1,868", "0.434", "3.398")
