"""Tables with a column for each target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from celsiusify_reporting.document import Table
from celsiusify_reporting.latency import Latency
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.wording import UNKNOWN, figure, whole

Cell = Callable[[Measurement], str]


def by_target(
    measurements: Sequence[Measurement], rows: Sequence[tuple[str, Cell]], *, text: bool = False
) -> Table:
    """A row for each label, whose cells are made from the measurements."""
    return Table(
        columns=("", *(one.title for one in measurements)),
        rows=tuple((label, *(cell(one) for one in measurements)) for label, cell in rows),
        text_columns=1 + len(measurements) if text else 1,
    )


def field(path: str, write: Callable[[Any], str] = figure) -> Cell:
    """A cell with the value at a path such as `steady.counts.failed`, or n/a where that ends."""

    def cell(one: Measurement) -> str:
        value: Any = reduce(
            lambda part, name: None if part is None else getattr(part, name), path.split("."), one
        )
        return UNKNOWN if value is None else write(value)

    return cell


def percentile(latency: Latency | None, percent: float) -> str:
    """A percentile in ms, or how many requests it would need."""
    if latency is None:
        return UNKNOWN
    one = latency.at(percent)
    return figure(one.ms) if one.ms is not None else f"{UNKNOWN}, needs {whole(one.needs)}"


def percentile_between(latency: Latency | None, percent: float) -> str:
    """A percentile in ms, and between what it lies."""
    where = latency.at(percent).interval if latency else None
    ends = f" ({figure(where.low)}–{figure(where.high)})" if where else ""
    return percentile(latency, percent) + ends
