"""How far a model is from the exact conversion."""

from dataclasses import dataclass

import numpy as np

from celsiusify_tf_model.data import Temperatures

BOUND = 1e-3


@dataclass(frozen=True)
class LargestError:
    """Where a model is furthest from the exact conversion.

    Attributes:
        error: |predicted − exact| / max(1, |exact|), without unit; at small °C it is in °C.
        at_fahrenheit: Where that is, in °F.
        points: How many temperatures were compared.
    """

    error: float
    at_fahrenheit: float
    points: int

    @property
    def within_bound(self) -> bool:
        """Whether the model may be exported; an error that isn't a number is over any bound."""
        return self.error <= BOUND


def largest_error(
    fahrenheit: Temperatures, predicted: Temperatures, exact: Temperatures
) -> LargestError:
    """Find the largest error relative to max(1, |°C|).

    Args:
        fahrenheit: Temperatures in °F, shape `(n,)`.
        predicted: What the model makes of them, in °C, shape `(n,)`.
        exact: What they are in °C, float64, shape `(n,)`.
    """
    error = np.abs(predicted - exact) / np.maximum(1.0, np.abs(exact))
    worst = int(np.argmax(error))  # the first NaN, if there is one
    return LargestError(float(error[worst]), float(fahrenheit[worst]), len(fahrenheit))
