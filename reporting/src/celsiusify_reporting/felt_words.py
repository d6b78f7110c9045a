"""What users felt while replicas followed the load, in words."""

from __future__ import annotations

from collections.abc import Sequence

from celsiusify_reporting.scaling import Change
from celsiusify_reporting.stretch import Stretch
from celsiusify_reporting.wording import SPACE, figure, listing, percent


def felt(alike: Sequence[Change]) -> str | None:
    """What users met: how slow it was, and what of it went wrong, stretch by stretch."""
    stretches = list(zip(*(one.felt for one in alike), strict=True))
    known = [f"within {_slow(same)} {_wrong(same)}" for same in stretches if _slow(same)]
    few = [_wrong(same) for same in stretches if not _slow(same)]
    untold = f"; {listing(few)}, too few were asked to tell" if few else ""
    return f"as users felt it: 99 % were answered {listing(known)}{untold}." if known else None


def _slow(same: Sequence[Stretch]) -> str:
    """The 99th percentile of a stretch in each round, from the least to the most."""
    p99 = [value for one in same if (value := one.p99_ms) is not None]
    ends = dict.fromkeys(figure(end) for end in (min(p99), max(p99))) if p99 else ()
    return f"{' to '.join(ends)}{SPACE}ms" if ends else ""


def _wrong(same: Sequence[Stretch]) -> str:
    """A stretch, and what share of its requests went wrong, in the worst round."""
    shares = ((failed, "failed"), (dropped, "were dropped"))
    worst = [(max(share(one) or 0 for one in same), what) for share, what in shares]
    most = "up to " if len(same) > 1 else ""
    wrong = [f"{most}{percent(share)} {what}" for share, what in worst if share]
    return f"{same[0].name} ({listing(wrong)})" if wrong else same[0].name


def failed(one: Stretch) -> float | None:
    """Failures of a stretch, in percent of what ended."""
    return one.steady.throughput.failed_percent


def dropped(one: Stretch) -> float | None:
    """Arrivals of an open load that were never sent, in percent."""
    return one.steady.open_load.dropped_percent if one.steady.open_load else None
