"""Which instance answered how much, over time."""

from __future__ import annotations

from itertools import accumulate, cycle

from celsiusify_reporting.chart import Axis, Chart, Look, Panel, Range, Trace, Value
from celsiusify_reporting.charts.look import COLOURS
from celsiusify_reporting.instances import Instances
from celsiusify_reporting.measurement import Measurement
from celsiusify_reporting.wording import whole

OPACITY = 0.75
LETTERS = 8  # the first group of an identifier
MOST_NAMED = 11


def instances(one: Measurement) -> Chart | None:
    """Answers a second of each instance, one above the other; None where there was one only."""
    seen = one.instances
    if seen is None:
        return None
    names = [share.instance[:LETTERS] for share in seen.shares]
    named = len(names) <= MOST_NAMED and len({*names}) == len(names)
    levels = list(zip(*map(accumulate, zip(*seen.answered, strict=True)), strict=True))
    floors = [(0,) * len(seen.second_s), *levels]
    traces = tuple(
        _area(seen, name if named else "", Look(colour), low, high)
        for name, colour, low, high in zip(names, cycle(COLOURS), floors, levels, strict=False)
    )
    top = 1.05 * max(levels[-1])
    x = Axis("seconds since the first steady window began")
    y = Axis("answers/s, one above the other", limits=(0, top))
    return Chart((Panel(traces, x, y, height_in=2.2),))


def _area(
    seen: Instances, name: str, look: Look, low: tuple[int, ...], high: tuple[int, ...]
) -> Trace:
    """The area between two levels; seconds without any answer are a gap."""
    x: list[Value] = []
    y: list[Value] = []
    band: list[Range | None] = []
    own: list[str] = []
    for second, bottom, top in zip(seen.second_s, low, high, strict=True):
        if x and x[-1] is not None and second - x[-1] > 1:
            x.append(None)
            y.append(None)
            band.append(None)
            own.append("")
        x.append(second)
        y.append(float(top))
        band.append((float(bottom), float(top)))
        own.append(whole(top - bottom))
    return Trace(
        name,
        tuple(x),
        tuple(y),
        look,
        label="second {x}: {text} answers",
        width=1,
        texts=tuple(own),
        band=tuple(band),
        opacity=OPACITY,
    )
