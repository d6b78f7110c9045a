"""The explanations in a report's sections: what tables show, and how to read them."""

from celsiusify_reporting.compare.pairs import Measure
from celsiusify_reporting.inputs.cluster_json import Clock
from celsiusify_reporting.inputs.run_json import Equivalence, Run
from celsiusify_reporting.narrative.comparison_text import HIGHER_IS_BETTER, MEASURES, unit
from celsiusify_reporting.narrative.formatting import (
    UNKNOWN,
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.narrative.scaling_text import fine
from celsiusify_reporting.narrative.settings_text import policy
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.scaling.instances import Evenness
from celsiusify_reporting.stats.stationarity import Stationarity
from celsiusify_reporting.validity.workers import WorkerSummary

INVALID = "Why it is invalid"
CAVEATS = "Before you rely on it"
KEY_POINTS = "What the figures say"

COMPARISONS = "How the targets compare: {measure}"
COMPARISON = (
    "In {unit}; {better} is better. The first target's figure by the second's, and between what "
    "the true ratio lies: with {confidence} confidence for all ratios of this report together."
)
PARITY = "Were the targets given the same?"
PREFLIGHT = "Do they answer the same?"
PREFLIGHT_CHECK = (
    "Before any timing each target was asked the same {points} temperatures. An "
    "answer is right if it is off by no more than {tolerance} of its value, or "
    "of 1 °C where that is more."
)
PHASES = "Where a request's time goes"
PHASES_MEANS = (
    "Means over requests of one user after another, each on a connection of its own, in µs, by the "
    "same clock for every protocol."
)

RATES = "Rates tried"
SEARCH = (
    "A search brackets the highest rate that holds the objective, halves the gap, and repeats what "
    "it found. Latencies count from when requests were due. Arrivals that were dropped count as "
    "failures."
)
DELIVERED = "Was the load delivered?"
OMISSION = "From when due, and from when sent"

STEPS = "Step by step"
STEP_FIGURES = (
    "Figures are of the requests{rounds} that were due in a step. Latency counts from when a "
    "request was due, of those that succeeded; a dropped arrival found no free connection in "
    "time, and is in no percentile.{replicas}"
)
STEP_ROUNDS = " of all rounds together"
STEP_REPLICAS = " Replicas: fewest and most that were ready."
STEPS_STATIONARY = "Did each step keep its pace?"
STEPS_JUDGED = (
    "That the rate changes from step to step was planned, and is no drift. Each step is judged by "
    "itself, as a round is in other loads, and one that didn't keep its pace makes no run invalid: "
    "its figures depend on the step's length. A step in which replicas were added or removed is "
    "not judged."
)
ROUNDS = "Round by round"
ROUNDS_STATIONARY = "Did each round keep its pace?"
ROUNDS_JUDGED = (
    "Warm-up is how much of a round's steady window was cut off besides, since it was still "
    "warming up. A round kept its pace if thirds of the rest differ by no more than "
    "{drift} in median latency and rate. Where they differ by more, "
    "but chance alone could have done it (Kruskal and Wallis' test, at {chance}), the table says "
    "that it can't tell; longer rounds would."
)

LATENCY = "How long answers took"
ALL_STEPS = "Of the requests of all steps together, which depends on the length of each step."
SLOWEST = "The slowest requests"
OVER_TIME = "Over time"
FAILURES = "Failures"
NO_FAILURE = "No request failed in the steady window."
NOTHING_MEASURED = "Nothing was measured."
FAILED_LATENCIES = (
    "Latencies of failed requests appear only in this table, and in the mean R that limits the "
    "load."
)
MORE_FAILURES = " The failures files list further kinds."
COUNTS = "Were all requests counted?"
COUNTING = (
    "Over all of every round, ramp-up and end included, but for the steady windows. Aborted are "
    "those that a round's end cut off; dropped, those of a schedule that were never sent. Not "
    "every target counts by itself."
)

LOAD = "How the load was made, and where it limits the result"
GENERATOR = "What the load generator can do by itself"

CLUSTER = "The cluster"
ONE_LOAD = "Was it one load?"
WORKERS = (
    "Several machines made this load together. All must run the same versions. Their clocks "
    "were compared with the leader's, in several exchanges of which the quickest counts: an "
    "offset is known to within half of its round trip, and was corrected in every row. An offset "
    "that was left at the end of a round is reported from {clock_warning} ms on, and makes the run "
    "invalid over {clock_limit} ms. A CPU quota that throttles the load generator for "
    "{throttled_warning} of the time is reported, and for {throttled_limit} makes the run invalid; "
    "at worst {throttled}."
)

SCALING = "How soon replicas followed the load"
RESOLUTION = (
    "In seconds since the load changed; of several replicas, of the first and the last. The "
    "desired replicas were sampled each second: they changed up to a second before. When a pod was "
    "created and ready is as Kubernetes says, by the cluster's own clocks and cut to whole "
    "seconds: it was up to a second later. Times of answers are exact. The CPU that makes the "
    "autoscaler act reaches it up to some {window} s late.{clock}"
)
OBSERVER_CLOCK = (
    " The observing machine's clock was {offset} off the leader's, which is corrected, to within "
    "{uncertainty}."
)
USER_IMPACT = "What users felt meanwhile"
USER_SEGMENTS = (
    "The same requests, cut where the load changed and where the last of the new replicas was "
    "ready."
)

INSTANCES = "Which instance answered"
INSTANCE_SHARES = (
    "By the identifier in each answer that succeeded, over all rounds, ramp-up included."
    "{connections} An even share is the same for each instance. It is judged while all of them "
    "answered, where that is long enough to tell: 1 is even, and as many as there are "
    "instances means that one did everything."
)
CONNECTIONS = " Connections were {policy}."
UNNAMED = (
    "{targets} {verb} name the instance that answers: its share of the requests isn't known. "
    "The CPU of its pods shows which of them worked."
)
EVENNESS_UNKNOWN = (
    "How evenly can't be said: it takes a time in which all of them answered, with "
    "{needed} answers for each."
)
EVENNESS = (
    "While all {instances} answered (round {round}, second {first} to {last}), the busiest gave "
    "{busiest} of {answers} answers, {ratio} times an even share of {even}: {word} (up to {limit} "
    "times is taken for even)."
)

SERVED = "What served"
MACHINE = "Machine and versions"
REPEAT = "How to make it again"
MADE_FROM = "Made from git commit {commit}{changes}, with seed {seed}, by"
UNCOMMITTED = " with changes that were not committed"
REPORTED_BY = "Reported and checked, from the folder of results, by"


def title(kind: str, targets: list[str]) -> str:
    """Return the title of a report."""
    return f"{'Capacity' if kind == 'capacity' else 'Load test'}: {listing(targets)}"


def comparison_heading(measure: Measure) -> str:
    """Return the heading of the comparisons by a measure."""
    return COMPARISONS.format(measure=MEASURES[measure])


def comparison(measure: Measure, method: Method) -> str:
    """Return how the comparisons by a measure are to be read."""
    return COMPARISON.format(
        unit=unit(measure, method),
        better="more" if measure in HIGHER_IS_BETTER else "less",
        confidence=limit(method.confidence_percent),
    )


def preflight(check: Equivalence) -> str:
    """Return how the preflight check judged answers."""
    return PREFLIGHT_CHECK.format(points=whole(check.points), tolerance=setting(check.tolerance))


def step_figures(run: Run, *, replicas: bool) -> str:
    """Return what the figures of steps are of; `replicas` adds those that were ready."""
    return STEP_FIGURES.format(
        rounds=STEP_ROUNDS if run.load.rounds > 1 else "",
        replicas=STEP_REPLICAS if replicas else "",
    )


def rounds_judged(method: Method) -> str:
    """Return how rounds are judged stationary."""
    return ROUNDS_JUDGED.format(
        drift=limit(method.drift_percent), chance=setting(method.drift_chance)
    )


def stationary(stationarity: Stationarity | None, method: Method) -> str:
    """Return whether a round or a step was stationary, as far as that is known."""
    if stationarity is None or stationarity.stationary is None:
        return UNKNOWN
    if not stationarity.stationary:
        return "no"
    return "yes" if stationarity.spread_percent <= method.drift_percent else "can't tell"


def workers(method: Method, summary: WorkerSummary) -> str:
    """Return how the workers' clocks and CPU quotas are judged."""
    percentage = summary.throttled_percent
    return WORKERS.format(
        clock_warning=setting(method.clock_warning_ms),
        clock_limit=setting(method.clock_limit_ms),
        throttled_warning=limit(method.throttled_warning_percent),
        throttled_limit=limit(method.throttled_percent),
        throttled="how long it did isn't known"
        if percentage is None
        else f"it did for {percent(percentage)}",
    )


def resolution(method: Method, clock: Clock | None) -> str:
    """Return how exactly the times of replicas are known."""
    known = clock and clock.offset_ms is not None
    return RESOLUTION.format(
        window=setting(method.metrics_window_s),
        clock=OBSERVER_CLOCK.format(
            offset=milliseconds(clock.offset_ms), uncertainty=milliseconds(clock.uncertainty_ms)
        )
        if clock and known
        else "",
    )


def unnamed_instances(targets: list[str]) -> str:
    """Return which targets don't name the instance that answers."""
    verb = "don't" if len(targets) > 1 else "doesn't"
    return UNNAMED.format(targets=listing(targets), verb=verb)


def instance_shares(run: Run) -> str:
    """Return how the shares of instances were counted and are judged."""
    connections = policy(run.load)
    return INSTANCE_SHARES.format(
        connections=CONNECTIONS.format(policy=connections) if connections else ""
    )


def evenness(worst: Evenness | None, method: Method) -> str:
    """Return how evenly the instances of a target answered."""
    if worst is None:
        return EVENNESS_UNKNOWN.format(needed=whole(method.answers_per_instance))
    return EVENNESS.format(
        instances=whole(worst.instances),
        round=setting(worst.round),
        first=fine(worst.from_s),
        last=fine(worst.until_s),
        busiest=percent(worst.busiest_percent),
        answers=whole(worst.answers),
        ratio=figure(worst.ratio),
        even=percent(worst.even_percent),
        word="even" if (worst.ratio or 0) <= method.uneven_times else "uneven",
        limit=setting(method.uneven_times),
    )


def made_from(run: Run) -> str:
    """Return the commit and the seed of a run."""
    git = run.git
    return MADE_FROM.format(
        commit=git.commit if git and git.commit else "not recorded",
        changes=UNCOMMITTED if git and git.dirty else "",
        seed="not recorded" if run.load.seed is None else setting(run.load.seed),
    )


GUIDE = "How to read it"


def guide(method: Method) -> tuple[str, ...]:
    """Return how to read a report, point by point."""
    per = whole(method.per_requests)
    return (
        "VALID: requests were neither lost nor counted twice, the load generator had time "
        "to spare, and rounds kept their pace as far as that is known. Of an INVALID "
        "measurement nothing follows.",
        "Steady window: from when all users of a round were running and its warm-up was "
        "over, until they stopped. All statistics are of the requests that "
        "started within, or were due within, of all rounds together.",
        "Requests a second: those that succeeded in the steady windows, by their length. "
        "An answer with a wrong temperature counts as failed.",
        "Latency: from handing a request to the socket, or in an open load from when it "
        "was due, until the last byte of its answer, of those that succeeded. Failures "
        "often come back at once and would make it look better.",
        "p50, p95, p99, p99.9: that percentage of the requests took no longer. They are "
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
        f"for {per} finished requests. It shows what an answer costs, also where the "
        "load limits the throughput.",
        "Memory: the most resident memory that the target, all its processes together, "
        "used in a steady window, sampled each second. Pages that processes share "
        "count once for each.",
        "n/a: not measured, or not recorded.",
    )
