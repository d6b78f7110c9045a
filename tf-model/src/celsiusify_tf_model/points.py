"""Read a table of reference points."""

import csv
from pathlib import Path

import numpy as np

from celsiusify_tf_model.data import CEILING_FAHRENHEIT, FLOOR_FAHRENHEIT, Temperatures
from celsiusify_tf_model.errors import ModelError

Points = tuple[Temperatures, Temperatures]


def read_points(path: Path) -> Points:
    """Read temperatures and what they are in °C.

    Args:
        path: A CSV file with the columns `fahrenheit` and `celsius`.

    Returns:
        °F as float32 and °C as float64, both of shape `(n,)`.

    Raises:
        ModelError: If the file can't be read or isn't such a table.
    """
    try:
        with path.open(newline="") as file:
            rows = [
                (float(row["fahrenheit"]), float(row["celsius"])) for row in csv.DictReader(file)
            ]
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: expected the columns fahrenheit,celsius with numbers") from error
    fahrenheit, exact = np.array(rows, dtype=np.float64).reshape(-1, 2).T
    return fahrenheit.astype(np.float32), exact


def no_points() -> Points:
    """Stand for a table that isn't there."""
    return np.empty(0, np.float32), np.empty(0, np.float64)


def split_by_range(points: Points) -> tuple[Points, Points]:
    """Part the points for which the model answers from those that it was never shown.

    Returns:
        The points inside −459.67..10,000 °F, and those outside.
    """
    fahrenheit, exact = points
    low, high = np.float32(FLOOR_FAHRENHEIT), np.float32(CEILING_FAHRENHEIT)
    inside = (low <= fahrenheit) & (fahrenheit <= high)
    return (fahrenheit[inside], exact[inside]), (fahrenheit[~inside], exact[~inside])
