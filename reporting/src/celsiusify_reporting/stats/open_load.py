"""Examine an open load: its delivery, its lag, and the coordinated omission."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.latency import Latency, latencies_ns, percentiles_ms, summarise
from celsiusify_reporting.stats.method import Method


@dataclass(frozen=True)
class Omission:
    """A percentile of latency and service time; the gap is coordinated omission."""

    percent: float
    response_ms: float | None
    service_ms: float | None
    gap_ms: float | None


@dataclass(frozen=True)
class OpenLoad:
    """The delivery of an open load within steady windows.

    Attributes:
        requested_rps: The schedule's rate.
        delivered_rps: The rate of requests that were sent.
        delivered_percent: The arrivals that were sent, in percent of those that were due.
        dropped: The arrivals that found no free connection in time and were never sent.
        lag_p50_ms: The median lag of the load generator itself.
        service: The service times, from sending to the last byte; latencies of an open load count
            from when a request was due.
        omissions: Latency and service time, percentile by percentile.

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
        """Return latency and service time of a percentile."""
        return next((part for part in self.omissions if part.percent == percent), None)


def examine(
    rows: pd.DataFrame, seconds: float, requested_rps: float | None, method: Method
) -> OpenLoad | None:
    """Examine the arrivals that were due within some seconds; None if there were none."""
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
    return tuple(_omission(latency.percent, latency.ms, served.ms) for latency, served in pairs)


def _omission(percent: float, response_ms: float | None, service_ms: float | None) -> Omission:
    if response_ms is None or service_ms is None:
        return Omission(percent, response_ms, service_ms, None)
    return Omission(percent, response_ms, service_ms, response_ms - service_ms)
