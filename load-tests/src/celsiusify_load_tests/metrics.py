"""Ask a target's Prometheus page how many requests the target itself has counted."""

from collections.abc import Iterable

import requests
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from celsiusify_load_tests import pages
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


def fetch_count(url: str, metrics: Metrics) -> int | None:
    """How many requests the server at `url` has counted; None where it doesn't tell."""
    try:
        answer = pages.get(url + metrics.path, TIMEOUT_S)
        answer.raise_for_status()
        return count(answer.text, metrics)
    except (requests.RequestException, ValueError):
        return None
