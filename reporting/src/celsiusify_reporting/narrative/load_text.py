"""Sentences on how a run's load was made, and what limits it."""

from celsiusify_reporting.inputs.load_plan import Calibration, Load
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    limit,
    listing,
    setting,
    whole,
)
from celsiusify_reporting.narrative.settings_text import policy
from celsiusify_reporting.stats.method import Method

CLOSED_LIMIT = (
    "With N users and a mean think time Z, throughput can't exceed N/Z, however fast the "
    "target: there the users do nothing but think. From {near_ceiling} of it on, throughput shows "
    "the load and not the target. While nobody answers, nobody asks either: a pause of the target "
    "delays one request of each user and hardly shows in the percentiles. What the load generator "
    "adds to the configured think time is its own doing. N users, X finished requests a second, "
    "their mean latency R and Z are bound by X (R + Z) = N; the rest shows how much of the users' "
    "time is unaccounted for, and should be below {residual}."
)
CALIBRATED = (
    "What delays the load generator would be taken for the target's time. So, before timing, "
    "it was run against a null server, with the same client and checks. At a target it must not "
    "reach more than 1/{headroom} of that, and no process of it may use over {cpu} of a core.{how}"
)
NOT_CALIBRATED = (
    "The load generator was not calibrated. No process of it may use over {cpu} of a core."
)
OPEN_LIMITS = (
    "Arrivals follow a schedule and wait for no answer. One that finds no free connection in "
    "time is dropped. The lag is how much later than intended the load generator itself woke "
    "up. At the 99th percentile, a lag from {warning} ms on is reported, and one over {most} ms "
    "makes the run invalid; so does sending less than {delivered} of the arrivals{unless}."
)
UNLESS_STEPS = (
    ", unless its rate goes in steps, whose highest is to show what a target can't keep up with"
)


def run_sentence(run: Run, targets: int, served: str | None) -> str:
    """Return when a run was made, with which load, and where.

    Args:
        run: The run.
        targets: The number of its targets.
        served: What served in a cluster; None outside a cluster.
    """
    subject = "Each target was" if targets > 1 else "The target was"
    place = f". {served}" if served else f", {_machine(run)}."
    return (
        f"Run {run.run}, started {run.started_at or 'at a time not recorded'}. {subject} asked to "
        f"convert temperatures {_short_load(run)}{place}"
    )


def _machine(run: Run) -> str:
    cores = f"{whole(run.machine.cores)} cores of " if run.machine.cores else ""
    workers = run.generator.workers
    by = f"by {whole(len(workers))} workers, led from" if workers else "on"
    return f"{by} {cores}{run.machine.cpu_model or 'a machine not recorded'}"


def _short_load(run: Run) -> str:
    if run.kind == "capacity":
        return "at one rate after another, until the highest that it holds was found"
    times = f", {whole(run.load.rounds)} times in turn" if run.load.rounds > 1 else ""
    connections = policy(run.load)
    over = f", on connections that were {connections}" if connections else ""
    if run.load.model != "closed":
        rate = UNKNOWN if run.load.rate_rps is None else setting(run.load.rate_rps)
        steps = f" at most, in steps (profile {run.load.profile})" if run.load.steps else ""
        return f"{rate} times a second{steps}, whether or not it had answered{over}{times}"
    length = f" for {setting(run.load.run_time_s)}{SPACE}s" if run.load.run_time_s else ""
    users = f"by {whole(run.load.users)} users{length}"
    return f"{users} (profile {run.load.profile}){over}{times}"


def load_sentence(run: Run, *, in_cluster: bool) -> str:
    """Return how a run's load was made, and by what load generator."""
    load, generator = run.load, run.generator
    policy_text = policy(load)
    connections = f"connections {policy_text}, " if policy_text else ""
    return (
        f"{_model(run)}{_ramp(run)}{_inputs(load)} The load generator: "
        f"{generator.client or 'not recorded'}, {connections}{whole(generator.processes)} "
        f"{'process' if generator.processes == 1 else 'processes'} {_place(run, in_cluster)}, seed "
        f"{load.seed if load.seed is not None else 'not recorded'}."
    )


def _ramp(run: Run) -> str:
    spawn_rate = run.load.spawn_rate_per_s
    if not spawn_rate or run.load.model != "closed":
        return ""
    return f" {setting(spawn_rate)} users started each second until all were running."


def _place(run: Run, in_cluster: bool) -> str:
    if run.generator.workers:
        return f"in {whole(len(run.generator.workers))} workers"
    return "in a pod" if in_cluster else f"on {core_list(run.generator.cores)}"


def _model(run: Run) -> str:
    if run.load.model != "closed":
        return _schedule(run)
    think = run.load.think_time_s
    between = (
        f" for {setting(1000 * think[0])} to {setting(1000 * think[1])}{SPACE}ms, uniformly"
        if think
        else ""
    )
    return (
        f"Each of {whole(run.load.users)} users sends a request, waits for its answer, "
        f"thinks{between}, and sends the next: a closed load."
    )


def _schedule(run: Run) -> str:
    rate = "" if run.load.rate_rps is None else f" at {setting(run.load.rate_rps)} a second"
    gaps = "at random (Poisson)" if run.load.model == "poisson" else "at even distances"
    cap = run.load.limits.max_in_flight
    in_flight = "" if cap is None else f", at most {whole(cap)} in flight at a time"
    steps = f"{_steps(run.load)}, {gaps}," if run.load.steps else f"{rate} {gaps}"
    return f"Requests are due{steps} and wait for no answer{in_flight}: an open load."


def _steps(load: Load) -> str:
    steps = [
        f"{_seconds(step.duration_s)} at {limit(100 * step.fraction)}" for step in load.steps or ()
    ]
    return f" in steps: {listing(steps)} of the highest rate"


def _inputs(load: Load) -> str:
    if load.fahrenheit is None:
        return ""
    lowest, highest = load.fahrenheit
    return f" Temperatures are uniform in {setting(lowest)} to {setting(highest)}{SPACE}°F."


def rounds_sentence(load: Load, *, in_cluster: bool) -> str:
    """Return how the rounds of the targets followed each other."""
    times = f"{whole(load.rounds)} {'rounds' if load.rounds > 1 else 'round'}"
    order = f" in the order {load.order}" if load.order and load.rounds > 1 else ""
    alone = "one after the other, all of them up" if in_cluster else "one target up at a time"
    return (
        f"Each target was loaded in {times}{order}, {alone}, {_seconds(load.warm_up_s)} of each "
        f"left out as warm-up, {_seconds(load.cool_down_s)} of rest between."
    )


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{setting(value)}{SPACE}s"


def closed_limit(method: Method) -> str:
    """Return what limits the throughput of a closed load."""
    return CLOSED_LIMIT.format(
        near_ceiling=limit(method.near_ceiling_percent), residual=limit(method.residual_percent)
    )


def open_limits(run: Run, method: Method) -> str:
    """Return how an open load's lag and dropped arrivals are judged."""
    return OPEN_LIMITS.format(
        warning=setting(method.lag_warning_ms),
        most=setting(method.lag_limit_ms),
        delivered=limit(method.delivered_percent),
        unless=UNLESS_STEPS if run.load.steps else "",
    )


def headroom(run: Run, method: Method) -> str:
    """Return how the load generator's own capacity was measured and is judged."""
    cpu = limit(method.generator_cpu_percent)
    if not run.calibration:
        return NOT_CALIBRATED.format(cpu=cpu)
    how = _calibrated_workers(run.calibration) if run.generator.workers else ""
    return CALIBRATED.format(headroom=setting(method.headroom), cpu=cpu, how=how)


def _calibrated_workers(calibrations: dict[str, Calibration]) -> str:
    how = dict.fromkeys(calibration.how for calibration in calibrations.values() if calibration.how)
    return f" Among the workers: {listing(list(how))}." if how else ""


def core_list(numbers: list[int] | None) -> str:
    """Return the cores that a process was pinned to."""
    if numbers is None:
        return "all cores, shared"
    names = listing([str(number) for number in numbers]) or UNKNOWN
    return f"core {names}" if len(numbers) == 1 else f"cores {names}"
