"""Count requests and failures, and reconcile the counts of several sources."""

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.inputs.run_json import DeclaredCounts
from celsiusify_reporting.stats.latency import percentiles_ms


@dataclass(frozen=True)
class Counts:
    """The requests by outcome; dropped arrivals never started."""

    started: int
    succeeded: int
    failed: int
    aborted: int
    dropped: int = 0

    @property
    def finished(self) -> int:
        """Requests that weren't aborted."""
        return self.succeeded + self.failed


@dataclass(frozen=True)
class Throughput:
    """The rates of requests that started within a window, and the share of failures."""

    succeeded_rps: float
    failed_rps: float
    finished_rps: float
    failed_percent: float | None


def count(rows: pd.DataFrame) -> Counts:
    """Count requests by outcome."""
    by_outcome = rows["outcome"].value_counts()
    succeeded, failed, aborted, dropped = (
        int(by_outcome.get(outcome, 0)) for outcome in ("succeeded", "failed", "aborted", "dropped")
    )
    return Counts(len(rows) - dropped, succeeded, failed, aborted, dropped)


def total(parts: Sequence[Counts]) -> Counts:
    """Return the sum of counts."""
    return Counts(*(sum(values) for values in zip(*map(astuple, parts), strict=True)))


def throughput(counts: Counts, seconds: float) -> Throughput:
    """Return the rates of requests that were counted over some seconds, above 0."""
    return Throughput(
        succeeded_rps=counts.succeeded / seconds,
        failed_rps=counts.failed / seconds,
        finished_rps=counts.finished / seconds,
        failed_percent=100 * counts.failed / counts.finished if counts.finished else None,
    )


@dataclass(frozen=True)
class Reconciliation:
    """The counts of a whole round or of all rounds, ramp-up and end included.

    Attributes:
        rows: The counts of the recorded requests.
        declared: The load generator's counts in `run.json`; None if unknown.
        server: The target's own count; None if unknown.
        server_gap: The distance of the target's count from the range that the rows allow: at least
            the requests that succeeded, at most those that started.
        server_gap_percent: The same distance in percent of the requests that started.
    """

    rows: Counts
    declared: Counts | None
    server: int | None
    server_gap: int | None
    server_gap_percent: float | None

    @property
    def complete(self) -> bool | None:
        """True if rows and load generator agree; None without the load generator's counts."""
        return None if self.declared is None else self.rows == self.declared

    @property
    def rows_gap(self) -> int:
        """The largest difference of an outcome between rows and load generator."""
        if self.declared is None:
            return 0
        rows, declared = asdict(self.rows), asdict(self.declared)
        return max(abs(int(rows[outcome]) - int(declared[outcome])) for outcome in rows)


def reconcile(rows: Counts, declared: DeclaredCounts | None) -> Reconciliation:
    """Compare the counts of a whole round's rows with the declared counts."""
    if declared is None:
        return Reconciliation(rows, None, None, None, None)
    counts = Counts(**declared.model_dump(exclude={"server"}))
    return _reconciled(rows, counts, declared.server)


def pool(parts: Sequence[Reconciliation]) -> Reconciliation:
    """Return the counts of several rounds; unknown if a round's count is unknown."""
    declared = [part.declared for part in parts if part.declared]
    servers = [part.server for part in parts if part.server is not None]
    return _reconciled(
        total([part.rows for part in parts]),
        total(declared) if len(declared) == len(parts) else None,
        sum(servers) if len(servers) == len(parts) else None,
    )


def _reconciled(rows: Counts, declared: Counts | None, server: int | None) -> Reconciliation:
    gap = None if server is None else server - min(max(server, rows.succeeded), rows.started)
    share = None if gap is None or not rows.started else 100 * gap / rows.started
    return Reconciliation(rows, declared, server, gap, share)


@dataclass(frozen=True)
class Failure:
    """The failures of one kind, with the same error and HTTP status.

    Attributes:
        error: The error; None if none was recorded.
        status: The HTTP status; 0 without an answer.
        percent: The share of all finished requests.
        p50_ms: The median latency, apart from the latencies of successes; None if none ended.
    """

    error: str | None
    status: int
    count: int
    percent: float
    first_ns: int
    last_ns: int
    p50_ms: float | None


def failures(rows: pd.DataFrame) -> tuple[Failure, ...]:
    """Return the kinds of failure among some requests, the most frequent first."""
    finished = count(rows).finished
    failed = rows[rows["outcome"] == "failed"]
    named = failed.assign(error=failed["error"].astype("str").fillna(""))
    kinds = [
        _failure(str(error), int(str(status)), group, finished)
        for (error, status), group in named.groupby(["error", "status"])
    ]
    return tuple(sorted(kinds, key=lambda kind: (-kind.count, kind.error or "", kind.status)))


def _failure(error: str, status: int, group: pd.DataFrame, finished: int) -> Failure:
    latencies = group["latency_ns"].dropna().to_numpy(dtype=np.int64)
    return Failure(
        error=error or None,
        status=status,
        count=len(group),
        percent=100 * len(group) / finished,
        first_ns=int(group["start_ns"].min()),
        last_ns=int(group["start_ns"].max()),
        p50_ms=percentiles_ms(latencies, [50])[0] if len(latencies) else None,
    )
