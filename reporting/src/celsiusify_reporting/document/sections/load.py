"""Show how the load was made, and the limits of load and generator."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import by_target, field
from celsiusify_reporting.inputs.load_plan import Calibration, Load
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    limit,
    listing,
    percent,
    setting,
    whole,
)
from celsiusify_reporting.narrative.settings_text import policy
from celsiusify_reporting.stats.model import Measurement


def load(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    closed: Group = (Paragraph(_limit(report)), *_closed(report)) if _is_closed(report) else ()
    yield (
        Heading("How the load was made, and where it limits the result"),
        Paragraph(_made(report)),
        *(
            (Paragraph(_turns(report.run.load, in_cluster=report.cluster is not None)),)
            if report.run.kind == "loads"
            else ()
        ),
        *closed,
    )


def _is_closed(report: Report) -> bool:
    return report.run.load.model == "closed"


def _made(report: Report) -> str:
    load, generator = report.run.load, report.run.generator
    ramp = (
        f" {setting(load.spawn_rate_per_s)} users started each second until all were running."
        if load.spawn_rate_per_s and _is_closed(report)
        else ""
    )
    said = policy(load)
    connections = f"connections {said}, " if said else ""
    return (
        f"{_model(report)}{ramp}{_inputs(load)} The load generator: "
        f"{generator.client or 'not recorded'}, {connections}{whole(generator.processes)} "
        f"{'process' if generator.processes == 1 else 'processes'} {_where(report)}, seed "
        f"{load.seed if load.seed is not None else 'not recorded'}."
    )


def _where(report: Report) -> str:
    generator = report.run.generator
    if generator.workers:
        return f"in {whole(len(generator.workers))} workers"
    return "in a pod" if report.cluster else f"on {cores(generator.cores)}"


def _model(report: Report) -> str:
    if not _is_closed(report):
        return _schedule(report.run)
    think = report.run.load.think_time_s
    between = (
        f" for {setting(1000 * think[0])} to {setting(1000 * think[1])}{SPACE}ms, uniformly"
        if think
        else ""
    )
    return (
        f"Each of {whole(report.run.load.users)} users sends a request, waits for its answer, "
        f"thinks{between}, and sends the next: a closed load."
    )


def _schedule(run: Run) -> str:
    rate = "" if run.load.rate_rps is None else f" at {setting(run.load.rate_rps)} a second"
    gaps = "at random (Poisson)" if run.load.model == "poisson" else "at even distances"
    most = run.load.limits.max_in_flight
    out = "" if most is None else f", at most {whole(most)} out at a time"
    steps = f"{_steps(run.load)}, {gaps}," if run.load.steps else f"{rate} {gaps}"
    return f"Requests are due{steps} and wait for no answer{out}: an open load."


def _steps(load: Load) -> str:
    parts = [
        f"{_seconds(step.duration_s)} at {limit(100 * step.fraction)}" for step in load.steps or ()
    ]
    return f" in steps: {listing(parts)} of the highest rate"


def _turns(load: Load, *, in_cluster: bool) -> str:
    times = f"{whole(load.rounds)} {'rounds' if load.rounds > 1 else 'round'}"
    order = f" in the order {load.order}" if load.order and load.rounds > 1 else ""
    warm_up, cool_down = (_seconds(time_s) for time_s in (load.warm_up_s, load.cool_down_s))
    alone = "one after the other, all of them up" if in_cluster else "one target up at a time"
    return (
        f"Each target was loaded in {times}{order}, {alone}, {warm_up} of each "
        f"left out as warm-up, {cool_down} of rest between."
    )


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else f"{setting(value)}{SPACE}s"


def _inputs(load: Load) -> str:
    if load.fahrenheit is None:
        return ""
    lowest, highest = load.fahrenheit
    return f" Temperatures are uniform in {setting(lowest)} to {setting(highest)}{SPACE}°F."


def _limit(report: Report) -> str:
    method = report.method
    return (
        "With N users and a mean think time Z, throughput can't exceed N/Z, however fast the "
        "target: there the users do nothing but think. From "
        f"{limit(method.near_ceiling_percent)} of it on, throughput shows the load and not the "
        "target. While nobody answers, nobody asks either: a pause of the target delays one "
        "request of each user and hardly shows in the percentiles. What the load generator adds "
        "to the think time asked for is its own doing. N users, X finished requests a second, "
        "their mean latency R and Z are bound by X (R + Z) = N; the rest tells how much of the "
        f"users' time is unaccounted for, and should be below {limit(method.residual_percent)}."
    )


def _closed(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Steady windows together, s", field("window_stats.seconds")),
            ("Users N", field("closed_loop.users", whole)),
            ("Mean think time asked for, ms", field("closed_loop.configured_think_ms")),
            ("Mean think time Z as measured, ms", field("closed_loop.think_ms")),
            ("Added by the load generator, ms", field("closed_loop.added_ms")),
            ("Mean latency R, ms", field("closed_loop.response_ms")),
            ("Limit N/Z, requests/s", field("closed_loop.ceiling_rps")),
            (
                "Limit by the think time asked for, requests/s",
                field("closed_loop.configured_ceiling_rps"),
            ),
            ("Finished X, requests/s", field("window_stats.throughput.finished_rps")),
            ("Share of the limit", field("closed_loop.ceiling_percent", percent)),
            ("The rest, 1 − X (R + Z) / N", field("closed_loop.residual_percent", _hundredths)),
        ],
    )


def _hundredths(value: float) -> str:
    return f"{value:.2f}{SPACE}%".replace("-", "−")


def cores(numbers: list[int] | None) -> str:
    """Which cores something was kept on."""
    if numbers is None:
        return "all cores, shared"
    names = listing([str(one) for one in numbers]) or UNKNOWN
    return f"core {names}" if len(numbers) == 1 else f"cores {names}"


def generator(report: Report) -> Iterator[Group]:
    """The groups of these pages."""
    calibration = report.run.calibration
    yield (
        Heading("What the load generator can do by itself"),
        Paragraph(_headroom(report)),
        *((_calibration(calibration),) if calibration else ()),
        *_generator(report),
    )


def _headroom(report: Report) -> str:
    method = report.method
    how = dict.fromkeys(one.how for one in (report.run.calibration or {}).values() if one.how)
    made = f" In the team: {listing(list(how))}." if how and report.run.generator.workers else ""
    return (
        "What delays the load generator would be taken for the target's time. So, before timing, "
        "it was run against a responder that does nothing, with the same client and checks. At a "
        f"target it must not reach more than 1/{setting(method.headroom)} of that, and no process "
        f"of it may use over {limit(method.generator_cpu_percent)} of a core.{made}"
        if report.run.calibration
        else "The load generator was not calibrated. No process of it may use over "
        f"{limit(method.generator_cpu_percent)} of a core."
    )


def _calibration(calibration: dict[str, Calibration]) -> Table:
    return Table(
        ("Protocol", "Most requests a second", "p50 ms alone", "p99 ms alone", "CPU of a core"),
        tuple(
            (
                protocol,
                figure(one.rate_rps),
                figure(one.floor_p50_ms),
                figure(one.floor_p99_ms),
                percent(one.generator_cpu_percent),
            )
            for protocol, one in calibration.items()
        ),
    )


def _generator(report: Report) -> tuple[Table, ...]:
    headroom = {one.target: one for one in report.verdict.headroom}
    peak = " in the highest step" if any(one.steps for one in report.measurements) else ""
    return by_target(
        report.measurements,
        [
            (f"Finished{peak}, requests/s", field("compared.throughput.finished_rps")),
            (
                "Headroom, times that",
                lambda one: figure(headroom[one.name].ratio) if one.name in headroom else UNKNOWN,
            ),
            ("Each load process, CPU of a core", lambda one: _workers(one, "mean_percent")),
            ("The same in its busiest second", lambda one: _workers(one, "peak_percent")),
            ("Target, CPU of a core", field("window_stats.process.mean_percent", percent)),
            ("Woke up late by, p99 of the worst round, µs", _lag),
        ],
    )


def _workers(one: Measurement, share: str) -> str:
    workers = one.window_stats.workers if one.window_stats else ()
    return ", ".join(percent(getattr(worker, share)) for worker in workers) or UNKNOWN


def _lag(one: Measurement) -> str:
    lags = [each.record.lag_us.p99 for each in one.rounds if each.record.lag_us]
    return figure(max(lags, default=None))
