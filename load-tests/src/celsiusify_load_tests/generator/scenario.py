"""Choose a simulated user's temperatures and think times."""

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

_TEMPERATURES = 1  # separates this use of a seed from others


@dataclass(frozen=True, slots=True)
class Scenario:
    """The bounds of a user's random choices, in s and °F, and their seed."""

    think_min_s: float
    think_max_s: float
    fahrenheit_min: float
    fahrenheit_max: float
    seed: int

    def choices(self, worker: int, user: int) -> Random:
        """Return a user's random generator, which one seed makes equal for all targets."""
        return Random(f"{self.seed}/{worker}/{user}")

    def think_s(self, choices: Random) -> float:
        """Choose a think time, uniform between the bounds."""
        return choices.uniform(self.think_min_s, self.think_max_s)

    def temperatures(self, count: int) -> NDArray[np.float64]:
        """Choose the temperatures of an open load's arrivals, distributed as `fahrenheit`."""
        generator = np.random.Generator(np.random.PCG64([self.seed, _TEMPERATURES]))
        return self.fahrenheit_min + self._span * generator.random(count)

    def fahrenheit(self, choices: Random) -> float:
        """Choose a temperature: a whole number between the bounds, plus a fraction in [0, 1).

        Both are uniform. Their sum is uniform in [min, max + 1), so one draw gives both.
        """
        return self.fahrenheit_min + self._span * choices.random()

    @property
    def _span(self) -> float:
        return self.fahrenheit_max - self.fahrenheit_min + 1
