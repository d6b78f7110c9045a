"""The model's card: what it is, how it was made and how exact it is.

It holds no date and no version number, so that the same training makes the same card.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from celsiusify_tf_model.accuracy import BOUND, LargestError
from celsiusify_tf_model.data import Temperatures
from celsiusify_tf_model.recipe import Recipe, software

# TensorFlow Serving leaves this folder of a version to its user.
FILE_NAME = "assets.extra/model.json"
FORMAT = 1

Card = dict[str, Any]


def make_card(
    recipe: Recipe,
    weights: Sequence[Temperatures],
    signature: dict[str, Any],
    error: LargestError,
    errors_outside: Sequence[LargestError],
) -> Card:
    """Put together what is known of a model.

    Args:
        recipe: How it was trained.
        weights: What was learned, in the order of the layers.
        signature: How it is asked.
        error: Its largest error in the range that it was trained for.
        errors_outside: Its error at points outside, which nothing is promised for.
    """
    return {
        "format": FORMAT,
        "architecture": asdict(recipe.architecture),
        "parameters": sum(weight.size for weight in weights),
        "fingerprint": weights_fingerprint(weights),
        "error": asdict(error) | {"bound": BOUND, "relative_to": "max(1, |°C|)"},
        "errors_outside_range": [
            {"fahrenheit": outside.at_fahrenheit, "error": outside.error}
            for outside in errors_outside
        ],
        "signature": signature,
        "training": recipe.describe(),
        "software": software(),
        "recipe_fingerprint": recipe.fingerprint(),
    }


def weights_fingerprint(weights: Sequence[Temperatures]) -> str:
    """Hash the weights' shapes, types and bytes: equal where the models are."""
    digest = hashlib.sha256()
    for weight in weights:
        digest.update(f"{weight.shape} {weight.dtype.str}\n".encode())
        digest.update(weight.tobytes())
    return f"sha256:{digest.hexdigest()}"


def write_card(folder: Path, card: Card) -> None:
    """Write the card into a version's folder."""
    (folder / FILE_NAME).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_card(folder: Path) -> Card | None:
    """Read the card of a version, or nothing where there is none that can be read."""
    try:
        card = json.loads((folder / FILE_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return card if isinstance(card, dict) else None
