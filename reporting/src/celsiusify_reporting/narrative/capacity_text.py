"""Write the capacities that searches found, and their ratios."""

from collections.abc import Mapping, Sequence

from celsiusify_reporting.compare.capacities import CapacityRatio, CapacityRatioCode
from celsiusify_reporting.narrative.formatting import (
    figure,
    limit,
    listing,
    milliseconds,
    setting,
    whole,
)
from celsiusify_reporting.narrative.templates import Choice, Template, choose
from celsiusify_reporting.stats.capacity import CapacityOutcome, CapacityResult

OBJECTIVE = "p{percentile} within {latency} and less than {failures} failures"
RESULTS: Mapping[CapacityOutcome, Template] = {
    CapacityOutcome.HELD: Choice(
        "confirmations",
        {0: "{title} held {rate} requests a second with " + OBJECTIVE + ", not repeated"},
        "{title} held {rate} requests a second with "
        + OBJECTIVE
        + ", confirmed {confirmed} of {confirmations} times",
    ),
    CapacityOutcome.HELD_AT_LEAST: (
        "{title} held at least {rate} requests a second with "
        + OBJECTIVE
        + ": the load generator couldn't make more"
    ),
    CapacityOutcome.NONE_HELD: "{title} held " + OBJECTIVE + " at none of the rates tried",
}
RATIOS: Mapping[CapacityRatioCode, str] = {
    CapacityRatioCode.BETWEEN: "{higher} holds {least} to {most} times the rate of {lower}",
    CapacityRatioCode.AT_LEAST: "{higher} holds at least {least} times the rate of {lower}",
    CapacityRatioCode.TOO_CLOSE: "{higher} and {lower} hold rates too close to be told apart",
    CapacityRatioCode.NOT_ESTABLISHED: (
        "how they compare can't be told, for the limit of {open} wasn't found"
    ),
}


def capacity_sentences(
    results: Sequence[CapacityResult], ratios: Sequence[CapacityRatio]
) -> list[str]:
    """Return a sentence for each result of a search and for each ratio."""
    titles = {result.target: result.title for result in results}
    return [
        *(result_sentence(result) for result in results),
        *(ratio_sentence(ratio, titles) for ratio in ratios),
    ]


def result_sentence(result: CapacityResult) -> str:
    """Return the sentence of a search's result."""
    objective = result.objective
    template = choose(RESULTS[result.outcome], {"confirmations": result.confirmations})
    return template.format(
        title=result.title,
        rate=figure(result.rate_rps),
        percentile=setting(objective.percentile),
        latency=milliseconds(objective.latency_ms),
        failures=limit(objective.failures_percent),
        confirmed=whole(result.confirmed),
        confirmations=whole(result.confirmations),
    )


def ratio_sentence(ratio: CapacityRatio, titles: Mapping[str, str]) -> str:
    """Return the sentence of a ratio of two capacities."""
    return RATIOS[ratio.code].format(
        higher=titles[ratio.higher],
        lower=titles[ratio.lower],
        open=listing([titles[target] for target in ratio.not_established]),
        least=figure(ratio.least, 2),
        most=figure(ratio.most, 2),
    )
