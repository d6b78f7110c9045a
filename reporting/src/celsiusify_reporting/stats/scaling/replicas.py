"""How many replicas of a target there were."""

from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.stats.target_data import Window


@dataclass(frozen=True)
class Replicas:
    """Fewest and most replicas that were ready within a stretch of time."""

    fewest: int
    most: int

    @property
    def changed(self) -> bool:
        """Whether there were not as many all the time."""
        return self.fewest != self.most


def ready_within(scale: pd.DataFrame | None, window: Window | None) -> Replicas | None:
    """The ready replicas of the samples in a window, and of the last one before it.

    Args:
        scale: Samples in order of time, as `replica_samples.read_scale` returns them.
        window: When; None of a round without a steady window.
    """
    if scale is None or window is None:
        return None
    known = scale[scale["ready"].notna()]
    before = known[known["time_ns"] < window.from_ns].tail(1)
    ready = pd.concat([before, window.rows(known, "time_ns")])["ready"]
    return Replicas(int(ready.min()), int(ready.max())) if len(ready) else None


def together(parts: list[Replicas | None]) -> Replicas | None:
    """Fewest and most of several stretches; None where none is known."""
    known = [one for one in parts if one]
    if not known:
        return None
    return Replicas(min(one.fewest for one in known), max(one.most for one in known))
