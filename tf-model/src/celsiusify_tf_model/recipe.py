"""What is trained and how: all that decides what the weights become."""

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from celsiusify_tf_model.data import CEILING_FAHRENHEIT, FLOOR_FAHRENHEIT

# Where Adam starts, which each architecture can bear.
LEARNING_RATES = {"linear": 0.1, "mlp": 0.003}

SOFTWARE = ("celsiusify-tf-model", "keras", "numpy", "tensorflow")


@dataclass(frozen=True)
class Architecture:
    """A fully connected network of one input and one output.

    Attributes:
        name: `linear`, which has no hidden layer, or `mlp`.
        width: Units in each hidden layer.
        depth: Number of hidden layers.
    """

    name: str = "linear"
    width: int = 0
    depth: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.depth}×{self.width}" if self.depth else self.name


@dataclass(frozen=True)
class Recipe:
    """The settings of a training.

    Attributes:
        architecture: What is trained.
        learning_rate: Where Adam starts; it ends at a millionth of that, along a cosine.
        epochs: How often all the samples are gone through.
        samples: Temperatures that are drawn.
        batch_size: Temperatures that are looked at in a step.
        seed: Of the drawn temperatures and of the initial weights.
    """

    architecture: Architecture
    learning_rate: float
    epochs: int = 30
    samples: int = 8192
    batch_size: int = 64
    seed: int = 1

    @property
    def steps(self) -> int:
        """How often the weights are changed."""
        return self.epochs * -(-self.samples // self.batch_size)

    def describe(self) -> dict[str, Any]:
        """Say in words and numbers how the model is trained."""
        return asdict(self) | {
            "data": "°F drawn uniformly from the range by numpy's PCG64, °C by the formula",
            "range_fahrenheit": [FLOOR_FAHRENHEIT, CEILING_FAHRENHEIT],
            "order": "as drawn, the same in each epoch",
            "loss": "mean square of the error relative to max(1, |°C|)",
            "optimizer": "Adam with cosine decay",
            "trained_in": "float64",
            "served_in": "float32",
        }

    def fingerprint(self) -> str:
        """Tell whether training would lead to the same model: settings, versions and sources."""
        sources = sorted(Path(__file__).parent.glob("*.py"))
        known = [self.describe(), software(), [path.read_text() for path in sources]]
        return "sha256:" + hashlib.sha256(json.dumps(known).encode()).hexdigest()


def software() -> dict[str, str]:
    """Name the versions of what trains."""
    return {name: version(name) for name in SOFTWARE}
