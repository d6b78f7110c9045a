"""Describe plots once: Matplotlib and Plotly draw them from the same description."""

from dataclasses import dataclass
from typing import Literal

NARROW = 5  # the highest value by the lowest
BAND_OPACITY = 0.18
Value = float | None
Range = tuple[float, float]
Marker = Literal["circle", "triangle", "cross", "bar"]


@dataclass(frozen=True)
class Look:
    """A colour, and the lengths of a line's strokes and gaps in its own widths; none: solid."""

    colour: str
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A curve, or separate points.

    Attributes:
        name: The name in the legend: one entry for each; empty for a trace without an entry.
        x: Horizontal values, as many as `y`; a gap where a value is None.
        label: The text of a point on a page, with `{x}`, `{y}` and `{text}`, the point's own text.
        width: The width of the line in points; 0 for separate points.
        spans: Low and high end of a horizontal bar through each point.
        texts: A text for each point.
        band: Lower and upper edge of a light band around each point of a curve; None at a gap.
        opacity: The opacity of the band.
        stepped: True if a value holds until the next, by level lines.
    """

    name: str
    x: tuple[Value, ...]
    y: tuple[Value, ...]
    look: Look
    label: str
    width: float = 1.6
    marker: Marker | None = None
    spans: tuple[Range, ...] = ()
    texts: tuple[str, ...] = ()
    band: tuple[Range | None, ...] = ()
    opacity: float = BAND_OPACITY
    stepped: bool = False


@dataclass(frozen=True)
class Rule:
    """A straight line right through a panel, where its axis has the value `at`."""

    axis: Literal["x", "y"]
    at: float
    look: Look


@dataclass(frozen=True)
class Axis:
    """An axis; `names` are those of the values 0, 1, 2 …, written in place of figures."""

    title: str = ""
    logarithmic: bool = False
    limits: tuple[float, float] | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A pair of axes and its traces; `band` shades a range of the x axis."""

    traces: tuple[Trace, ...]
    x: Axis
    y: Axis
    height_in: float
    rules: tuple[Rule, ...] = ()
    band: tuple[float, float] | None = None
    title: str = ""

    def narrow(self, which: Literal["x", "y"]) -> bool:
        """Return True if values are too close for 1, 2, 5, 10 … on a logarithmic axis."""
        values = [value for trace in self.traces for value in (trace.x, trace.y)[which == "y"]]
        known = [value for value in values if value]
        return max(known, default=1) < NARROW * min(known, default=1)


@dataclass(frozen=True)
class Chart:
    """Panels, row by row.

    Attributes:
        one_x: True if all panels share one x axis.
    """

    panels: tuple[Panel, ...]
    columns: int = 1
    one_x: bool = False

    @property
    def legend(self) -> dict[str, Look]:
        """The look of each name, in order of appearance."""
        entries: dict[str, Look] = {}
        for trace in (trace for panel in self.panels for trace in panel.traces if trace.name):
            entries.setdefault(trace.name, trace.look)
        return entries
