import pandas as pd
import pytest

from celsiusify_reporting.stats.resources import CpuProblem, cpu_s_per, examine, workers
from celsiusify_reporting.stats.target_data import Window

S = 10**9
WINDOW = Window(10 * S, 14 * S)


def usage(
    role: str = "target",
    times_s: tuple[float, ...] = (9, 10, 11, 12, 13, 14),
    cpu_s: tuple[float | None, ...] = (1, 2, 2.5, 2.5, 3.5, 9),
    pids: tuple[int, ...] = (7,) * 6,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time_ns": [int(time * S) for time in times_s],
            "role": role,
            "pid": pids[: len(times_s)],
            "cpu_s": list(cpu_s[: len(times_s)]),
            "rss_bytes": [2**20 * int(100 + time) for time in times_s],
        }
    )


def rows(starts_s: list[float], outcome: str = "succeeded") -> pd.DataFrame:
    return pd.DataFrame({"due_ns": [int(start_s * S) for start_s in starts_s], "outcome": outcome})


def test_cpu_time_is_the_difference_within_the_window() -> None:
    """From 10 s to 13 s, the last sample before the end, 1.5 s are used: half a core."""
    process = examine(usage(), "target", [WINDOW])

    assert (process.mean_percent, process.peak_percent) == (50, 100)


def test_memory_is_the_most_within_the_window() -> None:
    """A sample after the window has more memory, and doesn't count."""
    assert examine(usage(), "target", [WINDOW]).max_rss_mib == 113


def test_cpu_time_per_requests_covers_the_same_time() -> None:
    """Requests after the last sample, whose CPU time isn't known, are left out."""
    requests = rows([9.5, 10, 11.5, 12.9, 13, 13.5])

    assert cpu_s_per(1000, requests, usage(), [WINDOW]) == 500


def test_aborted_requests_are_not_divided_by() -> None:
    """CPU time is given per finished request only."""
    assert cpu_s_per(1000, rows([10, 11], "aborted"), usage(), [WINDOW]) is None


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        (usage(times_s=(9, 10)), CpuProblem.TOO_FEW_SAMPLES),
        (usage(cpu_s=(1, 2, None, 3, 4, 5)), CpuProblem.NOT_RECORDED),
        (usage(pids=(7, 7, 8, 8, 8, 8)), CpuProblem.RESTARTED),
        (usage(cpu_s=(1, 2, 3, 0.1, 4, 5)), CpuProblem.RESTARTED),
    ],
)
def test_cpu_time_that_cannot_be_known_is_none(samples: pd.DataFrame, problem: CpuProblem) -> None:
    """Missing samples and restarts give no CPU time, and the reason."""
    process = examine(samples, "target", [WINDOW])

    assert (process.mean_percent, process.cpu_problem) == (None, problem)
    assert cpu_s_per(1000, rows([10, 11, 12]), samples, [WINDOW]) is None


def test_memory_that_was_not_recorded_is_none() -> None:
    """A role without samples has no memory."""
    assert examine(usage("worker-0"), "target", [WINDOW]).max_rss_mib is None


def test_rounds_are_summed_up_each_by_itself() -> None:
    """A target that restarted between rounds has the CPU time of both: 1.5 s and 1 s."""
    again = usage(times_s=(20, 21), cpu_s=(0, 1), pids=(9, 9))
    samples = pd.concat([usage(), again])
    windows = [WINDOW, Window(20 * S, 24 * S)]

    assert examine(samples, "target", windows).mean_percent == pytest.approx(100 * 2.5 / 4)
    assert cpu_s_per(1000, rows([10, 11, 12, 20, 20.5]), samples, windows) == 500


def test_workers_come_in_order_of_their_numbers() -> None:
    """Ten comes after two."""
    samples = pd.concat([usage(f"worker-{number}") for number in (10, 2)] + [usage()])

    assert [worker.role for worker in workers(samples, [WINDOW])] == ["worker-2", "worker-10"]
