"""Count the ready replicas of a target."""

from dataclasses import dataclass

import pandas as pd

from celsiusify_reporting.stats.target_data import Window


@dataclass(frozen=True)
class Replicas:
    """The fewest and the most ready replicas within some time."""

    fewest: int
    most: int

    @property
    def changed(self) -> bool:
        """True if the number of ready replicas changed."""
        return self.fewest != self.most


def ready_within(scale: pd.DataFrame | None, window: Window | None) -> Replicas | None:
    """Return the ready replicas in a window, from the last sample before it on.

    Args:
        scale: The samples in order of time, as `read_scale` returns them.
        window: The window; None for a round without a steady window.
    """
    if scale is None or window is None:
        return None
    known = scale[scale["ready"].notna()]
    before = known[known["time_ns"] < window.from_ns].tail(1)
    ready = pd.concat([before, window.rows(known, "time_ns")])["ready"]
    return Replicas(int(ready.min()), int(ready.max())) if len(ready) else None


def together(parts: list[Replicas | None]) -> Replicas | None:
    """Return the fewest and the most replicas of several windows; None if unknown."""
    known = [part for part in parts if part]
    if not known:
        return None
    return Replicas(min(part.fewest for part in known), max(part.most for part in known))
