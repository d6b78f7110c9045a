"""A load that several machines made together: its workers, as `run.json` has them."""

from __future__ import annotations

from pydantic import Field

from celsiusify_reporting.recorded import Recorded


class Worker(Recorded):
    """A worker, as it was when it joined.

    Attributes:
        clock_offset_ms: Its clock minus the leader's, which was corrected.
        round_trip_ms: Of the exchange that told: the offset is known to within half of it.
    """

    name: str
    versions: dict[str, str | None] = Field(default_factory=dict)
    cpu_limit_cores: float | None = None
    clock_offset_ms: float | None = None
    round_trip_ms: float | None = None


class ClockOffset(Recorded):
    """A worker's clock minus the leader's, before a round and after it."""

    before: float | None = None
    after: float | None = None

    @property
    def residual_ms(self) -> float | None:
        """What the correction, made before the round, left at its end."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before
