"""When connections were hung up, and what kept ones hide where several instances answer."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.inputs.load_plan import Load
from celsiusify_reporting.narrative.formatting import figure, percent, whole
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement

ADVICE = (
    "Kept connections pin to the pods that were there first and hide autoscaling: "
    "use --connection rotate:N."
)


def pinned(load: Load, measurements: Sequence[Measurement], method: Method) -> Iterator[str]:
    """Where not all replicas had their share of the load, and what to do about it."""
    for one in measurements:
        yield from _idle(one, load)
        if load.keeps_connections:
            yield from _uneven(one, method)
            yield from _untold(one)


def _idle(one: Measurement, load: Load) -> Iterator[str]:
    """Replicas that were ready and answered nothing."""
    advice = f" {ADVICE}" if load.keeps_connections else ""
    rising = [each for each in one.changes or () if each.direction == "up" and each.ready]
    unused = [each for each in rising if each.names_instances and not each.answered]
    if unused:
        worst = max(unused, key=lambda each: each.ready.count if each.ready else 0)
        assert worst.ready
        new = "a new replica" if worst.ready.count == 1 else f"{whole(worst.ready.count)} new ones"
        yield (
            f"{one.title}: replicas rose, but of {new} that were ready none answered a request."
            f"{advice}"
        )
        return
    answering = one.window_stats.instances if one.window_stats else None
    if answering and one.replicas and answering < one.replicas.fewest:
        yield (
            f"{one.title}: {whole(answering)} of {whole(one.replicas.fewest)} ready replicas "
            f"answered, the others nothing.{advice}"
        )


def _uneven(one: Measurement, method: Method) -> Iterator[str]:
    worst = one.instances.uneven if one.instances else None
    if worst and worst.ratio and worst.ratio > method.uneven_times:
        yield (
            f"{one.title}: of {whole(worst.instances)} instances the busiest answered "
            f"{percent(worst.busiest_percent)}, {figure(worst.ratio)} times an even share. {ADVICE}"
        )


def _untold(one: Measurement) -> Iterator[str]:
    several = one.replicas and one.replicas.most > 1
    if several and one.replicas and one.window_stats and one.window_stats.instances is None:
        yield (
            f"{one.title} had up to {whole(one.replicas.most)} ready replicas, and its answers "
            f"don't name the one that answers: whether all of them did isn't known. {ADVICE}"
        )
