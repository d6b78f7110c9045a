"""Tables with a column for each target."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any, TypeVar

from celsiusify_reporting.document import Table
from celsiusify_reporting.latency import Latency
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.wording import UNKNOWN, figure, whole

MOST_BESIDE = 3  # targets that a page's width has room for
T = TypeVar("T")
Cell = Callable[[Measurement], str]


def by_target(
    measurements: Sequence[Measurement], rows: Sequence[tuple[str, Cell]], *, text: bool = False
) -> tuple[Table, ...]:
    """A row for each label, whose cells are made from the measurements; several tables of many."""
    return tuple(
        Table(
            columns=("", *(one.title for one in part)),
            rows=tuple((label, *(cell(one) for one in part)) for label, cell in rows),
            text_columns=1 + len(part) if text else 1,
        )
        for part in beside(measurements)
    )


def beside(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Items in parts as equal as can be, none of more than have room beside each other."""
    parts = math.ceil(len(items) / MOST_BESIDE)
    ends = [len(items) * place // max(1, parts) for place in range(parts + 1)]
    yield from (items[begin:end] for begin, end in pairwise(ends))


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
