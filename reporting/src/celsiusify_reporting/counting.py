"""Whether the rows, the load generator and the target itself counted the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from celsiusify_reporting.round_record import DeclaredCounts
from celsiusify_reporting.throughput import Counts, total


@dataclass(frozen=True)
class Reconciliation:
    """Counts over a whole round, or all of them, ramp-up and end included.

    Attributes:
        rows: As the rows say.
        declared: As the load generator says in `run.json`, or None.
        server: As the target's own counter says, or None.
        server_gap: By how much the target's count lies outside what the rows allow: those that
            succeeded at least, all that started at most.
        server_gap_percent: The same, of the rows.
    """

    rows: Counts
    declared: Counts | None
    server: int | None
    server_gap: int | None
    server_gap_percent: float | None

    @property
    def complete(self) -> bool | None:
        """Whether rows and load generator agree; None where the latter is silent."""
        return None if self.declared is None else self.rows == self.declared

    @property
    def rows_gap(self) -> int:
        """How many requests rows and load generator disagree on, by the outcome most in dispute."""
        if self.declared is None:
            return 0
        rows, declared = asdict(self.rows), asdict(self.declared)
        return max(abs(int(rows[outcome]) - int(declared[outcome])) for outcome in rows)


def reconcile(rows: Counts, declared: DeclaredCounts | None) -> Reconciliation:
    """Compare the rows of a whole round with what was declared of it."""
    if declared is None:
        return Reconciliation(rows, None, None, None, None)
    counts = Counts(**declared.model_dump(exclude={"server"}))
    return _reconciled(rows, counts, declared.server)


def pool(parts: Sequence[Reconciliation]) -> Reconciliation:
    """Counts of several rounds together; what one of them lacks, all of them lack."""
    declared = [one.declared for one in parts if one.declared]
    servers = [one.server for one in parts if one.server is not None]
    return _reconciled(
        total([one.rows for one in parts]),
        total(declared) if len(declared) == len(parts) else None,
        sum(servers) if len(servers) == len(parts) else None,
    )


def _reconciled(rows: Counts, declared: Counts | None, server: int | None) -> Reconciliation:
    gap = None if server is None else server - min(max(server, rows.succeeded), rows.started)
    share = None if gap is None or not rows.started else 100 * gap / rows.started
    return Reconciliation(rows, declared, server, gap, share)
