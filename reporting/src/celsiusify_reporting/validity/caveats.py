"""What a reader must know of the targets, and how often they were loaded, besides the verdict."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.compare.parity import Parity
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import listing, whole
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement
from celsiusify_reporting.validity import connections, deployment


def caveats(
    run: Run,
    measurements: Sequence[Measurement],
    parity: Parity,
    method: Method,
    cluster: Cluster | None,
) -> tuple[str, ...]:
    """All that limits what a valid run shows, as sentences, the weightiest first."""
    return (
        *(text for one in measurements for text in _served(one)),
        *parity.sentences,
        *connections.pinned(run.load, measurements, method),
        *(deployment.limits(cluster, measurements) if cluster else _setup(run, measurements)),
        *_repeats(measurements, method),
    )


def _served(one: Measurement) -> Iterator[str]:
    engine = one.target.engine
    if one.counting and engine and engine.caveat:
        yield f"{one.title}: {engine.caveat}"


def _setup(run: Run, measurements: Sequence[Measurement]) -> Iterator[str]:
    ran = [one for one in measurements if one.counting]
    unknown = [one.title for one in ran if one.target.engine is None]
    if unknown:
        yield f"What served {listing(unknown)} isn't known: a running server was pointed at."
    sharing = [one.title for one in ran if one.target.cores is None]
    if sharing and not run.load.workers:
        names = listing(sharing)
        yield f"No cores were kept for {names}: server and load generator shared them all."


def _repeats(measurements: Sequence[Measurement], method: Method) -> Iterator[str]:
    rounds = [sum(each.window_stats is not None for each in one.rounds) for one in measurements]
    loaded = [count for count in rounds if count]
    if len(loaded) > 1 and min(loaded) < method.fewest_rounds:
        times = "once" if min(loaded) == 1 else f"{whole(min(loaded))} times"
        yield (
            f"Each target was loaded {times}: a difference between the targets can't be told "
            "from the difference that another run would show."
        )
