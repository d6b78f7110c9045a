"""Add recorded requests to Locust's statistics, for its console, web page and exit code.

Locust's own way is an event for each request, which costs more than the request itself. These
statistics are only shown live: they are as coarse as Locust's, and no report uses them.
"""

from collections.abc import Mapping

import numpy as np
from locust.stats import RequestStats, StatsEntry, StatsError, bucket_response_time
from numpy.typing import NDArray

from celsiusify_load_tests.recording.format import FAILED

_NS_PER_MS = 1e6
_NS_PER_S = 1_000_000_000


def update_locust_stats(
    stats: RequestStats,
    method: str,
    name: str,
    rows: NDArray[np.void],
    errors: Mapping[str | None, int],
) -> None:
    """Add rows to Locust's statistics, except requests without an end.

    Args:
        stats: Locust's statistics of this process.
        method: The requests' method.
        name: The requests' name.
        rows: Rows of the type `format.DTYPE`.
        errors: The number of each error text.
    """
    ended = rows[rows["end_ns"] != 0]
    if not len(ended):
        return
    batch = _entry(stats, method, name, ended)
    stats.total.extend(batch)
    stats.get(name, method).extend(batch)
    failed = ended[ended["outcome"] == FAILED]
    if not len(failed):
        return
    texts = {number: text for text, number in errors.items()}
    for number, count in _counts(failed["error"]).items():
        _add_error(stats, method, name, str(texts[number]), count)


def _entry(stats: RequestStats, method: str, name: str, ended: NDArray[np.void]) -> StatsEntry:
    latency_ms = (ended["end_ns"] - ended["start_ns"]) / _NS_PER_MS
    failed = ended[ended["outcome"] == FAILED]
    entry = StatsEntry(stats, name, method)
    entry.start_time = float(ended["start_ns"].min()) / _NS_PER_S
    entry.last_request_timestamp = float(ended["end_ns"].max()) / _NS_PER_S
    entry.num_requests = len(ended)
    entry.num_failures = len(failed)
    entry.total_response_time = latency_ms.sum().item()
    entry.min_response_time = latency_ms.min().item()
    entry.max_response_time = latency_ms.max().item()
    entry.total_content_length = ended["bytes"].sum().item()
    entry.num_reqs_per_sec.update(_counts(ended["end_ns"] // _NS_PER_S))
    entry.num_fail_per_sec.update(_counts(failed["end_ns"] // _NS_PER_S))
    for whole_ms, count in _counts(np.rint(latency_ms).astype(int)).items():
        entry.response_times[bucket_response_time(whole_ms)] += count
    return entry


def _add_error(stats: RequestStats, method: str, name: str, text: str, count: int) -> None:
    key = StatsError.create_key(method, name, text)
    error = stats.errors.setdefault(key, StatsError(method, name, text))
    error.occurred()
    error.occurrences += count - 1


def _counts(values: NDArray[np.integer]) -> dict[int, int]:
    unique, counts = np.unique(values, return_counts=True)
    return dict(zip(unique.tolist(), counts.tolist(), strict=True))
