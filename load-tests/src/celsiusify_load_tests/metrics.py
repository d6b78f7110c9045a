"""Ask a target's Prometheus page how many requests the target itself has counted."""

import time
from collections.abc import Callable, Iterable

import requests
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from celsiusify_load_tests.targets import Metrics

TIMEOUT_S = 5.0


def count(page: str, metrics: Metrics) -> int:
    """Sum all series of a counter that have the wanted labels; 0 before its first request.

    Args:
        page: A page in the Prometheus text format.
        metrics: The counter's name and labels.

    Raises:
        ValueError: If the page isn't in that format.
    """
    return round(sum(_values(text_string_to_metric_families(page), metrics)))


def _values(families: Iterable[Metric], metrics: Metrics) -> Iterable[float]:
    # The parser ends the name of every counter in _total, as OpenMetrics has it.
    names = {metrics.counter, f"{metrics.counter}_total"}
    for family in families:
        for sample in family.samples:
            if sample.name in names and metrics.labels.items() <= sample.labels.items():
                yield sample.value


def fetch_count(url: str | None, metrics: Metrics | None) -> int | None:
    """How many requests the target at `url` has counted; None where it doesn't tell."""
    if url is None or metrics is None:
        return None
    try:
        answer = requests.get(url + metrics.path, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return count(answer.text, metrics)
    except (requests.RequestException, ValueError):
        return None


def settled(fetch: Callable[[], int | None], expected: int, patience_s: float = 2.0) -> int | None:
    """Fetch a count until it is `expected`, or for `patience_s`: a server may count late."""
    deadline = time.monotonic() + patience_s
    while (counted := fetch()) is not None and counted < expected and time.monotonic() < deadline:
        time.sleep(0.1)
    return counted
