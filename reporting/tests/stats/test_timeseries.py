import pandas as pd
import pytest

from celsiusify_reporting.stats.target_data import Window
from celsiusify_reporting.stats.timeseries import cut_into_seconds, history, whole_seconds
from support.runs import METHOD

S = 10**9


def rows(*starts_s: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "due_ns": [int(start_s * S) for start_s in starts_s],
            "latency_ns": pd.array([S // 1000] * len(starts_s), dtype="Int64"),
            "outcome": "succeeded",
        }
    )


def test_seconds_are_aligned_with_the_steady_window() -> None:
    """The window starts at 10.5 s, so seconds begin at half past, also before it."""
    seconds = list(
        cut_into_seconds(rows(9.7, 10.5, 11.4, 12.0), None, Window(int(10.5 * S), 13 * S))
    )

    assert [second.from_ns / S for second in seconds] == [9.5, 10.5, 11.5, 12.5]
    assert [second.counts.started for second in seconds] == [1, 2, 1, 0]


@pytest.mark.parametrize(
    ("until_s", "lengths"), [(13, [1, 1, 1]), (12.75, [1, 1, 0.75]), (13.2, [1, 1, 1.2])]
)
def test_last_second_ends_with_the_window(until_s: float, lengths: list[float]) -> None:
    """The last part of a second is separate if it is half a second or more."""
    seconds = cut_into_seconds(rows(10, 12.6), None, Window(10 * S, int(until_s * S)))

    assert [second.seconds for second in seconds] == pytest.approx(lengths)


def test_first_second_starts_with_the_load() -> None:
    """Rates don't divide by the time before the load began."""
    first, *_ = cut_into_seconds(
        rows(9.8, 10), None, Window(10 * S, 12 * S), started_ns=int(9.75 * S)
    )

    assert first.seconds == 0.25


def test_sliver_of_a_second_at_the_start_joins_the_next() -> None:
    """Three requests within 10 ms are not drawn as 300 a second."""
    window = Window(12 * S, 14 * S)
    first, *_ = cut_into_seconds(rows(9.995, 9.996, 9.997, 13), None, window, int(9.99 * S))

    assert first.seconds == pytest.approx(1.01)
    assert first.counts.started == 3


def test_every_request_belongs_to_one_second() -> None:
    """Seconds follow each other without gap or overlap, until after the last request."""
    seconds = list(cut_into_seconds(rows(1, 1.5, 3, 7.99), None, None))

    assert [(second.first, second.after) for second in seconds] == [
        (0, 2), (2, 2), (2, 3), (3, 3), (3, 3), (3, 3), (3, 4),
    ]  # fmt: skip


def test_users_are_those_at_the_end_of_the_second() -> None:
    """The last sample before a second's end counts, and none before the first."""
    users = pd.DataFrame({"time_ns": [int(11.5 * S), 12 * S], "users": [3, 5]})
    seconds = cut_into_seconds(rows(10, 12), users, Window(10 * S, 13 * S))

    assert [second.users for second in seconds] == [None, 3, 5]


@pytest.mark.parametrize(
    ("starts_s", "until_s", "drawn"),
    [
        pytest.param((9.7, 10, 11, 12.1), 12, [10, 11], id="load goes on after the window"),
        pytest.param((10, 11.2), 13, [10, 11, 12], id="load breaks off in the window"),
        pytest.param((10, 11, 12.6), 12.75, [10, 11], id="window ends within a second"),
        pytest.param((10.1, 10.3), None, [], id="no second is whole_seconds"),
    ],
)
def test_only_whole_seconds_are_drawn(
    starts_s: tuple[float, ...], until_s: float | None, drawn: list[float]
) -> None:
    """A part of a second would be drawn as a drop; a load that ends early is one."""
    frame = rows(*starts_s)
    window = Window(10 * S, int(until_s * S)) if until_s else None
    kept = whole_seconds(
        list(cut_into_seconds(frame, None, window, int(starts_s[0] * S))), frame, window
    )

    assert [second.from_ns / S for second in kept] == drawn
    assert (history(frame, kept, 10 * S, METHOD) is None) == (not drawn)


def test_history_has_no_percentile_of_too_few() -> None:
    """A second with twelve requests has a median and no 99th percentile."""
    frame = rows(*[10 + number / 20 for number in range(12)])
    seconds = list(cut_into_seconds(frame, None, Window(10 * S, 11 * S)))
    series = history(frame, seconds, 10 * S, METHOD)
    assert series

    assert (series.time_s, series.succeeded_rps) == ((0,), (12,))
    assert (series.p50_ms, series.p99_ms) == ((1,), (None,))
