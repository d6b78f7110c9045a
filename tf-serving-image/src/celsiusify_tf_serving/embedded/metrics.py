"""Counters and histograms of requests, for a Prometheus page with TensorFlow Serving's names."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from threading import Lock

from celsiusify_tf_serving.embedded.errors import Code

BUCKETS_US = [10 * 1.8**i for i in range(33)]
PREFIX = ":tensorflow:serving:"
Labels = tuple[str, ...]


class Counter:
    """A count for each combination of labels."""

    def __init__(self, name: str, labels: Labels) -> None:
        self._name, self._labels = PREFIX + name, labels
        self._counts: dict[Labels, int] = defaultdict(int)

    def add(self, *labels: str) -> None:
        """Add one."""
        self._counts[labels] += 1

    def lines(self) -> Iterator[str]:
        """Write the metric as text."""
        yield f"# TYPE {self._name} counter"
        for labels, count in self._counts.items():
            yield f"{self._name}{{{_pairs(self._labels, labels)}}} {count}"


class Histogram:
    """A distribution of times in µs for each combination of labels."""

    def __init__(self, name: str, labels: Labels) -> None:
        self._name, self._labels = PREFIX + name, labels
        self._lock = Lock()
        self._counts: dict[Labels, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS_US) + 1))
        self._sums: dict[Labels, float] = defaultdict(float)

    def add(self, time_us: float, *labels: str) -> None:
        """Add a time; any thread may call this."""
        with self._lock:
            self._counts[labels][bisect_left(BUCKETS_US, time_us)] += 1
            self._sums[labels] += time_us

    def lines(self) -> Iterator[str]:
        """Write the metric as text, with cumulative buckets."""
        yield f"# TYPE {self._name} histogram"
        limits = [*(f"{limit:.6g}" for limit in BUCKETS_US), "+Inf"]
        with self._lock:
            snapshot = [(labels, list(counts)) for labels, counts in self._counts.items()]
        for labels, counts in snapshot:
            pairs, total = _pairs(self._labels, labels), 0
            for limit, count in zip(limits, counts, strict=True):
                total += count
                yield f'{self._name}_bucket{{{pairs},le="{limit}"}} {total}'
            yield f"{self._name}_sum{{{pairs}}} {self._sums[labels]:.6g}"
            yield f"{self._name}_count{{{pairs}}} {total}"


def _pairs(names: Labels, values: Labels) -> str:
    return ",".join(f'{name}="{_escape(value)}"' for name, value in zip(names, values, strict=True))


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    """The server's metrics."""

    def __init__(self) -> None:
        self.requests = Counter("request_count", ("model_name", "status"))
        self.latency = Histogram("request_latency", ("model_name", "API", "entrypoint"))
        self.runtime = Histogram("runtime_latency", ("model_name", "API", "runtime"))

    def count_request(self, model: str, code: Code) -> None:
        """Count a request by its status code."""
        self.requests.add(model, code.name)

    def time_request(self, model: str, api: str, entrypoint: str, seconds: float) -> None:
        """Record the duration of an answered request."""
        self.latency.add(seconds * 1e6, model, api, entrypoint)

    def time_run(self, model: str, seconds: float) -> None:
        """Record the duration of a session's run."""
        self.runtime.add(seconds * 1e6, model, "Predict", "TF1")

    def page(self) -> bytes:
        """Return the Prometheus page."""
        metrics = (self.requests, self.latency, self.runtime)
        return "".join(f"{line}\n" for metric in metrics for line in metric.lines()).encode()
