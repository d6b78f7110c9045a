"""Read how many requests a target counted itself, at each of its instances.

Instances come and go where a cluster scales them. One that has come counts from 0; one that has
gone took its count along, so that nothing is known of the whole.
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
    """Ask for a page.

    Raises:
        requests.RequestException: If there is no answer in time.
    """
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=timeout_s)


def fault(url: str) -> str | None:
    """Why a page can't be had just now, in a few words; None if it answers with 200."""
    try:
        status = get(url, PROBE_TIMEOUT_S).status_code
    except requests.Timeout:
        return "no answer"
    except requests.RequestException as problem:
        return _reason(problem)
    return None if status == HTTPStatus.OK else f"status {status}"


def answers(url: str) -> bool:
    """Whether a page answers with 200 just now."""
    return fault(url) is None


def _reason(problem: BaseException) -> str:
    """What is at the bottom of an error, as the system calls it."""
    while (cause := problem.__cause__ or problem.__context__) is not None:
        problem = cause
    if isinstance(problem, socket.gaierror):
        return "name not resolved"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return "no answer over HTTP"


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
        answer = get(url + metrics.path, TIMEOUT_S)
        answer.raise_for_status()
        return count(answer.text, metrics)
    except (requests.RequestException, ValueError):
        return None


HTTP_PORT = 80
COUNTED_LATE_S = 2.0
NAME_KEPT_S = 5.0
"""For so long a cluster's name server may know an older list of addresses (CoreDNS's own TTL)."""

Counts = dict[str, int | None]
"""What each instance has counted, by its URL; None where it can't be read."""


class CounterTotals(NamedTuple):
    """What all instances counted during a load; None where that can't be known, and why."""

    counted: int | None
    problem: str | None = None


@dataclass(frozen=True)
class Counters:
    """Where a target's requests are counted.

    Attributes:
        url: The server that has its Prometheus page.
        several: Whether the name in `url` stands for several instances, each at an address.
    """

    url: str
    several: bool = False

    @property
    def patience_s(self) -> float:
        """How long after a load its count may still rise, and a new instance may turn up."""
        return NAME_KEPT_S + COUNTED_LATE_S if self.several else COUNTED_LATE_S

    def read(self, metrics: Metrics) -> Counts:
        """Ask all instances at once; none where the name has no address."""
        urls = instances(self.url) if self.several else [self.url]
        with ThreadPoolExecutor(max_workers=max(1, len(urls))) as pool:
            found = pool.map(lambda url: fetch_count(url, metrics), urls)
            return dict(zip(urls, found, strict=True))


def instances(url: str) -> list[str]:
    """The URL of each address that a name has, of the family that the system prefers.

    An instance with addresses of both families would be counted twice.
    """
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or HTTP_PORT, type=socket.SOCK_STREAM)
    except socket.gaierror:
        return []
    preferred = [address for family, *_, address in found if family == found[0][0]]
    hosts = sorted({f"[{host}]" if ":" in str(host) else str(host) for host, *_ in preferred})
    return [f"{parts.scheme}://{host}:{parts.port or HTTP_PORT}" for host in hosts]


def during(before: Counts, after: Counts) -> CounterTotals:
    """What was counted between two readings; an instance that is new has counted from 0."""
    if not before:
        return CounterTotals(None, "no instance was there to be asked")
    total = 0
    for url in before | after:
        begun, ended = before.get(url, 0), after.get(url)
        if url not in after:
            return CounterTotals(None, f"{url} is gone, and its count with it")
        if begun is None or ended is None:
            return CounterTotals(None, f"the count of {url} can't be read")
        if ended < begun:
            return CounterTotals(None, f"{url} began to count anew")
        total += ended - begun
    return CounterTotals(total)


class Count(Protocol):
    """Tells what was counted since it was made."""

    def __call__(self, expected: int, *, is_hurried: bool) -> CounterTotals:
        """Wait a while for what is `expected`, unless that `is_hurried`."""


def counting(counters: Counters | None, metrics: Metrics | None) -> Count:
    """Begin to count what a target counts.

    Args:
        counters: Where it does; None where that isn't known.
        metrics: How its counter is called; None where it has none.
    """
    if counters is None or metrics is None:
        return lambda expected, *, is_hurried: CounterTotals(None)
    before = counters.read(metrics)

    def count(expected: int, *, is_hurried: bool) -> CounterTotals:
        patience_s = 0.0 if is_hurried else counters.patience_s
        return settled(lambda: during(before, counters.read(metrics)), expected, patience_s)

    return count


def settled(read: Callable[[], CounterTotals], expected: int, patience_s: float) -> CounterTotals:
    """Count until it is `expected`, or for `patience_s`: a server may count late."""
    deadline = time.monotonic() + patience_s
    while (tally := read()).counted is not None:
        if tally.counted >= expected or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return tally
