"""How many requests there were, and how many a second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import pandas as pd


@dataclass(frozen=True)
class Counts:
    """Requests by outcome; those that were dropped never started."""

    started: int
    succeeded: int
    failed: int
    aborted: int
    dropped: int = 0

    @property
    def finished(self) -> int:
        """Those that weren't cut off."""
        return self.succeeded + self.failed


@dataclass(frozen=True)
class Throughput:
    """Requests that started within the window, by its length; shares are of the finished ones."""

    succeeded_rps: float
    failed_rps: float
    finished_rps: float
    failed_percent: float | None


def count(rows: pd.DataFrame) -> Counts:
    """Count rows by `outcome`."""
    by_outcome = rows["outcome"].value_counts()
    succeeded, failed, aborted, dropped = (
        int(by_outcome.get(outcome, 0)) for outcome in ("succeeded", "failed", "aborted", "dropped")
    )
    return Counts(len(rows) - dropped, succeeded, failed, aborted, dropped)


def total(parts: Sequence[Counts]) -> Counts:
    """The sum of counts."""
    return Counts(*(sum(values) for values in zip(*map(astuple, parts), strict=True)))


def throughput(counts: Counts, seconds: float) -> Throughput:
    """Rates of requests counted over some seconds, which must be more than none."""
    return Throughput(
        succeeded_rps=counts.succeeded / seconds,
        failed_rps=counts.failed / seconds,
        finished_rps=counts.finished / seconds,
        failed_percent=100 * counts.failed / counts.finished if counts.finished else None,
    )
