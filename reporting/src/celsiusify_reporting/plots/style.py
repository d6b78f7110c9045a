"""The look of each target: the same in every plot.

The colours are told apart by the colour-blind (M. Okabe, K. Ito, "Color Universal Design", 2008),
the lines in print without colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from celsiusify_reporting.plots.spec import Look
from celsiusify_reporting.stats.model import Measurement

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1, 1.2), (6, 2, 1, 2))
AXIS = "#5b6770"
DOTTED = (1, 3)


@dataclass(frozen=True)
class PlottedTarget:
    """A target's measurement, and its look in every plot."""

    measurement: Measurement
    look: Look

    @property
    def title(self) -> str:
        """The target's title."""
        return self.measurement.title


def looks(measurements: Sequence[Measurement]) -> list[PlottedTarget]:
    """Return each measurement with its look."""
    styles = zip(measurements, cycle(COLOURS), cycle(DASHES), strict=False)
    return [PlottedTarget(measurement, Look(colour, dash)) for measurement, colour, dash in styles]
