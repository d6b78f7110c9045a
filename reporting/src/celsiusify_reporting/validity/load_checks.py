"""Whether a load was made as it was asked for, and kept its pace."""

from collections.abc import Iterator, Sequence

from celsiusify_reporting.narrative.formatting import (
    figure,
    limit,
    listing,
    milliseconds,
    percent,
    whole,
)
from celsiusify_reporting.stats.closed_loop import ClosedLoop
from celsiusify_reporting.stats.method import Method
from celsiusify_reporting.stats.model import Measurement, Round
from celsiusify_reporting.stats.open_load import OpenLoad
from celsiusify_reporting.validity.finding import Finding


def check_load(one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    """How a target's load departed from what was asked for, and from itself."""
    yield from _warm_up(one, rounds)
    yield from _pace(one, rounds, method)
    yield from _steps(one, rounds, method)
    if one.closed_loop:
        yield from _asked(one, one.closed_loop, method)
    if one.open_load:
        yield from _delivered(one, one.open_load, method)


def _warm_up(one: Measurement, rounds: Sequence[Round]) -> Iterator[Finding]:
    cut = [each.stationarity.warm_up_s for each in rounds if each.stationarity]
    late = [seconds for seconds in cut if seconds]
    if late:
        yield Finding(
            "non-stationary",
            one.name,
            f"{one.title}: {whole(len(late))} of {whole(len(cut))} rounds began otherwise than "
            f"they went on; up to {figure(max(late))} s of the steady window are left out.",
            invalid=False,
        )


def _pace(one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    judged = [(each.record.round, each.stationarity) for each in rounds if each.stationarity]
    drifting = [(number, kept) for number, kept in judged if kept.stationary is False]
    if drifting:
        numbers = listing([str(number) for number, _ in drifting])
        named = f"round {numbers}" if len(drifting) == 1 else f"rounds {numbers}"
        spread = max(kept.spread_percent for _, kept in drifting)
        yield Finding(
            "non-stationary",
            one.name,
            f"{one.title}: {whole(len(drifting))} of {whole(len(judged))} rounds did not keep the "
            f"pace ({named}): between thirds of the steady window it changed by up to "
            f"{percent(spread)} (over {limit(method.drift_percent)}).",
            invalid=100 * len(drifting) > method.odd_rounds_percent * len(judged),
        )


def _steps(one: Measurement, rounds: Sequence[Round], method: Method) -> Iterator[Finding]:
    """Steps that didn't settle: told only, for a spike is made to see what it does to a target."""
    drifting = [
        (each.record.round, step.name, step.stationarity.spread_percent)
        for each in rounds
        for step in each.steps or ()
        if step.stationarity and step.stationarity.stationary is False
    ]
    if drifting:
        steps = "a step" if len(drifting) == 1 else f"{whole(len(drifting))} steps"
        number, name, spread = max(drifting, key=lambda each: each[2])
        yield Finding(
            "non-stationary",
            one.name,
            f"{one.title}: in {steps} of its rate it did not keep the pace, "
            f"most of all in step {name}, of round {whole(number)}: between thirds of that it "
            f"changed by up to {percent(spread)} (over {limit(method.drift_percent)}), so that its "
            "figures hang on how long the step was.",
            invalid=False,
        )


def _asked(one: Measurement, loop: ClosedLoop, method: Method) -> Iterator[Finding]:
    if abs(loop.residual_percent) > method.residual_percent:
        yield Finding(
            "unaccounted time",
            one.name,
            f"{one.title}: {percent(loop.residual_percent)} of the users' time is neither think "
            f"time nor waiting for an answer (over {limit(method.residual_percent)}): not all "
            f"of the {whole(loop.users)} users were at work all the time.",
        )
    if loop.added_percent is not None and loop.added_percent > method.added_think_percent:
        yield Finding(
            "late",
            one.name,
            f"{one.title}: users thought {milliseconds(loop.added_ms)} longer than asked for "
            f"({percent(loop.added_percent)}, over {limit(method.added_think_percent)}): the load "
            "generator was late, and the load less than the profile says.",
            invalid=False,
        )


def _delivered(one: Measurement, load: OpenLoad, method: Method) -> Iterator[Finding]:
    if load.delivered_percent < method.delivered_percent:
        # Under a spike a target may fail to keep up: that is then what was measured.
        spike = bool(one.steps)
        yield Finding(
            "late",
            one.name,
            f"{one.title}: {percent(load.delivered_percent)} of the arrivals were sent (less than "
            f"{limit(method.delivered_percent)}); {whole(load.dropped)} found no free connection"
            + (": they are in no percentile of latency." if spike else "."),
            invalid=not spike,
        )
