"""Each round by itself."""

from __future__ import annotations

from collections.abc import Iterator

from celsiusify_reporting.charts import ROUNDS
from celsiusify_reporting.document import Group, Heading, Paragraph, Table
from celsiusify_reporting.measurement import Measurement, Round
from celsiusify_reporting.method import Method
from celsiusify_reporting.pages.plots import PLOTS
from celsiusify_reporting.pages.tables import percentile
from celsiusify_reporting.report import Report
from celsiusify_reporting.stationarity import Stationarity
from celsiusify_reporting.wording import UNKNOWN, figure, limit, percent, setting, whole


def rounds(report: Report) -> Iterator[Group]:
    """The groups of these pages; a search's rounds stand with its rates."""
    if report.run.kind != "loads" or not any(one.rounds for one in report.measurements):
        return
    if max(len(one.rounds) for one in report.measurements) > 1:
        yield (Heading("Round by round"), PLOTS[ROUNDS])
    if not any(one.steps for one in report.measurements):
        yield (Heading("Did each round keep its pace?"), Paragraph(_pace(report)), _table(report))


def _pace(report: Report) -> str:
    method = report.method
    return (
        "Warm-up is how much of a round's steady window was cut off besides, since it was still "
        "warming up. A round kept its pace if thirds of the rest differ by no more than "
        f"{limit(method.drift_percent)} in median latency and rate. Where they differ by more, "
        "but chance alone could have done it (Kruskal and Wallis' test, at "
        f"{setting(method.drift_chance)}), the table says that it can't tell; longer rounds would."
    )


def _table(report: Report) -> Table:
    columns = (
        "Target",
        "Round",
        "Requests a second",
        "p50 ms",
        "p99 ms",
        f"CPU s per {whole(report.method.per_requests)}",
        "Failures",
        "Warm-up s",
        "Thirds differ by",
        "Kept its pace",
    )
    rows = tuple(
        _row(one, each, report.method) for one in report.measurements for each in one.rounds
    )
    return Table(columns, rows)


def _row(one: Measurement, each: Round, method: Method) -> tuple[str, ...]:
    number = setting(each.record.round)
    if each.steady is None:
        return (one.title, number, *[UNKNOWN] * 4, each.record.state, *[UNKNOWN] * 3)
    steady, pace = each.steady, each.stationarity
    return (
        one.title,
        number,
        figure(steady.throughput.succeeded_rps),
        percentile(steady.latency, 50),
        percentile(steady.latency, 99),
        figure(steady.cpu_s_per_requests),
        whole(steady.counts.failed),
        figure(pace.cut_s) if pace else UNKNOWN,
        _spread(each),
        kept(pace, method),
    )


def kept(pace: Stationarity | None, method: Method) -> str:
    """Whether it kept its pace, as far as that can be told."""
    if pace is None or pace.stationary is None:
        return UNKNOWN
    if not pace.stationary:
        return "no"
    return "yes" if pace.spread_percent <= method.drift_percent else "can't tell"


def _spread(each: Round) -> str:
    pace = each.stationarity
    spreads = [pace.latency_spread_percent, pace.rate_spread_percent] if pace else []
    return percent(max((one for one in spreads if one is not None), default=None))
