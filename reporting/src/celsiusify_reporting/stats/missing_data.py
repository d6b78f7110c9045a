"""Find the data of a target that is missing."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.stats.facts import MissingCode, MissingData
from celsiusify_reporting.stats.model import Round
from celsiusify_reporting.stats.target_data import TargetData
from celsiusify_reporting.stats.window_stats import WindowStats


def missing_requests(
    data: TargetData, rounds: Sequence[Round], stats: WindowStats | None
) -> Iterator[MissingData]:
    """Find out which requests are missing."""
    if data.requests is None:
        file = f"{data.name}_requests.parquet"
        yield MissingData(MissingCode.NO_REQUESTS_RECORDED, figures={"file": file})
        return
    for round_ in rounds:
        yield from _missing_of_round(round_)
    if stats is not None and not stats.counts.started:
        yield MissingData(MissingCode.NO_REQUEST_IN_WINDOW)


def _missing_of_round(round_: Round) -> Iterator[MissingData]:
    record = round_.record
    if round_.counting is None:
        yield MissingData(MissingCode.ROUND_NOT_MEASURED, record.round)
    elif round_.window_stats is None:
        yield MissingData(
            MissingCode.NO_STEADY_WINDOW,
            record.round,
            {
                "steady_from_ns": record.steady_from_ns,
                "steady_until_ns": record.steady_until_ns,
            },
        )


def missing_samples(data: TargetData, stats: WindowStats | None) -> Iterator[MissingData]:
    """Find out which samples of users, processes and memory are missing."""
    if data.requests is None:
        return
    if data.users is None:
        yield MissingData(MissingCode.NO_USERS_FILE, figures={"file": f"{data.name}_users.csv"})
    if data.usage is None:
        yield MissingData(MissingCode.NO_USAGE_FILE, figures={"file": f"{data.name}_usage.csv"})
    elif stats:
        if (data.usage["role"] == "target").any():
            yield from _missing_of_target(stats)
        elif data.pods is None:
            yield MissingData(MissingCode.PROCESSES_OUT_OF_REACH)
        yield from _missing_of_workers(stats)


def _missing_of_target(stats: WindowStats) -> Iterator[MissingData]:
    process = stats.process
    if process and process.cpu_problem:
        yield MissingData(
            MissingCode.TARGET_CPU_UNKNOWN, figures={"cpu_problem": process.cpu_problem.value}
        )
    if process and process.max_rss_mib is None:
        yield MissingData(MissingCode.TARGET_MEMORY_UNKNOWN)


def _missing_of_workers(stats: WindowStats) -> Iterator[MissingData]:
    if not stats.workers:
        yield MissingData(MissingCode.GENERATOR_CPU_UNKNOWN)
    for worker in stats.workers:
        if worker.cpu_problem:
            yield MissingData(
                MissingCode.WORKER_CPU_UNKNOWN,
                figures={"worker": worker.role, "cpu_problem": worker.cpu_problem.value},
            )
