import pandas as pd
import pytest

from celsiusify_reporting.stats.closed_loop import examine, residual_percent, think_times_ns
from support.runs import METHOD, Load

MS = 10**6


def rows(*requests: tuple[int, int, int, int | None]) -> pd.DataFrame:
    """Rows of worker, user, start and latency in ms."""
    frame = pd.DataFrame(requests, columns=["worker", "user", "start_ns", "latency_ns"])
    frame["start_ns"] *= MS
    frame["round"] = 0
    frame["latency_ns"] = (frame["latency_ns"] * MS).astype("Int64")
    frame["outcome"] = frame["latency_ns"].isna().map({True: "aborted", False: "succeeded"})
    return frame


def test_think_time_is_the_same_users_gap() -> None:
    """A gap is from the end of an answer to the same user's next start, in each worker apart."""
    frame = rows((0, 0, 0, 10), (1, 0, 5, 10), (0, 1, 7, 10), (0, 0, 30, 5), (0, 0, 40, 1))

    assert think_times_ns(frame).tolist() == [20 * MS, 5 * MS]


def test_no_gap_follows_a_request_without_an_end() -> None:
    """An aborted request has no end to count from."""
    assert not len(think_times_ns(rows((0, 0, 0, None), (0, 0, 30, 5))))


def test_law_holds_where_users_do_nothing_else() -> None:
    """10 users with 2 ms of waiting and 50 ms of thinking make 10/52 ms, 96 % of 10/50 ms."""
    load = Load(ramp_s=0, steady_s=26)
    frame = load.rows("run", "tfserving")
    frame["latency_ns"] = frame["end_ns"] - frame["start_ns"]
    loop = examine(frame, 26, 10, (0.045, 0.055))
    assert loop

    assert loop.ceiling_rps == pytest.approx(200)
    assert loop.ceiling_percent == pytest.approx(100 * 50 / 52)
    assert loop.residual_percent == pytest.approx(0, abs=0.2)
    assert (loop.think_ms, loop.configured_think_ms, loop.added_ms) == (50, 50, 0)


def test_users_that_are_missing_show_in_the_residual() -> None:
    """Where half of the users never ran, half of their time is unaccounted for."""
    frame = Load(ramp_s=0, steady_s=26).rows("run", "tfserving")
    frame["latency_ns"] = frame["end_ns"] - frame["start_ns"]
    loop = examine(frame, 26, 20, None)
    assert loop

    assert loop.residual_percent == pytest.approx(50, abs=0.2)
    assert loop.configured_ceiling_rps is None


@pytest.mark.parametrize("frame", [rows(), rows((0, 0, 0, 5)), rows((0, 0, 0, None))])
def test_no_law_without_a_gap(frame: pd.DataFrame) -> None:
    """A single request of a user has no think time."""
    assert examine(frame, 1, 1, None) is None


def test_published_seed_leaves_time_unaccounted_for() -> None:
    """KrzysiekJa/Celsiusify's own figures: 100 users, 1503.95/s, 11.198 ms, thinking 52.5 ms."""
    rest = residual_percent(100, 1503.95, 0.011198, 0.0525)

    assert rest == pytest.approx(4.2, abs=0.05)
    assert rest > METHOD.residual_percent


def test_rounds_have_users_of_their_own() -> None:
    """The time between two rounds is no think time."""
    frame = rows((0, 0, 0, 10), (0, 0, 30, 5), (0, 0, 9000, 5), (0, 0, 9025, 5))
    frame["round"] = [0, 0, 1, 1]

    assert think_times_ns(frame).tolist() == [20 * MS, 20 * MS]
