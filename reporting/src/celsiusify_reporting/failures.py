"""What went wrong, how often, and how long it took to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.latency import percentiles_ms
from celsiusify_reporting.throughput import count


@dataclass(frozen=True)
class Failure:
    """Failures of one kind: the same error and HTTP status (0 where no answer came).

    `percent` is their share of the finished requests. `p50_ms` is the median of their latencies,
    which are kept apart from those of the successes; None where none ended.
    """

    error: str
    status: int
    count: int
    percent: float
    first_ns: int
    last_ns: int
    p50_ms: float | None


def failures(rows: pd.DataFrame) -> tuple[Failure, ...]:
    """The kinds of failure among some rows, the most frequent first."""
    finished = count(rows).finished
    failed = rows[rows["outcome"] == "failed"]
    named = failed.assign(error=failed["error"].astype("str").fillna("not recorded"))
    kinds = [
        _failure(str(error), int(str(status)), group, finished)
        for (error, status), group in named.groupby(["error", "status"])
    ]
    return tuple(sorted(kinds, key=lambda kind: (-kind.count, kind.error, kind.status)))


def _failure(error: str, status: int, group: pd.DataFrame, finished: int) -> Failure:
    latencies = group["latency_ns"].dropna().to_numpy(dtype=np.int64)
    return Failure(
        error=error,
        status=status,
        count=len(group),
        percent=100 * len(group) / finished,
        first_ns=int(group["start_ns"].min()),
        last_ns=int(group["start_ns"].max()),
        p50_ms=percentiles_ms(latencies, [50])[0] if len(latencies) else None,
    )
