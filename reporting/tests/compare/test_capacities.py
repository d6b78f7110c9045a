from dataclasses import replace
from typing import Any

import pytest

from celsiusify_reporting.compare.capacities import CapacityRatioCode, compare_capacities
from celsiusify_reporting.inputs.run_json import Objective
from celsiusify_reporting.narrative.capacity_text import ratio_sentence
from celsiusify_reporting.stats.capacity import CapacityOutcome, CapacityResult

Pair = tuple[CapacityResult, CapacityResult]


def result(target: str, title: str, rate_rps: float, above_rps: float) -> CapacityResult:
    """A search that established a rate."""
    return CapacityResult(
        target=target,
        title=title,
        objective=Objective(percentile=99, latency_ms=50.0, failures_percent=0.1),
        outcome=CapacityOutcome.HELD,
        rate_rps=rate_rps,
        limit="objective",
        confirmed=3,
        confirmations=3,
        above_rps=above_rps,
        curve=(),
    )


@pytest.fixture
def pair() -> Pair:
    """A target that held 480 requests a second, and one that held 220."""
    return (
        result("tfserving", "TensorFlow Serving (REST)", 480, 600),
        result("converter-api", "Flask under gunicorn", 220, 300),
    )


def said(pair: Pair) -> list[str]:
    """The sentences of the comparison."""
    titles = {part.target: part.title for part in pair}
    return [ratio_sentence(ratio, titles) for ratio in compare_capacities(pair)]


def test_capacities_are_compared_by_what_they_lie_between(pair: Pair) -> None:
    """480 to 600 is between 480/300 and 600/220 times 220 to 300."""
    (ratio,) = compare_capacities(pair)

    assert (ratio.code, ratio.higher, ratio.lower) == (
        CapacityRatioCode.BETWEEN,
        "tfserving",
        "converter-api",
    )
    assert (ratio.least, ratio.most) == pytest.approx((480 / 300, 600 / 220))
    assert said(pair) == [
        "TensorFlow Serving (REST) holds 1.6 to 2.7 times the rate of Flask under gunicorn"
    ]


@pytest.mark.parametrize(
    ("first", "second", "code", "says"),
    [
        (
            {"limit": "generator"},
            {},
            CapacityRatioCode.AT_LEAST,
            "holds at least 1.6 times the rate",
        ),
        (
            {},
            {"limit": "generator"},
            CapacityRatioCode.NOT_ESTABLISHED,
            "can't be told, for the limit of Flask under gunicorn",
        ),
        (
            {"confirmed": 1},
            {},
            CapacityRatioCode.NOT_ESTABLISHED,
            "can't be told, for the limit of TensorFlow Serving (REST)",
        ),
        (
            {"rate_rps": 290.0, "above_rps": 310.0},
            {},
            CapacityRatioCode.TOO_CLOSE,
            "too close to be told apart",
        ),
    ],
)
def test_capacities_that_were_not_established_are_not_compared(
    pair: Pair, first: dict[str, Any], second: dict[str, Any], code: CapacityRatioCode, says: str
) -> None:
    """If the generator was the limit, there is a lower bound or no ratio."""
    changed = replace(pair[0], **first), replace(pair[1], **second)

    assert [ratio.code for ratio in compare_capacities(changed)] == [code]
    assert says in " ".join(said(changed))


def test_target_that_held_nothing_is_not_compared(pair: Pair) -> None:
    """A target that held no rate has no ratio."""
    assert said((pair[0], replace(pair[1], rate_rps=None))) == []
