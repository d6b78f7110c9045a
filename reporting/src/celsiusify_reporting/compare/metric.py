"""The metrics that a comparison of runs checks, and the bounds of their regressions."""

from dataclasses import dataclass
from enum import StrEnum


class Metric(StrEnum):
    """A figure of a round that may get worse."""

    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"
    P99_9 = "p99.9"
    THROUGHPUT = "throughput"
    CPU = "cpu"
    MEMORY = "memory"

    @property
    def higher_is_worse(self) -> bool:
        """True if a higher figure is worse."""
        return self is not Metric.THROUGHPUT


@dataclass(frozen=True)
class Bound:
    """The largest allowed deterioration of a metric, in percent of the old figure."""

    metric: Metric
    percent: float

    def is_exceeded(self, ratio: float) -> bool:
        """Return True if the ratio of new to old figure is beyond the bound."""
        if self.metric.higher_is_worse:
            return ratio > 1 + self.percent / 100
        return ratio < 1 - self.percent / 100
