"""What the model learns from, and the range in which it has to be right."""

import numpy as np
from numpy.typing import NDArray

FLOOR_FAHRENHEIT = -459.67  # absolute zero
CEILING_FAHRENHEIT = 10_000.0
FREEZING_FAHRENHEIT = 32.0

Temperatures = NDArray[np.floating]


def celsius(fahrenheit: Temperatures) -> Temperatures:
    """Convert exactly, which is what the model learns from and is checked against.

    Args:
        fahrenheit: Temperatures in °F, of any shape.

    Returns:
        Temperatures in °C, float64, of the same shape.
    """
    return (fahrenheit.astype(np.float64) - FREEZING_FAHRENHEIT) * 5.0 / 9.0


def training_fahrenheit(count: int, seed: int) -> Temperatures:
    """Draw temperatures uniformly from the range, the same ones in the same order for a seed.

    Args:
        count: How many to draw.
        seed: Of the generator.

    Returns:
        Temperatures in °F, float32, shape `(count,)`.
    """
    drawn = np.random.default_rng(seed).uniform(FLOOR_FAHRENHEIT, CEILING_FAHRENHEIT, count)
    return drawn.astype(np.float32)


def checking_fahrenheit(count: int = 200_001) -> Temperatures:
    """Lay a grid over the whole range, and one as dense around the freezing point.

    The bound on the error is tightest around 32 °F, where °C are few: a grid over the whole range
    alone has hardly a point there.

    Args:
        count: Points of each of the two grids.

    Returns:
        Temperatures in °F, float32, ascending, each once.
    """
    whole = np.linspace(FLOOR_FAHRENHEIT, CEILING_FAHRENHEIT, count)
    freezing = np.linspace(FREEZING_FAHRENHEIT - 10, FREEZING_FAHRENHEIT + 10, count)
    return np.unique(np.concatenate([whole, freezing]).astype(np.float32))
