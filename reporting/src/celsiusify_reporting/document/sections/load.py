"""Show how the load was made, and what limits the load and its generator."""

from collections.abc import Iterator

from celsiusify_reporting.document.model import Block, Group, Heading, Paragraph, Table
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.document.sections.blocks import by_target, field
from celsiusify_reporting.inputs.load_plan import Calibration
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.narrative import load_text
from celsiusify_reporting.narrative import section_text as text
from celsiusify_reporting.narrative.formatting import (
    SPACE,
    UNKNOWN,
    figure,
    percent,
    whole,
)
from celsiusify_reporting.stats.model import Measurement


def load(report: Report) -> Iterator[Group]:
    """Yield the groups."""
    in_cluster = report.cluster is not None
    yield (
        Heading(text.LOAD),
        Paragraph(load_text.load_sentence(report.run, in_cluster=in_cluster)),
        *_rounds(report.run, in_cluster=in_cluster),
        *_closed(report),
    )


def _rounds(run: Run, *, in_cluster: bool) -> Iterator[Paragraph]:
    if run.kind == "loads":
        yield Paragraph(load_text.rounds_sentence(run.load, in_cluster=in_cluster))


def _closed(report: Report) -> Iterator[Block]:
    if report.run.load.model == "closed":
        yield Paragraph(load_text.closed_limit(report.method))
        yield from _closed_loop(report)


def _closed_loop(report: Report) -> tuple[Table, ...]:
    return by_target(
        report.measurements,
        [
            ("Steady windows together, s", field("window_stats.seconds")),
            ("Users N", field("closed_loop.users", whole)),
            ("Configured mean think time, ms", field("closed_loop.configured_think_ms")),
            ("Mean think time Z as measured, ms", field("closed_loop.think_ms")),
            ("Added by the load generator, ms", field("closed_loop.added_ms")),
            ("Mean latency R, ms", field("closed_loop.response_ms")),
            ("Limit N/Z, requests/s", field("closed_loop.ceiling_rps")),
            (
                "Limit by the configured think time, requests/s",
                field("closed_loop.configured_ceiling_rps"),
            ),
            ("Finished X, requests/s", field("window_stats.throughput.finished_rps")),
            ("Share of the limit", field("closed_loop.ceiling_percent", percent)),
            ("The rest, 1 − X (R + Z) / N", field("closed_loop.residual_percent", _hundredths)),
        ],
    )


def _hundredths(value: float) -> str:
    return f"{value:.2f}{SPACE}%".replace("-", "−")


def generator(report: Report) -> Iterator[Group]:
    """Yield the groups."""
    calibration = report.run.calibration
    yield (
        Heading(text.GENERATOR),
        Paragraph(load_text.headroom(report.run, report.method)),
        *((_calibration(calibration),) if calibration else ()),
        *_generator(report),
    )


def _calibration(calibration: dict[str, Calibration]) -> Table:
    return Table(
        ("Protocol", "Most requests a second", "p50 ms alone", "p99 ms alone", "CPU of a core"),
        tuple(
            (
                protocol,
                figure(calibrated.rate_rps),
                figure(calibrated.floor_p50_ms),
                figure(calibrated.floor_p99_ms),
                percent(calibrated.generator_cpu_percent),
            )
            for protocol, calibrated in calibration.items()
        ),
    )


def _generator(report: Report) -> tuple[Table, ...]:
    headroom = {measurement.target: measurement for measurement in report.verdict.headroom}
    peak = (
        " in the highest step"
        if any(measurement.steps for measurement in report.measurements)
        else ""
    )
    return by_target(
        report.measurements,
        [
            (f"Finished{peak}, requests/s", field("compared.throughput.finished_rps")),
            (
                "Headroom, times that",
                lambda measurement: (
                    figure(headroom[measurement.name].ratio)
                    if measurement.name in headroom
                    else UNKNOWN
                ),
            ),
            (
                "Each load process, CPU of a core",
                lambda measurement: _workers(measurement, "mean_percent"),
            ),
            (
                "The same in its busiest second",
                lambda measurement: _workers(measurement, "peak_percent"),
            ),
            ("Target, CPU of a core", field("window_stats.process.mean_percent", percent)),
            ("Woke up late by, p99 of the worst round, µs", _lag),
        ],
    )


def _workers(measurement: Measurement, attribute: str) -> str:
    workers = measurement.window_stats.workers if measurement.window_stats else ()
    return ", ".join(percent(getattr(worker, attribute)) for worker in workers) or UNKNOWN


def _lag(measurement: Measurement) -> str:
    lags = [round_.record.lag_us.p99 for round_ in measurement.rounds if round_.record.lag_us]
    return figure(max(lags, default=None))
