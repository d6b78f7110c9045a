"""Whether the rows, the load generator and the target itself counted the same."""

from __future__ import annotations

from dataclasses import dataclass

from celsiusify_reporting.run import DeclaredCounts
from celsiusify_reporting.throughput import Counts


@dataclass(frozen=True)
class Reconciliation:
    """Counts over the whole run, ramp-up and end included.

    Attributes:
        rows: As the rows say.
        declared: As the load generator says in `run.json`, or None.
        server: As the target's own counter says, or None.
        server_gap: The target's count less the rows.
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


def reconcile(rows: Counts, declared: DeclaredCounts | None) -> Reconciliation:
    """Compare the rows of a whole run with what was declared of it."""
    if declared is None:
        return Reconciliation(rows, None, None, None, None)
    counts = Counts(declared.started, declared.succeeded, declared.failed, declared.aborted)
    gap = None if declared.server is None else declared.server - rows.started
    share = None if gap is None or not rows.started else 100 * gap / rows.started
    return Reconciliation(rows, counts, declared.server, gap, share)
