"""What became of a schedule: what was delivered, how late, and what waiting for answers hides."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.latency import Latency, latencies_ns, percentiles_ms, summarise
from celsiusify_reporting.stats.method import Method


@dataclass(frozen=True)
class Omission:
    """A percentile of both times: their gap is what waiting for a free connection hides."""

    percent: float
    response_ms: float | None
    service_ms: float | None
    gap_ms: float | None


@dataclass(frozen=True)
class OpenLoad:
    """An open load within the steady window.

    Attributes:
        requested_rps: The schedule's rate; `delivered_rps` is what was sent of it.
        delivered_percent: Of the arrivals that were due, how many were sent.
        dropped: Arrivals that found no free connection in time, and were never sent.
        lag_p50_ms: How much later than intended the load generator itself woke up.
        service: Time from the sending to the last byte, beside which the latency of an open load
            counts from when the request was due.
        omissions: The two, percentile by percentile.

    Source:
        G. Tene, "How NOT to Measure Latency" (2013), which named coordinated omission.
    """

    requested_rps: float | None
    delivered_rps: float
    arrivals: int
    delivered_percent: float
    dropped: int
    dropped_percent: float
    lag_p50_ms: float | None
    lag_p99_ms: float | None
    lag_max_ms: float | None
    service: Latency | None
    omissions: tuple[Omission, ...]

    def at(self, percent: float) -> Omission | None:
        """Both times of a percentile."""
        return next((one for one in self.omissions if one.percent == percent), None)


def examine(
    rows: pd.DataFrame, seconds: float, requested_rps: float | None, method: Method
) -> OpenLoad | None:
    """Examine the arrivals that were due within so many seconds; None where there were none."""
    arrivals = len(rows)
    if not arrivals:
        return None
    dropped = int((rows["outcome"] == "dropped").sum())
    sent = arrivals - dropped
    service = summarise(latencies_ns(rows, "succeeded", "service_ns"), method)
    response = summarise(latencies_ns(rows, "succeeded"), method)
    lag_p50, lag_p99, lag_max = _lags_ms(rows)
    return OpenLoad(
        requested_rps=requested_rps,
        delivered_rps=sent / seconds,
        arrivals=arrivals,
        delivered_percent=100 * sent / arrivals,
        dropped=dropped,
        dropped_percent=100 * dropped / arrivals,
        lag_p50_ms=lag_p50,
        lag_p99_ms=lag_p99,
        lag_max_ms=lag_max,
        service=service,
        omissions=_omissions(response, service),
    )


def _lags_ms(rows: pd.DataFrame) -> tuple[float | None, float | None, float | None]:
    lags_us = rows["lag_us"].dropna().to_numpy(dtype=np.int64)
    if not len(lags_us):
        return None, None, None
    p50, p99, longest = percentiles_ms(1000 * lags_us, (50, 99, 100))
    return p50, p99, longest


def _omissions(response: Latency | None, service: Latency | None) -> tuple[Omission, ...]:
    if not response or not service:
        return ()
    pairs = zip(response.percentiles, service.percentiles, strict=True)
    return tuple(_omission(one.percent, one.ms, other.ms) for one, other in pairs)


def _omission(percent: float, response_ms: float | None, service_ms: float | None) -> Omission:
    if response_ms is None or service_ms is None:
        return Omission(percent, response_ms, service_ms, None)
    return Omission(percent, response_ms, service_ms, response_ms - service_ms)
