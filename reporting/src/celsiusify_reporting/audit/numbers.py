"""Whether the numbers of a text are those of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
# How pages show what report.json holds in another unit.
SCALES = {"memory_bytes": 2**-30, "think_time_s": 1000}


def numbers(text: str) -> list[str]:
    """Every number in a text, as it is written there."""
    return NUMBER.findall(text)


def strays(text: str, report: Any) -> list[str]:
    """Numbers of a text that a `report.json` doesn't hold, rounded or in a text of its own."""
    values = sorted(abs(one) for one in leaves(report) if isinstance(one, int | float))
    texts = " ".join(str(one) for one in leaves(report) if isinstance(one, str))
    return [one for one in numbers(text) if one not in texts and not _rounded(one, values)]


def leaves(part: Any, name: str = "") -> Iterator[Any]:
    """Keys and values in a JSON document, in the units of the pages too."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, key)
            yield key
    elif isinstance(part, list):
        for value in part:
            yield from leaves(value, name)
    else:
        yield part
        if (scale := SCALES.get(name)) and part is not None:
            yield part * scale


def _rounded(number: str, values: list[float]) -> bool:
    """Whether a text is one of the values, rounded to the digits that it shows."""
    _, _, decimals = number.partition(".")
    shown = float(number.replace(",", ""))
    room = 0.5000001 / float(10 ** len(decimals))
    return any(abs(shown - value) <= room for value in values)
