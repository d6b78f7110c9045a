"""What the load generator can do by itself, and how near to that it came."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.document import Group, Heading, Paragraph, Table
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.pages.tables import by_target, field
from celsiusify_reporting.plan import Calibration
from celsiusify_reporting.report import Report
from celsiusify_reporting.wording import UNKNOWN, figure, limit, listing, percent, setting


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
    made = f" In the team: {listing(list(how))}." if how and report.run.load.workers else ""
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
                lambda one: figure(headroom[one.name].times) if one.name in headroom else UNKNOWN,
            ),
            ("Each load process, CPU of a core", lambda one: _workers(one, "mean_percent")),
            ("The same in its busiest second", lambda one: _workers(one, "peak_percent")),
            ("Target, CPU of a core", field("steady.process.mean_percent", percent)),
            ("Woke up late by, p99 of the worst round, µs", _lag),
        ],
    )


def _workers(one: Measurement, share: str) -> str:
    workers = one.steady.workers if one.steady else ()
    return ", ".join(percent(getattr(worker, share)) for worker in workers) or UNKNOWN


def _lag(one: Measurement) -> str:
    lags = [each.record.lag_us.p99 for each in one.rounds if each.record.lag_us]
    return figure(max(lags, default=None))
