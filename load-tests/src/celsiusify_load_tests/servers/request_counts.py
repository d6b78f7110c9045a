"""Read the request counts of a target's own counters, at each of its instances.

A cluster may add and remove instances during a load. A new instance counts from 0. The count of a
removed instance is lost, so the total is unknown.
"""

import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import requests
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from celsiusify_load_tests.config.targets import Metrics

PROBE_TIMEOUT_S = 2.0


def get(url: str, timeout_s: float) -> requests.Response:
    """Fetch a page.

    Raises:
        requests.RequestException: If there is no answer in time.
    """
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=timeout_s)


def fault(url: str) -> str | None:
    """Return the reason why a page can't be fetched; None if it answers with 200."""
    try:
        status = get(url, PROBE_TIMEOUT_S).status_code
    except requests.Timeout:
        return "no answer"
    except requests.RequestException as problem:
        return _reason(problem)
    return None if status == HTTPStatus.OK else f"status {status}"


def answers(url: str) -> bool:
    """Return True if a page answers with 200."""
    return fault(url) is None


def _reason(problem: BaseException) -> str:
    """Return the root cause of an error, in the system's words."""
    while (cause := problem.__cause__ or problem.__context__) is not None:
        problem = cause
    if isinstance(problem, socket.gaierror):
        return "name not resolved"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return "no answer over HTTP"


TIMEOUT_S = 5.0


def count(page: str, metrics: Metrics) -> int:
    """Return the sum of a counter's series with the required labels; 0 without a series.

    Args:
        page: A page in the Prometheus text format.
        metrics: The counter's name and labels.

    Raises:
        ValueError: If the page isn't in that format.
    """
    return round(sum(_values(text_string_to_metric_families(page), metrics)))


def _values(families: Iterable[Metric], metrics: Metrics) -> Iterable[float]:
    # The parser adds _total to the name of every counter, as in OpenMetrics.
    names = {metrics.counter, f"{metrics.counter}_total"}
    for family in families:
        for sample in family.samples:
            if sample.name in names and metrics.labels.items() <= sample.labels.items():
                yield sample.value


def fetch_count(url: str, metrics: Metrics) -> int | None:
    """Return the number of requests that the server at `url` has counted, None if unknown."""
    try:
        answer = get(url + metrics.path, TIMEOUT_S)
        answer.raise_for_status()
        return count(answer.text, metrics)
    except (requests.RequestException, ValueError):
        return None


HTTP_PORT = 80
COUNT_DELAY_S = 2.0
NAME_TTL_S = 5.0
"""The time for which a cluster's name server may return old addresses (CoreDNS's TTL)."""

Counts = dict[str, int | None]
"""The count of each instance by its URL; None if it can't be read."""


class CounterTotals(NamedTuple):
    """The number of requests that all instances counted, or None and the problem."""

    counted: int | None
    problem: str | None = None


@dataclass(frozen=True)
class Counters:
    """The counters of a target's requests.

    Attributes:
        url: The server of the Prometheus page.
        several: Whether the name in `url` has an address for each of several instances.
    """

    url: str
    several: bool = False

    @property
    def settling_time_s(self) -> float:
        """The time after a load within which counts may rise and instances may appear."""
        return NAME_TTL_S + COUNT_DELAY_S if self.several else COUNT_DELAY_S

    def read(self, metrics: Metrics) -> Counts:
        """Read the counts of all instances in parallel; no counts if the name has no address."""
        urls = instances(self.url) if self.several else [self.url]
        with ThreadPoolExecutor(max_workers=max(1, len(urls))) as pool:
            counts = pool.map(lambda url: fetch_count(url, metrics), urls)
            return dict(zip(urls, counts, strict=True))


def instances(url: str) -> list[str]:
    """Return the URL of each address of a name, in the system's preferred address family.

    With both families, an instance with two addresses would be counted twice.
    """
    parts = urlsplit(url)
    port = parts.port or HTTP_PORT
    try:
        addresses = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return []
    preferred = [address for family, *_, address in addresses if family == addresses[0][0]]
    hosts = sorted({f"[{host}]" if ":" in str(host) else str(host) for host, *_ in preferred})
    return [f"{parts.scheme}://{host}:{port}" for host in hosts]


def during(before: Counts, after: Counts) -> CounterTotals:
    """Return the requests counted between two readings; a new instance counts from 0."""
    if not before:
        return CounterTotals(None, "no instance was found before the load")
    total = 0
    for url in before | after:
        begun, ended = before.get(url, 0), after.get(url)
        if url not in after:
            return CounterTotals(None, f"{url} disappeared, and its count is lost")
        if begun is None or ended is None:
            return CounterTotals(None, f"the count of {url} can't be read")
        if ended < begun:
            return CounterTotals(None, f"the count of {url} was reset")
        total += ended - begun
    return CounterTotals(total)


class Count(Protocol):
    """A function that returns the requests counted since its creation."""

    def __call__(self, expected: int, *, is_hurried: bool) -> CounterTotals:
        """Wait for the expected count for some seconds, unless `is_hurried`."""


def counting(counters: Counters | None, metrics: Metrics | None) -> Count:
    """Start counting a target's requests by its own counters.

    Args:
        counters: The target's counters; None if unknown.
        metrics: The names of the counters; None if the target has none.
    """
    if counters is None or metrics is None:
        return lambda expected, *, is_hurried: CounterTotals(None)
    before = counters.read(metrics)

    def count(expected: int, *, is_hurried: bool) -> CounterTotals:
        timeout_s = 0.0 if is_hurried else counters.settling_time_s
        return settled(lambda: during(before, counters.read(metrics)), expected, timeout_s)

    return count


def settled(read: Callable[[], CounterTotals], expected: int, timeout_s: float) -> CounterTotals:
    """Read totals until the expected count or the time limit, since a server may count late."""
    deadline = time.monotonic() + timeout_s
    while (totals := read()).counted is not None:
        if totals.counted >= expected or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return totals
