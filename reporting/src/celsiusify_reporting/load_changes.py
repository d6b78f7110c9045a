"""When a round's load changed: its steps up and down, or its start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from celsiusify_reporting.round_record import RoundRecord, Step

Way = Literal["up", "down"]


@dataclass(frozen=True)
class LoadChange:
    """A change of the load: the rate from then on, until when it holds, and what follows."""

    direction: Way
    at_ns: int
    until_ns: int
    from_rps: float | None
    to_rps: float | None
    following: Step | None = None


def load_changes(record: RoundRecord) -> Iterator[LoadChange]:
    """All changes of a round's load; none of one that never ran."""
    if record.started_ns is None or record.ended_ns is None:
        return
    if not record.steps:
        yield LoadChange("up", record.started_ns, record.ended_ns, None, record.rate_rps)
        return
    for old, new, following in zip_longest(record.steps, record.steps[1:], record.steps[2:]):
        if new and old.rate_rps != new.rate_rps:
            way: Way = "up" if new.rate_rps > old.rate_rps else "down"
            yield LoadChange(way, new.from_ns, new.until_ns, old.rate_rps, new.rate_rps, following)
