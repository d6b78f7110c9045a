"""How to read a report."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.document import Bullets, Group, Heading
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import limit, whole


def guide(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    method = report.method
    per = whole(method.per_requests)
    yield (
        Heading("How to read it"),
        Bullets(
            (
                "VALID: requests were neither lost nor counted twice, the load generator had time "
                "to spare, and rounds kept their pace as far as that can be told. Of an INVALID "
                "measurement nothing follows.",
                "Steady window: from when all users of a round were running and its warm-up was "
                "over, until they were told to stop. All statistics are of the requests that "
                "started within, or were due within, of all rounds together.",
                "Requests a second: those that succeeded in the steady windows, by their length. "
                "An answer with a wrong temperature counts as failed.",
                "Latency: from handing a request to the socket, or in an open load from when it "
                "was due, until the last byte of its answer, of those that succeeded. Failures "
                "often come back at once and would make it look better.",
                "p50, p95, p99, p99.9: so many percent of the requests took no longer. They are "
                f"measured values, by {method.percentile_definition}, computed from every "
                "request to the nanosecond; nothing is interpolated or put into classes.",
                f"In parentheses, where a percentile lies: with {limit(method.confidence_percent)} "
                "confidence, between two measured values, by order statistics of as many "
                "requests as those measured, which depend on each other, are worth.",
                "n/a, needs N: a percentile is given only where enough requests lie beyond it: two "
                f"at least, with {limit(method.needed_percent)} confidence, which is the rule "
                "of MLPerf Inference's early stopping.",
                "A difference is called one only where the interval of the rounds' ratios lies "
                f"beyond {limit(method.equivalence_percent)} either way; all intervals of a report "
                f"together hold with {limit(method.confidence_percent)} confidence. It takes "
                f"{whole(method.fewest_rounds)} rounds of each target at least.",
                f"CPU s per {per}: CPU seconds that the target, all its processes together, used "
                f"for {per} finished requests. It tells what an answer costs, also where the "
                "load limits the throughput.",
                "Memory: the most resident memory that the target, all its processes together, "
                "had in a steady window, sampled each second. Pages that processes share "
                "count once for each.",
                "n/a: not measured, or not recorded.",
            )
        ),
    )
